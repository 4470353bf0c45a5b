//! `gcfn node`: make and run one node.

use crate::failure::{Ended, Failure};
use crate::home::block_on;
use crate::output::{self, Format};
use clap::{Args, Subcommand};
use gcfn_daemon::config::{BankLink, ConfigProblems, NODE_ROLES, Way};
use gcfn_daemon::files::NodeFiles;
use gcfn_daemon::init::{NodeInit, init, read_config};
use gcfn_daemon::node;
use gcfn_daemon::signing_key::prepare;
use gcfn_link::identity::Role;
use gcfn_localnet::processes::STAY;
use gcfn_model::{Currency, NetworkId, NodeId, RegionId};
use gcfn_telemetry::{LogFormat, LogTarget, init_logs};
use gcfn_template::TemplateProblems;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// Make a node's folder, keys and join request. Nothing is sent anywhere.
    #[command(after_help = INIT)]
    Init(Box<Init>),
    /// Run a node until it is asked to end (SIGTERM, Ctrl-C).
    #[command(after_help = START)]
    Start(Start),
    /// Make the next key of a node, which signs once the validators have decided so.
    #[command(after_help = NEW_KEY)]
    NewKey(NewKey),
}

const INIT: &str = "\
Example: a local node of Shanghai, under the regional `cn`, with its bank:
  gcfn node init --dir ./cn-sha --network gcfn-demo --node cn-sha --role local \\
    --region cn --regional cn --api 10.0.0.7:8443 --link 10.0.0.7:9443 \\
    --bank CNY=bank-cny,cn,DEMOCNSH,https://10.0.0.9:8443
Then give the folder the network's network.json, and `gcfn node start` asks to be admitted with
join-request.json; the validators answer with `gcfn federation admit cn-sha`.";

const START: &str = "\
Example:
  gcfn node start --dir ./cn-sha
The log goes to standard error; GCFN_LOG chooses what is in it, such as `info,gcfn_cell=debug`.";

const NEW_KEY: &str = "\
Example:
  gcfn node new-key --dir ./cn-sha
Tell the validators the key that it shows. Once two thirds of them have said
`gcfn federation rotate-key`, the node signs with it, whether it runs then or is started later.";

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to make.
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,
    /// The network that the node will ask to join.
    #[arg(long)]
    network: NetworkId,
    /// The node's name: 1 to 16 of a-z, 0-9 and '-', never used before in the network.
    #[arg(long)]
    node: NodeId,
    /// What it will be: root, regional, local or regulator.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Its region or jurisdiction.
    #[arg(long)]
    region: RegionId,
    /// The regional that clears for it; a root or a regional names itself.
    #[arg(long)]
    regional: NodeId,
    /// Where its API listens.
    #[arg(long, value_name = "ADDRESS")]
    api: SocketAddr,
    /// Where its link to other nodes listens.
    #[arg(long, value_name = "ADDRESS")]
    link: SocketAddr,
    /// A bank for one currency, reached at an https:// URL or by a folder:PATH, and the key that it
    /// signs with; may be given again for others.
    #[arg(long, value_name = "CURRENCY=NODE,REGION,BIC,URL[,KEY]", value_parser = parse_bank)]
    bank: Vec<(Currency, BankLink)>,
    /// A node that a regulator watches; may be given again.
    #[arg(long, value_name = "NODE")]
    watch: Vec<NodeId>,
    /// Start from this region template instead of the region's own.
    #[arg(long, value_name = "CODE")]
    template: Option<String>,
    /// The node quotes exchange rates.
    #[arg(long)]
    dealer: bool,
    /// Where its regulator has its filing.
    #[arg(long)]
    filing: Option<String>,
    /// Where its deposit is held.
    #[arg(long)]
    deposit: Option<String>,
}

fn parse_role(text: &str) -> Result<Role, String> {
    let role = text.parse().ok();
    let role = role.filter(|role| !matches!(role, Role::Bank | Role::Operator));
    role.ok_or_else(|| format!("a node is one of {NODE_ROLES}"))
}

fn parse_bank(text: &str) -> Result<(Currency, BankLink), String> {
    let shape =
        || "not CURRENCY=NODE,REGION,BIC,URL or CURRENCY=NODE,REGION,BIC,URL,KEY".to_owned();
    let (currency, bank) = text.split_once('=').ok_or_else(shape)?;
    let currency = currency.parse().map_err(|fault| format!("{fault}"))?;
    let parts: Vec<&str> = bank.split(',').collect();
    let (node, region, bic, url, key) = match parts[..] {
        [node, region, bic, url] => (node, region, bic, url, None),
        [node, region, bic, url, key] => (node, region, bic, url, Some(key)),
        _ => return Err(shape()),
    };
    let way = match url.strip_prefix("folder:") {
        Some(folder) => Way::Folder(folder.into()),
        None => Way::Https(url.to_owned()),
    };
    let node = node.parse().map_err(|fault| format!("{fault}"))?;
    let region = region.parse().map_err(|fault| format!("{fault}"))?;
    let key = key.map(str::parse).transpose().map_err(|fault| format!("{fault}"))?;
    let link = BankLink { key, ..BankLink::new(node, region, bic, way) };
    Ok((currency, link))
}

