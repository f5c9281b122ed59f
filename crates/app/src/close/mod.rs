//! Closing (chốt kỳ): the run that turns a locked period into an edition, its documents, its pages and its mail.
//!
//! A run is a row that remembers the last committed step. Each step reads what the steps before it left, can be
//! repeated without harm, and is committed together with the move to the next: a process that dies anywhere is followed
//! by one that goes on. What is due comes from the period rows and the clock, never from a tick.

mod aggregate;
mod enqueue;
mod render;
mod seal;
mod stage;

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};

use crate::actor::{Actor, Role};
use crate::app::{App, require};
use crate::audit::{self, Entry};
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, PeriodRow, RowLock, Tx};
use crate::setup::{LIVE_FROM, SERVICE};

/// The most runs that one call works on.
pub const RUNS_MAX: usize = 100;

/// What a call of the job did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloseReport {
    /// Editions that were finished.
    pub closed: Vec<EditionId>,
    /// Runs whose step failed, with why.
    pub failed: Vec<(EditionId, String)>,
}

impl App {
    /// Closes every period whose time has come, older first, months before the periods that contain them.
    ///
    /// Idle if none is due; safe to call at any time, twice. A run that fails does not stop the next, but a longer
    /// period waits for its months.
    ///
    /// # Errors
    /// Those of the database while looking for work.
    pub async fn close_due(&self) -> Result<CloseReport, AppError> {
        let mut report = CloseReport::default();
        while report.closed.len() + report.failed.len() < RUNS_MAX {
            let tried: Vec<EditionId> = report.failed.iter().map(|(edition, _)| *edition).collect();
            let Some(run) = self.next_run(&tried).await? else { break };
            let edition = run.edition;
            match self.finish_run(run).await {
                Ok(()) => report.closed.push(edition),
                Err(error) => report.failed.push((edition, error.chain())),
            }
        }
        Ok(report)
    }

    /// Closes one period now, if it is locked; answers with the run of its last edition.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED` for anybody but an operator, `PERIOD_NOT_LOCKED` before the lock.
    pub async fn close_period(&self, actor: &Actor, form: &str, period: &str) -> Result<CloseRunRow, AppError> {
        let now = self.now();
        let answer = self.try_close_period(actor, form, period, now).await;
        if let Err(AppError::Refused(refusal)) = &answer {
            self.record_refusal(actor, "close-period", &format!("{form}/{period}"), refusal, now).await?;
        }
        answer
    }

