//! Connections as they come in: so many at a time, and none that says nothing.
//!
//! The server crate has neither limit, and answers a failing `accept` by trying again at once; here it waits.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tokio_stream::Stream;
use tonic::transport::server::{Connected, TcpConnectInfo};

/// Pause after an `accept` that failed: it is mostly a lack of descriptors, which does not end at once.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// The connections of a listener, never more than so many at a time. One too many is closed at once: it would learn
/// nothing by waiting.
#[derive(Debug)]
pub(crate) struct Accepted {
    listener: TcpListener,
    places: Arc<Semaphore>,
    first_byte_max: Duration,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Accepted {
    pub(crate) fn new(listener: TcpListener, connections_max: usize, first_byte_max: Duration) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(connections_max)), first_byte_max, pause: None }
    }
}

impl Stream for Accepted {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = self.pause.as_mut() {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(cx)) {
                Ok((stream, _)) => match Arc::clone(&self.places).try_acquire_owned() {
                    Ok(place) => return Poll::Ready(Some(Connection::new(stream, place, self.first_byte_max))),
                    Err(_) => tracing::debug!("connection refused: too many"),
                },
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection failed");
                    self.pause = Some(Box::pin(sleep(PAUSE_AFTER_FAILURE)));
                }
            }
        }
    }
}

/// A connection with its place among the others.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// Runs until the first byte has come.
    silence: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit, first_byte_max: Duration) -> io::Result<Self> {
        // Small answers must not wait for more to come.
        stream.set_nodelay(true)?;
        Ok(Self { stream, silence: Some(Box::pin(sleep(first_byte_max))), _place: place })
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            self.silence = None;
            return read;
        }
        if let Some(silence) = self.silence.as_mut() {
            ready!(silence.as_mut().poll(cx));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer said nothing")));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_stream::StreamExt;

    use super::*;

    #[tokio::test]
    async fn one_connection_too_many_is_closed_and_a_free_place_is_given_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut accepted = Accepted::new(listener, 1, Duration::from_secs(10));
        let connect = async || TcpStream::connect(address).await.expect("a connection");

        let _first = connect().await;
        let held = accepted.next().await.expect("open").expect("accepted");
        let mut second = connect().await;
        let nobody = tokio::time::timeout(Duration::from_millis(200), accepted.next()).await;
        assert!(nobody.is_err(), "the second has a place");
        assert_eq!(second.read(&mut [0; 1]).await.expect("an end"), 0);

        drop(held);
        let _third = connect().await;
        accepted.next().await.expect("open").expect("accepted");
    }

    #[tokio::test]
    async fn a_peer_that_says_nothing_is_let_go_and_one_that_has_spoken_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut accepted = Accepted::new(listener, 2, Duration::from_millis(50));
        for speaks in [false, true] {
            let mut peer = TcpStream::connect(address).await.expect("a connection");
            let mut connection = accepted.next().await.expect("open").expect("accepted");
            if speaks {
                peer.write_all(b"P").await.expect("sent");
                assert_eq!(connection.read(&mut [0; 8]).await.expect("a byte"), 1);
            }
            let read = tokio::time::timeout(Duration::from_millis(300), connection.read(&mut [0; 8])).await;
            let let_go = read.ok().and_then(Result::err).map(|error| error.kind());
            assert_eq!(let_go, (!speaks).then_some(io::ErrorKind::TimedOut), "speaks: {speaks}");
        }
    }
}
