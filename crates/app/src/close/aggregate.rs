//! AGGREGATED: the sealed revisions are folded, judged and compared with the edition before, and the edition is frozen.

use baocao_domain::edition::SealedReport;

use crate::app::App;
use crate::audit::Entry;
use crate::canonical::{sha256_hex, to_json};
use crate::content;
use crate::error::AppError;
use crate::lease::HeldLease;
use crate::ports::{CloseRunRow, EditionRow, Tx};
use crate::setup::SERVICE;
use crate::totals::sealed_report;

impl App {
    pub(super) async fn aggregate(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let mut tx = self.ports.store.read().await?;
        let material = self.material(tx.as_mut(), run.clone()).await?;
        drop(tx);
        let doing = format!("make edition {}", run.edition);
        let document = self.aside(doing, move || Ok(to_json(&material.edition()?)?)).await?;
        let content_hash = sha256_hex(document.as_bytes());

        let mut tx = self.begin_under(lease).await?;
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
        self.commit_step(tx, lease, run, entries, self.now()).await
    }
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
