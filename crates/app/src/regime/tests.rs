//! The shipped regimes load and say what their decisions say; every planted fault is named with its file and line.

mod golden;
mod planted;

use std::collections::BTreeMap;
use std::path::PathBuf;

use baocao_domain::ids::UnitCode;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::unit::{PeerGroup, Tier};

use super::*;

const SHIPPED: [&str; 4] = ["lang-son-2022", "hoa-binh-2020", "khanh-hoa-2018", "long-an-2024"];

type Files = BTreeMap<String, String>;

/// The files of a folder below `deploy`.
fn files(folder: &str) -> Files {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy")).join(folder);
    std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect()
}

fn shipped(regime: &str) -> Files {
    files(&format!("regimes/{regime}"))
}

/// The shipped maps, by name.
fn maps() -> Files {
    let maps = files("maps").into_iter();
    maps.filter_map(|(name, text)| Some((name.strip_suffix(".csv")?.to_owned(), text))).collect()
}

fn read_with(files: &Files, maps: &Files) -> Result<LoadedRegime, Vec<Fault>> {
    fn lend(files: &Files) -> Vec<(&str, &str)> {
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }
    read(&lend(files), &lend(maps))
}

fn load(regime: &str) -> LoadedRegime {
    read_with(&shipped(regime), &maps()).unwrap_or_else(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{regime}: {} faults\n{}", told.len(), told.join("\n"))
    })
}

#[test]
fn the_units_of_the_shipped_regimes_are_those_of_their_time() {
    for (regime, groups) in SHIPPED.into_iter().zip([[17, 11, 200], [17, 10, 151], [17, 9, 140], [18, 15, 188]]) {
        let LoadedRegime { units, regime, .. } = load(regime);
        let count = |group| units.iter().filter(|unit| unit.group == Some(group)).count();
        assert_eq!(PeerGroup::ALL.map(count), groups, "{}", regime.name);
        assert_eq!(units.len(), groups.iter().sum::<usize>() + 1, "{} and the province", regime.name);
        let tree = units::tree(&units).expect("a tree");
        let owing = |month| (0..units.len()).filter(|unit| regime.duty(&tree, *unit, month).owes).count();
        assert_eq!(owing(regime.first_month), units.len() - 1, "{}: all below the province", regime.name);
        assert_eq!(owing(regime.first_month.month_before()), 0, "{}", regime.name);
        for unit in &units {
            assert_eq!(regime.contacts_of(&unit.code).count(), 1, "{} {}", regime.name, unit.code);
        }
    }
}

#[test]
fn lang_son_has_what_the_decision_and_the_report_say() {
    let LoadedRegime { regime, .. } = load("lang-son-2022");
    assert_eq!(regime.targets.len(), 54);
    assert_eq!(regime.catalogue.procedures().len(), 1_819);
    let levels = [(ServiceLevel::Two, 383), (ServiceLevel::Three, 390), (ServiceLevel::Four, 1_046)];
    assert_eq!(regime.catalogue.count_by_level(), levels);
    let competent = |tier| regime.catalogue.procedures().iter().filter(|p| p.competence == tier).count();
    assert_eq!([Tier::Department, Tier::District, Tier::Commune].map(competent), [1_400, 260, 159]);
    assert_eq!(regime.form.columns.len() + regime.form.derived.len(), 11);
    let codes: Vec<_> = regime.indicators.iter().map(|indicator| indicator.code.as_str()).collect();
    assert_eq!(codes, ["DVCTT_CO_PHAT_SINH_TT", "HS_XU_LY_TT"]);
    assert!(regime.indicators.iter().all(|indicator| indicator.better == Better::Higher));
    assert_eq!(regime.first_month.to_string(), "2022-M07");
    assert!(regime.assigned.is_empty() && regime.assigning.is_empty());
}

#[test]
fn a_map_lends_a_regime_everything_below_its_province() {
    let LoadedRegime { units, regime, .. } = load("khanh-hoa-2018");
    assert_eq!((regime.province.as_str(), units[0].name.as_str()), ("56", "Tỉnh Khánh Hòa"));
    let nha_trang = units.iter().find(|unit| unit.code.as_str() == "568").expect("a unit");
    let place = (nha_trang.tier, nha_trang.group, nha_trang.parent.as_ref().map(UnitCode::as_str));
    assert_eq!(place, (Tier::District, Some(PeerGroup::B), Some("56")));
    assert_eq!(nha_trang.valid_from.to_string(), "2017-12-15");

    // Of a map with another province in it, only what is below this one is taken.
    let mut maps = maps();
    let other = maps["hoa-binh-2023"].split_once('\n').expect("a header").1.to_owned();
    maps.get_mut("khanh-hoa-2019").expect("the map").push_str(&other);
    let with_other = read_with(&shipped("khanh-hoa-2018"), &maps).expect("a sound regime");
    assert_eq!(with_other.units, units);
}

