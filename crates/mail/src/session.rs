//! One connection to the relay and the dialogue of one message on it.
//!
//! Every command has its limit. Where a failure happens decides what it means: until the body begins nothing was handed
//! over; from then on only a reply that was read in full settles the matter.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use baocao_app::ports::{Accepted, BeforeBody, SendFailure};
use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use crate::settings::{SmtpCredentials, SmtpLimits, SmtpSettings, SmtpTls};
use crate::socket::ClearFirst;
use crate::transport::not_noted;

/// The longest answer that is passed on, in characters.
const REPLY_MAX_CHARS: usize = 400;

/// A connection that is greeted, protected and signed in, and in step: no answer is outstanding.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    messages: u32,
    last_used: Instant,
}

impl Session {
    /// Connects to the relay. Whatever goes wrong is temporary: no message was judged.
    pub(crate) async fn open(settings: &SmtpSettings, tls: Option<&TlsParameters>) -> Result<Self, SendFailure> {
        let limit = settings.limits.greeting;
        let hello = hello(&settings.hello_name);
        let relay = (settings.host.as_str(), settings.port);
        let mut connection = match (settings.tls, tls) {
            (SmtpTls::None, _) => {
                let stream = connect(relay, true, limit).await?;
                greet(Box::new(stream), &hello, limit).await?
            }
            (SmtpTls::StartTls, Some(tls)) => {
                let stream = ClearFirst::new(connect(relay, false, limit).await?);
                let mut connection = greet(Box::new(stream), &hello, limit).await?;
                within(limit, Stage::Connection, connection.starttls(tls.clone(), &hello)).await?;
                connection
            }
            (SmtpTls::Implicit, Some(tls)) => {
                let call = AsyncSmtpConnection::connect_tokio1(relay, Some(limit), &hello, Some(tls.clone()), None);
                within(limit, Stage::Connection, call).await?
            }
            (SmtpTls::StartTls | SmtpTls::Implicit, None) => {
                return Err(SendFailure::Temporary("connection: TLS is not prepared".to_owned()));
            }
        };
        if settings.tls != SmtpTls::None && !connection.is_encrypted() {
            return Err(SendFailure::Temporary("connection: it is not encrypted".to_owned()));
        }
        if let Some(credentials) = &settings.credentials {
            sign_in(&mut connection, credentials, limit).await?;
        }
        tracing::debug!(relay.port = settings.port, "relay connected");
        Ok(Self { connection, messages: 0, last_used: Instant::now() })
    }

    /// Whether the connection may take one more message.
    pub(crate) fn may_go_on(&self, limits: &SmtpLimits) -> bool {
        self.messages < limits.messages_max && self.last_used.elapsed() < limits.idle
    }

    /// Hands one message over. After an error the session must be dropped: it may be out of step.
    pub(crate) async fn hand_over(
        &mut self,
        limits: &SmtpLimits,
        (from, to): (Address, Address),
        message: &[u8],
        before_body: &dyn BeforeBody,
    ) -> Result<Accepted, SendFailure> {
        let connection = &mut self.connection;
        let reply = within(limits.command, Stage::Mail, connection.command(Mail::new(Some(from), Vec::new()))).await?;
        expect(Stage::Mail, &reply, &[250])?;
        let reply = within(limits.command, Stage::Rcpt, connection.command(Rcpt::new(to, Vec::new()))).await?;
        expect(Stage::Rcpt, &reply, &[250, 251])?;
        let reply = within(limits.data, Stage::Data, connection.command(Data)).await?;
        expect(Stage::Data, &reply, &[354])?;
        before_body.note().await.map_err(|error| not_noted(&error))?;
        // The connection ends the body with CRLF, dot, CRLF: without this the message would grow by an empty line.
        let body = message.strip_suffix(b"\r\n").unwrap_or(message);
        let reply = within(limits.final_reply, Stage::Body, connection.message(body)).await?;
        expect(Stage::Body, &reply, &[250])?;
        self.messages += 1;
        self.last_used = Instant::now();
        Ok(Accepted { reply: said(&reply) })
    }

