//! AGGREGATED: the sealed revisions are folded and judged, and the edition is frozen.

use baocao_domain::edition::{Edition, SealedReport};

use crate::app::{App, InForce};
use crate::audit::Entry;
use crate::canonical::{sha256_hex, to_json};
use crate::close::commit_step;
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, EditionRow, Tx};
use crate::setup::SERVICE;
use crate::totals::sealed_report;

impl App {
    pub(super) async fn aggregate(&self, run: &CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.regime_with_id(tx.as_mut(), run.regime).await?;
        let reports = sealed_reports(tx.as_mut(), run).await?;
        drop(tx);
        let (sealed, at) = (run.clone(), format!("make edition {}", run.edition));
        let document = self.aside(at, move || Ok(to_json(&make(&in_force, &sealed, &reports)?)?)).await?;
        let content_hash = sha256_hex(document.as_bytes());

        let mut tx = self.ports.store.begin().await?;
        let row = EditionRow {
            form: run.form.clone(),
            id: run.edition,
            document,
            content_hash,
            sealed_at: run.sealed_at,
            released_at: None,
        };
        tx.append_edition(&row).await?;
        let entries = vec![Entry::about(SERVICE, "freeze-edition", &content::edition(&row), "")];
        commit_step(tx, run, CloseStep::Aggregated, entries, self.now()).await
    }
}

/// The edition of a run: a pure function of what was sealed.
fn make(in_force: &InForce, run: &CloseRunRow, reports: &[SealedReport]) -> Result<Edition, AppError> {
    let window = run.edition.period.window(in_force.regime.calendar.window_rule);
    let tree = in_force.tree(window.to)?;
    Ok(Edition::make(run.edition, run.cause.clone(), run.sealed_at, &in_force.regime, &tree, reports))
}

/// The reports that a run sealed.
pub(super) async fn sealed_reports(tx: &mut dyn Tx, run: &CloseRunRow) -> Result<Vec<SealedReport>, AppError> {
    let revisions = tx.revisions(&run.revisions).await?;
    if revisions.len() != run.revisions.len() {
        let missing = run.revisions.len() - revisions.len();
        return Err(AppError::Corrupt(format!("{missing} sealed revisions of {} are not stored", run.edition)));
    }
    Ok(revisions.into_iter().map(sealed_report).collect())
}
