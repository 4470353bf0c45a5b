//! A network in one folder: made, started, admitted, asked, stopped.

use crate::client::{Api, CallError, ClientIdentity, http};
use crate::contract::{self, Network, OPERATOR};
use crate::layout::{Layout, NodePlan, folder};
use crate::processes::{Processes, tail};
use crate::scenario::Scenario;
use crate::screen::Screen;
use anyhow::{Context, Result, anyhow};
use futures::future::try_join_all;
use gcfn_link::identity::Role;
use gcfn_model::{BusinessDate, CommandId, Currency, Millis, NodeId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(60);

/// A network whose processes this program has started, or only asks.
#[derive(Debug)]
pub struct Localnet {
    /// Its folder.
    pub dir: PathBuf,
    /// Who is where.
    pub layout: Layout,
    /// Its processes, as far as they are this program's.
    pub processes: Processes,
    /// Where progress is shown.
    pub screen: Screen,
    http: reqwest::Client,
    operator_http: reqwest::Client,
    authority: String,
    nonce: u64,
    asked: u64,
}

/// What is waited for, at whose process, and for how long.
#[derive(Clone, Debug)]
pub struct Wait {
    /// What.
    pub what: String,
    /// Whose log tells why it does not come.
    pub node: NodeId,
    /// The longest.
    pub limit: Duration,
    /// How long between two looks.
    pub look: Duration,
}

impl Wait {
    /// Waiting for `what` at `node`, half a minute at most.
    pub fn new(node: NodeId, what: impl Into<String>) -> Wait {
        Wait { what: what.into(), node, limit: Duration::from_secs(30), look: LOOK }
    }
}

/// What was waited for did not come.
#[derive(Debug, thiserror::Error)]
#[error("{} did not come within {} s{last}; the log of {} is {}{}", .wait.what,
    .wait.limit.as_secs(), .wait.node, .log.display(), tail(.log))]
pub struct NotInTime {
    /// What, and at whose process.
    pub wait: Wait,
    /// What was answered last, if it was no answer.
    pub last: String,
    /// Where that process has said why.
    pub log: PathBuf,
}

/// A member as the directory shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Member {
    /// Its name.
    pub node: NodeId,
    /// How it stands.
    pub status: String,
    /// Whether its certificate is recorded.
    #[serde(default)]
    pub certified: bool,
    /// Whether it makes decisions final.
    #[serde(default)]
    pub weight: u64,
}

/// The answer of `GET /api/v1/federation/members`.
#[derive(Clone, Debug, Deserialize)]
pub struct Members {
    /// Everybody.
    pub members: Vec<Member>,
    /// Who leads the federation's cell, as far as the asked node knows.
    #[serde(default)]
    pub leader: Option<NodeId>,
}

impl Localnet {
    /// Makes the folders, keys and certificates of a new network in `dir`. Starts nothing.
    ///
    /// # Errors
    /// When `dir` holds a network already, or a file cannot be written.
    pub fn make(
        dir: &Path,
        scenario: &Scenario,
        program: &Path,
        opens: BusinessDate,
    ) -> Result<Localnet> {
        std::fs::create_dir_all(dir).with_context(|| format!("make {}", dir.display()))?;
        let dir = dir.canonicalize().with_context(|| format!("find {}", dir.display()))?;
        let layout = Layout::choose(&scenario.network)?;
        for node in &layout.nodes {
            contract::init_node(&dir, &layout, node)?;
        }
        contract::found(&dir, &layout)?;
        for bank in &layout.banks {
            contract::write_bank(&dir, &layout, bank, (scenario, opens))?;
        }
        layout.write(&dir, &scenario.network)?;
        Localnet::over(&dir, layout, program)
    }

