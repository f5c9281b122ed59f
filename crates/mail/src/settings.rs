//! What the configuration says about mail, and what of it is refused at start.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum MailSettings {
    /// Nowhere: accepted and forgotten.
    Blackhole,
    /// Into a folder, one file per message.
    Folder {
        /// The folder; made if it is absent.
        dir: PathBuf,
    },
    /// To a relay.
    Smtp(Box<SmtpSettings>),
}

/// A relay and how to talk to it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// A certificate authority in PEM that is trusted besides the public ones.
    pub extra_root_pem: Option<Vec<u8>>,
    /// How we sign in, if the relay asks for it.
    pub credentials: Option<SmtpCredentials>,
    /// The domain that we greet with; empty: the loopback address.
    pub hello_name: String,
    /// How long anything may take.
    pub limits: SmtpLimits,
}

/// How a connection to the relay is protected. There is no "if possible": whoever can listen could strip it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all: to this machine only.
    None,
    /// Begins in the clear and turns to TLS before anything is said; without it no mail.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// User and password at the relay. `Debug` does not show the password.
#[derive(Clone)]
pub struct SmtpCredentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for SmtpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpCredentials").field("user", &self.user).field("password", &"***").finish()
    }
}

/// How long anything may take and how often a connection is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmtpLimits {
    /// Connecting; greeting with EHLO; turning to TLS; signing in: each.
    pub greeting: Duration,
    /// MAIL and RCPT, each.
    pub command: Duration,
    /// DATA.
    pub data: Duration,
    /// The body and the reply to its final dot: RFC 5321 asks for ten minutes of patience here, as giving up early
    /// makes second copies.
    pub final_reply: Duration,
    /// QUIT. Nothing depends on its answer.
    pub quit: Duration,
    /// A connection that was idle for so long is not used again.
    pub idle: Duration,
    /// A connection takes at most so many messages.
    pub messages_max: u32,
}

impl Default for SmtpLimits {
    fn default() -> Self {
        Self {
            greeting: Duration::from_secs(60),
            command: Duration::from_secs(60),
            data: Duration::from_secs(120),
            final_reply: Duration::from_secs(600),
            quit: Duration::from_secs(5),
            idle: Duration::from_secs(60),
            messages_max: 100,
        }
    }
}

/// Why mail cannot be set up as the configuration says.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The folder cannot be made.
    #[error("cannot make the mail folder {dir}")]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Mail in the clear would leave this machine.
    #[error("mail without TLS is allowed to this machine only, not to {host}")]
    PlainToElsewhere {
        /// The relay.
        host: String,
    },
    /// The relay's name or port cannot be right.
    #[error("{host}:{port} is not a mail relay's name and port")]
    Relay {
        /// Its name.
        host: String,
        /// Its port.
        port: u16,
    },
    /// The name that we greet with is not a domain.
    #[error("{hello_name} is not a domain to greet a relay with")]
    HelloName {
        /// The name.
        hello_name: String,
    },
    /// The certificates cannot be used.
    #[error("cannot prepare TLS for {host}")]
    Tls {
        /// The relay.
        host: String,
        /// Why.
        #[source]
        source: lettre::transport::smtp::Error,
    },
}
