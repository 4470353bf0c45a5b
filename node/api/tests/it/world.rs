//! A node without a network: a bare venue behind the router, and callers that need no socket.

use crate::neighbours::Neighbours;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use gcfn_anchor::checkpoint::{Checkpoint, SignedCheckpoint};
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::keys::Signer;
use gcfn_anchor::tile::Tile;
use gcfn_api::feed::Feed;
use gcfn_api::gateway::{
    ForeignListing, Gateway, Health, NoRate, NoReceipt, Node, OwnCondition, Parts, RateRequest,
    Unavailable,
};
use gcfn_api::projection::Past;
use gcfn_api::{Api, RateLimits, Scope, Settings, projection};
use gcfn_api_wire::condition::{
    CellCondition, CertificateCondition, ChannelCondition, DiskCondition, ReplicaState,
};
use gcfn_api_wire::settlement::DepositAccount;
use gcfn_api_wire::term::Text;
use gcfn_banking::{BankEntry, BankReference, Side};
use gcfn_link::identity::NodeIdentity;
use gcfn_model::{
    Amount, BasisPoints, Currency, Digest, LockId, Machine, Millis, OrderId, PartyId, Pool, Rate,
    SeriesId, SettlementAccount, Timestamp, TradeId, Xqid,
};
use gcfn_store::{Grant, Store, VaultKey};
use gcfn_venue::{
    Command, Event, FeePreset, FeeSchedule, LockedRate, Outcome, Request as Wish, Terms,
    TradingDay, Venue,
};
use serde_json::Value;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const YUAN: &str = "CNY";

/// The state behind the API of the tests.
pub(crate) struct TestGateway {
    pub(crate) venue: Mutex<Venue>,
    pub(crate) events: Mutex<Vec<Event>>,
    /// When each of them happened.
    times: Mutex<Vec<Timestamp>>,
    pub(crate) now: Mutex<Timestamp>,
    pub(crate) down: Mutex<Option<Unavailable>>,
    pub(crate) feed: Feed,
    applied: AtomicU64,
}

impl TestGateway {
    pub(crate) fn apply(&self, command: &Command) -> Outcome {
        let at = *self.now.lock().unwrap();
        let mut events = self.events.lock().unwrap();
        let known = events.len();
        self.applied.fetch_add(1, Ordering::Relaxed);
        let outcome = self.venue.lock().unwrap().apply(at, command, &mut events);
        events.iter().skip(known).for_each(|event| self.feed.publish(event));
        self.times.lock().unwrap().resize(events.len(), at);
        outcome
    }
}

impl Node for TestGateway {
    fn applied(&self) -> u64 {
        self.applied.load(Ordering::Relaxed)
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn health(&self) -> Health {
        let ready = self.down.lock().unwrap().is_none();
        Health { ready, leading: ready }
    }

    fn is_halted(&self) -> bool {
        *self.down.lock().unwrap() == Some(Unavailable::Halted)
    }

    fn state_root(&self) -> Option<Digest> {
        None
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        let head = CellHead { cell: "cn-sha".parse().unwrap(), size: 1, root: Digest::ZERO };
        let checkpoint = Checkpoint { network: "test".parse().unwrap(), head };
        SignedCheckpoint::sign(checkpoint, head.cell, &Signer::from_seed(&[1; 32]))
    }

    fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        (tile.range() == Some(0..1)).then(|| vec![7; 32])
    }

    fn condition(&self) -> OwnCondition {
        let cell = CellCondition {
            cell: "cn-sha".to_owned(),
            state: ReplicaState::Leader,
            leader: Some(Text("cn-sha".parse().unwrap())),
            term: 1,
            log_index: self.applied(),
            applied_index: self.applied(),
            snapshot_index: 0,
            quorum_age_ms: Some(1),
            voters: 1,
            learners: 0,
            halted: self.is_halted().then(|| "its disk is full".to_owned()),
        };
        let not_after = Text(time("2027-11-23T00:00:00Z"));
        OwnCondition {
            cells: vec![cell],
            channels: vec![ChannelCondition::quiet("hk-hkg".parse().unwrap())],
            certificate: CertificateCondition { not_after, days_left: 364 },
            disk: DiskCondition { free_bytes: 1, total_bytes: 2 },
        }
    }

    fn metrics(&self) -> String {
        "gcfn_build_info 1\n".to_owned()
    }
}

#[tonic::async_trait]
impl Gateway for TestGateway {
    async fn submit(&self, requests: Vec<Wish>) -> Result<Vec<Outcome>, Unavailable> {
        if let Some(down) = *self.down.lock().unwrap() {
            return Err(down);
        }
        Ok(requests.into_iter().map(|wish| self.apply(&Command::Request(wish))).collect())
    }

    fn look(&self, look: &mut dyn FnMut(&Venue)) {
        look(&self.venue.lock().unwrap());
    }

    fn feed(&self) -> &Feed {
        &self.feed
    }

    fn listings(&self) -> Vec<ForeignListing> {
        vec![foreign(), neighbouring()]
    }

