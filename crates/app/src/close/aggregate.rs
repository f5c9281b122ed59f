//! AGGREGATED: the sealed revisions are folded and judged, and the edition is frozen.

use baocao_domain::edition::{Edition, SealedReport};

use crate::app::{App, InForce};
use crate::canonical::{sha256_hex, to_json};
use crate::error::AppError;
use crate::lease::Held;
use crate::ports::{CloseRunRow, EditionRow, Tx};
use crate::totals::sealed_report;

impl App {
    pub(super) async fn aggregate(&self, held: &Held, run: &CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.regime_with_id(tx.as_mut(), run.regime).await?;
        let reports = sealed_reports(tx.as_mut(), run).await?;
        drop(tx);
        let (sealed, at) = (run.clone(), format!("make edition {}", run.edition));
        let document = self.aside(at, move || Ok(to_json(&make(&in_force, &sealed, &reports)?)?)).await?;
        let content_hash = sha256_hex(document.as_bytes());

        let mut tx = self.begin_under(held).await?;
        tx.append_edition(&EditionRow {
            form: run.form.clone(),
            id: run.edition,
            document,
            content_hash: content_hash.clone(),
            sealed_at: run.sealed_at,
            released_at: None,
        })
        .await?;
        self.commit_step(tx, held, run, content_hash, self.now()).await
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
