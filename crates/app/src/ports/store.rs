//! The database: transactions and their statements.

use async_trait::async_trait;
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::{Revision, SubmissionKey};
use baocao_domain::unit::UnitVersion;

use super::Failure;
use super::rows::{
    AnsweredRow, AuditHead, AuditRow, CloseRequestRow, CloseRunRow, CloseStep, DeliveryRow, DeliveryState, DocumentRow,
    EditionRow, ExtensionRow, JobRow, KeyRow, Lease, PeriodRow, RegimeRow, ReopeningRow, RevisionHead, Signature,
};
use super::table::{Cells, Table};

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is full of callers, or stopped in the middle: the same call may go through later.
    #[error("the database is not available while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Failure,
    },
    /// A unique rule was violated: somebody else was first.
    #[error("another transaction was first while {doing}")]
    Conflict {
        /// What was being done.
        doing: &'static str,
    },
    /// A bug or a damaged row: trying again does not help.
    #[error("the database refused while {doing}")]
    Broken {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Failure,
    },
}

/// The database.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a transaction that may write. On SQLite it holds the one write lock from here on.
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError>;
    /// Begins a transaction that only reads, on one consistent snapshot.
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError>;
    /// Now, by the clock of the database: for comparing ours with it.
    async fn time(&self) -> Result<Instant, StoreError>;
    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// How a row is held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowLock {
    /// Not at all.
    None,
    /// Against changes (PostgreSQL `for share`; SQLite has one writer).
    Shared,
    /// Against changes and other holders (PostgreSQL `for update`).
    Exclusive,
}

/// One transaction. Dropped without [`Tx::commit`] it leaves no trace.
#[async_trait]
pub trait Tx: Send {
    /// Makes everything durable. After an error the outcome is unknown.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// A value of the installation: `live_from`, `clock`.
    async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError>;
    /// Sets a value of the installation.
    async fn put_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError>;
    /// Sets a value of the installation that has this value now; false if it has another.
    async fn move_setting(&mut self, key: &str, from: &str, to: &str) -> Result<bool, StoreError>;

    /// The id of the regime in force, without its document: cheap enough to ask each time.
    async fn regime_id(&mut self) -> Result<Option<i64>, StoreError>;
    /// The regime in force.
    async fn regime(&mut self) -> Result<Option<RegimeRow>, StoreError>;
    /// The regime with this id.
    async fn regime_by_id(&mut self, id: i64) -> Result<Option<RegimeRow>, StoreError>;
    /// The id of the regime that was in force at this instant: the last one applied by then.
    async fn regime_id_at(&mut self, at: Instant) -> Result<Option<i64>, StoreError>;
    /// Adds a regime, which is in force from now on; answers with its id.
    async fn append_regime(&mut self, regime: &RegimeRow) -> Result<i64, StoreError>;
    /// All versions of all units, by unit and day.
    async fn unit_versions(&mut self) -> Result<Vec<UnitVersion>, StoreError>;
    /// Adds a version of a unit.
    async fn append_unit_version(&mut self, version: &UnitVersion) -> Result<(), StoreError>;

    /// Adds a period unless it is there already; answers whether it was added.
    async fn plan_period(&mut self, period: &PeriodRow) -> Result<bool, StoreError>;
    /// Gives a period other instants; false if it is sealed or not planned.
    async fn move_period(&mut self, period: &PeriodRow) -> Result<bool, StoreError>;
    /// Takes a planned period back; false if it is sealed or not planned, or if a report or an extension of it is there.
    async fn withdraw_period(&mut self, form: &FormCode, period: PeriodKey) -> Result<bool, StoreError>;
    /// A period, held as asked.
    async fn period(
        &mut self,
        form: &FormCode,
        period: PeriodKey,
        lock: RowLock,
    ) -> Result<Option<PeriodRow>, StoreError>;
    /// All periods of a form, in the order in which they close.
    async fn periods(&mut self, form: &FormCode) -> Result<Vec<PeriodRow>, StoreError>;
    /// Notes the number of the edition that was sealed last.
    async fn seal_period(&mut self, form: &FormCode, edition: EditionId) -> Result<(), StoreError>;

