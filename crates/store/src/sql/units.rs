//! Versions of units.

use baocao_app::ports::{Failure, StoreError};
use baocao_domain::ids::{UnitCode, UnitId};
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};

use super::row::{Row, damaged, flag, integer, named, optional_integer, optional_text, text};
use super::session::{SqlTx, query};

statements! {
    /// All versions of all units.
    ALL = "select unit_id, valid_from, code, name, tier, peer_group, parent_id, dissolved \
           from unit_version order by unit_id, valid_from";
    /// Adds a version.
    APPEND = "insert into unit_version \
              (unit_id, valid_from, code, name, tier, peer_group, parent_id, dissolved) \
              values ($1, $2, $3, $4, $5, $6, $7, $8)";
}

fn group(letter: &str) -> Result<PeerGroup, Failure> {
    let group = PeerGroup::ALL.into_iter().find(|group| group.letter() == letter);
    group.ok_or_else(|| damaged("peer_group", format!("{letter:?} is unknown")))
}

fn read(row: &Row) -> Result<UnitVersion, Failure> {
    Ok(UnitVersion {
        id: UnitId(integer(row, "unit_id")?),
        valid_from: text(row, "valid_from")?.parse()?,
        code: UnitCode::parse(&text(row, "code")?)?,
        name: text(row, "name")?,
        tier: named(row, "tier", Tier::parse)?,
        group: optional_text(row, "peer_group")?.as_deref().map(group).transpose()?,
        parent: optional_integer(row, "parent_id")?.map(UnitId),
        dissolved: flag(row, "dissolved")?,
    })
}

pub(super) async fn all(tx: &mut SqlTx) -> Result<Vec<UnitVersion>, StoreError> {
    tx.all("reading the units", query(ALL), read).await
}

pub(super) async fn append(tx: &mut SqlTx, version: &UnitVersion) -> Result<(), StoreError> {
    let statement = query(APPEND)
        .bind(version.id.0)
        .bind(version.valid_from.to_string())
        .bind(version.code.as_str())
        .bind(&version.name)
        .bind(version.tier.code())
        .bind(version.group.map(PeerGroup::letter))
        .bind(version.parent.map(|parent| parent.0))
        .bind(version.dissolved);
    tx.run_one("adding a version of a unit", statement).await
}
