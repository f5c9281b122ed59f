//! Every shipped regime's year: what units file is valid, goes on from month to month, and is judged in every way.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::figures::Figures;
use baocao_domain::target::Verdict;

use super::*;
use crate::demo::testing::tree_of;

fn play(name: &str) -> Edition {
    let loaded = crate::regimes::shipped(name).expect(name);
    let (regime, tree) = (&loaded.regime, tree_of(&loaded));
    let year = PeriodKey::parse(&regime.first_month.year().to_string()).expect("a year");
    let months = regime.owed(&year.months());
    let filings = invent(regime, &tree, &months);
    let mut pending: BTreeMap<(UnitCode, String), i64> = BTreeMap::new();
    let mut reports = Vec::new();
    for month in &months {
        for node in tree.nodes() {
            let Some(raw) = filings.get(&(node.code.clone(), *month)) else { continue };
            let figures = Figures::parse(&regime.form, &regime.catalogue, node.tier, raw);
            let figures = figures.unwrap_or_else(|faults| panic!("{name} {} {month}: {faults:?}", node.code));
            for (procedure, row) in &figures.rows {
                let carried = pending.insert((node.code.clone(), procedure.to_string()), row[6] + row[7]);
                assert!(carried.is_none_or(|pending| pending == row[2]), "{name} {} {month} {procedure}", node.code);
            }
            reports.push(SealedReport {
                unit: node.id,
                month: *month,
                revision: 1,
                received_at: regime.calendar.schedule(*month).due,
                nil: raw.nil,
                figures,
            });
        }
    }
    let id = EditionId { period: year, number: 1 };
    Edition::make(id, Cause::Locked, regime.calendar.schedule(year).locks, regime, &tree, &reports)
}

#[test]
fn every_shipped_regime_has_a_year_in_which_targets_are_met_and_missed() {
    for (name, judged) in
        [("lang-son-2022", 54), ("hoa-binh-2020", 178), ("khanh-hoa-2018", 162), ("long-an-2024", 2_192)]
    {
        let edition = play(name);
        let verdicts: Vec<Verdict> = edition.units.iter().flat_map(|unit| unit.verdicts_of_record()).collect();
        assert_eq!(verdicts.len(), judged, "{name}");
        let kinds: BTreeSet<Verdict> = verdicts.iter().copied().collect();
        assert!(kinds.contains(&Verdict::Met) && kinds.contains(&Verdict::Missed), "{name}: {kinds:?}");
        assert!(!kinds.contains(&Verdict::Uncertain), "{name}: every report is in");
        let met = verdicts.iter().filter(|verdict| **verdict == Verdict::Met).count();
        assert!(met * 10 > judged, "{name}: only {met} of {judged} are met");
        let province = edition.province().subtree_coverage;
        assert_eq!(province.reported, province.obliged, "{name}");
        let ranked = edition.units.iter().flat_map(|unit| &unit.outcomes).filter(|outcome| outcome.rank.is_some());
        assert!(ranked.count() > 100, "{name}");
    }
}

#[test]
fn mishaps_happen_to_different_units() {
    let loaded = crate::regimes::shipped("long-an-2024").expect("the regime");
    let tree = tree_of(&loaded);
    let year = PeriodKey::parse("2024").expect("a year");
    let filings = invent(&loaded.regime, &tree, &year.months());
    let mishaps = Mishaps::choose(&tree, &year.months(), &filings).expect("enough units");
    for month in 0..12 {
        let mut units = mishaps.late(month);
        units.extend(mishaps.after_the_lock(month));
        units.extend(mishaps.corrects_itself(month));
        units.extend(mishaps.never(month));
        let different: BTreeSet<&UnitCode> = units.iter().copied().collect();
        assert_eq!(different.len(), units.len(), "month {month}");
    }
    assert!((0..12).filter(|month| mishaps.never(*month).is_some()).count() == 1);
}
