//! The checker: knows what clients saw acknowledged, the database by plain SQL, and the files; nothing of the program.
//!
//! No name of a crate of ours stands in this folder (a test sees to it): what the program believes about itself cannot
//! hide here. Formats and hashes are recomputed from their descriptions in `docs/`.

mod chain;
mod database;
mod editions;
mod files;
mod history;
mod mails;
mod submissions;

use std::path::PathBuf;

use database::Snapshot;
pub(crate) use database::rows;
pub(crate) use files::tree_hashes;
use history::History;

/// Where the evidence lies.
pub(crate) struct Evidence {
    /// The database, as its final state is.
    pub(crate) database_url: String,
    /// The clients' journals.
    pub(crate) journals: PathBuf,
    /// The data folders of all instances.
    pub(crate) folders: Vec<PathBuf>,
    /// The messages that the relay took.
    pub(crate) mailbox: PathBuf,
}

/// How much was compared: a check of nothing is no check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests that clients saw acknowledged.
    pub(crate) acknowledged: usize,
    /// Requests that clients saw refused for good.
    pub(crate) refused: usize,
    /// Revisions in the database.
    pub(crate) revisions: usize,
    /// Editions in the database.
    pub(crate) editions: usize,
    /// Files below the sites.
    pub(crate) files: usize,
    /// Entries of the audit chain.
    pub(crate) audit: usize,
    /// Mails that the relay took.
    pub(crate) mails: usize,
    /// Copies of mails beyond the first.
    pub(crate) extra_copies: usize,
}

/// What is wrong, a sentence each.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<String>);

impl Faults {
    fn note(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    fn unless(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.note(fault());
        }
    }
}

/// Compares everything; panics with all that is wrong, the first hundred at least.
pub(crate) async fn check(evidence: &Evidence) -> Counts {
    let (counts, faults) = examine(evidence).await;
    let shown: Vec<String> = faults.iter().take(100).cloned().collect();
    assert!(faults.is_empty(), "{} faults, {counts:?}:\n{}", faults.len(), shown.join("\n"));
    counts
}

/// Compares everything; answers with what was compared and what is wrong.
pub(crate) async fn examine(evidence: &Evidence) -> (Counts, Vec<String>) {
    let history = History::read(&evidence.journals);
    let snapshot = Snapshot::read(&evidence.database_url).await;
    let (mut counts, mut faults) = (Counts::default(), Faults::default());
    chain::check(&snapshot, &history, &mut counts, &mut faults);
    submissions::check(&snapshot, &history, &mut counts, &mut faults);
    editions::check(&snapshot, &history, &mut counts, &mut faults);
    files::check(&snapshot, &evidence.folders, &mut counts, &mut faults);
    mails::check(&snapshot, &evidence.mailbox, &mut counts, &mut faults);
    (counts, faults.0)
}

/// SHA-256 in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 over a tag and parts, each with its length before it in eight bytes.
fn tagged(tag: &str, parts: &[&str]) -> String {
    let mut bytes = Vec::new();
    for part in std::iter::once(&tag).chain(parts) {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    sha256(&bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checker_names_no_crate_of_ours() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/checker");
        let ours = concat!("bao", "cao_");
        let mut files = 0;
        for entry in std::fs::read_dir(folder).expect("the checker") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("text");
            assert!(!text.contains(ours), "{} names {ours}…", path.display());
            files += 1;
        }
        assert!(files >= 7, "the checker was not looked at");
    }
}
