//! A network of one authority, a node that echoes, and nodes that call it.

use gcfn_link::ca::{Admitted, Issued, NetworkCa, Validity};
use gcfn_link::certificate::{Denylist, PeerIdentity};
use gcfn_link::client::{CallFault, Peers};
use gcfn_link::identity::NodeIdentity;
use gcfn_link::keys::TlsKey;
use gcfn_link::listener::{Limits, Listener};
use gcfn_link::proto::{
    DeliverReply, EnvelopeBatch, FollowItem, FollowRequest, QueryReply, QueryRequest, RaftCall,
    RaftReply, SignedCommand, SubmitReply, submit_reply,
};
use gcfn_link::service::{LinkHandler, Records, Refusal, router};
use gcfn_link::tls::{Credentials, Trust, server_mutual};
use gcfn_model::Timestamp;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// Valid at any time at which this test is run.
pub(crate) const ALWAYS: (&str, &str) = ("2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z");
/// Expired whenever this test is run.
pub(crate) const LONG_AGO: (&str, &str) = ("2020-01-01T00:00:00Z", "2020-12-31T00:00:00Z");

pub(crate) fn validity((from, until): (&str, &str)) -> Validity {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    Validity { not_before: at(from), not_after: at(until) }
}

pub(crate) fn identity(text: &str) -> NodeIdentity {
    format!("gcfn://{text}").parse().expect("an identity")
}

/// One network, `demo` unless said otherwise.
pub(crate) struct World {
    pub(crate) ca: NetworkCa,
}

impl World {
    pub(crate) fn new() -> World {
        World::named("demo")
    }

    pub(crate) fn named(network: &str) -> World {
        let network = network.parse().expect("a network");
        let (ca, _key) = NetworkCa::create(network, validity(ALWAYS)).expect("an authority");
        World { ca }
    }

    pub(crate) fn issue(&self, who: &str, when: (&str, &str), key: &TlsKey) -> Issued {
        let request = key.certificate_request().expect("a request");
        let admitted = Admitted { identity: identity(who), hosts: vec![] };
        self.ca.issue(&request, &admitted, validity(when)).expect("a certificate")
    }

    pub(crate) fn credentials(&self, who: &str) -> Credentials {
        self.credentials_valid(who, ALWAYS)
    }

    pub(crate) fn credentials_valid(&self, who: &str, when: (&str, &str)) -> Credentials {
        let key = TlsKey::generate().expect("a key");
        Credentials::new(&self.issue(who, when, &key).pem, &key).expect("credentials")
    }

    pub(crate) fn trust(&self) -> Trust {
        self.trust_as("demo", Denylist::default())
    }

    pub(crate) fn trust_as(&self, network: &str, denied: Denylist) -> Trust {
        let network = network.parse().expect("a network");
        Trust::new(network, self.ca.certificate_pem(), denied).expect("trust")
    }
}

/// A node that echoes, as long as it is held.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) serving: JoinSet<()>,
}

impl Node {
    pub(crate) async fn open(mine: &Credentials, trust: &Trust) -> Node {
        let app = router(Arc::new(Echo), trust.denied().clone());
        let tls = server_mutual(mine, trust).expect("a configuration");
        Node::serve(tls, Limits::LINK, app).await
    }

    pub(crate) async fn serve(
        tls: Arc<rustls::ServerConfig>,
        limits: Limits,
        app: axum::Router,
    ) -> Node {
        let listener = Listener::bind("127.0.0.1:0", tls, limits).await.expect("bound");
        let address = listener.address().expect("an address");
        let (stop, stopped) = watch::channel(false);
        let mut serving = JoinSet::new();
        serving.spawn(listener.serve(app, stopped));
        Node { address, stop, serving }
    }
}

/// The peer list of a caller that knows `node` under the name `expected`.
pub(crate) fn peers(mine: &Credentials, trust: &Trust, expected: &str, node: &Node) -> Peers {
    let peers = Peers::new(mine.clone(), trust.clone());
    peers.set(identity(expected), &node.address.to_string()).expect("a peer");
    peers
}

/// Asks the peer of that name to echo.
pub(crate) async fn ask(peers: &Peers, node: &str) -> Result<String, CallFault> {
    let peer = peers.to(node.parse().expect("a name"))?;
    let request = QueryRequest { what: "who am I".to_owned(), payload: vec![] };
    let reply = peer.query(request, LIMIT).await?;
    Ok(String::from_utf8(reply.payload).expect("text"))
}

/// An error and its causes in one line.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Answers with the caller's identity, and gives payloads back.
pub(crate) struct Echo;

#[tonic::async_trait]
impl LinkHandler for Echo {
    async fn raft(&self, _peer: PeerIdentity, call: RaftCall) -> Result<RaftReply, Refusal> {
        Ok(RaftReply { payload: call.payload })
    }

    async fn deliver(
        &self,
        _peer: PeerIdentity,
        batch: EnvelopeBatch,
    ) -> Result<DeliverReply, Refusal> {
        let applied_seq = u64::try_from(batch.envelopes.len()).expect("a count");
        Ok(DeliverReply { applied_seq, refusal: vec![] })
    }

    async fn submit(
        &self,
        _peer: PeerIdentity,
        command: SignedCommand,
    ) -> Result<SubmitReply, Refusal> {
        Ok(SubmitReply { answer: Some(submit_reply::Answer::Outcome(command.command)) })
    }

    async fn follow(
        &self,
        _peer: PeerIdentity,
        request: FollowRequest,
    ) -> Result<Records, Refusal> {
        if request.cell != "cn-sha" {
            return Err(Refusal::NotHere(format!("cell {}", request.cell)));
        }
        let records = (request.from_index..request.from_index + 3)
            .map(|index| Ok(FollowItem { record: index.to_be_bytes().to_vec() }));
        Ok(Box::pin(tokio_stream::iter(records)))
    }

    async fn query(
        &self,
        peer: PeerIdentity,
        _request: QueryRequest,
    ) -> Result<QueryReply, Refusal> {
        Ok(QueryReply { payload: peer.identity().to_string().into_bytes() })
    }
}
