//! One node, assembled from its configuration by its role.

mod api;
mod trading;

use crate::alone;
use crate::certifier::certify_members;
use crate::clock::NodeClock;
use crate::condition::Observer;
use crate::config::Config;
use crate::federation::{self};
use crate::files::{NodeFiles, Running};
use crate::handler::{CouncilSide, Handler};
use crate::init::read_config;
pub use crate::join::Declined;
use crate::join::join;
use crate::network::{Network, identity_of};
use crate::notices::Feed;
use crate::own_certificate::{self, own_credentials};
use crate::prover::Prover;
use crate::raft_transport::RaftTransport;
use crate::signing_key::SigningKey;
use crate::voice::{Replicas, Voice, Way};
use anyhow::{Context, Result, anyhow};
use axum::Router;
use gcfn_cell::{Cell, CellConfig};
use gcfn_council::{Council, FEDERATION, Genesis, cell_id};
use gcfn_link::certificate::Denylist;
use gcfn_link::client::Peers;
use gcfn_link::identity::Role;
use gcfn_link::listener::{Limits, Listener};
use gcfn_link::tls::{Credentials, Trust, server_mutual, server_optional};
use gcfn_model::Millis;
use gcfn_replica::Replica;
use gcfn_store::{Store, VaultKey};
use gcfn_telemetry::{Importance, Metrics, Supervisor};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How many envelopes may wait for one node.
const MAILBOX_CAPACITY: u32 = 1_000_000;
/// How long everything may take to end in order.
const DRAIN: Duration = Duration::from_secs(10);
const TOKEN_LIFETIME: Millis = Millis(900_000);
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What every role has.
struct Base {
    config: Config,
    files: NodeFiles,
    network: Network,
    key: SigningKey,
    credentials: Credentials,
    trust: Trust,
    peers: Peers,
    replicas: Replicas,
    clock: NodeClock,
    metrics: Arc<Metrics>,
    supervisor: Supervisor,
}

/// Runs the node in `dir` until it is asked to end.
///
/// # Errors
/// What keeps it from starting, or what it could not go on with:
/// [`CriticalEnd`](gcfn_telemetry::CriticalEnd). To have been asked to end is none.
pub async fn serve(dir: &Path, stop: impl Future<Output = ()>) -> Result<()> {
    serve_with(dir, Arc::new(Metrics::install()?), stop).await
}

/// The same where the process keeps its figures already: several nodes in one process share them.
///
/// # Errors
/// As for [`serve`].
pub async fn serve_with(
    dir: &Path,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let config = read_config(dir)?;
    let files = NodeFiles::new(dir);
    let network: Network = files.read_json("network.json")?;
    tokio::pin!(stop);
    tokio::select! {
        joined = join(&files, &network) => joined?,
        () = &mut stop => return Ok(()),
    }
    let base = Base::open(config, files, network, metrics)?;
    let supervisor = base.supervisor.clone();
    let mut ended = supervisor.shutdown();
    let mut cells = Cells::default();
    let started = base.start(&mut cells).await;
    if started.is_err() {
        supervisor.shut_down("the node did not start");
    } else {
        tokio::select! {
            () = stop => supervisor.shut_down("asked to"),
            changed = ended.wait_for(|ended| *ended) => drop(changed),
        }
    }
    let late = supervisor.drained(DRAIN).await;
    cells.shutdown().await;
    if !late.is_empty() {
        tracing::warn!(?late, "tasks did not end in time");
    }
    started?;
    supervisor.lost().map_or(Ok(()), |lost| Err(lost.into()))
}

/// The cells of a node, as far as it has come with opening them.
#[derive(Default)]
struct Cells {
    venue: Option<Cell<Replica>>,
    council: Option<Cell<Council>>,
}

/// Where callers and other nodes are answered.
struct Doors {
    api: Listener,
    link: Listener,
}

impl Cells {
    async fn shutdown(self) {
        if let Some(cell) = self.venue {
            cell.shutdown().await;
        }
        if let Some(cell) = self.council {
            cell.shutdown().await;
        }
    }
}

