//! Mail: a letter, its envelope, and whoever hands it over.

use async_trait::async_trait;
use baocao_domain::instant::Instant;

use super::store::StoreError;

/// Whom and from whom a message goes, apart from what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go.
    pub from: String,
    /// The one recipient.
    pub to: String,
}

/// A letter before it becomes a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The id of its delivery: the Message-ID is `<d.{id}@{domain of the sender}>`.
    pub delivery_id: String,
    /// The sender's address.
    pub from: String,
    /// The sender's name as shown.
    pub from_name: String,
    /// The recipient's address.
    pub to: String,
    /// The recipient as addressed: `Giám đốc Sở Công Thương`.
    pub to_name: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The date of the message.
    pub date: Instant,
    /// Attached PDF files: name and bytes.
    pub attachments: Vec<(String, Vec<u8>)>,
}

/// The relay's good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it said, with its code: `250 2.0.0 Ok: queued as …`.
    pub reply: String,
}

/// Why a message was not handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// Try again later: no connection, a 4xx answer, or an answer that did not come before the body.
    #[error("not handed over for now: {0}")]
    Temporary(String),
    /// Refused for good (5xx).
    #[error("refused for good: {0}")]
    Permanent(String),
    /// The body had begun and no answer came: the relay may have it.
    #[error("in doubt: {0}")]
    InDoubt(String),
}

/// Told just before the body of a message goes out, so that the mark is durable first.
#[async_trait]
pub trait BeforeBody: Send + Sync {
    /// Makes the mark durable; an error stops the message.
    async fn note(&self) -> Result<(), StoreError>;
}

/// Whoever hands messages over.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands over one message; `Accepted` only after the relay's 250 to the whole of it.
    async fn send(
        &self,
        envelope: &Envelope,
        message: &[u8],
        before_body: &dyn BeforeBody,
    ) -> Result<Accepted, SendFailure>;
}
