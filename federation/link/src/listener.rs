//! One door of a node: TCP, TLS, who it is, HTTP/1.1 or HTTP/2, an `axum::Router`.
//!
//! Requests carry `ConnectInfo<SocketAddr>` and, when the peer showed a certificate, its
//! [`PeerIdentity`] as extensions. Addresses of callers are personal data and are not logged.

use crate::certificate::{MemberCertificate, PeerIdentity};
use crate::run::Connection;
use crate::timed_body::{GivenUp, TimedBody};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use gcfn_telemetry::ErrorChain;
use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

/// What one door puts up with.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; the next one waits in the kernel's queue.
    pub connections_max: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams_max: u32,
    /// From TCP to the end of the TLS handshake.
    pub handshake_timeout: Duration,
    /// From the first byte to the end of the headers of an HTTP/1.1 request, and the silence
    /// after which an HTTP/2 peer is asked whether it is still there.
    pub header_timeout: Duration,
    /// From the end of the headers to the end of the body of an HTTP/1.1 request. On HTTP/2 a
    /// body may be a stream of orders that never ends.
    pub body_timeout: Duration,
    /// After this a connection is wound up and the peer connects anew, so that rotation of its
    /// certificate takes effect on peers that never disconnect. When the certificate expires
    /// earlier, the connection does not outlive it.
    pub connection_age_max: Duration,
    /// For requests in flight, once a connection is being wound up.
    pub drain: Duration,
}

impl Limits {
    /// For the link between nodes: few peers, long conversations.
    pub const LINK: Limits = Limits {
        connections_max: 1024,
        streams_max: 1024,
        handshake_timeout: Duration::from_secs(10),
        header_timeout: Duration::from_secs(10),
        body_timeout: Duration::from_secs(30),
        connection_age_max: Duration::from_secs(3600),
        drain: Duration::from_secs(10),
    };

    /// For the API: many clients that may be slow or ill-meaning.
    pub const API: Limits = Limits {
        connections_max: 10_000,
        streams_max: 100,
        handshake_timeout: Duration::from_secs(10),
        header_timeout: Duration::from_secs(10),
        body_timeout: Duration::from_secs(30),
        connection_age_max: Duration::from_secs(3600),
        drain: Duration::from_secs(10),
    };
}

/// A bound door, not yet open.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    tls: Arc<ServerConfig>,
    limits: Limits,
}

impl Listener {
    /// Takes `address`; nothing is answered before [`Listener::serve`].
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub async fn bind(
        address: impl ToSocketAddrs,
        tls: Arc<ServerConfig>,
        limits: Limits,
    ) -> io::Result<Listener> {
        Ok(Listener { tcp: TcpListener::bind(address).await?, tls, limits })
    }

    /// Where it is bound: the port, when 0 was asked for.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves `app` until `shutdown` turns true or its sender is gone, then lets the requests
    /// in flight end, for at most the drain time. Dropping the future cuts every connection.
    pub async fn serve(self, app: Router, mut shutdown: watch::Receiver<bool>) {
        let Listener { tcp, tls, limits } = self;
        let slots = Arc::new(Semaphore::new(limits.connections_max));
        let door = Arc::new(Door { tls: TlsAcceptor::from(tls), limits, app });
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let accepted = tokio::select! {
                biased;
                () = tripped(&mut shutdown) => break,
                accepted = accept(&tcp, &slots) => accepted,
            };
            match accepted {
                Ok((stream, from, slot)) => {
                    let (door, shutdown) = (Arc::clone(&door), shutdown.clone());
                    connections.spawn(async move {
                        door.converse(stream, from, shutdown).await;
                        drop(slot);
                    });
                }
                Err(fault) => {
                    // Most often out of file descriptors: give connections time to end.
                    tracing::warn!(error = %fault, "accept connection");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(tcp);
        while connections.join_next().await.is_some() {}
    }
}

async fn accept(
    tcp: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    let (stream, from) = tcp.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, from, slot))
}

async fn tripped(shutdown: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to trip it: that is a shutdown too.
    drop(shutdown.wait_for(|tripped| *tripped).await);
}

