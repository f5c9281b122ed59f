//! Submitting: one complete set of figures becomes a new revision, with its receipt.

use baocao_domain::edition::Cause;
use baocao_domain::figures::{Figures, RawFigures};
use baocao_domain::ids::{FormCode, UnitCode};
use baocao_domain::indicator::{Indicator, Ratio};
use baocao_domain::instant::Instant;
use baocao_domain::measure::{Counter, Measure};
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Finding, Reason, Refusal};
use baocao_domain::regime::Regime;
use baocao_domain::submission::{Receipt, Revision, SubmissionKey};
use baocao_domain::target::{Target, Threshold, Verdict};
use baocao_domain::tree::{Hierarchy, Node};
use jiff::civil::Date;
use serde::Serialize;

use crate::actor::{Actor, Role};
use crate::app::{App, InForce, require};
use crate::audit::{self, Entry, Head};
use crate::canonical::{sha256_hex, submission_hash, to_json};
use crate::close::ask_for_edition;
use crate::content;
use crate::error::AppError;
use crate::ports::{AnsweredRow, CloseRequestRow, ExtensionRow, PeriodRow, RowLock, StoreError, Tx};
use crate::reopening::open_again;
use crate::restatements::Restated;
use crate::text;
use crate::totals::has_passed;

/// The action of the entry that covers a revision and its answer.
pub(crate) const SUBMIT: &str = "submit";

/// What a unit sends. Texts are as they came; everything is proved here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Submit {
    /// A UUID that the caller keeps for repeats of this request.
    #[serde(skip)]
    pub request_id: String,
    /// The unit.
    pub unit: String,
    /// The form.
    pub form: String,
    /// The month.
    pub period: String,
    /// The figures.
    pub figures: RawFigures,
    /// The revision that a correction is built on; none for the first filing.
    pub expected_revision: Option<u32>,
    /// Why a correction is made.
    pub reason: String,
    /// How a break with the month before is explained.
    pub explanation: String,
    /// Check only: the same answers, no effect.
    #[serde(skip)]
    pub validate_only: bool,
}

/// What a unit gets back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The proof of sending. With `validate_only` it bears no audit entry.
    pub receipt: Receipt,
    /// The same request was answered before; this is that answer.
    pub replayed: bool,
    /// The indicators of the unit's own figures of the month.
    pub echo: Vec<Echo>,
    /// What is accepted but deserves a look.
    pub warnings: Vec<Finding>,
    /// With `validate_only` for a month that has an edition: what its next one, and those of the longer periods that
    /// contain it, would change. Empty otherwise.
    pub restatements: Vec<Restated>,
}

/// An indicator of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// Its code.
    pub indicator: String,
    /// The counts, over the unit's own figures of this month.
    pub ratio: Ratio,
    /// The target that holds for the unit, with the verdict over these figures alone.
    pub judged: Option<Judged>,
}

/// A target against the figures of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The target.
    pub target: Target,
    /// What it expects.
    pub threshold: Threshold,
    /// The verdict.
    pub verdict: Verdict,
}

/// A command whose texts and figures were proved.
struct Proved {
    key: SubmissionKey,
    seen: Seen,
    figures: Figures,
    nil: bool,
    note: String,
    content_hash: String,
}

impl Proved {
    fn unit(&self) -> &Node {
        self.seen.node()
    }
}

impl App {
    /// Accepts one complete set of figures as a new revision.
    ///
    /// A repeat of the same request gets the first receipt; content equal to the current revision makes none. After the
    /// lock only a unit with an extension may file, and its filing calls for another edition: a check of it previews what
    /// that edition would change.
    ///
    /// # Errors
    /// A refusal with every fault; nothing is stored then but the audit entry.
    pub async fn submit(&self, actor: &Actor, command: &Submit) -> Result<Submitted, AppError> {
        let now = self.now();
        let answer = match self.try_submit(actor, command, now).await {
            // The same request, or another one for the same submission, won by a moment: look again.
            Err(AppError::Store(StoreError::Conflict { .. })) => self.try_submit(actor, command, now).await,
            answer => answer,
        };
        if let (Err(AppError::Refused(refusal)), false) = (&answer, command.validate_only) {
            let object = format!("{}/{}/{}", command.unit, command.form, command.period);
            self.record_refusal(actor, SUBMIT, &object, refusal, now).await?;
        }
        answer
    }

