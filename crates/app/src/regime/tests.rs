//! The shipped regime loads; every planted fault is named with its file and line.

use std::collections::BTreeMap;

use baocao_domain::ids::UnitCode;
use baocao_domain::unit::{PeerGroup, Tier};

use super::*;

type Files = BTreeMap<String, String>;

fn shipped() -> Files {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/regimes/lang-son-2022");
    std::fs::read_dir(folder)
        .expect(folder)
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect()
}

fn read_all(files: &Files) -> Result<LoadedRegime, Vec<Fault>> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    read(&files)
}

fn lang_son() -> LoadedRegime {
    read_all(&shipped()).unwrap_or_else(|faults| panic!("{} faults, first: {}", faults.len(), faults[0]))
}

#[test]
fn the_shipped_regime_has_what_the_decision_and_the_report_say() {
    let LoadedRegime { regime, units } = lang_son();
    let count = |group| units.iter().filter(|unit| unit.group == Some(group)).count();
    assert_eq!((count(PeerGroup::A), count(PeerGroup::B), count(PeerGroup::C)), (17, 11, 200));
    assert_eq!(units.iter().filter(|unit| unit.reports).count(), 228);
    assert_eq!(regime.targets.len(), 54);
    assert_eq!(regime.catalogue.procedures().len(), 1_819);
    assert_eq!([2, 3, 4].map(|level| regime.catalogue.count_at_level(level)), [383, 390, 1_046]);
    let competent = |tier| regime.catalogue.procedures().iter().filter(|p| p.competence == tier).count();
    assert_eq!([Tier::Department, Tier::District, Tier::Commune].map(competent), [1_400, 260, 159]);
    assert_eq!(regime.contacts.len(), 229);
    assert_eq!(regime.contacts_of(&regime.province).count(), 1);
    assert_eq!(regime.form.columns.len() + regime.form.derived.len(), 11);
    assert_eq!(
        regime.indicators.iter().map(|i| i.code.as_str()).collect::<Vec<_>>(),
        ["DVCTT_CO_PHAT_SINH_TT", "HS_XU_LY_TT"]
    );
    assert_eq!(regime.first_month.to_string(), "2022-M07");
}

#[test]
fn periods_of_the_shipped_regime_fall_due_at_17_00_and_lock_at_noon() {
    let LoadedRegime { regime, .. } = lang_son();
    let schedule = regime.calendar.schedule(regime.first_month);
    assert_eq!(schedule.due.iso(), "2022-07-15T17:00:00+07:00");
    assert_eq!(schedule.locks.iso(), "2022-07-18T12:00:00+07:00");
}

#[test]
fn every_target_names_a_department_or_a_district_once_per_indicator() {
    let LoadedRegime { regime, units } = lang_son();
    let judged = units.iter().filter(|unit| matches!(unit.tier, Tier::Department | Tier::District));
    for unit in judged {
        let targets = regime.targets.iter().filter(|target| target.unit == unit.code).count();
        let is_board = unit.code == UnitCode::parse("20.BQLKKT").expect("code");
        assert_eq!(targets, if is_board { 0 } else { 2 }, "{}", unit.code);
    }
}

/// Replaces `from`, which must occur, by `to` in one file of the shipped regime, and expects one fault on that line.
fn check(file: &str, from: &str, to: &str, says: &str) {
    let mut files = shipped();
    let text = files.get_mut(file).expect(file);
    let (before, _) = text.split_once(from).unwrap_or_else(|| panic!("{file} does not contain {from:?}"));
    let place = format!("{file}:{}: ", before.matches('\n').count() + 1);
    *text = text.replacen(from, to, 1);
    let told: Vec<String> = read_all(&files).expect_err(&place).iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|fault| fault.starts_with(&place) && fault.contains(says)), "{place}{says}: {told:#?}");
    assert_eq!(told.len(), 1, "one fault is told once: {told:#?}");
}

