//! What goes over the wire of a restatement.

use baocao_domain::bounds::Bounds;
use baocao_domain::fold::Coverage;
use baocao_domain::indicator::{Ratio, Scope};
use baocao_domain::instant::Instant;
use baocao_domain::period::Window;
use baocao_domain::procedure::{Eligibility, ServiceLevel};
use baocao_domain::rank::Rank;
use baocao_domain::selector::Selector;
use baocao_domain::target::{Span, Threshold, Verdict};
use baocao_domain::unit::Tier;
use jiff::civil::date;

use super::*;
use crate::convert::testing::{code, indicator_code, month, paths};

fn change(unit: &str, item: Item, old: Option<Value>, new: Option<Value>) -> Change {
    Change { unit: code(unit), name: format!("Đơn vị {unit}"), item, old, new, why: Why::OwnReport }
}

fn column(name: &str) -> Item {
    Item::Column { code: name.into(), scope: Scope::Own }
}

fn restated(edition: &str, changes: Vec<Change>) -> Restated {
    let edition = EditionId::parse(edition).expect("edition");
    let of = EditionId { number: edition.number - 1, ..edition };
    let source = Source {
        unit: code("178"),
        name: "Huyện".into(),
        month: month(),
        before: None,
        now: Some(1),
        note: "gửi chậm".into(),
    };
    Restated { edition, restatement: Restatement { of, sources: vec![source], changes } }
}

#[test]
fn a_change_says_what_it_is_of_what_it_was_and_what_it_is() {
    let ratio = change(
        "178",
        Item::Ratio { indicator: indicator_code(), span: Span::YearToDate },
        None,
        Some(Value::Ratio(Ratio { numerator: 4, denominator: 12 })),
    );
    let told = v1::Change::from(ratio);
    assert_eq!((told.unit.as_str(), told.name.as_str()), ("178", "Đơn vị 178"));
    assert_eq!((told.kind(), told.subject.as_str()), (v1::ChangeKind::Ratio, "HS_XU_LY_TT"));
    assert_eq!((told.scope, told.span()), (None, v1::Span::YearToDate));
    assert_eq!((told.old.is_none(), told.reason()), (true, v1::ChangeReason::OwnReport));
    let new = told.new.and_then(|value| value.value);
    assert_eq!(new, Some(Wire::Ratio(v1::ChangedRatio { numerator: 4, denominator: 12 })));

    let told = v1::Change::from(change("178", column("online"), Some(Value::Count(0)), Some(Value::Count(3))));
    assert_eq!((told.kind(), told.scope(), told.span), (v1::ChangeKind::Column, v1::TotalsScope::Own, None));
    assert_eq!(told.old.and_then(|value| value.value), Some(Wire::Count(0)), "zero is a value");
}

#[test]
fn every_kind_and_every_reason_has_a_name_of_its_own() {
    let (indicator, span, scope) = (indicator_code(), Span::Period, Scope::Subtree);
    let named = || "x".to_owned();
    let items = [
        Item::Window { span },
        Item::Decision { number: named() },
        Item::Definition { indicator: indicator.clone() },
        Item::Services { level: ServiceLevel::Four },
        Item::Remark { text: named() },
        Item::Unit,
        Item::Tier,
        Item::Group,
        Item::Parent,
        Item::Included,
        Item::Due { month: month() },
        Item::Report { month: month() },
        Item::Coverage,
        Item::Column { code: named(), scope },
        Item::Field { code: named(), scope },
        Item::FieldCoverage { code: named(), scope },
        Item::Measure { indicator: indicator.clone(), span },
        Item::Target { indicator: indicator.clone(), span },
        Item::Ratio { indicator: indicator.clone(), span },
        Item::IndicatorCoverage { indicator: indicator.clone(), span },
        Item::Bounds { indicator: indicator.clone(), span },
        Item::Verdict { indicator: indicator.clone(), span },
        Item::Rank { indicator, span },
    ];
    for (number, item) in (1..).zip(&items) {
        assert_eq!(i32::from(v1::ChangeKind::from(item)), number, "{item:?}");
    }
    for (number, why) in (1..).zip([Why::OwnReport, Why::ReportBelow, Why::OtherUnits, Why::Rules]) {
        assert_eq!(i32::from(v1::ChangeReason::from(why)), number, "{why:?}");
    }
}

