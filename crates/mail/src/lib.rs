//! Composing one message and handing it over: the mail behind the ports of `baocao-app`.
//!
//! [`compose`] makes the bytes of a letter, once; the same letter always gives the same bytes. A [`Transport`] hands
//! such bytes over: to nobody ([`Transport::Blackhole`]), into a folder ([`Folder`]) or to a relay ([`Smtp`]).
//!
//! The dialogue with the relay rests on lettre's connection and on nothing above it: its pool can report a refused mail
//! as sent, and its time limits end with the connection. Here one connection has one owner, every command has its
//! limit, and a socket that disappointed once is dropped, so that no reply is ever read as the answer to another mail.
//!
//! Deliberately absent: queueing and repeating (the outbox of `baocao-app` decides), signing (the relay does it),
//! several recipients per message (one refused address would stop it for all), addresses and messages beyond ASCII
//! (names, subjects and texts are encoded), HTML.

mod address;
mod compose;
mod folder;
mod session;
mod settings;
mod smtp;
mod socket;
mod transport;

pub use compose::{
    ATTACHMENTS_MAX, ATTACHMENTS_MAX_BYTES, ComposeError, FILE_NAME_MAX_CHARS, ID_MAX_CHARS, NAME_MAX_CHARS,
    SUBJECT_MAX_CHARS, TEXT_MAX_BYTES, compose,
};
pub use folder::Folder;
pub use settings::{MailSettings, SettingsError, SmtpCredentials, SmtpLimits, SmtpSettings, SmtpTls};
pub use smtp::Smtp;
pub use transport::Transport;