impl Base {
    fn open(
        config: Config,
        files: NodeFiles,
        network: Network,
        metrics: Arc<Metrics>,
    ) -> Result<Base> {
        let credentials = own_credentials(&files, &network.ca)?;
        let shown = credentials.certificate().identity;
        anyhow::ensure!(
            (shown.network, shown.node, shown.role, shown.region)
                == (network.network, config.node, config.role, config.region),
            "{} is for {shown}, node.toml is for {} {} of {}; a node runs in the role that its \
             certificate carries",
            files.path("certificate.pem").display(),
            config.role,
            config.node,
            config.region
        );
        let trust = Trust::new(network.network, &network.ca, Denylist::default())?;
        let peers = Peers::new(credentials.clone(), trust.clone());
        let replicas = Replicas::default();
        for founder in &network.founders {
            replicas.add(founder.node);
            if founder.node != config.node {
                peers.set(identity_of(network.network, founder), &founder.endpoints.link)?;
            }
        }
        Ok(Base {
            clock: NodeClock::open(&files, network.testnet)?,
            key: SigningKey::open(&files)?,
            supervisor: Supervisor::new(),
            config,
            files,
            network,
            credentials,
            trust,
            peers,
            replicas,
            metrics,
        })
    }

    /// Who looks how the node does, at these of its cells.
    fn observer(&self, venue: Option<&Cell<Replica>>, council: Option<&Cell<Council>>) -> Observer {
        Observer {
            node: self.config.node,
            venue: venue.cloned(),
            council: council.cloned(),
            replicas: self.replicas.clone(),
            credentials: self.credentials.clone(),
            data: self.files.path("data"),
        }
    }

    fn voice(&self, way: Way) -> Voice {
        Voice {
            node: self.config.node,
            network: self.network.network,
            key: self.key.clone(),
            clock: self.clock.clock(),
            peers: self.peers.clone(),
            way,
            replicas: self.replicas.clone(),
        }
    }

    /// A task that the node cannot do without.
    fn run(&self, name: &'static str, task: impl Future<Output = Result<()>> + Send + 'static) {
        let mut ended = self.supervisor.shutdown();
        self.supervisor.spawn(name, Importance::Critical, async move {
            tokio::select! {
                result = task => result,
                changed = ended.wait_for(|ended| *ended) => {
                    drop(changed);
                    Ok(())
                }
            }
        });
    }

    /// Starts everything. What it has opened is in `cells`, also when it could not go on.
    async fn start(self, cells: &mut Cells) -> Result<()> {
        // The doors come first: where they are taken, this node runs already, and a second one
        // must not have said anything in its name.
        let doors = self.bind().await?;
        alone::make_sure(&self.config, &self.peers).await?;
        let store = self.open_store().await?;
        let council = match self.config.role {
            Role::Local => None,
            _ => Some(self.open_council().await?),
        };
        cells.council = council.as_ref().map(|side| side.cell.clone());
        let (files, ca) = (self.files.clone(), self.network.ca.clone());
        self.run("certificate", own_certificate::keep(files, ca, self.credentials.clone()));
        let way = match &council {
            Some(side) => Way::Cell(side.cell.clone()),
            None => Way::Regional(self.config.regional),
        };
        let voice = self.voice(way);
        let venue = match self.config.role {
            Role::Regional | Role::Local => Some(self.open_venue().await?),
            _ => None,
        };
        cells.venue = venue.as_ref().map(|(side, _)| side.cell.clone());
        if let Some(side) = &council {
            self.run_council(side, &voice);
        }
        let app = self.app(venue.as_ref(), council.as_ref(), (&voice, &store)).await?;
        let handler = Handler { venue: venue.map(|(side, _)| side), council, voice };
        self.listen(doors, app, handler)
    }

    async fn open_store(&self) -> Result<Store> {
        let path = self.files.path("keys/vault.key");
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let key: VaultKey = text.trim().parse().map_err(|e| anyhow!("{}: {e}", path.display()))?;
        std::fs::create_dir_all(self.files.path("data")).context("make data/")?;
        let store = Store::open(&self.config.store, &key).await;
        store.with_context(|| format!("open the store with {}", path.display()))
    }

