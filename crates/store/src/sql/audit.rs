//! The audit chain. Its end is one row, so that writers queue up at it and the chain gets neither gap nor fork.

use baocao_app::ports::{AuditHead, AuditRow, Failure, StoreError};
use baocao_domain::instant::Instant;

use super::row::{Row, instant, integer, text};
use super::session::{SqlTx, query};

statements! {
    /// The end of the chain.
    HEAD = "select seq, hash, noted_at from audit_head where id = 1";
    /// The end of the chain, held against other writers.
    HEAD_HELD = concat!("select seq, hash, noted_at from audit_head where id = 1", for_update!());
    /// Moves the end of the chain by one entry; zero rows means that the entry does not follow it.
    MOVE_HEAD = "update audit_head set seq = $1, hash = $2, noted_at = $3 where id = 1 and seq = $4 and hash = $5";
    /// Adds an entry.
    APPEND = "insert into audit (seq, prev_hash, noted_at, actor, action, object, content_hash, outcome, hash) \
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Entries from a place on.
    ENTRIES = "select seq, prev_hash, noted_at, actor, action, object, content_hash, outcome, hash from audit \
               where seq >= $1 order by seq limit $2";
    /// The last entry before an instant: times never go back along the chain.
    BEFORE = "select seq, prev_hash, noted_at, actor, action, object, content_hash, outcome, hash from audit \
              where noted_at < $1 order by seq desc limit 1";
    /// The last entry about what was staged. It has an index of its own: the action stands in the text.
    STAGING = "select seq, prev_hash, noted_at, actor, action, object, content_hash, outcome, hash from audit \
             where object = $1 and action = 'stage-files' order by seq desc limit 1";
}

fn read(row: &Row) -> Result<AuditRow, Failure> {
    Ok(AuditRow {
        seq: integer(row, "seq")?,
        prev_hash: text(row, "prev_hash")?,
        at: instant(row, "noted_at")?,
        actor: text(row, "actor")?,
        action: text(row, "action")?,
        object: text(row, "object")?,
        content_hash: text(row, "content_hash")?,
        outcome: text(row, "outcome")?,
        hash: text(row, "hash")?,
    })
}

fn read_head(row: &Row) -> Result<AuditHead, Failure> {
    Ok(AuditHead { seq: integer(row, "seq")?, hash: text(row, "hash")?, at: instant(row, "noted_at")? })
}

pub(super) async fn head(tx: &mut SqlTx) -> Result<AuditHead, StoreError> {
    let statement = if tx.writes() { HEAD_HELD } else { HEAD };
    tx.one("reading the end of the audit chain", query(statement), read_head).await
}

pub(super) async fn append(tx: &mut SqlTx, entry: &AuditRow) -> Result<(), StoreError> {
    const DOING: &str = "adding an audit entry";
    let step = query(MOVE_HEAD)
        .bind(entry.seq)
        .bind(&entry.hash)
        .bind(entry.at.micros())
        .bind(entry.seq - 1)
        .bind(&entry.prev_hash);
    if tx.run(DOING, step).await? != 1 {
        return Err(tx.conflict(DOING));
    }
    let statement = query(APPEND)
        .bind(entry.seq)
        .bind(&entry.prev_hash)
        .bind(entry.at.micros())
        .bind(&entry.actor)
        .bind(&entry.action)
        .bind(&entry.object)
        .bind(&entry.content_hash)
        .bind(&entry.outcome)
        .bind(&entry.hash);
    tx.run_one(DOING, statement).await
}

pub(super) async fn entries(tx: &mut SqlTx, from_seq: i64, batch_max: u32) -> Result<Vec<AuditRow>, StoreError> {
    tx.all("reading audit entries", query(ENTRIES).bind(from_seq).bind(i64::from(batch_max)), read).await
}

pub(super) async fn before(tx: &mut SqlTx, instant: Instant) -> Result<Option<AuditRow>, StoreError> {
    tx.optional("reading the last audit entry before an instant", query(BEFORE).bind(instant.micros()), read).await
}

pub(super) async fn staging(tx: &mut SqlTx, object: &str) -> Result<Option<AuditRow>, StoreError> {
    tx.optional("reading what was staged", query(STAGING).bind(object), read).await
}
