//! The eleven counts of a row of form II.06a, by name.

use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::indicator::Ratio;
use baocao_domain::unit::PeerGroup;

use crate::ReportError;
use crate::reading::Reading;

/// Columns 3 to 13 of the form, in its order.
const COLUMNS: [&str; 11] = [
    "received",
    "online",
    "direct",
    "carried_over",
    "resolved",
    "early",
    "on_time",
    "late",
    "pending",
    "pending_in_time",
    "pending_overdue",
];

/// What stands in place of figures that are not known: not one report is in.
pub(crate) const NO_FIGURES: &str = "Chưa có số liệu";

/// One row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts([i64; 11]);

impl Counts {
    /// The counts of a row of figures.
    pub(crate) fn of(edition: &Edition, row: &[i64]) -> Self {
        Self(COLUMNS.map(|column| edition.value(row, column)))
    }

    /// The sum of the units' own figures of one group, of those that are added into the province.
    pub(crate) fn of_group(reading: &Reading<'_>, group: PeerGroup) -> Self {
        let added = reading.edition.group(group).filter(|unit| reading.is_added(unit));
        added.fold(Self::default(), |mut sum, unit| {
            for (total, value) in sum.0.iter_mut().zip(Self::of(reading.edition, &unit.own).0) {
                *total += value;
            }
            sum
        })
    }

    /// Columns 3 to 13.
    pub(crate) const fn in_order(&self) -> [i64; 11] {
        self.0
    }

    pub(crate) const fn received(&self) -> i64 {
        self.0[0]
    }

    pub(crate) const fn online(&self) -> i64 {
        self.0[1]
    }

    /// Received online, and in any other way: the parts of what was received.
    pub(crate) const fn received_parts(&self) -> [i64; 2] {
        [self.online(), self.received() - self.online()]
    }

    pub(crate) const fn carried_over(&self) -> i64 {
        self.0[3]
    }

    pub(crate) const fn resolved(&self) -> i64 {
        self.0[4]
    }

    /// Resolved early, on time, late: the parts of what was resolved.
    pub(crate) const fn resolved_parts(&self) -> [i64; 3] {
        [self.0[5], self.0[6], self.0[7]]
    }

    pub(crate) const fn pending(&self) -> i64 {
        self.0[8]
    }

    pub(crate) const fn overdue(&self) -> i64 {
        self.0[10]
    }

    /// Overdue out of all pending.
    pub(crate) const fn overdue_share(&self) -> Ratio {
        Ratio { numerator: self.overdue(), denominator: self.pending() }
    }
}

/// Proves that the edition's form has the columns that the documents print.
pub(crate) fn check_form(edition: &Edition) -> Result<(), ReportError> {
    let row = vec![0; edition.form.columns.len()];
    match COLUMNS.into_iter().find(|column| edition.form.value(&row, column).is_none()) {
        Some(column) => Err(ReportError::NotThisForm(column)),
        None => Ok(()),
    }
}

/// The groups that have units, in the order of the tables.
pub(crate) fn groups(edition: &Edition) -> impl Iterator<Item = PeerGroup> {
    PeerGroup::ALL.into_iter().filter(|group| edition.group(*group).next().is_some())
}

/// Whether not one report of the unit is in: its figures are unknown, not zero.
pub(crate) fn is_all_missing(unit: &UnitResult) -> bool {
    !unit.filings.is_empty() && unit.missing_months().len() == unit.filings.len()
}
