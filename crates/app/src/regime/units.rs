//! Rows of units, and the proof that they are one tree below the province.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::ids::{UnitCode, UnitId};
use baocao_domain::tree::{Hierarchy, NotATree};
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::civil::Date;

use super::fault::Faults;
use super::source::{Row, Table};
use super::words::{date, one_of, optional, tier};

/// A unit as a regime names it. It gets its identity when the regime is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// The official code.
    pub code: UnitCode,
    /// The full name with its type.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// The group it is listed in; none for the province itself.
    pub group: Option<PeerGroup>,
    /// The code of its parent; none for the province itself.
    pub parent: Option<UnitCode>,
    /// First day on which the row is true.
    pub valid_from: Date,
}

/// The units, and what other rows may refer to.
pub(super) struct Units {
    /// All of them: those of the map, then those of the table.
    pub(super) rows: Vec<UnitRow>,
    /// The codes, those of rows with a fault elsewhere included; none if a code could not be read, so that one fault is
    /// told once.
    pub(super) codes: Option<BTreeSet<UnitCode>>,
    /// The tree; none if they are not one.
    pub(super) tree: Option<Hierarchy>,
}

/// What the head says of units.
#[derive(Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// The province; none if it could not be read.
    pub(super) province: Option<&'a UnitCode>,
    /// The last day of the first month's window: the province must be there by then.
    pub(super) first_month_ends: Option<Date>,
}

impl Units {
    /// Whether a unit is referred to that there is not.
    pub(super) fn lack(&self, unit: &UnitCode) -> bool {
        self.codes.as_ref().is_some_and(|codes| !codes.contains(unit))
    }
}

/// Reads the units and checks them against one another. Of the map: its rows, none if it could not be read.
pub(super) fn read(of_map: Option<Vec<(Row, UnitRow)>>, table: &Table, place: Place<'_>, faults: &mut Faults) -> Units {
    let count_before = faults.count();
    let is_whole = table.is_whole && of_map.is_some();
    let of_table: Vec<(&Row, UnitRow)> = table.rows.iter().filter_map(|row| Some((row, unit(row, faults)?))).collect();
    let of_map = of_map.unwrap_or_default();

    let in_table = table.rows.iter().map(|row| UnitCode::parse(row.cell("code")).ok());
    let all = of_map.iter().map(|(_, unit)| Some(unit.code.clone())).chain(in_table);
    let codes: Option<BTreeSet<UnitCode>> = all.collect::<Option<_>>().filter(|_| is_whole);
    let mut units = Units { rows: Vec::new(), codes, tree: None };
    let missing = place.province.filter(|province| units.lack(province));
    if let Some(province) = missing {
        faults.add(&table.file, None, format!("no row for the province {province}; expected one"));
    }
    let province = place.province.filter(|_| missing.is_none());
    for (row, unit) in &of_table {
        check_place(row, unit, &units, Place { province, ..place }, faults);
    }
    let read: Vec<(&Row, UnitRow)> = of_map.iter().map(|(row, unit)| (row, unit.clone())).chain(of_table).collect();
    check_pairs(&read, faults);
    units.rows = read.into_iter().map(|(_, unit)| unit).collect();
    if units.codes.is_some() && faults.count() == count_before && !units.rows.is_empty() {
        match tree(&units.rows) {
            Ok(tree) => units.tree = Some(tree),
            Err(error) => faults.add(&table.file, None, format!("{error}; expected one tree below the province")),
        }
    }
    units
}

/// The tree when all rows are true.
pub(super) fn tree(units: &[UnitRow]) -> Result<Hierarchy, NotATree> {
    let last_day = units.iter().map(|unit| unit.valid_from).max().unwrap_or(Date::ZERO);
    let ids: BTreeMap<&UnitCode, UnitId> = units.iter().map(|unit| &unit.code).zip((1..).map(UnitId)).collect();
    let version = |unit: &UnitRow| UnitVersion {
        id: ids[&unit.code],
        valid_from: unit.valid_from,
        code: unit.code.clone(),
        name: unit.name.clone(),
        tier: unit.tier,
        group: unit.group,
        parent: unit.parent.as_ref().map(|parent| ids[parent]),
        dissolved: false,
    };
    Hierarchy::at(&units.iter().map(version).collect::<Vec<_>>(), last_day)
}

fn unit(row: &Row, faults: &mut Faults) -> Option<UnitRow> {
    let code = row.get("code", faults, UnitCode::parse);
    let name = row.text("name", faults);
    let tier = row.get("tier", faults, tier);
    let group = row.get("group", faults, optional(one_of(&PeerGroup::ALL.map(|group| (group.letter(), group)))));
    let parent = row.get("parent", faults, optional(UnitCode::parse));
    let valid_from = row.get("valid_from", faults, date);
    Some(UnitRow { code: code?, name: name?, tier: tier?, group: group?, parent: parent?, valid_from: valid_from? })
}

fn check_place(row: &Row, unit: &UnitRow, units: &Units, place: Place<'_>, faults: &mut Faults) {
    if let Some(parent) = unit.parent.as_ref().filter(|parent| units.lack(parent)) {
        row.fault(faults, format!("parent: no unit has the code {parent}; expected a unit of this folder"));
    }
    let Some(province) = place.province else { return };
    let is_province = unit.code == *province;
    match (&unit.parent, is_province) {
        (None, false) => row.fault(faults, "parent: none; expected one for every unit but the province"),
        (Some(parent), true) => row.fault(faults, format!("parent: {parent}; expected none for the province")),
        (None, true) | (Some(_), false) => {}
    }
    if (unit.tier == Tier::Province) != is_province {
        row.fault(faults, format!("tier: expected province for {province} and for no other unit"));
    }
    if unit.group.is_none() != is_province {
        row.fault(faults, "group: expected A, B or C for every unit but the province, which has none");
    }
    if let Some(ends) = place.first_month_ends.filter(|ends| is_province && unit.valid_from > *ends) {
        let message =
            format!("valid_from: {}; expected a day not after the first month's last, {ends}", unit.valid_from);
        row.fault(faults, message);
    }
}

/// What rows show only beside one another: codes that stand twice, units that are there before their parents.
fn check_pairs(read: &[(&Row, UnitRow)], faults: &mut Faults) {
    let mut by_code: BTreeMap<&UnitCode, (&Row, &UnitRow)> = BTreeMap::new();
    for (row, unit) in read {
        if let Some((first, _)) = by_code.get(&unit.code) {
            let place = first.place();
            row.fault(
                faults,
                format!("code: {} stands for two units (see {place}); expected each code once", unit.code),
            );
        } else {
            by_code.insert(&unit.code, (row, unit));
        }
    }
    for (row, unit) in read {
        let above = unit.parent.as_ref().and_then(|parent| by_code.get(parent));
        if let Some((_, above)) = above.filter(|(_, above)| above.valid_from > unit.valid_from) {
            let (day, since) = (unit.valid_from, above.valid_from);
            row.fault(faults, format!("valid_from: {day} is before the parent's; expected {since} or later"));
        }
    }
}

/// The unit that a cell names.
pub(super) fn named(cell: &str, units: &Units) -> Result<UnitCode, String> {
    let code = UnitCode::parse(cell).map_err(|error| error.to_string())?;
    if units.lack(&code) {
        return Err(format!("no unit has the code {code}; expected a unit of this folder"));
    }
    Ok(code)
}
