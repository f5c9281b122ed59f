//! Targets: those that hold, and their verdicts.

use baocao_app::expectation::Expectation;
use baocao_app::totals::Totals;
use baocao_domain::edition::Outcome;
use baocao_domain::indicator::Ratio;
use baocao_domain::reason::Refusal;
use baocao_domain::selector::Specificity;
use baocao_domain::target::{Target, Threshold};

use crate::convert::page::{Page, page};
use crate::convert::time::{date_message, timestamp};
use crate::v1;

impl From<Target> for v1::Target {
    fn from(target: Target) -> Self {
        Self {
            decision: target.decision,
            applies_from: Some(date_message(target.applies_from)),
            year: target.year.into(),
            indicator: target.indicator.into(),
            selector: target.selector.into(),
            threshold: target.threshold.map(Into::into),
            window: v1::Span::from(target.window).into(),
            scope: target.scope.map(|scope| v1::TotalsScope::from(scope).into()),
            competence: target.competence.map(|tier| v1::Tier::from(tier).into()),
            eligibility: target.eligibility.map(Into::into),
            basis: target.basis,
        }
    }
}

/// The page of the targets that hold that a request asks for.
pub(crate) fn effective_targets(
    held: Vec<Expectation>,
    request: &v1::ListTargetsRequest,
) -> Result<v1::ListTargetsResponse, Refusal> {
    let below = if request.with_subtree { "subtree" } else { "own" };
    let list = format!("targets~{}~{}~{below}", request.unit, request.period);
    let key = |held: &Expectation| format!("{}/{}", held.unit, held.target.indicator);
    let Page { items, next_page_token } = page(held, &list, request.page_size, &request.page_token, key)?;
    Ok(v1::ListTargetsResponse { targets: items.into_iter().map(Into::into).collect(), next_page_token })
}

impl From<Expectation> for v1::EffectiveTarget {
    fn from(held: Expectation) -> Self {
        let (specificity, depth) = match held.specificity {
            Specificity::All => (v1::TargetSpecificity::All, 0),
            Specificity::Kind => (v1::TargetSpecificity::Kind, 0),
            Specificity::Below(depth) => (v1::TargetSpecificity::Below, depth),
            Specificity::Named => (v1::TargetSpecificity::Named, 0),
        };
        let (why_vi, why_en) = held.why;
        Self {
            unit: held.unit.into(),
            name: held.name,
            target: Some(held.target.into()),
            scope: v1::TotalsScope::from(held.scope).into(),
            specificity: specificity.into(),
            depth: depth.into(),
            why_vi,
            why_en,
            displaced: held.displaced.into_iter().map(Into::into).collect(),
        }
    }
}

/// The verdicts on the targets of the unit asked for.
pub(crate) fn evaluation(totals: &Totals) -> v1::EvaluateTargetsResponse {
    let edition = &totals.edition;
    let Some(unit) = edition.units.get(totals.position) else { return v1::EvaluateTargetsResponse::default() };
    v1::EvaluateTargetsResponse {
        unit: unit.code.to_string(),
        name: unit.name.clone(),
        edition: edition.id.to_string(),
        frozen: totals.is_frozen,
        sealed_at: Some(timestamp(edition.sealed_at)),
        evaluations: unit.outcomes.iter().filter_map(evaluated).collect(),
    }
}

fn evaluated(outcome: &Outcome) -> Option<v1::TargetEvaluation> {
    let (left, right) = compared(outcome.ratio, outcome.judgement.as_ref()?.threshold);
    Some(v1::TargetEvaluation { result: Some(outcome.into()), left: left.to_string(), right: right.to_string() })
}

/// The two numbers whose order is the verdict; 128 bits hold them, whatever the counts.
fn compared(ratio: Ratio, threshold: Threshold) -> (i128, i128) {
    let whole = 100 * 10_i128.pow(u32::from(threshold.scale));
    (i128::from(ratio.numerator) * whole, i128::from(threshold.value) * i128::from(ratio.denominator))
}

#[cfg(test)]
mod tests {
    use baocao_domain::indicator::Scope;
    use baocao_domain::procedure::Eligibility;
    use baocao_domain::selector::Selector;
    use baocao_domain::target::{Direction, Span};
    use baocao_domain::unit::Tier;
    use jiff::civil::date;

    use super::*;
    use crate::convert::testing::{code, indicator_code, totals_of};

    fn target(selector: &str, threshold: Option<Threshold>) -> Target {
        Target {
            decision: "1045/QĐ-UBND".into(),
            applies_from: date(2022, 6, 21),
            year: 2022,
            indicator: indicator_code(),
            selector: Selector::parse(selector).expect(selector),
            threshold,
            window: Span::YearToDate,
            scope: None,
            competence: None,
            eligibility: None,
            basis: "Phụ lục I".into(),
        }
    }

