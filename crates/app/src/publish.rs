//! Publishing (công khai): staged editions are shown at their period's instant, and the root lists what is shown.

use std::sync::{Arc, PoisonError};

use baocao_domain::edition::{Edition, EditionId};

use crate::app::{App, read_edition};
use crate::audit::{self, Entry};
use crate::canonical::{sha256_hex, to_json};
use crate::close::is_staged;
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, DocumentKind, EditionRow, LinkedDocument, ListedEdition, PageFile, Tx};
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
        let public = self.public().await?;
        if public.iter().any(|public| !public.is_released) {
            self.compare_clocks().await?;
        }
        for public in public {
            let edition = public.run.edition;
            let is_shown = self.ports.files.is_shown(edition);
            if is_shown && public.is_released {
                continue;
            }
            self.reach("publish.begun");
            if let Err(error) = self.show(&public.run).await {
                // It is tried again at the next run; the next edition does not wait for it.
                tracing::error!(edition.id = %edition, error = %error.chain(), "edition not published");
                continue;
            }
            self.reach("publish.shown");
            if !public.is_released && self.note_released(&public).await? {
                self.reach("publish.committed");
                tracing::info!(edition.id = %edition, "edition published");
                released.push(edition);
            }
        }
        self.refresh_root().await?;
        Ok(released)
    }

    /// Shows an edition to readers of this instance; what another instance staged is made here again.
    async fn show(&self, run: &CloseRunRow) -> Result<(), AppError> {
        let files = Arc::clone(&self.ports.files);
        if !files.is_shown(run.edition) && !files.is_staged(run.edition) {
            self.write_aside(run).await?;
        }
        let edition = run.edition;
        self.aside(format!("release {edition}"), move || files.release_edition(edition)).await
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

    /// Writes the files of the root, if what they show has changed. They link to what this instance shows: an edition that
    /// another one released a moment ago, or that could not be shown here, is listed once its folder is there.
    async fn refresh_root(&self) -> Result<(), AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let form = in_force.regime.form.code.clone();
        let released = tx.editions(&form).await?.into_iter().filter(|row| row.released_at.is_some()).map(|row| row.id);
        let shown: Vec<EditionId> = released.filter(|id| self.ports.files.is_shown(*id)).collect();
        let mut reports = Vec::new();
        for id in &shown {
            let documents = tx.documents(&form, *id).await?;
            reports.extend(documents.into_iter().filter(|document| document.kind == DocumentKind::Report));
        }
        let hashes: Vec<&str> = reports.iter().map(|report| report.sha256.as_str()).collect();
        let finished = self.last_finished(tx.as_mut()).await?.map(|entry| entry.seq);
        let state = sha256_hex(to_json(&(in_force.id, &shown, &hashes, finished))?.as_bytes());
        if *self.root_state.lock().unwrap_or_else(PoisonError::into_inner) == state {
            return Ok(());
        }

        let mut listed = Vec::with_capacity(shown.len());
        for id in &shown {
            let edition = stored_edition(tx.as_mut(), &form, *id).await?;
            let report = reports.iter().find(|report| report.edition == *id).map(|report| LinkedDocument {
                title: format!("Báo cáo {}", id.period.in_words()),
                path: format!("reports/{}", report.file_name),
                unit: None,
                sha256: report.sha256.clone(),
                size_bytes: report.size_bytes.unsigned_abs(),
            });
            let newest = shown.iter().filter(|other| other.period == id.period).max();
            listed.push(ListedEdition {
                id: *id,
                sealed_at: edition.sealed_at,
                cause: edition.cause,
                window: edition.window,
                is_latest: newest == Some(id),
                report,
            });
        }
        drop(tx);
        let heads = self.heads_page().await?;
        let (renderers, files) = (self.ports.renderers, Arc::clone(&self.ports.files));
        let letterhead = in_force.regime.letterhead.clone();
        for report in &reports {
            self.document_bytes(report).await?;
        }
        self.aside("write the root of the site", move || {
            let mut pages = Vec::from_iter(heads);
            for report in listed.iter().filter_map(|edition| edition.report.as_ref()) {
                pages.push(PageFile { path: report.path.clone(), bytes: files.object(&report.sha256)? });
            }
            pages.extend((renderers.root_pages)(&listed, &letterhead)?);
            files.write_root(&pages)
        })
        .await?;
        *self.root_state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        Ok(())
    }
}

async fn stored_edition(
    tx: &mut dyn Tx,
    form: &baocao_domain::ids::FormCode,
    id: EditionId,
) -> Result<Edition, AppError> {
    let row = tx.edition(form, id).await?;
    read_edition(&row.ok_or_else(|| AppError::Corrupt(format!("edition {id} is not stored")))?)
}
