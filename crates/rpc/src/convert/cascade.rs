//! Targets to be assigned to the units below.

use std::collections::{BTreeMap, BTreeSet};

use baocao_app::cascade::CascadeTargets;
use baocao_domain::cascade::Rule;
use baocao_domain::ids::UnitCode;
use baocao_domain::period::YEARS;
use baocao_domain::reason::{Finding, Reason, Refusal};
use baocao_domain::target::{Direction, Threshold};

use crate::convert::faults::Faults;
use crate::convert::threshold::read_threshold;
use crate::convert::time::read_day;
use crate::v1;
use crate::v1::cascade_targets_request::Rule as Given;

/// The most percentage points that a share can be raised by.
const POINTS_MAX: u8 = 100;

impl TryFrom<v1::CascadeTargetsRequest> for CascadeTargets {
    type Error = Refusal;

    fn try_from(request: v1::CascadeTargetsRequest) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let year = faults.keep(read_year(request.year));
        let issued = faults.keep(read_day(request.issued, "issued", "the day of issue"));
        let rule = read_rule(request.rule.as_ref(), &mut faults);
        let command = year.zip(issued).zip(rule).map(|((year, issued), rule)| Self {
            unit: request.unit,
            indicator: request.indicator,
            year,
            decision: request.decision,
            issued,
            rule,
            validate_only: request.validate_only,
        });
        faults.or(command)
    }
}

fn read_year(given: i32) -> Result<i16, Finding> {
    let year = i16::try_from(given).ok().filter(|year| YEARS.contains(year));
    let expected = || format!("{} to {}", YEARS.start(), YEARS.end());
    year.ok_or_else(|| Finding::new("year", Reason::PeriodNotAligned, given, expected()))
}

fn read_rule(given: Option<&Given>, faults: &mut Faults) -> Option<Rule> {
    match given {
        Some(Given::Uniform(given)) => read_rate(Some(given), "uniform", faults).map(Rule::Uniform),
        Some(Given::Each(given)) => Some(Rule::Each(read_rates(&given.rates, faults))),
        Some(Given::FromLastPoints(points)) => faults.keep(read_points(*points)),
        None => {
            faults.add(Finding::new("rule", Reason::FieldRequired, "", "uniform, each or from_last_points"));
            None
        }
    }
}

/// A percentage in a direction in which rates are handed down.
fn read_rate(given: Option<&v1::Threshold>, path: &str, faults: &mut Faults) -> Option<Threshold> {
    let rate = read_threshold(given, path, faults)?;
    let is_all = || rate.value == 100 * 10_i64.pow(u32::from(rate.scale));
    let (told, is_right) = match rate.direction {
        Direction::AtLeast => ("AT_LEAST", true),
        Direction::AtMost => ("AT_MOST", false),
        Direction::Exactly => ("EXACTLY", is_all()),
    };
    if !is_right {
        let expected = "AT_LEAST, or EXACTLY with 100%";
        faults.add(Finding::new(format!("{path}.direction"), Reason::FieldRequired, told, expected));
    }
    Some(rate)
}

fn read_points(given: u32) -> Result<Rule, Finding> {
    let points = u8::try_from(given).ok().filter(|points| *points <= POINTS_MAX);
    let expected = || format!("0 to {POINTS_MAX}");
    let too_many = || Finding::new("from_last_points", Reason::CountTooLarge, given, expected());
    points.map(|points| Rule::FromLast { points }).ok_or_else(too_many)
}

