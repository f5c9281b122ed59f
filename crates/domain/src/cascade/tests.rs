//! Cascades against tables and an independent search by brute force.

use super::*;
use crate::rounding::threshold_text;
use crate::target::Direction;

fn unit(code: &str) -> UnitCode {
    UnitCode::parse(code).expect(code)
}

fn part(code: &str, numerator: i64, denominator: i64) -> Part {
    Part { unit: unit(code), last: Ratio { numerator, denominator } }
}

/// 57,5% is `rate(575, 1)`.
fn rate(value: i64, scale: u8) -> Threshold {
    Threshold { value, scale, direction: Direction::AtLeast }
}

fn each(rates: &[(&str, Threshold)]) -> Rule {
    Rule::Each(rates.iter().map(|(code, rate)| (unit(code), *rate)).collect())
}

/// Units 1, 2, … of these weights, without an office.
fn cascade(whole: Threshold, weights: &[i64]) -> Cascade {
    let parts = weights.iter().zip(1..).map(|(weight, code)| part(&format!("{code}"), 0, *weight)).collect();
    Cascade { whole, floor: None, office: None, parts, adds_up: true }
}

/// The plan of units 1, 2, … with these weights and rates.
fn plan(whole: Threshold, units: &[(i64, Threshold)]) -> Plan {
    let weights: Vec<i64> = units.iter().map(|(weight, _)| *weight).collect();
    let rates = units.iter().zip(1..).map(|((_, rate), code)| (unit(&format!("{code}")), *rate)).collect();
    cascade(whole, &weights).plan(&Rule::Each(rates)).expect("a plan")
}

fn raises(repair: &Repair) -> Vec<(&str, String, String)> {
    let text = |raise: &Raise| (threshold_text(raise.from), threshold_text(raise.to));
    repair.raises.iter().map(|raise| (raise.unit.as_str(), text(raise).0, text(raise).1)).collect()
}

/// A linear congruential generator (Knuth's MMIX): the same cases on every run.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, limit: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % limit).expect("31 bits")
    }
}

#[test]
fn the_weighted_rates_must_reach_the_common_one() {
    let check = |whole, units: &[(i64, Threshold)], outcome, reached| {
        let plan = plan(whole, units);
        assert_eq!((plan.outcome, plan.reached.as_deref()), (outcome, reached), "{whole:?} {units:?}");
        assert_eq!(plan.repairs.is_some(), matches!(outcome, Outcome::Infeasible { .. }), "{whole:?} {units:?}");
    };
    let percent = |value| rate(value, 0);
    let lacking = |lacking| Outcome::Infeasible { lacking };
    check(percent(50), &[(100, percent(50)), (300, percent(50))], Outcome::Feasible, Some("50,00%"));
    check(percent(50), &[(100, percent(80)), (300, percent(40))], Outcome::Feasible, Some("50,00%"));
    check(percent(50), &[(100, percent(79)), (300, percent(40))], lacking(1), Some("49,75%"));
    check(percent(50), &[(100, percent(40)), (300, percent(40))], lacking(40), Some("40,00%"));
    check(percent(0), &[(9, percent(0))], Outcome::Feasible, Some("0,00%"));
    // A rate without volume behind it helps nobody.
    check(percent(50), &[(0, percent(100)), (1, percent(49))], lacking(1), Some("49,00%"));
    check(percent(50), &[(0, percent(50)), (0, percent(50))], Outcome::Unknown, None);
    check(percent(50), &[], Outcome::Unknown, None);
    // Mixed scales: exactly, and a thousandth of a point below.
    check(rate(575, 1), &[(100, percent(57)), (100, percent(58))], Outcome::Feasible, Some("57,50%"));
    check(rate(575, 1), &[(100, percent(57)), (100, rate(57_999, 3))], lacking(1), Some("57,4995%"));
    check(percent(100), &[(7, percent(100)), (9, rate(1_000, 1))], Outcome::Feasible, Some("100,00%"));
    check(percent(100), &[(7, rate(999_999_999, 7)), (9, percent(100))], lacking(1), Some("99,99999996%"));
    check(percent(100), &[(1, rate(99_999_999_999, 9))], lacking(1), Some("99,999999999%"));
    // As large as a count can be.
    let most = i64::MAX;
    check(percent(50), &[(most, percent(50)), (most, percent(50))], Outcome::Feasible, Some("50,00%"));
    check(percent(50), &[(most, rate(499, 1)), (most, percent(50))], lacking(9_223_372_036_854_776), Some("49,95%"));
    check(percent(100), &[(most, percent(0)), (most, percent(0))], lacking(most), Some("0,00%"));
}

