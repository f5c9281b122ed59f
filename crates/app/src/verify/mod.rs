//! Proving an installation: everything that lasts is recomputed, and what is wrong is named.
//!
//! The chain is followed from its first entry and held against the heads that were published; every row is held against
//! the last entry about it, both ways; documents, editions and published files are made or hashed again. Rows are read
//! as the texts of their cells, in bounded batches, on one snapshot: a damaged cell cannot keep the proof from naming it.
//! Nothing is trusted that the application keeps in memory, and nothing is written but objects that this instance lacks: they
//! are made again, as any use of them would.
//!
//! `chain` the entries and their heads · `rows` every row against its entry · `remake` editions made again · `files`
//! objects and the editions of the public tree · `root` the pages above them · `irrelevant` what does not matter, and why
//!
//! Deliberately absent: pages and documents are not rendered again, because another version of the program may set them
//! otherwise; their hashes stand in the chain.

mod chain;
mod files;
mod irrelevant;
mod remake;
mod root;
mod rows;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::app::App;
use crate::error::AppError;
use crate::heads::PATH;
use crate::root::report_path;

pub use irrelevant::{IRRELEVANT, Irrelevant, is_irrelevant};

/// The most faults that are listed; the rest are counted.
pub const FAULTS_MAX: usize = 1_000;

/// What an installation is held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// A file of published heads that somebody kept.
    pub heads: Option<String>,
    /// Leave out what is not in the database: objects and the public tree.
    pub without_files: bool,
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Of what: a table, or what was made again.
    pub what: &'static str,
    /// How many of them.
    pub count: usize,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The table, or `site`.
    pub table: &'static str,
    /// The key of the row, or the path of the file.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.table, self.key, self.what)
    }
}

/// The outcome of a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// What was checked, in its order.
    pub checked: Vec<Checked>,
    /// What is wrong, at most [`FAULTS_MAX`] of it.
    pub faults: Vec<Fault>,
    /// How many faults more there are.
    pub more: usize,
}

impl Verified {
    /// Whether everything is as it must be.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Told how many of how many are checked: of what, done, of.
pub type Progress<'a> = dyn Fn(&'static str, usize, usize) + Send + Sync + 'a;

impl App {
    /// Recomputes everything that lasts, and names what is wrong.
    ///
    /// # Errors
    /// When database or files do not answer: then nothing is known.
    pub async fn verify(&self, asked: &Asked, progress: &Progress<'_>) -> Result<Verified, AppError> {
        let mut found = Found { verified: Verified::default(), progress };
        // Read before the snapshot is taken: what is published later is not in it, and is no contradiction.
        let published = if asked.without_files { None } else { self.site_text(PATH).await? };
        let there = if asked.without_files { BTreeMap::new() } else { self.root_files().await? };
        let shown = if asked.without_files { Vec::new() } else { self.shown().await? };
        let time = self.ports.store.time().await?;
        let mut tx = self.ports.store.read().await?;
        let mut chain = chain::follow(tx.as_mut(), &mut found).await?;
        if !asked.without_files {
            chain::check_published(&chain, published.as_deref(), &mut found);
        }
        if let Some(kept) = &asked.heads {
            chain::check_heads(&chain, kept, "kept", &mut found);
        }
        let rows = rows::check(tx.as_mut(), &mut chain, (self.now(), time), &mut found).await?;
        self.remake(tx.as_mut(), &chain, &rows, &mut found).await?;
        let root = if asked.without_files { None } else { self.remake_root(tx.as_mut(), &shown, &mut found).await? };
        drop(tx);
        if !asked.without_files {
            self.check_objects(&rows, &mut found).await?;
            self.check_site(&chain, &rows, shown, &mut found).await?;
        }
        if let Some(root) = root {
            let reports = rows.reports.iter().map(|report| report_path(&report.file_name)).collect();
            root::check_root(&root, &there, &reports, &mut found);
        }
        Ok(found.verified)
    }

    /// The editions that the public tree shows.
    async fn shown(&self) -> Result<Vec<String>, AppError> {
        let files = Arc::clone(&self.ports.files);
        self.aside("read the public tree", move || files.shown()).await
    }

    /// A public file as text; what is no text is shown as it can be.
    async fn site_text(&self, path: &str) -> Result<Option<String>, AppError> {
        let (files, path) = (Arc::clone(&self.ports.files), path.to_owned());
        let bytes = self.aside(format!("read {path}"), move || files.site_file(&path)).await?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// What was found so far.
struct Found<'a> {
    verified: Verified,
    progress: &'a Progress<'a>,
}

impl Found<'_> {
    fn fault(&mut self, table: &'static str, key: impl Into<String>, what: impl Into<String>) {
        if self.verified.faults.len() == FAULTS_MAX {
            self.verified.more += 1;
            return;
        }
        self.verified.faults.push(Fault { table, key: key.into(), what: what.into() });
    }

    fn checked(&mut self, what: &'static str, count: usize) {
        self.verified.checked.push(Checked { what, count });
    }

    fn has_fault_in(&self, tables: &[&str]) -> bool {
        self.verified.faults.iter().any(|fault| tables.contains(&fault.table))
    }
}
