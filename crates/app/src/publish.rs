//! Publishing (công khai): staged editions are shown at their period's instant, and the root lists what is shown.

use std::sync::Arc;

use baocao_domain::edition::{Edition, EditionId};

use crate::app::{App, read_edition};
use crate::audit::{self, Entry};
use crate::canonical::{sha256_hex, to_json};
use crate::content;
use crate::error::AppError;
use crate::ports::{CloseStep, DocumentKind, EditionRow, LinkedDocument, ListedEdition, PageFile, RowLock, Tx};
use crate::setup::{ROOT_STATE, SERVICE};

impl App {
    /// Releases every staged edition whose instant has come and brings the root up to date; answers with what was
    /// released. Idle if nothing changed.
    ///
    /// # Errors
    /// Those of the database and of the files.
    pub async fn publish_due(&self) -> Result<Vec<EditionId>, AppError> {
        let mut released = Vec::new();
        for row in self.staged().await? {
            let edition = row.id;
            let files = Arc::clone(&self.ports.files);
            let shown = self.aside(format!("release {edition}"), move || files.release_edition(edition)).await;
            if let Err(error) = shown {
                // It is tried again at the next run; the next edition does not wait for it.
                tracing::error!(edition.id = %edition, error = %error.chain(), "edition not published");
                continue;
            }
            let mut tx = self.ports.store.begin().await?;
            let now = self.now();
            if !tx.release_edition(&row.form, edition, now).await? {
                continue;
            }
            let public = EditionRow { released_at: Some(now), ..row };
            let entry = Entry::about(SERVICE, "publish", &content::edition(&public), "");
            let noted = audit::record(tx.as_mut(), now, entry).await?;
            audit::commit(tx, noted).await?;
            tracing::info!(edition.id = %edition, "edition published");
            released.push(edition);
        }
        self.refresh_root().await?;
        Ok(released)
    }

    /// Editions whose pages are staged and whose instant has come.
    async fn staged(&self) -> Result<Vec<EditionRow>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let form = self.in_force(tx.as_mut()).await?.regime.form.code.clone();
        let runs = tx.close_runs(&form).await?;
        let mut due = Vec::new();
        for row in tx.editions(&form).await?.into_iter().filter(|row| row.released_at.is_none()) {
            let run = runs.iter().find(|run| run.edition == row.id);
            let is_staged = run.is_some_and(|run| run.step >= CloseStep::Published);
            let period = tx.period(&form, row.id.period, RowLock::None).await?;
            if is_staged && period.is_some_and(|period| period.publishes <= self.now()) {
                due.push(row);
            }
        }
        Ok(due)
    }

    /// Writes the files of the root, if what they show has changed.
    async fn refresh_root(&self) -> Result<(), AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let form = in_force.regime.form.code.clone();
        let shown: Vec<EditionId> =
            tx.editions(&form).await?.into_iter().filter(|row| row.released_at.is_some()).map(|row| row.id).collect();
        let mut reports = Vec::new();
        for id in &shown {
            let documents = tx.documents(&form, *id).await?;
            reports.extend(documents.into_iter().filter(|document| document.kind == DocumentKind::Report));
        }
        let hashes: Vec<&str> = reports.iter().map(|report| report.sha256.as_str()).collect();
        let finished = self.last_finished(tx.as_mut()).await?.map(|entry| entry.seq);
        let state = sha256_hex(to_json(&(in_force.id, &shown, &hashes, finished))?.as_bytes());
        if tx.setting(ROOT_STATE).await?.as_ref() == Some(&state) {
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
        self.aside("write the root of the site", move || {
            let mut pages = Vec::from_iter(heads);
            for report in listed.iter().filter_map(|edition| edition.report.as_ref()) {
                pages.push(PageFile { path: report.path.clone(), bytes: files.object(&report.sha256)? });
            }
            pages.extend((renderers.root_pages)(&listed, &letterhead)?);
            files.write_root(&pages)
        })
        .await?;
        self.keep_setting(ROOT_STATE, &state).await
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