    async fn try_submit(&self, actor: &Actor, command: &Submit, now: Instant) -> Result<Submitted, AppError> {
        require(actor.role != Role::RegionReader, Reason::RoleNotAllowed)?;
        self.reach("submit.begun");
        let mut tx = self.ports.store.begin().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let proved = prove(&in_force, actor, command, now)?;
        let request_hash = sha256_hex(to_json(command)?.as_bytes());
        // A repeat waits for the first try, which may be about to commit: else it could be refused, and stored all the same.
        tx.claim_request(&actor.client, &command.request_id).await?;
        if let Some(answered) = tx.answered(&actor.client, &command.request_id).await? {
            return replay(&in_force, &proved, answered, &request_hash);
        }

        let period = tx.period(&proved.key.form, proved.key.period, RowLock::Shared).await?;
        let period = period.ok_or(Refusal::because(Reason::UnknownPeriod))?;
        let extension = accepts(tx.as_mut(), &period, &proved.key, now).await?;
        let current = tx.revision(&proved.key, None).await?;
        if let Some(current) = current.as_ref().filter(|current| current.content_hash == proved.content_hash) {
            let last = tx.audit_head().await?;
            let head = Head { seq: last.seq, hash: last.hash };
            let receipt =
                Receipt { unchanged: true, ..receipt(&in_force, &proved, current.number, current.received_at, &head) };
            return Ok(submitted(&in_force, &proved, receipt, Vec::new()));
        }
        agrees_with_current(command, current.as_ref())?;
        let warnings = continuity(tx.as_mut(), &in_force, &proved).await?;
        if !warnings.is_empty() && command.explanation.trim().is_empty() {
            return Err(Refusal { reason: Reason::ExplanationRequired, findings: warnings }.into());
        }
        // A clock that goes back receives no correction before what it corrects: reads of an instant rest on that order.
        let (number, received_at) =
            current.map_or((1, now), |current| (current.number + 1, now.max(current.received_at)));
        let mut receipt = receipt(&in_force, &proved, number, received_at, &Head { seq: 0, hash: String::new() });
        let mut revision = Revision {
            id: 0,
            submission: proved.key.clone(),
            number,
            figures: proved.figures.clone(),
            nil: proved.nil,
            note: proved.note.clone(),
            content_hash: proved.content_hash.clone(),
            received_at,
            client: actor.client.clone(),
        };
        if command.validate_only {
            let restatements = self.preview(tx, &in_force, actor, &revision, now).await?;
            return Ok(Submitted { restatements, ..submitted(&in_force, &proved, receipt, warnings) });
        }
        revision.id = tx.append_revision(&revision).await?;
        let mut entries = Vec::new();
        if let Some(extension) = &extension {
            let request = wanted_by(extension, &proved.unit().code, now);
            entries.push(ask_for_edition(tx.as_mut(), &actor.client, request).await?);
        }
        let mut answer = AnsweredRow {
            client: actor.client.clone(),
            request_id: command.request_id.clone(),
            method: "submit".into(),
            content_hash: request_hash,
            receipt: receipt.clone(),
            at: now,
        };
        // One entry covers both rows: the answer's own hash stands beside its request.
        let answered = content::answer(&answer)?.hash;
        let name = format!("{}/{number} answer {} {answered}", name_of(&proved), command.request_id);
        entries.push(Entry::about(&actor.client, SUBMIT, &content::revision(&revision)?, &name));
        // Whoever holds the end of the chain is alone with the regime. Where another one was applied while this waited, it is
        // proved again, under that one.
        tx.audit_head().await?;
        if tx.regime_id().await? != Some(in_force.id) {
            return Err(StoreError::Conflict { doing: "submitting: another regime was applied" }.into());
        }
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        bear(&mut receipt, noted.head());
        answer.receipt = receipt.clone();
        tx.remember_answer(&answer).await?;
        self.reach("submit.ready");
        audit::commit(tx, noted).await?;
        self.reach("submit.committed");
        if extension.is_some() {
            self.wake_jobs();
        }
        Ok(submitted(&in_force, &proved, receipt, warnings))
    }

