//! What is wrong with a regime folder, and where.

use std::fmt;

/// One fault of a regime folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file in the folder.
    pub file: String,
    /// The line, from 1; none when the whole file is meant.
    pub line: Option<u64>,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Fault {}

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, file: &str, line: impl Into<Option<u64>>, message: impl Into<String>) {
        self.0.push(Fault { file: file.to_owned(), line: line.into(), message: message.into() });
    }

    /// How many there are: a step compares before and after to know whether it was clean.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// All faults, by file and line; none if the folder is sound.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.0.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        self.0
    }
}
