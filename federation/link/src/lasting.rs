//! A connection to a peer that does not outlive the peer's certificate.
//!
//! A handshake looks at the certificate once; a connection that is never idle would go on for
//! hours after it has expired. The called side winds such connections up by itself
//! ([`crate::listener`]); this is the calling side's half.

use crate::certificate::MemberCertificate;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_rustls::client::TlsStream;

/// The connection, and how long the certificate at its other end is valid.
pub(crate) struct Lasting {
    stream: TlsStream<TcpStream>,
    left: Pin<Box<Sleep>>,
}

impl Lasting {
    /// A connection whose handshake has verified the peer.
    pub(crate) fn new(stream: TlsStream<TcpStream>) -> Lasting {
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let certificate = shown.and_then(|der| MemberCertificate::read(der).ok());
        let left = certificate.map_or(Duration::ZERO, |certificate| certificate.left());
        Lasting { stream, left: Box::pin(sleep(left)) }
    }

    /// An error once the certificate has expired.
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.left.as_mut().poll(context) {
            Poll::Pending => Ok(()),
            Poll::Ready(()) => Err(io::Error::other("the peer's certificate has expired")),
        }
    }
}

impl AsyncRead for Lasting {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Lasting {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