#[test]
fn exactly_all_is_all_and_nothing_less() {
    let all = Threshold { value: 100, scale: 0, direction: Direction::Exactly };
    assert_eq!(plan(all, &[(7, all), (9, rate(100, 0))]).outcome, Outcome::Feasible);
    let short = plan(all, &[(7, all), (9, rate(98, 0))]);
    assert_eq!(short.outcome, Outcome::Infeasible { lacking: 1 });
    assert_eq!(raises(&short.repairs.expect("repairs").fewest), [("2", "98%".into(), "100%".into())]);
}

#[test]
fn the_office_keeps_the_common_rate_unless_it_is_given_another() {
    let mut cascade = cascade(rate(50, 0), &[100, 100]);
    cascade.office = Some(part("178", 10, 1_000));
    let roles = |plan: &Plan| plan.lines.iter().map(|line| (line.role, line.threshold)).collect::<Vec<_>>();

    let kept = cascade.plan(&Rule::Uniform(rate(49, 0))).expect("a plan");
    assert_eq!(roles(&kept)[..2], [(Role::Office, rate(50, 0)), (Role::Unit, rate(49, 0))]);
    assert_eq!(kept.outcome, Outcome::Infeasible { lacking: 2 });
    // However large the office is, it is the units that rise: by two points altogether.
    let repairs = kept.repairs.as_ref().expect("repairs");
    assert_eq!(raises(&repairs.fewest), [("1", "49%".into(), "51%".into())]);
    assert_eq!(raises(&repairs.even), [("1", "49%".into(), "50%".into()), ("2", "49%".into(), "50%".into())]);
    assert_eq!(kept.assigned(), [(unit("1"), rate(49, 0)), (unit("2"), rate(49, 0))].into());

    let rule = each(&[("178", rate(49, 0)), ("1", rate(49, 0)), ("2", rate(49, 0))]);
    let given = cascade.plan(&rule).expect("a plan");
    assert_eq!(roles(&given)[0], (Role::GivenOffice, rate(49, 0)));
    assert_eq!(given.outcome, Outcome::Infeasible { lacking: 12 });
    assert_eq!(
        raises(&given.repairs.as_ref().expect("repairs").fewest),
        [("178", "49%".into(), "51%".into())],
        "a point of the office weighs ten of a unit"
    );
    assert_eq!(given.assigned().len(), 2);
}

#[test]
fn every_unit_below_the_floor_is_named() {
    let mut cascade = cascade(rate(20, 0), &[10, 20, 30]);
    cascade.floor = Some(rate(20, 0));
    cascade.office = Some(part("150", 0, 1));
    let below = |code: &str, given: Threshold| Fault::BelowFloor { unit: unit(code), given, floor: rate(20, 0) };
    let rule = each(&[("150", rate(0, 0)), ("1", rate(199, 1)), ("2", rate(20, 0)), ("3", rate(19, 0))]);
    let faults = [below("150", rate(0, 0)), below("1", rate(199, 1)), below("3", rate(19, 0))];
    assert_eq!(cascade.plan(&rule), Err(faults.to_vec()));
    assert_eq!(cascade.plan(&Rule::Uniform(rate(10, 0))).expect_err("below").len(), 3, "the office keeps 20%");
    assert!(cascade.plan(&Rule::Uniform(rate(20, 0))).is_ok());
    assert_eq!(faults[1].in_words(), "Đơn vị 1: giao 19,9%, thấp hơn mức sàn 20%.");
}

