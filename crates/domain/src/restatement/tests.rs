//! What a restatement lists, and that it is all.

use jiff::civil::date;

use super::values::{Values, differing, of_unit, units_of_both};
use super::*;
use crate::edition::{Cause, SealedReport};
use crate::figures::Figures;
use crate::ids::{ProcedureCode, SingleFieldCode, UnitId};
use crate::indicator::{Count, Indicator};
use crate::regime::Regime;
use crate::target::Target;
use crate::testing::{form_with_fields, indicator, regime, tree};
use crate::tree::Hierarchy;

const ABSENT: i64 = 6;

/// Two indicators, and a target of 50% for everybody.
fn judged() -> Regime {
    let procedures = Indicator {
        code: IndicatorCode::parse("DV").expect("code"),
        short_name: "dịch vụ".into(),
        ..indicator(Count::DistinctProcedures)
    };
    let target = Target {
        decision: "1045/QĐ-UBND".into(),
        applies_from: date(2022, 6, 21),
        year: 2022,
        indicator: IndicatorCode::parse("HS").expect("code"),
        selector: Selector::All,
        threshold: Some(Threshold::percent(50)),
        window: Span::YearToDate,
        scope: None,
        competence: None,
        eligibility: None,
        basis: String::new(),
    };
    Regime {
        form: form_with_fields(),
        indicators: vec![indicator(Count::Sum), procedures],
        targets: vec![target],
        ..regime()
    }
}

fn month(key: &str) -> PeriodKey {
    PeriodKey::parse(key).expect(key)
}

/// One row: so many online, so many direct, all resolved on time.
fn report(unit: i64, month: PeriodKey, revision: u32, online: i64, direct: i64) -> SealedReport {
    let code = ProcedureCode::parse("9.000001").expect("code");
    let due = SingleFieldCode::parse("due").expect("code");
    SealedReport {
        unit: UnitId(unit),
        month,
        revision,
        received_at: Instant::from_micros(0),
        nil: false,
        figures: Figures {
            rows: BTreeMap::from([(code, vec![online, direct, 0, 0, online + direct, 0, 0, 0])]),
            single_fields: BTreeMap::from([(due, online)]),
        },
    }
}

fn make(id: &str, regime: &Regime, tree: &Hierarchy, reports: &[SealedReport]) -> Edition {
    let id = EditionId::parse(id).expect(id);
    Edition::make(id, Cause::Locked, Instant::from_micros(0), regime, tree, reports)
}

fn source(unit: &str, month: PeriodKey, before: Option<u32>, now: Option<u32>) -> Source {
    let code = UnitCode::parse(unit).expect(unit);
    Source { name: unit.to_owned(), unit: code, month, before, now, note: "nhập nhầm cột".into() }
}

/// July of everybody but the unit that is absent: 3 online and 7 direct each.
fn july() -> Vec<SealedReport> {
    (1..=7).filter(|unit| *unit != ABSENT).map(|unit| report(unit, month("2022-M07"), 1, 3, 7)).collect()
}

fn find<'a>(restatement: &'a Restatement, unit: &str, item: &Item) -> Option<&'a Change> {
    restatement.changes.iter().find(|change| change.unit.as_str() == unit && change.item == *item)
}

fn hs(item: fn(IndicatorCode, Span) -> Item, span: Span) -> Item {
    item(IndicatorCode::parse("HS").expect("code"), span)
}

fn ratio(indicator: IndicatorCode, span: Span) -> Item {
    Item::Ratio { indicator, span }
}

fn rank(indicator: IndicatorCode, span: Span) -> Item {
    Item::Rank { indicator, span }
}

fn verdict(indicator: IndicatorCode, span: Span) -> Item {
    Item::Verdict { indicator, span }
}