    async fn try_close_period(
        &self,
        actor: &Actor,
        form: &str,
        period: &str,
        now: Instant,
    ) -> Result<CloseRunRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        let mut tx = self.ports.store.begin().await?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        if now < row.locks {
            let expected = format!("from {}", row.locks.iso());
            return Err(Refusal::at("period", Reason::PeriodNotLocked, period, expected).into());
        }
        let entry = Entry {
            actor: &actor.client,
            action: "close-period",
            object: format!("{form}/{period}"),
            content_hash: String::new(),
            refused: None,
        };
        audit::record(tx.as_mut(), now, entry).await?;
        tx.commit().await?;
        self.close_due().await?;
        let mut tx = self.ports.store.begin().await?;
        let runs = tx.close_runs(&row.form).await?;
        if let Some(last) = runs.into_iter().filter(|run| run.edition.period == row.period).max_by_key(|r| r.edition) {
            return Ok(last);
        }
        // Before `live_from` nothing closes by itself: the operator asked for it.
        let run = self.seal(tx, &row.form, row.period, Cause::Locked).await?;
        let edition = run.edition;
        self.finish_run(run).await?;
        let finished = self.ports.store.read().await?.close_run(&row.form, edition).await?;
        finished.ok_or_else(|| AppError::Corrupt(format!("the run of {edition} is gone")))
    }

    /// The run to work on next: one that was interrupted, or a new one for a period that is due.
    async fn next_run(&self, tried: &[EditionId]) -> Result<Option<CloseRunRow>, AppError> {
        let mut tx = self.ports.store.begin().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let form = in_force.regime.form.code.clone();
        let runs = tx.close_runs(&form).await?;
        let unfinished = |run: &&CloseRunRow| run.step != CloseStep::Done;
        let waiting: Vec<EditionId> = runs.iter().filter(unfinished).map(|run| run.edition).collect();
        let blocked = |period: PeriodKey| waiting.iter().any(|edition| contains(period, edition.period));
        let resumable = |run: &&CloseRunRow| {
            !matches!(run.step, CloseStep::Done | CloseStep::Held)
                && !tried.contains(&run.edition)
                && !blocked(run.edition.period)
        };
        if let Some(run) = runs.iter().filter(resumable).min_by_key(|run| run.edition) {
            return Ok(Some(run.clone()));
        }

        let live_from = tx.setting(LIVE_FROM).await?.and_then(|micros| micros.parse().ok()).map(Instant::from_micros);
        let now = self.now();
        let is_due = |row: &PeriodRow| row.locks <= now && live_from.is_some_and(|live_from| row.locks >= live_from);
        let mut due: Vec<(PeriodKey, Cause)> = Vec::new();
        for request in tx.open_close_requests(&form).await? {
            due.push((request.period, request.cause));
        }
        for row in tx.periods(&form).await?.iter().filter(|row| row.sealed_edition == 0 && is_due(row)) {
            due.push((row.period, Cause::Locked));
        }
        due.retain(|(period, _)| {
            let same = |edition: &EditionId| edition.period == *period;
            !blocked(*period) && !waiting.iter().any(same) && !tried.iter().any(same)
        });
        // A longer period waits for the months that are due with it.
        due.sort_by_key(|(period, _)| *period);
        match due.into_iter().next() {
            Some((period, cause)) => Ok(Some(self.seal(tx, &form, period, cause).await?)),
            None => Ok(None),
        }
    }

    /// Takes the remaining steps of a run, one after the other.
    async fn finish_run(&self, mut run: CloseRunRow) -> Result<(), AppError> {
        while run.step != CloseStep::Done {
            self.count_try(&mut run).await?;
            if let Err(error) = self.take_step(&run).await {
                self.note_failure(&run, &error).await?;
                return Err(error);
            }
            let mut tx = self.ports.store.read().await?;
            let stored = tx.close_run(&run.form, run.edition).await?;
            run = stored.ok_or_else(|| AppError::Corrupt(format!("the run of {} is gone", run.edition)))?;
            tracing::info!(edition.id = %run.edition, step = run.step.code(), "close step taken");
        }
        Ok(())
    }

    async fn take_step(&self, run: &CloseRunRow) -> Result<(), AppError> {
        match run.step {
            CloseStep::Sealed => self.aggregate(run).await,
            CloseStep::Aggregated => self.render(run).await,
            CloseStep::Rendered => self.check(run).await,
            CloseStep::Checked => self.stage(run).await,
            CloseStep::Published => self.enqueue_mail(run).await,
            CloseStep::Enqueued => self.restate_longer(run).await,
            CloseStep::Done | CloseStep::Held => Ok(()),
        }
    }

    /// Counts a try before it starts, so that a step which kills the process also ends in HELD.
    async fn count_try(&self, run: &mut CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        if run.tries >= self.settings.close_tries_max {
            let error = AppError::Corrupt(format!("held after {} tries: {}", run.tries, run.last_error));
            tx.advance_close_run(run.id, run.step, CloseStep::Held).await?;
            tx.commit().await?;
            return Err(error);
        }
        run.tries += 1;
        tx.note_close_try(run.id, run.tries, "").await?;
        Ok(tx.commit().await?)
    }

    async fn note_failure(&self, run: &CloseRunRow, error: &AppError) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        tx.note_close_try(run.id, run.tries, &error.chain()).await?;
        if run.tries >= self.settings.close_failures_max {
            tx.advance_close_run(run.id, run.step, CloseStep::Held).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Commits a step: what it wrote, the move of the run and the audit entry, or nothing.
async fn commit_step(
    mut tx: Box<dyn Tx>,
    run: &CloseRunRow,
    to: CloseStep,
    content_hash: String,
    now: Instant,
) -> Result<(), AppError> {
    if !tx.advance_close_run(run.id, run.step, to).await? {
        return Err(AppError::Corrupt(format!("the run of {} is not at {} any more", run.edition, run.step.code())));
    }
    let action = format!("close.{}", to.code().to_lowercase());
    let object = format!("{}/{}", run.form, run.edition);
    let entry = Entry { actor: SERVICE, action: &action, object, content_hash, refused: None };
    audit::record(tx.as_mut(), now, entry).await?;
    Ok(tx.commit().await?)
}

/// Whether the longer period is folded from the shorter one.
fn contains(longer: PeriodKey, shorter: PeriodKey) -> bool {
    !longer.is_month() && shorter != longer && longer.months().iter().any(|month| shorter.months().contains(month))
}

/// The name of a form's edition, for logs and objects.
pub(crate) fn object_of(form: &FormCode, edition: EditionId) -> String {
    format!("{form}/{edition}")
}
