//! Ports: what the use cases ask of the outside world.
//!
//! One [`Tx`] is one transaction: dropped without [`Tx::commit`] it leaves no trace. Methods are single statements with
//! no rules in them; rules live in the use cases and in the domain.

use std::collections::BTreeMap;
use std::error::Error;

use async_trait::async_trait;
use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::ids::{FormCode, UnitCode, UnitId};
use baocao_domain::indicator::Catalogue;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::{PeriodKey, Window};
use baocao_domain::regime::Letterhead;
use baocao_domain::submission::{Receipt, Revision, SubmissionKey};
use baocao_domain::unit::UnitVersion;

use crate::actor::Role;

/// Why an implementation of a port failed, as the edge logs it.
pub type Failure = Box<dyn Error + Send + Sync>;

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

/// A regime as it was applied. The one with the highest id is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeRow {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The regime as canonical JSON.
    pub document: String,
    /// SHA-256 of the document, in hex.
    pub content_hash: String,
    /// When it was applied.
    pub applied_at: Instant,
}

/// A period of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRow {
    /// The form.
    pub form: FormCode,
    /// The period.
    pub period: PeriodKey,
    /// From here on reports are accepted.
    pub opens: Instant,
    /// Reports received later are late.
    pub due: Instant,
    /// From here on the period is closed.
    pub locks: Instant,
    /// From here on its editions are public.
    pub publishes: Instant,
    /// The number of the last edition that was sealed; 0 before the first.
    pub sealed_edition: u32,
}

/// Permission for one unit to file after the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRow {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// The submission that it allows.
    pub key: SubmissionKey,
    /// Why.
    pub reason: String,
    /// Not valid from here on.
    pub expires_at: Instant,
    /// The client that granted it.
    pub granted_by: String,
    /// When it was granted.
    pub granted_at: Instant,
}

/// Something calls for another edition of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseRequestRow {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// The form.
    pub form: FormCode,
    /// The period.
    pub period: PeriodKey,
    /// Why.
    pub cause: Cause,
    /// When it arose.
    pub requested_at: Instant,
    /// The run that took it up; none yet.
    pub run: Option<i64>,
}

/// How far a close run has come. Every step can be repeated without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloseStep {
    /// The revisions that count are fixed.
    Sealed,
    /// The edition is frozen.
    Aggregated,
    /// Its documents are written.
    Rendered,
    /// Their text agrees with the edition.
    Checked,
    /// Its pages are staged.
    Published,
    /// Its mail is queued.
    Enqueued,
    /// Nothing is left to do.
    Done,
}

impl CloseStep {
    /// All steps in their order.
    pub const ALL: [Self; 7] =
        [Self::Sealed, Self::Aggregated, Self::Rendered, Self::Checked, Self::Published, Self::Enqueued, Self::Done];

    /// The stable name, as it is stored and logged.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sealed => "SEALED",
            Self::Aggregated => "AGGREGATED",
            Self::Rendered => "RENDERED",
            Self::Checked => "CHECKED",
            Self::Published => "PUBLISHED",
            Self::Enqueued => "ENQUEUED",
            Self::Done => "DONE",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }
}

/// One close of one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseRunRow {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// The form.
    pub form: FormCode,
    /// The edition that it makes. At most one run per form and edition.
    pub edition: EditionId,
    /// Why.
    pub cause: Cause,
    /// The last step that was committed.
    pub step: CloseStep,
    /// Ids of the sealed revisions, of all months that the edition rests on, ascending.
    pub revisions: Vec<i64>,
    /// The regime that the edition follows.
    pub regime: i64,
    /// When the revisions were sealed.
    pub sealed_at: Instant,
    /// Tries of the step that comes next, counted before each try.
    pub tries: u32,
    /// Those of the tries that failed with an error; the others ended without a word.
    pub failures: u32,
    /// What the last failed try said; empty if none.
    pub last_error: String,
    /// Not tried again before this instant.
    pub next_try_at: Instant,
    /// The step failed too often: the run waits for an operator.
    pub held: bool,
}

/// The head of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionHead {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit: UnitId,
    /// Its number.
    pub number: u32,
    /// When it was accepted.
    pub received_at: Instant,
}

/// A frozen edition as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRow {
    /// The form.
    pub form: FormCode,
    /// Its name.
    pub id: EditionId,
    /// The edition as canonical JSON.
    pub document: String,
    /// SHA-256 of the document, in hex.
    pub content_hash: String,
    /// When its revisions were sealed.
    pub sealed_at: Instant,
    /// When it was released to the public; none while it is staged.
    pub released_at: Option<Instant>,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// The province's report without number, day and name (DỰ THẢO).
    Draft,
    /// The province's report as issued.
    Report,
    /// One page about one unit.
    Scorecard,
}

