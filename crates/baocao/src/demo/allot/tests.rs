//! The quarter is the report's to the last dossier, and every unit stands where the plan puts it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Stopwatch};

use baocao_app::regime::LoadedRegime;
use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::figures::Figures;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::procedure::ServiceLevel;
use baocao_domain::target::{Span, Verdict};
use baocao_domain::unit::Tier;
use jiff::civil::{date, time};

use super::*;
use crate::demo::testing::tree_of;

/// Indicator A, indicator B, and which of them stands exactly on its threshold.
const STANDING: [(&str, Verdict, Verdict, &str); 27] = {
    use Verdict::{Met, Missed, NotApplicable};
    [
        ("20.STTTT", Met, Met, ""),
        ("20.SCT", Met, Missed, ""),
        ("20.SGTVT", Missed, Missed, ""),
        ("20.SVHTTDL", Met, Met, "B"),
        ("20.SNV", Met, Met, ""),
        ("20.SNNPTNT", Met, Met, ""),
        ("20.SXD", Met, Met, "A"),
        ("20.STNMT", Met, Missed, ""),
        ("20.SKHDT", Met, Met, ""),
        ("20.STC", Missed, Met, ""),
        ("20.SKHCN", Met, Met, ""),
        ("20.SGDDT", Missed, Met, ""),
        ("20.SYT", Met, Met, ""),
        ("20.SLDTBXH", Missed, Missed, ""),
        ("20.STP", Met, Met, "B"),
        ("20.SNGV", NotApplicable, NotApplicable, ""),
        ("178", Met, Met, ""),
        ("180", Met, Met, ""),
        ("181", Missed, Met, ""),
        ("182", Met, Missed, ""),
        ("183", Met, Met, "A"),
        ("184", Missed, Missed, ""),
        ("185", Met, Met, ""),
        ("186", Met, Met, "B"),
        ("187", Met, Missed, ""),
        ("188", Missed, Met, ""),
        ("189", Missed, Missed, ""),
    ]
};

struct World {
    loaded: LoadedRegime,
    allotment: Allotment,
}

fn world() -> World {
    let loaded = crate::regimes::shipped("lang-son-2022").expect("the shipped regime");
    let allotment = allot(&loaded.regime, &loaded.units);
    World { loaded, allotment }
}

fn code(code: &str) -> UnitCode {
    UnitCode::parse(code).expect(code)
}

impl World {
    fn parse(&self, raw: &RawFigures) -> Figures {
        let regime = &self.loaded.regime;
        Figures::parse(&regime.form, &regime.catalogue, Tier::Commune, raw).expect("valid figures")
    }

    /// The edition of a period in which every unit has filed.
    fn edition(&self, period: &str) -> Edition {
        let tree = tree_of(&self.loaded);
        let received_at = Instant::at(date(2022, 7, 15), time(9, 0, 0, 0));
        let reports: Vec<SealedReport> = self
            .allotment
            .filings()
            .flat_map(|(unit, months)| {
                let unit = tree.find(unit).expect("a unit of the tree").id;
                months.iter().zip(MONTHS).map(move |(raw, month)| (unit, raw, month))
            })
            .map(|(unit, raw, month)| SealedReport {
                unit,
                month: PeriodKey::parse(month).expect(month),
                revision: 1,
                received_at,
                nil: raw.nil,
                figures: self.parse(raw),
            })
            .collect();
        let id = EditionId { period: PeriodKey::parse(period).expect(period), number: 1 };
        Edition::make(id, Cause::Locked, received_at, &self.loaded.regime, &tree, &reports)
    }
}

#[test]
fn the_quarter_is_that_of_report_433() {
    let edition = world().edition("2022-Q3");
    let province = edition.province();
    assert!(province.subtree_coverage.is_complete());
    for (column, expected) in [
        ("received", 205_488),
        ("online", 64_771),
        ("direct", 137_505),
        ("carried_over", 3_212),
        ("resolved", 202_543),
        ("early", 39_850),
        ("on_time", 162_404),
        ("late", 289),
        ("pending", 2_945),
        ("pending_overdue", 67),
        ("pending_in_time", 2_878),
    ] {
        assert_eq!(edition.value(&province.subtree, column), expected, "{column}");
    }
}

#[test]
fn every_unit_stands_in_every_period_where_the_plan_puts_it() {
    let world = world();
    for period in ["2022-M07", "2022-M08", "2022-M09", "2022-Q3"] {
        let edition = world.edition(period);
        for span in [Span::Period, Span::YearToDate] {
            for (unit, a, b, exactly) in STANDING {
                let result = edition.unit(&code(unit)).expect(unit);
                let judged: Vec<_> = result.judged(span).collect();
                let verdicts: Vec<Verdict> = judged.iter().map(|(_, judgement)| judgement.verdict).collect();
                let ratios: Vec<_> = judged.iter().map(|(outcome, _)| outcome.ratio).collect();
                assert_eq!(verdicts, [a, b], "{unit} in {period}, {span:?}: {ratios:?}");
                let on_threshold: String = ["A", "B"]
                    .into_iter()
                    .zip(&judged)
                    .filter(|(_, (outcome, judgement))| {
                        let ratio = outcome.ratio;
                        ratio.denominator > 0 && ratio.numerator * 100 == judgement.threshold.value * ratio.denominator
                    })
                    .map(|(indicator, _)| indicator)
                    .collect();
                assert_eq!(on_threshold, exactly, "{unit} in {period}, {span:?}: {ratios:?}");
            }
        }
    }
}

