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
use baocao_domain::reason::{Finding, Reason, Refusal};

pub(crate) use stage::CHECKSUMS;

use crate::actor::{Actor, Role};
use crate::app::{App, require};
use crate::audit::{self, Entry, Unnoted};
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, PeriodRow, RowLock, Tx};
use crate::setup::{LIVE_FROM, SERVICE};

/// The most runs that one call works on.
pub const RUNS_MAX: usize = 100;

/// Pauses after a failed try of a step, in seconds.
const PAUSES_SECONDS: [i64; 2] = [60, 300];

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
        let _closing = self.closing.lock().await;
        self.close_all_due().await
    }

    async fn close_all_due(&self) -> Result<CloseReport, AppError> {
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

    /// Closes one period now, if it is locked; answers with the run of its last edition. Takes up again what is held.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED` for anybody but an operator, `PERIOD_NOT_LOCKED` before the lock, `MONTH_NOT_CLOSED` for a longer
    /// period whose months are not all closed.
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
        let _closing = self.closing.lock().await;
        let mut tx = self.ports.store.begin().await?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        if now < row.locks {
            let expected = format!("from {}", row.locks.iso());
            return Err(Refusal::at("period", Reason::PeriodNotLocked, period, expected).into());
        }
        let (runs, mut entries) = (tx.close_runs(&row.form).await?, Vec::new());
        for run in runs.into_iter().filter(|run| run.edition.period == row.period && run.step != CloseStep::Done) {
            let was_held = run.held;
            let released = CloseRunRow { tries: 0, failures: 0, held: false, next_try_at: now, ..run };
            if tx.note_close_try(&released).await? && was_held {
                let name = object_of(&released.form, released.edition);
                entries.push(Entry::about(&actor.client, "close.released", &content::close_run(&released)?, &name));
            }
        }
        entries.push(Entry {
            actor: &actor.client,
            action: "close-period",
            object: format!("{form}/{period}"),
            content_hash: String::new(),
            refused: None,
        });
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;

        self.close_all_due().await?;
        if let Some(last) = self.last_run(&row).await? {
            return Ok(last);
        }
        // Before `live_from` nothing closes by itself: the operator asked for it.
        self.refuse_open_months(&row).await?;
        let tx = self.ports.store.begin().await?;
        if let Some(run) = self.seal(tx, &row.form, row.period, Cause::Locked, row.sealed_edition).await? {
            let edition = run.edition;
            if let Err(error) = self.finish_run(run).await {
                tracing::error!(edition.id = %edition, error = %error.chain(), "close failed");
            }
        }
        let last = self.last_run(&row).await?;
        last.ok_or_else(|| AppError::Corrupt(format!("period {} was sealed without a run", row.period)))
    }

    /// The run of the last edition of a period.
    async fn last_run(&self, row: &PeriodRow) -> Result<Option<CloseRunRow>, AppError> {
        let runs = self.ports.store.read().await?.close_runs(&row.form).await?;
        Ok(runs.into_iter().filter(|run| run.edition.period == row.period).max_by_key(|run| run.edition))
    }

    /// A longer period is folded from its months' editions: each must have a finished one.
    async fn refuse_open_months(&self, row: &PeriodRow) -> Result<(), AppError> {
        if row.period.is_month() {
            return Ok(());
        }
        let mut tx = self.ports.store.read().await?;
        let owed = self.in_force(tx.as_mut()).await?.regime.owed(&row.period.months());
        let runs = tx.close_runs(&row.form).await?;
        let is_closed = |month: &PeriodKey| {
            let of_month: Vec<_> = runs.iter().filter(|run| run.edition.period == *month).collect();
            !of_month.is_empty() && of_month.iter().all(|run| run.step == CloseStep::Done)
        };
        let open = owed.into_iter().filter(|month| !is_closed(month));
        let findings = open.map(|month| Finding::new("period", Reason::MonthNotClosed, month, "a finished edition"));
        match Refusal::of(findings.collect()) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }

    /// The run to work on next: one that was interrupted, or a new one for a period that is due.
    async fn next_run(&self, tried: &[EditionId]) -> Result<Option<CloseRunRow>, AppError> {
        loop {
            let mut tx = self.ports.store.begin().await?;
            let in_force = self.in_force(tx.as_mut()).await?;
            let form = in_force.regime.form.code.clone();
            let now = self.now();
            let runs = tx.close_runs(&form).await?;
            let unfinished = runs.iter().filter(|run| run.step != CloseStep::Done);
            let waiting: Vec<EditionId> = unfinished.clone().map(|run| run.edition).collect();
            let blocked = |period: PeriodKey| waiting.iter().any(|edition| contains(period, edition.period));
            let resumable = unfinished.filter(|run| {
                !run.held && run.next_try_at <= now && !tried.contains(&run.edition) && !blocked(run.edition.period)
            });
            if let Some(run) = resumable.min_by_key(|run| run.edition) {
                return Ok(Some(run.clone()));
            }

            let mut due = due_periods(tx.as_mut(), &form, now).await?;
            let is_waiting = |period: PeriodKey| waiting.iter().any(|edition| edition.period == period);
            due.retain(|due| !blocked(due.period) && !is_waiting(due.period));
            let Some(first) = due.into_iter().min_by_key(|due| due.period) else { return Ok(None) };
            // None: somebody else sealed it between the look and the lock. Look again.
            if let Some(run) = self.seal(tx, &form, first.period, first.cause, first.sealed_edition).await? {
                return Ok(Some(run));
            }
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
            CloseStep::Done => Ok(()),
        }
    }

    /// Counts a try before it starts, so that a step which kills the process also ends in a held run.
    async fn count_try(&self, run: &mut CloseRunRow) -> Result<(), AppError> {
        if run.tries >= self.settings.close_tries_max {
            let error = format!("{} tries of the step after {} ended without a word", run.tries, run.step.code());
            run.last_error.clone_from(&error);
            self.hold(run).await?;
            return Err(AppError::Corrupt(error));
        }
        run.tries += 1;
        let mut tx = self.ports.store.begin().await?;
        tx.note_close_try(run).await?;
        Ok(audit::commit_unnoted(tx, Unnoted::CloseTry).await?)
    }

    /// Notes why a step failed; after a pause it is tried again, after too many failures the run is held.
    async fn note_failure(&self, run: &CloseRunRow, error: &AppError) -> Result<(), AppError> {
        let failures = run.failures + 1;
        let pause = usize::try_from(run.failures).ok().and_then(|failures| PAUSES_SECONDS.get(failures));
        let pause = pause.or(PAUSES_SECONDS.last()).copied().unwrap_or_default();
        let failed = CloseRunRow {
            failures,
            last_error: error.chain(),
            next_try_at: self.now().plus_seconds(pause),
            ..run.clone()
        };
        if failures >= self.settings.close_failures_max {
            return self.hold(&failed).await;
        }
        let mut tx = self.ports.store.begin().await?;
        tx.note_close_try(&failed).await?;
        Ok(audit::commit_unnoted(tx, Unnoted::CloseTry).await?)
    }

    /// Leaves a run to an operator, who takes it up again by closing the period by hand.
    async fn hold(&self, run: &CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        let held = CloseRunRow { held: true, ..run.clone() };
        if tx.note_close_try(&held).await? {
            let name = object_of(&run.form, run.edition);
            let entry = Entry::about(SERVICE, "close.held", &content::close_run(&held)?, &name);
            let noted = audit::record(tx.as_mut(), self.now(), entry).await?;
            audit::commit(tx, noted).await?;
            tracing::error!(edition.id = %run.edition, step = run.step.code(), error = %run.last_error, "close held");
        }
        Ok(())
    }
}