#[test]
fn every_planted_fault_is_named_with_file_and_line() {
    let (units, targets) = ("units.csv", "targets.csv");
    let (procedures, contacts) = ("assumed-procedures.csv", "assumed-contacts.csv");
    // Units.
    check(units, "code,name,tier", "code,tier,name", "expected code,name,tier");
    check(units, "20.STTTT,", "20.STTTTx,", "is not a code");
    let twice = "20.STTTT,Sở nữa,department,A,20,1,2022-01-01\n20.SCT,";
    check(units, "20.SCT,", twice, "expected each code once");
    check(units, "department,A,20,1", "department,A,21,1", "no unit has the code 21");
    check(units, "department,A,20,1", "department,A,,1", "parent: none");
    check(units, "department,A,20,1", "sở,A,20,1", "expected province, department");
    check(units, "department,A,20,1", "department,,20,1", "expected A, B or C");
    check(units, "A,20,1,2022-01-01", "A,20,1,01/01/2022", "is not a day");
    check(units, "A,20,1,", "A,20,1,1,", "8 cells; expected 7");
    check(units, ",20,1,2022-01-01\n", ",20,1,2021-12-31\n", "before the parent's");
    check(units, "Sở Công Thương", " Sở Công Thương", "no blanks around");
    check(units, "Sở Công Thương", "Sở Co\u{302}ng Thương", "NFC");
    // Targets.
    check(targets, "20.STTTT,", "20.STTTTT,", "no unit has the code 20.STTTTT");
    check(targets, "HS_XU_LY_TT", "HS_XU_LY", "indicator: HS_XU_LY is unknown");
    check(targets, "HS_XU_LY_TT,90", "HS_XU_LY_TT,101", "from 0 to 100");
    check(targets, "HS_XU_LY_TT,90", "DVCTT_CO_PHAT_SINH_TT,90", "two targets");
    check(targets, "2022-06-21", "2022-06-31", "is not a day");
    // Procedures.
    check(procedures, "9.000002,", "9.000001,", "expected each code once");
    check(procedures, "0001,4,", "0001,5,", "level: \"5\"; expected 2 to 4");
    // Contacts.
    check(contacts, "stttt@langson", "stttt langson", "is not an address");
    check(contacts, "20.STTTT,", "20.KHAC,", "no unit has the code 20.KHAC");
    // The head.
    check("regime.toml", "issuer = ", "isuer = ", "unknown field `isuer`");
    check("regime.toml", "\"17:00\"", "\"17h00\"", "is not a time of day");
    check("regime.toml", "\"2022-M07\"", "\"2022-Q3\"", "is not a month");
    check("regime.toml", "parts = [\"online\"", "parts = [\"onlin\"", "no filed column \"onlin\"");
    check("regime.toml", "opening = \"carried_over\"", "opening = \"direct\"", "not an opening stock");
    check("regime.toml", "levels = [3, 4]", "levels = [3, 5]", "level 5");
    check("regime.toml", "number = 5", "number = 4", "two columns have the number 4");
}

#[test]
fn all_faults_are_listed_not_the_first() {
    let mut files = shipped();
    for (file, from, to) in [
        ("units.csv", "Sở Công Thương,department", "Sở Công Thương,phòng"),
        ("targets.csv", "20.STTTT,", "20.STTTTT,"),
        ("assumed-procedures.csv", "0001,4,", "0001,9,"),
        ("regime.toml", "\"17:00\"", "\"25:00\""),
    ] {
        let text = files.get_mut(file).expect(file);
        *text = text.replacen(from, to, 1);
    }
    files.insert("unit.csv".into(), String::new());
    files.remove("assumed-contacts.csv");
    let due_line = files["regime.toml"].lines().zip(1..).find(|(line, _)| line.contains("25:00")).map(|(_, n)| n);
    let places: Vec<_> = read_all(&files).expect_err("faults").into_iter().map(|f| (f.file, f.line)).collect();
    let expected = [
        ("assumed-procedures.csv", Some(2)),
        ("contacts.csv", None),
        ("regime.toml", due_line),
        ("targets.csv", Some(2)),
        ("unit.csv", None),
        ("units.csv", Some(4)),
    ];
    assert_eq!(places, expected.map(|(file, line)| (file.to_owned(), line)));
}

#[test]
fn units_in_a_circle_are_not_a_tree() {
    let mut files = shipped();
    let text = files.get_mut("units.csv").expect("units.csv");
    *text = text.replacen("178,Thành phố Lạng Sơn,district,B,20,", "178,Thành phố Lạng Sơn,district,B,05971,", 1);
    let faults = read_all(&files).expect_err("a circle");
    assert!(faults.len() == 1 && faults[0].message.contains("not below the root"), "{faults:?}");
}
