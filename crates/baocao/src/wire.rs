//! Wiring: the one place where ports meet their implementations.

use std::sync::Arc;

use baocao_app::faults::Nobody;
use baocao_app::ports::{
    Backups, Clock, Failure, Files, Letter, LinkedDocument, ListedEdition, Mailer, PageFile, Renderers, Store,
};
use baocao_app::{App, Ports, Settings};
use baocao_domain::edition::{Edition, EditionId, SealedReport};
use baocao_domain::regime::{Letterhead, Regime};
use baocao_mail::Transport;
use baocao_site::{EditionEntry, PublishedDocument, SiteFile};

use crate::chance::SystemIds;
use crate::clock::WallClock;
use crate::faults;
use crate::files::DataFolder;

/// An application on a data folder.
pub struct Wired {
    /// The application.
    pub app: Arc<App>,
    /// The data folder, held as long as this lives.
    pub folder: Arc<DataFolder>,
}

/// Puts the application together; it makes no backups by itself.
#[must_use]
pub fn wire(
    folder: DataFolder,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
    settings: Settings,
) -> Wired {
    wire_with(folder, store, clock, mailer, settings, None)
}

/// Puts the application together with whoever makes its backups.
#[must_use]
pub fn wire_with(
    folder: DataFolder,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
    settings: Settings,
    backups: Option<Arc<dyn Backups>>,
) -> Wired {
    let folder = Arc::new(folder);
    let ports = Ports {
        store,
        clock,
        ids: Arc::new(SystemIds),
        files: Arc::clone(&folder) as _,
        mailer,
        renderers: RENDERERS,
        watcher: faults::from_environment(),
        backups,
        instance: folder.instance().to_owned(),
    };
    Wired { app: App::new(ports, settings), folder }
}

/// An application that only reads a database: it has no files and hands nothing over.
#[must_use]
pub fn reading(store: Arc<dyn Store>) -> Arc<App> {
    let ports = Ports {
        store,
        clock: Arc::new(WallClock),
        ids: Arc::new(SystemIds),
        files: Arc::new(NoFiles),
        mailer: Arc::new(Transport::Blackhole),
        renderers: RENDERERS,
        watcher: Arc::new(Nobody),
        backups: None,
        instance: String::new(),
    };
    App::new(ports, Settings::default())
}

/// No files at all.
struct NoFiles;

impl NoFiles {
    fn none<T>() -> Result<T, Failure> {
        Err("there are no files here".into())
    }
}

impl Files for NoFiles {
    fn put_object(&self, _: &[u8]) -> Result<String, Failure> {
        Self::none()
    }

    fn object(&self, _: &str) -> Result<Vec<u8>, Failure> {
        Self::none()
    }

    fn has_object(&self, _: &str) -> bool {
        false
    }

    fn stage_edition(&self, _: EditionId, _: &[PageFile]) -> Result<(), Failure> {
        Self::none()
    }

    fn staged_file(&self, _: EditionId, _: &str) -> Result<Option<Vec<u8>>, Failure> {
        Self::none()
    }

    fn is_shown(&self, _: EditionId) -> bool {
        false
    }

    fn release_edition(&self, _: EditionId) -> Result<(), Failure> {
        Self::none()
    }

    fn withdraw_edition(&self, _: EditionId) -> Result<(), Failure> {
        Self::none()
    }

    fn write_root(&self, _: &[PageFile]) -> Result<(), Failure> {
        Self::none()
    }

    fn site_file(&self, _: &str) -> Result<Option<Vec<u8>>, Failure> {
        Self::none()
    }

    fn shown(&self) -> Result<Vec<String>, Failure> {
        Self::none()
    }

    fn edition_files(&self, _: EditionId) -> Result<Vec<String>, Failure> {
        Self::none()
    }

    fn root_files(&self) -> Result<Vec<String>, Failure> {
        Self::none()
    }
}

/// Documents, pages and messages.
pub const RENDERERS: Renderers = Renderers {
    report: |edition, issue| baocao_report::report(edition, issue).map_err(Into::into),
    scorecard: |edition, unit| baocao_report::scorecard(edition, unit).map_err(Into::into),
    check_report: |pdf, edition| baocao_report::check_report(pdf, edition).map_err(Into::into),
    check_scorecard: |pdf, edition, unit| baocao_report::check_scorecard(pdf, edition, unit).map_err(Into::into),
    edition_pages,
    root_pages,
    compose: |letter: &Letter| baocao_mail::compose(letter).map_err(Into::into),
};

fn edition_pages(
    edition: &Edition,
    regime: &Regime,
    reports: &[SealedReport],
    documents: &[LinkedDocument],
) -> Result<Vec<PageFile>, Failure> {
    let documents: Vec<PublishedDocument> = documents.iter().map(published).collect();
    let files = baocao_site::edition_files(edition, regime, reports, &documents)?;
    Ok(files.into_iter().map(page).collect())
}

fn root_pages(editions: &[ListedEdition], letterhead: &Letterhead) -> Result<Vec<PageFile>, Failure> {
    let entries: Vec<EditionEntry> = editions
        .iter()
        .map(|edition| EditionEntry {
            id: edition.id,
            sealed_at: edition.sealed_at,
            cause: edition.cause.clone(),
            window: edition.window,
            is_latest: edition.is_latest,
            report: edition.report.as_ref().map(published),
        })
        .collect();
    let files = baocao_site::root_files(&entries, letterhead)?;
    Ok(files.into_iter().map(page).collect())
}

fn published(document: &LinkedDocument) -> PublishedDocument {
    PublishedDocument {
        title: document.title.clone(),
        path: document.path.clone(),
        unit: document.unit.clone(),
        sha256: document.sha256.clone(),
        size_bytes: document.size_bytes,
    }
}

fn page(file: SiteFile) -> PageFile {
    PageFile { path: file.path, bytes: file.bytes }
}
