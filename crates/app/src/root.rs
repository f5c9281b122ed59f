//! The root of the site: what this instance shows, with the issued reports and the heads of the audit chain.

use std::sync::{Arc, PoisonError};

use baocao_domain::edition::{Edition, EditionId};
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;

use crate::app::{App, InForce, read_edition};
use crate::canonical::{sha256_hex, to_json};
use crate::error::AppError;
use crate::ports::{DocumentKind, DocumentRow, LinkedDocument, ListedEdition, PageFile, PeriodRow, Tx};

/// What the root lists.
pub(crate) struct Listing {
    in_force: Arc<InForce>,
    form: FormCode,
    /// The last edition of each period that has one, shown here or not.
    latest: Vec<EditionId>,
    /// Editions that are shown here.
    shown: Vec<EditionId>,
    /// The issued reports of those.
    reports: Vec<DocumentRow>,
}

/// Where an issued report is, below the root.
pub(crate) fn report_path(file_name: &str) -> String {
    format!("reports/{file_name}")
}

impl Listing {
    /// As the database has it, of the editions that are shown.
    pub(crate) async fn read(
        app: &App,
        tx: &mut dyn Tx,
        is_shown: impl Fn(EditionId) -> bool + Send,
    ) -> Result<Self, AppError> {
        let in_force = app.in_force(tx).await?;
        let form = in_force.regime.form.code.clone();
        let released: Vec<EditionId> =
            tx.editions(&form).await?.into_iter().filter(|row| row.released_at.is_some()).map(|row| row.id).collect();
        let is_last = |id: &&EditionId| !released.iter().any(|other| other.period == id.period && other > *id);
        let latest = released.iter().filter(is_last).copied().collect();
        let shown: Vec<EditionId> = released.iter().copied().filter(|id| is_shown(*id)).collect();
        let mut reports = Vec::new();
        for id in &shown {
            let documents = tx.documents(&form, *id).await?;
            reports.extend(documents.into_iter().filter(|document| document.kind == DocumentKind::Report));
        }
        Ok(Self { in_force, form, latest, shown, reports })
    }

    /// Whether it lists an edition.
    pub(crate) fn lists(&self, edition: EditionId) -> bool {
        self.shown.contains(&edition)
    }

    /// The periods of the form that it is of.
    pub(crate) async fn periods(&self, tx: &mut dyn Tx) -> Result<Vec<PeriodRow>, AppError> {
        Ok(tx.periods(&self.form).await?)
    }

    /// When anything of it changed last: a release, an issued report, a regime.
    pub(crate) async fn changed_at(&self, tx: &mut dyn Tx) -> Result<Instant, AppError> {
        let applied = tx.regime_by_id(self.in_force.id).await?.map(|row| row.applied_at);
        let released = tx.editions(&self.form).await?.into_iter().filter_map(|row| row.released_at);
        let issued = self.reports.iter().map(|report| report.made_at);
        Ok(released.chain(issued).chain(applied).max().unwrap_or(Instant::from_micros(0)))
    }

    /// The pages of the root.
    pub(crate) async fn pages(&self, app: &App, tx: &mut dyn Tx) -> Result<Vec<PageFile>, AppError> {
        let mut listed = Vec::with_capacity(self.shown.len());
        for id in &self.shown {
            let edition = stored_edition(tx, &self.form, *id).await?;
            let report = self.reports.iter().find(|report| report.edition == *id).map(|report| LinkedDocument {
                title: format!("Báo cáo {}", id.period.in_words()),
                path: report_path(&report.file_name),
                unit: None,
                sha256: report.sha256.clone(),
                size_bytes: report.size_bytes.unsigned_abs(),
            });
            listed.push(ListedEdition {
                id: *id,
                sealed_at: edition.sealed_at,
                cause: edition.cause,
                window: edition.window,
                is_latest: self.latest.contains(id),
                report,
            });
        }
        let (renderers, letterhead) = (app.ports.renderers, self.in_force.regime.letterhead.clone());
        app.aside("make the root of the site", move || (renderers.root_pages)(&listed, &letterhead)).await
    }
}

impl App {
    /// Writes the files of the root, if what they show has changed. They link to what this instance shows: an edition that
    /// another one released a moment ago, or that could not be shown here, is listed once its folder is there, and so is a
    /// report once its bytes are.
    pub(crate) async fn refresh_root(&self) -> Result<(), AppError> {
        let mut tx = self.ports.store.read().await?;
        let mut listing = Listing::read(self, tx.as_mut(), |id| self.ports.files.is_shown(id)).await?;
        let finished = self.last_finished(tx.as_mut()).await?.map(|entry| entry.seq);
        let hashes: Vec<&str> = listing.reports.iter().map(|report| report.sha256.as_str()).collect();
        let state = (listing.in_force.id, &listing.shown, &listing.latest, &hashes, finished);
        let state = sha256_hex(to_json(&state)?.as_bytes());
        if *self.root_state.lock().unwrap_or_else(PoisonError::into_inner) == state {
            return Ok(());
        }
        drop(tx);

        let (mut files, mut at_hand) = (Vec::new(), Vec::new());
        for report in listing.reports.clone() {
            match self.report_file(&report).await {
                Ok(file) => {
                    files.push(file);
                    at_hand.push(report);
                }
                Err(error) => tracing::error!(
                    edition.id = %report.edition, error = %error.chain(), "issued report not here, not linked to"
                ),
            }
        }
        let mut is_whole = at_hand.len() == listing.reports.len();
        listing.reports = at_hand;
        match self.heads_page().await {
            Ok(page) => files.extend(page),
            Err(error) => {
                tracing::error!(error = %error.chain(), "heads of the audit chain not published");
                is_whole = false;
            }
        }
        let mut tx = self.ports.store.read().await?;
        files.extend(listing.pages(self, tx.as_mut()).await?);
        drop(tx);
        let folder = Arc::clone(&self.ports.files);
        self.aside("write the root of the site", move || folder.write_root(&files)).await?;
        // What is missing is looked for again at the next run.
        *self.root_state.lock().unwrap_or_else(PoisonError::into_inner) = if is_whole { state } else { String::new() };
        Ok(())
    }

    /// An issued report as a file of the root: the one that is there, if it is right.
    async fn report_file(&self, report: &DocumentRow) -> Result<PageFile, AppError> {
        let (files, path) = (Arc::clone(&self.ports.files), report_path(&report.file_name));
        let there = {
            let path = path.clone();
            self.aside("read an issued report", move || files.site_file(&path)).await?
        };
        let bytes = match there.filter(|bytes| sha256_hex(bytes) == report.sha256) {
            Some(bytes) => bytes,
            None => self.document_bytes(report).await?,
        };
        Ok(PageFile { path, bytes })
    }
}

async fn stored_edition(tx: &mut dyn Tx, form: &FormCode, id: EditionId) -> Result<Edition, AppError> {
    let row = tx.edition(form, id).await?;
    read_edition(&row.ok_or_else(|| AppError::Corrupt(format!("edition {id} is not stored")))?)
}