/// A period that calls for an edition.
struct Due {
    period: PeriodKey,
    cause: Cause,
    sealed_edition: u32,
}

/// Periods past their lock without an edition, from `live_from` on, and closed ones for which another is asked.
async fn due_periods(tx: &mut dyn Tx, form: &FormCode, now: Instant) -> Result<Vec<Due>, AppError> {
    let live_from = tx.setting(LIVE_FROM).await?.and_then(|micros| micros.parse().ok()).map(Instant::from_micros);
    let requests = tx.open_close_requests(form).await?;
    let mut due = Vec::new();
    for row in tx.periods(form).await? {
        let locked = row.locks <= now && live_from.is_some_and(|live_from| row.locks >= live_from);
        // A request before the first edition is met by the first edition.
        let cause = match row.sealed_edition {
            0 => locked.then_some(Cause::Locked),
            _ => requests.iter().find(|request| request.period == row.period).map(|request| request.cause.clone()),
        };
        due.extend(cause.map(|cause| Due { period: row.period, cause, sealed_edition: row.sealed_edition }));
    }
    Ok(due)
}

/// Commits a step: what it wrote, the move of the run and the audit entries of both, or nothing.
async fn commit_step(
    mut tx: Box<dyn Tx>,
    run: &CloseRunRow,
    to: CloseStep,
    mut entries: Vec<Entry<'_>>,
    now: Instant,
) -> Result<(), AppError> {
    if !tx.advance_close_run(run.id, run.step, to).await? {
        return Err(AppError::Corrupt(format!("the run of {} is not at {} any more", run.edition, run.step.code())));
    }
    let action = format!("close.{}", to.code().to_lowercase());
    let moved = content::close_run(&CloseRunRow { step: to, ..run.clone() })?;
    entries.push(Entry::about(SERVICE, &action, &moved, &object_of(&run.form, run.edition)));
    let noted = audit::record_all(tx.as_mut(), now, entries).await?;
    audit::commit(tx, noted).await?;
    Ok(())
}

/// Whether the longer period is folded from the shorter one.
fn contains(longer: PeriodKey, shorter: PeriodKey) -> bool {
    let months = longer.months();
    shorter != longer && shorter.months().iter().all(|month| months.contains(month))
}

/// The name of a form's edition, for logs and objects.
pub(crate) fn object_of(form: &FormCode, edition: EditionId) -> String {
    format!("{form}/{edition}")
}
