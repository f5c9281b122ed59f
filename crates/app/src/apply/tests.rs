//! What a changed folder would change, and what is refused.

use baocao_domain::ids::{IndicatorCode, UnitCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Decision;
use baocao_domain::selector::Selector;
use baocao_domain::target::{Target, Threshold};
use baocao_domain::unit::UnitVersion;
use jiff::civil::{Date, Time, date, time};

use super::testing::{Edit, installation, lang_son, load};
use super::*;

fn at(day: Date, time: Time) -> Instant {
    Instant::at(day, time)
}

/// 20/7/2022: month 7 is due and locked, month 8 runs.
fn july() -> Instant {
    at(date(2022, 7, 20), time(8, 0, 0, 0))
}

fn month(name: &str) -> PeriodKey {
    PeriodKey::parse(name).expect(name)
}

fn lines(plan: &Plan, title: &str) -> Vec<String> {
    let sections = plan.sections.iter().filter(|section| section.title == title);
    sections.flat_map(|section| section.changes.iter().map(ToString::to_string)).collect()
}

/// The plan of Lạng Sơn with edits, where the shipped regime is in force.
fn plan_of(edits: &[Edit<'_>], change: impl FnOnce(&mut Installed)) -> Plan {
    let (before, mut installed) = installation(&lang_son(&[]), july());
    change(&mut installed);
    plan(Some(&before), &lang_son(edits), &installed, july())
}

#[track_caller]
fn check(edits: &[Edit<'_>], title: &str, expected: &[&str]) {
    let plan = plan_of(edits, |_| {});
    assert!(!plan.is_empty());
    assert_eq!(plan.refused, Vec::<String>::new());
    assert_eq!(lines(&plan, title), expected, "{:#?}", plan.sections);
}

#[track_caller]
fn check_refused(edits: &[Edit<'_>], change: impl FnOnce(&mut Installed), expected: &[&str]) {
    let plan = plan_of(edits, change);
    assert_eq!(plan.refused.len(), expected.len(), "{:#?}", plan.refused);
    for (found, expected) in plan.refused.iter().zip(expected) {
        assert!(found.contains(expected), "{found}\nis not: {expected}");
    }
}

#[test]
fn where_nothing_differs_nothing_is_planned() {
    let plan = plan_of(&[], |_| {});
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!((plan.sections, plan.notes, plan.left), (vec![], vec![], vec![]));
    assert_eq!(plan.in_force.as_deref(), Some("lang-son-2022"));
}

#[test]
fn the_first_regime_adds_everything() {
    for (name, units, targets) in
        [("lang-son-2022", 229, 54), ("hoa-binh-2020", 179, 3), ("khanh-hoa-2018", 167, 33), ("long-an-2024", 222, 11)]
    {
        let first = plan(None, &load(name, &[]), &Installed::default(), july());
        assert_eq!(first.refused, Vec::<String>::new(), "{name}");
        assert_eq!((lines(&first, "Units").len(), lines(&first, "Targets").len()), (units, targets), "{name}");
        assert!(first.sections.iter().flat_map(|section| &section.changes).all(|change| change.sign == Sign::Added));
    }
}

#[test]
fn rows_of_tables_are_told_in_words() {
    check(
        &[("targets.csv", "unit:20.STTTT,HS_XU_LY_TT,>=,90,", "unit:20.STTTT,HS_XU_LY_TT,>=,92.5,")],
        "Targets",
        &["~ 1045/QĐ-UBND 2022 unit:20.STTTT HS_XU_LY_TT: >= 90% → >= 92,5%"],
    );
    check(
        &[("targets.csv", "", "1045/QĐ-UBND,2022,unit:05971,HS_XU_LY_TT,,exempt,year_to_date,,,,,chưa triển khai\n")],
        "Targets",
        &["+ 1045/QĐ-UBND 2022 unit:05971 HS_XU_LY_TT: exempt; window year_to_date; applies from 2022-06-21; \
           basis chưa triển khai"],
    );
    check(
        &[("obligations.csv", "", "unit:20.SCT,2022-M09,,0,1,sáp nhập\n")],
        "Obligations",
        &["+ unit:20.SCT from 2022-M09: owes no; added into its parent yes; basis sáp nhập"],
    );
    check(
        &[(
            "assumed-procedures.csv",
            "9.000001,Dịch vụ công giả định số 0001,4,",
            "9.000001,Dịch vụ công giả định số 0001,3,",
        )],
        "Procedures",
        &["~ 9.000001: level 4 → 3"],
    );
    check(
        &[("decisions.csv", "1045/QĐ-UBND,2022-06-21,", "1045/QĐ-UBND,2022-06-20,")],
        "Decisions",
        &["~ 1045/QĐ-UBND: issued 2022-06-21 → 2022-06-20"],
    );
    check(
        &[("assumed-contacts.csv", "stttt@langson.example", "vanthu.stttt@langson.example")],
        "Contacts",
        &["~ 20.STTTT: stttt@langson.example → vanthu.stttt@langson.example"],
    );
    check(
        &[("days-off.csv", "2022-09-02,off,Quốc khánh,", "2022-09-02,off,Ngày Quốc khánh,")],
        "Days off",
        &["~ 2022-09-02: off: Quốc khánh → off: Ngày Quốc khánh"],
    );
}

#[test]
fn the_head_is_told_in_words() {
    check(
        &[("regime.toml", "place = \"Lạng Sơn\"", "place = \"thành phố Lạng Sơn\"")],
        "Letterhead",
        &["~ place: Lạng Sơn → thành phố Lạng Sơn"],
    );
    check(
        &[("regime.toml", "deadlines = \"first-working-day\"", "deadlines = \"bac-kan-2021\"")],
        "Calendar",
        &[
            "~ department due: 1 working days after the window, 17:00 → 4 calendar days after the window, 17:00",
            "~ district due: 1 working days after the window, 17:00 → 5 calendar days after the window, 17:00",
            "~ commune due: 1 working days after the window, 17:00 → 2 calendar days after the window, 17:00",
        ],
    );
    check(
        &[(
            "regime.toml",
            "columns = [\"online\"]\nlevels = [\"3\", \"4\"]",
            "columns = [\"online\"]\nlevels = [\"4\"]",
        )],
        "Indicators",
        &["~ DVCTT_CO_PHAT_SINH_TT from 2022-06-15: above online where level 3, 4 → online where level 4"],
    );
    check(
        &[(
            "regime.toml",
            "from = \"district\"\nto = \"commune\"",
            "from = \"district\"\nto = \"commune\"\nfloor = \"20\"",
        )],
        "Cascade",
        &["~ 1045/QĐ-UBND DVCTT_CO_PHAT_SINH_TT from district to commune: floor none → 20%"],
    );
    check(
        &[("regime.toml", "heading = \"Tiếp nhận trong kỳ - Trực tuyến\"", "heading = \"Trực tuyến\"")],
        "Form",
        &["~ column online: heading Tiếp nhận trong kỳ - Trực tuyến → Trực tuyến"],
    );
}

#[test]
fn members_of_lists_are_told_with_their_days() {
    let (before, installed) = installation(&load("hoa-binh-2020", &[]), july());
    let loaded = load("hoa-binh-2020", &[("assumed-lists.csv", ",2019-12-15,,", ",2019-12-15,2020-12-14,")]);
    let plan = plan(Some(&before), &loaded, &installed, july());
    let told = lines(&plan, "Lists");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("~ QD-1588 ") && told[0].ends_with(" from 2019-12-15: to none → 2020-12-14"),
        "{told:?}"
    );
}

#[test]
fn rows_in_another_order_are_told_so() {
    let (a, b) = (
        "20.STTTT,Giám đốc Sở Thông tin và Truyền thông,stttt@langson.example\n",
        "20.SCT,Giám đốc Sở Công Thương,sct@langson.example\n",
    );
    let (from, to) = ([a, b].concat(), [b, a].concat());
    check(&[("assumed-contacts.csv", &from, &to)], "Contacts", &["~ the order of the rows"]);
}

#[test]
fn a_unit_changes_from_a_day_on_and_keeps_its_identity() {
    let edits = [
        (
            "units.csv",
            "05971,Phường Hoàng Văn Thụ,commune,C,178,2022-01-01",
            "05971,Phường Hoàng Văn Thụ,commune,C,180,2022-08-15",
        ),
        ("units.csv", "", "20.SM,Sở mới,department,A,20,2022-08-15\n"),
    ];
    check(
        &edits,
        "Units",
        &[
            "~ 05971: parent 178 → 180; valid from 2022-01-01 → 2022-08-15",
            "+ 20.SM: Sở mới; tier department; group A; parent 20; valid from 2022-08-15",
        ],
    );
    let (_, installed) = installation(&lang_son(&[]), july());
    let plan = plan_of(&edits, |_| {});
    let of = |code: &str| installed.versions.iter().find(|version| version.code.as_str() == code).expect(code).id;
    let added: Vec<_> = plan.steps.versions.iter().map(|version| (version.id, version.parent)).collect();
    assert_eq!(added, [(of("05971"), Some(of("180"))), (UnitId(230), Some(of("20")))]);
}

#[test]
fn another_valid_from_alone_is_no_change() {
    let plan = plan_of(
        &[(
            "units.csv",
            "05971,Phường Hoàng Văn Thụ,commune,C,178,2022-01-01",
            "05971,Phường Hoàng Văn Thụ,commune,C,178,2022-08-15",
        )],
        |_| {},
    );
    assert!(plan.is_empty());
}

#[test]
fn a_unit_that_the_files_leave_out_stays() {
    let plan = plan_of(
        &[
            ("units.csv", "05971,Phường Hoàng Văn Thụ,commune,C,178,2022-01-01\n", ""),
            ("assumed-contacts.csv", "05971,", "178,"),
        ],
        |_| {},
    );
    let left: Vec<String> = plan.left.iter().map(|(code, name)| format!("{code} {name}")).collect();
    assert_eq!(left, ["05971 Phường Hoàng Văn Thụ"]);
    assert_eq!((lines(&plan, "Units"), plan.steps.versions), (vec![], vec![]));
}

#[test]
fn a_code_that_ended_names_another_unit_afterwards() {
    let code = UnitCode::parse("05971").expect("code");
    let plan = plan_of(&[("units.csv", "178,2022-01-01\n05974", "178,2022-08-15\n05974")], |installed| {
        let last = installed.versions.iter().find(|version| version.code == code).expect("a unit").clone();
        installed.versions.push(UnitVersion { valid_from: date(2022, 8, 1), dissolved: true, ..last });
    });
    assert_eq!(plan.refused, Vec::<String>::new());
    assert_eq!(plan.steps.versions.iter().map(|version| version.id).collect::<Vec<_>>(), [UnitId(230)]);
}

#[test]
fn history_of_units_is_not_rewritten() {
    check_refused(
        &[("units.csv", "178,Thành phố Lạng Sơn,", "178,Thành phố Xứ Lạng,")],
        |_| {},
        &[
            "unit 178: it differs from what is stored, but its valid_from is 2022-01-01; expected a day after 2022-01-01",
        ],
    );
}

#[test]
fn units_must_be_one_tree_with_what_is_stored() {
    let ended = |installed: &mut Installed| {
        let last = installed.versions.iter().find(|version| version.code.as_str() == "20.SCT").expect("a unit").clone();
        installed.versions.push(UnitVersion { valid_from: date(2022, 8, 1), dissolved: true, ..last });
    };
    check_refused(&[], ended, &["units: on 2022-07-14 they are not one tree: code 20.SCT stands for two units"]);
}

#[test]
fn another_province_is_refused() {
    let (before, installed) = installation(&lang_son(&[]), july());
    let plan = plan(Some(&before), &load("long-an-2024", &[]), &installed, july());
    assert_eq!(plan.refused, ["province: 80; expected 20, as one installation is one province"]);
}

#[test]
fn a_form_that_reports_are_filed_on_keeps_its_columns() {
    let filed = |installed: &mut Installed| installed.has_reports = true;
    let another_fold: Edit<'_> = (
        "regime.toml",
        "heading = \"Đã giải quyết - Trước hạn\"\nover_time = \"sum\"",
        "heading = \"Đã giải quyết - Trước hạn\"\nover_time = \"last\"",
    );
    let a_field = (
        "regime.toml",
        "[form.continuity]",
        "[[form.single_field]]\ncode = \"due\"\nheading = \"x\"\nover_time = \"sum\"\n\n[form.continuity]",
    );
    check_refused(
        &[another_fold],
        filed,
        &["form columns: online (sum), direct (sum), carried_over (first), early (last)"],
    );
    check_refused(&[a_field], filed, &["form single fields: due (sum); expected none, as reports are filed on it"]);
    check_refused(
        &[another_fold, a_field],
        |installed| installed.closed.push(month("2022-M07")),
        &["columns", "single"],
    );
    check_refused(&[another_fold, a_field], |_| {}, &[]);
    let heading = ("regime.toml", "heading = \"Đã giải quyết - Trước hạn\"", "heading = \"Trước hạn\"");
    check_refused(&[heading], filed, &[]);
}

#[test]
fn a_month_with_an_edition_or_reports_stays_owed() {
    let later: [Edit<'_>; 3] = [
        ("regime.toml", "first_month = \"2022-M07\"", "first_month = \"2022-M09\""),
        ("regime.toml", "valid_from = \"2022-06-15\"", "valid_from = \"2022-08-15\""),
        ("obligations.csv", "2022-M07", "2022-M09"),
    ];
    check_refused(
        &later,
        |installed| installed.closed.extend([month("2022-M07"), month("2022-M08")]),
        &["first_month: 2022-M09; expected 2022-M07 or earlier, as 2022-M07 has an edition"],
    );
    check_refused(
        &later,
        |installed| installed.filed.push(month("2022-M08")),
        &["first_month: 2022-M09; expected 2022-M08 or earlier, as 2022-M08 has reports"],
    );
    check_refused(&later, |installed| installed.closed.push(month("2022-M09")), &[]);
}

#[test]
fn planned_periods_move_unless_they_are_due() {
    let plan =
        plan_of(&[("regime.toml", "deadlines = \"first-working-day\"", "deadlines = \"khanh-hoa-2023\"")], |_| {});
    let told = lines(&plan, "Periods");
    assert_eq!(
        told[0],
        "~ 2022-M08: due 2022-08-15 17:00 → 2022-08-16 17:00; locks 2022-08-16 12:00 → 2022-08-17 12:00; \
                         publishes 2022-08-16 12:00 → 2022-08-17 12:00"
    );
    assert!(told.iter().any(|line| line.starts_with("~ 2022-Q3: due 2022-09-15 17:00 → 2022-09-16 17:00")), "{told:?}");
    assert_eq!(plan.steps.moved.len(), told.len());
    assert!(
        plan.notes
            .iter()
            .any(|note| note.ends_with("closed")
                && note.contains("keep their instants: 2022-M07 (due 2022-07-15 17:00); ")),
        "{:?}",
        plan.notes
    );

    let sealed = plan_of(&[("regime.toml", "lock_time = \"12:00\"", "lock_time = \"13:00\"")], |installed| {
        installed.periods.iter_mut().for_each(|row| row.sealed_edition = 1);
    });
    assert_eq!((lines(&sealed, "Periods"), sealed.notes), (vec![], vec![]), "what is sealed stays, without a word");
}

#[test]
fn a_deadline_that_would_have_come_is_not_moved() {
    let (before, installed) = installation(
        &lang_son(&[("regime.toml", "deadlines = \"first-working-day\"", "deadlines = \"bac-kan-2021\"")]),
        july(),
    );
    // Month 8 is due on 19/8 (the districts' fifth day), or on 15/8: on the 16th it is neither moved back nor closed.
    let now = at(date(2022, 8, 16), time(8, 0, 0, 0));
    let plan = plan(Some(&before), &lang_son(&[]), &installed, now);
    assert!(
        plan.notes.iter().any(|note| note
            .contains("keep their instants: 2022-M07 (due 2022-07-19 17:00), 2022-M08 (due 2022-08-19 17:00); ")),
        "{:?}",
        plan.notes
    );
    assert!(plan.steps.moved.iter().all(|row| row.period > month("2022-M08")));
}

#[test]
fn longer_periods_are_planned_and_withdrawn() {
    let halves = "longer_periods = [\"quarter\", \"half\", \"year\"]";
    let plan = plan_of(&[("regime.toml", halves, "longer_periods = [\"quarter\", \"nine_months\", \"year\"]")], |_| {});
    let told = lines(&plan, "Periods");
    assert_eq!(
        told[0],
        "- 2022-H2: opens 2022-12-15 00:00; due 2022-12-15 17:00; locks 2022-12-16 12:00; publishes 2022-12-16 12:00"
    );
    assert!(told.contains(&"+ 2022-9M: opens 2022-09-15 00:00; due 2022-09-15 17:00; locks 2022-09-16 12:00; publishes 2022-09-16 12:00".into()), "{told:?}");
    let withdrawn: Vec<String> = plan.steps.withdrawn.iter().map(|row| row.period.to_string()).collect();
    assert!(
        withdrawn.contains(&"2022-H2".to_owned()) && withdrawn.iter().all(|period| period.contains("-H")),
        "{withdrawn:?}"
    );
}

#[test]
fn a_new_period_that_has_locked_is_closed_at_once_and_told_so() {
    let (before, installed) = installation(&lang_son(&[]), july());
    let loaded = lang_son(&[("regime.toml", "\"half\", \"year\"", "\"half\", \"nine_months\", \"year\"")]);
    let october = at(date(2022, 10, 1), time(8, 0, 0, 0));
    let plan = plan(Some(&before), &loaded, &installed, october);
    assert!(
        plan.notes.contains(&"2022-9M has locked already (2022-09-16 12:00): it is closed at once".into()),
        "{:?}",
        plan.notes
    );
    assert_eq!(
        lines(&plan, "Periods").len(),
        1 + usize::from(lines(&plan, "Periods").iter().any(|line| line.contains("2023-9M")))
    );
}

#[test]
fn what_time_alone_plans_is_no_change() {
    let (before, installed) = installation(&lang_son(&[]), july());
    let next_year = at(date(2023, 7, 20), time(8, 0, 0, 0));
    assert!(plan(Some(&before), &lang_son(&[]), &installed, next_year).is_empty());
    let loaded = lang_son(&[("regime.toml", "lock_time = \"12:00\"", "lock_time = \"13:00\"")]);
    let plan = plan(Some(&before), &loaded, &installed, next_year);
    assert!(lines(&plan, "Periods").iter().all(|line| line.starts_with('~')), "{:?}", lines(&plan, "Periods"));
}

#[test]
fn assigned_targets_are_carried_over_and_not_compared() {
    let (mut before, installed) = installation(&lang_son(&[]), july());
    let decision =
        Decision { number: "215/QĐ-UBND".into(), issued: Some(date(2022, 7, 1)), title: "Giao chỉ tiêu".into() };
    let assigned = Target {
        decision: decision.number.clone(),
        selector: Selector::parse("unit:05971").expect("a selector"),
        threshold: Some(Threshold::percent(60)),
        indicator: IndicatorCode::parse("HS_XU_LY_TT").expect("code"),
        ..before.targets[0].clone()
    };
    before.assigned.push(assigned.clone());
    before.assigning.push(decision);
    assert!(plan(Some(&before), &lang_son(&[]), &installed, july()).is_empty());
    let next = carried_over(Some(&before), &lang_son(&[("targets.csv", ",>=,90,", ",>=,95,")]).regime);
    assert_eq!((next.assigned, next.assigning.len()), (vec![assigned], 1));
}

#[test]
fn a_change_that_reaches_back_is_told() {
    let edits = [("units.csv", "", "20.SM,Sở mới,department,A,20,2022-01-01\n")];
    let plan = plan_of(&edits, |installed| installed.closed.push(month("2022-M07")));
    assert!(
        plan.notes.iter().any(|note| note.starts_with("new versions of units that begin on or before 2022-07-14")),
        "{:?}",
        plan.notes
    );
}
