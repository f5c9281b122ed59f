//! Indicators: counts, verdicts, bounds, places, and the words that say of what they are.

use baocao_domain::bounds::Bounds;
use baocao_domain::edition::{Judgement, Outcome};
use baocao_domain::fold::Coverage;
use baocao_domain::indicator::{Ratio, Scope};
use baocao_domain::procedure::Eligibility;
use baocao_domain::rank::Rank;
use baocao_domain::reason::{Finding, Reason};
use baocao_domain::target::{Span, Verdict};
use baocao_domain::unit::Tier;

use crate::convert::time::date_message;
use crate::v1;

impl From<Verdict> for v1::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met => Self::Met,
            Verdict::Missed => Self::Missed,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::Uncertain => Self::Uncertain,
        }
    }
}

impl From<Span> for v1::Span {
    fn from(span: Span) -> Self {
        match span {
            Span::Period => Self::Period,
            Span::QuarterToDate => Self::QuarterToDate,
            Span::YearToDate => Self::YearToDate,
        }
    }
}

impl From<Scope> for v1::TotalsScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Own => Self::Own,
            Scope::Subtree => Self::Subtree,
        }
    }
}

impl From<Tier> for v1::Tier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Province => Self::Province,
            Tier::Department => Self::Department,
            Tier::District => Self::District,
            Tier::Commune => Self::Commune,
        }
    }
}

impl From<Coverage> for v1::Coverage {
    fn from(coverage: Coverage) -> Self {
        Self { reported: coverage.reported, obliged: coverage.obliged }
    }
}

impl From<Bounds> for v1::Bounds {
    fn from(bounds: Bounds) -> Self {
        Self {
            low_numerator: bounds.low.numerator,
            low_denominator: bounds.low.denominator,
            low_reached: bounds.low_is_reached,
            high_numerator: bounds.high.numerator,
            high_denominator: bounds.high.denominator,
            high_reached: bounds.high_is_reached,
            may_be_nothing: bounds.may_be_nothing,
        }
    }
}

impl From<Rank> for v1::Rank {
    fn from(rank: Rank) -> Self {
        Self { place: rank.place, of: rank.of }
    }
}

impl From<Eligibility> for v1::Eligibility {
    fn from(eligibility: Eligibility) -> Self {
        Self { after_days: eligibility.after_days.into(), until: eligibility.until.map(date_message) }
    }
}

impl From<&Outcome> for v1::IndicatorResult {
    fn from(outcome: &Outcome) -> Self {
        Self {
            indicator: outcome.indicator.to_string(),
            span: v1::Span::from(outcome.span).into(),
            numerator: outcome.ratio.numerator,
            denominator: outcome.ratio.denominator,
            coverage: Some(outcome.coverage.into()),
            judgement: outcome.judgement.clone().map(|judged| judgement(judged, outcome.ratio)),
            scope: v1::TotalsScope::from(outcome.scope).into(),
            competence: outcome.competence.map(|tier| v1::Tier::from(tier).into()),
            bounds: outcome.bounds.map(Into::into),
            rank: outcome.rank.map(Into::into),
            eligibility: outcome.eligibility.map(Into::into),
        }
    }
}

/// A judgement of these counts.
pub(crate) fn judgement(judged: Judgement, ratio: Ratio) -> v1::Judgement {
    let threshold = judged.threshold;
    v1::Judgement {
        decision: judged.decision,
        threshold_value: threshold.value,
        threshold_scale: threshold.scale.into(),
        verdict: v1::Verdict::from(judged.verdict).into(),
        shortfall: threshold.shortfall(ratio),
        direction: v1::ThresholdDirection::from(threshold.direction).into(),
        of_record: judged.is_of_record,
        selector: judged.selector.into(),
    }
}

/// The scope at a path of a request, where it is a number that anybody may have sent.
pub(crate) fn read_scope(given: i32, path: &str) -> Result<Scope, Finding> {
    match v1::TotalsScope::try_from(given) {
        Ok(v1::TotalsScope::Own) => Ok(Scope::Own),
        Ok(v1::TotalsScope::Subtree) => Ok(Scope::Subtree),
        Ok(v1::TotalsScope::Unspecified) | Err(_) => {
            Err(Finding::new(path, Reason::FieldRequired, given, "OWN or SUBTREE"))
        }
    }
}

