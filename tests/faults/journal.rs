//! What a unit's system knows: what it sent, what was acknowledged, what was refused; a line each, on the disk before
//! anything else happens.
//!
//! The checker reads nothing of the clients but these lines.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

/// A journal that only grows.
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens a journal, at its end.
    pub(crate) fn open(path: &Path) -> Self {
        Self { file: OpenOptions::new().create(true).append(true).open(path).expect("a journal") }
    }

    /// A request is about to be sent, for the first time.
    pub(crate) fn sent(&mut self, request: &Value) {
        self.note(&json!({"sent": request}));
    }

    /// A request was acknowledged with this receipt.
    pub(crate) fn acknowledged(&mut self, request_id: &str, receipt: &Value) {
        self.note(&json!({"acknowledged": request_id, "receipt": receipt}));
    }

    /// A request was refused for good.
    pub(crate) fn refused(&mut self, request_id: &str, reason: &str) {
        self.note(&json!({"refused": request_id, "reason": reason}));
    }

    fn note(&mut self, line: &Value) {
        writeln!(self.file, "{line}").and_then(|()| self.file.sync_data()).expect("a line in the journal");
    }
}
