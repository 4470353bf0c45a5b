//! A machine to replicate, and a network between replicas that can be cut.

use futures::future::BoxFuture;
use gcfn_cell::{
    Cell, CellConfig, CellError, CellMetrics, RaftCall, Record, SystemClock, Transport,
    TransportError,
};
use gcfn_model::{Machine, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Adds numbers up; remembers which ones, so that a loss or a repeat shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub seen: BTreeMap<u64, u32>,
    pub last_at: Option<Timestamp>,
    pub ballast: Vec<u8>,
    #[serde(skip)]
    pub diverged: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    Count(u64),
    /// Like `Count`, with ballast that stays.
    Fill(u64, Vec<u8>),
    /// How much ballast there is, as the leader has it.
    Weigh(usize),
}

/// How often the number was counted, this time included; refused above 1000.
pub type Outcome = Result<u32, &'static str>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted(pub u64);

impl Machine for Tally {
    type Command = Command;
    type Outcome = Outcome;
    type Event = Counted;
    type Frozen = Tally;

    fn freeze(&self) -> Tally {
        self.clone()
    }

    fn has_diverged(&self) -> bool {
        self.diverged
    }

    fn apply(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Counted>) -> Outcome {
        assert!(self.last_at.is_none_or(|last| last <= at), "time ran backwards");
        self.last_at = Some(at);
        self.diverged = false;
        let number = match command {
            Command::Count(number) => number,
            Command::Fill(number, ballast) => {
                self.ballast.extend_from_slice(ballast);
                number
            }
            Command::Weigh(weight) => {
                self.diverged = self.ballast.len() != *weight;
                return Ok(0);
            }
        };
        if *number == u64::MAX {
            return Err("too large");
        }
        let times = self.seen.entry(*number).or_default();
        *times += 1;
        events.push(Counted(*number));
        Ok(*times)
    }
}

pub type TallyCell = Cell<Tally>;
pub type TallyRecord = Record<Command, Counted>;

/// How long a test waits for what must happen.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Replicas that hear each other unless they are cut off.
#[derive(Default)]
pub struct Net {
    cells: Mutex<BTreeMap<u64, TallyCell>>,
    cut_off: Mutex<BTreeSet<u64>>,
}

struct Wire {
    from: u64,
    net: Arc<Net>,
}

impl Net {
    pub fn cut_off(&self, replica: u64) {
        self.cut_off.lock().unwrap().insert(replica);
    }

    pub fn heal(&self) {
        self.cut_off.lock().unwrap().clear();
    }

    /// Takes a replica off the network and gives up its handle.
    pub fn forget(&self, replica: u64) {
        self.cells.lock().unwrap().remove(&replica);
    }

    fn is_cut_off(&self, replica: u64) -> bool {
        self.cut_off.lock().unwrap().contains(&replica)
    }
}

impl Transport for Wire {
    fn call(
        &self,
        target: u64,
        call: RaftCall,
    ) -> BoxFuture<'static, Result<Vec<u8>, TransportError>> {
        let (net, from) = (self.net.clone(), self.from);
        Box::pin(async move {
            let cell = net.cells.lock().unwrap().get(&target).cloned();
            let reason = "nobody there".to_owned();
            match cell.filter(|_| !net.is_cut_off(from) && !net.is_cut_off(target)) {
                Some(cell) => Ok(cell.handle(call.kind, &call.payload).await),
                None => Err(TransportError::Unreachable { target, reason }),
            }
        })
    }
}

pub fn config(dir: &Path, replica: u64) -> CellConfig {
    CellConfig::new("cn-sha", replica, dir, Arc::new(SystemClock))
}

/// Opens a replica and puts it on the network.
pub async fn open(net: &Arc<Net>, config: CellConfig) -> Result<TallyCell, CellError> {
    open_with(net, config, Tally::default()).await
}

/// Opens a replica whose cell, it believes, began with `genesis`.
pub async fn open_with(
    net: &Arc<Net>,
    config: CellConfig,
    genesis: Tally,
) -> Result<TallyCell, CellError> {
    let from = config.replica;
    let wire = Arc::new(Wire { from, net: net.clone() });
    let cell = Cell::open(config, || genesis, wire).await?;
    net.cells.lock().unwrap().insert(from, cell.clone());
    Ok(cell)
}

/// Waits until the metrics of `cell` are as `wanted`.
pub async fn until(cell: &TallyCell, wanted: impl FnMut(&CellMetrics) -> bool) -> CellMetrics {
    let waited = tokio::time::timeout(PATIENCE, cell.until(wanted)).await;
    waited.unwrap_or_else(|_| panic!("still {:?}", cell.metrics())).unwrap()
}

/// Every record that is in the journal now.
pub fn records(cell: &TallyCell) -> Vec<TallyRecord> {
    let mut journal = cell.journal(0);
    std::iter::from_fn(|| journal.try_next().unwrap()).map(Arc::unwrap_or_clone).collect()
}

/// A cell of one replica that leads.
pub async fn alone(config: CellConfig) -> TallyCell {
    let replica = config.replica;
    let cell = open(&Arc::default(), config).await.unwrap();
    cell.initialize([replica].into()).await.unwrap();
    until(&cell, CellMetrics::is_leader).await;
    cell
}

/// Opens an existing replica and waits until it leads again.
pub async fn reopen(config: CellConfig) -> TallyCell {
    let cell = open(&Arc::default(), config).await.unwrap();
    until(&cell, CellMetrics::is_leader).await;
    cell.linearizable().await.unwrap();
    cell
}

pub async fn count(cell: &TallyCell, number: u64) -> Outcome {
    cell.submit(&[Command::Count(number)]).await.unwrap().remove(0)
}

/// Numbers `0..n`, each counted once, one entry each.
pub async fn count_up(cell: &TallyCell, numbers: std::ops::Range<u64>) {
    for number in numbers {
        assert_eq!(count(cell, number).await, Ok(1), "number {number}");
    }
}

/// The files in `dir`, in order of their names.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
