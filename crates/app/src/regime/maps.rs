//! Maps (danh mục đơn vị hành chính): provinces, districts and communes as on one day, shared by regimes.
//!
//! A regime that names a map takes over everything below its province. Departments are in no map: they stand in the
//! regime's own `units.csv`.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::ids::UnitCode;
use baocao_domain::unit::{PeerGroup, Tier};
use jiff::civil::Date;

use super::fault::Faults;
use super::source::{HEAD, Row, Table};
use super::units::UnitRow;
use super::words::{names, one_of, optional};

/// The header of a map. Its last column (the type of unit) is for readers: names carry it already.
const COLUMNS: &[&str] = &["level", "code", "parent_code", "name", "type"];

/// The levels of a map, as official lists of units write them.
const LEVELS: [(&str, Tier); 3] = [("tinh", Tier::Province), ("huyen", Tier::District), ("xa", Tier::Commune)];

/// The map that a regime is drawn on.
pub(super) struct Choice {
    /// Its name: `khanh-hoa-2019`.
    pub(super) name: String,
    /// The line of the name in the head.
    pub(super) line: u64,
    /// The first day on which its units are there.
    pub(super) valid_from: Date,
}

/// The units of the province in the chosen map, in the order of the map; none if the map cannot be read.
pub(super) fn read(
    choice: &Choice,
    maps: &[(&str, &str)],
    province: &UnitCode,
    faults: &mut Faults,
) -> Option<Vec<(Row, UnitRow)>> {
    let Some((name, text)) = maps.iter().find(|(name, _)| *name == choice.name) else {
        let known = names(maps.iter().map(|(name, _)| *name));
        faults.add(HEAD, choice.line, format!("map: there is no map {}; expected {known}", choice.name));
        return None;
    };
    let table = Table::of_file(&format!("maps/{name}.csv"), text, COLUMNS, faults);
    let count_before = faults.count();
    let read: Vec<(Row, UnitRow)> = table
        .rows
        .into_iter()
        .filter_map(|row| {
            let unit = unit(&row, choice.valid_from, faults)?;
            Some((row, unit))
        })
        .collect();
    if faults.count() == count_before {
        check_parents(&read, faults);
    }
    if !table.is_whole || faults.count() > count_before {
        return None;
    }
    let of_province = below(read, province);
    if of_province.is_empty() {
        faults.add(
            HEAD,
            choice.line,
            format!("map: {name} has no province {province}; expected a map of the province"),
        );
        return None;
    }
    Some(of_province)
}

fn unit(row: &Row, valid_from: Date, faults: &mut Faults) -> Option<UnitRow> {
    let tier = row.get("level", faults, one_of(&LEVELS));
    let code = row.get("code", faults, UnitCode::parse);
    let parent = row.get("parent_code", faults, optional(UnitCode::parse));
    let name = row.text("name", faults);
    let tier = tier?;
    let group = match tier {
        Tier::Province => None,
        Tier::Department => Some(PeerGroup::A),
        Tier::District => Some(PeerGroup::B),
        Tier::Commune => Some(PeerGroup::C),
    };
    Some(UnitRow { code: code?, name: name?, tier, group, parent: parent?, valid_from })
}

/// A province stands alone, everything else below a row of a higher level: so there are no circles.
fn check_parents(read: &[(Row, UnitRow)], faults: &mut Faults) {
    let tiers: BTreeMap<&UnitCode, Tier> = read.iter().map(|(_, unit)| (&unit.code, unit.tier)).collect();
    for (row, unit) in read {
        let message = match unit.parent.as_ref().map(|parent| (parent, tiers.get(parent))) {
            None if unit.tier == Tier::Province => continue,
            None => "parent_code: none; expected one for every row but a province".to_owned(),
            Some((_, Some(above))) if *above < unit.tier => continue,
            Some((parent, Some(_))) => format!("parent_code: {parent} is not of a higher level; expected one that is"),
            Some((parent, None)) => format!("parent_code: no row has the code {parent}; expected a row of this map"),
        };
        row.fault(faults, message);
    }
}

/// The province and everything below it.
fn below(read: Vec<(Row, UnitRow)>, province: &UnitCode) -> Vec<(Row, UnitRow)> {
    let mut within: BTreeSet<UnitCode> = BTreeSet::new();
    for (_, tier) in LEVELS {
        for (_, unit) in read.iter().filter(|(_, unit)| unit.tier == tier) {
            let is_within = match &unit.parent {
                None => unit.code == *province,
                Some(parent) => within.contains(parent),
            };
            if is_within {
                within.insert(unit.code.clone());
            }
        }
    }
    read.into_iter().filter(|(_, unit)| within.contains(&unit.code)).collect()
}
