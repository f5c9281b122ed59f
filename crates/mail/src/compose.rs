//! From a letter to the bytes that go over the wire.
//!
//! Everything is checked before lettre sees it: a display name with a line break makes it panic, and a header must never
//! carry what a reader cannot see. Nothing is taken from the clock or from chance (date, Message-ID and MIME boundary
//! come from the letter), so that a repeated mail is the same mail.

use std::time::{Duration, SystemTime};

use baocao_app::ports::{Failure, Letter};
use baocao_app::text::is_dangerous;
use baocao_domain::instant::Instant;
use lettre::address::Envelope;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::address::address;

/// The longest shown name, in characters.
pub const NAME_MAX_CHARS: usize = 200;
/// The longest subject, in characters.
pub const SUBJECT_MAX_CHARS: usize = 400;
/// The longest id of a delivery, in characters: with two more it fills a MIME boundary of 70.
pub const ID_MAX_CHARS: usize = 64;
/// The longest name of an attached file, in characters.
pub const FILE_NAME_MAX_CHARS: usize = 64;
/// The longest text, in bytes.
pub const TEXT_MAX_BYTES: usize = 256 * 1024;
/// The most attachments.
pub const ATTACHMENTS_MAX: usize = 10;
/// The most that all attachments may weigh together, in bytes: encoded they stay below the usual limit of 10 MiB.
pub const ATTACHMENTS_MAX_BYTES: usize = 7 * 1024 * 1024;

/// The end of the year 9999, in seconds since the epoch: the calendar of mail headers ends there.
const DATE_END_S: u64 = 253_402_300_800;

/// Why a letter does not become a message. Trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A part of the letter must not go into a message.
    #[error("the {part} is not acceptable: {reason}")]
    Refused {
        /// Which part.
        part: &'static str,
        /// What is expected of it.
        reason: &'static str,
    },
    /// The message could not be built from acceptable parts.
    #[error("the message could not be built")]
    Build(#[source] Failure),
}

/// The bytes of a letter's message, with CRLF at the end of each line. The same letter gives the same bytes.
///
/// # Errors
/// [`ComposeError::Refused`] names the first part that is not acceptable.
pub fn compose(letter: &Letter) -> Result<Vec<u8>, ComposeError> {
    check_contents(letter)?;
    let from = mailbox("sender's address", &letter.from, "sender's name", &letter.from_name)?;
    let to = mailbox("recipient's address", &letter.to, "recipient's name", &letter.to_name)?;
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()]).map_err(|e| build(Box::new(e)))?;
    let head = Message::builder()
        .message_id(Some(format!("<d.{}@{}>", letter.delivery_id, from.email.domain())))
        .date(date(letter.date)?)
        .from(from)
        .to(to)
        .envelope(envelope)
        .subject(letter.subject.as_str());
    let head = raw(raw(head, "Auto-Submitted", "auto-generated"), "Content-Language", "vi");
    let text = text_part(&letter.text);
    if letter.attachments.is_empty() {
        return Ok(head.singlepart(text).map_err(|e| build(Box::new(e)))?.formatted());
    }
    // `=_` occurs in no base64 and no quoted-printable text, so no part can contain the boundary.
    let mut parts = MultiPart::mixed().boundary(format!("=_{}", letter.delivery_id)).singlepart(text);
    for (name, bytes) in &letter.attachments {
        parts = parts.singlepart(pdf_part(name, bytes)?);
    }
    Ok(head.multipart(parts).map_err(|e| build(Box::new(e)))?.formatted())
}