#[test]
fn rates_from_the_last_share() {
    for (numerator, denominator, points, floor, expected) in [
        (31, 100, 5, None, rate(36, 0)),
        (1, 3, 0, None, rate(34, 0)),       // 33,33… is rounded up
        (311, 1_000, 5, None, rate(37, 0)), // 31,1 + 5
        (0, 7, 0, None, rate(0, 0)),
        (0, 7, 5, Some(rate(20, 0)), rate(20, 0)),
        (0, 7, 21, Some(rate(205, 1)), rate(21, 0)),
        (0, 7, 20, Some(rate(205, 1)), rate(205, 1)),
        (97, 100, 5, None, rate(100, 0)),
        (7, 7, 255, None, rate(100, 0)),
        (0, 0, 5, None, rate(50, 0)),              // without volume: the common rate,
        (0, 0, 5, Some(rate(60, 0)), rate(60, 0)), // never below the floor
        (i64::MAX, i64::MAX, 0, None, rate(100, 0)),
    ] {
        let parts = vec![part("1", numerator, denominator)];
        let cascade = Cascade { whole: rate(50, 0), floor, office: None, parts, adds_up: true };
        let plan = cascade.plan(&Rule::FromLast { points }).expect("a plan");
        assert_eq!(plan.lines[0].threshold, expected, "{numerator}/{denominator} + {points}, floor {floor:?}");
    }
}

#[test]
fn all_faults_are_found() {
    let at_most = Threshold { value: 5, scale: 0, direction: Direction::AtMost };
    let exactly_half = Threshold { value: 50, scale: 0, direction: Direction::Exactly };
    for bad in [at_most, exactly_half, rate(-1, 0), rate(101, 0), rate(1_001, 1), rate(1, 10), rate(i64::MAX, 0)] {
        let fault = |unit| Fault::BadThreshold { unit, given: bad };
        assert_eq!(plan_of(&cascade(bad, &[1])), Err(vec![fault(None)]));
        let with_floor = Cascade { floor: Some(bad), ..cascade(rate(50, 0), &[1]) };
        assert_eq!(plan_of(&with_floor), Err(vec![fault(None)]));
        let rule = Rule::Uniform(bad);
        let faults = vec![fault(Some(unit("1"))), fault(Some(unit("2")))];
        assert_eq!(cascade(rate(50, 0), &[1, 1]).plan(&rule), Err(faults));
    }
    let parts = [("2", 0, 1), ("1", 2, 1), ("2", 0, 1), ("4", 0, -1), ("3", -1, 1), ("5", 0, 1)];
    let parts = parts.map(|(code, numerator, denominator)| part(code, numerator, denominator)).to_vec();
    let cascade = Cascade { parts, ..cascade(rate(50, 0), &[]) };
    let rule = each(&["1", "2", "3", "4", "9"].map(|code| (code, rate(50, 0))));
    let faults = vec![
        Fault::NotAPart { unit: unit("9") },
        Fault::BadLast { unit: unit("1") },
        Fault::Twice { unit: unit("2") },
        Fault::BadLast { unit: unit("3") },
        Fault::BadLast { unit: unit("4") },
        Fault::NotGiven { unit: unit("5") },
    ];
    assert_eq!(cascade.plan(&rule), Err(faults));
}

fn plan_of(cascade: &Cascade) -> Result<Plan, Vec<Fault>> {
    cascade.plan(&Rule::Uniform(rate(50, 0)))
}

/// A small case with rates in tenths of a percent, and its sums apart from the code under test.
struct Case {
    whole: i64,
    units: Vec<(i64, i64)>,
}

