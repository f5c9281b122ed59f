//! Files that are right, and every fault of those that are not, with its line.

use baocao_domain::figures::COUNT_MAX;
use baocao_domain::instant::Instant;
use baocao_domain::reason::Reason;
use jiff::civil::{Time, date, time};

use super::file::{Draft, read};
use super::prove::{Months, Proved, prove};
use super::*;
use crate::apply::testing::{Edit, installation, load};

const HEADER: &str =
    "unit,period,procedure,online,direct,carried_over,early,on_time,late,pending_in_time,pending_overdue\n";

/// An installation in October 2022 that went live on 1/9/2022: months 7 and 8 locked before, month 9 is live.
struct World {
    in_force: InForce,
    months: Months,
}

fn october() -> Instant {
    Instant::at(date(2022, 10, 1), time(8, 0, 0, 0))
}

fn world(regime: &str, edits: &[Edit<'_>], live_from: Option<Instant>, now: Instant) -> World {
    let (regime, installed) = installation(&load(regime, edits), now);
    let in_force = InForce { id: 1, regime, versions: installed.versions };
    let months = Months::of(&in_force, &installed.periods, live_from, now);
    World { in_force, months }
}

fn lang_son() -> World {
    world("lang-son-2022", &[], Some(Instant::at(date(2022, 9, 1), Time::midnight())), october())
}

/// Form II.06a with two single fields of communes: what was due, and what of it came in time.
fn with_fields() -> World {
    let fields = "\n[[form.single_field]]\ncode = \"due\"\nheading = \"Đến hạn\"\nover_time = \"sum\"\nowed_by = [\"commune\"]\n\n\
                  [[form.single_field]]\ncode = \"in_time\"\nheading = \"Đúng hạn\"\nover_time = \"sum\"\nowed_by = [\"commune\"]\n\n\
                  [[form.limit]]\npart = \"in_time\"\nwhole = \"due\"\n\n[form.continuity]";
    let edits = [("regime.toml", "\n[form.continuity]", fields)];
    world("lang-son-2022", &edits, Some(Instant::at(date(2022, 9, 1), Time::midnight())), october())
}

impl World {
    fn import(&self, text: &str) -> Result<Vec<Proved>, Faults> {
        let mut faults = Faults::default();
        let drafts: Vec<Draft> = read(text, &self.in_force.regime.form, &mut faults);
        let proved = prove(&drafts, &self.in_force, &self.months, &mut faults).expect("a tree");
        if faults.count == 0 { Ok(proved) } else { Err(faults) }
    }

    #[track_caller]
    fn check(&self, rows: &str, expected: &[(u64, &str, Reason)]) {
        let faults = self.import(&format!("{HEADER}{rows}")).expect_err("faults");
        let mut found: Vec<_> =
            faults.listed.iter().map(|fault| (fault.line, fault.finding.path.as_str(), fault.finding.reason)).collect();
        found.sort_by_key(|(line, ..)| *line);
        assert_eq!(found, expected, "{:#?}", faults.listed);
    }
}

#[test]
fn rows_of_one_unit_and_month_are_one_report() {
    let text = format!(
        "\u{feff}{HEADER}178,2022-M07,9.000308,12,30,2,8,33,0,3,0\r\n180,2022-M07,nil,,,,,,,,\r\n\r\n178,2022-M08,9.000308,1,0,3,4,0,0,0,0\r\n\
         178,2022-M07, 9.000309 ,0,1,0,0,1,0,0,0\r\n"
    );
    let proved = lang_son().import(&text).expect("it is right");
    let told: Vec<_> = proved
        .iter()
        .map(|report| {
            (report.unit.as_str(), report.key.period.to_string(), report.figures.rows.len(), report.nil, report.line)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("178", "2022-M07".into(), 2, false, 2),
            ("180", "2022-M07".into(), 0, true, 3),
            ("178", "2022-M08".into(), 1, false, 5),
        ]
    );
    assert_eq!(proved[0].received_at.iso(), "2022-07-15T17:00:00+07:00", "as if filed at its due instant");
    assert_ne!(proved[0].content_hash, proved[2].content_hash);
}

#[test]
fn single_fields_are_rows_too() {
    let world = with_fields();
    let proved = world
        .import(&format!("{HEADER}05971,2022-M07,field:due,9,,,,,,,\n05971,2022-M07,field:in_time,7,,,,,,,\n"))
        .expect("it is right");
    let fields: Vec<_> = proved[0].figures.single_fields.iter().map(|(code, value)| (code.as_str(), *value)).collect();
    assert_eq!(fields, [("due", 9), ("in_time", 7)]);

    world.check("05971,2022-M07,field:due,9,1,,,,,,\n", &[(2, "direct", Reason::UnknownColumn)]);
    world.check("05971,2022-M07,field:,9,,,,,,,\n", &[(2, "procedure", Reason::UnknownField)]);
    world.check(
        "05971,2022-M07,field:due,6,,,,,,,\n05971,2022-M07,field:in_time,7,,,,,,,\n",
        &[(2, "report", Reason::IdentityBroken)],
    );
    world.check("178,2022-M07,field:due,6,,,,,,,\n", &[(2, "procedure", Reason::UnknownField)]);
    world.check("05971,2022-M07,field:due,-6,,,,,,,\n", &[(2, "online", Reason::NegativeCount)]);
    // The whole could not be read: that the part lacks it is not told as well.
    world.check(
        "05971,2022-M07,field:in_time,7,,,,,,,\n05971,2022-M07,field:due,x,,,,,,,\n",
        &[(3, "online", Reason::BadText)],
    );
}

#[test]
fn every_fault_is_told_with_its_line_and_column() {
    lang_son().check(
        "178,2022-M07,9.000308,12,30,2,8,33,0,3,1\n\
         178,2022-M07,7.777777,1,0,0,1,0,0,0,0\n\
         178,2022-M07,9.000309,1,,0,1.000,0,0,0,0\n\
         178,2022-M07,9.000308,0,0,0,0,0,0,0,0\n\
         178,2022-M07,9.000310,-1,0,1,0,0,0,0,0\n\
         178,2022-M07,9.000311,1,0\n\
         999,2022-M07,9.000308,1,0,0,1,0,0,0,0\n\
         20,2022-M07,9.000308,1,0,0,1,0,0,0,0\n\
         180,2022-M07,9.000308,99999999999999999999,0,0,1,0,0,0,0\n",
        &[
            (2, "row", Reason::IdentityBroken),
            (3, "procedure", Reason::UnknownProcedure),
            (4, "direct", Reason::FieldRequired),
            (4, "early", Reason::BadText),
            (5, "procedure", Reason::DuplicateRow),
            (6, "online", Reason::NegativeCount),
            (7, "row", Reason::FieldRequired),
            (8, "unit", Reason::UnknownUnit),
            (9, "unit", Reason::NotObliged),
            (10, "online", Reason::CountTooLarge),
        ],
    );
    let row = format!("178,2022-M07,9.000308,{},0,0,0,0,0,{},0\n", COUNT_MAX + 1, COUNT_MAX + 1);
    lang_son().check(&row, &[(2, "online", Reason::CountTooLarge), (2, "pending_in_time", Reason::CountTooLarge)]);
}

#[test]
fn a_nil_report_has_nothing_else() {
    let world = lang_son();
    world.check("178,2022-M07,nil,0,,,,,,,\n", &[(2, "online", Reason::UnknownColumn)]);
    world.check(
        "178,2022-M07,nil,,,,,,,,\n178,2022-M07,9.000308,1,0,0,1,0,0,0,0\n",
        &[(2, "report", Reason::IdentityBroken)],
    );
    world.check("178,2022-M07,nil,,,,,,,,\n178,2022-M07,nil,,,,,,,,\n", &[(3, "procedure", Reason::DuplicateRow)]);
}

#[test]
fn a_fault_of_a_month_is_told_once() {
    let row = |unit: &str, period: &str| format!("{unit},{period},9.000308,1,0,0,1,0,0,0,0\n");
    for (period, reason) in [
        ("2022-M09", Reason::PeriodIsLive),
        ("2022-M11", Reason::PeriodNotOpen),
        ("2022-M05", Reason::UnknownPeriod),
        ("2035-M01", Reason::UnknownPeriod),
        ("2022-Q3", Reason::PeriodNotAligned),
        ("tháng 7", Reason::PeriodNotAligned),
    ] {
        lang_son().check(&format!("{}{}", row("178", period), row("180", period)), &[(2, "period", reason)]);
    }
    // What else is wrong with a live month is told all the same.
    lang_son().check(
        "178,2022-M09,9.000308,1,0,0,0,0,0,0,0\n",
        &[(2, "period", Reason::PeriodIsLive), (2, "row", Reason::IdentityBroken)],
    );
}

#[test]
fn opening_balances_are_of_the_month_before_the_first() {
    let opening = format!("{HEADER}178,2022-M06,9.000308,0,0,5,0,0,0,5,0\n");
    let proved = lang_son().import(&opening).expect("it is right");
    assert_eq!(
        (proved[0].key.period.to_string(), proved[0].received_at.iso()),
        ("2022-M06".into(), "2022-06-15T17:00:00+07:00".into())
    );
    // They are never live, and need no service that was started.
    let early = Instant::at(date(2022, 6, 15), time(1, 0, 0, 0));
    for live_from in [None, Some(Instant::at(date(2022, 6, 1), Time::midnight()))] {
        let proved = world("lang-son-2022", &[], live_from, early).import(&opening).expect("it is right");
        assert_eq!(proved[0].received_at, early, "not due yet: now");
    }
    // The units of Long An are there from the first day of the first window on.
    let text = format!("{HEADER}80.STTTT,2023-M12,nil,,,,,,,,\n");
    let year_after = Instant::at(date(2025, 1, 2), Time::midnight());
    world("long-an-2024", &[], None, year_after).import(&text).expect("it is right");
}

#[test]
fn before_the_first_start_no_month_is_old() {
    let world = world("lang-son-2022", &[], None, october());
    world.check("178,2022-M07,nil,,,,,,,,\n", &[(2, "period", Reason::PeriodIsLive)]);
}

#[test]
fn what_is_no_table_of_the_form_is_told_at_once() {
    let world = lang_son();
    let first = |text: &str| {
        let faults = world.import(text).expect_err("faults");
        assert_eq!(faults.count, 1, "{faults:?}");
        let fault = &faults.listed[0];
        (fault.line, fault.finding.path.clone(), fault.finding.reason)
    };
    assert_eq!(first(""), (1, "header".into(), Reason::FieldRequired));
    assert_eq!(first("unit;period;procedure\n"), (1, "header".into(), Reason::UnknownColumn));
    assert_eq!(first(&"x".repeat(FILE_BYTES_MAX + 1)), (1, "file".into(), Reason::BatchTooLarge));
    let rows = "178,2022-M07,nil,,,,,,,,\n".repeat(ROWS_MAX + 1);
    let faults = world.import(&format!("{HEADER}{rows}")).expect_err("too long");
    assert_eq!(faults.count, ROWS_MAX, "every row but the first says it again, and one is too many");
    assert_eq!(faults.listed.len(), FAULTS_MAX, "not all of them are listed");
}

#[test]
fn a_fault_reads_in_both_languages() {
    let text = format!("{HEADER}178,2022-M07,9.000308,12,30,2,8,33,0,3,1\n");
    let faults = lang_son().import(&text).expect_err("faults");
    assert_eq!(
        faults.listed[0].to_string(),
        "2: row: IDENTITY_BROKEN \"44 ≠ 45\": Số liệu không cân đối. / The figures do not balance. Expected: online + direct \
         + carried_over = early + on_time + late + pending_in_time + pending_overdue"
    );
}