impl DocumentKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Report, Self::Scorecard];

    /// The stable name, as it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Report => "report",
            Self::Scorecard => "scorecard",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A rendered document. Its bytes are the object with its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// The form.
    pub form: FormCode,
    /// The edition that it shows.
    pub edition: EditionId,
    /// What it is. At most one per form, edition, kind and unit.
    pub kind: DocumentKind,
    /// Whom it is about.
    pub unit: UnitCode,
    /// The name of the file as a reader gets it.
    pub file_name: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// When it was made.
    pub made_at: Instant,
}

/// Why a mail is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The issued report, to leadership.
    Report,
    /// A unit has a missed target.
    Notice,
    /// A unit was told of a miss that no longer stands.
    Correction,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 3] = [Self::Report, Self::Notice, Self::Correction];

    /// The stable name, as it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Notice => "notice",
            Self::Correction => "correction",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// Waits for its instant.
    Queued,
    /// Somebody is at it.
    Sending,
    /// The relay accepted it.
    Sent,
    /// The connection ended between the body and the reply: one more try after a pause, with the same bytes.
    Unknown,
    /// The relay refused it for good, or it was tried too long.
    Failed,
    /// Waits for an operator.
    Held,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 6] = [Self::Queued, Self::Sending, Self::Sent, Self::Unknown, Self::Failed, Self::Held];

    /// The stable name, as it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// One mail to one recipient. Its bytes are built once and are the object with its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id, the left part of the Message-ID.
    pub id: String,
    /// The form.
    pub form: FormCode,
    /// The edition that caused it. At most one per form, edition, unit, recipient and purpose.
    pub edition: EditionId,
    /// About which unit.
    pub unit: UnitCode,
    /// Why.
    pub purpose: Purpose,
    /// The address.
    pub recipient: String,
    /// SHA-256 of the message's bytes, in hex.
    pub message_sha256: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// Not before this instant.
    pub next_at: Instant,
    /// The body of the current try has begun: a repeat may make a second copy.
    pub data_begun: bool,
    /// How often it was in doubt whether the relay has it.
    pub doubts: u32,
    /// The relay's last answer; empty if none.
    pub last_reply: String,
    /// When it was queued.
    pub queued_at: Instant,
}

/// An API key. The secret itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The public part.
    pub id: String,
    /// Whose key: the name that audit entries and receipts bear.
    pub client: String,
    /// What it allows.
    pub role: Role,
    /// The unit with everything below it that it is for.
    pub scope: UnitId,
    /// SHA-256 of the secret, in hex.
    pub secret_sha256: String,
    /// Not valid from here on.
    pub expires_at: Instant,
    /// When it was revoked; none while it is good.
    pub revoked_at: Option<Instant>,
}

/// One entry of the audit chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the chain, from 1, without gaps.
    pub seq: i64,
    /// The hash of the entry before, in hex; 64 zeros for the first.
    pub prev_hash: String,
    /// When it was written.
    pub at: Instant,
    /// Who acted.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// Hash of the content that was acted on; empty if none.
    pub content_hash: String,
    /// `ok`, or the reason of a refusal.
    pub outcome: String,
    /// The hash of this entry, in hex.
    pub hash: String,
}

