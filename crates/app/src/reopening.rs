//! Reopening (mở lại kỳ): a whole month is opened again after its lock, by two people in two calls with two keys.
//!
//! While it is open every unit may file; when it ends the period is locked again and the next edition is made, which says what
//! changed. A run of the period that is not done is given up: what it would have published is superseded.

use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::reason::{Finding, Reason, Refusal};

use crate::actor::{Actor, Role};
use crate::app::{App, require};
use crate::audit::{self, Entry};
use crate::close::object_of;
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, PeriodRow, ReopeningRow, RowLock, Signature, Tx};
use crate::text;

/// The longest time for which a period may be open again, in days.
pub const REOPENING_DAYS_MAX: i64 = 31;

/// What an officer asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reopen {
    /// The form.
    pub form: String,
    /// The month.
    pub period: String,
    /// Why.
    pub reason: String,
    /// From when on the period is locked again.
    pub until: Option<Instant>,
}

impl App {
    /// Asks to reopen a period. The same request made twice is one.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED`, `PERIOD_NOT_ALIGNED` for anything but a month, `PERIOD_NOT_LOCKED`, `REOPENING_PENDING` while another
    /// request for the period stands, and faults of the command.
    pub async fn reopen(&self, actor: &Actor, command: &Reopen) -> Result<ReopeningRow, AppError> {
        let now = self.now();
        let answer = self.try_reopen(actor, command, now).await;
        if let Err(AppError::Refused(refusal)) = &answer {
            let object = format!("{}/{}", command.form, command.period);
            self.record_refusal(actor, "reopen", &object, refusal, now).await?;
        }
        answer
    }

    async fn try_reopen(&self, actor: &Actor, command: &Reopen, now: Instant) -> Result<ReopeningRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        let mut tx = self.ports.store.begin().await?;
        let row = self.period_row(tx.as_mut(), &command.form, &command.period, RowLock::Exclusive).await?;
        require(row.period.is_month(), Reason::PeriodNotAligned)?;
        if now < row.locks {
            let expected = format!("from {}", row.locks.iso());
            return Err(Refusal::at("period", Reason::PeriodNotLocked, row.period, expected).into());
        }
        let (reason, until) = proved(command, now)?;
        if let Some(standing) = standing(tx.as_mut(), &row, now).await? {
            let is_same = standing.requested.client == actor.client
                && (standing.reason.as_str(), standing.until) == (reason.as_str(), until);
            return if is_same { Ok(standing) } else { Err(AppError::because(Reason::ReopeningPending)) };
        }
        let mut reopening = ReopeningRow {
            id: 0,
            form: row.form,
            period: row.period,
            reason,
            until,
            requested: Signature { client: actor.client.clone(), key: actor.key.clone(), at: now },
            approved: None,
            run: None,
        };
        reopening.id = tx.append_reopening(&reopening).await?;
        let entry = Entry::about(&actor.client, "reopen", &content::reopening(&reopening), &name_of(&reopening));
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(reopening)
    }

    /// Approves a request to reopen a period, which is open from now on until the instant that was asked for. Approving it
    /// again changes nothing.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED`, `UNKNOWN_REOPENING`, `SECOND_APPROVER_REQUIRED` for the one who asked and for its key,
    /// `REOPENING_LAPSED` after its end.
    pub async fn approve_reopening(&self, actor: &Actor, id: i64) -> Result<ReopeningRow, AppError> {
        let now = self.now();
        let answer = self.try_approve(actor, id, now).await;
        if let Err(AppError::Refused(refusal)) = &answer {
            self.record_refusal(actor, "approve-reopening", &id.to_string(), refusal, now).await?;
        }
        answer
    }

    async fn try_approve(&self, actor: &Actor, id: i64, now: Instant) -> Result<ReopeningRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        let mut tx = self.ports.store.begin().await?;
        let asked = tx.reopening(id).await?.ok_or(Refusal::because(Reason::UnknownReopening))?;
        let is_second = asked.requested.client != actor.client && asked.requested.key != actor.key;
        require(is_second, Reason::SecondApproverRequired)?;
        // Held, so that no run is sealed between the look and the commit.
        let row = tx.period(&asked.form, asked.period, RowLock::Exclusive).await?;
        let row = row.ok_or_else(|| AppError::Corrupt(format!("period {} is not planned", asked.period)))?;
        let asked = tx.reopening(id).await?.ok_or(Refusal::because(Reason::UnknownReopening))?;
        if asked.approved.is_some() {
            return Ok(asked);
        }
        require(now < asked.until, Reason::ReopeningLapsed)?;
        let approved = Signature { client: actor.client.clone(), key: actor.key.clone(), at: now };
        if !tx.approve_reopening(id, &approved).await? {
            return Err(AppError::Corrupt(format!("reopening {id} was approved by somebody else just now")));
        }
        let reopening = ReopeningRow { approved: Some(approved), ..asked };
        let name = name_of(&reopening);
        let mut entries = give_up(tx.as_mut(), &actor.client, row).await?;
        entries.push(Entry::about(&actor.client, "approve-reopening", &content::reopening(&reopening), &name));
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
        tracing::info!(period.id = %reopening.period, until = %reopening.until.iso(), "period reopened");
        Ok(reopening)
    }
}