    fn held(unit: &str, specificity: Specificity) -> Expectation {
        Expectation {
            unit: code(unit),
            name: format!("Đơn vị {unit}"),
            target: target("unit:178", Some(Threshold::percent(80))),
            scope: Scope::Subtree,
            specificity,
            why: ("giao đích danh đơn vị".into(), "row unit:178".into()),
            displaced: vec![target("group:B", Some(Threshold::percent(50))), target("all", None)],
        }
    }

    #[test]
    fn a_target_says_what_a_decision_says_and_nothing_of_what_it_leaves_open() {
        let plain = v1::Target::from(target("tier:commune@178", None));
        assert_eq!((plain.selector.as_str(), plain.threshold), ("tier:commune@178", None));
        assert_eq!((plain.scope, plain.competence, plain.eligibility), (None, None, None));
        assert_eq!((plain.window(), plain.year), (v1::Span::YearToDate, 2022));
        assert_eq!(plain.applies_from.map(|day| (day.month, day.day)), Some((6, 21)));
        let full = v1::Target::from(Target {
            scope: Some(Scope::Own),
            competence: Some(Tier::District),
            eligibility: Some(Eligibility { after_days: 5, until: None }),
            ..target("group:B", Some(Threshold { value: 575, scale: 1, direction: Direction::AtMost }))
        });
        assert_eq!((full.scope(), full.competence()), (v1::TotalsScope::Own, v1::Tier::District));
        assert_eq!(full.eligibility.map(|e| (e.after_days, e.until)), Some((5, None)));
        let threshold = full.threshold.expect("a threshold");
        assert_eq!((threshold.value, threshold.scale), (575, 1));
        assert_eq!(threshold.direction(), v1::ThresholdDirection::AtMost);
    }

    #[test]
    fn a_target_that_holds_says_why_and_what_it_displaces() {
        for (specificity, told) in [
            (Specificity::All, (v1::TargetSpecificity::All, 0)),
            (Specificity::Kind, (v1::TargetSpecificity::Kind, 0)),
            (Specificity::Below(1), (v1::TargetSpecificity::Below, 1)),
            (Specificity::Named, (v1::TargetSpecificity::Named, 0)),
        ] {
            let answer = v1::EffectiveTarget::from(held("178", specificity));
            assert_eq!((answer.specificity(), answer.depth), told);
            assert_eq!((answer.why_vi.as_str(), answer.why_en.as_str()), ("giao đích danh đơn vị", "row unit:178"));
            let displaced: Vec<_> =
                answer.displaced.iter().map(|other| (other.selector.as_str(), other.threshold.is_some())).collect();
            assert_eq!(displaced, [("group:B", true), ("all", false)]);
        }
    }

    #[test]
    fn targets_come_page_by_page_and_a_token_is_for_one_list() {
        let all = || ["178", "05971", "05972"].map(|unit| held(unit, Specificity::Named)).to_vec();
        let mut request =
            v1::ListTargetsRequest { unit: "178".into(), with_subtree: true, page_size: 2, ..Default::default() };
        let first = effective_targets(all(), &request).expect("a page");
        request.page_token.clone_from(&first.next_page_token);
        let last = effective_targets(all(), &request).expect("a page");
        let units = |page: &v1::ListTargetsResponse| page.targets.iter().map(|t| t.unit.clone()).collect::<Vec<_>>();
        assert_eq!((units(&first), units(&last)), (vec!["178".into(), "05971".into()], vec!["05972".to_owned()]));
        request.with_subtree = false;
        effective_targets(all(), &request).expect_err("a token of another list");
    }

    #[test]
    fn only_what_was_judged_is_an_evaluation_with_the_integers_compared() {
        let answer = evaluation(&totals_of("178"));
        assert_eq!((answer.unit.as_str(), answer.edition.as_str(), answer.frozen), ("178", "2022-M09/1", true));
        let told: Vec<_> = answer
            .evaluations
            .iter()
            .map(|e| (e.result.as_ref().map(v1::IndicatorResult::span), e.left.as_str(), e.right.as_str()))
            .collect();
        assert_eq!(told, [(Some(v1::Span::QuarterToDate), "400", "600"), (Some(v1::Span::YearToDate), "400", "600")]);
    }

    #[test]
    fn the_order_of_what_is_compared_is_the_verdict() {
        for direction in [Direction::AtLeast, Direction::AtMost, Direction::Exactly] {
            for (numerator, denominator, value, scale) in [
                (4, 5, 80, 0),
                (7, 9, 80, 0),
                (575, 1_000, 575, 1),
                (5_749, 10_000, 575, 1),
                (3, 3, 100, 0),
                (i64::MAX, i64::MAX, 100_000_000_000, 9),
                (i64::MAX - 1, i64::MAX, 100_000_000_000, 9),
            ] {
                let (ratio, threshold) = (Ratio { numerator, denominator }, Threshold { value, scale, direction });
                let (left, right) = compared(ratio, threshold);
                let is_reached = direction.admits(left.cmp(&right));
                assert_eq!(is_reached, threshold.is_reached_by(ratio), "{ratio:?} {threshold:?}");
            }
        }
    }
}
