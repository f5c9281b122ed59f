//! A small mail server on loopback that keeps what it is given: the other end of the play's mail.
//!
//! It speaks real SMTP (RFC 5321 with 8BITMIME and SIZE) to whoever connects, so that a message of the play goes
//! through the same dialogue as one to a relay. A message is a whole file `<number>-<recipient>.eml` before it is
//! answered with 250. Everything it takes is bounded.
//!
//! Deliberately absent: passing anything on, TLS, signing in, and durability across a power loss.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most connections at a time.
const CONNECTIONS_MAX: usize = 100;
/// The longest line, with its end.
const LINE_MAX_BYTES: u64 = 8 * 1024;
/// The heaviest message.
const MESSAGE_MAX_BYTES: usize = 10 * 1024 * 1024;
/// The most recipients of a message.
const RECIPIENTS_MAX: usize = 100;
/// How long a line may take to come.
const PATIENCE: Duration = Duration::from_secs(300);
/// The longest part of a file's name that a recipient makes.
const NAME_MAX_CHARS: usize = 100;

/// A mail server that keeps what it is given.
#[derive(Debug)]
pub struct Sink {
    /// Where it listens.
    pub addr: SocketAddr,
    shelf: Arc<Shelf>,
    tasks: TaskTracker,
}

impl Sink {
    /// Listens on a free port of loopback and keeps messages in a folder until it is told to stop.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or there is no free port.
    pub async fn start(dir: PathBuf, stop: CancellationToken) -> io::Result<Self> {
        tokio::fs::create_dir_all(&dir).await?;
        let last = last_number(&dir).await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let shelf = Arc::new(Shelf { dir, next: AtomicU64::new(last + 1), accepted: AtomicU64::new(0) });
        let tasks = TaskTracker::new();
        tasks.spawn(listen(listener, Arc::clone(&shelf), stop, tasks.clone()));
        tasks.close();
        Ok(Self { addr, shelf, tasks })
    }

    /// How many messages it has accepted since it was started.
    pub fn accepted(&self) -> u64 {
        self.shelf.accepted.load(Ordering::Relaxed)
    }

    /// Waits until it has stopped, after it was told to.
    pub async fn stopped(&self) {
        self.tasks.wait().await;
    }
}

async fn listen(listener: TcpListener, shelf: Arc<Shelf>, stop: CancellationToken, tasks: TaskTracker) {
    while let Some(arrival) = stop.run_until_cancelled(listener.accept()).await {
        // Out of descriptors, or the peer is gone again: neither is a reason to end or to spin.
        let Ok((stream, _)) = arrival else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // One of the tasks is this one.
        let is_full = tasks.len() > CONNECTIONS_MAX;
        let (shelf, stop) = (Arc::clone(&shelf), stop.clone());
        tasks.spawn(async move {
            // A peer that goes away ends its own dialogue and nothing else.
            let _gone = serve(stream, &shelf, &stop, is_full).await;
        });
    }
}

/// One dialogue, until either side ends it.
async fn serve(stream: TcpStream, shelf: &Shelf, stop: &CancellationToken, is_full: bool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut peer = Peer { stream: BufReader::new(stream) };
    if is_full {
        return peer.say("421 4.3.2 Too many connections").await;
    }
    peer.say("220 localhost ESMTP baocao demo").await?;
    let mut mail = Mail::default();
    loop {
        let line = match stop.run_until_cancelled(peer.line()).await {
            None => return peer.say("421 4.3.2 Closing down").await,
            Some(Ok(Some(line))) => line,
            Some(Ok(None)) => return Ok(()),
            Some(Err(error)) => {
                peer.say("500 5.5.2 Line too long or too late").await?;
                return Err(error);
            }
        };
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "DATA" if mail.recipients.is_empty() => "503 5.5.1 Say MAIL and RCPT first".to_owned(),
            "DATA" => {
                peer.say("354 End with a dot on a line of its own").await?;
                let Some(message) = stop.run_until_cancelled(peer.message()).await else { return Ok(()) };
                shelf.answer(std::mem::take(&mut mail), message?).await
            }
            "QUIT" => return peer.say("221 2.0.0 Goodbye").await,
            "EHLO" => {
                mail = Mail::default();
                format!("250-localhost\r\n250-8BITMIME\r\n250 SIZE {MESSAGE_MAX_BYTES}")
            }
            "HELO" => {
                mail = Mail::default();
                "250 localhost".to_owned()
            }
            "RSET" => {
                mail = Mail::default();
                "250 2.0.0 Ok".to_owned()
            }
            "NOOP" => "250 2.0.0 Ok".to_owned(),
            "MAIL" => mail.begin(argument).to_owned(),
            "RCPT" => mail.address(argument).to_owned(),
            _ => "502 5.5.2 Not a command here".to_owned(),
        };
        peer.say(&answer).await?;
    }
}