fn check_contents(letter: &Letter) -> Result<(), ComposeError> {
    if !is_plain_name(&letter.delivery_id, ID_MAX_CHARS) {
        return refused("delivery's id", "1 to 64 letters, digits and hyphens");
    }
    check_line("subject", &letter.subject, SUBJECT_MAX_CHARS)?;
    if letter.subject.is_empty() {
        return refused("subject", "it must say something");
    }
    if letter.text.len() > TEXT_MAX_BYTES {
        return refused("text", "at most 256 KiB");
    }
    let text = letter.text.replace("\r\n", "\n");
    if text.chars().any(|c| is_dangerous(c) && c != '\n' && c != '\t') {
        return refused("text", "no control characters and none that change the direction of writing");
    }
    check_attachments(&letter.attachments)
}

fn check_attachments(attachments: &[(String, Vec<u8>)]) -> Result<(), ComposeError> {
    if attachments.len() > ATTACHMENTS_MAX {
        return refused("list of attachments", "at most 10 files");
    }
    if attachments.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > ATTACHMENTS_MAX_BYTES {
        return refused("list of attachments", "at most 7 MiB together");
    }
    let is_file_name = |name: &str| {
        let stem = name.strip_suffix(".pdf").filter(|_| name.len() <= FILE_NAME_MAX_CHARS);
        stem.is_some_and(|stem| stem.split('.').all(|piece| is_plain_name(piece, FILE_NAME_MAX_CHARS)))
    };
    if attachments.iter().all(|(name, _)| is_file_name(name)) {
        Ok(())
    } else {
        refused("name of an attachment", "at most 64 ASCII letters, digits, hyphens and dots, ending in .pdf")
    }
}

fn mailbox(
    address_part: &'static str,
    address_text: &str,
    name_part: &'static str,
    name: &str,
) -> Result<Mailbox, ComposeError> {
    let email: Address = address(address_text)
        .ok_or(ComposeError::Refused { part: address_part, reason: "an ASCII address like name@domain" })?;
    check_line(name_part, name, NAME_MAX_CHARS)?;
    Ok(Mailbox::new(Some(name.to_owned()).filter(|name| !name.is_empty()), email))
}

fn check_line(part: &'static str, text: &str, max_chars: usize) -> Result<(), ComposeError> {
    if text.chars().any(is_dangerous) {
        return refused(part, "no control characters and none that change the direction of writing");
    }
    if text.contains("=?") {
        return refused(part, "no text that mail programs decode");
    }
    if text.trim() != text {
        return refused(part, "no space at its ends");
    }
    if text.chars().count() > max_chars {
        return refused(part, "it is too long");
    }
    Ok(())
}

fn is_plain_name(text: &str, max_chars: usize) -> bool {
    (1..=max_chars).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn date(instant: Instant) -> Result<SystemTime, ComposeError> {
    u64::try_from(instant.micros())
        .ok()
        .map(Duration::from_micros)
        .filter(|since_epoch| since_epoch.as_secs() < DATE_END_S)
        .and_then(|since_epoch| SystemTime::UNIX_EPOCH.checked_add(since_epoch))
        .ok_or(ComposeError::Refused { part: "date", reason: "from 1970 to 9999" })
}

fn raw(head: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    head.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
}

/// Base64 rather than quoted-printable: shorter for Vietnamese, and no line begins with a dot.
fn text_part(text: &str) -> SinglePart {
    SinglePart::builder().header(ContentType::TEXT_PLAIN).header(ContentTransferEncoding::Base64).body(text.to_owned())
}

fn pdf_part(name: &str, bytes: &[u8]) -> Result<SinglePart, ComposeError> {
    let content_type = ContentType::parse("application/pdf").map_err(|e| build(Box::new(e)))?;
    Ok(SinglePart::builder()
        .header(content_type)
        .header(ContentDisposition::attachment(name))
        // Said outright: bytes that happen to be ASCII would otherwise travel as they are.
        .header(ContentTransferEncoding::Base64)
        .body(bytes.to_vec()))
}

fn refused<T>(part: &'static str, reason: &'static str) -> Result<T, ComposeError> {
    Err(ComposeError::Refused { part, reason })
}

fn build(source: Failure) -> ComposeError {
    ComposeError::Build(source)
}
