//! A mail server that does what a script says: answers late, not at all, or hangs up, at any point of the dialogue.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A point of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Somebody connected.
    Greeting,
    /// EHLO was read.
    Ehlo,
    /// MAIL was read.
    Mail,
    /// RCPT was read.
    Rcpt,
    /// DATA was read.
    Data,
    /// The first line of a body was read.
    InBody,
    /// The final dot was read.
    Body,
}

impl Stage {
    fn default_reply(self) -> &'static str {
        match self {
            Self::Greeting => "220 scripted\r\n",
            Self::Ehlo => "250-scripted\r\n250 8BITMIME\r\n",
            Self::Mail | Self::Rcpt => "250 2.0.0 Ok\r\n",
            Self::Data => "354 go on\r\n",
            Self::InBody => "",
            Self::Body => "250 2.0.0 Ok: queued\r\n",
        }
    }
}

/// What the server does at a point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act {
    /// What it says.
    pub(crate) say: &'static str,
    /// How long it thinks before.
    pub(crate) after: Duration,
    /// Whether it hangs up then.
    pub(crate) cut: bool,
    /// Whether it says nothing more, for ever.
    pub(crate) silence: bool,
}

/// Says something.
pub(crate) const fn say(say: &'static str) -> Act {
    Act { say, after: Duration::ZERO, cut: false, silence: false }
}

/// Says something late.
pub(crate) const fn late(say: &'static str, after: Duration) -> Act {
    Act { say, after, cut: false, silence: false }
}

/// Says something (or nothing) and hangs up.
pub(crate) const fn cut(say: &'static str) -> Act {
    Act { say, after: Duration::ZERO, cut: true, silence: false }
}

/// Never answers again.
pub(crate) const SILENCE: Act = Act { say: "", after: Duration::ZERO, cut: false, silence: true };

/// What the server saw.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// How many connections were made.
    pub(crate) connections: usize,
    /// All commands, in their order.
    pub(crate) commands: Vec<String>,
    /// Bytes of bodies, as they came.
    pub(crate) body_bytes: usize,
    /// Whole messages, as they came.
    pub(crate) messages: Vec<Vec<u8>>,
}

/// What happens at which point, and the how-manieth time (from 0, over all connections).
pub(crate) type Script = Vec<(Stage, usize, Act)>;

struct State {
    script: Script,
    visits: Mutex<Vec<Stage>>,
    log: Mutex<Log>,
}

/// The server.
pub(crate) struct Scripted {
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Scripted {
    /// Listens on a free port.
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let state = Arc::new(State { script, visits: Mutex::default(), log: Mutex::default() });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                state.log().connections += 1;
                tokio::spawn(async move { converse(stream, &state).await });
            }
        });
        Self { addr, state, task }
    }

    /// What it saw so far.
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.state.log()
    }
}

impl State {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no test panics while it reads the log")
    }

    fn act(&self, stage: Stage) -> Act {
        let mut visits = self.visits.lock().expect("nobody panics here");
        let visit = visits.iter().filter(|visited| **visited == stage).count();
        visits.push(stage);
        let scripted = self.script.iter().find(|(at, nth, _)| *at == stage && *nth == visit);
        scripted.map_or(say(stage.default_reply()), |(_, _, act)| *act)
    }

    async fn perform(&self, stage: Stage, stream: &mut BufReader<TcpStream>) -> bool {
        play(self.act(stage), stream).await
    }
}

async fn converse(stream: TcpStream, state: &State) {
    let mut stream = BufReader::new(stream);
    let mut goes_on = state.perform(Stage::Greeting, &mut stream).await;
    while goes_on {
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return;
        }
        let line = line.trim_end().to_owned();
        let verb = line.split(' ').next().unwrap_or_default().to_owned();
        state.log().commands.push(line);
        goes_on = match verb.as_str() {
            "EHLO" => state.perform(Stage::Ehlo, &mut stream).await,
            "MAIL" => state.perform(Stage::Mail, &mut stream).await,
            "RCPT" => state.perform(Stage::Rcpt, &mut stream).await,
            "DATA" => {
                let reply = state.act(Stage::Data);
                let goes_on = play(reply, &mut stream).await;
                if goes_on && reply.say.starts_with("354") { body(state, &mut stream).await } else { goes_on }
            }
            _ => {
                let _gone = stream.write_all(b"221 2.0.0 Goodbye\r\n").await;
                false
            }
        };
    }
}

/// Acts; false ends the conversation.
async fn play(act: Act, stream: &mut BufReader<TcpStream>) -> bool {
    if act.silence {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(act.after).await;
    stream.write_all(act.say.as_bytes()).await.is_ok() && !act.cut
}

async fn body(state: &State, stream: &mut BufReader<TcpStream>) -> bool {
    let mut message = Vec::new();
    loop {
        let start = message.len();
        if !matches!(stream.read_until(b'\n', &mut message).await, Ok(1..)) {
            return false;
        }
        state.log().body_bytes += message.len() - start;
        if start == 0 && !state.perform(Stage::InBody, stream).await {
            return false;
        }
        if &message[start..] == b".\r\n" {
            message.truncate(start);
            state.log().messages.push(message);
            return state.perform(Stage::Body, stream).await;
        }
    }
}
