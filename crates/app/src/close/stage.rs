//! PUBLISHED: the edition's pages, open data and documents are written aside; readers see them once they are released.

use std::sync::Arc;

use crate::app::App;
use crate::audit::Entry;
use crate::canonical::sha256_hex;
use crate::close::aggregate::sealed_reports;
use crate::content::Content;
use crate::error::AppError;
use crate::lease::HeldLease;
use crate::ports::{CloseRunRow, CloseStep, DocumentKind, DocumentRow, Failure, LinkedDocument, PageFile};
use crate::setup::SERVICE;

impl App {
    pub(super) async fn stage(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let runs = self.ports.store.read().await?.close_runs(&run.form).await?;
        let mut entries = Vec::new();
        // An edition that was frozen stays one, although its run was given up: this one lists what it changed of it.
        for given_up in left_frozen_before(run, &runs) {
            entries.push(Entry::about(SERVICE, STAGE, &self.write_aside(given_up).await?, ""));
        }
        entries.push(Entry::about(SERVICE, STAGE, &self.write_aside(run).await?, ""));
        let tx = self.begin_under(lease).await?;
        self.commit_step(tx, lease, run, entries, self.now()).await
    }

    /// Writes the files of a run's edition aside, in this instance's folder; answers with their content.
    async fn write_aside(&self, run: &CloseRunRow) -> Result<Content, AppError> {
        let (pages, content) = self.make_pages(run).await?;
        let (edition, files) = (run.edition, Arc::clone(&self.ports.files));
        self.aside(format!("stage {edition}"), move || files.stage_edition(edition, &pages)).await?;
        Ok(content)
    }

    /// Makes the files of a run's edition; answers with their content too.
    pub(crate) async fn make_pages(&self, run: &CloseRunRow) -> Result<(Vec<PageFile>, Content), AppError> {
        let edition = Arc::new(self.edition_of(run).await?);
        let mut tx = self.ports.store.read().await?;
        let in_force = self.regime_with_id(tx.as_mut(), run.regime).await?;
        let reports = sealed_reports(tx.as_mut(), run).await?;
        let mut documents = tx.documents(&run.form, run.edition).await?;
        drop(tx);
        // A draft is for officers, not for the public; the issued report is at the root.
        documents.retain(|document| document.kind == DocumentKind::Scorecard);
        self.have_documents(&edition, None, &documents).await?;
        let (renderers, files) = (self.ports.renderers, Arc::clone(&self.ports.files));
        self.aside(format!("make the pages of {}", run.edition), move || {
            let mut pages = Vec::new();
            let mut links = Vec::new();
            for document in &documents {
                let link = linked(document)?;
                pages.push(PageFile { path: link.path.clone(), bytes: files.object(&document.sha256)? });
                links.push(link);
            }
            pages.extend((renderers.edition_pages)(&edition, &in_force.regime, &reports, &links)?);
            let checksums = pages.iter().find(|page| page.path == CHECKSUMS);
            let checksums = checksums.ok_or_else(|| format!("edition {} has no {CHECKSUMS}", edition.id))?;
            let content = Content::site(edition.id, sha256_hex(&checksums.bytes));
            Ok((pages, content))
        })
        .await
    }
}

/// The runs before this one whose editions are frozen and were never staged.
fn left_frozen_before<'a>(run: &CloseRunRow, runs: &'a [CloseRunRow]) -> Vec<&'a CloseRunRow> {
    let is_before =
        |other: &&CloseRunRow| other.edition.period == run.edition.period && other.edition.number < run.edition.number;
    let is_unstaged = |other: &&CloseRunRow| is_left_frozen(other) && staged_after(other, runs).next().is_none();
    runs.iter().filter(is_before).filter(is_unstaged).collect()
}

/// Whether the files of a run's edition were staged: by the run, or, where it was given up, with those of a later edition.
#[must_use]
pub fn is_staged(run: &CloseRunRow, runs: &[CloseRunRow]) -> bool {
    run.step >= CloseStep::Published || (is_left_frozen(run) && staged_after(run, runs).next().is_some())
}

/// Whether a run was given up when its edition was frozen and not yet staged.
fn is_left_frozen(run: &CloseRunRow) -> bool {
    run.abandoned && run.step > CloseStep::Sealed && run.step < CloseStep::Published
}

/// The runs of later editions of the same period whose files are staged.
fn staged_after<'a>(given_up: &'a CloseRunRow, runs: &'a [CloseRunRow]) -> impl Iterator<Item = &'a CloseRunRow> {
    let is_later = move |run: &&CloseRunRow| {
        run.edition.period == given_up.edition.period && run.edition.number > given_up.edition.number
    };
    runs.iter().filter(is_later).filter(|run| run.step >= CloseStep::Published)
}

/// The action of the entry that notes the files of an edition; the store finds it by this word.
const STAGE: &str = "stage-files";

/// The list of an edition's files with their hashes: the chain keeps its hash, and so that of every file.
pub const CHECKSUMS: &str = "CHECKSUMS";

/// A document as pages link to it.
fn linked(document: &DocumentRow) -> Result<LinkedDocument, Failure> {
    Ok(LinkedDocument {
        title: format!("Phiếu kết quả {}", document.unit),
        path: format!("documents/{}", document.file_name),
        unit: Some(document.unit.clone()),
        sha256: document.sha256.clone(),
        size_bytes: u64::try_from(document.size_bytes)?,
    })
}
