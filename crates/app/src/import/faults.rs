//! What is wrong with a file, and where.

use std::fmt;

use baocao_domain::reason::Finding;

use crate::error::AppError;
use crate::ports::StoreError;

/// The most faults, and the most warnings, that one answer lists.
pub const FAULTS_MAX: usize = 1_000;

/// Something about a line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong: the column, the reason in both languages, what was given and what was expected.
    pub finding: Finding,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { path, reason, given, expected } = &self.finding;
        write!(f, "{}: {path}: {} {}: {} / {}", self.line, reason.code(), quoted(given), reason.vi(), reason.en())?;
        if expected.is_empty() { Ok(()) } else { write!(f, " Expected: {expected}") }
    }
}

fn quoted(given: &str) -> String {
    format!("{given:?}")
}

/// Faults found so far: the first thousand are kept, the rest is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// By line.
    pub listed: Vec<Fault>,
    /// How many there are.
    pub count: usize,
}

impl Faults {
    pub(super) fn add(&mut self, line: u64, finding: Finding) {
        self.count += 1;
        if self.listed.len() < FAULTS_MAX {
            self.listed.push(Fault { line, finding });
        }
    }
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It has faults; nothing of it was stored.
    #[error("{} faults", .0.count)]
    Refused(Faults),
    /// The service failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}
