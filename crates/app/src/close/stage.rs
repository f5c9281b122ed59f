//! PUBLISHED: the edition's pages, open data and documents are written aside; readers see them once they are released.

use std::sync::Arc;

use crate::app::App;
use crate::audit::Entry;
use crate::canonical::sha256_hex;
use crate::close::aggregate::sealed_reports;
use crate::close::commit_step;
use crate::content::Content;
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, DocumentKind, DocumentRow, Failure, LinkedDocument, PageFile};
use crate::setup::SERVICE;

impl App {
    pub(super) async fn stage(&self, run: &CloseRunRow) -> Result<(), AppError> {
        let edition = self.edition_of(run).await?;
        let mut tx = self.ports.store.read().await?;
        let in_force = self.regime_with_id(tx.as_mut(), run.regime).await?;
        let reports = sealed_reports(tx.as_mut(), run).await?;
        let documents = tx.documents(&run.form, run.edition).await?;
        drop(tx);
        let (renderers, files) = (self.ports.renderers, Arc::clone(&self.ports.files));
        let staged = self.aside(format!("stage the pages of {}", run.edition), move || {
            // A draft is for officers, not for the public.
            let public: Vec<&DocumentRow> =
                documents.iter().filter(|document| document.kind == DocumentKind::Scorecard).collect();
            let mut pages = Vec::new();
            let mut links = Vec::new();
            for document in public {
                let link = linked(document)?;
                pages.push(PageFile { path: link.path.clone(), bytes: files.object(&document.sha256)? });
                links.push(link);
            }
            pages.extend((renderers.edition_pages)(&edition, &in_force.regime, &reports, &links)?);
            files.stage_edition(edition.id, &pages)?;
            let checksums = pages.iter().find(|page| page.path == CHECKSUMS);
            let checksums = checksums.ok_or_else(|| format!("edition {} has no {CHECKSUMS}", edition.id))?;
            Ok(Content::site(edition.id, sha256_hex(&checksums.bytes)))
        });
        let entries = vec![Entry::about(SERVICE, "stage-files", &staged.await?, "")];
        let tx = self.ports.store.begin().await?;
        commit_step(tx, run, CloseStep::Published, entries, self.now()).await
    }
}

/// The list of an edition's files with their hashes: the chain keeps its hash, and so that of every file.
pub(crate) const CHECKSUMS: &str = "CHECKSUMS";

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