/// A request that was answered already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredRow {
    /// The client.
    pub client: String,
    /// The client's id of the request.
    pub request_id: String,
    /// What was called.
    pub method: String,
    /// Hash of what was asked, in hex.
    pub content_hash: String,
    /// The answer.
    pub receipt: Receipt,
    /// When it was given.
    pub at: Instant,
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

    /// The id of the regime in force, without its document: cheap enough to ask each time.
    async fn regime_id(&mut self) -> Result<Option<i64>, StoreError>;
    /// The regime in force.
    async fn regime(&mut self) -> Result<Option<RegimeRow>, StoreError>;
    /// The regime with this id.
    async fn regime_by_id(&mut self, id: i64) -> Result<Option<RegimeRow>, StoreError>;
    /// Adds a regime, which is in force from now on; answers with its id.
    async fn append_regime(&mut self, regime: &RegimeRow) -> Result<i64, StoreError>;
    /// All versions of all units, by unit and day.
    async fn unit_versions(&mut self) -> Result<Vec<UnitVersion>, StoreError>;
    /// Adds a version of a unit.
    async fn append_unit_version(&mut self, version: &UnitVersion) -> Result<(), StoreError>;

    /// Adds a period unless it is there already.
    async fn plan_period(&mut self, period: &PeriodRow) -> Result<(), StoreError>;
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
    /// The revisions with these ids, by id.
    async fn revisions(&mut self, ids: &[i64]) -> Result<Vec<Revision>, StoreError>;
    /// How many submissions and how many revisions of them there are, of one form.
    async fn submission_counts(&mut self, form: &FormCode) -> Result<(i64, i64), StoreError>;

    /// Adds an extension; answers with its id.
    async fn append_extension(&mut self, extension: &ExtensionRow) -> Result<i64, StoreError>;
    /// The extension of a submission that is valid at this instant; the one that expires last.
    async fn extension(&mut self, key: &SubmissionKey, now: Instant) -> Result<Option<ExtensionRow>, StoreError>;

    /// Asks for another edition of a period; answers with the request's id.
    async fn append_close_request(&mut self, request: &CloseRequestRow) -> Result<i64, StoreError>;
    /// Requests that no run has taken up, oldest first.
    async fn open_close_requests(&mut self, form: &FormCode) -> Result<Vec<CloseRequestRow>, StoreError>;
    /// A run takes up all open requests of its period.
    async fn take_close_requests(&mut self, form: &FormCode, period: PeriodKey, run: i64) -> Result<(), StoreError>;
    /// Adds a run; answers with its id. A conflict means that the edition has a run already.
    async fn append_close_run(&mut self, run: &CloseRunRow) -> Result<i64, StoreError>;
    /// The run of an edition.
    async fn close_run(&mut self, form: &FormCode, edition: EditionId) -> Result<Option<CloseRunRow>, StoreError>;
    /// All runs of a form, in the order in which they were begun.
    async fn close_runs(&mut self, form: &FormCode) -> Result<Vec<CloseRunRow>, StoreError>;
    /// Moves a run from one step to the next and clears its counters; false if it is not at that step.
    async fn advance_close_run(&mut self, id: i64, from: CloseStep, to: CloseStep) -> Result<bool, StoreError>;
    /// Writes a run's counters (tries, failures, last error, next try, held); false if it is not at that step.
    async fn note_close_try(&mut self, run: &CloseRunRow) -> Result<bool, StoreError>;

    /// Adds an edition. A conflict means that it is there already.
    async fn append_edition(&mut self, edition: &EditionRow) -> Result<(), StoreError>;
    /// An edition with its document.
    async fn edition(&mut self, form: &FormCode, id: EditionId) -> Result<Option<EditionRow>, StoreError>;
    /// All editions of a form without their documents (empty texts), by period and number.
    async fn editions(&mut self, form: &FormCode) -> Result<Vec<EditionRow>, StoreError>;
    /// Notes that an edition was released to the public.
    async fn release_edition(&mut self, form: &FormCode, id: EditionId, at: Instant) -> Result<(), StoreError>;

    /// Adds a document unless it is there already.
    async fn append_document(&mut self, document: &DocumentRow) -> Result<(), StoreError>;
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
    /// The mails of an edition, by unit and recipient.
    async fn deliveries(&mut self, form: &FormCode, edition: EditionId) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Moves a mail to another state with its counters; false if it is not in the state named.
    async fn move_delivery(&mut self, from: DeliveryState, to: &DeliveryRow) -> Result<bool, StoreError>;

    /// The key with this public part.
    async fn key(&mut self, id: &str) -> Result<Option<KeyRow>, StoreError>;
    /// Adds a key.
    async fn append_key(&mut self, key: &KeyRow) -> Result<(), StoreError>;

    /// Place and hash of the last audit entry, held until the transaction ends; (0, 64 zeros) before the first.
    async fn audit_head(&mut self) -> Result<(i64, String), StoreError>;
    /// Adds an entry to the audit chain.
    async fn append_audit(&mut self, entry: &AuditRow) -> Result<(), StoreError>;
    /// Audit entries from a place on, at most so many.
    async fn audit_entries(&mut self, from_seq: i64, batch_max: u32) -> Result<Vec<AuditRow>, StoreError>;
}

/// The time of business. Leases would ask the database instead.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

/// Where chance comes from.
pub trait Ids: Send + Sync {
    /// A new universally unique id, in lower-case hex with hyphens.
    fn uuid(&self) -> String;
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}

/// Whom and from whom a message goes, apart from what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go.
    pub from: String,
    /// The one recipient.
    pub to: String,
}

