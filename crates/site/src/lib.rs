//! From an [`Edition`] to what the public sees: static pages, open data and a feed.
//!
//! Everything is a pure function from frozen values to a list of files in memory: the same edition gives the same
//! bytes. Writing the files, and switching the site to them at the instant of publication, is done elsewhere; so is
//! the rendering of PDFs, which this crate only lists and links to.
//!
//! On the site an edition stands in `<period>/<number>/`, below the files of the root:
//!
//! ```text
//! index.html  style.css  editions.json  feed.xml                          root_files
//! 2022-Q3/1/index.html   units/<code>.html   indicators/<code>.html       edition_files
//! 2022-Q3/1/data/*.{csv,json}   CHECKSUMS                                 described in docs/open-data.md
//! ```
//!
//! All links are relative, so that the tree reads the same over HTTP and from a folder. Nothing on a page runs: no
//! script, no inline style, nothing from another host. Text gets into a page only through an escaping template and into
//! a table only through the typed cells of `open_data`.

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::{PeriodKey, Window};
use baocao_domain::regime::{Letterhead, Regime};
use baocao_domain::tree::NotATree;

mod chart;
mod checksums;
mod feed;
mod open_data;
mod pages;
mod sealed;
mod spans;
#[cfg(test)]
mod testing;
mod words;

use sealed::Sealed;

/// One file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// Relative, `/`-separated, made of codes and fixed names only.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A document of an edition that is made elsewhere and published beside the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedDocument {
    /// What the link says.
    pub title: String,
    /// Relative to the edition's folder.
    pub path: String,
    /// Whose scorecard it is; none for a document on the whole province.
    pub unit: Option<UnitCode>,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// How long it is.
    pub size_bytes: u64,
}

/// An edition in the list of editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionEntry {
    /// Its name.
    pub id: EditionId,
    /// When its revisions were sealed.
    pub sealed_at: Instant,
    /// Why it was made.
    pub cause: Cause,
    /// First and last day counted.
    pub window: Window,
    /// No later edition of the same period stands.
    pub is_latest: bool,
    /// The province's report on it, once issued; its path is relative to the root.
    pub report: Option<PublishedDocument>,
}

/// Why an edition cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The template engine failed, which it does only when memory does.
    #[error("cannot fill the template of {path}")]
    Page {
        /// The page.
        path: String,
        /// What the engine said.
        #[source]
        source: askama::Error,
    },
    /// A table holds what JSON cannot say.
    #[error("cannot write {path} as JSON")]
    Json {
        /// The file.
        path: String,
        /// What the writer said.
        #[source]
        source: serde_json::Error,
    },
    /// A document would be written outside the edition's folder, or under a name that is not plain.
    #[error("the path {0:?} of a document is not a plain relative path")]
    UnsafePath(String),
    /// The edition counts a report that was not handed over: the open data would contradict it.
    #[error("edition {edition} counts the report of unit {unit} for {month}, which is not among the sealed reports")]
    ReportNotGiven {
        /// The edition.
        edition: EditionId,
        /// Whose report.
        unit: UnitCode,
        /// For which month.
        month: PeriodKey,
    },
    /// The units of the edition are not one tree, so nobody can tell who owed what.
    #[error("the units of edition {edition} are not one tree")]
    NotATree {
        /// The edition.
        edition: EditionId,
        /// Why not.
        #[source]
        source: NotATree,
    },
}

/// All files of one edition except its PDFs, with paths relative to the edition's folder.
///
/// `regime` is the one that the edition follows: its procedures, lists and definitions are published, its obligations say
/// which reports of earlier months were owed. `reports` are the sealed reports that the edition was made from. A report
/// that nobody owed, or of a month outside the year to date, does not count in the edition and is left out here too.
///
/// # Errors
/// [`SiteError`] when a document's path is unsafe, when a report that counts is not given, when the units are not one
/// tree, or when a page or table cannot be made.
pub fn edition_files(
    edition: &Edition,
    regime: &Regime,
    reports: &[SealedReport],
    documents: &[PublishedDocument],
) -> Result<Vec<SiteFile>, SiteError> {
    checksums::check_paths(documents)?;
    let sealed = Sealed::new(edition, regime, reports)?;
    let data = open_data::files(edition, regime, &sealed, documents)?;
    let mut files = pages::edition_pages(edition, regime, documents, &data)?;
    files.extend(data);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.push(checksums::file(&files, documents));
    Ok(files)
}

/// The files of the site's root: the list of editions as a page, as data and as a feed, and the style of all pages.
///
/// # Errors
/// [`SiteError::Page`] when a page cannot be made.
pub fn root_files(editions: &[EditionEntry], letterhead: &Letterhead) -> Result<Vec<SiteFile>, SiteError> {
    let mut latest_first: Vec<&EditionEntry> = editions.iter().collect();
    latest_first.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    Ok(vec![
        pages::root_page(&latest_first, letterhead)?,
        pages::style(),
        feed::editions_json(&latest_first),
        feed::atom(&latest_first, letterhead)?,
    ])
}
