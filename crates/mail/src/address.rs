//! The shape of addresses and domains that go into headers and commands.
//!
//! Narrower than the standards: ASCII, no quoted local parts, no comments, no address literals. What official mailboxes
//! look like passes; what could break a line or a command does not.

use lettre::Address;

/// The longest address, as RFC 5321 bounds a path.
const ADDRESS_MAX_CHARS: usize = 254;
/// The longest part before the `@`.
const LOCAL_MAX_CHARS: usize = 64;
/// The longest label of a domain.
const LABEL_MAX_CHARS: usize = 63;

/// Reads an address; none if it does not have the shape.
pub(crate) fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.split_once('@')?;
    let is_short = text.len() <= ADDRESS_MAX_CHARS && local.len() <= LOCAL_MAX_CHARS;
    let is_local = local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte));
    if is_short && is_local && is_domain(domain) { text.parse().ok() } else { None }
}

/// Whether a text is a domain: labels of letters, digits and inner hyphens.
pub(crate) fn is_domain(text: &str) -> bool {
    text.len() <= ADDRESS_MAX_CHARS && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_MAX_CHARS).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

const fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_' | b'=' | b'&' | b'\'' | b'~' | b'!' | b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_mailboxes_pass_and_what_could_break_a_line_does_not() {
        for good in ["vpubnd@langson.gov.vn", "so-ct.bc+thang9@langson.gov.vn", "a@localhost", "A_1@x-y.test"] {
            assert!(address(good).is_some(), "{good}");
        }
        let long_local = format!("{}@langson.gov.vn", "a".repeat(65));
        let long_domain = format!("a@{}vn", "langson.gov.".repeat(22));
        for bad in [
            "",
            "@",
            "a@",
            "@b",
            "a",
            "a@b@c",
            "a b@c",
            "a@b c",
            ".a@b",
            "a.@b",
            "a..b@c",
            "a@.b",
            "a@b.",
            "a@-b",
            "a@b-",
            "<a@b>",
            "a@b>",
            "a@b\r\nRCPT TO:<c@d>",
            "a\n@b",
            "a@b\0",
            "\"a b\"@c",
            "sở@langson.gov.vn",
            "a@lạngsơn.vn",
            "a@[127.0.0.1]",
            &long_local,
            &long_domain,
        ] {
            assert!(address(bad).is_none(), "{bad:?}");
        }
    }
}
