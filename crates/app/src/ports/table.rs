//! The tables as a proof reads them: every row as the texts of its cells, so that a damaged cell is read like any other.
//!
//! A row that is read as what it should be fails as a whole when one cell does not make sense, and then nobody can say
//! which. Read as texts it always comes back, and what is wrong with it can be named.

/// A row: the texts of its cells in the order of [`Table::columns`]; flags are `0` or `1`.
pub type Cells = Vec<Option<String>>;

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident $name:literal $keys:literal [$($column:literal),+ $(,)?];)+) => {
        /// A table of the database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $($(#[$doc])* $table,)+
        }

        impl Table {
            /// All tables.
            pub const ALL: &[Self] = &[$(Self::$table),+];

            /// Its name in the database.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$table => $name,)+
                }
            }

            /// All its columns; those of its key come first.
            #[must_use]
            pub const fn columns(self) -> &'static [&'static str] {
                match self {
                    $(Self::$table => &[$($column),+],)+
                }
            }

            /// How many of the columns are its key.
            #[must_use]
            pub const fn key_columns(self) -> usize {
                match self {
                    $(Self::$table => $keys,)+
                }
            }
        }
    };
}

tables! {
    /// Values of the installation.
    Setting "setting" 1 ["name", "value"];
    /// Regimes as they were applied.
    Regime "regime" 1 ["id", "name", "document", "content_hash", "applied_at"];
    /// Versions of units.
    UnitVersion "unit_version" 2
        ["unit_id", "valid_from", "code", "name", "tier", "peer_group", "parent_id", "dissolved"];
    /// Periods.
    Period "period" 2 ["form", "period", "opens", "due", "locks", "publishes", "sealed_edition"];
    /// Submissions: which unit files for which form and month.
    Submission "submission" 1 ["id", "unit_id", "form", "period"];
    /// Revisions of submissions.
    Revision "revision" 1
        ["id", "submission_id", "number", "figures", "nil", "note", "content_hash", "received_at", "client"];
    /// Answers that were given.
    Answer "answer" 2 ["client", "request_id", "method", "content_hash", "receipt", "answered_at"];
    /// Permissions to file after the lock.
    Extension "extension" 1
        ["id", "unit_id", "form", "period", "reason", "expires_at", "granted_by", "granted_at"];
    /// Close runs.
    CloseRun "close_run" 1
        ["id", "form", "period", "edition", "cause", "step", "revisions", "regime_id", "sealed_at", "tries", "failures",
         "last_error", "next_try_at", "held", "skip_notify", "abandoned", "fence"];
    /// Requests for another edition.
    CloseRequest "close_request" 1 ["id", "form", "period", "cause", "requested_at", "extension_id", "run_id"];
    /// Whole periods opened again.
    Reopening "reopening" 1
        ["id", "form", "period", "reason", "until_at", "requested_by", "requested_key", "requested_at", "approved_by",
         "approved_key", "approved_at", "run_id"];
    /// Editions.
    Edition "edition" 3 ["form", "period", "number", "document", "content_hash", "sealed_at", "released_at"];
    /// Documents of editions.
    Document "document" 5
        ["form", "period", "edition", "kind", "unit", "file_name", "sha256", "size_bytes", "made_at", "id"];
    /// Issue records of editions.
    Issue "issue" 3
        ["form", "period", "edition", "number", "issued_on", "signatory", "signatory_lines", "recorded_at"];
    /// Mails.
    Delivery "delivery" 1
        ["id", "form", "period", "edition", "unit", "purpose", "recipient", "message_sha256", "state", "attempts",
         "next_at", "data_begun", "doubts", "last_reply", "queued_at"];
    /// Keys.
    ApiKey "api_key" 1 ["id", "client", "role", "scope", "secret_sha256", "expires_at", "revoked_at"];
    /// Entries of the audit chain.
    Audit "audit" 1
        ["seq", "prev_hash", "noted_at", "actor", "action", "object", "content_hash", "outcome", "hash"];
    /// The end of the audit chain.
    AuditHead "audit_head" 1 ["id", "seq", "hash", "noted_at"];
}

impl Table {
    /// The most rows that are read at a time: documents of editions and regimes are large.
    #[must_use]
    pub const fn batch_max(self) -> u32 {
        match self {
            Self::Regime | Self::Edition => 8,
            _ => 1_000,
        }
    }

    /// The place of a column.
    ///
    /// # Panics
    /// When the table has no such column, which a test of every name shows.
    #[must_use]
    pub fn place(self, column: &str) -> usize {
        let place = self.columns().iter().position(|known| *known == column);
        place.unwrap_or_else(|| panic!("{} has no column {column}", self.name()))
    }

    /// The key of a row as one text: `tthc/2022-M07/1`.
    #[must_use]
    pub fn key(self, cells: &Cells) -> String {
        let parts: Vec<&str> = cells[..self.key_columns()].iter().map(|cell| cell.as_deref().unwrap_or("")).collect();
        parts.join("/")
    }
}