/// The rates that could be read. Whose they may be, and whether any is missing, is not looked at.
fn read_rates(given: &[v1::CascadeRate], faults: &mut Faults) -> BTreeMap<UnitCode, Threshold> {
    let mut rates = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (i, rate) in given.iter().enumerate() {
        let path = format!("each.rates[{i}]");
        let is_new = seen.insert(&rate.unit);
        let unit = UnitCode::parse(&rate.unit).ok();
        if unit.is_none() {
            let expected = "the official code of a unit";
            faults.add(Finding::new(format!("{path}.unit"), Reason::UnknownUnit, &rate.unit, expected));
        } else if !is_new {
            faults.add(Finding::new(format!("{path}.unit"), Reason::DuplicateRow, &rate.unit, "each unit once"));
        }
        let threshold = read_rate(rate.threshold.as_ref(), &format!("{path}.threshold"), faults);
        rates.extend(unit.zip(threshold));
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{code, paths};
    use crate::google::r#type::Date as DateMessage;

    fn percent(value: i64) -> v1::Threshold {
        Threshold::percent(value).into()
    }

    fn towards(value: i64, direction: Direction) -> v1::Threshold {
        Threshold { direction, ..Threshold::percent(value) }.into()
    }

    fn rate(unit: &str, threshold: Option<v1::Threshold>) -> v1::CascadeRate {
        v1::CascadeRate { unit: unit.into(), threshold }
    }

    fn request(rule: Option<Given>) -> v1::CascadeTargetsRequest {
        v1::CascadeTargetsRequest {
            unit: "178".into(),
            indicator: "HS_XU_LY_TT".into(),
            year: 2022,
            decision: "215/QĐ-UBND".into(),
            issued: Some(DateMessage { year: 2022, month: 7, day: 1 }),
            validate_only: true,
            rule,
        }
    }

    #[test]
    fn an_assignment_arrives_under_each_rule() {
        let all = v1::Threshold { value: 1_000, scale: 1, ..towards(0, Direction::Exactly) };
        let rates = vec![rate("05971", Some(percent(80))), rate("05972", Some(percent(60)))];
        let each = [("05971", 80), ("05972", 60)].map(|(unit, value)| (code(unit), Threshold::percent(value)));
        for (given, rule) in [
            (Given::Uniform(percent(70)), Rule::Uniform(Threshold::percent(70))),
            (Given::Each(v1::CascadeRates { rates }), Rule::Each(BTreeMap::from(each))),
            (Given::Uniform(all), Rule::Uniform(Threshold { value: 1_000, scale: 1, direction: Direction::Exactly })),
            (Given::FromLastPoints(0), Rule::FromLast { points: 0 }),
            (Given::FromLastPoints(100), Rule::FromLast { points: 100 }),
        ] {
            let command = CascadeTargets::try_from(request(Some(given))).expect("a command");
            assert_eq!(
                command,
                CascadeTargets {
                    unit: "178".into(),
                    indicator: "HS_XU_LY_TT".into(),
                    year: 2022,
                    decision: "215/QĐ-UBND".into(),
                    issued: jiff::civil::date(2022, 7, 1),
                    rule,
                    validate_only: true,
                }
            );
        }
    }

    #[test]
    fn all_faults_are_told_together_in_the_order_of_the_request() {
        let twice = vec![
            rate("05971", Some(percent(80))),
            rate("xã", None),
            rate("05971", Some(v1::Threshold { value: 101, scale: 0, direction: 0 })),
        ];
        let bad_rates = vec![
            "each.rates[1].unit",
            "each.rates[1].threshold",
            "each.rates[2].unit",
            "each.rates[2].threshold.value",
            "each.rates[2].threshold.direction",
        ];
        for (given, told) in [
            (None, vec!["rule"]),
            (Some(Given::FromLastPoints(101)), vec!["from_last_points"]),
            (Some(Given::FromLastPoints(u32::MAX)), vec!["from_last_points"]),
            (Some(Given::Uniform(v1::Threshold::default())), vec!["uniform.direction"]),
            (Some(Given::Uniform(towards(50, Direction::AtMost))), vec!["uniform.direction"]),
            (Some(Given::Uniform(towards(99, Direction::Exactly))), vec!["uniform.direction"]),
            (Some(Given::Each(v1::CascadeRates { rates: twice })), bad_rates),
        ] {
            let refusal = CascadeTargets::try_from(request(given.clone())).expect_err("a refusal");
            assert_eq!(paths(&refusal), told);
            for (year, issued) in [(1999, None), (70_000, Some(DateMessage { year: 2022, month: 2, day: 30 }))] {
                let faulty = v1::CascadeTargetsRequest { year, issued, ..request(given.clone()) };
                let refusal = CascadeTargets::try_from(faulty).expect_err("a refusal");
                assert_eq!(refusal.reason, Reason::PeriodNotAligned, "that of the first");
                assert_eq!(paths(&refusal), [&["year", "issued"], &told[..]].concat());
            }
        }
    }
}
