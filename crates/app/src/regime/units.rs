//! Rows of units, and the proof that they are one tree below the province.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::ids::{UnitCode, UnitId};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};
use jiff::civil::Date;

use super::fault::Faults;
use super::source::{Row, Table};

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
    /// Whether it owes reports.
    pub reports: bool,
    /// First day on which the row is true.
    pub valid_from: Date,
}

/// The codes that other rows may refer to, those of rows with a fault elsewhere included; none if a code could not be
/// read, so that one fault is told once.
pub(super) fn codes(table: &Table) -> Option<BTreeSet<UnitCode>> {
    let codes = table.rows.iter().map(|row| UnitCode::parse(row.cell("code")).ok()).collect();
    if table.is_whole { codes } else { None }
}

/// Whether a unit is referred to that there is not.
pub(super) fn is_unknown(codes: Option<&BTreeSet<UnitCode>>, unit: &UnitCode) -> bool {
    codes.is_some_and(|codes| !codes.contains(unit))
}

/// Reads the units and checks them against one another.
pub(super) fn read(
    rows: &[Row],
    codes: Option<&BTreeSet<UnitCode>>,
    province: Option<&UnitCode>,
    faults: &mut Faults,
) -> Vec<UnitRow> {
    let count_before = faults.count();
    let read: Vec<(&Row, UnitRow)> = rows.iter().filter_map(|row| Some((row, unit(row, faults)?))).collect();

    let mut by_code: BTreeMap<&UnitCode, &UnitRow> = BTreeMap::new();
    for (row, unit) in &read {
        if by_code.insert(&unit.code, unit).is_some() {
            row.fault(faults, format!("code: {} stands for two units; expected each code once", unit.code));
        }
    }
    for (row, unit) in &read {
        check_place(row, unit, codes, province, faults);
        let above = unit.parent.as_ref().and_then(|parent| by_code.get(parent));
        if let Some(above) = above.filter(|above| above.valid_from > unit.valid_from) {
            let message = format!("valid_from: {} is before the parent's {}", unit.valid_from, above.valid_from);
            row.fault(faults, message);
        }
    }
    if codes.is_some() && !read.iter().any(|(_, unit)| unit.reports) {
        faults.add("units.csv", None, "no unit owes reports; expected at least one row with reports = 1");
    }
    let units: Vec<UnitRow> = read.into_iter().map(|(_, unit)| unit).collect();
    if codes.is_some() && faults.count() == count_before {
        check_tree(&units, faults);
    }
    units
}

fn unit(row: &Row, faults: &mut Faults) -> Option<UnitRow> {
    let code = row.get("code", faults, UnitCode::parse);
    let name = row.text("name", faults);
    let tier = row.get("tier", faults, tier);
    let group = row.get("group", faults, group);
    let parent = row.get("parent", faults, |cell| match cell {
        "" => Ok(None),
        _ => UnitCode::parse(cell).map(Some),
    });
    let reports = row.get("reports", faults, |cell| match cell {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(format!("{cell:?}; expected 0 or 1")),
    });
    let valid_from = row.get("valid_from", faults, date);
    Some(UnitRow {
        code: code?,
        name: name?,
        tier: tier?,
        group: group?,
        parent: parent?,
        reports: reports?,
        valid_from: valid_from?,
    })
}

fn check_place(
    row: &Row,
    unit: &UnitRow,
    codes: Option<&BTreeSet<UnitCode>>,
    province: Option<&UnitCode>,
    faults: &mut Faults,
) {
    if let Some(parent) = unit.parent.as_ref().filter(|parent| is_unknown(codes, parent)) {
        row.fault(faults, format!("parent: no unit has the code {parent}"));
    }
    let Some(province) = province else { return };
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
}

/// What single rows do not show: circles, and limits of the tree.
fn check_tree(units: &[UnitRow], faults: &mut Faults) {
    let Some(last_day) = units.iter().map(|unit| unit.valid_from).max() else { return };
    let ids: BTreeMap<&UnitCode, UnitId> = units.iter().map(|unit| &unit.code).zip((1..).map(UnitId)).collect();
    let versions: Vec<UnitVersion> = units
        .iter()
        .map(|unit| UnitVersion {
            id: ids[&unit.code],
            valid_from: unit.valid_from,
            code: unit.code.clone(),
            name: unit.name.clone(),
            tier: unit.tier,
            group: unit.group,
            parent: unit.parent.as_ref().map(|parent| ids[parent]),
            reports: unit.reports,
            dissolved: false,
        })
        .collect();
    if let Err(error) = Hierarchy::at(&versions, last_day) {
        faults.add("units.csv", None, format!("{error}; expected one tree below the province"));
    }
}

pub(super) fn tier(cell: &str) -> Result<Tier, String> {
    match cell {
        "province" => Ok(Tier::Province),
        "department" => Ok(Tier::Department),
        "district" => Ok(Tier::District),
        "commune" => Ok(Tier::Commune),
        _ => Err(format!("{cell:?}; expected province, department, district or commune")),
    }
}

fn group(cell: &str) -> Result<Option<PeerGroup>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let group = PeerGroup::ALL.into_iter().find(|group| group.letter() == cell);
    group.map(Some).ok_or_else(|| format!("{cell:?}; expected A, B, C or nothing"))
}

pub(super) fn date(cell: &str) -> Result<Date, String> {
    let date = Some(cell).filter(|cell| cell.len() == 10).and_then(|cell| cell.parse().ok());
    date.ok_or_else(|| format!("{cell:?} is not a day; expected such as 2022-06-21"))
}
