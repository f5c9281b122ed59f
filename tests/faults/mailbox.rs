//! The other end of the mail: a real SMTP server that keeps what it is given.

use std::path::{Path, PathBuf};

use baocao::demo::sink::Sink;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A relay of one installation; it stops when it is dropped.
pub(crate) struct Mailbox {
    folder: PathBuf,
    port: u16,
    _stop: DropGuard,
}

impl Mailbox {
    /// A relay that keeps messages in a folder.
    pub(crate) async fn start(folder: PathBuf) -> Self {
        let stop = CancellationToken::new();
        let sink = Sink::start(folder.clone(), stop.clone()).await.expect("a relay");
        Self { folder, port: sink.addr.port(), _stop: stop.drop_guard() }
    }

    /// Where it listens, on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where it keeps messages.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
