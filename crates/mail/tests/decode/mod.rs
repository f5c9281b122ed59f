//! Reading messages back, with code that shares nothing with what wrote them.

use std::collections::BTreeMap;

/// A part of a message: its headers (names in lower case, unfolded) and its bytes as they travelled.
#[derive(Debug)]
pub(crate) struct Part {
    /// The headers.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body, still encoded.
    pub(crate) body: String,
}

impl Part {
    /// Reads headers and body.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = str::from_utf8(bytes).expect("a message in ASCII");
        assert!(text.is_ascii(), "a message in ASCII");
        let (head, body) = text.split_once("\r\n\r\n").expect("an empty line after the headers");
        let mut headers = BTreeMap::new();
        for line in head.replace("\r\n ", " ").split("\r\n") {
            let (name, value) = line.split_once(": ").expect("a header has a colon");
            let before = headers.insert(name.to_lowercase(), value.to_owned());
            assert_eq!(before, None, "{name} twice");
        }
        Self { headers, body: body.to_owned() }
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name} in {:?}", self.headers))
    }

    /// The body, decoded from base64.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        assert_eq!(self.header("content-transfer-encoding"), "base64");
        base64(&self.body.replace("\r\n", ""))
    }

    /// The parts of a multipart.
    pub(crate) fn parts(&self) -> Vec<Self> {
        let content_type = self.header("content-type");
        let boundary = content_type.split('"').nth(1).expect("a boundary in quotation marks");
        let inner = self.body.split(&format!("--{boundary}--\r\n")).next().expect("a last boundary");
        inner.split(&format!("--{boundary}\r\n")).skip(1).map(|part| Self::read(part.as_bytes())).collect()
    }
}

/// A header's text, decoded from RFC 2047.
pub(crate) fn words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let (word, next) = after.split_once("?=").expect("an encoded word has an end");
        // White space between two encoded words belongs to the folding.
        if out.is_empty() || !before.trim().is_empty() {
            out.push_str(before);
        }
        out.push_str(&String::from_utf8(base64(word)).expect("each encoded word is UTF-8 by itself"));
        rest = next;
    }
    out + rest
}

fn base64(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut bit_count, mut out) = (0_u32, 0_u32, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let digit = digits.iter().position(|digit| *digit == byte).expect("a base64 digit");
        bits = (bits << 6) | u32::try_from(digit).expect("below 64");
        bit_count += 6;
        if bit_count >= 8 {
            bit_count -= 8;
            out.push(u8::try_from((bits >> bit_count) & 0xff).expect("one byte"));
        }
    }
    out
}