/// Reopenings that were approved and that no run has taken up.
pub(crate) async fn approved_reopenings(tx: &mut dyn Tx, form: &FormCode) -> Result<Vec<ReopeningRow>, AppError> {
    let mut open = tx.open_reopenings(form).await?;
    open.retain(|row| row.approved.is_some());
    Ok(open)
}

/// The approved reopening during which a submission is accepted now; none if the period is not open again.
pub(crate) async fn open_again(
    tx: &mut dyn Tx,
    row: &PeriodRow,
    now: Instant,
) -> Result<Option<ReopeningRow>, AppError> {
    let standing = standing(tx, row, now).await?;
    Ok(standing.filter(|reopening| reopening.approved.is_some()))
}

/// The reopening of a period that has not ended, approved or not.
async fn standing(tx: &mut dyn Tx, row: &PeriodRow, now: Instant) -> Result<Option<ReopeningRow>, AppError> {
    let open = tx.open_reopenings(&row.form).await?;
    let stands = |reopening: &ReopeningRow| reopening.until > now;
    Ok(open.into_iter().find(|reopening| reopening.period == row.period && stands(reopening)))
}

/// A run that is not done is not gone on with. If its edition was not frozen yet, the next run makes that edition.
async fn give_up<'a>(tx: &mut dyn Tx, actor: &'a str, mut row: PeriodRow) -> Result<Vec<Entry<'a>>, AppError> {
    let mut entries = Vec::new();
    for run in tx.close_runs(&row.form).await?.into_iter().filter(|run| run.edition.period == row.period) {
        if !run.is_unfinished() {
            continue;
        }
        let given_up = CloseRunRow { abandoned: true, ..run };
        if !tx.note_close_try(&given_up).await? {
            return Err(AppError::Corrupt(format!("the run of {} moved on just now", row.period)));
        }
        let name = object_of(&given_up.form, given_up.edition);
        entries.push(Entry::about(actor, "close.abandoned", &content::close_run(&given_up)?, &name));
        if given_up.step == CloseStep::Sealed {
            let before = EditionId { number: given_up.edition.number - 1, ..given_up.edition };
            tx.seal_period(&row.form, before).await?;
            row.sealed_edition = before.number;
            entries.push(Entry::about(actor, "unseal-period", &content::period(&row), ""));
        }
    }
    Ok(entries)
}

/// How people call a reopening.
fn name_of(reopening: &ReopeningRow) -> String {
    format!("{}/{}", reopening.form, reopening.period)
}

fn proved(command: &Reopen, now: Instant) -> Result<(String, Instant), Refusal> {
    let mut findings = Vec::new();
    let reason = text::needed_line("reason", &command.reason, "why the period is to be reopened", &mut findings);
    let latest = now.plus_seconds(REOPENING_DAYS_MAX * 24 * 3600);
    let until = command.until.filter(|until| *until > now && *until <= latest);
    if until.is_none() {
        let given = command.until.map_or_else(String::new, Instant::iso);
        let expected = format!("an instant in the future, at most {REOPENING_DAYS_MAX} days from now");
        findings.push(Finding::new("until", Reason::FieldRequired, given, expected));
    }
    match Refusal::of(findings) {
        Some(refusal) => Err(refusal),
        None => Ok((reason, until.unwrap_or(now))),
    }
}
