//! The served side of the link: who may call is settled here, what to answer is not.

use crate::authority::{Method, may};
use crate::certificate::{Denylist, PeerIdentity};
use crate::proto::link_server::{Link, LinkServer};
use crate::proto::{
    DeliverReply, EnvelopeBatch, FollowItem, FollowRequest, QueryReply, QueryRequest, RaftCall,
    RaftReply, SignedCommand, SubmitReply,
};
use crate::run::{self, Connection, Run, Runs};
use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response as HttpResponse};
use std::pin::Pin;
use std::sync::Arc;
use tokio_stream::{Stream, StreamExt};
use tonic::{Code, Request, Response, Status};

/// The largest message either way, in bytes. A batch of envelopes or a part of a snapshot must
/// be cut below it.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A journal as it is being sent.
pub type Records = Pin<Box<dyn Stream<Item = Result<FollowItem, Refusal>> + Send>>;

/// Why a node did not answer a call. Refusals of a *command* travel inside a reply instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller's role or certificate does not allow it. Asking again changes nothing.
    #[error("not allowed: {0}")]
    NotAllowed(String),
    /// Another run of the calling node is connected: its keys are in use twice. A person must
    /// look which one is to go on.
    #[error("runs twice: {0}")]
    Twin(String),
    /// The bytes are not what the method takes. A fault of the caller's program.
    #[error("malformed: {0}")]
    Malformed(String),
    /// This node has no such cell, record or question.
    #[error("not found here: {0}")]
    NotHere(String),
    /// This node cannot answer now: no leader, or not caught up. Ask again later or elsewhere.
    #[error("not ready: {0}")]
    NotReady(String),
    /// Too much at once. Ask again later, with less.
    #[error("overloaded: {0}")]
    Overloaded(String),
    /// A fault of this node; its log has the rest.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Status {
        let (code, text) = match refusal {
            Refusal::NotAllowed(text) => (Code::PermissionDenied, text),
            Refusal::Twin(text) => (Code::AlreadyExists, text),
            Refusal::Malformed(text) => (Code::InvalidArgument, text),
            Refusal::NotHere(text) => (Code::NotFound, text),
            Refusal::NotReady(text) => (Code::Unavailable, text),
            Refusal::Overloaded(text) => (Code::ResourceExhausted, text),
            Refusal::Internal(text) => (Code::Internal, text),
        };
        Status::new(code, text)
    }
}

impl Refusal {
    /// The refusal that a peer sent.
    pub(crate) fn from_status(status: &Status) -> Refusal {
        let text = status.message().to_owned();
        match status.code() {
            Code::PermissionDenied | Code::Unauthenticated => Refusal::NotAllowed(text),
            Code::AlreadyExists => Refusal::Twin(text),
            Code::InvalidArgument | Code::OutOfRange => Refusal::Malformed(text),
            Code::NotFound | Code::Unimplemented => Refusal::NotHere(text),
            Code::Unavailable => Refusal::NotReady(text),
            Code::ResourceExhausted => Refusal::Overloaded(text),
            _ => Refusal::Internal(text),
        }
    }
}

/// What a node answers. Called only for peers whose role may call the method; whether *this*
/// peer belongs to the cell or the jurisdiction it names is for the handler to check.
#[tonic::async_trait]
pub trait LinkHandler: Send + Sync + 'static {
    /// One message of a cell's consensus.
    async fn raft(&self, peer: PeerIdentity, call: RaftCall) -> Result<RaftReply, Refusal>;
    /// Envelopes of the channel from `peer`.
    async fn deliver(
        &self,
        peer: PeerIdentity,
        batch: EnvelopeBatch,
    ) -> Result<DeliverReply, Refusal>;
    /// A signed command of the federation.
    async fn submit(
        &self,
        peer: PeerIdentity,
        command: SignedCommand,
    ) -> Result<SubmitReply, Refusal>;
    /// A cell's journal from an index on.
    async fn follow(&self, peer: PeerIdentity, request: FollowRequest) -> Result<Records, Refusal>;
    /// A read.
    async fn query(&self, peer: PeerIdentity, request: QueryRequest)
    -> Result<QueryReply, Refusal>;
}

/// The routes of the link, to be served behind [`crate::tls::server_mutual`].
///
/// `denied` is asked at every call, so a suspended node is cut off on open connections too.
pub fn router<H: LinkHandler>(handler: Arc<H>, denied: Denylist) -> Router {
    let server = LinkServer::new(Adapter(handler))
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .max_encoding_message_size(MESSAGE_BYTES_MAX);
    Router::new()
        .route_service("/gcfn.link.v1.Link/{method}", server)
        .layer(from_fn_with_state(Gate { denied, runs: Runs::default() }, admit))
}