/// Applies changes to the values of one unit.
fn applied(mut values: Values, changes: &[&Change]) -> Values {
    for change in changes {
        let at = values.iter().position(|(item, _)| *item == change.item);
        assert_eq!(at.map(|at| &values[at].1), change.old.as_ref(), "{:?}", change.item);
        if let Some(at) = at {
            values.remove(at);
        }
        values.extend(change.new.clone().map(|new| (change.item.clone(), new)));
    }
    values
}

fn check_complete(before: &Edition, now: &Edition) -> usize {
    let restatement = Restatement::between(before, now, Vec::new());
    let unit_of = |edition: &Edition, code: &UnitCode| -> Values {
        of_unit(edition, edition.units.iter().find(|unit| unit.code == *code))
    };
    for code in units_of_both(before, now) {
        let of_code: Vec<&Change> = restatement.changes.iter().filter(|change| change.unit == *code).collect();
        let made = applied(unit_of(before, code), &of_code);
        assert_eq!(differing(&made, &unit_of(now, code)), [], "{code}");
    }
    assert!(restatement.changes.iter().all(|change| change.old != change.new));
    restatement.changes.len()
}

#[test]
fn changes_applied_to_the_old_edition_give_the_new_one() {
    let (regime, tree) = (judged(), tree());
    // A small generator of its own: the domain has no chance.
    let mut state: u64 = 42;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % below).expect("small")
    };
    let mut changed = 0;
    for _ in 0..100 {
        let mut any_reports = || -> Vec<SealedReport> {
            let mut reports = Vec::new();
            for unit in 1..=7 {
                for key in ["2022-M07", "2022-M08", "2022-M09"] {
                    if next(5) > 0 {
                        let revision = u32::try_from(next(2) + 1).expect("small");
                        reports.push(report(unit, month(key), revision, next(3), next(3)));
                    }
                }
            }
            reports
        };
        let before = make("2022-Q3/1", &regime, &tree, &any_reports());
        let now = make("2022-Q3/2", &regime, &tree, &any_reports());
        changed += check_complete(&before, &now);
        assert_eq!(check_complete(&now, &now), 0, "an edition changes nothing of itself");
    }
    assert!(changed > 1_000, "only {changed} changes were tried");
}

#[test]
fn what_is_the_same_is_not_listed_whatever_the_edition_is_called() {
    let (regime, tree) = (judged(), tree());
    let first = make("2022-M07/1", &regime, &tree, &july());
    let second = Edition {
        sealed_at: Instant::from_micros(9),
        cause: Cause::Reopened { reason: "rà soát".into() },
        ..make("2022-M07/2", &regime, &tree, &july())
    };
    let restated = second.restating(&first, Vec::new());
    assert_eq!(restated.restatement, Some(Restatement { of: first.id, sources: Vec::new(), changes: Vec::new() }));
}

