//! Driving a run: its steps one after the other, tries counted, failures noted, held in the end.

use baocao_domain::instant::Instant;

use crate::app::App;
use crate::audit::{self, Entry, Unnoted};
use crate::close::object_of;
use crate::content;
use crate::error::AppError;
use crate::faults::Border;
use crate::hold::{Switch, held};
use crate::lease::HeldLease;
use crate::ports::{CloseRunRow, CloseStep, Tx};
use crate::setup::SERVICE;

/// Pauses after a failed try of a step, in seconds.
const PAUSES_SECONDS: [i64; 2] = [60, 300];

impl App {
    /// Takes the remaining steps of a run, one after the other; answers whether it is done, which it is not if closing is
    /// paused meanwhile.
    pub(super) async fn finish_run(&self, lease: &HeldLease, mut run: CloseRunRow) -> Result<bool, AppError> {
        while run.step != CloseStep::Done {
            let to = run.step.next();
            if !self.count_try(lease, &mut run).await? {
                return Ok(false);
            }
            self.reach_step(to, Border::Begun);
            match self.take_step(lease, &run).await {
                Ok(()) => {}
                // Not a failure of the step: whoever has the lease now goes on with it.
                Err(error @ AppError::LeaseLost { .. }) => return Err(error),
                Err(error) => {
                    self.note_failure(lease, &run, &error).await?;
                    return Err(error);
                }
            }
            self.reach_step(to, Border::Committed);
            run = stored(self.ports.store.read().await?.as_mut(), &run).await?;
            tracing::info!(edition.id = %run.edition, step = run.step.code(), "close step taken");
        }
        Ok(true)
    }

    async fn take_step(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        match run.step {
            CloseStep::Sealed => self.aggregate(lease, run).await,
            CloseStep::Aggregated => self.render(lease, run).await,
            CloseStep::Rendered => self.check(lease, run).await,
            CloseStep::Checked => self.stage(lease, run).await,
            CloseStep::Published => self.enqueue_mail(lease, run).await,
            CloseStep::Enqueued => self.restate_longer(lease, run).await,
            CloseStep::Done => Ok(()),
        }
    }

    /// Commits a step: what it wrote, the move of the run and the audit entries of both, or nothing.
    pub(super) async fn commit_step(
        &self,
        mut tx: Box<dyn Tx>,
        lease: &HeldLease,
        run: &CloseRunRow,
        mut entries: Vec<Entry<'_>>,
        now: Instant,
    ) -> Result<(), AppError> {
        let to = run.step.next();
        if !tx.advance_close_run(run, to, lease.fence()).await? {
            return Err(AppError::Corrupt(format!(
                "the run of {} is not at {} any more",
                run.edition,
                run.step.code()
            )));
        }
        let action = format!("close.{}", to.code().to_lowercase());
        let moved = stored(tx.as_mut(), run).await?;
        entries.push(Entry::about(SERVICE, &action, &content::close_run(&moved)?, &object_of(&run.form, run.edition)));
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        self.reach_step(to, Border::Ready);
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// Counts a try before it starts, so that a step which kills the process also ends in a held run; false if closing is
    /// paused, and nothing may start.
    async fn count_try(&self, lease: &HeldLease, run: &mut CloseRunRow) -> Result<bool, AppError> {
        run.fence = lease.fence();
        if run.tries >= self.settings.close_tries_max {
            let error = format!("{} tries of the step after {} ended without a word", run.tries, run.step.code());
            run.last_error.clone_from(&error);
            self.hold(lease, run).await?;
            return Err(AppError::Corrupt(error));
        }
        run.tries += 1;
        let mut tx = self.begin_under(lease).await?;
        // With the claim: a step that starts after the pause has been set would be one too many.
        if held(tx.as_mut(), Switch::Closing).await?.is_some() {
            return Ok(false);
        }
        if !tx.note_close_try(run).await? {
            return Err(AppError::Corrupt(format!(
                "the run of {} is not at {} any more",
                run.edition,
                run.step.code()
            )));
        }
        audit::commit_unnoted(tx, Unnoted::CloseTry).await?;
        Ok(true)
    }

    /// Notes why a step failed; after a pause it is tried again, after too many failures the run is held.
    async fn note_failure(&self, lease: &HeldLease, run: &CloseRunRow, error: &AppError) -> Result<(), AppError> {
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
            return self.hold(lease, &failed).await;
        }
        let mut tx = self.begin_under(lease).await?;
        tx.note_close_try(&failed).await?;
        Ok(audit::commit_unnoted(tx, Unnoted::CloseTry).await?)
    }

    /// Leaves a run to an operator, who takes it up again by closing the period by hand, or reopens the period.
    async fn hold(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.begin_under(lease).await?;
        if tx.note_close_try(&CloseRunRow { held: true, ..run.clone() }).await? {
            let (name, waiting) = (object_of(&run.form, run.edition), stored(tx.as_mut(), run).await?);
            let entry = Entry::about(SERVICE, "close.held", &content::close_run(&waiting)?, &name);
            let noted = audit::record(tx.as_mut(), self.now(), entry).await?;
            audit::commit(tx, noted).await?;
            tracing::error!(edition.id = %run.edition, step = run.step.code(), error = %run.last_error, "close held");
        }
        Ok(())
    }
}

/// A run as it is stored now: an operator may have said something about it meanwhile.
pub(super) async fn stored(tx: &mut dyn Tx, run: &CloseRunRow) -> Result<CloseRunRow, AppError> {
    let stored = tx.close_run(&run.form, run.edition).await?;
    stored.ok_or_else(|| AppError::Corrupt(format!("the run of {} is gone", run.edition)))
}