#[test]
fn a_value_keeps_its_parts() {
    let ratio = |numerator, denominator| Ratio { numerator, denominator };
    let day = |day| date(2022, 9, day);
    let target = Value::Target {
        decision: "1045/QĐ-UBND".into(),
        selector: Selector::All,
        threshold: Threshold { scale: 1, ..Threshold::percent(575) },
        is_of_record: true,
    };
    let measure = Value::Measure {
        scope: Scope::Own,
        competence: Some(Tier::Commune),
        eligibility: Some(Eligibility { after_days: 5, until: None }),
    };
    let on_wire = |value: Value| v1::ChangedValue::from(value).value.expect("a value");
    let report = |revision, late, nil| Wire::Report(v1::ChangedReport { revision, late, nil });
    for (value, wire) in [
        (Value::Missing, report(None, false, false)),
        (Value::Reported { revision: 2, late: true, nil: false }, report(Some(2), true, false)),
        (Value::Reported { revision: 1, late: false, nil: true }, report(Some(1), false, true)),
        (
            Value::Coverage(Coverage { reported: 1, obliged: 2 }),
            Wire::Coverage(v1::Coverage { reported: 1, obliged: 2 }),
        ),
        (Value::Rank(Rank { place: 2, of: 9 }), Wire::Rank(v1::Rank { place: 2, of: 9 })),
        (Value::Verdict(Verdict::Missed), Wire::Verdict(v1::Verdict::Missed.into())),
        (Value::Flag(true), Wire::Flag(true)),
        (Value::Text("A".into()), Wire::Text("A".into())),
        (
            Value::Instant(Instant::from_micros(1_000_001)),
            Wire::Instant(prost_types::Timestamp { seconds: 1, nanos: 1_000 }),
        ),
    ] {
        assert_eq!(on_wire(value), wire);
    }
    let Wire::Target(told) = on_wire(target) else { panic!("a target") };
    let threshold = told.threshold.expect("a threshold");
    assert_eq!((told.selector.as_str(), told.of_record, threshold.value, threshold.scale), ("all", true, 575, 1));
    let Wire::Measure(told) = on_wire(measure) else { panic!("a way of counting") };
    assert_eq!((told.scope(), told.competence()), (v1::TotalsScope::Own, v1::Tier::Commune));
    assert_eq!(told.eligibility.map(|rule| rule.after_days), Some(5));
    let Wire::Window(told) = on_wire(Value::Window(Window { from: day(1), to: day(14) })) else { panic!("a window") };
    assert_eq!((told.from.map(|day| day.day), told.to.map(|day| day.day)), (Some(1), Some(14)));
    let Wire::Bounds(told) = on_wire(Value::Bounds(Bounds::of_open_sum(ratio(0, 3)))) else { panic!("bounds") };
    assert!(told.low_reached && !told.high_reached);
}

#[test]
fn pages_of_changes_follow_each_other_and_repeat_the_head() {
    let of = |names: &[&str]| -> Vec<Change> {
        names.iter().map(|name| change("178", column(name), None, Some(Value::Count(1)))).collect()
    };
    let all = || {
        vec![
            restated("2022-M09/4", of(&["a", "b", "c"])),
            restated("2022-M09/3", Vec::new()),
            restated("2022-M09/2", of(&["a"])),
        ]
    };
    let mut asked = v1::ListRestatementsRequest {
        form: "tthc".into(),
        period: "2022-M09".into(),
        page_size: 2,
        ..Default::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = restatements(all(), &asked).expect("a page");
        for told in &page.restatements {
            let subjects: Vec<String> = told.changes.iter().map(|change| change.subject.clone()).collect();
            seen.push((told.edition.clone(), told.of.clone(), subjects.concat(), told.changes_total));
        }
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            break;
        }
    }
    let told: Vec<_> = seen.iter().map(|(e, of, s, n)| (e.as_str(), of.as_str(), s.as_str(), *n)).collect();
    assert_eq!(
        told,
        [
            ("2022-M09/4", "2022-M09/3", "ab", 3),
            ("2022-M09/4", "2022-M09/3", "c", 3),
            ("2022-M09/3", "2022-M09/2", "", 0),
            ("2022-M09/2", "2022-M09/1", "a", 1),
        ]
    );
    asked.page_token = "restatements~tthc~2022-Q3~x".into();
    assert_eq!(paths(&restatements(all(), &asked).expect_err("a refusal")), ["page_token"]);
}

#[test]
fn a_preview_is_cut_to_what_one_answer_may_hold_and_says_so() {
    let many = |n: usize| (0..n).map(|i| change("178", column(&format!("c{i}")), None, None)).collect::<Vec<_>>();
    let told = preview(vec![restated("2022-M09/2", many(PREVIEW_CHANGES_MAX - 1)), restated("2022-Q3/2", many(3))]);
    let counts: Vec<_> = told.iter().map(|told| (told.changes.len(), told.changes_total)).collect();
    let whole = PREVIEW_CHANGES_MAX - 1;
    assert_eq!(counts, [(whole, count(whole)), (1, 3)]);
    let source = &told[0].sources[0];
    assert_eq!((source.unit.as_str(), source.before, source.now, told[0].sources_total), ("178", None, Some(1), 1));
    assert_eq!(source.note, "gửi chậm");
}