    /// Records a refusal in a transaction of its own: all that is kept of it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record_refusal(
        &self,
        actor: &Actor,
        action: &str,
        object: &str,
        refusal: &Refusal,
        now: Instant,
    ) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        let entry = Entry {
            actor: &actor.client,
            action,
            object: text::for_audit(object),
            content_hash: String::new(),
            refused: Some(refusal.reason),
        };
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// A submission: the revision named, the one that was current at an instant, or the current one.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE` before anything else; `UNKNOWN_SUBMISSION` where there is none.
    pub async fn submission(
        &self,
        actor: &Actor,
        unit: &str,
        form: &str,
        period: &str,
        asked: impl Into<AskedRevision>,
    ) -> Result<(Revision, InForceForm), AppError> {
        let asked = asked.into();
        let now = self.now();
        if let AskedRevision::AsOf(at) = asked {
            has_passed(at, now)?;
        }
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let period = PeriodKey::parse(period).map_err(|_| Refusal::because(Reason::PeriodNotAligned))?;
        let seen = visible_unit(&in_force, actor, unit, Some(period), now)?;
        let node = seen.node();
        require(form == in_force.regime.form.code.as_str(), Reason::UnknownForm)?;
        let key = SubmissionKey { unit: node.id, form: in_force.regime.form.code.clone(), period };
        let found = match asked {
            AskedRevision::Current => tx.revision(&key, None).await?,
            AskedRevision::Number(number) => tx.revision(&key, Some(number)).await?,
            AskedRevision::AsOf(at) => revision_as_of(tx.as_mut(), &key, at).await?,
        };
        let found = found.ok_or(Refusal::because(Reason::UnknownSubmission))?;
        Ok((found, InForceForm { unit: node.code.clone(), form: in_force.regime.form.clone() }))
    }

    /// The receipt that was given for a request of this client.
    ///
    /// # Errors
    /// `UNKNOWN_SUBMISSION` where the client made no such request.
    pub async fn receipt(&self, actor: &Actor, request_id: &str) -> Result<Receipt, AppError> {
        let mut tx = self.ports.store.read().await?;
        let answered = tx.answered(&actor.client, request_id).await?;
        Ok(answered.ok_or(Refusal::because(Reason::UnknownSubmission))?.receipt)
    }
}

/// Which revision of a submission is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedRevision {
    /// The current one.
    Current,
    /// The one with this number.
    Number(u32),
    /// The one that was current at this instant.
    AsOf(Instant),
}

impl From<Option<u32>> for AskedRevision {
    fn from(number: Option<u32>) -> Self {
        number.map_or(Self::Current, Self::Number)
    }
}

/// The last revision that had been received by an instant.
async fn revision_as_of(tx: &mut dyn Tx, key: &SubmissionKey, at: Instant) -> Result<Option<Revision>, AppError> {
    let mut found = tx.revision(key, None).await?;
    // Down from the current one: revisions are numbered without gaps, so this ends.
    while let Some(revision) = found.as_ref().filter(|revision| revision.received_at > at) {
        let before = revision.number.checked_sub(1).filter(|number| *number > 0);
        found = match before {
            Some(number) => tx.revision(key, Some(number)).await?,
            None => None,
        };
    }
    Ok(found)
}

/// The unit's code and the form, by which a revision's figures are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForceForm {
    /// The unit's code.
    pub unit: UnitCode,
    /// The form.
    pub form: baocao_domain::form::Form,
}

/// A unit in the tree of a day.
pub(crate) struct Seen {
    /// The tree.
    pub(crate) tree: Hierarchy,
    /// The position of the unit.
    pub(crate) position: usize,
}

impl Seen {
    /// The unit.
    pub(crate) fn node(&self) -> &Node {
        &self.tree.nodes()[self.position]
    }
}

/// The unit with this code, if the actor may see it; the day is the last of the period's window.
pub(crate) fn visible_unit(
    in_force: &InForce,
    actor: &Actor,
    unit: &str,
    period: Option<PeriodKey>,
    now: Instant,
) -> Result<Seen, AppError> {
    let rule = in_force.regime.calendar.window_rule;
    // Before the first month that is owed the regime knows no units; such a period is then unknown, not the unit.
    let period = period.map(|period| period.max(in_force.regime.first_month));
    let day = period.map_or_else(|| now.local_date(), |period| period.window(rule).to);
    let tree = in_force.tree(day)?;
    let position = UnitCode::parse(unit).ok().and_then(|code| tree.position(&code));
    actor.may_act_for(&tree, position.map(|position| tree.nodes()[position].id))?;
    let unknown = || Refusal::at("unit", Reason::UnknownUnit, unit, "the official code of a unit");
    Ok(Seen { position: position.ok_or_else(unknown)?, tree })
}

