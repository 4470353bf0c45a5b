//! The API of one node, assembled.

use crate::answers::Answers;
use crate::auth::Tokens;
use crate::gateway::{BankDoor, Federation, Gateway, Mirrors, Node, Parts, Testnet};
use crate::limits::Limiters;
use crate::route::RequestId;
use crate::{RateLimits, grpc, openapi, route, table};
use axum::Router;
use axum::body::Bytes;
use axum::response::Response;
use gcfn_api_wire::bank::BankQueue;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::DepositAccount;
use gcfn_api_wire::staff::RoleTable;
use gcfn_api_wire::term::Money;
use gcfn_link::identity::NodeIdentity;
use gcfn_model::{Amount, CommandId, Hasher, Id, Kind, Millis, Pool, RegionId};
use gcfn_store::{Secret, Store, StoreError};
use gcfn_telemetry::ErrorChain;
use gcfn_venue::Terms;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What a node decides about its API. No defaults: every value is a decision of the operator.
#[derive(Clone)]
pub struct Settings {
    /// Who the node is: its operator's certificates carry the same name and region.
    pub identity: NodeIdentity,
    /// Whose supervisor may read here. It need not be the region whose regional clears.
    pub jurisdiction: RegionId,
    /// The banks that keep the node's accounts.
    pub banks: BTreeSet<NodeIdentity>,
    /// Secret of this node alone, the same on its replicas: signs tokens and makes ids
    /// that nobody can guess.
    pub secret: [u8; 32],
    /// How long a token is good for; the longest that a revoked credential still opens anything.
    pub token_lifetime: Millis,
    /// How long the personal data of a closed party is kept before it may be erased.
    pub personal_data_kept: Millis,
    /// How often a credential may call.
    pub rate_limits: RateLimits,
    /// The longest body that is read.
    pub body_bytes_max: usize,
    /// The longest message that is read from a bank.
    pub message_bytes_max: usize,
    /// Where users and issuers pay in, per pool.
    pub deposit_accounts: BTreeMap<Pool, DepositAccount>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { identity, token_lifetime, rate_limits, body_bytes_max, .. } = self;
        f.debug_struct("Settings")
            .field("identity", identity)
            .field("token_lifetime", token_lifetime)
            .field("rate_limits", rate_limits)
            .field("body_bytes_max", body_bytes_max)
            .finish_non_exhaustive()
    }
}

/// How many answers are remembered: some megabytes, and more than a node gives in a while.
const ANSWERS_KEPT: usize = 100_000;

/// The API of one node. Clones share it.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

struct Shared {
    parts: Parts,
    store: Store,
    settings: Settings,
    terms: Option<Terms>,
    tokens: Tokens,
    limiters: Limiters,
    answers: Answers,
    openapi: Bytes,
    roles: RoleTable,
}

impl Api {
    /// The API in front of `parts` and `store`.
    #[must_use]
    pub fn new(settings: Settings, parts: Parts, store: Store) -> Api {
        let venue = parts.venue.as_deref();
        let terms = venue.map(|gateway| gateway.read(|venue, _| *venue.terms()));
        let secret = purpose_key(&settings.secret, "tokens");
        let tokens = Tokens::new(settings.identity.node, &secret, settings.token_lifetime);
        let limiters = Limiters::new(settings.rate_limits);
        let routes = table::routes(&parts);
        Api(Arc::new(Shared {
            parts,
            store,
            settings,
            terms,
            tokens,
            limiters,
            answers: Answers::new(ANSWERS_KEPT),
            openapi: openapi::document(&routes),
            roles: table::roles(&routes),
        }))
    }

    /// Every route, REST and gRPC. The listener in front of it inserts `ConnectInfo` and, where
    /// a client certificate was verified, `PeerIdentity`.
    pub fn router(self) -> Router {
        let routes: Vec<_> = table::routes(&self.0.parts).into_iter().map(Arc::new).collect();
        let rest = routes.iter().fold(Router::new(), route::mount);
        let app = match &self.0.parts.venue {
            Some(_) => rest.merge(grpc::router(self.clone(), routes)),
            None => rest,
        };
        app.fallback(unknown_route).method_not_allowed_fallback(unknown_method).with_state(self)
    }

    pub(crate) fn node(&self) -> &dyn Node {
        &*self.0.parts.node
    }