    /// The network that was made in `dir`, whoever has started it.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(dir: &Path, program: &Path) -> Result<Localnet> {
        let layout = Layout::read(dir)?;
        let dir = dir.canonicalize().with_context(|| format!("find {}", dir.display()))?;
        Localnet::over(&dir, layout, program)
    }

    fn over(dir: &Path, layout: Layout, program: &Path) -> Result<Localnet> {
        let root = layout.nodes.first().context("a network has a root")?;
        let path = folder(dir, root.name).join("network.json");
        let text = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let network: Network = serde_json::from_slice(&text)
            .with_context(|| format!("understand {}", path.display()))?;
        let operator = folder(dir, OPERATOR.parse()?);
        let read = |name: &str| {
            let path = operator.join(name);
            std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
        };
        let identity =
            ClientIdentity { certificate: read("certificate.pem")?, key: read("keys/tls.key")? };
        Ok(Localnet {
            dir: dir.to_owned(),
            layout,
            processes: Processes::new(program, dir),
            screen: Screen::new(false),
            http: http(&network.ca, None)?,
            operator_http: http(&network.ca, Some(&identity))?,
            authority: network.ca,
            nonce: contract::now().micros(),
            asked: 0,
        })
    }

    /// The certificate of the network's authority, PEM.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// How many commands were given a key.
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.asked
    }

    /// An idempotency key that was never used.
    pub fn fresh_key(&mut self) -> CommandId {
        self.asked += 1;
        CommandId::derive(&[&self.nonce.to_be_bytes(), &self.asked.to_be_bytes()])
    }

    /// The API of a node for a caller without a name.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn api(&self, node: NodeId) -> Result<Api> {
        Ok(Api::new(self.http.clone(), self.layout.node(node)?.api))
    }

    /// The API of a node for one of its staff: `operator` or `approver`.
    ///
    /// # Errors
    /// When there is no such node, or its key cannot be read.
    pub fn staff(&self, node: NodeId, person: &str) -> Result<Api> {
        let path = folder(&self.dir, node).join(format!("keys/{person}.key"));
        let key =
            std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(self.api(node)?.with_key(&key))
    }

    /// The API of a node for its operator.
    ///
    /// # Errors
    /// When there is no such node, or its key cannot be read.
    pub fn operator(&self, node: NodeId) -> Result<Api> {
        self.staff(node, "operator")
    }

    /// The control calls of the bank for `currency`.
    ///
    /// # Errors
    /// When there is no such bank.
    pub fn bank(&self, currency: Currency) -> Result<Api> {
        Ok(Api::new(self.operator_http.clone(), self.layout.bank(currency)?.listen))
    }

    /// The root's name.
    ///
    /// # Errors
    /// When there is none.
    pub fn root(&self) -> Result<NodeId> {
        Ok(self.layout.nodes.first().context("a network has a root")?.name)
    }

    /// Asks `probe` again and again until it has what is waited for.
    ///
    /// # Errors
    /// [`NotInTime`], or [`HasEnded`](crate::processes::HasEnded): both name whose log tells more.
    /// A refusal that does not pass ends the wait at once.
    pub async fn until<T>(
        &mut self,
        wait: Wait,
        mut probe: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let since = Instant::now();
        loop {
            let last = match probe().await {
                Ok(Some(found)) => {
                    self.screen.clear();
                    return Ok(found);
                }
                Ok(None) => None,
                Err(fault) if is_passing(&fault) => Some(fault),
                Err(fault) => return Err(fault.context(format!("wait for {}", wait.what))),
            };
            self.processes.check()?;
            if wait.limit < since.elapsed() {
                let log = self.processes.log(wait.node);
                let last = last.map_or(String::new(), |fault| format!("; last: {fault:#}"));
                return Err(NotInTime { wait, last, log }.into());
            }
            self.screen.show(&wait.what, since);
            tokio::time::sleep(wait.look).await;
        }
    }

    /// Starts the banks and every founder, waits until they serve, then has everybody else
    /// admitted. Returns how many approvals were given.
    ///
    /// # Errors
    /// What did not come, and where to look.
    pub async fn start(&mut self) -> Result<usize> {
        self.start_missing(&BTreeMap::new()).await
    }

    /// The same, without those that are `running` already or were admitted before.
    ///
    /// # Errors
    /// What did not come, and where to look.
    pub async fn start_missing(&mut self, running: &BTreeMap<NodeId, u32>) -> Result<usize> {
        for bank in self.layout.banks.clone() {
            self.start_unless(running, bank.name, true)?;
        }
        let founders: Vec<NodePlan> = self.layout.founders().cloned().collect();
        for node in &founders {
            self.start_unless(running, node.name, false)?;
        }
        for node in &founders {
            self.until_ready(node.name).await?;
        }
        let is_founder = |node: &&NodePlan| founders.contains(node);
        let members: Vec<NodePlan> =
            self.layout.nodes.iter().filter(|node| !is_founder(node)).cloned().collect();
        for node in &members {
            self.start_unless(running, node.name, false)?;
        }
        let mut approvals = 0;
        for node in &members {
            if !folder(&self.dir, node.name).join("certificate.pem").exists() {
                approvals += self.admit(node.name).await?;
            }
        }
        for node in &members {
            self.until_ready(node.name).await?;
        }
        Ok(approvals)
    }

    fn start_unless(
        &mut self,
        running: &BTreeMap<NodeId, u32>,
        name: NodeId,
        is_bank: bool,
    ) -> Result<()> {
        if running.contains_key(&name) { Ok(()) } else { self.processes.start(name, is_bank) }
    }

    /// Waits until a node takes commands.
    ///
    /// # Errors
    /// It does not in time.
    pub async fn until_ready(&mut self, node: NodeId) -> Result<()> {
        let api = self.api(node)?;
        let wait = Wait::new(node, format!("{node} to be ready"));
        let ready = async || Ok(api.text("/readyz").await.map(Some)?);
        self.until(wait, ready).await.map(drop)
    }

    /// Waits for the application of `node` and has two thirds of the validators approve it.
    async fn admit(&mut self, node: NodeId) -> Result<usize> {
        let root = self.root()?;
        let asked = self.api(root)?;
        let path = format!("/api/v1/federation/join-requests/{node}");
        let wait = Wait::new(node, format!("the join request of {node}"));
        let applied = async || match asked.get::<Value>(&path).await {
            Ok(_) => Ok(Some(())),
            Err(CallError::Refused { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault.into()),
        };
        self.until(wait, applied).await?;
        let validators: Vec<NodeId> = self.layout.founders().map(|node| node.name).collect();
        let enough = (validators.len() * 2).div_ceil(3);
        for validator in validators.iter().take(enough) {
            self.approve(*validator, node).await?;
        }
        Ok(enough)
    }

    /// Has one validator approve an applicant.
    async fn approve(&mut self, validator: NodeId, node: NodeId) -> Result<()> {
        let operator = self.operator(validator)?;
        let wait = Wait::new(validator, format!("{validator} to approve {node}"));
        let (key, body) = (self.fresh_key(), json!({ "node": node }));
        let approve = async || {
            match operator.post::<Value>("/api/v1/federation/approvals", key, &body).await {
                // Its replica has not heard of the applicant yet.
                Err(CallError::Refused { status: 404, .. }) => Ok(None),
                other => Ok(other.map(|_| Some(()))?),
            }
        };
        self.until(wait, approve).await
    }

    /// Everybody in the directory, as the root has it.
    ///
    /// # Errors
    /// The root does not answer.
    pub async fn members(&self) -> Result<Vec<Member>> {
        let operator = self.operator(self.root()?)?;
        Ok(operator.get::<Members>("/api/v1/federation/members").await?.members)
    }

    /// Who leads the federation's cell, as the founder `asked` knows it.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn leader(&self, asked: NodeId) -> Result<Option<NodeId>> {
        let members: Members = self.operator(asked)?.get("/api/v1/federation/members").await?;
        Ok(members.leader)
    }

    /// Moves every node's clock to `time`. They never go back.
    ///
    /// Supervisors come last, once they have seen everything from before: otherwise the hours
    /// that are skipped would look like their lag.
    ///
    /// # Errors
    /// A node does not answer, or `time` is in the past.
    pub async fn move_clocks(&mut self, time: Timestamp) -> Result<()> {
        self.shift_clocks(ahead_ms(time)?).await
    }

    /// Has every node's clock show the time of the one that is furthest ahead; returns that time.
    /// Between clocks that differ no lag can be measured.
    ///
    /// # Errors
    /// A node does not answer.
    pub async fn align_clocks(&mut self) -> Result<Timestamp> {
        let offset = |node: &NodePlan| contract::clock_offset_ms(&folder(&self.dir, node.name));
        let offsets = self.layout.nodes.iter().map(offset);
        let furthest = offsets.collect::<Result<Vec<u64>>>()?.into_iter().max().unwrap_or(0);
        self.shift_clocks(furthest).await?;
        contract::now().checked_add(Millis(furthest)).context("a time before the year 10000")
    }

    /// One offset for all: offsets that are reckoned one after the other differ by what the calls
    /// between them took, and every lag from node to node would be wrong by as much.
    async fn shift_clocks(&mut self, offset_ms: u64) -> Result<()> {
        let is_supervisor = |node: &&NodePlan| node.role == Role::Regulator;
        let nodes = self.layout.nodes.iter();
        let (last, first): (Vec<_>, Vec<_>) = nodes.cloned().partition(|node| is_supervisor(&node));
        let moved = first.iter().map(|node| self.shift_clock(node.name, offset_ms));
        try_join_all(moved).await?;
        for node in &last {
            for watched in &node.watches {
                self.until_mirrored(node.name, *watched).await?;
            }
        }
        let moved = last.iter().map(|node| self.shift_clock(node.name, offset_ms));
        try_join_all(moved).await.map(drop)
    }

    /// Waits until a supervisor has taken everything that a cell has recorded by now.
    async fn until_mirrored(&mut self, supervisor: NodeId, cell: NodeId) -> Result<()> {
        let report: Value = self.operator(cell)?.get("/api/v1/node").await?;
        let recorded = report.get("as_of").and_then(Value::as_u64).unwrap_or(0);
        let operator = self.operator(supervisor)?;
        let wait = Wait::new(supervisor, format!("{supervisor} to have mirrored {cell}"));
        let taken = async || {
            let index = mirrored_index(&operator, cell).await?;
            Ok(index.filter(|index| recorded <= *index).map(drop))
        };
        self.until(wait, taken).await
    }

    /// Moves one node's clock.
    ///
    /// # Errors
    /// As for all of them.
    pub async fn move_clock(&self, node: NodeId, time: Timestamp) -> Result<()> {
        self.shift_clock(node, ahead_ms(time)?).await
    }

    /// A clock that is told to go back would stand still until time has caught up with it, and be
    /// behind all others from then on: what is ahead already stays where it is.
    async fn shift_clock(&self, node: NodeId, offset_ms: u64) -> Result<()> {
        let known = contract::clock_offset_ms(&folder(&self.dir, node))?;
        let body = json!({ "offset_ms": offset_ms.max(known) });
        // To be set twice to the same is to be set once.
        let key = CommandId::derive(&[node.as_str().as_bytes(), &offset_ms.to_be_bytes()]);
        self.operator(node)?.put("/api/v1/testnet/clock", key, &body).await?;
        Ok(())
    }

    /// Ends the banks' day: every node gets its statements.
    ///
    /// # Errors
    /// A bank does not answer.
    pub async fn end_bank_day(&self) -> Result<()> {
        for bank in &self.layout.banks {
            self.bank(bank.currency)?.tell("/control/end-of-day", &json!({})).await?;
        }
        Ok(())
    }

    /// Begins the banks' day.
    ///
    /// # Errors
    /// A bank does not answer.
    pub async fn begin_bank_day(&self, date: BusinessDate) -> Result<()> {
        for bank in &self.layout.banks {
            let body = json!({ "date": date });
            self.bank(bank.currency)?.tell("/control/date", &body).await?;
        }
        Ok(())
    }

    /// Where everybody listens, one line each.
    #[must_use]
    pub fn addresses(&self) -> Vec<(NodeId, &'static str, String)> {
        let nodes = self.layout.nodes.iter();
        let nodes = nodes.map(|n| (n.name, n.role.as_str(), format!("https://{}", n.api)));
        let banks = self.layout.banks.iter();
        let bank = Role::Bank.as_str();
        let banks = banks.map(|b| (b.name, bank, format!("https://{}", b.listen)));
        nodes.chain(banks).collect()
    }
}

/// The log entry up to which a supervisor has the records of a node.
pub(crate) async fn mirrored_index(supervisor: &Api, cell: NodeId) -> Result<Option<u64>> {
    let shown: Value = supervisor.get("/api/v1/regnode/mirror").await?;
    let mirrors = shown.get("mirrors").and_then(Value::as_array).into_iter().flatten();
    let is_of_cell =
        |mirror: &&Value| mirror.get("cell").and_then(Value::as_str) == Some(cell.as_str());
    let mut of_cell = mirrors.filter(is_of_cell);
    Ok(of_cell.find_map(|mirror| mirror.get("index").and_then(Value::as_u64)))
}

/// How far `time` is ahead of real time, in milliseconds.
fn ahead_ms(time: Timestamp) -> Result<u64> {
    let ahead = time.micros().checked_sub(contract::now().micros());
    Ok(ahead.ok_or_else(|| anyhow!("{time} is in the past"))? / 1000)
}

/// Whether asking again may help.
fn is_passing(fault: &anyhow::Error) -> bool {
    fault.downcast_ref::<CallError>().is_some_and(CallError::is_passing)
}