    /// Waits until no other transaction is at the same request, and keeps others from it until this one ends.
    async fn claim_request(&mut self, client: &str, request_id: &str) -> Result<(), StoreError>;
    /// The answer to a request of a client, if it was given already.
    async fn answered(&mut self, client: &str, request_id: &str) -> Result<Option<AnsweredRow>, StoreError>;
    /// Remembers an answer; a conflict means that the same request was answered by somebody else just now.
    async fn remember_answer(&mut self, answer: &AnsweredRow) -> Result<(), StoreError>;
    /// The revision of a submission with this number; the current one where none is named.
    async fn revision(&mut self, key: &SubmissionKey, number: Option<u32>) -> Result<Option<Revision>, StoreError>;
    /// Adds a revision; answers with its id. A conflict means that the number is taken.
    async fn append_revision(&mut self, revision: &Revision) -> Result<i64, StoreError>;
    /// Heads of the current revisions of a period, by unit.
    async fn revision_heads(&mut self, form: &FormCode, period: PeriodKey) -> Result<Vec<RevisionHead>, StoreError>;
    /// Ids of all revisions of a period, the superseded ones too, ascending.
    async fn revision_ids(&mut self, form: &FormCode, period: PeriodKey) -> Result<Vec<i64>, StoreError>;
    /// The revisions with these ids, by id.
    async fn revisions(&mut self, ids: &[i64]) -> Result<Vec<Revision>, StoreError>;
    /// How many submissions and how many revisions of them there are, of one form.
    async fn submission_counts(&mut self, form: &FormCode) -> Result<(i64, i64), StoreError>;

    /// Adds an extension; answers with its id.
    async fn append_extension(&mut self, extension: &ExtensionRow) -> Result<i64, StoreError>;
    /// The extension of a submission that is valid at this instant; the one that expires last.
    async fn extension(&mut self, key: &SubmissionKey, now: Instant) -> Result<Option<ExtensionRow>, StoreError>;
    /// Extensions that are over by this instant and for which no edition was asked, by their filing or their expiry.
    async fn lapsed_extensions(&mut self, form: &FormCode, now: Instant) -> Result<Vec<ExtensionRow>, StoreError>;

    /// Adds a request to reopen a period; answers with its id.
    async fn append_reopening(&mut self, reopening: &ReopeningRow) -> Result<i64, StoreError>;
    /// All reopenings of a form that no run has taken up, oldest first: asked for, approved, or lapsed.
    async fn open_reopenings(&mut self, form: &FormCode) -> Result<Vec<ReopeningRow>, StoreError>;
    /// The reopening with this id.
    async fn reopening(&mut self, id: i64) -> Result<Option<ReopeningRow>, StoreError>;
    /// Approves a reopening; false if it is approved already, or not there.
    async fn approve_reopening(&mut self, id: i64, approved: &Signature) -> Result<bool, StoreError>;
    /// A run takes up the approved reopenings of its period; answers with them as they are now, oldest first.
    async fn take_reopenings(
        &mut self,
        form: &FormCode,
        period: PeriodKey,
        run: i64,
    ) -> Result<Vec<ReopeningRow>, StoreError>;

    /// Takes a lease for so many seconds, by the clock of the database: a new one, one that expired, or one that the same
    /// holder had. None while somebody else holds it.
    async fn take_lease(&mut self, name: &str, holder: &str, lasts_s: u32) -> Result<Option<Lease>, StoreError>;
    /// Lets a lease that has not expired last so many seconds from now; false if it expired or somebody else took it.
    async fn renew_lease(&mut self, lease: &Lease, lasts_s: u32) -> Result<bool, StoreError>;
    /// Holds the lease's row until the transaction ends, so that nobody can take it over meanwhile; false if it expired or
    /// somebody else took it. Asked first in every transaction that writes under a lease.
    async fn hold_lease(&mut self, lease: &Lease) -> Result<bool, StoreError>;
    /// Gives a lease back; nothing happens if it is somebody else's now.
    async fn release_lease(&mut self, lease: &Lease) -> Result<(), StoreError>;
    /// All leases that were ever taken, by name: name, fence and end (by the clock of the database), as texts.
    async fn leases(&mut self) -> Result<Vec<Cells>, StoreError>;

    /// Notes a job: its schedule, and its last run where it has one; a run that was noted stays where none is given.
    async fn note_job(&mut self, job: &JobRow) -> Result<(), StoreError>;
    /// All jobs that were noted, by name, with who holds their leases now.
    async fn jobs(&mut self) -> Result<Vec<JobRow>, StoreError>;

    /// Asks for another edition of a period; answers with the request's id.
    async fn append_close_request(&mut self, request: &CloseRequestRow) -> Result<i64, StoreError>;
    /// Requests that no run has taken up, oldest first.
    async fn open_close_requests(&mut self, form: &FormCode) -> Result<Vec<CloseRequestRow>, StoreError>;
    /// A run takes up all open requests of its period; answers with them as they are now, oldest first.
    async fn take_close_requests(
        &mut self,
        form: &FormCode,
        period: PeriodKey,
        run: i64,
    ) -> Result<Vec<CloseRequestRow>, StoreError>;
    /// Adds a run; answers with its id. A conflict means that the edition has a run already.
    async fn append_close_run(&mut self, run: &CloseRunRow) -> Result<i64, StoreError>;
    /// The run of an edition; of several, the one that was not abandoned, or the newest.
    async fn close_run(&mut self, form: &FormCode, edition: EditionId) -> Result<Option<CloseRunRow>, StoreError>;
    /// All runs of a form, in the order in which they were begun.
    async fn close_runs(&mut self, form: &FormCode) -> Result<Vec<CloseRunRow>, StoreError>;
    /// Moves a run from one step to the next and clears its counters; false if it is not at that step, or was written under
    /// a later fence.
    async fn advance_close_run(&mut self, run: &CloseRunRow, to: CloseStep, fence: i64) -> Result<bool, StoreError>;
    /// Writes a run's counters and flags (tries, failures, last error, next try, held, skip notify, abandoned, fence); false if it
    /// is not at that step, is abandoned, or was written under a later fence.
    async fn note_close_try(&mut self, run: &CloseRunRow) -> Result<bool, StoreError>;

