//! Bytes that outlive the process, and what pages link to.

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::Window;

use super::Failure;

/// Bytes that outlive the process: objects by hash, staged editions, the public tree. Calls block; use cases run them aside.
pub trait Files: Send + Sync {
    /// Keeps bytes under their SHA-256 (hex, answered); the same bytes twice are one object.
    fn put_object(&self, bytes: &[u8]) -> Result<String, Failure>;
    /// The bytes with this hash; checked against it.
    fn object(&self, sha256: &str) -> Result<Vec<u8>, Failure>;
    /// Whether there is an object with this hash, good or bad.
    fn has_object(&self, sha256: &str) -> bool;
    /// Writes an edition's files aside; readers do not see them. Replaces what an interrupted try left.
    fn stage_edition(&self, edition: EditionId, files: &[PageFile]) -> Result<(), Failure>;
    /// The bytes of a file of an edition that is written aside, by its path below its folder; none if it is not there.
    fn staged_file(&self, edition: EditionId, path: &str) -> Result<Option<Vec<u8>>, Failure>;
    /// Whether readers see an edition.
    fn is_shown(&self, edition: EditionId) -> bool;
    /// Shows a staged edition to readers, in one rename; does nothing if it is shown already.
    fn release_edition(&self, edition: EditionId) -> Result<(), Failure>;
    /// Takes an edition out of the public tree, in one rename; its files are kept for somebody to look at.
    fn withdraw_edition(&self, edition: EditionId) -> Result<(), Failure>;
    /// Replaces the files of the root, each in one rename; a file that is equal is left alone.
    fn write_root(&self, files: &[PageFile]) -> Result<(), Failure>;
    /// The bytes of a public file, by its path below the root; none if it is not there.
    fn site_file(&self, path: &str) -> Result<Option<Vec<u8>>, Failure>;
    /// The names of the folders of the public tree in which an edition is shown, such as `2022-Q3/1`.
    fn shown(&self) -> Result<Vec<String>, Failure>;
    /// The paths of all public files of an edition, below its folder, sorted; none if it has no folder.
    fn edition_files(&self, edition: EditionId) -> Result<Vec<String>, Failure>;
    /// The paths of all public files that are in no edition's folder, sorted.
    fn root_files(&self) -> Result<Vec<String>, Failure>;
}

/// A file of the public tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// Path with `/`, below the edition's folder or the root.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A document as pages link to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedDocument {
    /// What the link says.
    pub title: String,
    /// Path below the edition's folder or the root.
    pub path: String,
    /// Whom it is about; none for the province's report.
    pub unit: Option<UnitCode>,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// An edition as the root lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEdition {
    /// Its name.
    pub id: EditionId,
    /// When its revisions were sealed.
    pub sealed_at: Instant,
    /// Why it was made.
    pub cause: Cause,
    /// First and last day counted.
    pub window: Window,
    /// Whether it is the last of its period.
    pub is_latest: bool,
    /// The issued report, if there is one.
    pub report: Option<LinkedDocument>,
}