/// A letter before it becomes a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The id of its delivery: the Message-ID is `<d.{id}@{domain of the sender}>`.
    pub delivery_id: String,
    /// The sender's address.
    pub from: String,
    /// The sender's name as shown.
    pub from_name: String,
    /// The recipient's address.
    pub to: String,
    /// The recipient as addressed: `Giám đốc Sở Công Thương`.
    pub to_name: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The date of the message.
    pub date: Instant,
    /// Attached PDF files: name and bytes.
    pub attachments: Vec<(String, Vec<u8>)>,
}

/// The relay's good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it said, with its code: `250 2.0.0 Ok: queued as …`.
    pub reply: String,
}

/// Why a message was not handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// Try again later: no connection, a 4xx answer, or an answer that did not come before the body.
    #[error("not handed over for now: {0}")]
    Temporary(String),
    /// Refused for good (5xx).
    #[error("refused for good: {0}")]
    Permanent(String),
    /// The body had begun and no answer came: the relay may have it.
    #[error("in doubt: {0}")]
    InDoubt(String),
}

/// Told just before the body of a message goes out, so that the mark is durable first.
#[async_trait]
pub trait BeforeBody: Send + Sync {
    /// Makes the mark durable; an error stops the message.
    async fn note(&self) -> Result<(), StoreError>;
}

/// Whoever hands messages over.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands over one message; `Accepted` only after the relay's 250 to the whole of it.
    async fn send(
        &self,
        envelope: &Envelope,
        message: &[u8],
        before_body: &dyn BeforeBody,
    ) -> Result<Accepted, SendFailure>;
}

/// Bytes that outlive the process: objects by hash, staged editions, the public tree. Calls block; use cases run them aside.
pub trait Files: Send + Sync {
    /// Keeps bytes under their SHA-256 (hex, answered); the same bytes twice are one object.
    fn put_object(&self, bytes: &[u8]) -> Result<String, Failure>;
    /// The bytes with this hash; checked against it.
    fn object(&self, sha256: &str) -> Result<Vec<u8>, Failure>;
    /// Writes an edition's files aside; readers do not see them. Replaces what an interrupted try left.
    fn stage_edition(&self, edition: EditionId, files: &[PageFile]) -> Result<(), Failure>;
    /// Shows a staged edition to readers, in one rename; does nothing if it is shown already.
    fn release_edition(&self, edition: EditionId) -> Result<(), Failure>;
    /// Replaces the files of the root, each in one rename; a file that is equal is left alone.
    fn write_root(&self, files: &[PageFile]) -> Result<(), Failure>;
}

/// A file of the public tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// Path with `/`, below the edition's folder or the root.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A document as pages link to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedDocument {
    /// What the link says.
    pub title: String,
    /// Path below the edition's folder or the root.
    pub path: String,
    /// Whom it is about; none for the province's report.
    pub unit: Option<UnitCode>,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// An edition as the root lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEdition {
    /// Its name.
    pub id: EditionId,
    /// When its revisions were sealed.
    pub sealed_at: Instant,
    /// Why it was made.
    pub cause: Cause,
    /// First and last day counted.
    pub window: Window,
    /// Whether it is the last of its period.
    pub is_latest: bool,
    /// The issued report, if there is one.
    pub report: Option<LinkedDocument>,
}

/// An edition, the procedures, the sealed reports and the documents to link to, as the files of the edition's folder.
pub type EditionPages = fn(&Edition, &Catalogue, &[SealedReport], &[LinkedDocument]) -> Result<Vec<PageFile>, Failure>;

/// Pure functions of an edition, handed in by the binary: documents, pages and messages.
#[derive(Clone, Copy)]
pub struct Renderers {
    /// The province's report; a draft without an issue record.
    pub report: fn(&Edition, Option<&IssueRecord>) -> Result<Vec<u8>, Failure>,
    /// One page about one unit.
    pub scorecard: fn(&Edition, &UnitCode) -> Result<Vec<u8>, Failure>,
    /// Reads a report back and compares it with the edition.
    pub check_report: fn(&[u8], &Edition) -> Result<(), Failure>,
    /// Reads a scorecard back and compares it with the edition.
    pub check_scorecard: fn(&[u8], &Edition, &UnitCode) -> Result<(), Failure>,
    /// The pages and open data of an edition.
    pub edition_pages: EditionPages,
    /// The pages of the root.
    pub root_pages: fn(&[ListedEdition], &Letterhead) -> Result<Vec<PageFile>, Failure>,
    /// A letter as the bytes that go over the wire.
    pub compose: fn(&Letter) -> Result<Vec<u8>, Failure>,
}

impl std::fmt::Debug for Renderers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Renderers")
    }
}

/// Counts by name, for job reports and logs.
pub type Counts = BTreeMap<&'static str, u64>;
