//! A line between two sides that can be frozen, delayed, half closed and cut: a bad network, at will.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The end of a simple query that commits, as PostgreSQL's clients send it.
const COMMIT: &[u8] = b"COMMIT\0";

/// How long a commit whose answer is to be lost may take.
const COMMIT_WITHIN: Duration = Duration::from_secs(5);

/// What happens to bytes that go one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// They go on at once.
    Free,
    /// They wait so long first.
    Delayed(Duration),
    /// They stay here until the line is free again; nobody is told.
    Frozen,
    /// This way is closed, the other one stays open.
    Closed,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the clients to the server.
    There,
    /// From the server to the clients.
    Back,
}

/// The line; it ends when it is dropped.
pub(crate) struct Proxy {
    /// Where clients connect.
    pub(crate) address: SocketAddr,
    line: Arc<Line>,
    listening: tokio::task::JoinHandle<()>,
}

struct Line {
    server: SocketAddr,
    there: watch::Sender<Flow>,
    back: watch::Sender<Flow>,
    /// Connections of older ages are cut.
    age: watch::Sender<u64>,
    /// New connections are refused while it is set.
    is_down: watch::Sender<bool>,
    commits_to_lose: AtomicUsize,
    commits_lost: AtomicUsize,
}

impl Proxy {
    /// A line to a server, free at first.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let line = Arc::new(Line {
            server,
            there: watch::Sender::new(Flow::Free),
            back: watch::Sender::new(Flow::Free),
            age: watch::Sender::new(0),
            is_down: watch::Sender::new(false),
            commits_to_lose: AtomicUsize::new(0),
            commits_lost: AtomicUsize::new(0),
        });
        let address = listener.local_addr().expect("an address");
        let listening = tokio::spawn(listen(listener, Arc::clone(&line)));
        Self { address, line, listening }
    }

    /// Changes what happens to bytes that go one way.
    pub(crate) fn set(&self, way: Way, flow: Flow) {
        let changed = match way {
            Way::There => &self.line.there,
            Way::Back => &self.line.back,
        };
        changed.send_replace(flow);
    }

    /// Changes both ways.
    pub(crate) fn set_both(&self, flow: Flow) {
        self.set(Way::There, flow);
        self.set(Way::Back, flow);
    }

    /// Cuts every connection that stands now. New ones are taken.
    pub(crate) fn cut(&self) {
        self.line.age.send_modify(|age| *age += 1);
    }

    /// Cuts everything and takes no new connection until it is up again.
    pub(crate) fn down(&self) {
        self.line.is_down.send_replace(true);
        self.cut();
    }

    /// Takes connections again.
    pub(crate) fn up(&self) {
        self.line.is_down.send_replace(false);
    }

    /// Passes the next commits on, swallows the server's answer and cuts: the client cannot know what became of them.
    pub(crate) fn lose_answers_of_commits(&self, commits: usize) {
        self.line.commits_to_lose.store(commits, Ordering::SeqCst);
    }

    /// How many answers of commits were lost so far.
    pub(crate) fn commits_lost(&self) -> usize {
        self.line.commits_lost.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

async fn listen(listener: TcpListener, line: Arc<Line>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { return };
        if *line.is_down.borrow() {
            continue;
        }
        let line = Arc::clone(&line);
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(line.server).await else { return };
            let mut age = line.age.subscribe();
            let born = *age.borrow();
            tokio::select! {
                () = join(client, server, &line) => {}
                _ = age.wait_for(|age| *age > born) => {}
            }
        });
    }
}

/// Passes bytes on, both ways, until both sides have hung up or an answer was to be lost.
async fn join(client: TcpStream, server: TcpStream, line: &Line) {
    for stream in [&client, &server] {
        // Only latency depends on it.
        let _set = stream.set_nodelay(true);
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let lost = watch::Sender::new(false);
    let there = pass_on(from_client, to_server, line.there.subscribe(), |bytes| line.takes_commit(bytes, &lost));
    let back = pass_on_until(from_server, to_client, line, lost.subscribe());
    tokio::pin!(there, back);
    tokio::select! {
        // The answer came and was swallowed, or did not come in time: both ways end.
        is_lost = &mut back => {
            if !is_lost {
                there.await;
            }
        }
        () = &mut there => {
            back.await;
        }
    }
}

impl Line {
    fn takes_commit(&self, bytes: &[u8], lost: &watch::Sender<bool>) {
        let is_commit = bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
        let one_less = |left: usize| left.checked_sub(1);
        if is_commit && self.commits_to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            lost.send_replace(true);
        }
    }

    fn counts_lost_answer(&self) -> bool {
        self.commits_lost.fetch_add(1, Ordering::SeqCst);
        true
    }
}

