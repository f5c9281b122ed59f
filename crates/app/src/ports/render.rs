//! Documents, pages and messages, as functions that the binary hands in.

use baocao_domain::edition::{Edition, SealedReport};
use baocao_domain::ids::UnitCode;
use baocao_domain::issue::IssueRecord;
use baocao_domain::regime::{Letterhead, Regime};

use super::Failure;
use super::files::{LinkedDocument, ListedEdition, PageFile};
use super::mail::Letter;

/// An edition, the regime that it follows, the sealed reports and the documents to link to, as the files of the edition's folder.
pub type EditionPages = fn(&Edition, &Regime, &[SealedReport], &[LinkedDocument]) -> Result<Vec<PageFile>, Failure>;

/// Pure functions of an edition, handed in by the binary: documents, pages and messages.
#[derive(Clone, Copy)]
pub struct Renderers {
    /// The province's report; a draft without an issue record.
    pub report: fn(&Edition, Option<&IssueRecord>) -> Result<Vec<u8>, Failure>,
    /// One page about one unit.
    pub scorecard: fn(&Edition, &UnitCode) -> Result<Vec<u8>, Failure>,
    /// Reads a report back and compares it with the edition.
    pub check_report: fn(&[u8], &Edition) -> Result<(), Failure>,
    /// Reads a scorecard back and compares it with the edition.
    pub check_scorecard: fn(&[u8], &Edition, &UnitCode) -> Result<(), Failure>,
    /// The pages and open data of an edition.
    pub edition_pages: EditionPages,
    /// The pages of the root.
    pub root_pages: fn(&[ListedEdition], &Letterhead) -> Result<Vec<PageFile>, Failure>,
    /// A letter as the bytes that go over the wire.
    pub compose: fn(&Letter) -> Result<Vec<u8>, Failure>,
}

impl std::fmt::Debug for Renderers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Renderers")
    }
}