#[test]
fn months_of_2022_fall_due_at_17_00_and_lock_at_noon() {
    let LoadedRegime { regime, .. } = load("lang-son-2022");
    let schedule = regime.calendar.schedule(regime.first_month);
    assert_eq!(schedule.due.iso(), "2022-07-15T17:00:00+07:00");
    assert_eq!(schedule.locks.iso(), "2022-07-18T12:00:00+07:00");
    let periods: Vec<_> = regime.calendar.periods_of(2022).iter().map(ToString::to_string).collect();
    assert!(["2022-Q3", "2022-H2", "2022"].iter().all(|longer| periods.contains(&(*longer).to_owned())));
    assert!(!periods.contains(&"2022-9M".to_owned()));
}

#[test]
fn deadlines_of_a_tier_and_the_hour_of_publication_may_be_given() {
    let mut files = shipped("lang-son-2022");
    let head = files.get_mut("regime.toml").expect("the head");
    let given = "lock_working_days = 1\npublish_time = \"08:30\"\npublish_working_days = 2\n\
                 [[calendar.deadline]]\ntier = \"commune\"\ndays = 2\nkind = \"calendar\"\ntime = \"11:00\"\n";
    *head = head.replace("lock_working_days = 1\n", given);
    let LoadedRegime { regime, .. } = read_with(&files, &maps()).expect("a sound regime");
    let due = |tier| regime.calendar.due(regime.first_month, tier).iso();
    assert_eq!(due(Tier::Commune), "2022-07-16T11:00:00+07:00");
    assert_eq!(due(Tier::District), "2022-07-15T17:00:00+07:00");
    let schedule = regime.calendar.schedule(regime.first_month);
    assert_eq!(schedule.locks.iso(), "2022-07-18T12:00:00+07:00");
    assert_eq!(schedule.publishes.iso(), "2022-07-20T08:30:00+07:00");
}

#[test]
fn a_saturday_may_be_worked() {
    let LoadedRegime { regime, .. } = load("long-an-2024");
    let is_working = |day: &str| regime.calendar.is_working_day(words::date(day).expect(day));
    assert!(is_working("2024-05-04") && !is_working("2024-04-29") && !is_working("2024-05-11"));
}

#[test]
fn years_without_days_off_are_told_in_vietnamese() {
    for (regime, without) in SHIPPED.into_iter().zip([[2023], [2021], [2019], [2025]]) {
        let warnings = load(regime).warnings;
        assert_eq!(warnings.len(), without.len(), "{regime}: {warnings:?}");
        for (warning, year) in warnings.iter().zip(without) {
            assert!(warning.starts_with(&format!("Năm {year} chưa có lịch nghỉ lễ chính thức")), "{regime}: {warning}");
        }
    }
    let mut files = shipped("lang-son-2022");
    files.retain(|name, _| !name.contains("days-off"));
    assert_eq!(read_with(&files, &maps()).expect("days off are optional").warnings.len(), 2);
}

#[test]
fn a_list_holds_its_procedures_from_its_day_on() {
    let LoadedRegime { regime, .. } = load("hoa-binh-2020");
    let [list] = regime.lists.as_slice() else { panic!("one list: {:?}", regime.lists.len()) };
    assert_eq!((list.code.as_str(), list.members.len()), ("QD-1588", 87));
    let window = |month: &str| words::month(month).expect(month).window(regime.calendar.window_rule);
    let code = list.members.keys().next().expect("a member");
    assert!(list.holds(code, window("2020-M01")) && !list.holds(code, window("2019-M12")));
    assert!(list.members.keys().all(|code| regime.catalogue.get(code).is_some()));
}

#[test]
fn single_fields_and_their_limits_come_from_the_form() {
    let LoadedRegime { regime, .. } = load("long-an-2024");
    assert_eq!((regime.form.single_fields.len(), regime.form.limits.len()), (18, 9));
    let copies = &regime.form.single_fields[regime.form.single_field("copies_requested").expect("the field")];
    assert!(copies.is_owed_by(Tier::Commune) && !copies.is_owed_by(Tier::Department));
    for limit in &regime.form.limits {
        assert!(limit.whole + 1 == limit.part, "each part stands behind its whole");
    }
}

#[test]
fn an_indicator_with_a_cap_ranks_the_lower_share_first() {
    let mut files = shipped("lang-son-2022");
    let targets = files.get_mut("targets.csv").expect("targets");
    *targets = targets.replace("HS_XU_LY_TT,>=", "HS_XU_LY_TT,<=");
    let LoadedRegime { regime, .. } = read_with(&files, &maps()).expect("a sound regime");
    assert_eq!(regime.indicators.iter().map(|i| i.better).collect::<Vec<_>>(), [Better::Higher, Better::Lower]);
}