    fn listing(&self, series: SeriesId) -> Option<ForeignListing> {
        self.listings().into_iter().find(|listing| listing.series == series)
    }

    async fn lock_rate(&self, ask: RateRequest) -> Result<LockedRate, NoRate> {
        if ask.needs != Currency::Hkd {
            return Err(NoRate::NoQuote);
        }
        Ok(LockedRate {
            lock: LockId::derive(&[ask.command.as_bytes()]),
            holder: "cn-sha".parse().unwrap(),
            dealer: "hk-hkg".parse().unwrap(),
            pays: ask.pays,
            needs: ask.needs,
            rate: Rate::new(109, 100).unwrap(),
            size: ask.size,
            expires_at: time("2026-11-23T03:00:00Z"),
            value_date: "2026-11-25".parse().unwrap(),
        })
    }

    async fn receipt(&self, trade: TradeId) -> Result<Value, NoReceipt> {
        Ok(serde_json::json!({ "trade": trade }))
    }

    async fn coupon_receipt(&self, coupon: Xqid) -> Result<Value, NoReceipt> {
        Ok(serde_json::json!({ "coupon": coupon }))
    }

    async fn order_receipt(&self, order: OrderId) -> Result<Value, NoReceipt> {
        Ok(serde_json::json!({ "order": order }))
    }
}

fn foreign() -> ForeignListing {
    ForeignListing {
        series: SeriesId::from_bytes([9; 16]),
        home: "hk-hkg".parse().unwrap(),
        face: yuan(100),
        minted: 1000,
        currency: Currency::Hkd,
        expires_at: time("2027-06-30T16:00:00Z"),
    }
}

/// A series of a node of the same region, in the same currency.
fn neighbouring() -> ForeignListing {
    ForeignListing {
        series: SeriesId::from_bytes([8; 16]),
        home: "cn-bj".parse().unwrap(),
        currency: Currency::Cny,
        ..foreign()
    }
}

/// Somebody with an API key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) party: PartyId,
    pub(crate) header: String,
}

pub(crate) struct World {
    pub(crate) gateway: Arc<TestGateway>,
    pub(crate) neighbours: Arc<Neighbours>,
    pub(crate) router: Router,
    pub(crate) store: Store,
    settings: Settings,
    keys_made: AtomicU64,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> World {
        World::with_limits(RateLimits::NETWORK).await
    }

    /// A node that lets everybody call as often as they like.
    pub(crate) async fn unlimited() -> World {
        let plenty = NonZeroU32::MAX;
        let [user, issuer, market_maker, staff, anonymous] = [plenty; 5];
        World::with_limits(RateLimits { user, issuer, market_maker, staff, anonymous }).await
    }

    /// The node of that name in `cn`, instead of `cn-sha`.
    pub(crate) async fn of(node: &str) -> World {
        World::make(node, RateLimits::NETWORK).await
    }

    pub(crate) async fn with_limits(rate_limits: RateLimits) -> World {
        World::make("cn-sha", rate_limits).await
    }

