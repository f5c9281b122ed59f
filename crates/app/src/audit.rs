//! The audit chain: every act and every refusal, in the transaction of its effect.
//!
//! Each entry's hash covers the hash before it, so that a changed, removed or inserted entry shows. Receipts carry the
//! head, which makes every unit a witness. No personal data but the name of the client stands here.

use baocao_domain::instant::Instant;
use baocao_domain::reason::Reason;

use crate::canonical::tagged_hash;
use crate::ports::{AuditRow, StoreError, Tx};

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is to be recorded.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Who acted: a client's name, or `service`.
    pub actor: &'a str,
    /// What was done: `submit`, `grant-extension`, `close.sealed` …
    pub action: &'a str,
    /// To what.
    pub object: String,
    /// Hash of the content that was acted on; empty if none.
    pub content_hash: String,
    /// Why it was refused; none if it was done.
    pub refused: Option<Reason>,
}

/// The place of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: i64,
    /// Its hash, in hex.
    pub hash: String,
}

/// Adds an entry to the chain. Called last in a transaction: the head stays locked until it ends.
///
/// # Errors
/// [`StoreError`] when the database does not take it.
pub async fn record(tx: &mut dyn Tx, now: Instant, entry: Entry<'_>) -> Result<Head, StoreError> {
    let (last, prev_hash) = tx.audit_head().await?;
    let mut row = AuditRow {
        seq: last + 1,
        prev_hash,
        at: now,
        actor: entry.actor.to_owned(),
        action: entry.action.to_owned(),
        object: entry.object,
        content_hash: entry.content_hash,
        outcome: entry.refused.map_or("ok", Reason::code).to_owned(),
        hash: String::new(),
    };
    row.hash = hash_of(&row);
    tx.append_audit(&row).await?;
    Ok(Head { seq: row.seq, hash: row.hash })
}

/// The hash that an entry must bear.
#[must_use]
pub fn hash_of(row: &AuditRow) -> String {
    let (seq, at) = (row.seq.to_string(), row.at.micros().to_string());
    let parts =
        [seq.as_str(), &row.prev_hash, &at, &row.actor, &row.action, &row.object, &row.content_hash, &row.outcome];
    tagged_hash("baocao/audit/1", &parts)
}
