//! Business time: a file with the number of microseconds, which every process under test reads at each question.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// A clock that stands still until it is moved, forward or back. One file may be the clock of many processes.
#[derive(Debug, Clone)]
pub(crate) struct FileClock {
    file: PathBuf,
}

impl FileClock {
    /// A clock in a folder, at an instant such as `2022-07-15T10:00+07`.
    pub(crate) fn at(folder: &Path, instant: &str) -> Self {
        let clock = Self { file: folder.join("clock") };
        clock.set(instant);
        clock
    }

    /// Where it is.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Jumps to an instant.
    pub(crate) fn set(&self, instant: &str) {
        self.set_micros(instant.parse::<Timestamp>().expect("an instant").as_microsecond());
    }

    /// Jumps to an instant in microseconds. Whoever reads finds the old or the new one, never a half.
    pub(crate) fn set_micros(&self, micros: i64) {
        let aside = self.file.with_extension("aside");
        std::fs::write(&aside, micros.to_string()).expect("written");
        std::fs::rename(&aside, &self.file).expect("renamed");
    }

    /// Moves on by so many seconds; back if there are less than none.
    pub(crate) fn advance_s(&self, seconds: i64) {
        self.set_micros(self.micros() + seconds * 1_000_000);
    }

    /// Where it stands.
    pub(crate) fn micros(&self) -> i64 {
        std::fs::read_to_string(&self.file).expect("a clock").parse().expect("a number")
    }
}
