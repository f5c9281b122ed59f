//! What an operator asks of a close: close now, take a held run up again, close without mail.

use std::sync::Arc;
use std::time::Duration;

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Finding, Reason, Refusal};
use tokio::time::Instant as Monotonic;

use crate::actor::{Actor, Role};
use crate::app::{App, require};
use crate::audit::{self, Entry};
use crate::close::ask_for_edition;
use crate::close::due::{Due, calls_for_edition};
use crate::close::object_of;
use crate::content;
use crate::error::AppError;
use crate::hold::{Switch, held};
use crate::ports::{CloseRequestRow, CloseRunRow, CloseStep, PeriodRow, RowLock, StoreError, Tx};
use crate::reopening::open_again;
use crate::setup::SERVICE;

/// A caller is answered after so long, wherever the close stands then. Less than a call may last.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// How often a caller looks whether another instance has finished the close.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What an operator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CloseAction {
    /// Close the period; a held or paused run is tried again at once.
    #[default]
    Retry,
    /// As before, but no mail goes to units from this edition. Said of a run: one that is given up takes it along.
    SkipNotify,
}

impl CloseAction {
    const fn code(self) -> &'static str {
        match self {
            Self::Retry => "close-period",
            Self::SkipNotify => "close-period.skip-notify",
        }
    }
}

/// The setting that says that the next edition of a period is closed without mail to units.
fn skip_notify_of(form: &FormCode, period: PeriodKey) -> String {
    format!("skip_notify/{form}/{period}")
}

/// Takes the wish of an operator to close without mail, which was given before there was a run; answers with what is to be
/// noted.
pub(super) async fn take_skip_notify(tx: &mut dyn Tx, due: &Due) -> Result<Option<Entry<'static>>, AppError> {
    let name = skip_notify_of(&due.form, due.period);
    if tx.setting(&name).await?.is_none_or(|value| value.is_empty()) {
        return Ok(None);
    }
    tx.put_setting(&name, "").await?;
    Ok(Some(Entry::about(SERVICE, "put-setting", &content::setting(&name, ""), "")))
}

impl App {
    /// Closes one period now, if it is locked; answers with the run of its last edition. Takes up again what is held.
    ///
    /// A close that takes longer than a caller waits goes on, here or in the instance that is at it, and the answer says how far
    /// it is.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED` for anybody but an operator, `CLOSING_PAUSED` until it is released, `PERIOD_NOT_LOCKED` before the
    /// lock, `MONTH_NOT_CLOSED` for a longer period whose months are not all closed.
    pub async fn close_period(
        self: &Arc<Self>,
        actor: &Actor,
        form: &str,
        period: &str,
        action: CloseAction,
    ) -> Result<CloseRunRow, AppError> {
        let now = self.now();
        let answer = match self.try_close_period(actor, form, period, action, now).await {
            // A step was committed between the look and the lock: look again.
            Err(AppError::Store(StoreError::Conflict { .. })) => {
                self.try_close_period(actor, form, period, action, now).await
            }
            answer => answer,
        };
        if let Err(AppError::Refused(refusal)) = &answer {
            self.record_refusal(actor, action.code(), &format!("{form}/{period}"), refusal, now).await?;
        }
        answer
    }

    async fn try_close_period(
        self: &Arc<Self>,
        actor: &Actor,
        form: &str,
        period: &str,
        action: CloseAction,
        now: Instant,
    ) -> Result<CloseRunRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        require(self.held(Switch::Closing).await?.is_none(), Reason::ClosingPaused)?;
        let mut tx = self.ports.store.begin().await?;
        // Held: a seal comes before this or after it, with what is wished here.
        let row = self.period_row(tx.as_mut(), form, period, RowLock::Exclusive).await?;
        if now < row.locks {
            let expected = format!("from {}", row.locks.iso());
            return Err(Refusal::at("period", Reason::PeriodNotLocked, period, expected).into());
        }
        if let Some(reopening) = open_again(tx.as_mut(), &row, now).await? {
            let expected = format!("from {}: it is open again", reopening.until.iso());
            return Err(Refusal::at("period", Reason::PeriodNotLocked, period, expected).into());
        }
        let (mut runs, mut entries) = (tx.close_runs(&row.form).await?, Vec::new());
        runs.retain(|run| run.edition.period == row.period && run.is_unfinished());
        if action == CloseAction::SkipNotify && runs.is_empty() && calls_for_edition(tx.as_mut(), &row, now).await? {
            if row.sealed_edition == 0 {
                self.refuse_open_months(tx.as_mut(), &row).await?;
            }
            let (name, value) = (skip_notify_of(&row.form, row.period), "1");
            tx.put_setting(&name, value).await?;
            entries.push(Entry::about(&actor.client, "put-setting", &content::setting(&name, value), value));
        }
        for run in runs {
            // What is queued is queued.
            let is_in_time = action == CloseAction::SkipNotify && run.step < CloseStep::Enqueued;
            let skip_notify = run.skip_notify || is_in_time;
            let fresh = CloseRunRow { tries: 0, failures: 0, last_error: String::new(), ..run };
            let released = CloseRunRow { held: false, next_try_at: now, skip_notify, ..fresh };
            if !tx.note_close_try(&released).await? {
                return Err(StoreError::Conflict { doing: "taking a close run up again" }.into());
            }
            // Noted also where nothing seems to change: since the look the run may have been held.
            let name = object_of(&released.form, released.edition);
            entries.push(Entry::about(&actor.client, "close.released", &content::close_run(&released)?, &name));
        }
        entries.push(Entry {
            actor: &actor.client,
            action: action.code(),
            object: format!("{form}/{period}"),
            content_hash: String::new(),
            refused: None,
        });
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;

