//! The calling side of the link: one connection per peer, made when needed and kept.

use crate::authority::Method;
use crate::certificate::Serial;
use crate::identity::NodeIdentity;
use crate::lasting::Lasting;
use crate::proto::link_client::LinkClient;
use crate::proto::{
    DeliverReply, EnvelopeBatch, FollowItem, FollowRequest, QueryReply, QueryRequest, RaftCall,
    RaftReply, SignedCommand, SubmitReply,
};
use crate::run;
use crate::service::{MESSAGE_BYTES_MAX, Refusal};
use crate::tls::{self, Credentials, PeerFault, TlsFault, Trust};
use gcfn_model::NodeId;
use hyper_util::rt::TokioIo;
use rustls::{AlertDescription, ClientConfig};
use rustls_pki_types::ServerName;
use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncBufReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};

/// From the first packet to the peer's greeting.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause after a first dial that did not work; doubled up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How often a silent connection is asked whether it is alive, and how long it may think.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Why no connection to a peer came about.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DialFault {
    /// Nothing answers there.
    #[error("connect to {address}")]
    Tcp {
        /// The address dialled.
        address: String,
        /// The reason.
        source: Arc<io::Error>,
    },
    /// Something answers too slowly, or not with TLS.
    #[error("no greeting from {address} within {DIAL_TIMEOUT:?}")]
    Timeout {
        /// The address dialled.
        address: String,
    },
    /// A member answers, but not the one that was meant, or a denied one.
    #[error("wrong peer at {address}")]
    WrongPeer {
        /// The address dialled.
        address: String,
        /// Who it is instead.
        source: PeerFault,
    },
    /// What answers shows no certificate of this network, or an expired one.
    #[error("distrust {address}")]
    Untrusted {
        /// The address dialled.
        address: String,
        /// The reason.
        source: rustls::Error,
    },
    /// The peer does not accept our certificate.
    #[error("{address} does not accept this node's certificate: {}", meaning(*alert))]
    NotAccepted {
        /// The address dialled.
        address: String,
        /// The peer's alert.
        alert: AlertDescription,
    },
}

fn meaning(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => "it needs one and none was shown".to_owned(),
        AlertDescription::CertificateExpired => "it is expired or not yet valid".to_owned(),
        AlertDescription::CertificateRevoked => "it is revoked".to_owned(),
        AlertDescription::UnknownCA => "it was signed by another authority".to_owned(),
        AlertDescription::CertificateUnknown => "its identity is refused".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Why a call got no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallFault {
    /// The node is in no peer list.
    #[error("{0} is not a known peer")]
    UnknownPeer(NodeId),
    /// More than [`MESSAGE_BYTES_MAX`]; nothing was sent. A fault of this program.
    #[error("{method} to {peer} has {size} bytes, the limit is {MESSAGE_BYTES_MAX}; cut it")]
    TooLarge {
        /// Who was to be called.
        peer: NodeId,
        /// What was to be called.
        method: Method,
        /// How large the message is.
        size: usize,
    },
    /// No connection. Try again: the call did not reach the peer.
    #[error("{peer} is unreachable")]
    Unreachable {
        /// Who was called.
        peer: NodeId,
        /// The reason.
        source: Box<DialFault>,
    },
    /// One side does not accept the other's certificate. A person must look.
    #[error("{peer} and this node do not accept each other")]
    NotTrusted {
        /// Who was called.
        peer: NodeId,
        /// The reason.
        source: Box<DialFault>,
    },
    /// The peer answered that it will not.
    #[error("{peer} refused {method}")]
    Refused {
        /// Who was called.
        peer: NodeId,
        /// What was called.
        method: Method,
        /// Its answer.
        source: Refusal,
    },
    /// No answer in time. Whether the call took effect is not known.
    #[error("{peer} did not answer {method} within {limit:?}")]
    Deadline {
        /// Who was called.
        peer: NodeId,
        /// What was called.
        method: Method,
        /// How long was waited.
        limit: Duration,
    },
    /// The connection broke. Whether the call took effect is not known.
    #[error("connection to {peer} broke during {method}")]
    Broken {
        /// Who was called.
        peer: NodeId,
        /// What was called.
        method: Method,
        /// The reason.
        source: Box<Status>,
    },
}

/// The peers of a node. Cloning shares the list and its connections.
#[derive(Clone, Debug)]
pub struct Peers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    mine: Credentials,
    trust: Trust,
    peers: Mutex<BTreeMap<NodeId, Peer>>,
}

impl Peers {
    /// An empty list of a node that shows `mine` and believes `trust`.
    #[must_use]
    pub fn new(mine: Credentials, trust: Trust) -> Peers {
        Peers(Arc::new(Pool { mine, trust, peers: Mutex::default() }))
    }

