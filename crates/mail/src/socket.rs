//! The socket under a dialogue that begins in the clear and turns to TLS.
//!
//! Until the TLS handshake begins, bytes are handed on one at a time. A buffer above this socket can therefore hold
//! nothing beyond the line that it was read for: replies that somebody on the way slips in behind the answer to
//! STARTTLS stay in the socket, where the handshake fails on them, and are never read as the relay's protected words.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte of a TLS handshake record; no SMTP command begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// A TCP connection that is read byte by byte until we write a TLS handshake.
#[derive(Debug)]
pub(crate) struct ClearFirst {
    stream: TcpStream,
    is_clear: bool,
}

impl ClearFirst {
    /// Takes a fresh connection.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, is_clear: true }
    }
}

impl AsyncTokioStream for ClearFirst {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for ClearFirst {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.is_clear || buf.remaining() <= 1 {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let mut byte = [0; 1];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut one))?;
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ClearFirst {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if buf.first() == Some(&TLS_HANDSHAKE) {
            self.is_clear = false;
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
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
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn nothing_beyond_a_line_is_read_before_the_handshake() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let near = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (mut far, _) = listener.accept().await.expect("the same connection");
        far.write_all(b"220 go\r\n250 slipped in\r\n").await.expect("written");
        let mut near = ClearFirst::new(near);
        let mut buf = [0; 64];
        for expected in b"220 go\r\n" {
            assert_eq!(near.read(&mut buf).await.expect("read"), 1);
            assert_eq!(buf[0], *expected);
        }
        near.write_all(&[TLS_HANDSHAKE, 3, 1]).await.expect("written");
        let count = near.read(&mut buf).await.expect("read");
        assert_eq!(&buf[..count], b"250 slipped in\r\n");
    }
}
