//! RENDERED and CHECKED: the edition's documents are written, read back and compared with it.

use std::sync::Arc;

use baocao_domain::edition::Edition;
use baocao_domain::ids::UnitCode;
use baocao_domain::issue::IssueRecord;

use crate::app::{App, read_edition};
use crate::audit::Entry;
use crate::content;
use crate::error::AppError;
use crate::lease::HeldLease;
use crate::ports::{CloseRunRow, DocumentKind, DocumentRow, Failure, Files, Renderers};
use crate::setup::SERVICE;

impl App {
    /// Writes a scorecard per reporting unit and, for longer periods, the province's report as a draft.
    pub(super) async fn render(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let edition = self.edition_of(run).await?;
        let (renderers, files, now) = (self.ports.renderers, Arc::clone(&self.ports.files), self.now());
        let form = run.form.clone();
        let documents = self
            .aside(format!("render {}", run.edition), move || {
                wanted(&edition)
                    .into_iter()
                    .map(|(kind, unit)| {
                        let bytes = render_one(&renderers, &edition, kind, &unit, None)?;
                        Ok(DocumentRow {
                            id: 0,
                            form: form.clone(),
                            edition: edition.id,
                            kind,
                            file_name: file_name(&edition, kind, &unit),
                            unit,
                            sha256: files.put_object(&bytes)?,
                            size_bytes: i64::try_from(bytes.len())?,
                            made_at: now,
                        })
                    })
                    .collect::<Result<Vec<_>, Failure>>()
            })
            .await?;
        let mut tx = self.begin_under(lease).await?;
        let mut entries = Vec::new();
        for document in &documents {
            if tx.append_document(document).await? {
                entries.push(Entry::about(SERVICE, "keep-document", &content::document(document), &document.file_name));
            }
        }
        self.commit_step(tx, lease, run, entries, now).await
    }

    /// Reads every document back from its object and compares each printed total with the edition.
    pub(super) async fn check(&self, lease: &HeldLease, run: &CloseRunRow) -> Result<(), AppError> {
        let edition = Arc::new(self.edition_of(run).await?);
        let documents = self.ports.store.read().await?.documents(&run.form, run.edition).await?;
        self.have_documents(&edition, None, &documents).await?;
        let (renderers, files) = (self.ports.renderers, Arc::clone(&self.ports.files));
        self.aside(format!("check the documents of {}", run.edition), move || {
            check_all(&renderers, files.as_ref(), &edition, &documents)
        })
        .await?;
        let tx = self.begin_under(lease).await?;
        self.commit_step(tx, lease, run, Vec::new(), self.now()).await
    }

    /// The frozen edition that a run made.
    pub(super) async fn edition_of(&self, run: &CloseRunRow) -> Result<Edition, AppError> {
        let row = self.ports.store.read().await?.edition(&run.form, run.edition).await?;
        read_edition(&row.ok_or_else(|| AppError::Corrupt(format!("edition {} is not stored", run.edition)))?)
    }
}

fn wanted(edition: &Edition) -> Vec<(DocumentKind, UnitCode)> {
    let scorecards = edition.reporting().map(|unit| (DocumentKind::Scorecard, unit.code.clone()));
    let draft = (!edition.id.period.is_month()).then(|| (DocumentKind::Draft, edition.province().code.clone()));
    scorecards.chain(draft).collect()
}

/// The bytes of a document; `issue` is what makes a draft the issued report.
pub(crate) fn render_one(
    renderers: &Renderers,
    edition: &Edition,
    kind: DocumentKind,
    unit: &UnitCode,
    issue: Option<&IssueRecord>,
) -> Result<Vec<u8>, Failure> {
    match kind {
        DocumentKind::Scorecard => (renderers.scorecard)(edition, unit),
        DocumentKind::Draft | DocumentKind::Report => (renderers.report)(edition, issue),
    }
}

/// ASCII, without spaces: `phieu-2022-Q3-1-05971.pdf`.
fn file_name(edition: &Edition, kind: DocumentKind, unit: &UnitCode) -> String {
    let id = edition.id.hyphened();
    match kind {
        DocumentKind::Scorecard => format!("phieu-{id}-{unit}.pdf"),
        DocumentKind::Draft => format!("du-thao-bao-cao-{id}.pdf"),
        DocumentKind::Report => format!("bao-cao-{id}.pdf"),
    }
}

fn check_all(
    renderers: &Renderers,
    files: &dyn Files,
    edition: &Edition,
    documents: &[DocumentRow],
) -> Result<(), Failure> {
    for (kind, unit) in wanted(edition) {
        let document = documents.iter().find(|document| document.kind == kind && document.unit == unit);
        let document = document.ok_or_else(|| format!("the {} of {unit} is not stored", kind.code()))?;
        let bytes = files.object(&document.sha256)?;
        match kind {
            DocumentKind::Scorecard => (renderers.check_scorecard)(&bytes, edition, &unit)?,
            DocumentKind::Draft | DocumentKind::Report => (renderers.check_report)(&bytes, edition)?,
        }
    }
    Ok(())
}