#[test]
fn what_is_pending_is_carried_over_in_every_row() {
    let world = world();
    let form = &world.loaded.regime.form;
    let (opening, closings) = form.continuity.clone().expect("a rule of continuity");
    for (unit, months) in world.allotment.filings() {
        let months = months.each_ref().map(|raw| world.parse(raw));
        for (before, after) in months.iter().zip(&months[1..]) {
            for procedure in before.rows.keys().chain(after.rows.keys()) {
                let closing = before.rows.get(procedure).map_or(0, |row| closings.iter().map(|c| row[*c]).sum::<i64>());
                let carried_over = after.rows.get(procedure).map_or(0, |row| row[opening]);
                assert_eq!(carried_over, closing, "{unit} {procedure}");
            }
        }
    }
}

#[test]
fn services_of_level_2_are_never_online_and_units_keep_to_their_tier() {
    let world = world();
    let catalogue = &world.loaded.regime.catalogue;
    for unit in &world.loaded.units {
        let Some(months) = world.allotment.filings.get(&unit.code) else { continue };
        for (procedure, row) in months.iter().flat_map(|raw| world.parse(raw).rows) {
            let known = catalogue.get(&procedure).expect("a procedure of the catalogue");
            assert!(known.level > ServiceLevel::Two || row[0] == 0, "{} {procedure}", unit.code);
            assert_eq!(known.competence, unit.tier, "{} {procedure}", unit.code);
        }
    }
}

#[test]
fn sizes_are_those_of_a_real_province() {
    let world = world();
    let mut rows_of_month = [0; 3];
    for unit in world.loaded.units.iter().filter(|unit| unit.tier != Tier::Province) {
        for (month, rows_of_month) in rows_of_month.iter_mut().enumerate() {
            let raw = world.allotment.figures(&unit.code, month).expect("a filing");
            if raw.nil {
                continue;
            }
            let dossiers: i64 = raw.rows.iter().map(|(_, values)| values[0] + values[1]).sum();
            let (rows, volume) = match unit.tier {
                Tier::Commune => (15..=35, 40..=450),
                Tier::District => (40..=70, 600..=2_500),
                Tier::Department | Tier::Province => (25..=90, 300..=3_600),
            };
            assert!(rows.contains(&raw.rows.len()), "{}: {} rows", unit.code, raw.rows.len());
            assert!(volume.contains(&dossiers), "{}: {dossiers} dossiers", unit.code);
            *rows_of_month += raw.rows.len();
        }
    }
    assert!(rows_of_month.iter().all(|rows| (5_500..=7_500).contains(rows)), "{rows_of_month:?}");
}

#[test]
fn some_units_have_nothing_to_report_all_quarter() {
    let world = world();
    let nil: Vec<&str> = world
        .allotment
        .filings()
        .filter(|(_, months)| months.iter().all(|raw| raw.nil))
        .map(|(unit, _)| unit.as_str())
        .collect();
    assert_eq!(nil, ["06007", "06118", "06238", "06514", "06619", "20.SNGV"]);
    let districts: BTreeSet<_> =
        world.loaded.units.iter().filter(|u| nil.contains(&u.code.as_str())).map(|u| u.parent.clone()).collect();
    assert_eq!(districts.len(), 6, "of different districts");
    assert!(world.allotment.filings().all(|(_, months)| months.iter().all(|raw| raw.nil == months[0].nil)));
    assert_eq!(world.allotment.filings().count(), 228);
}

#[test]
fn the_first_attempt_is_acceptable_and_differs_only_in_early_and_on_time() {
    let world = world();
    let unit = code(CORRECTS_ITSELF);
    let attempt = world.parse(&world.allotment.first_attempt(&unit).expect("an attempt"));
    let corrected = world.parse(world.allotment.figures(&unit, 0).expect("a filing"));
    let form = &world.loaded.regime.form;
    let (before, after) = (attempt.totals(form), corrected.totals(form));
    let differences: Vec<i64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
    assert_eq!(differences, [0, 0, 0, 5, -5, 0, 0, 0]);
    assert_eq!(world.allotment.first_attempt(&code(FILES_LATE)), None);
}

#[test]
fn the_units_of_the_play_fit_their_parts() {
    let world = world();
    let unit = |wanted: &str| world.loaded.units.iter().find(|unit| unit.code.as_str() == wanted).expect("a unit");
    let parent = |wanted: &str| unit(wanted).parent.as_ref().map(UnitCode::as_str);
    let verdicts = |wanted: &str| STANDING.iter().find(|(unit, ..)| *unit == wanted).map(|(_, a, b, _)| (*a, *b));
    assert_eq!(verdicts(parent(CORRECTS_ITSELF).expect("a district")), Some((Verdict::Met, Verdict::Met)));
    assert_eq!(unit(FILES_LATE).tier, Tier::Commune);
    assert_eq!(unit(MISSES_LOCK).tier, Tier::Department);
    assert_eq!(verdicts(MISSES_LOCK), Some((Verdict::Missed, Verdict::Missed)));
}

#[test]
fn the_same_figures_come_out_every_time_and_soon() {
    let world = world();
    let started = Stopwatch::now();
    let again = allot(&world.loaded.regime, &world.loaded.units);
    assert_eq!(again, world.allotment);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