impl Case {
    fn random(lcg: &mut Lcg) -> Self {
        // Rates near the top, so that the border at 100% is met often.
        let whole = [1_000, 995, 950, 900][usize::try_from(lcg.below(4)).expect("small")] - lcg.below(3);
        let units = (0..=lcg.below(3)).map(|_| (lcg.below(12), 1_000 - lcg.below(75))).collect();
        Self { whole, units }
    }

    fn holds(&self, raised: &[i64]) -> bool {
        let reached: i64 = self.units.iter().zip(raised).map(|((w, t), points)| w * (t + 10 * points).min(1_000)).sum();
        reached >= self.whole * self.units.iter().map(|(w, _)| w).sum::<i64>()
    }

    /// Whether any way to spread so many points makes the common target certain.
    fn holds_with(&self, points: i64, spread: &mut Vec<i64>) -> bool {
        if spread.len() == self.units.len() {
            return self.holds(spread);
        }
        (0..=points).any(|mine| {
            spread.push(mine);
            let holds = self.holds_with(points - mine, spread);
            spread.pop();
            holds
        })
    }
}

#[test]
fn repairs_are_enough_and_one_point_less_is_not() {
    let mut lcg = Lcg(1_045);
    let (mut repaired, mut capped) = (0, 0);
    for _ in 0..3_000 {
        let case = Case::random(&mut lcg);
        let units: Vec<(i64, Threshold)> =
            case.units.iter().map(|(weight, tenths)| (*weight, rate(*tenths, 1))).collect();
        let plan = plan(rate(case.whole, 1), &units);
        let volume: i64 = case.units.iter().map(|(weight, _)| weight).sum();
        let Some(repairs) = &plan.repairs else {
            let expected = if volume == 0 { Outcome::Unknown } else { Outcome::Feasible };
            assert_eq!(plan.outcome, expected, "{units:?}");
            assert!(case.holds(&vec![0; units.len()]), "{units:?}");
            continue;
        };
        let fewest = repairs.fewest.points;
        assert!(!case.holds_with(fewest - 1, &mut Vec::new()), "{units:?}: fewer than {fewest} points are enough");
        let even = |points| vec![points; units.len()];
        assert!(case.holds(&even(repairs.even_points)) && !case.holds(&even(repairs.even_points - 1)), "{units:?}");
        let weights: Vec<i64> = case.units.iter().map(|(weight, _)| *weight).collect();
        for repair in [&repairs.fewest, &repairs.even] {
            let is_raise = |raise: &Raise| exact(raise.from) < exact(raise.to) && exact(raise.to) <= Some(FULL);
            assert!(repair.raises.iter().all(is_raise), "{units:?}: {repair:?}");
            let after = cascade(plan.whole, &weights).plan(&after_repair(&plan, repair)).expect("a plan");
            assert_eq!(after.outcome, Outcome::Feasible, "{units:?} after {repair:?}");
            capped += repair.raises.iter().filter(|raise| raise.to == rate(100, 0)).count();
        }
        repaired += 1;
    }
    assert!(repaired > 1_000 && capped > 1_000, "{repaired} repaired, {capped} to 100%: too few to prove anything");
}

