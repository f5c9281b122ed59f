//! Regimes as they were applied.

use baocao_app::ports::{Failure, RegimeRow, StoreError};
use baocao_domain::instant::Instant;

use super::row::{Row, id, instant, text};
use super::session::{SqlTx, query};

statements! {
    /// The id of the regime in force: the last one.
    ID_IN_FORCE = "select id from regime order by id desc limit 1";
    /// The regime in force.
    IN_FORCE = "select id, name, document, content_hash, applied_at from regime order by id desc limit 1";
    /// The regime with an id.
    BY_ID = "select id, name, document, content_hash, applied_at from regime where id = $1";
    /// The id of the regime that was in force at an instant.
    ID_AT = "select id from regime where applied_at <= $1 order by id desc limit 1";
    /// Adds a regime.
    APPEND = "insert into regime (name, document, content_hash, applied_at) values ($1, $2, $3, $4) returning id";
}

fn read(row: &Row) -> Result<RegimeRow, Failure> {
    Ok(RegimeRow {
        id: id(row)?,
        name: text(row, "name")?,
        document: text(row, "document")?,
        content_hash: text(row, "content_hash")?,
        applied_at: instant(row, "applied_at")?,
    })
}

pub(super) async fn id_in_force(tx: &mut SqlTx) -> Result<Option<i64>, StoreError> {
    tx.optional("reading the id of the regime in force", query(ID_IN_FORCE), id).await
}

pub(super) async fn in_force(tx: &mut SqlTx) -> Result<Option<RegimeRow>, StoreError> {
    tx.optional("reading the regime in force", query(IN_FORCE), read).await
}

pub(super) async fn by_id(tx: &mut SqlTx, id: i64) -> Result<Option<RegimeRow>, StoreError> {
    tx.optional("reading a regime", query(BY_ID).bind(id), read).await
}

pub(super) async fn id_at(tx: &mut SqlTx, at: Instant) -> Result<Option<i64>, StoreError> {
    tx.optional("reading the id of a regime at an instant", query(ID_AT).bind(at.micros()), id).await
}

pub(super) async fn append(tx: &mut SqlTx, regime: &RegimeRow) -> Result<i64, StoreError> {
    let statement = query(APPEND)
        .bind(&regime.name)
        .bind(&regime.document)
        .bind(&regime.content_hash)
        .bind(regime.applied_at.micros());
    tx.one("adding a regime", statement, id).await
}