/// What is logged unless somebody chooses otherwise.
const LOG: &str = "info,openraft=error";

/// What is run, and with whom it ends.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// The node's folder.
    #[arg(long, value_name = "FOLDER", env = "GCFN_DIR", default_value = ".")]
    dir: PathBuf,
    /// End when standard input ends: whoever started the node has gone.
    #[arg(long)]
    exit_with_parent: bool,
}

/// Whose key is made.
#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// The node's folder.
    #[arg(long, value_name = "FOLDER", env = "GCFN_DIR", default_value = ".")]
    dir: PathBuf,
}

impl Node {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Node::Init(told) => told.run(format),
            Node::Start(start) => start.run_node(),
            Node::NewKey(of) => of.run(format),
        }
    }
}

impl Init {
    fn run(self, format: Format) -> Ended {
        let dir = self.dir.clone();
        let told = NodeInit {
            dir: self.dir,
            network: self.network,
            node: self.node,
            region: self.region,
            role: self.role,
            regional: self.regional,
            dealer: self.dealer,
            api: self.api,
            link: self.link,
            banks: self.bank.into_iter().collect::<BTreeMap<_, _>>(),
            watches: self.watch,
            template: self.template,
            filing: self.filing.unwrap_or_default(),
            deposit: self.deposit.unwrap_or_default(),
        };
        init(&told).map_err(|fault| Failure::usage(&fault))?;
        let request = dir.join("join-request.json");
        match format {
            Format::Json => output::json(&json!({
                "node": told.node,
                "dir": dir.display().to_string(),
                "join_request": request.display().to_string(),
            }))?,
            Format::Table => output::line(&format!(
                "{} is made in {}; the validators are asked with {}",
                told.node,
                dir.display(),
                request.display()
            ))?,
        }
        Ok(())
    }
}

impl NewKey {
    fn run(&self, format: Format) -> Ended {
        let key = prepare(&NodeFiles::new(&self.dir)).map_err(|fault| Failure::usage(&fault))?;
        match format {
            Format::Json => output::json(&json!({ "key": key }))?,
            Format::Table => output::line(&key.to_string())?,
        }
        Ok(())
    }
}

impl Start {
    fn run_node(self) -> Ended {
        // A folder without a node in it was named by mistake.
        read_config(&self.dir).map_err(|fault| Failure::usage(&fault))?;
        self.run_until_stopped(async |dir: &Path, stop| node::serve(dir, stop).await)
    }

    /// Runs `serve` over the folder until somebody asks for its end.
    pub(crate) fn run_until_stopped(
        self,
        serve: impl AsyncFnOnce(&Path, Stop) -> anyhow::Result<()>,
    ) -> Ended {
        let filter = std::env::var("GCFN_LOG").unwrap_or_else(|_| LOG.to_owned());
        init_logs(LogFormat::Text, &filter, &LogTarget::Stderr)
            .map_err(|fault| Failure::usage(&fault.into()))?;
        let stop = stopped(self.exit_with_parent);
        let served = block_on(serve(&self.dir, Box::pin(stop)))?;
        served.map_err(|fault| ended_by(&fault))
    }
}

/// How a node has ended that nobody had asked to. What its operator has written is wrong usage;
/// a network that does not want it refuses; all else is this machine's.
fn ended_by(fault: &anyhow::Error) -> Failure {
    if fault.is::<node::Declined>() {
        Failure::Refused(format!("{fault:#}"))
    } else if fault.is::<ConfigProblems>() || fault.is::<TemplateProblems>() {
        Failure::usage(fault)
    } else {
        Failure::machine(fault)
    }
}

/// Ends when the process is to end.
pub(crate) type Stop = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

async fn stopped(with_parent: bool) {
    let by = async |kind: SignalKind| match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        Err(_) => std::future::pending().await,
    };
    let orphaned = async {
        if with_parent {
            let (tell, gone) = tokio::sync::oneshot::channel();
            // A thread of its own: the runtime would wait for a read that never ends.
            std::thread::spawn(move || {
                if wait_for_parent() {
                    tell.send(()).ok();
                }
            });
            if gone.await.is_ok() {
                return;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = by(SignalKind::terminate()) => tracing::info!("asked to end by SIGTERM"),
        () = by(SignalKind::interrupt()) => tracing::info!("asked to end by SIGINT"),
        () = orphaned => tracing::info!("whoever started this process has gone"),
    }
}

/// Waits for the end of standard input; `false` when told to stay instead.
fn wait_for_parent() -> bool {
    let lines = std::io::stdin().lock().lines();
    !lines.map_while(Result::ok).any(|line| line == STAY)
}