/// What every connection of one listener shares.
struct Door {
    tls: TlsAcceptor,
    limits: Limits,
    app: Router,
}

impl Door {
    async fn converse(
        &self,
        stream: TcpStream,
        from: SocketAddr,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let stream = match timeout(self.limits.handshake_timeout, self.tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(fault)) => {
                log_refusal(&fault);
                return;
            }
            Err(_) => {
                tracing::debug!("handshake not finished in time");
                return;
            }
        };
        let peer = peer_identity(&stream);
        let left = peer.map_or(Duration::MAX, |peer| peer.certificate().left());
        let age_max = self.limits.connection_age_max.min(left);
        let stop = async {
            tokio::select! {
                () = tripped(&mut shutdown) => {}
                () = sleep(age_max) => {}
            }
        };
        let caller = Caller { peer, from, connection: Connection::default() };
        // Chosen in the handshake, not guessed from the first bytes: so an HTTP/2 server
        // greets first, and a client learns at once that its certificate was accepted.
        let ended = if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.http2(stream, caller, stop).await
        } else {
            self.http1(stream, caller, stop).await
        };
        if let Err(fault) = ended {
            tracing::debug!(error = %ErrorChain(&fault), "connection ended");
        }
    }

    async fn http2(
        &self,
        stream: TlsStream<TcpStream>,
        caller: Caller,
        stop: impl Future<Output = ()>,
    ) -> Result<(), hyper::Error> {
        let app = self.app.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            app.clone().oneshot(caller.mark(request))
        });
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.limits.streams_max)
            .keep_alive_interval(self.limits.header_timeout)
            .adaptive_window(true)
            .serve_connection(TokioIo::new(stream), service);
        drive(connection, http2::Connection::graceful_shutdown, stop, self.limits.drain).await
    }

    async fn http1(
        &self,
        stream: TlsStream<TcpStream>,
        caller: Caller,
        stop: impl Future<Output = ()>,
    ) -> Result<(), hyper::Error> {
        let (app, limit) = (self.app.clone(), self.limits.body_timeout);
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let given_up = GivenUp::default();
            let request = request.map(|body| TimedBody::new(body, limit, given_up.clone()));
            let answer = app.clone().oneshot(caller.mark(request));
            async move { answer.await.map(|answer| given_up.or(answer)) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_timeout)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let wind_up = http1::UpgradeableConnection::graceful_shutdown;
        drive(connection, wind_up, stop, self.limits.drain).await
    }
}

/// A certificate that is refused is somebody's mistake or worse; anything else that is not a
/// handshake is the noise of an open port.
fn log_refusal(fault: &io::Error) {
    let tls = fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let certificate = matches!(
        tls,
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
    );
    if certificate {
        tracing::warn!(error = %ErrorChain(fault), "refuse certificate");
    } else {
        tracing::debug!(error = %ErrorChain(fault), "handshake ended");
    }
}

/// Runs a connection until it ends, or until `stop`, and then for `drain` at most.
async fn drive<C: Future<Output = Result<(), hyper::Error>>>(
    connection: C,
    wind_up: fn(Pin<&mut C>),
    stop: impl Future<Output = ()>,
    drain: Duration,
) -> Result<(), hyper::Error> {
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = stop => {}
    }
    wind_up(connection.as_mut());
    timeout(drain, connection).await.unwrap_or(Ok(()))
}

/// Who is at the other end, for the handlers.
#[derive(Clone)]
struct Caller {
    peer: Option<PeerIdentity>,
    from: SocketAddr,
    connection: Connection,
}

impl Caller {
    fn mark<B>(&self, request: hyper::Request<B>) -> Request
    where
        B: Body<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
    {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(self.from));
        request.extensions_mut().insert(self.connection.clone());
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        request
    }
}

/// The identity that the handshake has verified.
fn peer_identity(stream: &TlsStream<TcpStream>) -> Option<PeerIdentity> {
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    let read = MemberCertificate::read(certificate).expect("the verifier has read it as well");
    Some(PeerIdentity::verified(read))
}
