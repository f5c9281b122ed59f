//! The spans of outcomes: which days each covers, and over which an indicator is shown first.

use baocao_domain::edition::{Edition, UnitResult};
use baocao_domain::ids::IndicatorCode;
use baocao_domain::period::Window;
use baocao_domain::regime::Regime;
use baocao_domain::target::Span;

/// First and last day of a span that ends with the edition's period.
pub(crate) fn window(edition: &Edition, regime: &Regime, span: Span) -> Window {
    match span {
        Span::Period => edition.window,
        Span::YearToDate => edition.year_to_date,
        Span::QuarterToDate => {
            let months = regime.months_of(span, edition.id.period);
            let first = months.first().map(|month| month.window(regime.calendar.window_rule).from);
            Window { from: first.unwrap_or(edition.window.from), to: edition.window.to }
        }
    }
}

/// The span over which this unit's target for the indicator is judged for the record.
///
/// A unit without a target is shown over the span of the others: the year to date where there are none.
pub(crate) fn of_record(edition: &Edition, unit: &UnitResult, indicator: &IndicatorCode) -> Span {
    let judged = |unit: &UnitResult| {
        let mut outcomes = unit.outcomes.iter().filter(|outcome| outcome.indicator == *indicator);
        outcomes.find(|outcome| outcome.judgement.as_ref().is_some_and(|j| j.is_of_record)).map(|outcome| outcome.span)
    };
    if edition.decisions.is_empty() {
        return Span::YearToDate;
    }
    judged(unit).or_else(|| edition.units.iter().find_map(judged)).unwrap_or(Span::YearToDate)
}