    /// Says where `identity` listens (`host:port`). Connects at the first call. Connections to
    /// an earlier address of the node end with the calls that use them.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`TlsFault`].
    pub fn set(&self, identity: NodeIdentity, address: &str) -> Result<(), TlsFault> {
        let mut peers = self.0.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = peers.get(&identity.node);
        if known.is_some_and(|known| known.identity == identity && *known.address == *address) {
            return Ok(());
        }
        let config = tls::client(&self.0.mine, &self.0.trust, identity)?;
        let peer = Peer::new(identity, address, config, &self.0.mine);
        peers.insert(identity.node, peer);
        Ok(())
    }

    /// Forgets `node`.
    pub fn remove(&self, node: NodeId) {
        self.0.peers.lock().unwrap_or_else(PoisonError::into_inner).remove(&node);
    }

    /// The peer named `node`. Ask for it at every call: a kept [`Peer`] stays with the
    /// certificate and the address of its time.
    ///
    /// # Errors
    /// [`CallFault::UnknownPeer`].
    pub fn to(&self, node: NodeId) -> Result<Peer, CallFault> {
        let mut peers = self.0.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let peer = peers.get_mut(&node).ok_or(CallFault::UnknownPeer(node))?;
        let serial = self.0.mine.certificate().serial;
        if peer.shown != serial {
            // The connection was made with a certificate that has been replaced since.
            *peer = Peer::new(peer.identity, &peer.address, Arc::clone(&peer.tls), &self.0.mine);
        }
        Ok(peer.clone())
    }

    /// Every known peer.
    #[must_use]
    pub fn identities(&self) -> Vec<NodeIdentity> {
        let peers = self.0.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.values().map(|peer| peer.identity).collect()
    }
}

/// One peer and the connection to it. Cloning shares the connection.
#[derive(Clone, Debug)]
pub struct Peer {
    identity: NodeIdentity,
    address: Arc<str>,
    tls: Arc<ClientConfig>,
    shown: Serial,
    run: MetadataValue<Ascii>,
    channel: Channel,
}

impl Peer {
    fn new(
        identity: NodeIdentity,
        address: &str,
        tls: Arc<ClientConfig>,
        mine: &Credentials,
    ) -> Peer {
        let dialler = Arc::new(Dialler {
            address: address.to_owned(),
            tls: Arc::clone(&tls),
            gate: Mutex::default(),
        });
        let connector = tower::service_fn(move |_: axum::http::Uri| {
            let dialler = Arc::clone(&dialler);
            async move { dialler.dial_unless_paused().await.map(TokioIo::new) }
        });
        // The name is nobody's address: the dialler knows where to go, and whom to expect.
        let channel = Endpoint::from_static("http://link.gcfn.internal")
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .keep_alive_while_idle(true)
            .http2_adaptive_window(true)
            .connect_with_connector_lazy(connector);
        let run = mine.run().to_string().parse().expect("hexadecimal digits are ASCII");
        let shown = mine.certificate().serial;
        Peer { identity, address: address.into(), tls, shown, run, channel }
    }

    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> NodeIdentity {
        self.identity
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends one message of a cell's consensus.
    ///
    /// # Errors
    /// [`CallFault`].
    pub async fn raft(&self, call: RaftCall, limit: Duration) -> Result<RaftReply, CallFault> {
        let mut link = self.link(Method::Raft, &call)?;
        self.answer(Method::Raft, limit, link.raft(self.said(call))).await
    }

    /// Delivers envelopes.
    ///
    /// # Errors
    /// [`CallFault`].
    pub async fn deliver(
        &self,
        envelopes: Vec<Vec<u8>>,
        limit: Duration,
    ) -> Result<DeliverReply, CallFault> {
        let batch = EnvelopeBatch { envelopes };
        let mut link = self.link(Method::Deliver, &batch)?;
        self.answer(Method::Deliver, limit, link.deliver(self.said(batch))).await
    }

    /// Submits a signed command of the federation.
    ///
    /// # Errors
    /// [`CallFault`].
    pub async fn submit(
        &self,
        command: Vec<u8>,
        limit: Duration,
    ) -> Result<SubmitReply, CallFault> {
        let command = SignedCommand { command };
        let mut link = self.link(Method::Submit, &command)?;
        self.answer(Method::Submit, limit, link.submit(self.said(command))).await
    }

    /// Follows a cell's journal. `limit` is for the beginning; the stream itself lasts.
    ///
    /// # Errors
    /// [`CallFault`].
    pub async fn follow(
        &self,
        request: FollowRequest,
        limit: Duration,
    ) -> Result<Following, CallFault> {
        let mut link = self.link(Method::Follow, &request)?;
        let stream = self.answer(Method::Follow, limit, link.follow(self.said(request))).await?;
        Ok(Following { peer: self.identity.node, stream })
    }

    /// Asks a question.
    ///
    /// # Errors
    /// [`CallFault`].
    pub async fn query(
        &self,
        request: QueryRequest,
        limit: Duration,
    ) -> Result<QueryReply, CallFault> {
        let mut link = self.link(Method::Query, &request)?;
        self.answer(Method::Query, limit, link.query(self.said(request))).await
    }

    /// A message with the run of this node that says it.
    fn said<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert(run::HEADER, self.run.clone());
        request
    }