    async fn make(node: &str, rate_limits: RateLimits) -> World {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("node.db").display());
        let store = Store::open(&url, &VaultKey::generate()).await.unwrap();
        let gateway = Arc::new(TestGateway {
            venue: Mutex::new(Venue::new(terms(node))),
            events: Mutex::default(),
            times: Mutex::default(),
            now: Mutex::new(time("2026-11-23T01:00:00Z")),
            down: Mutex::default(),
            feed: Feed::new(Currency::Cny),
            applied: AtomicU64::new(0),
        });
        let account = DepositAccount { bic: "GCFNCNSH".to_owned(), number: "100001".to_owned() };
        let settings = Settings {
            identity: identity(&format!("cn/local/{node}")),
            jurisdiction: "cn".parse().unwrap(),
            banks: [identity("cn/bank/bank-cny")].into(),
            secret: [7; 32],
            token_lifetime: Millis(900_000),
            personal_data_kept: Millis(5 * 366 * 86_400_000),
            rate_limits,
            body_bytes_max: 16_384,
            message_bytes_max: 16 << 20,
            deposit_accounts: [(Pool::UserCustody, account)].into(),
        };
        let neighbours = Arc::new(Neighbours::default());
        let parts = Parts {
            node: gateway.clone(),
            venue: Some(gateway.clone()),
            federation: neighbours.clone(),
            mirrors: Some(neighbours.clone()),
            banks: Some(neighbours.clone()),
            testnet: Some(neighbours.clone()),
        };
        let router = Api::new(settings.clone(), parts, store.clone()).router();
        let keys_made = AtomicU64::new(0);
        let world =
            World { gateway, neighbours, router, store, settings, keys_made, _folder: folder };
        let day = TradingDay {
            date: "2026-11-23".parse().unwrap(),
            cut_off: time("2026-11-23T08:00:00Z"),
            value_date: "2026-11-24".parse().unwrap(),
        };
        world.gateway.apply(&Command::OpenDay(day)).unwrap();
        world
    }

    /// The API of a node of the same store without a venue: the root's, or a supervisor's.
    pub(crate) fn without_venue(&self, path: &str, supervises: bool) -> Router {
        let own = identity(path);
        let settings =
            Settings { identity: own, jurisdiction: own.region, ..self.settings.clone() };
        let neighbours = &self.neighbours;
        let parts = Parts {
            node: self.gateway.clone(),
            venue: None,
            federation: neighbours.clone(),
            mirrors: supervises.then(|| neighbours.clone() as _),
            banks: None,
            testnet: None,
        };
        Api::new(settings, parts, self.store.clone()).router()
    }

    /// A credential of `scope`, for `party` or for itself.
    pub(crate) async fn key(&self, scope: Scope, party: Option<PartyId>) -> Key {
        let grant = Grant {
            scope: scope.to_string(),
            party,
            created_at: self.gateway.now(),
            expires_at: None,
        };
        let (id, secret) = self.store.credentials().create(&grant).await.unwrap();
        let own = PartyId::derive(&[b"credential", id.as_bytes()]);
        let header = format!("ApiKey {id}.{}", secret.reveal());
        Key { party: party.unwrap_or(own), header }
    }

    /// A key that no request of this world has used.
    pub(crate) fn fresh(&self) -> String {
        format!("key-{}", self.keys_made.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) async fn get(&self, key: &Key, path: &str) -> (StatusCode, Value) {
        self.send(request("GET", path, Some(key)).body(Body::empty()).unwrap()).await
    }

    /// Posts under a key of its own.
    pub(crate) async fn post(&self, key: &Key, path: &str, body: Value) -> (StatusCode, Value) {
        self.post_as(key, path, &self.fresh(), body).await
    }

    pub(crate) async fn post_as(
        &self,
        key: &Key,
        path: &str,
        idempotency: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = request("POST", path, Some(key)).header("idempotency-key", idempotency);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    /// Sends under a key of its own.
    pub(crate) async fn call(
        &self,
        method: &str,
        key: &Key,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = request(method, path, Some(key)).header("idempotency-key", self.fresh());
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    /// Posts what must be done, and returns the answer.
    pub(crate) async fn done(&self, key: &Key, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(key, path, body).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.response(request).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn response(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The bank credits `party` with `amount` yuan on the account of `pool`.
    pub(crate) fn deposit(&self, party: PartyId, pool: Pool, amount: u64) {
        let reference = BankReference::of(&self.fresh());
        let entry = BankEntry {
            account: SettlementAccount { node: "cn-sha".parse().unwrap(), pool },
            currency: Currency::Cny,
            amount: yuan(amount),
            side: Side::Credit,
            uetr: None,
            bank_reference: reference,
            reference: Some(party),
            booked_on: "2026-11-23".parse().unwrap(),
        };
        self.gateway.apply(&Command::BankBooked(entry)).unwrap();
    }

    /// What the daemon's projector does with the journal.
    pub(crate) async fn project(&self) {
        let events = self.gateway.events.lock().unwrap().clone();
        let times = self.gateway.times.lock().unwrap().clone();
        let read_model = self.store.read_model();
        read_model.reset(projection::PROJECTION).await.unwrap();
        let mut past = Past::default();
        for (seq, (at, event)) in (1..).zip(times.iter().zip(&events)) {
            past.follow(&read_model, (seq, *at), event).await.unwrap();
        }
        let upto = self.gateway.applied();
        read_model.apply(projection::PROJECTION, upto, &past.take_rows()).await.unwrap();
    }
}

pub(crate) fn request(method: &str, path: &str, key: Option<&Key>) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/json");
    match key {
        Some(key) => request.header("authorization", &key.header),
        None => request,
    }
}

/// A call over gRPC that `key` sends.
pub(crate) fn signed<T>(key: &Key, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("authorization", key.header.parse().unwrap());
    request
}

/// Who a certificate speaks for, from its path below the network.
pub(crate) fn identity(path: &str) -> NodeIdentity {
    format!("gcfn://gcfn-demo/{path}").parse().unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn yuan(amount: u64) -> Amount {
    Amount::from_minor(amount * 100).unwrap()
}

pub(crate) fn money(amount: &str) -> Value {
    serde_json::json!({ "amount": amount, "currency": YUAN })
}

fn fees() -> FeeSchedule {
    let preset = FeePreset::MakerTaker { taker: BasisPoints(20), maker: BasisPoints(10) };
    let mut fees = FeeSchedule::of(preset, Currency::Cny);
    fees.issuance.rates = [BasisPoints(100), BasisPoints(80), BasisPoints(50), BasisPoints(20)];
    fees
}

fn terms(name: &str) -> Terms {
    let node = name.parse().unwrap();
    let place = (node, "cn".parse().unwrap());
    let usual = Terms::of(place, (name.parse().unwrap(), node), Currency::Cny);
    let mut terms = Terms { fees: fees(), redeem_lock: Millis(600_000), ..usual };
    terms.issuing.resale_unsettled = true;
    terms
}