    pub(crate) fn federation(&self) -> &dyn Federation {
        &*self.0.parts.federation
    }

    pub(crate) fn gateway(&self) -> &dyn Gateway {
        self.venue().expect("a venue's routes are served by a venue")
    }

    pub(crate) fn venue(&self) -> Option<&dyn Gateway> {
        self.0.parts.venue.as_deref()
    }

    pub(crate) fn mirrors(&self) -> &dyn Mirrors {
        self.0.parts.mirrors.as_deref().expect("a supervisor's routes are served by one")
    }

    pub(crate) fn banks(&self) -> &dyn BankDoor {
        self.0.parts.banks.as_deref().expect("the banks' route is served where there are banks")
    }

    /// What waits for each bank; nothing where there are none. Not asked for while the state is
    /// looked at: it looks there itself.
    pub(crate) fn bank_queues(&self) -> Vec<BankQueue> {
        self.0.parts.banks.as_ref().map(|banks| banks.queues()).unwrap_or_default()
    }

    pub(crate) fn testnet(&self) -> &dyn Testnet {
        self.0.parts.testnet.as_deref().expect("a testnet's routes are served on one")
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn terms(&self) -> &Terms {
        self.0.terms.as_ref().expect("a venue's routes are served by a venue")
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn limiters(&self) -> &Limiters {
        &self.0.limiters
    }

    pub(crate) fn answers(&self) -> &Answers {
        &self.0.answers
    }

    pub(crate) fn openapi(&self) -> Bytes {
        self.0.openapi.clone()
    }

    pub(crate) fn roles(&self) -> &RoleTable {
        &self.0.roles
    }

    /// `amount` in the venue's currency.
    pub(crate) fn money(&self, amount: Amount) -> Money {
        Money::new(amount, self.terms().currency)
    }

    /// The amount in `field`, which must be in the venue's currency.
    pub(crate) fn amount(&self, field: &str, money: Money) -> Result<Amount, Problem> {
        if money.currency != self.terms().currency {
            return Err(Problem::from(Code::CurrencyMismatch).at(field));
        }
        Ok(money.amount)
    }

    /// An id of what `command` makes that nobody can guess who has not the node's secret, and
    /// that is the same when the command is sent again.
    pub(crate) fn unguessable<K: Kind>(&self, command: CommandId) -> Id<K> {
        let secret = purpose_key(&self.settings().secret, "ids");
        Id::derive(&[&secret, command.as_bytes()])
    }

    /// The id and the secret of the API key that `command` makes.
    ///
    /// They follow from the node's secret, so that the command sent again, also eight times at
    /// once, gives the one key that there is. The other way, to keep the secret sealed until
    /// repeats end, would put what opens an account into the store, its copies and its backups;
    /// so the store holds what checks a key and nothing that is one. Who has the node's secret
    /// can sign tokens for anybody anyway: deriving keys from it gives away nothing more.
    pub(crate) fn key_of(&self, command: CommandId) -> (String, Secret) {
        let secret = purpose_key(&self.settings().secret, "api keys");
        let part = |name: &str| {
            let mut hasher = Hasher::new("gcfn/api/key/v1");
            hasher.part(&secret).part(name.as_bytes()).part(command.as_bytes()).finish()
        };
        let id: String = part("id").to_string().chars().take(16).collect();
        (format!("key-{id}"), Secret::from_bytes(part("secret").0))
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("node", &self.settings().identity).finish_non_exhaustive()
    }
}

/// One key per purpose out of the node's secret.
fn purpose_key(secret: &[u8; 32], purpose: &str) -> [u8; 32] {
    Hasher::new("gcfn/api/secret/v1").part(secret).part(purpose.as_bytes()).finish().0
}

/// What the caller is told of a fault of the store; the cause goes to the log.
pub(crate) fn store_problem(fault: &StoreError) -> Problem {
    let code = match fault {
        StoreError::Shredded { .. } => Code::Erased,
        fault if fault.may_pass() => Code::StoreUnavailable,
        _ => Code::Internal,
    };
    if code != Code::Erased {
        tracing::error!(error = %ErrorChain(fault), "store");
    }
    code.into()
}

async fn unknown_route() -> Response {
    route::answer(RequestId::fresh(), Err(Code::UnknownRoute.into()))
}

async fn unknown_method() -> Response {
    route::answer(RequestId::fresh(), Err(Code::UnknownMethod.into()))
}
