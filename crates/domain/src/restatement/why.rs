//! Why values changed: which reports could have changed them.
//!
//! A report bears on the figures of its own unit and of every unit that it is added into, in the months that are counted.
//! What no report that differs bears on was changed by the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Item, Restatement, Source, Why};
use crate::edition::{Edition, Outcome, UnitResult};
use crate::ids::{IndicatorCode, UnitCode};
use crate::indicator::Scope;
use crate::period::PeriodKey;
use crate::target::Span;

/// The months of the reports that bear on a unit.
#[derive(Default)]
struct Bearing {
    own: BTreeSet<PeriodKey>,
    below: BTreeSet<PeriodKey>,
}

/// What is needed to tell why a value changed.
pub(super) struct Reasons<'a> {
    before: BTreeMap<&'a UnitCode, &'a UnitResult>,
    now: BTreeMap<&'a UnitCode, &'a UnitResult>,
    edition: &'a Edition,
    bearing: BTreeMap<&'a UnitCode, Bearing>,
    months: BTreeSet<PeriodKey>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(before: &'a Edition, now: &'a Edition, sources: &'a [Source]) -> Self {
        let mut bearing: BTreeMap<&UnitCode, Bearing> = BTreeMap::new();
        let (units_before, units_now) = (super::by_code(before), super::by_code(now));
        for source in sources {
            bearing.entry(&source.unit).or_default().own.insert(source.month);
            for units in [&units_before, &units_now] {
                for above in units_above(units, &source.unit) {
                    bearing.entry(&above.code).or_default().below.insert(source.month);
                }
            }
        }
        let months = sources.iter().map(|source| source.month).collect();
        Self { before: units_before, now: units_now, edition: now, bearing, months }
    }

    /// Why this value of the unit changed.
    pub(super) fn why(&self, unit: &UnitCode, item: &Item) -> Why {
        let (Some(before), Some(now)) = (self.before.get(unit), self.now.get(unit)) else { return Why::Rules };
        let Some((months, scope)) = self.rests_on(now, item) else { return Why::Rules };
        let of_unit = |months: &BTreeSet<PeriodKey>| match self.bearing.get(unit) {
            Some(bearing) if !bearing.own.is_disjoint(months) => Why::OwnReport,
            Some(bearing) if scope == Scope::Subtree && !bearing.below.is_disjoint(months) => Why::ReportBelow,
            Some(_) | None => Why::Rules,
        };
        match item {
            Item::Verdict { indicator, span } if same_counts(before, now, indicator, *span) => Why::Rules,
            Item::Rank { indicator, span } if same_counts(before, now, indicator, *span) => {
                if self.months.is_disjoint(&months) { Why::Rules } else { Why::OtherUnits }
            }
            _ => of_unit(&months),
        }
    }

    /// The months and the rows that a value is made of; none for what the rules alone lay down.
    fn rests_on(&self, now: &UnitResult, item: &Item) -> Option<(BTreeSet<PeriodKey>, Scope)> {
        let of_period = || self.edition.months.iter().copied().collect();
        match item {
            Item::Report { month } => Some((BTreeSet::from([*month]), Scope::Own)),
            Item::Coverage => Some((of_period(), Scope::Subtree)),
            Item::Column { scope, .. } | Item::Field { scope, .. } | Item::FieldCoverage { scope, .. } => {
                Some((of_period(), *scope))
            }
            Item::Ratio { indicator, span }
            | Item::IndicatorCoverage { indicator, span }
            | Item::Bounds { indicator, span }
            | Item::Verdict { indicator, span }
            | Item::Rank { indicator, span } => {
                let scope = outcome(now, indicator, *span)?.scope;
                Some((months_of(self.edition, *span), scope))
            }
            Item::Window { .. }
            | Item::Decision { .. }
            | Item::Definition { .. }
            | Item::Services { .. }
            | Item::Remark { .. }
            | Item::Unit
            | Item::Tier
            | Item::Group
            | Item::Parent
            | Item::Included
            | Item::Due { .. }
            | Item::Measure { .. }
            | Item::Target { .. } => None,
        }
    }
}

impl Restatement {
    /// The reports that made a change: the unit's own ones, or those that are added into it. None where no report of these
    /// units did.
    #[must_use]
    pub fn behind(&self, edition: &Edition, change: &Change) -> Vec<&Source> {
        let months = match &change.item {
            Item::Report { month } => BTreeSet::from([*month]),
            Item::Ratio { span, .. }
            | Item::IndicatorCoverage { span, .. }
            | Item::Bounds { span, .. }
            | Item::Verdict { span, .. }
            | Item::Rank { span, .. } => months_of(edition, *span),
            _ => edition.months.iter().copied().collect(),
        };
        let of_months = self.sources.iter().filter(|source| months.contains(&source.month));
        match change.why {
            Why::OwnReport => of_months.filter(|source| source.unit == change.unit).collect(),
            Why::ReportBelow => {
                let units = super::by_code(edition);
                of_months.filter(|s| units_above(&units, &s.unit).any(|above| above.code == change.unit)).collect()
            }
            Why::OtherUnits | Why::Rules => Vec::new(),
        }
    }
}

/// The units that the unit with this code is added into, from below.
fn units_above<'a>(
    units: &BTreeMap<&'a UnitCode, &'a UnitResult>,
    code: &UnitCode,
) -> impl Iterator<Item = &'a UnitResult> {
    let above = |unit: &&'a UnitResult| -> Option<&'a UnitResult> {
        let parent = unit.parent.as_ref().filter(|_| unit.is_included)?;
        units.get(parent).copied()
    };
    std::iter::successors(units.get(code).copied(), above).skip(1)
}

fn outcome<'a>(unit: &'a UnitResult, indicator: &IndicatorCode, span: Span) -> Option<&'a Outcome> {
    unit.outcomes.iter().find(|outcome| outcome.indicator == *indicator && outcome.span == span)
}

/// Whether the counts of an indicator, and what they leave open, are the same in both editions.
fn same_counts(before: &UnitResult, now: &UnitResult, indicator: &IndicatorCode, span: Span) -> bool {
    let counts = |unit| outcome(unit, indicator, span).map(|outcome| (outcome.ratio, outcome.bounds));
    counts(before) == counts(now)
}

fn months_of(edition: &Edition, span: Span) -> BTreeSet<PeriodKey> {
    match span {
        Span::Period => edition.months.iter().copied().collect(),
        Span::QuarterToDate => edition.id.period.quarter_to_date().into_iter().collect(),
        Span::YearToDate => edition.year_to_date_months.iter().copied().collect(),
    }
}