/// The other side of a dialogue.
struct Peer {
    stream: BufReader<TcpStream>,
}

impl Peer {
    async fn say(&mut self, answer: &str) -> io::Result<()> {
        self.stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// The next line with its end; none when the peer has hung up.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.stream).take(LINE_MAX_BYTES);
        timeout(PATIENCE, bounded.read_until(b'\n', &mut line)).await??;
        match line.last() {
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end")),
            None => Ok(None),
        }
    }

    /// The message up to the final dot, which is CRLF, dot, CRLF and nothing less; none if it is too heavy.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = Vec::new();
        let mut is_too_heavy = false;
        let mut is_line_start = true;
        loop {
            let line = self.line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if is_line_start && line == b".\r\n" {
                return Ok(Some(message).filter(|_| !is_too_heavy));
            }
            let is_stuffed = is_line_start && line.starts_with(b".");
            is_line_start = line.ends_with(b"\r\n");
            is_too_heavy |= message.len() + line.len() > MESSAGE_MAX_BYTES;
            if !is_too_heavy {
                message.extend_from_slice(&line[usize::from(is_stuffed)..]);
            }
        }
    }
}

/// What was said of the next message.
#[derive(Debug, Default)]
struct Mail {
    has_sender: bool,
    recipients: Vec<String>,
}

impl Mail {
    fn begin(&mut self, argument: &str) -> &'static str {
        let Some((_sender, parameters)) = path(argument, "FROM:") else { return "501 5.5.4 MAIL FROM:<address>" };
        if self.has_sender {
            return "503 5.5.1 There is a sender already";
        }
        let size = parameters.split(' ').find_map(|parameter| parameter.strip_prefix("SIZE="));
        if size.is_some_and(|size| size.parse::<usize>().map_or(true, |size| size > MESSAGE_MAX_BYTES)) {
            return "552 5.3.4 Too heavy";
        }
        self.has_sender = true;
        "250 2.1.0 Ok"
    }

    fn address(&mut self, argument: &str) -> &'static str {
        match path(argument, "TO:") {
            None | Some(("", _)) => "501 5.5.4 RCPT TO:<address>",
            Some(_) if !self.has_sender => "503 5.5.1 Say MAIL first",
            Some(_) if self.recipients.len() >= RECIPIENTS_MAX => "452 4.5.3 Too many recipients",
            Some((recipient, _)) => {
                self.recipients.push(recipient.to_owned());
                "250 2.1.5 Ok"
            }
        }
    }
}

/// `FROM:<address> parameters` as address and parameters.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = argument.split_at_checked(keyword.len())?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    head.eq_ignore_ascii_case(keyword).then_some((address, parameters.trim()))
}

/// Where messages are kept.
#[derive(Debug)]
struct Shelf {
    dir: PathBuf,
    next: AtomicU64,
    accepted: AtomicU64,
}

impl Shelf {
    async fn answer(&self, mail: Mail, message: Option<Vec<u8>>) -> String {
        let Some(message) = message else { return "552 5.3.4 Too heavy".to_owned() };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let recipient = mail.recipients.first().map(String::as_str).unwrap_or_default();
        match self.keep(number, recipient, &message).await {
            Ok(()) => {
                self.accepted.fetch_add(1, Ordering::Relaxed);
                format!("250 2.0.0 Ok: queued as {number}")
            }
            Err(_) => "451 4.3.0 It could not be kept".to_owned(),
        }
    }

    /// Writes a message aside and shows it under its name in one step.
    async fn keep(&self, number: u64, recipient: &str, message: &[u8]) -> io::Result<()> {
        let aside = self.dir.join(format!(".{number:06}.part"));
        tokio::fs::write(&aside, message).await?;
        tokio::fs::rename(&aside, self.dir.join(format!("{number:06}-{}.eml", file_name(recipient)))).await
    }
}

/// A recipient as a part of a file's name: nothing but harmless characters.
fn file_name(recipient: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+');
    recipient.chars().take(NAME_MAX_CHARS).map(|c| if is_safe(c) { c } else { '_' }).collect()
}

/// The highest number among the files of a folder; 0 if there are none.
async fn last_number(dir: &Path) -> io::Result<u64> {
    let mut last = 0;
    let mut files = tokio::fs::read_dir(dir).await?;
    while let Some(file) = files.next_entry().await? {
        let name = file.file_name();
        let number = name.to_str().and_then(|name| name.split_once('-')).and_then(|(number, _)| number.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
}