/// Proves everything that can be proved without the database's rows: rights first, then all faults together.
fn prove(in_force: &InForce, actor: &Actor, command: &Submit, now: Instant) -> Result<Proved, AppError> {
    let regime = &in_force.regime;
    let period = PeriodKey::parse(&command.period).ok();
    let seen = visible_unit(in_force, actor, &command.unit, period, now)?;
    let unit = seen.node();

    let mut findings = Vec::new();
    if !text::is_uuid(&command.request_id) {
        let expected = "a UUID, the same for every repeat of this request";
        findings.push(Finding::new("request_id", Reason::FieldRequired, &command.request_id, expected));
    }
    let month = period.filter(|period| period.is_month());
    if month.is_none() {
        let expected = "a month, such as 2022-M09: longer periods are folded from their months";
        findings.push(Finding::new("period", Reason::PeriodNotAligned, &command.period, expected));
    }
    let form = FormCode::parse(&command.form).ok().filter(|form| *form == regime.form.code);
    if form.is_none() {
        let expected = regime.form.code.as_str();
        findings.push(Finding::new("form", Reason::UnknownForm, &command.form, expected));
    }
    let note = [("reason", &command.reason), ("explanation", &command.explanation)].map(|(path, given)| {
        text::line(given).unwrap_or_else(|expected| {
            findings.push(Finding::new(path, Reason::BadText, given, expected));
            String::new()
        })
    });
    let proved = Figures::parse(&regime.form, &regime.catalogue, unit.tier, &command.figures);
    let figures = proved.unwrap_or_else(|faults| {
        findings.extend(faults);
        Figures::default()
    });
    let (Some(month), Some(form), true) = (month, form, findings.is_empty()) else {
        let unknown_form = Refusal::because(Reason::UnknownForm);
        return Err(Refusal::of(findings).unwrap_or(unknown_form).into());
    };
    require(regime.duty(&seen.tree, seen.position, month).owes, Reason::NotObliged)?;

    let content_hash = submission_hash(&unit.code, &form, month, command.figures.nil, &figures)?;
    let key = SubmissionKey { unit: unit.id, form, period: month };
    let note = note.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    Ok(Proved { key, seen, figures, nil: command.figures.nil, note, content_hash })
}

/// Whether the period takes this submission now; the extension that it is taken under, if any.
async fn accepts(
    tx: &mut dyn Tx,
    period: &PeriodRow,
    key: &SubmissionKey,
    now: Instant,
) -> Result<Option<ExtensionRow>, AppError> {
    if now < period.opens {
        let opens = period.opens.iso();
        return Err(Refusal::at("period", Reason::PeriodNotOpen, key.period, format!("from {opens}")).into());
    }
    if now < period.locks && period.sealed_edition == 0 {
        return Ok(None);
    }
    // What is filed while the period is open again is sealed when it ends: nothing needs to be asked for.
    if open_again(tx, period, now).await?.is_some() {
        return Ok(None);
    }
    let extension = tx.extension(key, now).await?;
    let locked = || Refusal::at("period", Reason::PeriodLocked, key.period, format!("before {}", period.locks.iso()));
    Ok(Some(extension.ok_or_else(locked)?))
}

/// A first filing expects nothing; a correction names the revision that it is built on, and says why.
fn agrees_with_current(command: &Submit, current: Option<&Revision>) -> Result<(), Refusal> {
    let current = current.map(|current| current.number);
    if command.expected_revision != current {
        let given = command.expected_revision.map_or_else(|| "none".into(), |number| number.to_string());
        let expected = current.map_or_else(|| "none".into(), |number| number.to_string());
        return Err(Refusal::at("expected_revision", Reason::RevisionMismatch, given, expected));
    }
    if current.is_some() && command.reason.trim().is_empty() {
        return Err(Refusal::at("reason", Reason::FieldRequired, "", "why the figures are corrected"));
    }
    Ok(())
}

