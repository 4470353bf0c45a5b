//! A network that was founded in a temporary folder, and nodes of it that run in this process.

use anyhow::Result;
use futures::future::BoxFuture;
use gcfn_anchor::keys::Signer;
use gcfn_cell::{Cell, CellConfig, RaftCall, Transport, TransportError};
use gcfn_daemon::config::{BankLink, Way};
use gcfn_daemon::files::{NodeFiles, Running};
use gcfn_daemon::init::{NodeInit, init};
use gcfn_daemon::network::{self, FoundingTerms, Network};
use gcfn_daemon::node::serve_with;
use gcfn_link::identity::Role;
use gcfn_link::keys::TlsKey;
use gcfn_link::tls::{Credentials, client_by_address};
use gcfn_model::{NodeId, Timestamp};
use gcfn_replica::{Command, Replica};
use gcfn_telemetry::Metrics;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// How long anything may take before it is called missing.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);
/// Between two looks at something that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(10);

/// Real time: certificates are valid by it.
pub(crate) fn now() -> Timestamp {
    use gcfn_cell::Clock;
    gcfn_cell::SystemClock.now()
}

/// The figures of this process: there is one recorder in it, whichever node asks first.
fn metrics() -> Arc<Metrics> {
    static METRICS: OnceLock<Arc<Metrics>> = OnceLock::new();
    METRICS.get_or_init(|| Arc::new(Metrics::install().expect("nobody else installs it"))).clone()
}

/// What the bank of Hong Kong dollars signs with.
pub(crate) fn bank_signer() -> Arc<Signer> {
    Arc::new(Signer::from_seed(&[7; 32]))
}

/// A network of a root and the regional `cn`, in folders of these names.
pub(crate) struct World {
    dir: TempDir,
}

impl World {
    pub(crate) fn new() -> World {
        let world = World { dir: TempDir::new().expect("a folder") };
        init(&world.told("root", Role::Root)).expect("made");
        init(&world.told("cn", Role::Regional)).expect("made");
        let root = world.dir("root");
        let terms = FoundingTerms {
            network: "gcfn-test".parse().expect("a network"),
            testnet: true,
            params: gcfn_council::Params::default(),
            calendars: network::catalog_calendars().expect("sound"),
            now: now(),
        };
        network::found(&root, &[root.clone(), world.dir("cn")], &terms).expect("founded");
        world
    }

    /// What a node of that name is told.
    pub(crate) fn told(&self, name: &str, role: Role) -> NodeInit {
        let region = if role == Role::Root { "global" } else { "cn" };
        let bank = |currency: &str, bic: &str| {
            // Nobody is there: payments wait.
            let way = Way::Https(format!("https://{}", free_address()));
            let name = format!("bank-{}", currency.to_lowercase()).parse().expect("a name");
            // Hong Kong dollars are at a bank that signs.
            let key = (currency == "HKD").then(|| bank_signer().public_key());
            let region = "cn".parse().expect("a region");
            let link = BankLink { key, ..BankLink::new(name, region, bic, way) };
            (currency.parse().expect("a currency"), link)
        };
        let banks = match role {
            Role::Regional => [bank("CNY", "GCFNCNSH"), bank("HKD", "GCFNHKHH")].into(),
            _ => BTreeMap::new(),
        };
        NodeInit {
            dir: self.dir(name),
            network: "gcfn-test".parse().expect("a network"),
            node: name.parse().expect("a name"),
            region: region.parse().expect("a region"),
            role,
            regional: if role == Role::Root { "root" } else { "cn" }.parse().expect("a name"),
            dealer: false,
            api: free_address(),
            link: free_address(),
            banks,
            watches: Vec::new(),
            template: None,
            filing: "a filing".to_owned(),
            deposit: "a deposit".to_owned(),
        }
    }

    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Has `cn` reach its bank for yuan as these lines of `node.toml` say.
    pub(crate) fn choose_way(&self, lines: &str) {
        let path = self.dir("cn").join("node.toml");
        let text = std::fs::read_to_string(&path).expect("made");
        let (before, bank) = text.split_once("[bank.CNY]").expect("a bank");
        let url = bank.lines().find(|line| line.starts_with("url = ")).expect("it calls");
        let bank = bank.replacen(url, lines, 1);
        std::fs::write(&path, format!("{before}[bank.CNY]{bank}")).expect("written");
    }

    pub(crate) fn files(&self, name: &str) -> NodeFiles {
        NodeFiles::new(&self.dir(name))
    }

    pub(crate) fn network(&self) -> Network {
        self.files("root").read_json("network.json").expect("founded")
    }