#[test]
fn a_correction_is_told_of_its_unit_of_those_above_it_and_of_those_whose_place_moved() {
    let (regime, tree, july_key) = (judged(), tree(), month("2022-M07"));
    let before: Vec<SealedReport> = july().into_iter().chain([report(ABSENT, july_key, 1, 4, 6)]).collect();
    let mut after = before.clone();
    after.retain(|report| report.unit != UnitId(7));
    after.push(report(7, july_key, 2, 8, 2));
    let first = make("2022-M07/1", &regime, &tree, &before);
    let sources = vec![source("06001", july_key, Some(1), Some(2))];
    let second = make("2022-M07/2", &regime, &tree, &after).restating(&first, sources.clone());
    let told = second.restatement.as_ref().expect("a restatement");
    assert_eq!((told.of, &told.sources), (first.id, &sources));

    let change = |unit: &str, item: Item| find(told, unit, &item).map(|c| (c.old.clone(), c.new.clone(), c.why));
    let count = |n| Some(Value::Count(n));
    let counts = |numerator, denominator| Some(Value::Ratio(Ratio { numerator, denominator }));
    let place = |place| Some(Value::Rank(Rank { place, of: 3 }));
    let online = |scope| Item::Column { code: "online".into(), scope };
    let report = |revision| Some(Value::Reported { revision, late: false, nil: false });
    let (own, below, others) = (Why::OwnReport, Why::ReportBelow, Why::OtherUnits);
    for (unit, item, expected) in [
        ("06001", Item::Report { month: july_key }, Some((report(1), report(2), own))),
        ("06001", online(Scope::Own), Some((count(3), count(8), own))),
        ("06001", online(Scope::Subtree), Some((count(3), count(8), own))),
        ("06001", Item::Field { code: "due".into(), scope: Scope::Own }, Some((count(3), count(8), own))),
        ("06001", hs(ratio, Span::Period), Some((counts(3, 10), counts(8, 10), own))),
        ("06001", hs(rank, Span::Period), Some((place(2), place(1), own))),
        (
            "06001",
            hs(verdict, Span::YearToDate),
            Some((Some(Value::Verdict(Verdict::Missed)), Some(Value::Verdict(Verdict::Met)), own)),
        ),
        ("180", online(Scope::Own), None),
        ("180", online(Scope::Subtree), Some((count(6), count(11), below))),
        ("180", hs(ratio, Span::YearToDate), Some((counts(6, 20), counts(11, 20), below))),
        ("20", online(Scope::Subtree), Some((count(19), count(24), below))),
        // What was received stays the same: ten of them.
        ("06001", Item::Column { code: "received".into(), scope: Scope::Own }, None),
        // 4/10 was first and is second now; 3/10 was second and is third now.
        ("05974", hs(rank, Span::Period), Some((place(1), place(2), others))),
        ("05971", hs(rank, Span::Period), Some((place(2), place(3), others))),
        ("05971", hs(ratio, Span::Period), None),
        ("20.STTTT", hs(rank, Span::Period), None),
    ] {
        assert_eq!(change(unit, item.clone()), expected, "{unit} {item:?}");
    }

    let mut order: Vec<&str> = told.changes.iter().map(|change| change.unit.as_str()).collect();
    order.dedup();
    assert_eq!(order, ["20", "178", "05971", "05974", "180", "06001"], "in the order of the tree, each unit once");
    let read: Vec<&Item> = told.for_people().iter().map(|change| &change.item).collect();
    assert!(read.contains(&&online(Scope::Subtree)) && !read.contains(&&online(Scope::Own)));

    let whys: Vec<bool> = told.for_people().iter().map(|change| change.why == others).collect();
    assert!(whys.is_sorted() && whys.contains(&true), "what was corrected stands before the places that it moved");

    let district = find(told, "180", &online(Scope::Subtree)).expect("a change");
    assert_eq!(told.behind(&second, district), [&sources[0]]);
    assert_eq!(told.why_in_words(&second, district), "06001 đính chính báo cáo tháng 7 năm 2022 (nhập nhầm cột)");
    let share = find(told, "06001", &hs(ratio, Span::Period)).expect("a change");
    assert_eq!(share.values_in_words(&second), ["3/10 (30,00%)", "8/10 (80,00%)"]);
    assert_eq!(share.item.in_words(&second), "indicator, trong kỳ");
}

#[test]
fn a_report_that_was_missing_was_not_zero() {
    let (regime, tree, july_key) = (judged(), tree(), month("2022-M07"));
    let first = make("2022-M07/1", &regime, &tree, &july());
    let filed: Vec<SealedReport> = july().into_iter().chain([report(ABSENT, july_key, 1, 0, 5)]).collect();
    let sources = vec![source("05974", july_key, None, Some(1))];
    let second = make("2022-M07/2", &regime, &tree, &filed).restating(&first, sources);
    let told = second.restatement.as_ref().expect("a restatement");
    let values = |item: Item| find(told, "05974", &item).map(|c| c.values_in_words(&second));
    let strings = |old: &str, new: &str| Some([old.to_owned(), new.to_owned()]);
    let coverage = find(told, "178", &Item::Coverage).map(|c| (c.values_in_words(&second), c.why));
    assert_eq!(values(Item::Report { month: july_key }), strings("chưa có số liệu", "lần gửi thứ 1"));
    let online = Item::Column { code: "online".into(), scope: Scope::Own };
    assert_eq!(values(online), strings("chưa có số liệu", "0"), "nothing was known, now it is known to be none");
    assert_eq!(coverage, Some((["2/3".to_owned(), "3/3".to_owned()], Why::ReportBelow)));
    assert_eq!(values(hs(rank, Span::Period)), strings("không xếp thứ", "3/3"));
    assert_eq!(values(hs(verdict, Span::YearToDate)), strings("Chưa đủ số liệu", "Chưa đạt"));
}

