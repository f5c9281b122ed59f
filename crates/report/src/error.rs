//! What can go wrong between an edition and its bytes.

use baocao_domain::ids::UnitCode;

/// Why a document could not be made, read back or approved.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A compiled-in face could not be cut to the repertoire.
    #[error("cannot prepare the face {face}: {why}")]
    Font {
        /// Its file name.
        face: &'static str,
        /// What the font library said.
        why: String,
    },
    /// The PDF library was not content; every warning counts.
    #[error("the PDF library warns: {}", .0.join("; "))]
    Warnings(Vec<String>),
    /// The document could not be brought into bytes.
    #[error("cannot write the document")]
    Write(#[source] lopdf::Error),
    /// The bytes are not a document that can be read.
    #[error("cannot read the document back")]
    Read(#[source] lopdf::Error),
    /// The edition has no unit with this code.
    #[error("the edition has no unit {0}")]
    UnknownUnit(UnitCode),
    /// The edition's form is not the one that the tables are laid out for.
    #[error("the form has no column {0}, which form II.06a has")]
    NotThisForm(&'static str),
    /// The document would be longer than any reader expects.
    #[error("the document has {pages} pages, more than the {limit} of one file")]
    TooLong {
        /// How many it has.
        pages: usize,
        /// How many it may have.
        limit: usize,
    },
    /// What was written does not say what the edition says.
    #[error("the document does not say what the edition says: {}", .0.join("; "))]
    Unfaithful(Vec<String>),
}