    /// Adds an edition. A conflict means that it is there already.
    async fn append_edition(&mut self, edition: &EditionRow) -> Result<(), StoreError>;
    /// An edition with its document.
    async fn edition(&mut self, form: &FormCode, id: EditionId) -> Result<Option<EditionRow>, StoreError>;
    /// All editions of a form without their documents (empty texts), by period and number.
    async fn editions(&mut self, form: &FormCode) -> Result<Vec<EditionRow>, StoreError>;
    /// Notes that an edition was released to the public; false if it was released before, whose instant stays.
    async fn release_edition(&mut self, form: &FormCode, id: EditionId, at: Instant) -> Result<bool, StoreError>;

    /// Adds a document unless it is there already; answers whether it was added.
    async fn append_document(&mut self, document: &DocumentRow) -> Result<bool, StoreError>;
    /// The documents of an edition, by kind and unit.
    async fn documents(&mut self, form: &FormCode, edition: EditionId) -> Result<Vec<DocumentRow>, StoreError>;
    /// Adds the issue record of an edition. A conflict means that it has one.
    async fn append_issue(
        &mut self,
        form: &FormCode,
        edition: EditionId,
        record: &IssueRecord,
        at: Instant,
    ) -> Result<(), StoreError>;
    /// The issue record of an edition.
    async fn issue(&mut self, form: &FormCode, edition: EditionId) -> Result<Option<IssueRecord>, StoreError>;

    /// Queues a mail unless there is one about this unit to this recipient for this cause; answers whether it was queued.
    async fn enqueue(&mut self, delivery: &DeliveryRow) -> Result<bool, StoreError>;
    /// Mails that are queued or in doubt and whose instant has come, oldest first, at most so many.
    async fn due_deliveries(&mut self, now: Instant, batch_max: u32) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Mails that somebody was at; after a stop, nobody is.
    async fn interrupted_deliveries(&mut self) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Mails that are not with the relay yet (queued, in doubt, or somebody at them), oldest first, at most so many.
    async fn unsent_deliveries(&mut self, batch_max: u32) -> Result<Vec<DeliveryRow>, StoreError>;
    /// The mails of an edition, by unit and recipient.
    async fn deliveries(&mut self, form: &FormCode, edition: EditionId) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Moves a mail to another state with its counters; false if it is not in the state named.
    async fn move_delivery(&mut self, from: DeliveryState, to: &DeliveryRow) -> Result<bool, StoreError>;

    /// The key with this public part.
    async fn key(&mut self, id: &str) -> Result<Option<KeyRow>, StoreError>;
    /// Adds a key.
    async fn append_key(&mut self, key: &KeyRow) -> Result<(), StoreError>;

    /// The last audit entry's place, hash and time, held until the transaction ends.
    async fn audit_head(&mut self) -> Result<AuditHead, StoreError>;
    /// Adds an entry to the audit chain.
    async fn append_audit(&mut self, entry: &AuditRow) -> Result<(), StoreError>;
    /// Audit entries from a place on, at most so many.
    async fn audit_entries(&mut self, from_seq: i64, batch_max: u32) -> Result<Vec<AuditRow>, StoreError>;
    /// The last audit entry that was written before an instant.
    async fn audit_before(&mut self, instant: Instant) -> Result<Option<AuditRow>, StoreError>;
    /// The last audit entry that notes what was staged as this object.
    async fn staging(&mut self, object: &str) -> Result<Option<AuditRow>, StoreError>;

    /// Rows of a table as texts, by key, from this key on (with it), at most so many. No key: from the first row on.
    async fn cells(&mut self, table: Table, from: &[String], batch_max: u32) -> Result<Vec<Cells>, StoreError>;

    /// The number of the last migration of the schema.
    async fn schema_version(&mut self) -> Result<i64, StoreError>;
    /// How many rows each table has, by its name.
    async fn table_counts(&mut self) -> Result<Vec<(String, i64)>, StoreError>;
    /// Hashes of the objects that documents and mails name, ascending, each once, from behind one on, at most so many.
    async fn object_hashes(&mut self, after: &str, batch_max: u32) -> Result<Vec<String>, StoreError>;
}
