//! SEALED: the revisions that count are fixed.

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::close::object_of;
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, RowLock, StoreError, Tx};
use crate::setup::SERVICE;

impl App {
    /// Begins a run: locks the period's row, so that a submission is either in the list or was refused.
    ///
    /// A month's own reports are its current revisions; those of every other month are the ones that its last edition
    /// sealed, so that a longer period is exactly the fold of its months' editions. None if another edition was sealed
    /// since the caller looked.
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
        let mut row = row.ok_or_else(|| AppError::Corrupt(format!("period {period} is not planned")))?;
        if row.sealed_edition != sealed_before {
            return Ok(None);
        }
        let in_force = self.in_force(tx.as_mut()).await?;
        let runs = tx.close_runs(form).await?;
        let mut revisions = Vec::new();
        for month in in_force.regime.owed(&period.year_to_date()) {
            let heads = tx.revision_heads(form, month).await?;
            let last_run = runs.iter().filter(|run| run.edition.period == month).max_by_key(|run| run.edition.number);
            match last_run {
                Some(run) if month != period => {
                    let of_month = sealed_of_month(tx.as_mut(), form, &run.revisions, month).await?;
                    revisions.extend(of_month);
                }
                _ => revisions.extend(heads.into_iter().map(|head| head.id)),
            }
        }
        revisions.sort_unstable();

        let edition = EditionId { period, number: row.sealed_edition + 1 };
        let mut run = CloseRunRow {
            id: 0,
            form: form.clone(),
            edition,
            cause,
            step: CloseStep::Sealed,
            revisions,
            regime: in_force.id,
            sealed_at: now,
            tries: 0,
            failures: 0,
            last_error: String::new(),
            next_try_at: now,
            held: false,
        };
        run.id = tx.append_close_run(&run).await?;
        tx.seal_period(form, edition).await?;
        row.sealed_edition = edition.number;
        let (sealed, taken) = (content::period(&row), tx.take_close_requests(form, period, run.id).await?);
        let name = object_of(form, edition);
        let mut entries = vec![Entry::about(SERVICE, "seal-period", &sealed, "")];
        for request in &taken {
            entries.push(Entry::about(SERVICE, "take-up-request", &content::close_request(request)?, &name));
        }
        entries.push(Entry::about(SERVICE, "close.sealed", &content::close_run(&run)?, &name));
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
        tracing::info!(edition.id = %edition, revisions = run.revisions.len(), "period sealed");
        Ok(Some(run))
    }
}

/// Those of the sealed revisions that are of this month.
async fn sealed_of_month(
    tx: &mut dyn Tx,
    form: &FormCode,
    sealed: &[i64],
    month: PeriodKey,
) -> Result<Vec<i64>, StoreError> {
    let of_month = tx.revision_ids(form, month).await?;
    Ok(of_month.into_iter().filter(|id| sealed.binary_search(id).is_ok()).collect())
}
