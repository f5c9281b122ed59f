//! Targets that were assigned to the units below: rates with their weights, and what would make them enough.

use baocao_app::cascade::Cascaded;
use baocao_domain::cascade::{Line, Outcome, Plan, Raise, Repair, Repairs, Role};

use crate::v1;

impl From<Cascaded> for v1::CascadeTargetsResponse {
    fn from(cascaded: Cascaded) -> Self {
        Self {
            delegated_by: cascaded.delegation.decision,
            plan: Some(cascaded.plan.into()),
            weighed_to: cascaded.weighed_to.map(|month| month.to_string()).unwrap_or_default(),
            changed: cascaded.changed,
        }
    }
}

impl From<Plan> for v1::CascadePlan {
    fn from(plan: Plan) -> Self {
        let (outcome, lacking) = match plan.outcome {
            Outcome::Feasible => (v1::CascadeOutcome::Feasible, 0),
            Outcome::Infeasible { lacking } => (v1::CascadeOutcome::Infeasible, lacking),
            Outcome::Unknown => (v1::CascadeOutcome::Unknown, 0),
        };
        Self {
            whole: Some(plan.whole.into()),
            floor: plan.floor.map(Into::into),
            adds_up: plan.adds_up,
            lines: plan.lines.into_iter().map(Into::into).collect(),
            volume: plan.volume,
            reached: plan.reached.unwrap_or_default(),
            outcome: outcome.into(),
            lacking,
            repairs: plan.repairs.map(Into::into),
        }
    }
}

impl From<Line> for v1::CascadeLine {
    fn from(line: Line) -> Self {
        let role = match line.role {
            Role::Unit => v1::CascadeRole::Unit,
            Role::Office => v1::CascadeRole::Office,
            Role::GivenOffice => v1::CascadeRole::GivenOffice,
        };
        Self {
            unit: line.unit.into(),
            role: role.into(),
            weight: line.weight,
            threshold: Some(line.threshold.into()),
            cases: line.cases,
            share: line.share.unwrap_or_default(),
        }
    }
}

impl From<Repairs> for v1::CascadeRepairs {
    fn from(repairs: Repairs) -> Self {
        Self { fewest: Some(repairs.fewest.into()), even: Some(repairs.even.into()), even_points: repairs.even_points }
    }
}

impl From<Repair> for v1::CascadeRepair {
    fn from(repair: Repair) -> Self {
        let words = repair.in_words();
        Self { points: repair.points, raises: repair.raises.into_iter().map(Into::into).collect(), words }
    }
}

impl From<Raise> for v1::CascadeRaise {
    fn from(raise: Raise) -> Self {
        Self { unit: raise.unit.into(), from: Some(raise.from.into()), to: Some(raise.to.into()), points: raise.points }
    }
}

#[cfg(test)]
mod tests {
    use baocao_domain::cascade::{Cascade, Part, Rule};
    use baocao_domain::indicator::Ratio;
    use baocao_domain::regime::Delegation;
    use baocao_domain::target::Threshold;
    use baocao_domain::unit::Tier;

    use super::*;
    use crate::convert::testing::{code, indicator_code, month};

    fn percent(value: i64) -> v1::Threshold {
        Threshold::percent(value).into()
    }

    /// A district with an office and two communes, 100 cases each, whose common target is 50%.
    fn plan(communes: [i64; 2]) -> Plan {
        let part = |unit: &str| Part { unit: code(unit), last: Ratio { numerator: 10, denominator: 100 } };
        let cascade = Cascade {
            whole: Threshold::percent(50),
            floor: Some(Threshold::percent(20)),
            office: Some(part("178")),
            parts: vec![part("05971"), part("05972")],
            adds_up: true,
        };
        let rates = ["05971", "05972"].map(code).into_iter().zip(communes.map(Threshold::percent)).collect();
        cascade.plan(&Rule::Each(rates)).expect("a plan")
    }

    #[test]
    fn an_assignment_that_is_enough_is_told_part_by_part() {
        let cascaded = Cascaded {
            delegation: Delegation {
                decision: "1045/QĐ-UBND".into(),
                indicator: indicator_code(),
                from: Tier::District,
                to: Tier::Commune,
                floor: None,
                basis: String::new(),
            },
            plan: plan([80, 20]),
            weighed_to: Some(month()),
            changed: true,
        };
        let answer = v1::CascadeTargetsResponse::from(cascaded);
        assert_eq!((answer.delegated_by.as_str(), answer.weighed_to.as_str()), ("1045/QĐ-UBND", "2022-M09"));
        let plan = answer.plan.expect("a plan");
        assert_eq!((answer.changed, plan.outcome(), plan.lacking), (true, v1::CascadeOutcome::Feasible, 0));
        assert_eq!((plan.volume, plan.reached.as_str(), plan.repairs), (300, "50,00%", None));
        assert_eq!((plan.whole, plan.floor), (Some(percent(50)), Some(percent(20))));
        let lines: Vec<_> = plan
            .lines
            .iter()
            .map(|line| (line.unit.as_str(), line.role(), line.threshold.map(|t| t.value), line.weight, line.cases))
            .collect();
        assert_eq!(
            lines,
            [
                ("178", v1::CascadeRole::Office, Some(50), 100, 50),
                ("05971", v1::CascadeRole::Unit, Some(80), 100, 80),
                ("05972", v1::CascadeRole::Unit, Some(20), 100, 20),
            ]
        );
        assert_eq!(plan.lines[1].share, "53,34%");
    }

    #[test]
    fn rates_that_are_not_enough_bear_what_would_be() {
        let told = v1::CascadePlan::from(plan([50, 40]));
        assert_eq!((told.outcome(), told.lacking), (v1::CascadeOutcome::Infeasible, 10));
        let repairs = told.repairs.expect("repairs");
        let (fewest, even) = (repairs.fewest.expect("a repair"), repairs.even.expect("a repair"));
        assert_eq!((fewest.points, even.points, repairs.even_points), (10, 10, 5));
        let raises = |repair: &v1::CascadeRepair| {
            let ends = |raise: &v1::CascadeRaise| (raise.from.map(|t| t.value), raise.to.map(|t| t.value));
            repair.raises.iter().map(|raise| (raise.unit.clone(), ends(raise), raise.points)).collect::<Vec<_>>()
        };
        assert_eq!(raises(&fewest), [("05971".to_owned(), (Some(50), Some(60)), 10)]);
        let two = [("05971".to_owned(), (Some(50), Some(55)), 5), ("05972".to_owned(), (Some(40), Some(45)), 5)];
        assert_eq!(raises(&even), two);
        assert_eq!(fewest.words, "Tăng tổng cộng 10 điểm phần trăm tại 01 đơn vị.");
    }
}
