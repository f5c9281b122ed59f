//! For callers in Rust: the key on every call, and refusals read back from their details.
//!
//! The generated clients are in [`crate::v1`]; a sample of a call:
//!
//! ```no_run
//! # async fn sample() -> Result<(), Box<dyn std::error::Error>> {
//! use baocao_rpc::{client, v1};
//!
//! let channel = tonic::transport::Channel::from_static("http://127.0.0.1:7050").connect().await?;
//! let keyed = client::with_key(channel, "bc1_…")?;
//! let mut periods = v1::period_service_client::PeriodServiceClient::new(keyed);
//! periods.list_periods(v1::ListPeriodsRequest::default()).await?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use prost::{Message, Name};
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Endpoint;

use crate::google::rpc::{self, BadRequest, ErrorInfo, LocalizedMessage, RetryInfo};

pub use tonic::transport::{Channel, Error as ConnectError};
pub use tonic::{Response, Status};

pub use crate::convert::time::{date_message, timestamp};

/// A connection to a server in plain text.
///
/// # Errors
/// When it does not answer.
pub async fn connect(server: SocketAddr) -> Result<Channel, ConnectError> {
    Endpoint::from_shared(format!("http://{server}"))?.connect().await
}

/// A channel whose every call bears a key.
pub type Keyed = InterceptedService<Channel, Key>;

/// Adds `authorization: Bearer <key>` to calls. Its `Debug` does not show the key.
#[derive(Clone)]
pub struct Key {
    header: MetadataValue<Ascii>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

impl Interceptor for Key {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.header.clone());
        Ok(request)
    }
}

/// A key with characters that no header can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key has characters that no header can carry")]
pub struct BadKey;

/// The channel with this key on every call.
///
/// # Errors
/// [`BadKey`] when a header cannot carry it.
pub fn with_key(channel: Channel, key: &str) -> Result<Keyed, BadKey> {
    let mut header: MetadataValue<Ascii> = format!("Bearer {key}").parse().map_err(|_| BadKey)?;
    header.set_sensitive(true);
    Ok(InterceptedService::new(channel, Key { header }))
}

/// What a refusal says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusalDetails {
    /// The reason's code: `IDENTITY_BROKEN`.
    pub reason: String,
    /// Every fault, in the order of the request; the last one has no field and says how many more there are, if the
    /// list was cut.
    pub faults: Vec<Fault>,
    /// What a Vietnamese reader is told.
    pub vi: String,
    /// What an English reader is told.
    pub en: String,
    /// The least pause before the same call may go through; none where it never will.
    pub retry_delay: Option<Duration>,
}

/// One fault of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    /// Path into the request: `lines.rows[3].values[0]`.
    pub field: String,
    /// What was given and what was expected.
    pub description: String,
    /// The reason's code.
    pub reason: String,
}

/// The details of a refusal; none where the status is of somebody else or bears none.
#[must_use]
pub fn refusal(status: &Status) -> Option<RefusalDetails> {
    let details = rpc::Status::decode(status.details()).ok()?.details;
    let info: ErrorInfo = all(&details).next().filter(|info: &ErrorInfo| info.domain == crate::status::DOMAIN)?;
    let message_in = |locale: &str| {
        let mut messages = all::<LocalizedMessage>(&details).filter(|message| message.locale == locale);
        messages.next().map(|message| message.message).unwrap_or_default()
    };
    let faults = all::<BadRequest>(&details).flat_map(|bad_request| bad_request.field_violations).map(|violation| {
        Fault { field: violation.field, description: violation.description, reason: violation.reason }
    });
    let retry_delay = all::<RetryInfo>(&details).find_map(|retry| retry.retry_delay);
    Some(RefusalDetails {
        reason: info.reason,
        faults: faults.collect(),
        vi: message_in("vi"),
        en: message_in("en"),
        retry_delay: retry_delay.and_then(|delay| delay.try_into().ok()),
    })
}

/// The details of one type, in their order.
fn all<M: Name + Default>(details: &[prost_types::Any]) -> impl Iterator<Item = M> {
    details.iter().filter_map(|any| any.to_msg().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        let key = Key { header: "Bearer bc1_secret".parse().expect("a header") };
        assert!(!format!("{key:?}").contains("secret"));
    }

    #[test]
    fn a_status_of_somebody_else_has_no_details_of_ours() {
        assert_eq!(refusal(&Status::unknown("proxy")), None);
        let code = Status::unknown("").code();
        assert_eq!(refusal(&Status::with_details(code, "", vec![1, 2, 3].into())), None);
    }
}