    /// A client that shows a certificate of that role, or nothing.
    pub(crate) fn client(&self, shows: Option<(Role, &str)>) -> Client {
        self.make_client(shows.map(|(role, name)| ("cn", role, name)))
    }

    /// A client that shows a certificate of that region and role.
    pub(crate) fn client_of(&self, region: &str, role: Role, name: &str) -> Client {
        self.make_client(Some((region, role, name)))
    }

    fn make_client(&self, shows: Option<(&str, Role, &str)>) -> Client {
        let network = self.network();
        let credentials = shows.map(|(region, role, name)| {
            let node: NodeId = name.parse().expect("a name");
            let region = region.parse().expect("a region");
            let identity =
                gcfn_link::identity::NodeIdentity { network: network.network, region, role, node };
            let ca = network::open_authority(&self.files("root"), network.network).expect("a CA");
            let key = TlsKey::generate().expect("a key");
            let request = key.certificate_request().expect("a request");
            let issued = network::certify(&ca, &request, identity, now()).expect("issued");
            Credentials::new(&issued.pem, &key).expect("they fit")
        });
        let tls = client_by_address(credentials.as_ref(), &network.ca).expect("a configuration");
        let client = Client::builder().tls_backend_preconfigured(tls).timeout(LIMIT).no_proxy();
        client.build().expect("a client")
    }

    /// Starts a node, which must refuse to: what it says.
    pub(crate) async fn refusal(&self, name: &str) -> String {
        refusal(&self.dir(name)).await
    }

    /// Starts a node and waits until it takes commands.
    pub(crate) async fn start(&self, name: &str) -> Node {
        Node::start(&self.dir(name), self.client(None)).await
    }
}

/// Starts the node in `dir`, which must refuse to: what it says, with its causes.
pub(crate) async fn refusal(dir: &Path) -> String {
    let served = serve_with(dir, metrics(), std::future::pending());
    let served = tokio::time::timeout(LIMIT, served).await.expect("it ends by itself");
    format!("{:#}", served.expect_err("it does not start"))
}

/// An address that nobody listens at, given once. Below the ports that the system gives to those who
/// connect, so that none of them takes it before the node does.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % 1_000).expect("a small figure") * 12;
    loop {
        let port = 20_000 + own + NEXT.fetch_add(1, Ordering::Relaxed);
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().expect("an address");
        }
    }
}

