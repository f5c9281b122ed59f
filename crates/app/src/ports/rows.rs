//! Rows: what the database keeps, as the use cases see it.

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::{FormCode, UnitCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::{Receipt, SubmissionKey};

use crate::actor::Role;

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
    /// The extension that calls for it, by its filing or by its expiry; none if none does.
    pub extension: Option<i64>,
    /// The run that took it up; none yet.
    pub run: Option<i64>,
}

/// A whole period opened again: asked for by one person, approved by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReopeningRow {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// The form.
    pub form: FormCode,
    /// The month.
    pub period: PeriodKey,
    /// Why.
    pub reason: String,
    /// From here on the period is locked again.
    pub until: Instant,
    /// Who asked for it.
    pub requested: Signature,
    /// Who approved it; nobody yet.
    pub approved: Option<Signature>,
    /// The run that took it up; none yet.
    pub run: Option<i64>,
}

/// Who did something, with which key, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The client.
    pub client: String,
    /// The public part of its key.
    pub key: String,
    /// When.
    pub at: Instant,
}

/// A lease that was taken: the right to work on something until it expires, by the clock of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for: the name of a job.
    pub name: String,
    /// The instance that holds it.
    pub holder: String,
    /// Grows with each holder: a write under an older fence is refused.
    pub fence: i64,
}

/// What a job did last and when it is woken next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its name in the catalogue.
    pub name: String,
    /// When it is woken, in the catalogue's words.
    pub schedule: String,
    /// When it is woken next.
    pub next_at: Instant,
    /// The instance that ran it last.
    pub instance: String,
    /// Its last run; none yet.
    pub last: Option<JobRun>,
    /// The instance that holds its lease now; none if nobody does, or if the job needs none. Read only.
    pub holder: Option<String>,
}

/// One run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// When it began.
    pub begun_at: Instant,
    /// When it ended.
    pub finished_at: Instant,
    /// Things brought to where they should be.
    pub done: i64,
    /// Things that failed; they are tried again.
    pub failed: i64,
    /// Why the run itself failed, or what waits for an operator; empty if neither.
    pub last_error: String,
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

    /// The step after this one; itself after the last.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL.into_iter().find(|step| *step > self).unwrap_or(self)
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
    /// An operator chose to close without mail to the units.
    pub skip_notify: bool,
    /// The period was reopened before the run was done: it is not gone on with.
    pub abandoned: bool,
    /// The fence of the lease under which it was written last.
    pub fence: i64,
}

impl CloseRunRow {
    /// Whether it is still to be worked on.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.step != CloseStep::Done && !self.abandoned
    }
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

/// The end of the audit chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// The place of the last entry; 0 before the first.
    pub seq: i64,
    /// Its hash, in hex; 64 zeros before the first.
    pub hash: String,
    /// When it was written; the epoch before the first.
    pub at: Instant,
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