/// The span at a path of a request, likewise.
pub(crate) fn read_span(given: i32, path: &str) -> Result<Span, Finding> {
    match v1::Span::try_from(given) {
        Ok(v1::Span::Period) => Ok(Span::Period),
        Ok(v1::Span::QuarterToDate) => Ok(Span::QuarterToDate),
        Ok(v1::Span::YearToDate) => Ok(Span::YearToDate),
        Ok(v1::Span::Unspecified) | Err(_) => {
            Err(Finding::new(path, Reason::FieldRequired, given, "PERIOD, QUARTER_TO_DATE or YEAR_TO_DATE"))
        }
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::ids::IndicatorCode;
    use baocao_domain::selector::Selector;
    use baocao_domain::target::{Direction, Threshold};
    use jiff::civil::date;

    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> Ratio {
        Ratio { numerator, denominator }
    }

    fn judged(threshold: Threshold, verdict: Verdict) -> Judgement {
        let selector = Selector::parse("tier:commune@178").expect("a selector");
        Judgement { decision: "1045/QĐ-UBND".into(), selector, threshold, verdict, is_of_record: true }
    }

    #[test]
    fn names_on_the_wire_are_those_of_open_data() {
        for verdict in [Verdict::Met, Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain] {
            assert_eq!(v1::Verdict::from(verdict).as_str_name(), format!("VERDICT_{}", verdict.code()));
        }
        let check = |on_wire: &str, prefix: &str, code: &str| {
            assert_eq!(on_wire, format!("{prefix}_{}", code.to_uppercase()));
        };
        for span in Span::ALL {
            check(v1::Span::from(span).as_str_name(), "SPAN", span.code());
        }
        for scope in [Scope::Own, Scope::Subtree] {
            check(v1::TotalsScope::from(scope).as_str_name(), "TOTALS_SCOPE", scope.code());
        }
        for tier in Tier::ALL {
            check(v1::Tier::from(tier).as_str_name(), "TIER", tier.code());
        }
    }

    #[test]
    fn a_scope_and_a_span_come_back_and_unknown_numbers_are_faults() {
        for span in Span::ALL {
            assert_eq!(read_span(v1::Span::from(span).into(), "span"), Ok(span));
        }
        for scope in [Scope::Own, Scope::Subtree] {
            assert_eq!(read_scope(v1::TotalsScope::from(scope).into(), "scope"), Ok(scope));
        }
        for number in [0, 4, -1, i32::MAX] {
            let told = |finding: Finding| (finding.path, finding.reason);
            let fault = |path: &str| (path.to_owned(), Reason::FieldRequired);
            assert_eq!(read_span(number, "indicator.span").map_err(told), Err(fault("indicator.span")), "{number}");
            assert_eq!(read_scope(number, "scope").map_err(told), Err(fault("scope")), "{number}");
        }
    }

    #[test]
    fn a_judgement_says_by_how_many_its_threshold_is_missed_on_either_side() {
        for (direction, value, numerator, denominator, on_wire, shortfall) in [
            (Direction::AtLeast, 800, 7, 9, v1::ThresholdDirection::AtLeast, 1),
            (Direction::AtMost, 20, 7, 100, v1::ThresholdDirection::AtMost, 5),
            (Direction::Exactly, 1_000, 7, 9, v1::ThresholdDirection::Exactly, 2),
        ] {
            let threshold = Threshold { value, scale: 1, direction };
            let told = judgement(judged(threshold, Verdict::Missed), ratio(numerator, denominator));
            assert_eq!((told.threshold_value, told.threshold_scale), (value, 1));
            assert_eq!((told.direction(), told.shortfall), (on_wire, shortfall));
            assert_eq!((told.of_record, told.selector.as_str()), (true, "tier:commune@178"));
        }
    }

    fn outcome() -> Outcome {
        Outcome {
            indicator: IndicatorCode::parse("HS").expect("code"),
            span: Span::QuarterToDate,
            scope: Scope::Own,
            competence: Some(Tier::Commune),
            eligibility: Some(Eligibility { after_days: 5, until: Some(date(2022, 12, 14)) }),
            ratio: ratio(8, 11),
            coverage: Coverage { reported: 1, obliged: 2 },
            bounds: Some(Bounds::of_sets(ratio(8, 13), ratio(10, 11), false)),
            rank: None,
            judgement: Some(judged(Threshold::percent(80), Verdict::Uncertain)),
        }
    }

    #[test]
    fn an_outcome_says_what_was_counted_and_where_it_can_still_end() {
        let result = v1::IndicatorResult::from(&outcome());
        assert_eq!((result.span(), result.scope()), (v1::Span::QuarterToDate, v1::TotalsScope::Own));
        assert_eq!((result.competence(), result.rank.is_none()), (v1::Tier::Commune, true));
        let eligibility = result.eligibility.expect("an eligibility");
        assert_eq!((eligibility.after_days, eligibility.until.map(|day| day.day)), (5, Some(14)));
        let bounds = result.bounds.expect("bounds");
        assert_eq!((bounds.low_numerator, bounds.low_denominator, bounds.low_reached), (8, 13, true));
        assert_eq!((bounds.high_numerator, bounds.high_denominator, bounds.high_reached), (10, 11, true));
        assert!(!bounds.may_be_nothing);
    }

    #[test]
    fn what_is_not_known_of_an_outcome_is_absent_and_not_zero() {
        let plain = Outcome { competence: None, eligibility: None, bounds: None, judgement: None, ..outcome() };
        let result = v1::IndicatorResult::from(&plain);
        assert_eq!((result.competence, result.eligibility, result.bounds), (None, None, None));
        assert_eq!((result.judgement, result.rank), (None, None));
        let ranked = Outcome { rank: Some(Rank { place: 2, of: 11 }), ..plain };
        let rank = v1::IndicatorResult::from(&ranked).rank.expect("a rank");
        assert_eq!((rank.place, rank.of), (2, 11));
    }
}