/// Looks again and again, until there is something or the time is over.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut looks = tokio::time::interval(LOOK);
    let found = async {
        loop {
            looks.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    tokio::time::timeout(LIMIT, found).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// A node that runs.
pub(crate) struct Node {
    door: Door,
    stop: oneshot::Sender<()>,
    serving: JoinSet<Result<()>>,
}

impl std::ops::Deref for Node {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

/// The API of a node that runs, in this process or in another, as its operator uses it.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) api: SocketAddr,
    key: String,
    http: Client,
}

impl Node {
    pub(crate) async fn start(dir: &Path, http: Client) -> Node {
        let (files, (stop, stopped)) = (NodeFiles::new(dir), oneshot::channel::<()>());
        let asked = async { stopped.await.unwrap_or_default() };
        // What an earlier run has left says nothing about this one.
        drop(std::fs::remove_file(files.path("run.json")));
        let mut serving = JoinSet::new();
        let home = dir.to_owned();
        serving.spawn(async move { serve_with(&home, metrics(), asked).await });
        let running = until("run.json", async || {
            if let Some(ended) = serving.try_join_next() {
                panic!("{} did not start: {ended:?}", dir.display());
            }
            files.read_json::<Running>("run.json").ok()
        });
        let door = Door::new(&files, running.await.api, http);
        door.until_ready().await;
        Node { door, stop, serving }
    }

    /// Asks the node to end, and waits until it has.
    pub(crate) async fn end(mut self) {
        self.stop.send(()).expect("it runs");
        let ended = tokio::time::timeout(LIMIT, self.serving.join_next()).await;
        ended.expect("in time").expect("it was there").expect("no panic").expect("in order");
    }
}

impl Door {
    pub(crate) fn new(files: &NodeFiles, api: SocketAddr, http: Client) -> Door {
        let key = std::fs::read_to_string(files.path("keys/operator.key")).expect("a key");
        Door { api, key, http }
    }

    pub(crate) async fn until_ready(&self) {
        until("readiness", async || {
            let answer = self.http.get(format!("https://{}/readyz", self.api)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// What the node answers its operator.
    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let asked = self.request(&self.http, Method::GET, path);
        answer(asked.header("authorization", format!("ApiKey {}", self.key.trim()))).await
    }

    /// The same where it is not JSON.
    pub(crate) async fn text(&self, path: &str) -> String {
        let asked = self.request(&self.http, Method::GET, path);
        let asked = asked.header("authorization", format!("ApiKey {}", self.key.trim()));
        asked.send().await.expect("an answer").text().await.expect("text")
    }

    /// What it answers its operator to a request that carries `body`.
    pub(crate) async fn as_operator(
        &self,
        asked: reqwest::RequestBuilder,
        body: &Value,
    ) -> (StatusCode, Value) {
        let asked = asked.header("authorization", format!("ApiKey {}", self.key.trim()));
        answer(asked.json(body)).await
    }

    /// What the node answers its operator, who changes something.
    pub(crate) async fn post(&self, path: &str, id: &str, body: &Value) -> (StatusCode, Value) {
        self.post_if_any(path, id, body).await.expect("an answer")
    }

    /// The same of a node that may end meanwhile.
    pub(crate) async fn post_if_any(
        &self,
        path: &str,
        id: &str,
        body: &Value,
    ) -> Option<(StatusCode, Value)> {
        let asked = self.request(&self.http, Method::POST, path).header("idempotency-key", id);
        let asked = asked.header("authorization", format!("ApiKey {}", self.key.trim()));
        answer_if_any(asked.json(body)).await
    }

    pub(crate) fn request(
        &self,
        http: &Client,
        method: Method,
        path: &str,
    ) -> reqwest::RequestBuilder {
        http.request(method, format!("https://{}{path}", self.api))
    }
}

/// The answer to a request, as JSON if it is that.
pub(crate) async fn answer(asked: reqwest::RequestBuilder) -> (StatusCode, Value) {
    answer_if_any(asked).await.expect("an answer")
}

/// The same of a node that may end meanwhile.
pub(crate) async fn answer_if_any(asked: reqwest::RequestBuilder) -> Option<(StatusCode, Value)> {
    let answer = asked.send().await.ok()?;
    let status = answer.status();
    let bytes = answer.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}

/// The venue of a node that does not run: its cell, opened by itself.
pub(crate) async fn venue(files: &NodeFiles, node: &str) -> Cell<Replica> {
    venue_in(files, &files.path("data/venue"), node).await
}

/// The same from a copy of its folder.
pub(crate) async fn venue_in(files: &NodeFiles, dir: &Path, node: &str) -> Cell<Replica> {
    let genesis: gcfn_replica::Genesis = files.read_json("data/genesis.json").expect("made");
    // As the daemon numbers replicas.
    let digest = gcfn_model::Hasher::new("gcfn/replica/v1").part(node.as_bytes()).finish();
    let [a, b, c, d, e, f, g, ..] = *digest.as_bytes();
    let number = u64::from_be_bytes([0, a, b, c, d, e, f, g]);
    let config = CellConfig::new(node, number, dir, Arc::new(gcfn_cell::SystemClock));
    let cell = Cell::open(config, move || Replica::new(genesis), Arc::new(Nobody)).await;
    let cell = cell.expect("whole");
    let led = tokio::time::timeout(LIMIT, cell.until(gcfn_cell::CellMetrics::is_leader)).await;
    led.expect("in time").expect("it leads");
    // What it was killed over is in its log and not yet in its state.
    cell.linearizable().await.expect("it has caught up");
    cell
}

/// Everything that has happened at a venue, in order.
pub(crate) fn happened(cell: &Cell<Replica>) -> Vec<gcfn_venue::Event> {
    let mut journal = cell.journal(0);
    let records = std::iter::from_fn(|| journal.try_next().expect("whole"));
    let venue = |event| match event {
        gcfn_replica::Event::Venue(event) => Some(event),
        _ => None,
    };
    records.flat_map(|record| Arc::unwrap_or_clone(record).events).filter_map(venue).collect()
}

/// Everything that a venue has recorded, command by command.
pub(crate) fn recorded(cell: &Cell<Replica>) -> Vec<Command> {
    let mut journal = cell.journal(0);
    let records = std::iter::from_fn(|| journal.try_next().expect("whole"));
    records.flat_map(|record| Arc::unwrap_or_clone(record).commands).collect()
}

/// There are no other replicas.
struct Nobody;

impl Transport for Nobody {
    fn call(
        &self,
        target: u64,
        _call: RaftCall,
    ) -> BoxFuture<'static, Result<Vec<u8>, TransportError>> {
        let reason = "nobody is there".to_owned();
        Box::pin(async move { Err(TransportError::Unreachable { target, reason }) })
    }
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    let entries = std::fs::read_dir(from).expect("read").map(|entry| entry.expect("an entry"));
    let mut entries: Vec<_> = entries.collect();
    // The owner may write meanwhile. How far a log is durable (`synced`) is copied before the log:
    // a mark beyond what was copied would be damage.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
    for entry in entries {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("copied");
        }
    }
}
