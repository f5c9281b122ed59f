//! The units of a shipped regime as a tree, without an installation.

use std::collections::BTreeMap;

use baocao_app::regime::{LoadedRegime, UnitRow};
use baocao_domain::ids::{UnitCode, UnitId};
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::UnitVersion;

/// The tree on the first day on which all units are there.
pub(super) fn tree_of(loaded: &LoadedRegime) -> Hierarchy {
    let ids: BTreeMap<&UnitCode, UnitId> = loaded.units.iter().map(|unit| &unit.code).zip((1..).map(UnitId)).collect();
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
    let versions: Vec<UnitVersion> = loaded.units.iter().map(version).collect();
    let last_day = versions.iter().map(|version| version.valid_from).max().expect("units");
    Hierarchy::at(&versions, last_day).expect("a tree")
}
