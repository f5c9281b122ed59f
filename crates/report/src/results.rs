//! Questions that several documents ask of an edition's results.

use std::collections::BTreeMap;

use baocao_domain::edition::{Edition, Filing, Judgement, Outcome, Span, UnitResult};
use baocao_domain::ids::IndicatorCode;
use baocao_domain::period::PeriodKey;
use baocao_domain::rounding::{count_text, distance_text, percent_text, percent_text_beside};
use baocao_domain::target::Verdict;

/// What stands where there is no figure, share or distance.
pub(crate) const NONE: &str = "–";

/// How the units with a target stand on one indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) indicator: IndicatorCode,
    counts: BTreeMap<Verdict, i64>,
}

impl Standing {
    /// Units with this verdict.
    pub(crate) fn count(&self, verdict: Verdict) -> i64 {
        self.counts.get(&verdict).copied().unwrap_or_default()
    }

    /// Units with a target.
    pub(crate) fn units(&self) -> i64 {
        self.counts.values().sum()
    }
}

/// The standing on an indicator over a span; none if no unit has a target.
pub(crate) fn standing(edition: &Edition, indicator: &IndicatorCode, span: Span) -> Option<Standing> {
    let mut counts = BTreeMap::new();
    for (_, outcome, judgement) in judged(edition, span) {
        if outcome.indicator == *indicator {
            *counts.entry(judgement.verdict).or_insert(0) += 1;
        }
    }
    (!counts.is_empty()).then(|| Standing { indicator: indicator.clone(), counts })
}

/// All judged outcomes over a span, in the order of the tables: province, then by group, then by code.
pub(crate) fn judged(edition: &Edition, span: Span) -> impl Iterator<Item = (&UnitResult, &Outcome, &Judgement)> {
    let mut units: Vec<&UnitResult> = edition.units.iter().collect();
    units.sort_by_key(|unit| (unit.group, &unit.code));
    units
        .into_iter()
        .flat_map(move |unit| unit.judged(span).map(move |(outcome, judgement)| (unit, outcome, judgement)))
}

/// A unit's outcomes over one span, judged or not.
pub(crate) fn unit_outcomes(unit: &UnitResult, span: Span) -> impl Iterator<Item = &Outcome> {
    unit.outcomes.iter().filter(move |outcome| outcome.span == span)
}

/// Numerator, denominator, share and distance of an outcome, as tables print them.
///
/// Where no report is in, nothing is known, which is not zero; where some are missing there is no distance to speak of.
pub(crate) fn measured(outcome: &Outcome) -> [String; 4] {
    let ratio = outcome.ratio;
    if outcome.coverage.reported == 0 {
        return [NONE; 4].map(str::to_owned);
    }
    let judgement = outcome.judgement.as_ref();
    let share = judgement.map_or_else(|| percent_text(ratio, 2), |j| percent_text_beside(ratio, j.threshold));
    let distance = judgement
        .filter(|judgement| judgement.verdict != Verdict::Uncertain)
        .and_then(|judgement| distance_text(ratio, judgement.threshold));
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    [count_text(ratio.numerator), count_text(ratio.denominator), or_none(share), or_none(distance)]
}

/// Units whose reports were received after the due instant, and the months of those.
pub(crate) fn late_filings(edition: &Edition) -> Vec<(&UnitResult, Vec<PeriodKey>)> {
    let late = |filing: &Filing| matches!(filing, Filing::Reported { late: true, .. });
    edition
        .units
        .iter()
        .map(|unit| (unit, unit.filings.iter().filter(|(_, filing)| late(filing)).map(|(month, _)| *month).collect()))
        .filter(|(_, months): &(_, Vec<PeriodKey>)| !months.is_empty())
        .collect()
}

/// Whether the verdict of record is taken over the very months of the period.
pub(crate) fn spans_coincide(edition: &Edition) -> bool {
    edition.months == edition.year_to_date_months
}

/// The spans that a table of results shows, each with its name: one row where both are the same.
pub(crate) fn spans(edition: &Edition) -> &'static [(Span, &'static str)] {
    if spans_coincide(edition) {
        &[(Span::YearToDate, "Lũy kế")]
    } else {
        &[(Span::Period, "Tiến độ"), (Span::YearToDate, "Lũy kế")]
    }
}