#[test]
fn points_go_where_they_gain_most_and_ties_to_the_first_code() {
    let percent = |value| rate(value, 0);
    for (whole, units, fewest, even_points) in [
        (percent(50), vec![(10, percent(48)), (30, percent(48)), (20, percent(48))], vec![("2", "52%", 4)], 2),
        (percent(50), vec![(10, percent(49)), (10, percent(49))], vec![("1", "51%", 2)], 1),
        (rate(991, 1), vec![(10, percent(90)), (90, percent(98))], vec![("1", "91%", 1), ("2", "100%", 2)], 2),
        // Half a point of unit 1 gains 5, a whole one of unit 2 gains 6.
        (percent(98), vec![(10, rate(995, 1)), (6, rate(947, 1))], vec![("2", "95,7%", 1)], 1),
    ] {
        let repairs = plan(whole, &units).repairs.expect("repairs");
        let short = |raise: &Raise| (raise.unit.to_string(), threshold_text(raise.to), raise.points);
        let found: Vec<_> = repairs.fewest.raises.iter().map(short).collect();
        let fewest: Vec<_> = fewest.into_iter().map(|(code, to, points)| (code.into(), to.into(), points)).collect();
        assert_eq!((found, repairs.even_points), (fewest, even_points), "{units:?}");
    }
}

#[test]
fn a_plan_says_who_carries_how_much() {
    let mut cascade = cascade(rate(50, 0), &[120, 0]);
    cascade.office = Some(part("178", 30, 80));
    let plan = cascade.plan(&Rule::Uniform(rate(455, 1))).expect("a plan");
    assert_eq!((plan.volume, plan.outcome), (200, Outcome::Infeasible { lacking: 6 }));
    let said: Vec<String> = plan.lines.iter().map(|line| line.in_words("hồ sơ")).collect();
    assert_eq!(
        said,
        [
            "Cơ quan của cấp giao chỉ tiêu, giữ mức chung tối thiểu 50%: ít nhất 40 trên 80 hồ sơ của kỳ gần nhất, \
             chiếm 42,28% kết quả chung.",
            "Giao tối thiểu 45,5%: ít nhất 55 trên 120 hồ sơ của kỳ gần nhất, chiếm 57,72% kết quả chung.",
            "Giao tối thiểu 45,5%; kỳ gần nhất không phát sinh hồ sơ.",
        ]
    );
    assert_eq!(
        plan.in_words("hồ sơ"),
        "Chưa bảo đảm chỉ tiêu chung 50%: nếu các đơn vị chỉ đạt đúng mức được giao thì kết quả chung là 47,30%, \
         còn thiếu 06 hồ sơ."
    );
    let repairs = plan.repairs.expect("repairs");
    assert_eq!(repairs.fewest.in_words(), "Tăng tổng cộng 05 điểm phần trăm tại 01 đơn vị.");
    assert_eq!(repairs.fewest.raises[0].in_words(), "Đơn vị 1: tăng từ 45,5% lên 50,5%.");
    let enough = cascade.plan(&Rule::Uniform(rate(50, 0))).expect("a plan");
    assert_eq!(
        enough.in_words("hồ sơ"),
        "Bảo đảm chỉ tiêu chung 50%: nếu các đơn vị đạt đúng mức được giao thì kết quả chung là 50,00%."
    );
}

#[test]
fn distinct_procedures_do_not_add_up() {
    let cascade = Cascade { adds_up: false, ..cascade(rate(80, 0), &[10, 20]) };
    let plan = cascade.plan(&Rule::Uniform(rate(50, 0))).expect("a plan");
    assert_eq!((plan.outcome, plan.reached.clone(), plan.repairs.clone()), (Outcome::Unknown, None, None));
    assert!(plan.lines.iter().all(|line| line.share.is_none()));
    assert_eq!(
        plan.in_words("dịch vụ"),
        "Không xác định được có bảo đảm chỉ tiêu chung 80% hay không: số dịch vụ của các đơn vị có phần trùng nhau \
         nên không cộng được."
    );
}

/// The rule that gives every part its rate of the plan, after a repair.
fn after_repair(plan: &Plan, repair: &Repair) -> Rule {
    let given = plan.lines.iter().filter(|line| line.role != Role::Office);
    let mut rates: BTreeMap<UnitCode, Threshold> = given.map(|line| (line.unit.clone(), line.threshold)).collect();
    rates.extend(repair.raises.iter().map(|raise| (raise.unit.clone(), raise.to)));
    Rule::Each(rates)
}
