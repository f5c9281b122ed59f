//! SEALED: the revisions that count are fixed.

use baocao_domain::edition::Cause;
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::canonical::tagged_hash;
use crate::close::material::run_to_begin;
use crate::close::object_of;
use crate::error::AppError;
use crate::ports::{CloseRunRow, RowLock, Tx};
use crate::setup::SERVICE;

impl App {
    /// Begins a run: locks the period's row, so that a submission is either in the list or was refused.
    ///
    /// [`run_to_begin`] says which revisions count. None if another edition was sealed since the caller looked.
    pub(super) async fn seal(
        &self,
        mut tx: Box<dyn Tx>,
        form: &FormCode,
        period: PeriodKey,
        cause: Cause,
        sealed_before: u32,
    ) -> Result<Option<CloseRunRow>, AppError> {
        let now = self.now();
        let row = tx.period(form, period, RowLock::Exclusive).await?;
        let row = row.ok_or_else(|| AppError::Corrupt(format!("period {period} is not planned")))?;
        if row.sealed_edition != sealed_before {
            return Ok(None);
        }
        let in_force = self.in_force(tx.as_mut()).await?;
        let runs = tx.close_runs(form).await?;
        let mut run = run_to_begin(tx.as_mut(), &in_force, &row, cause, &runs, now).await?;
        let edition = run.edition;
        run.id = tx.append_close_run(&run).await?;
        tx.seal_period(form, edition).await?;
        tx.take_close_requests(form, period, run.id).await?;
        let ids: Vec<String> = run.revisions.iter().map(ToString::to_string).collect();
        let entry = Entry {
            actor: SERVICE,
            action: "close.sealed",
            object: object_of(form, edition),
            content_hash: tagged_hash("baocao/seal/1", &ids.iter().map(String::as_str).collect::<Vec<_>>()),
            refused: None,
        };
        audit::record(tx.as_mut(), now, entry).await?;
        tx.commit().await?;
        tracing::info!(edition.id = %edition, revisions = run.revisions.len(), "period sealed");
        Ok(Some(run))
    }
}
