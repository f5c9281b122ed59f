//! The reports of an edition: which were owed over the year to date, when they were due, and which are in.
//!
//! An edition says this of the months of its period. Of the earlier months, which the year to date counts as well, the
//! obligations of its regime say it; they are read on the edition's own units.

use baocao_domain::edition::{Edition, Filing, SealedReport, UnitResult};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;
use baocao_domain::tree::{Hierarchy, NotATree};
use baocao_domain::unit::UnitVersion;
use std::collections::BTreeMap;

use crate::SiteError;

/// A report that was owed for a month.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owed<'a> {
    /// The month.
    pub(crate) month: PeriodKey,
    /// Until when it was due.
    pub(crate) due: Instant,
    /// The report, if it is in.
    pub(crate) report: Option<&'a SealedReport>,
}

/// The reports that were owed over the year to date.
pub(crate) struct Sealed<'a> {
    /// By unit, in the order of the edition; within a unit by month.
    by_unit: Vec<Vec<Owed<'a>>>,
}

impl<'a> Sealed<'a> {
    /// Picks the reports that count, and proves that none is wanting.
    pub(crate) fn new(edition: &Edition, regime: &Regime, reports: &'a [SealedReport]) -> Result<Self, SiteError> {
        let tree = tree(edition).map_err(|source| SiteError::NotATree { edition: edition.id, source })?;
        let given: BTreeMap<_, _> = reports.iter().map(|report| ((report.unit, report.month), report)).collect();
        let mut by_unit = Vec::with_capacity(edition.units.len());
        for unit in &edition.units {
            let mut owed = Vec::with_capacity(edition.year_to_date_months.len());
            for month in &edition.year_to_date_months {
                let report = given.get(&(unit.id, *month)).copied();
                if !edition.months.contains(month) {
                    owed.extend(owed_earlier(regime, &tree, unit, *month).map(|due| Owed {
                        month: *month,
                        due,
                        report,
                    }));
                    continue;
                }
                let Some(filed) = unit.filings.iter().find(|filed| filed.month == *month) else { continue };
                let is_in = filed.filing != Filing::Missing;
                if is_in && report.is_none() {
                    let (edition, unit, month) = (edition.id, unit.code.clone(), *month);
                    return Err(SiteError::ReportNotGiven { edition, unit, month });
                }
                owed.push(Owed { month: *month, due: filed.due, report: report.filter(|_| is_in) });
            }
            by_unit.push(owed);
        }
        Ok(Self { by_unit })
    }

    /// Every unit of the edition with the reports that it owed.
    pub(crate) fn units<'e>(&'e self, edition: &'e Edition) -> impl Iterator<Item = (&'e UnitResult, &'e [Owed<'a>])> {
        edition.units.iter().zip(self.by_unit.iter().map(Vec::as_slice))
    }
}

/// When the report of a month before the period was due, if the unit owed one.
fn owed_earlier(regime: &Regime, tree: &Hierarchy, unit: &UnitResult, month: PeriodKey) -> Option<Instant> {
    let position = tree.position(&unit.code)?;
    regime.duty(tree, position, month).owes.then(|| regime.calendar.due(month, unit.tier))
}

/// The units of the edition as the tree that it was folded over.
fn tree(edition: &Edition) -> Result<Hierarchy, NotATree> {
    let ids: BTreeMap<_, _> = edition.units.iter().map(|unit| (&unit.code, unit.id)).collect();
    let versions: Vec<UnitVersion> = edition
        .units
        .iter()
        .map(|unit| UnitVersion {
            id: unit.id,
            valid_from: edition.window.to,
            code: unit.code.clone(),
            name: unit.name.clone(),
            tier: unit.tier,
            group: unit.group,
            parent: unit.parent.as_ref().and_then(|code| ids.get(code).copied()),
            dissolved: false,
        })
        .collect();
    Hierarchy::at(&versions, edition.window.to)
}
