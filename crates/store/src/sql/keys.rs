//! API keys.

use baocao_app::actor::Role;
use baocao_app::ports::{Failure, KeyRow, StoreError};
use baocao_domain::ids::UnitId;
use baocao_domain::instant::Instant;

use super::row::{Row, instant, integer, named, optional_instant, text};
use super::session::{SqlTx, query};

statements! {
    /// The key with a public part.
    KEY = "select id, client, role, scope, secret_sha256, expires_at, revoked_at from api_key where id = $1";
    /// Adds a key.
    APPEND = "insert into api_key (id, client, role, scope, secret_sha256, expires_at, revoked_at) \
              values ($1, $2, $3, $4, $5, $6, $7)";
}

fn read(row: &Row) -> Result<KeyRow, Failure> {
    Ok(KeyRow {
        id: text(row, "id")?,
        client: text(row, "client")?,
        role: named(row, "role", Role::parse)?,
        scope: UnitId(integer(row, "scope")?),
        secret_sha256: text(row, "secret_sha256")?,
        expires_at: instant(row, "expires_at")?,
        revoked_at: optional_instant(row, "revoked_at")?,
    })
}

pub(super) async fn key(tx: &mut SqlTx, id: &str) -> Result<Option<KeyRow>, StoreError> {
    tx.optional("reading a key", query(KEY).bind(id), read).await
}

pub(super) async fn append(tx: &mut SqlTx, key: &KeyRow) -> Result<(), StoreError> {
    let statement = query(APPEND)
        .bind(&key.id)
        .bind(&key.client)
        .bind(key.role.code())
        .bind(key.scope.0)
        .bind(&key.secret_sha256)
        .bind(key.expires_at.micros())
        .bind(key.revoked_at.map(Instant::micros));
    tx.run_one("adding a key", statement).await
}