/// What a call is held to before anybody hears it.
#[derive(Clone)]
struct Gate {
    denied: Denylist,
    runs: Runs,
}

/// The one gate: no call reaches a handler but through here.
async fn admit(State(gate): State<Gate>, request: HttpRequest, next: Next) -> HttpResponse {
    let peer = request.extensions().get::<PeerIdentity>();
    let permitted = permit(peer, request.uri().path(), &gate.denied);
    match permitted.and_then(|peer| gate.alone(peer, &request)) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            let peer = peer.map(|peer| peer.identity().to_string());
            match &refusal {
                Refusal::Twin(_) => tracing::error!(peer, %refusal, "refuse call"),
                _ => tracing::warn!(peer, %refusal, "refuse call"),
            }
            Status::from(refusal).into_http::<axum::body::Body>().into_response()
        }
    }
}

impl Gate {
    /// That no other run of the peer is listened to. Whoever does not say which run it is has
    /// no say in this: a program from before runs were told apart.
    fn alone(&self, peer: &PeerIdentity, request: &HttpRequest) -> Result<(), Refusal> {
        let said = request.headers().get(run::HEADER).and_then(|said| said.to_str().ok());
        let (Some(run), Some(connection)) =
            (said.and_then(Run::parse), request.extensions().get::<Connection>())
        else {
            return Ok(());
        };
        let identity = peer.identity();
        if self.runs.admit(identity.node, run, connection) {
            return Ok(());
        }
        Err(Refusal::Twin(format!("another run of {identity} is connected")))
    }
}

fn permit<'a>(
    peer: Option<&'a PeerIdentity>,
    path: &str,
    denied: &Denylist,
) -> Result<&'a PeerIdentity, Refusal> {
    let refuse = |text: String| Err(Refusal::NotAllowed(text));
    let Some(peer) = peer else {
        return refuse("the link is for members with a certificate".to_owned());
    };
    let identity = peer.identity();
    if denied.refuses(peer.certificate()) {
        return refuse(format!("{identity} is suspended or its certificate revoked"));
    }
    let Some(method) = Method::from_path(path) else {
        return refuse(format!("the link has no method {path}"));
    };
    if !may(identity.role, method) {
        return refuse(format!("a {} may not call {method}", identity.role));
    }
    Ok(peer)
}

/// Between the generated service and [`LinkHandler`].
struct Adapter<H>(Arc<H>);

/// Takes a request apart into who asks and what.
fn opened<T>(request: Request<T>) -> Result<(PeerIdentity, T), Status> {
    let peer = request.extensions().get::<PeerIdentity>().copied();
    let peer = peer.ok_or_else(|| Status::internal("the gate let an unknown caller through"))?;
    Ok((peer, request.into_inner()))
}

#[tonic::async_trait]
impl<H: LinkHandler> Link for Adapter<H> {
    async fn raft(&self, request: Request<RaftCall>) -> Result<Response<RaftReply>, Status> {
        let (peer, call) = opened(request)?;
        Ok(Response::new(self.0.raft(peer, call).await?))
    }

    async fn deliver(
        &self,
        request: Request<EnvelopeBatch>,
    ) -> Result<Response<DeliverReply>, Status> {
        let (peer, batch) = opened(request)?;
        Ok(Response::new(self.0.deliver(peer, batch).await?))
    }

    async fn submit(
        &self,
        request: Request<SignedCommand>,
    ) -> Result<Response<SubmitReply>, Status> {
        let (peer, command) = opened(request)?;
        Ok(Response::new(self.0.submit(peer, command).await?))
    }

    type FollowStream = Pin<Box<dyn Stream<Item = Result<FollowItem, Status>> + Send>>;

    async fn follow(
        &self,
        request: Request<FollowRequest>,
    ) -> Result<Response<Self::FollowStream>, Status> {
        let (peer, request) = opened(request)?;
        let records = self.0.follow(peer, request).await?;
        Ok(Response::new(Box::pin(records.map(|record| record.map_err(Status::from)))))
    }

    async fn query(&self, request: Request<QueryRequest>) -> Result<Response<QueryReply>, Status> {
        let (peer, request) = opened(request)?;
        Ok(Response::new(self.0.query(peer, request).await?))
    }
}
