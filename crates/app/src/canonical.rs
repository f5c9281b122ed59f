//! Canonical JSON and content hashes.
//!
//! Keys are sorted, numbers are integers, there is no white space: one content has one text. Hashes are taken over a
//! tag and that text, never over what comes back from a database or the wire, both of which may rearrange it.

use baocao_domain::figures::Figures;
use baocao_domain::ids::{FormCode, UnitCode};
use baocao_domain::period::PeriodKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::AppError;

/// A value as canonical JSON.
///
/// # Errors
/// [`AppError::Corrupt`] for a value that has no JSON form, which no type of ours is.
pub fn to_json<T: Serialize>(value: &T) -> Result<String, AppError> {
    // Through `Value`, whose maps are sorted.
    serde_json::to_value(value)
        .map(|value| value.to_string())
        .map_err(|error| AppError::Corrupt(format!("a value has no JSON form: {error}")))
}

/// A stored document.
///
/// # Errors
/// [`AppError::Corrupt`] when it does not read as what it should be.
pub fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, AppError> {
    serde_json::from_str(text).map_err(|error| AppError::Corrupt(format!("{what} does not read back: {error}")))
}

/// SHA-256 of bytes, in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 over a tag and length-prefixed parts, so that no two lists of parts hash alike.
#[must_use]
pub fn tagged_hash(tag: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&tag).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// The hash of what a unit files for a month: the same content, however it comes in, has the same hash.
///
/// # Errors
/// Those of [`to_json`].
pub fn submission_hash(
    unit: &UnitCode,
    form: &FormCode,
    month: PeriodKey,
    nil: bool,
    figures: &Figures,
) -> Result<String, AppError> {
    let content = to_json(&(nil, figures))?;
    Ok(tagged_hash("baocao/submission/1", &[unit.as_str(), form.as_str(), &month.to_string(), &content]))
}

/// Bytes in lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_whatever_the_order_of_fields() {
        #[derive(Serialize)]
        struct Unsorted {
            z: i64,
            a: &'static str,
        }
        assert_eq!(to_json(&Unsorted { z: 1, a: "đ" }).expect("json"), r#"{"a":"đ","z":1}"#);
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        assert_ne!(tagged_hash("t", &["ab", "c"]), tagged_hash("t", &["a", "bc"]));
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
