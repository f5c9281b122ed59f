//! Units: which versions bring those of the installation to those of the files, and what they must not do.
//!
//! A version is never changed: what is true of a unit from a day on is a new version with that day. A unit that the
//! files leave out is left alone; who reports no more is taken out by an obligation.

use std::collections::BTreeMap;

use baocao_domain::ids::{UnitCode, UnitId};
use baocao_domain::period::PeriodKey;
use baocao_domain::regime::Regime;
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::UnitVersion;
use jiff::civil::Date;

use super::compare::{Row, section};
use super::plan::Plan;
use super::rows::text;
use crate::regime::UnitRow;

/// Adds to the plan what becomes of the units.
pub(super) fn compare(versions: &[UnitVersion], units: &[UnitRow], plan: &mut Plan) {
    let current = current(versions);
    let codes: BTreeMap<UnitId, &UnitCode> = current.values().map(|version| (version.id, &version.code)).collect();
    let mut ids: BTreeMap<&UnitCode, UnitId> = current.iter().map(|(code, version)| (*code, version.id)).collect();
    let mut next = versions.iter().map(|version| version.id.0).max().unwrap_or(0);
    for unit in units {
        ids.entry(&unit.code).or_insert_with(|| {
            next += 1;
            UnitId(next)
        });
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for unit in units {
        let was = current.get(&unit.code).copied();
        let parent = unit.parent.as_ref().and_then(|parent| ids.get(parent).copied());
        let wanted = version(ids[&unit.code], unit, parent);
        if was.is_some_and(|was| UnitVersion { valid_from: wanted.valid_from, ..was.clone() } == wanted) {
            continue;
        }
        if let Some(was) = was {
            let parent = was.parent.and_then(|parent| codes.get(&parent).copied());
            before.push(row(was, parent));
            if wanted.valid_from <= was.valid_from {
                plan.refused.push(format!(
                    "unit {}: it differs from what is stored, but its valid_from is {}; expected a day after {}, from \
                     which on the new row is true",
                    unit.code, wanted.valid_from, was.valid_from
                ));
            }
        }
        after.push(row(&wanted, unit.parent.as_ref()));
        plan.steps.versions.push(wanted);
    }
    plan.sections.extend(section("Units", &before, &after));
    let is_left = |code: &UnitCode| !units.iter().any(|unit| unit.code == *code);
    let left = current.values().filter(|version| is_left(&version.code));
    plan.left = left.map(|version| (version.code.clone(), version.name.clone())).collect();
}

/// Refuses versions that would not make one tree below the province on every day from the first window's last on.
pub(super) fn check_trees(versions: &[UnitVersion], regime: &Regime, plan: &mut Plan) {
    let first = regime.first_month.window(regime.calendar.window_rule).to;
    let all: Vec<UnitVersion> = versions.iter().chain(&plan.steps.versions).cloned().collect();
    let mut days: Vec<Date> = all.iter().map(|version| version.valid_from).filter(|day| *day > first).collect();
    days.push(first);
    days.sort();
    days.dedup();
    for day in days {
        match Hierarchy::at(&all, day) {
            Ok(tree) if tree.root().code == regime.province => {}
            Ok(tree) => plan.refused.push(format!(
                "units: on {day} the unit above all others is {}; expected the province {}",
                tree.root().code,
                regime.province
            )),
            Err(error) => plan.refused.push(format!("units: on {day} they are not one tree: {error}")),
        }
    }
}

/// Says which new versions reach back into a month that is closed.
pub(super) fn note_closed_months(closed: &[PeriodKey], regime: &Regime, plan: &mut Plan) {
    let Some(last) = closed.iter().max() else { return };
    let day = last.window(regime.calendar.window_rule).to;
    let count = plan.steps.versions.iter().filter(|version| version.valid_from <= day).count();
    if count > 0 {
        plan.notes.push(format!(
            "new versions of units that begin on or before {day}, the last day of {last}, which is closed: {count}; its editions \
             stay as they are, but a later edition of it, and the year to date, count with the change"
        ));
    }
}

/// The last version of each unit that has not ended, by its code.
fn current(versions: &[UnitVersion]) -> BTreeMap<&UnitCode, &UnitVersion> {
    let mut last: BTreeMap<UnitId, &UnitVersion> = BTreeMap::new();
    for version in versions {
        let latest = last.entry(version.id).or_insert(version);
        if version.valid_from >= latest.valid_from {
            *latest = version;
        }
    }
    last.into_values().filter(|version| !version.dissolved).map(|version| (&version.code, version)).collect()
}

fn version(id: UnitId, unit: &UnitRow, parent: Option<UnitId>) -> UnitVersion {
    UnitVersion {
        id,
        valid_from: unit.valid_from,
        code: unit.code.clone(),
        name: unit.name.clone(),
        tier: unit.tier,
        group: unit.group,
        parent,
        dissolved: false,
    }
}

fn row(version: &UnitVersion, parent: Option<&UnitCode>) -> Row {
    Row::new(
        version.code.to_string(),
        [
            ("", version.name.clone()),
            ("tier", version.tier.code().to_owned()),
            ("group", version.group.map_or_else(String::new, |group| group.letter().to_owned())),
            ("parent", text(parent)),
            ("valid from", version.valid_from.to_string()),
        ],
    )
}
