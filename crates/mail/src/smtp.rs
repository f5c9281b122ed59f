//! The relay: one connection with one owner.
//!
//! A session is taken out of its place while it works and put back only after a clean end. So an error, a time limit or
//! a caller who stops waiting in the middle drops the socket, and the next message begins on a fresh one. After such a
//! drop the relay may still have the message; that is the outbox's business ([`SendFailure::InDoubt`]).

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use baocao_app::ports::{Accepted, BeforeBody, Envelope, Mailer, SendFailure};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use tokio::sync::Mutex;

use crate::address::{address, is_domain};
use crate::session::Session;
use crate::settings::{SettingsError, SmtpSettings, SmtpTls};

/// The longest line of a message, without its end (RFC 5322).
const LINE_MAX_BYTES: usize = 998;

/// A mail relay. Messages go one after the other over one connection, which is kept for the next one.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    session: Mutex<Option<Session>>,
}

impl Smtp {
    /// Checks the settings; connects with the first message.
    ///
    /// # Errors
    /// Mail in the clear to another machine, a name that cannot be one, certificates that cannot be read.
    pub fn new(settings: SmtpSettings) -> Result<Self, SettingsError> {
        let host = &settings.host;
        let ip = host.parse::<IpAddr>().ok();
        if settings.port == 0 || (ip.is_none() && !is_domain(host)) {
            return Err(SettingsError::Relay { host: host.clone(), port: settings.port });
        }
        if !settings.hello_name.is_empty() && !is_domain(&settings.hello_name) {
            return Err(SettingsError::HelloName { hello_name: settings.hello_name });
        }
        let is_this_machine = ip.map_or(host == "localhost", |ip| ip.is_loopback());
        if settings.tls == SmtpTls::None && !is_this_machine {
            return Err(SettingsError::PlainToElsewhere { host: host.clone() });
        }
        let tls = match settings.tls {
            SmtpTls::None => None,
            SmtpTls::StartTls | SmtpTls::Implicit => Some(
                tls_for(host, settings.extra_root_pem.as_deref())
                    .map_err(|source| SettingsError::Tls { host: host.clone(), source })?,
            ),
        };
        Ok(Self { settings, tls, session: Mutex::new(None) })
    }

    /// Says goodbye to the relay, if it is connected. The next message connects again.
    pub async fn close(&self) {
        let session = self.session.lock().await.take();
        if let Some(session) = session {
            session.quit(self.settings.limits.quit).await;
        }
    }

    /// The kept session if it may go on, else a fresh one.
    async fn session(&self, kept: Option<Session>) -> Result<Session, SendFailure> {
        match kept {
            Some(session) if session.may_go_on(&self.settings.limits) => return Ok(session),
            Some(session) => session.quit(self.settings.limits.quit).await,
            None => {}
        }
        Session::open(&self.settings, self.tls.as_ref()).await
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(
        &self,
        envelope: &Envelope,
        message: &[u8],
        before_body: &dyn BeforeBody,
    ) -> Result<Accepted, SendFailure> {
        let Some(addresses) = address(&envelope.from).zip(address(&envelope.to)) else {
            return Err(SendFailure::Permanent("the envelope does not bear two ASCII addresses".to_owned()));
        };
        if !is_fit_for_wire(message) {
            return Err(SendFailure::Permanent("the message is not lines of ASCII that end with CRLF".to_owned()));
        }
        let mut place = self.session.lock().await;
        let mut session = self.session(place.take()).await?;
        let accepted = session.hand_over(&self.settings.limits, addresses, message, before_body).await?;
        *place = Some(session);
        Ok(accepted)
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn tls_for(host: &str, extra_root_pem: Option<&[u8]>) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = extra_root_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
    }
    builder.build()
}

/// Whether bytes are lines of ASCII, each of at most 998 characters and ended by CRLF: a lone CR or LF could make a
/// relay see another end of the message than we do.
fn is_fit_for_wire(message: &[u8]) -> bool {
    if message.is_empty() || !message.is_ascii() || message.contains(&0) {
        return false;
    }
    let mut rest = message;
    while !rest.is_empty() {
        let Some(line_bytes) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return false };
        if line_bytes > LINE_MAX_BYTES {
            return false;
        }
        let Some(next) = rest[line_bytes..].strip_prefix(b"\r\n") else { return false };
        rest = next;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_of_ascii_go_over_the_wire() {
        let longest = format!("{}\r\n", "x".repeat(LINE_MAX_BYTES));
        let too_long = format!("x{longest}");
        for good in ["a: b\r\n\r\nc\r\n", ".\r\n", "\r\n", longest.as_str()] {
            assert!(is_fit_for_wire(good.as_bytes()), "{good:?}");
        }
        for bad in ["", "a", "a\n", "a\r", "a\n.\n\r\n", "a\r.\r\n", "\0\r\n", "quý\r\n", too_long.as_str()] {
            assert!(!is_fit_for_wire(bad.as_bytes()), "{bad:?}");
        }
    }
}
