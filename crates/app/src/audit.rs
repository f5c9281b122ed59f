//! The audit chain: every act and every refusal, in the transaction of its effect.
//!
//! Each entry's hash covers the hash before it, so that a changed, removed or inserted entry shows. Receipts carry the
//! head, which makes every unit a witness. No personal data but the name of the client stands here.
//!
//! A use case cannot commit past it: nothing here but [`commit`] and [`commit_unnoted`] ends a transaction, the one takes
//! the proof that an entry was recorded, the other names which of the few things that do not matter was written. There
//! is no switch.

use baocao_domain::instant::Instant;
use baocao_domain::reason::Reason;

use crate::canonical::tagged_hash;
use crate::content::Content;
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
    /// To what. If it is a row, the name of its table, its key, and how people call it: see [`Entry::about`].
    pub object: String,
    /// Hash of the content that was acted on; empty if none.
    pub content_hash: String,
    /// Why it was refused; none if it was done.
    pub refused: Option<Reason>,
}

impl<'a> Entry<'a> {
    /// A row is from now on what its content says: `revision 12 05971/tthc/2022-M07/1`.
    #[must_use]
    pub fn about(actor: &'a str, action: &'a str, content: &Content, name: &str) -> Self {
        let object = format!("{} {name}", content.object()).trim_end().to_owned();
        Self { actor, action, object, content_hash: content.hash.clone(), refused: None }
    }
}

/// The place of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: i64,
    /// Its hash, in hex.
    pub hash: String,
}

/// The proof that an entry was recorded. Nobody but this file can make one.
#[derive(Debug)]
pub struct Noted(Head);

impl Noted {
    /// The place of the last entry that was recorded.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.0
    }
}

/// What may be written without an entry, because nothing that lasts hangs on it. Each is a line of
/// [`crate::verify::IRRELEVANT`], with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnoted {
    /// Tries, failures and pauses of a step of a close run.
    CloseTry,
    /// Tries and pauses of a mail that waits, and that somebody is at it.
    DeliveryTry,
    /// A simulated clock, or when the next backup is due.
    Bookkeeping,
    /// Who works on what.
    Lease,
    /// What a job did last.
    JobRun,
}

/// Adds an entry to the chain. Called last in a transaction: the head stays locked until it ends.
///
/// # Errors
/// [`StoreError`] when the database does not take it.
pub async fn record(tx: &mut dyn Tx, now: Instant, entry: Entry<'_>) -> Result<Noted, StoreError> {
    let mut end = End::of(tx).await?;
    end.append(tx, now, entry).await?;
    Ok(end.noted())
}

/// Adds entries to the chain, one after the other. The proof is that of the last; there must be one.
///
/// # Errors
/// Those of [`record`]; [`StoreError::Broken`] without an entry, because something without a note would be committed.
pub async fn record_all(tx: &mut dyn Tx, now: Instant, entries: Vec<Entry<'_>>) -> Result<Noted, StoreError> {
    if entries.is_empty() {
        let source = "there is nothing to note".into();
        return Err(StoreError::Broken { doing: "adding audit entries", source });
    }
    let mut end = End::of(tx).await?;
    for entry in entries {
        end.append(tx, now, entry).await?;
    }
    Ok(end.noted())
}

/// Makes everything durable that a transaction did, with the entry that notes it.
///
/// # Errors
/// [`StoreError`]; the outcome is then unknown.
pub async fn commit(tx: Box<dyn Tx>, noted: Noted) -> Result<Head, StoreError> {
    tx.commit().await?;
    Ok(noted.0)
}

/// Makes something durable that is not worth an entry, and says what.
///
/// # Errors
/// [`StoreError`]; the outcome is then unknown.
pub async fn commit_unnoted(tx: Box<dyn Tx>, what: Unnoted) -> Result<(), StoreError> {
    tracing::trace!(?what, "written without an audit entry");
    tx.commit().await
}

/// The end of the chain, held by this transaction.
struct End {
    head: Head,
    at: Instant,
}

impl End {
    async fn of(tx: &mut dyn Tx) -> Result<Self, StoreError> {
        let last = tx.audit_head().await?;
        Ok(Self { head: Head { seq: last.seq, hash: last.hash }, at: last.at })
    }

    async fn append(&mut self, tx: &mut dyn Tx, now: Instant, entry: Entry<'_>) -> Result<(), StoreError> {
        let mut row = AuditRow {
            seq: self.head.seq + 1,
            prev_hash: std::mem::take(&mut self.head.hash),
            // A clock that goes back does not take the chain with it: what a day ended with stays its end.
            at: now.max(self.at),
            actor: entry.actor.to_owned(),
            action: entry.action.to_owned(),
            object: entry.object,
            content_hash: entry.content_hash,
            outcome: entry.refused.map_or("ok", Reason::code).to_owned(),
            hash: String::new(),
        };
        row.hash = hash_of(&row);
        tx.append_audit(&row).await?;
        (self.head, self.at) = (Head { seq: row.seq, hash: row.hash }, row.at);
        Ok(())
    }

    fn noted(self) -> Noted {
        Noted(self.head)
    }
}

/// The hash that an entry must bear.
#[must_use]
pub fn hash_of(row: &AuditRow) -> String {
    let (seq, at) = (row.seq.to_string(), row.at.micros().to_string());
    let parts =
        [seq.as_str(), &row.prev_hash, &at, &row.actor, &row.action, &row.object, &row.content_hash, &row.outcome];
    hash_of_texts(parts)
}

/// The same over the texts of an entry's cells: place, hash before, time, actor, action, object, content, outcome.
pub(crate) fn hash_of_texts(parts: [&str; 8]) -> String {
    tagged_hash("baocao/audit/1", &parts)
}
