//! SEALED: the revisions that count are fixed.

use crate::app::App;
use crate::audit::{self, Entry};
use crate::close::by_hand::take_skip_notify;
use crate::close::due::{Due, calls_for};
use crate::close::material::run_to_begin;
use crate::content;
use crate::error::AppError;
use crate::faults::Border;
use crate::lease::HeldLease;
use crate::ports::{CloseRunRow, CloseStep, RowLock, Tx};
use crate::setup::SERVICE;

impl App {
    /// Begins a run: locks the period's row, so that a submission is either in the list or was refused.
    ///
    /// [`run_to_begin`] says which revisions count. None if the period calls for no edition any more, or for another one than
    /// when the caller looked: somebody sealed, reopened or filed since.
    pub(super) async fn seal(
        &self,
        mut tx: Box<dyn Tx>,
        lease: &HeldLease,
        due: &Due,
    ) -> Result<Option<CloseRunRow>, AppError> {
        let now = self.now();
        let (form, period) = (&due.form, due.period);
        self.reach_step(CloseStep::Sealed, Border::Begun);
        let row = tx.period(form, period, RowLock::Exclusive).await?;
        let mut row = row.ok_or_else(|| AppError::Corrupt(format!("period {period} is not planned")))?;
        // Between the look and the lock another instance may have sealed it, two officers may have opened it again, or the unit
        // whose extension was about to end may have filed: then the edition has another cause, or there is none.
        if calls_for(tx.as_mut(), &row, now).await?.as_ref() != Some(due) {
            return Ok(None);
        }
        let in_force = self.in_force(tx.as_mut()).await?;
        let runs = tx.close_runs(form).await?;
        let mut run = run_to_begin(tx.as_mut(), &in_force, &row, due.cause.clone(), &runs, now).await?;
        run.fence = lease.fence();
        let wish = take_skip_notify(tx.as_mut(), due).await?;
        run.skip_notify = wish.is_some();
        let edition = run.edition;
        run.id = tx.append_close_run(&run).await?;
        tx.seal_period(form, edition).await?;
        row.sealed_edition = edition.number;
        let name = due.object();
        let mut entries = vec![Entry::about(SERVICE, "seal-period", &content::period(&row), "")];
        entries.extend(wish);
        for request in &tx.take_close_requests(form, period, run.id).await? {
            entries.push(Entry::about(SERVICE, "take-up-request", &content::close_request(request)?, &name));
        }
        for reopening in &tx.take_reopenings(form, period, run.id).await? {
            entries.push(Entry::about(SERVICE, "take-up-reopening", &content::reopening(reopening), &name));
        }
        entries.push(Entry::about(SERVICE, "close.sealed", &content::close_run(&run)?, &name));
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        self.reach_step(CloseStep::Sealed, Border::Ready);
        audit::commit(tx, noted).await?;
        self.reach_step(CloseStep::Sealed, Border::Committed);
        tracing::info!(edition.id = %edition, revisions = run.revisions.len(), "period sealed");
        Ok(Some(run))
    }
}
