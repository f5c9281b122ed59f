//! What a reader of the documents may rely on.

mod documents;
mod regimes;
mod support;

use baocao_report::text_of;

/// The text of a document with single spaces.
fn text(pdf: &[u8]) -> String {
    text_of(pdf).expect("text").join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
