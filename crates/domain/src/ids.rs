//! Names by which the outside world knows things: official codes, never our own numbers.
//!
//! A code is proved once, by its `parse`, and is safe afterwards as a file name, a path segment of a page and a cell of
//! a table: upper-case letters, digits, dot and hyphen only (lower case too for forms). Codes are text: `05971` keeps its zero.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest code that is accepted, in characters.
pub const CODE_LENGTH_MAX: usize = 32;

/// A text that is not a code of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {given:?} is not a code: 1 to 32 of {allowed}, and not only dots")]
pub struct BadCode {
    /// What the text was meant to be, such as `unit`.
    pub kind: &'static str,
    /// The text as it came, cut to the longest accepted length.
    pub given: String,
    /// The characters that are accepted.
    pub allowed: &'static str,
}

fn check(kind: &'static str, allowed: &'static str, text: &str, accepts: fn(char) -> bool) -> Result<String, BadCode> {
    let length = text.chars().count();
    let proper = (1..=CODE_LENGTH_MAX).contains(&length) && text.chars().all(accepts) && text.chars().any(|c| c != '.');
    if proper {
        return Ok(text.to_owned());
    }
    Err(BadCode { kind, given: text.chars().take(CODE_LENGTH_MAX).collect(), allowed })
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $allowed:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Proves that the text is a code of this kind.
            ///
            /// # Errors
            /// [`BadCode`] when it is empty, too long or has another character.
            pub fn parse(text: &str) -> Result<Self, BadCode> {
                check($kind, $allowed, text, $accepts).map(Self)
            }

            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadCode;
            fn try_from(text: String) -> Result<Self, BadCode> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }
    };
}

const fn upper(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.' || c == '-'
}

const fn upper_or_underscore(c: char) -> bool {
    upper(c) || c == '_'
}

const fn lower_or_underscore(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

code! {
    /// A unit's official code (mã đơn vị): province `20`, district `178`, commune `05971`, department `20.STTTT`.
    UnitCode, "unit", "A–Z 0–9 . -", upper
}
code! {
    /// A procedure's code (mã thủ tục hành chính), the key of a row: `1.004194`.
    ProcedureCode, "procedure", "A–Z 0–9 . -", upper
}
code! {
    /// An indicator's code (chỉ số): `HS_XU_LY_TT`.
    IndicatorCode, "indicator", "A–Z 0–9 . - _", upper_or_underscore
}
code! {
    /// A form's code (biểu mẫu): `tthc`.
    FormCode, "form", "a–z 0–9 _", lower_or_underscore
}
code! {
    /// A column's code (cột của biểu): `carried_over`.
    ColumnCode, "column", "a–z 0–9 _", lower_or_underscore
}

code! {
    /// A single field's code (chỉ tiêu đơn của biểu): `pakn_due`.
    SingleFieldCode, "single field", "a–z 0–9 _", lower_or_underscore
}
code! {
    /// The code of a list of procedures (danh mục thủ tục): `QD-1588`.
    ListCode, "list", "A–Z 0–9 . -", upper
}

/// A unit's own identity: stays the same when its code, name or parent changes; never shown outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitId(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_safe_as_a_file_name() {
        for (text, accepted) in [
            ("20", true),
            ("05971", true),
            ("20.STTTT", true),
            ("", false),
            (".", false),
            ("..", false),
            ("../20", false),
            ("20.Sngv", false),
            ("20 ", false),
            ("Đ", false),
            ("=1+1", false),
            ("012345678901234567890123456789012", false),
        ] {
            assert_eq!(UnitCode::parse(text).is_ok(), accepted, "{text:?}");
        }
    }
}