    /// Says goodbye. Nothing depends on the answer.
    pub(crate) async fn quit(mut self, limit: Duration) {
        let is_polite = timeout(limit, self.connection.quit()).await.is_ok_and(|answer| answer.is_ok());
        tracing::debug!(messages = self.messages, is_polite, "relay disconnected");
    }
}

/// Where in the dialogue something happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connection,
    SignIn,
    Mail,
    Rcpt,
    Data,
    Body,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connection",
            Self::SignIn => "sign-in",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Body => "end of message",
        })
    }
}

impl Stage {
    /// What it means when no reply settles the matter.
    fn unsettled(self, why: &str) -> SendFailure {
        let text = format!("{self}: {why}");
        if self == Self::Body { SendFailure::InDoubt(text) } else { SendFailure::Temporary(text) }
    }
}

async fn connect(relay: (&str, u16), only_loopback: bool, limit: Duration) -> Result<TcpStream, SendFailure> {
    let unreachable = |why: &str| Stage::Connection.unsettled(why);
    let call = async {
        let mut addresses: Vec<SocketAddr> = lookup_host(relay).await?.collect();
        addresses.retain(|address| !only_loopback || address.ip().is_loopback());
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        // The final dot follows the body in a write of its own and must not wait for an acknowledgement.
        stream.set_nodelay(true)?;
        Ok::<_, std::io::Error>(stream)
    };
    match timeout(limit, call).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(unreachable(&error.to_string())),
        Err(_) => Err(unreachable("it was not made in time")),
    }
}

async fn greet(
    stream: Box<dyn AsyncTokioStream>,
    hello: &ClientId,
    limit: Duration,
) -> Result<AsyncSmtpConnection, SendFailure> {
    within(limit, Stage::Connection, AsyncSmtpConnection::connect_with_transport(stream, hello)).await
}

async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    credentials: &SmtpCredentials,
    limit: Duration,
) -> Result<(), SendFailure> {
    let secret = Credentials::new(credentials.user.clone(), credentials.password.clone());
    let reply = within(limit, Stage::SignIn, connection.auth(&[Mechanism::Plain, Mechanism::Login], &secret)).await?;
    expect(Stage::SignIn, &reply, &[235])
}

fn hello(name: &str) -> ClientId {
    if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) }
}

/// Awaits a step of the dialogue and says what its failure means.
async fn within<T>(
    limit: Duration,
    stage: Stage,
    step: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, SendFailure> {
    match timeout(limit, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(failure(stage, &error)),
        Err(_) => Err(stage.unsettled("no answer in time")),
    }
}

fn failure(stage: Stage, error: &SmtpError) -> SendFailure {
    let Some(code) = error.status() else {
        return stage.unsettled(&tidy(&error.to_string()));
    };
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let text = format!("{stage}: {code} {}", tidy(&text));
    // A relay that refuses us (a wrong password, say) has not judged the message.
    let is_about_message = !matches!(stage, Stage::Connection | Stage::SignIn);
    if error.is_permanent() && is_about_message { SendFailure::Permanent(text) } else { SendFailure::Temporary(text) }
}

/// Accepts exactly these codes: a positive reply of another kind belongs to something else.
fn expect(stage: Stage, reply: &Response, codes: &[u16]) -> Result<(), SendFailure> {
    if codes.iter().any(|code| reply.has_code(*code)) {
        return Ok(());
    }
    Err(stage.unsettled(&format!("unexpected answer {}", said(reply))))
}

fn said(reply: &Response) -> String {
    let lines: Vec<&str> = reply.message().collect();
    format!("{} {}", reply.code(), tidy(&lines.join(" ")))
}

/// Foreign words as they may be stored and logged.
fn tidy(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(REPLY_MAX_CHARS).collect()
}
