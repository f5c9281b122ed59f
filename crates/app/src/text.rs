//! Text from outside: brought to NFC, proved harmless, bounded.

use baocao_domain::reason::{Finding, Reason};
use unicode_normalization::UnicodeNormalization;

/// The longest line of text that is accepted, in characters.
pub const LINE_LENGTH_MAX: usize = 1_000;

/// One line of text, trimmed and in NFC.
///
/// # Errors
/// What was expected, when it is too long or has control or direction-changing characters.
pub fn line(given: &str) -> Result<String, &'static str> {
    let text: String = given.trim().nfc().collect();
    if text.chars().count() > LINE_LENGTH_MAX {
        return Err("at most 1000 characters");
    }
    if text.chars().any(is_dangerous) {
        return Err("one line without control or direction characters");
    }
    Ok(text)
}

/// A line that must not be empty; what is wrong with it is added to the findings, and the line is then empty.
pub(crate) fn needed_line(path: &str, given: &str, expected: &str, findings: &mut Vec<Finding>) -> String {
    match line(given) {
        Ok(line) if !line.is_empty() => return line,
        Ok(_) => findings.push(Finding::new(path, Reason::FieldRequired, "", expected)),
        Err(expected) => findings.push(Finding::new(path, Reason::BadText, given, expected)),
    }
    String::new()
}

/// Whether a character changes what a reader sees around it, or breaks a line.
#[must_use]
pub fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether the text is a UUID in lower- or upper-case hex with hyphens.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Foreign text as an audit entry may bear it.
#[must_use]
pub fn for_audit(text: &str) -> String {
    text.chars().filter(|c| !is_dangerous(*c)).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_brought_to_nfc_and_refused_when_it_can_deceive() {
        assert_eq!(line("  Hoa\u{300} Bi\u{300}nh ").as_deref(), Ok("Hoà Bình"));
        for hostile in ["a\nb", "a\u{202e}b", "\u{0}", "a\u{2066}b"] {
            assert!(line(hostile).is_err(), "{hostile:?}");
        }
        assert!(line(&"x".repeat(LINE_LENGTH_MAX + 1)).is_err());
    }

    #[test]
    fn a_uuid_is_36_characters_of_hex_and_hyphens() {
        assert!(is_uuid("123e4567-e89b-42d3-a456-426614174000"));
        for text in ["", "123e4567e89b42d3a456426614174000", "123e4567-e89b-42d3-a456-42661417400g"] {
            assert!(!is_uuid(text), "{text:?}");
        }
    }
}
