//! Publishing (công khai): staged editions are shown at their period's instant.

use std::collections::BTreeSet;

use baocao_domain::edition::EditionId;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::close::is_staged;
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, EditionRow};
use crate::setup::SERVICE;

/// An edition whose instant has come.
struct Public {
    run: CloseRunRow,
    row: EditionRow,
    /// Whether some instance has shown it already.
    is_released: bool,
}

impl App {
    /// Shows every edition whose instant has come and brings the root up to date, in this instance's folder; answers with what
    /// was released first by this call. Idle if nothing changed.
    ///
    /// # Errors
    /// Those of the database and of the files.
    pub async fn publish_due(&self) -> Result<Vec<EditionId>, AppError> {
        let mut released = Vec::new();
        let mut public = self.public().await?;
        if public.iter().any(|public| !public.is_released) {
            self.compare_clocks().await?;
        }
        // What nobody has seen yet comes first.
        public.sort_by_key(|public| public.is_released);
        for public in &public {
            match self.show_and_note(public).await {
                Ok(true) => released.push(public.run.edition),
                Ok(false) => {}
                // It is tried again at the next run; the next edition does not wait for it.
                Err(error) => {
                    tracing::error!(edition.id = %public.run.edition, error = %error.chain(), "edition not published");
                }
            }
        }
        let editions: BTreeSet<EditionId> = public.iter().map(|public| public.run.edition).collect();
        self.withdraw_all_but(editions).await?;
        self.refresh_root().await?;
        Ok(released)
    }

    /// Shows an edition to readers of this instance, if they do not see it yet; whether that released it.
    async fn show_and_note(&self, public: &Public) -> Result<bool, AppError> {
        if self.is_shown_as_staged(public.run.edition).await? && public.is_released {
            return Ok(false);
        }
        self.reach("publish.begun");
        if !self.show(&public.run).await? {
            return Ok(false);
        }
        self.reach("publish.shown");
        if public.is_released || !self.note_released(public).await? {
            return Ok(false);
        }
        self.reach("publish.committed");
        tracing::info!(edition.id = %public.run.edition, "edition published");
        Ok(true)
    }

    /// Notes that an edition is public; false if another instance was first.
    async fn note_released(&self, public: &Public) -> Result<bool, AppError> {
        let mut tx = self.ports.store.begin().await?;
        let now = self.now();
        let (form, edition) = (&public.run.form, public.run.edition);
        if !tx.release_edition(form, edition, now).await? {
            return Ok(false);
        }
        let released = EditionRow { released_at: Some(now), ..public.row.clone() };
        let entry = Entry::about(SERVICE, "publish", &content::edition(&released), "");
        let noted = audit::record(tx.as_mut(), now, entry).await?;
        audit::commit(tx, noted).await?;
        Ok(true)
    }

    /// Editions whose pages are staged and whose instant has come, those that are released already too.
    async fn public(&self) -> Result<Vec<Public>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let runs = tx.close_runs(&form).await?;
        let periods = tx.periods(&form).await?;
        let mut public = Vec::new();
        for row in tx.editions(&form).await? {
            let is_staged = |run: &&CloseRunRow| run.edition == row.id && is_staged(run, &runs);
            let Some(run) = runs.iter().filter(is_staged).max_by_key(|run| run.step) else { continue };
            let is_released = row.released_at.is_some();
            let is_due = periods.iter().any(|p| p.period == row.id.period && p.publishes <= self.now());
            if is_released || is_due {
                public.push(Public { run: run.clone(), row, is_released });
            }
        }
        Ok(public)
    }
}