        let (asking, of) = (actor.clone(), row.clone());
        let closing = self.run(move |app| async move { app.close_now(&asking, &of).await });
        let patience = Monotonic::now() + ANSWER_WITHIN;
        if let Ok(closed) = tokio::time::timeout_at(patience, closing).await {
            closed?;
        }
        loop {
            require(self.held(Switch::Closing).await?.is_none(), Reason::ClosingPaused)?;
            let last = self.last_run(&row).await?;
            let is_over = |run: &CloseRunRow| !run.is_unfinished() || run.held || !run.last_error.is_empty();
            if Monotonic::now() >= patience || last.as_ref().is_some_and(is_over) {
                return Ok(last.ok_or_else(|| Refusal::because(Reason::Overloaded))?);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn close_now(&self, actor: &Actor, row: &PeriodRow) -> Result<(), AppError> {
        self.close_due().await?;
        if self.last_run(row).await?.is_none() {
            // Before `live_from` nothing closes by itself: the operator asks for it.
            self.ask_for_first_edition(actor, row, self.now()).await?;
            self.close_due().await?;
        }
        Ok(())
    }

    /// The run of an edition of a period, or of its last edition.
    ///
    /// # Errors
    /// `ROLE_NOT_ALLOWED` for anybody but an operator, `UNKNOWN_PERIOD`, `UNKNOWN_EDITION`.
    pub async fn close_run(
        &self,
        actor: &Actor,
        form: &str,
        period: &str,
        edition: Option<u32>,
    ) -> Result<CloseRunRow, AppError> {
        require(actor.role == Role::Operator, Reason::RoleNotAllowed)?;
        let mut tx = self.ports.store.read().await?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let found = match edition {
            Some(number) => tx.close_run(&row.form, EditionId { period: row.period, number }).await?,
            None => self.last_run(&row).await?,
        };
        Ok(found.ok_or(Refusal::because(Reason::UnknownEdition))?)
    }

    /// What the closing of periods waits for an operator to say, in English; empty if nothing does. A held run is no failure of
    /// the job, and must not look like nothing to do.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn closing_waits_for(&self) -> Result<String, AppError> {
        let mut tx = self.ports.store.read().await?;
        let Some(_) = tx.regime_id().await? else { return Ok(String::new()) };
        let paused = held(tx.as_mut(), Switch::Closing).await?.map(|reason| format!("closing is paused: {reason}"));
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let runs = tx.close_runs(&form).await?.into_iter().filter(|run| run.held && run.is_unfinished());
        let runs = runs.map(|run| format!("{} is held after {}: {}", run.edition, run.step.code(), run.last_error));
        Ok(paused.into_iter().chain(runs).collect::<Vec<_>>().join("; "))
    }

    /// Asks for the first edition of a period that does not close by itself.
    async fn ask_for_first_edition(&self, actor: &Actor, row: &PeriodRow, now: Instant) -> Result<(), AppError> {
        let mut tx = self.ports.store.begin().await?;
        let fresh = tx.period(&row.form, row.period, RowLock::Exclusive).await?;
        let is_sealed = fresh.is_none_or(|fresh| fresh.sealed_edition > 0);
        let asked = tx.open_close_requests(&row.form).await?.iter().any(|request| request.period == row.period);
        if is_sealed || asked {
            return Ok(());
        }
        self.refuse_open_months(tx.as_mut(), row).await?;
        let request = CloseRequestRow {
            id: 0,
            form: row.form.clone(),
            period: row.period,
            cause: Cause::Locked,
            requested_at: now,
            extension: None,
            run: None,
        };
        let entry = ask_for_edition(tx.as_mut(), &actor.client, request).await?;
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// The run of the last edition of a period.
    async fn last_run(&self, row: &PeriodRow) -> Result<Option<CloseRunRow>, AppError> {
        let runs = self.ports.store.read().await?.close_runs(&row.form).await?;
        let of_period = runs.into_iter().filter(|run| run.edition.period == row.period && !run.abandoned);
        Ok(of_period.max_by_key(|run| run.edition))
    }

    /// A longer period is folded from its months' editions: each must have a finished one.
    async fn refuse_open_months(&self, tx: &mut dyn Tx, row: &PeriodRow) -> Result<(), AppError> {
        if row.period.is_month() {
            return Ok(());
        }
        let owed = self.in_force(tx).await?.regime.owed(&row.period.months());
        let runs = tx.close_runs(&row.form).await?;
        let is_closed = |month: &PeriodKey| {
            let of_month: Vec<_> = runs.iter().filter(|run| run.edition.period == *month && !run.abandoned).collect();
            !of_month.is_empty() && of_month.iter().all(|run| run.step == CloseStep::Done)
        };
        let open = owed.into_iter().filter(|month| !is_closed(month));
        let findings = open.map(|month| Finding::new("period", Reason::MonthNotClosed, month, "a finished edition"));
        match Refusal::of(findings.collect()) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }
}