#[test]
fn what_no_report_changed_was_changed_by_the_rules() {
    let (mut regime, tree) = (judged(), tree());
    let first = make("2022-M07/1", &regime, &tree, &july());
    regime.targets[0].threshold = Some(Threshold::percent(30));
    regime.remarks.push("Số liệu giả định.".into());
    let second = make("2022-M07/2", &regime, &tree, &july()).restating(&first, Vec::new());
    let told = second.restatement.as_ref().expect("a restatement");
    assert!(told.changes.iter().all(|change| change.why == Why::Rules));
    let verdicts = find(told, "20.STTTT", &hs(verdict, Span::Period)).map(|c| c.values_in_words(&second));
    assert_eq!(verdicts, Some(["Chưa đạt".to_owned(), "Đạt".to_owned()]));
    let target =
        find(told, "178", &Item::Target { indicator: IndicatorCode::parse("HS").expect("code"), span: Span::Period });
    assert_eq!(target.and_then(|c| c.new.as_ref()).map(Value::data).as_deref(), Some(">= 30%; 1045/QĐ-UBND; all"));
    assert!(find(told, "20", &Item::Remark { text: "Số liệu giả định.".into() }).is_some());
    assert!(find(told, "178", &Item::Remark { text: "Số liệu giả định.".into() }).is_none(), "it is said once");
    assert!(find(told, "178", &hs(ratio, Span::Period)).is_none());
}

#[test]
fn a_unit_that_is_new_or_gone_is_told_with_everything_of_it() {
    let (regime, tree) = (judged(), tree());
    let whole = make("2022-M07/1", &regime, &tree, &july());
    let mut without = whole.clone();
    without.id.number = 2;
    without.units.retain(|unit| unit.code.as_str() != "05971");
    assert!(check_complete(&whole, &without) > 5 && check_complete(&without, &whole) > 5);
    let gone = Restatement::between(&whole, &without, Vec::new());
    assert!(gone.changes.iter().all(|change| change.unit.as_str() == "05971" && change.new.is_none()));
    let named = find(&gone, "05971", &Item::Unit).expect("a change");
    assert_eq!(named.values_in_words(&without), ["05971", "không có"]);
    let codes: Vec<&str> = units_of_both(&whole, &without).into_iter().map(UnitCode::as_str).collect();
    assert_eq!(codes, ["20", "20.STTTT", "178", "05971", "05974", "180", "06001"], "it keeps its place");
}

#[test]
fn a_reader_of_some_units_is_told_of_these_alone() {
    let (regime, tree, july_key) = (judged(), tree(), month("2022-M07"));
    let first = make("2022-M07/1", &regime, &tree, &[]);
    let sources = vec![source("178", july_key, None, Some(1)), source("180", july_key, None, Some(1))];
    let second = make("2022-M07/2", &regime, &tree, &july());
    let all = Restatement::between(&first, &second, sources.clone());
    let seen = all.clone().of_units(|unit| unit.as_str() == "180");
    assert_eq!(seen.sources, sources[1..]);
    assert!(!seen.changes.is_empty() && seen.changes.len() < all.changes.len());
    assert!(seen.changes.iter().all(|change| change.unit.as_str() == "180"));
}