    /// A client for one call with `message`, which the peer would not take if it were larger.
    fn link(
        &self,
        method: Method,
        message: &impl prost::Message,
    ) -> Result<LinkClient<Channel>, CallFault> {
        let size = message.encoded_len();
        if MESSAGE_BYTES_MAX < size {
            return Err(CallFault::TooLarge { peer: self.identity.node, method, size });
        }
        let link = LinkClient::new(self.channel.clone());
        Ok(link.max_decoding_message_size(MESSAGE_BYTES_MAX))
    }

    async fn answer<T>(
        &self,
        method: Method,
        limit: Duration,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, CallFault> {
        let peer = self.identity.node;
        match timeout(limit, call).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) => Err(fault(peer, method, status)),
            Err(_) => Err(CallFault::Deadline { peer, method, limit }),
        }
    }
}

/// A journal as it is being received.
#[derive(Debug)]
pub struct Following {
    peer: NodeId,
    stream: Streaming<FollowItem>,
}

impl Following {
    /// The next record; `None` when the peer has ended the stream.
    ///
    /// # Errors
    /// [`CallFault`]: follow again, from the last record received.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, CallFault> {
        let item = self.stream.message().await;
        let item = item.map_err(|status| fault(self.peer, Method::Follow, status))?;
        Ok(item.map(|item| item.record))
    }
}

/// What a gRPC status means here: no connection, a connection that broke, or an answer.
fn fault(peer: NodeId, method: Method, status: Status) -> CallFault {
    let mut cause: Option<&(dyn Error + 'static)> = status.source();
    if cause.is_none() {
        return CallFault::Refused { peer, method, source: Refusal::from_status(&status) };
    }
    while let Some(error) = cause {
        if let Some(source) = error.downcast_ref::<DialFault>() {
            let source = Box::new(source.clone());
            return match *source {
                DialFault::Tcp { .. } | DialFault::Timeout { .. } => {
                    CallFault::Unreachable { peer, source }
                }
                DialFault::WrongPeer { .. }
                | DialFault::Untrusted { .. }
                | DialFault::NotAccepted { .. } => CallFault::NotTrusted { peer, source },
            };
        }
        cause = error.source();
    }
    CallFault::Broken { peer, method, source: Box::new(status) }
}

/// Makes the connections to one peer, and pauses between those that do not work.
#[derive(Debug)]
struct Dialler {
    address: String,
    tls: Arc<ClientConfig>,
    gate: Mutex<Option<Pause>>,
}

/// Why and until when no dial is made.
#[derive(Clone, Debug)]
struct Pause {
    reason: DialFault,
    length: Duration,
    until: Instant,
}

impl Dialler {
    async fn dial_unless_paused(&self) -> Result<Lasting, DialFault> {
        let pause = self.gate.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(pause) = &pause
            && Instant::now() < pause.until
        {
            return Err(pause.reason.clone());
        }
        let dialled = match timeout(DIAL_TIMEOUT, self.dial()).await {
            Ok(dialled) => dialled,
            Err(_) => Err(DialFault::Timeout { address: self.address.clone() }),
        };
        let next = dialled.as_ref().err().map(|reason| {
            let length = pause.map_or(PAUSE_MIN, |pause| PAUSE_MAX.min(pause.length * 2));
            Pause { reason: reason.clone(), length, until: Instant::now() + length }
        });
        *self.gate.lock().unwrap_or_else(PoisonError::into_inner) = next;
        dialled
    }

    async fn dial(&self) -> Result<Lasting, DialFault> {
        let tcp = TcpStream::connect(&self.address).await.map_err(|fault| self.tcp(fault))?;
        tcp.set_nodelay(true).map_err(|fault| self.tcp(fault))?;
        let name = ServerName::try_from("link.gcfn.internal").expect("a DNS name");
        let tls = TlsConnector::from(Arc::clone(&self.tls));
        let mut stream = tls.connect(name, tcp).await.map_err(|fault| self.tls(fault))?;
        // A TLS 1.3 client is done before the server has judged its certificate. That the
        // server greets (an HTTP/2 server speaks first) is the proof that it let us in; so a
        // refusal is known here and not somewhere in the first call.
        let greeting = stream.fill_buf().await.map_err(|fault| self.tls(fault))?;
        if greeting.is_empty() {
            return Err(self.tcp(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(Lasting::new(stream))
    }

    fn tcp(&self, source: io::Error) -> DialFault {
        DialFault::Tcp { address: self.address.clone(), source: Arc::new(source) }
    }

    fn tls(&self, fault: io::Error) -> DialFault {
        let address = self.address.clone();
        let inner = fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::AlertReceived(alert)) => {
                DialFault::NotAccepted { address, alert: *alert }
            }
            Some(error) => match PeerFault::within(error) {
                Some(source) => DialFault::WrongPeer { address, source: source.clone() },
                None => DialFault::Untrusted { address, source: error.clone() },
            },
            None => self.tcp(fault),
        }
    }
}