    /// Opens this node's replica of the federation cell. A learner begins with what its regional
    /// tells it of the genesis: it holds the consents of the founders, whom `network.json` names.
    async fn open_council(&self) -> Result<CouncilSide> {
        let known: Option<Genesis> = self.files.read_json_if_any("genesis.json")?;
        let fetched = known.is_none();
        let genesis = match known {
            Some(genesis) => genesis,
            None => {
                self.files.before_the_first_start("genesis.json", "data/federation")?;
                federation::fetch_genesis(&self.peers, &self.config).await?
            }
        };
        genesis.check().context("genesis.json")?;
        self.network.was_founded_by(&genesis)?;
        if fetched {
            self.files.write_json("genesis.json", &genesis)?;
        }
        let me = Replicas::number(self.config.node);
        let dir = self.files.path("data/federation");
        let config = CellConfig::new(FEDERATION, me, dir, self.clock.clock());
        let transport =
            RaftTransport { peers: self.peers.clone(), replicas: self.replicas.clone() };
        let founded = genesis.clone();
        let begin = move || Council::new(founded).expect("the genesis was checked");
        let cell = Cell::open(config, begin, Arc::new(transport)).await?;
        let founders = &genesis.charter.founders;
        if self.config.role == Role::Root {
            let voters = founders.iter().map(|founder| Replicas::number(founder.profile.node));
            cell.initialize(voters.collect()).await?;
        }
        let salt_key = genesis.charter.salt_key.clone();
        let prover = Prover::new(cell.clone(), cell_id(), salt_key);
        Ok(CouncilSide { feed: Feed { cell: cell.clone(), prover }, cell, genesis })
    }

    fn run_council(&self, side: &CouncilSide, voice: &Voice) {
        let cell = || side.cell.clone();
        self.run("federation-prover", side.feed.prover.clone().follow());
        let directory = federation::follow_directory(
            cell(),
            self.peers.clone(),
            self.replicas.clone(),
            self.trust.denied().clone(),
            (self.config.node, self.key.clone()),
        );
        self.run("directory", directory);
        if self.config.role == Role::Regulator {
            return;
        }
        self.run("federation-time", federation::keep_time(cell(), self.clock.clock()));
        self.run("validator", federation::validate(cell(), voice.clone()));
        if self.config.role == Role::Root {
            self.run("days", federation::open_days(cell(), voice.clone()));
            self.run("authority", certify_members(cell(), voice.clone(), self.files.clone()));
        }
    }

    fn supervision(&self, side: &CouncilSide, store: &Store) -> crate::supervise::Supervision {
        crate::supervise::Supervision {
            watches: self.config.watches.clone(),
            dir: self.files.path("data/mirror"),
            council: side.cell.clone(),
            peers: self.peers.clone(),
            store: store.clone(),
            clock: self.clock.clock(),
            supervisor: self.supervisor.clone(),
        }
    }

    /// Takes the addresses of both doors; nobody is answered yet.
    async fn bind(&self) -> Result<Doors> {
        let (api, link) = (self.config.api, self.config.link);
        let api =
            Listener::bind(api, server_optional(&self.credentials, &self.trust)?, Limits::API)
                .await
                .with_context(|| format!("listen on {api} for the API"))?;
        let link =
            Listener::bind(link, server_mutual(&self.credentials, &self.trust)?, Limits::LINK)
                .await
                .with_context(|| format!("listen on {link} for other nodes"))?;
        Ok(Doors { api, link })
    }

    /// Opens both doors and says where they are.
    fn listen(&self, Doors { api, link }: Doors, app: Router, handler: Handler) -> Result<()> {
        // A node that has lost a task while it was starting does not say that it runs.
        if let Some(lost) = self.supervisor.lost() {
            return Err(lost.into());
        }
        let running =
            Running { pid: std::process::id(), api: api.address()?, link: link.address()? };
        let served = gcfn_link::service::router(Arc::new(handler), self.trust.denied().clone());
        let shutdown = self.supervisor.shutdown();
        let serve_api = api.serve(app, shutdown.clone());
        let serve_link = link.serve(served, shutdown);
        self.supervisor.spawn("api", Importance::Critical, async move {
            serve_api.await;
            anyhow::Ok(())
        });
        self.supervisor.spawn("link", Importance::Critical, async move {
            serve_link.await;
            anyhow::Ok(())
        });
        self.files.write_json("run.json", &running)?;
        tracing::info!(node = %self.config.node, role = %self.config.role, api = %running.api,
            link = %running.link, "node runs");
        Ok(())
    }
}