/// One way; `look` sees every piece before it goes on.
async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut flow: watch::Receiver<Flow>,
    look: impl Fn(&[u8]),
) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(size @ 1..) = from.read(&mut piece).await {
        look(&piece[..size]);
        if !wait_for_flow(&mut flow).await || to.write_all(&piece[..size]).await.is_err() {
            break;
        }
    }
    // Dropping this half closes this way; the peer may have gone already.
    let _closed = to.shutdown().await;
}

/// The way back; answers with true once an answer that is to be lost was swallowed. It is counted here, before the client can
/// see that the line is gone.
async fn pass_on_until(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    line: &Line,
    lost: watch::Receiver<bool>,
) -> bool {
    let mut flow = line.back.subscribe();
    let mut piece = vec![0; 16 * 1024];
    loop {
        let read = tokio::time::timeout(COMMIT_WITHIN, from.read(&mut piece));
        let size = match read.await {
            Err(_) if *lost.borrow() => return line.counts_lost_answer(),
            Err(_) => continue,
            Ok(Ok(size @ 1..)) => size,
            Ok(_) => break,
        };
        if *lost.borrow() {
            return line.counts_lost_answer();
        }
        if !wait_for_flow(&mut flow).await || to.write_all(&piece[..size]).await.is_err() {
            break;
        }
    }
    let _closed = to.shutdown().await;
    false
}

/// Waits as long as the flow says; false where this way is closed.
async fn wait_for_flow(flow: &mut watch::Receiver<Flow>) -> bool {
    let now = *flow.borrow();
    match now {
        Flow::Free => true,
        Flow::Closed => false,
        Flow::Delayed(pause) => {
            tokio::time::sleep(pause).await;
            true
        }
        Flow::Frozen => {
            let thawed = flow.wait_for(|flow| *flow != Flow::Frozen).await;
            thawed.is_ok_and(|flow| *flow != Flow::Closed)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// How long an answer, or the end of a line, may take on a busy machine; longer than a commit whose answer is lost.
    const HEARD_WITHIN: Duration = Duration::from_secs(20);

    /// A server that says back what it hears.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        address
    }

    /// How much is heard in answer to a word, or without one; nothing where the line has ended.
    async fn asks(stream: &mut TcpStream, word: &[u8]) -> usize {
        let mut heard = vec![0; 64];
        let asking = async {
            stream.write_all(word).await?;
            stream.read(&mut heard).await
        };
        let answer = tokio::time::timeout(HEARD_WITHIN, asking).await.expect("an answer or the end of the line");
        // A line may also end in an error.
        answer.unwrap_or(0)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_line_passes_on_delays_freezes_and_cuts() {
        let proxy = Proxy::to(echo().await).await;
        let mut stream = TcpStream::connect(proxy.address).await.expect("connected");
        assert_eq!(asks(&mut stream, b"free").await, 4);

        proxy.set(Way::There, Flow::Delayed(Duration::from_millis(50)));
        let begun = Instant::now();
        assert_eq!(asks(&mut stream, b"late").await, 4);
        assert!(begun.elapsed() >= Duration::from_millis(50));

        proxy.set(Way::There, Flow::Free);
        proxy.set(Way::Back, Flow::Frozen);
        let unheard = tokio::time::timeout(Duration::from_millis(300), asks(&mut stream, b"mute"));
        assert!(unheard.await.is_err(), "nothing comes back, and nobody hangs up");
        proxy.set(Way::Back, Flow::Free);
        assert_eq!(asks(&mut stream, b"").await, 4, "what was held comes through");

        proxy.cut();
        assert_eq!(asks(&mut stream, b"").await, 0, "the line ends by itself");
        assert_eq!(asks(&mut stream, b"gone").await, 0);
        let mut stream = TcpStream::connect(proxy.address).await.expect("connected");
        assert_eq!(asks(&mut stream, b"again").await, 5);
        proxy.down();
        let mut refused = TcpStream::connect(proxy.address).await.expect("the port is ours");
        assert_eq!(asks(&mut refused, b"x").await, 0);
        proxy.up();
        let mut stream = TcpStream::connect(proxy.address).await.expect("connected");
        proxy.set(Way::There, Flow::Closed);
        assert_eq!(asks(&mut stream, b"half").await, 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_answer_of_a_commit_is_lost_and_no_other() {
        let proxy = Proxy::to(echo().await).await;
        let mut stream = TcpStream::connect(proxy.address).await.expect("connected");
        proxy.lose_answers_of_commits(1);
        assert_eq!(asks(&mut stream, b"BEGIN\0").await, 6);
        assert_eq!(asks(&mut stream, b"COMMIT\0").await, 0);
        assert_eq!(proxy.commits_lost(), 1);
        let mut stream = TcpStream::connect(proxy.address).await.expect("connected");
        assert_eq!(asks(&mut stream, b"COMMIT\0").await, 7);
    }
}
