//! An edition, and what documents ask of it as a whole, answered once.
//!
//! The regime decides over which months a target is judged, in which direction, and whose figures are added. Documents
//! are worded after that: where every target is a minimum that is judged from the start of the year, they read as report
//! 433/BC-UBND does; where not, each place says what holds there.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::edition::{Edition, Outcome, UnitResult};
use baocao_domain::ids::{IndicatorCode, UnitCode};
use baocao_domain::period::{PeriodKey, Window, WindowRule};
use baocao_domain::target::{Direction, Span};

/// An edition, ready to be worded.
pub(crate) struct Reading<'a> {
    pub(crate) edition: &'a Edition,
    /// By indicator with a target: over which spans it is judged for the record, the shortest first.
    record: BTreeMap<&'a IndicatorCode, BTreeSet<Span>>,
    /// The directions of all targets.
    directions: BTreeSet<Direction>,
    /// Units whose figures are not added into the province's: those that are not included, and everything below them.
    apart: BTreeSet<&'a UnitCode>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(edition: &'a Edition) -> Self {
        let mut record: BTreeMap<&IndicatorCode, BTreeSet<Span>> = BTreeMap::new();
        let mut directions = BTreeSet::new();
        let mut apart: BTreeSet<&UnitCode> = BTreeSet::new();
        for unit in &edition.units {
            // Parents stand before their children.
            if !unit.is_included || unit.parent.as_ref().is_some_and(|parent| apart.contains(parent)) {
                apart.insert(&unit.code);
            }
            for (outcome, judgement) in unit.judged_for_record() {
                record.entry(&outcome.indicator).or_default().insert(outcome.span);
                directions.insert(judgement.threshold.direction);
            }
        }
        Self { edition, record, directions, apart }
    }

    /// Whether any unit is judged.
    pub(crate) fn has_targets(&self) -> bool {
        !self.directions.is_empty()
    }

    /// Whether no target is other than a minimum.
    pub(crate) fn states_minima_only(&self) -> bool {
        self.directions.iter().all(|direction| *direction == Direction::AtLeast)
    }

    /// Whether some target is a maximum.
    pub(crate) fn states_maxima(&self) -> bool {
        self.directions.contains(&Direction::AtMost)
    }

    /// Over which spans targets are judged for the record, the shortest first.
    pub(crate) fn record_spans(&self) -> Vec<Span> {
        self.record.values().flatten().copied().collect::<BTreeSet<Span>>().into_iter().collect()
    }

    /// The same for the targets of one indicator; none where nobody has one.
    pub(crate) fn record_spans_of(&self, indicator: &IndicatorCode) -> Vec<Span> {
        self.record.get(indicator).into_iter().flatten().copied().collect()
    }

    /// Over which span the indicator is shown for a unit that is not judged: as the others are judged, else from the
    /// start of the year.
    pub(crate) fn span_of(&self, indicator: &IndicatorCode) -> Span {
        let spans = self.record_spans_of(indicator);
        let spans = if spans.is_empty() { self.record_spans() } else { spans };
        if let [span] = spans.as_slice() { *span } else { Span::YearToDate }
    }

    /// Whether every target is judged from the start of the year.
    pub(crate) fn is_judged_by_year(&self) -> bool {
        self.record.values().flatten().all(|span| *span == Span::YearToDate)
    }

    /// The months of a span, those for which reports are owed.
    pub(crate) fn months(&self, span: Span) -> Vec<PeriodKey> {
        let edition = self.edition;
        match span {
            Span::Period => edition.months.clone(),
            Span::QuarterToDate => {
                let quarter = edition.id.period.quarter_to_date();
                edition.year_to_date_months.iter().copied().filter(|month| quarter.contains(month)).collect()
            }
            Span::YearToDate => edition.year_to_date_months.clone(),
        }
    }

    /// First and last day of a span.
    pub(crate) fn window(&self, span: Span) -> Window {
        let edition = self.edition;
        match span {
            Span::Period => edition.window,
            Span::QuarterToDate => {
                let from = self.months(span).first().map(|month| month.window(self.window_rule()).from);
                Window { from: from.unwrap_or(edition.window.from), to: edition.window.to }
            }
            Span::YearToDate => edition.year_to_date,
        }
    }

    /// The rule that the period's own window follows.
    fn window_rule(&self) -> WindowRule {
        let ends_as = |rule| self.edition.id.period.window(rule).to == self.edition.window.to;
        if ends_as(WindowRule::CalendarMonth) { WindowRule::CalendarMonth } else { WindowRule::FifteenthToFourteenth }
    }

    /// Whether a span is nothing but the period itself.
    pub(crate) fn is_the_period(&self, span: Span) -> bool {
        self.months(span) == self.edition.months
    }

    /// Whether the unit's figures are part of the province's totals.
    pub(crate) fn is_added(&self, unit: &UnitResult) -> bool {
        !self.apart.contains(&unit.code)
    }

    /// Whether units stand below this one.
    pub(crate) fn has_units_below(&self, unit: &UnitResult) -> bool {
        self.edition.units.iter().any(|other| other.parent.as_ref() == Some(&unit.code))
    }

    /// All units in the order of the tables: the province, then by group, then by code.
    pub(crate) fn in_table_order(&self) -> Vec<&'a UnitResult> {
        let mut units: Vec<&UnitResult> = self.edition.units.iter().collect();
        units.sort_by_key(|unit| (unit.group, &unit.code));
        units
    }
}

/// A unit's outcome on an indicator over a span.
pub(crate) fn outcome_of<'a>(unit: &'a UnitResult, indicator: &IndicatorCode, span: Span) -> Option<&'a Outcome> {
    unit.outcomes.iter().find(|outcome| outcome.span == span && outcome.indicator == *indicator)
}
