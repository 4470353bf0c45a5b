//! Who calls: API keys, tokens, client certificates.
//!
//! Proves identity and maps it to a scope; which scope may do what is `table`'s matter.

mod token;

pub(crate) use token::Tokens;

use crate::api::store_problem;
use crate::{Api, Settings};
use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_link::certificate::PeerIdentity;
use gcfn_link::identity::{self, NodeIdentity};
use gcfn_model::{PartyId, Timestamp};
use gcfn_store::{Credential, Secret};
use gcfn_venue::{Actor, Role};
use std::fmt;
use std::str::FromStr;

/// What a credential opens: a role, and how often it may call. Its word is the scope in the
/// store of credentials and in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A user or a merchant.
    User,
    /// A user that quotes prices on both sides, often.
    MarketMaker,
    /// An issuer.
    Issuer,
    /// Staff of the node's operator.
    Operator,
    /// A bank.
    Bank,
    /// A supervisor.
    Regulator,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 6] = [
        Scope::User,
        Scope::MarketMaker,
        Scope::Issuer,
        Scope::Operator,
        Scope::Bank,
        Scope::Regulator,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::User => "user",
            Scope::MarketMaker => "market_maker",
            Scope::Issuer => "issuer",
            Scope::Operator => "operator",
            Scope::Bank => "bank",
            Scope::Regulator => "regulator",
        }
    }

    /// The role that the machine knows.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Scope::User | Scope::MarketMaker => Role::User,
            Scope::Issuer => Role::Issuer,
            Scope::Operator => Role::Operator,
            Scope::Bank => Role::Bank,
            Scope::Regulator => Role::Regulator,
        }
    }

    /// What the holder of a certificate may do at the node of `settings`. A role alone opens
    /// nothing: trade detail stays with the supervisor of its own jurisdiction, payments with
    /// the bank that makes them, a node with its own operator. Other nodes are no callers.
    fn of_peer(settings: &Settings, peer: &NodeIdentity) -> Option<Scope> {
        let (own, here) = (settings.identity, settings.jurisdiction);
        let is_own = (peer.region, peer.node) == (own.region, own.node);
        match peer.role {
            identity::Role::Regulator => (peer.region == here).then_some(Scope::Regulator),
            identity::Role::Bank => settings.banks.contains(peer).then_some(Scope::Bank),
            identity::Role::Operator => is_own.then_some(Scope::Operator),
            identity::Role::Root | identity::Role::Regional | identity::Role::Local => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is not a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scope is not one of user, market_maker, issuer, operator, bank, regulator")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Scope, UnknownScope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// How a caller has proven who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// By a secret that this node has given out, or a token for one.
    Secret,
    /// By a certificate of the network for this identity.
    Certificate(NodeIdentity),
}

/// Who calls. Holding one is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The party, or the pseudonym of a member of staff, a bank or a supervisor.
    pub(crate) party: PartyId,
    /// What it opens.
    pub(crate) scope: Scope,
    /// What it was proven with; requests are counted by it.
    pub(crate) credential: String,
    /// How it was proven.
    pub(crate) proof: Proof,
    /// From when the proof is refused, for conversations that outlive it.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Caller {
    /// The caller as the machine knows it.
    pub(crate) fn actor(&self) -> Actor {
        Actor { party: self.party, role: self.scope.role() }
    }

    /// Whether it watches over the node rather than acts for a party.
    pub(crate) fn oversees(&self) -> bool {
        matches!(self.scope.role(), Role::Operator | Role::Regulator)
    }

    /// Whether it may see what is `party`'s own.
    pub(crate) fn may_see(&self, party: PartyId) -> bool {
        self.oversees() || self.party == party
    }

    fn of_credential(credential: Credential) -> Option<Caller> {
        let Credential { id, grant, .. } = credential;
        let scope = grant.scope.parse().ok()?;
        let staff = || PartyId::derive(&[b"credential", id.as_bytes()]);
        let (party, expires_at) = (grant.party.unwrap_or_else(staff), grant.expires_at);
        Some(Caller { party, scope, credential: id, proof: Proof::Secret, expires_at })
    }

    fn of_peer(settings: &Settings, peer: &PeerIdentity) -> Option<Caller> {
        let identity = peer.identity();
        let scope = Scope::of_peer(settings, &identity)?;
        let credential = identity.to_string();
        let party = PartyId::derive(&[b"certificate", credential.as_bytes()]);
        let expires_at = Some(peer.certificate().not_after);
        let proof = Proof::Certificate(identity);
        Some(Caller { party, scope, credential, proof, expires_at })
    }

    /// Whether the proof is still good at `now`.
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// Who sent a request with these headers over this connection. What the request says goes
/// before what the connection proves, so that a bank's proxy can carry others' tokens.
pub(crate) async fn authenticate(
    api: &Api,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Caller, Problem> {
    let nobody = || Problem::from(Code::Unauthenticated);
    let Some(header) = headers.get(AUTHORIZATION) else {
        let peer = extensions.get::<PeerIdentity>().ok_or_else(nobody)?;
        let caller = Caller::of_peer(api.settings(), peer);
        return caller.ok_or_else(|| Code::ForeignCertificate.into());
    };
    let header = header.to_str().map_err(|_| nobody())?;
    match header.split_once(' ') {
        Some(("Bearer", token)) => api.tokens().verify(token, api.node().now()).ok_or_else(nobody),
        Some(("ApiKey", key)) => of_api_key(api, key).await,
        _ => Err(nobody()),
    }
}

/// Whose API key `<id>.<secret>` is.
pub(crate) async fn of_api_key(api: &Api, key: &str) -> Result<Caller, Problem> {
    let nobody = || Problem::from(Code::Unauthenticated);
    let (id, secret) = key.split_once('.').ok_or_else(nobody)?;
    let secret: Secret = secret.parse().map_err(|_| nobody())?;
    let known = api.store().credentials().authenticate(id, &secret, api.node().now()).await;
    let known = known.map_err(|fault| store_problem(&fault))?;
    known.and_then(Caller::of_credential).ok_or_else(nobody)
}