/// What was carried over must be what the month before left pending, row by row, if that month was filed.
async fn continuity(tx: &mut dyn Tx, in_force: &InForce, proved: &Proved) -> Result<Vec<Finding>, AppError> {
    let Some((opening, closings)) = &in_force.regime.form.continuity else { return Ok(Vec::new()) };
    let before = SubmissionKey { period: proved.key.period.month_before(), ..proved.key.clone() };
    let Some(before) = tx.revision(&before, None).await? else { return Ok(Vec::new()) };
    let mut codes: Vec<_> = before.figures.rows.keys().chain(proved.figures.rows.keys()).collect();
    codes.sort();
    codes.dedup();
    let mut findings = Vec::new();
    for code in codes {
        let pending: i64 = before.figures.rows.get(code).map_or(0, |row| closings.iter().map(|i| row[*i]).sum());
        let carried = proved.figures.rows.get(code).map_or(0, |row| row[*opening]);
        if pending != carried {
            let expected =
                format!("{pending}, as pending in revision {} of {}", before.number, before.submission.period);
            findings.push(Finding::new(format!("lines.rows[{code}]"), Reason::ExplanationRequired, carried, expected));
        }
    }
    findings.truncate(baocao_domain::figures::FINDINGS_MAX);
    Ok(findings)
}

fn wanted_by(extension: &ExtensionRow, unit: &UnitCode, now: Instant) -> CloseRequestRow {
    CloseRequestRow {
        extension: Some(extension.id),
        id: 0,
        form: extension.key.form.clone(),
        period: extension.key.period,
        cause: Cause::ExtensionFiled { unit: unit.clone(), reason: extension.reason.clone() },
        requested_at: now,
        run: None,
    }
}

fn replay(
    in_force: &InForce,
    proved: &Proved,
    answered: AnsweredRow,
    request_hash: &str,
) -> Result<Submitted, AppError> {
    if answered.content_hash != request_hash || answered.method != "submit" {
        let expected = "a new UUID for other content";
        return Err(Refusal::at("request_id", Reason::RequestIdReused, &answered.request_id, expected).into());
    }
    Ok(Submitted { replayed: true, ..submitted(in_force, proved, answered.receipt, Vec::new()) })
}

fn name_of(proved: &Proved) -> String {
    format!("{}/{}/{}", proved.unit().code, proved.key.form, proved.key.period)
}

fn receipt(in_force: &InForce, proved: &Proved, revision: u32, received_at: Instant, head: &Head) -> Receipt {
    let due = in_force.regime.calendar.due(proved.key.period, proved.unit().tier);
    let mut receipt = Receipt {
        submission: name_of(proved),
        revision,
        content_hash: proved.content_hash.clone(),
        received_at,
        unchanged: false,
        late: received_at > due,
        audit_seq: 0,
        audit_head: String::new(),
    };
    bear(&mut receipt, head);
    receipt
}

/// The receipt bears the head of the chain: whoever keeps it is a witness.
fn bear(receipt: &mut Receipt, head: &Head) {
    (receipt.audit_seq, receipt.audit_head) = (head.seq, head.hash.clone());
}

fn submitted(in_force: &InForce, proved: &Proved, receipt: Receipt, warnings: Vec<Finding>) -> Submitted {
    let month = proved.key.period;
    let day = month.window(in_force.regime.calendar.window_rule).to;
    let indicators = in_force.regime.indicators_on(day).enumerate();
    let echo = indicators.map(|(i, indicator)| echo(&in_force.regime, proved, (i, indicator), (day, month.year())));
    Submitted { receipt, replayed: false, echo: echo.collect(), warnings, restatements: Vec::new() }
}

/// One indicator of what was sent, counted as the unit's target counts it.
fn echo(regime: &Regime, proved: &Proved, (i, indicator): (usize, &Indicator), window_of: (Date, i16)) -> Echo {
    let effective = regime.effective(&proved.seen.tree, proved.seen.position, &indicator.code, window_of);
    let target = effective.map(|effective| effective.target).filter(|target| target.threshold.is_some());
    let plain = Measure::plain(i, indicator);
    let measure = target.map_or(plain, |target| Measure::of_target(i, indicator, target));
    let month = proved.key.period;
    let counter = Counter::new(regime, indicator, measure, &[month]);
    let ratio = counter.count(proved.unit().tier, &[(month, Some(&proved.figures))]).ratio();
    let judged = target.and_then(|target| {
        let threshold = target.threshold?;
        Some(Judged { target: target.clone(), threshold, verdict: Verdict::of(ratio, None, threshold) })
    });
    Echo { indicator: indicator.code.to_string(), ratio, judged }
}
