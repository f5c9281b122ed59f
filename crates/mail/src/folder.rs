//! Mail as files: one `.eml` per message, named by its Message-ID.
//!
//! The default of a new installation: everything can be looked at, nothing leaves the machine. A file appears whole or
//! not at all, and a message that is handed over again is the same file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use baocao_app::ports::{Accepted, BeforeBody, Envelope, Mailer, SendFailure};

use crate::settings::SettingsError;
use crate::transport::not_noted;

/// The longest name of a file, without its ending.
const NAME_MAX_CHARS: usize = 128;

/// A folder that takes messages.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// A folder that takes messages; it and its `tmp` are made if they are absent.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn open(dir: PathBuf) -> Result<Self, SettingsError> {
        match fs::create_dir_all(dir.join("tmp")) {
            Ok(()) => Ok(Self { dir }),
            Err(source) => Err(SettingsError::Folder { dir, source }),
        }
    }
}

#[async_trait]
impl Mailer for Folder {
    async fn send(
        &self,
        _envelope: &Envelope,
        message: &[u8],
        before_body: &dyn BeforeBody,
    ) -> Result<Accepted, SendFailure> {
        let Some(name) = message_name(message) else {
            return Err(SendFailure::Permanent("the message has no Message-ID that a file can be named by".to_owned()));
        };
        before_body.note().await.map_err(|error| not_noted(&error))?;
        let reply = format!("250 2.0.0 Ok: kept as {name}.eml");
        let (dir, bytes) = (self.dir.clone(), message.to_vec());
        match tokio::task::spawn_blocking(move || keep(&dir, &name, &bytes)).await {
            Ok(Ok(Kept::Whole)) => Ok(Accepted { reply }),
            Ok(Ok(Kept::NotTheSame)) => {
                Err(SendFailure::Permanent("another message with this Message-ID is there already".to_owned()))
            }
            // Doing it again makes the same file, so nothing is ever in doubt.
            Ok(Err(error)) => Err(SendFailure::Temporary(format!("the message could not be written: {error}"))),
            Err(error) => Err(SendFailure::Temporary(format!("the message was not written to its end: {error}"))),
        }
    }
}

/// What became of a message's file.
enum Kept {
    Whole,
    NotTheSame,
}

fn keep(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<Kept> {
    let path = dir.join(format!("{name}.eml"));
    match fs::read(&path) {
        Ok(there) if there != bytes => return Ok(Kept::NotTheSame),
        // It may have been renamed by a try that stopped before the folder was durable.
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let aside = dir.join("tmp").join(format!("{name}.eml"));
            let mut file = File::create(&aside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&aside, &path)?;
        }
        Err(error) => return Err(error),
    }
    File::open(dir)?.sync_all()?;
    Ok(Kept::Whole)
}

/// The part of the Message-ID before the `@`, if a file can have this name.
fn message_name(message: &[u8]) -> Option<String> {
    let head_end = message.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = str::from_utf8(&message[..head_end]).ok()?;
    let value = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("message-id").then_some(value.trim())
    })?;
    let (local, _domain) = value.strip_prefix('<')?.strip_suffix('>')?.split_once('@')?;
    let is_name = (1..=NAME_MAX_CHARS).contains(&local.len())
        && !local.starts_with('.')
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_name.then(|| local.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_a_harmless_message_id_only() {
        let named = |id: &str| message_name(format!("From: a@b\r\nMESSAGE-ID: {id}\r\n\r\nx").as_bytes());
        assert_eq!(named("<d.1-2@langson.gov.vn>").as_deref(), Some("d.1-2"));
        for bad in ["", "<>", "<@b>", "d.1@b", "<../x@b>", "<.x@b>", "<a/b@c>", "<a b@c>", "<a>"] {
            assert_eq!(named(bad), None, "{bad}");
        }
        assert_eq!(message_name(b"From: a@b\r\n\r\nMessage-ID: <d.1@b>\r\n\r\n"), None);
    }
}
