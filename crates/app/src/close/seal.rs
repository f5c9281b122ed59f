//! SEALED: the revisions that count are fixed.

use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::canonical::tagged_hash;
use crate::close::due::Due;
use crate::error::AppError;
use crate::faults::Border;
use crate::lease::Held;
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
        held: &Held,
        due: &Due,
    ) -> Result<Option<CloseRunRow>, AppError> {
        let now = self.now();
        let (form, period) = (&due.form, due.period);
        self.reach_step(CloseStep::Sealed, Border::Begun);
        let row = tx.period(form, period, RowLock::Exclusive).await?;
        let row = row.ok_or_else(|| AppError::Corrupt(format!("period {period} is not planned")))?;
        if row.sealed_edition != due.sealed_edition {
            return Ok(None);
        }
        let in_force = self.in_force(tx.as_mut()).await?;
        let runs = tx.close_runs(form).await?;
        let mut revisions = Vec::new();
        for month in in_force.regime.owed(&period.year_to_date()) {
            let of_month = runs.iter().filter(|run| run.edition.period == month && !run.abandoned);
            match of_month.max_by_key(|run| run.edition.number) {
                Some(run) if month != period => {
                    let of_month = sealed_of_month(tx.as_mut(), form, &run.revisions, month).await?;
                    revisions.extend(of_month);
                }
                _ => revisions.extend(tx.revision_heads(form, month).await?.into_iter().map(|head| head.id)),
            }
        }
        revisions.sort_unstable();

        let edition = due.edition();
        let mut run = CloseRunRow {
            id: 0,
            form: form.clone(),
            edition,
            cause: due.cause.clone(),
            step: CloseStep::Sealed,
            revisions,
            regime: in_force.id,
            sealed_at: now,
            tries: 0,
            failures: 0,
            last_error: String::new(),
            next_try_at: now,
            held: false,
            skip_notify: false,
            abandoned: false,
            fence: held.fence(),
        };
        run.id = tx.append_close_run(&run).await?;
        tx.seal_period(form, edition).await?;
        tx.take_close_requests(form, period, run.id).await?;
        tx.take_reopenings(form, period, run.id).await?;
        let ids: Vec<String> = run.revisions.iter().map(ToString::to_string).collect();
        let entry = Entry {
            actor: SERVICE,
            action: "close.sealed",
            object: due.object(),
            content_hash: tagged_hash("baocao/seal/1", &ids.iter().map(String::as_str).collect::<Vec<_>>()),
            refused: None,
        };
        audit::record(tx.as_mut(), now, entry).await?;
        self.reach_step(CloseStep::Sealed, Border::Ready);
        tx.commit().await?;
        self.reach_step(CloseStep::Sealed, Border::Committed);
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
