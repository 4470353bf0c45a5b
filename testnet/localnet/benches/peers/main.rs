//! A node beside what it is measured against, both on this machine and in one run.
//!
//! - One durable command at a time, beside one fdatasync on the same disk; and the slowest of a
//!   thousand at half of the highest rate.
//! - Authenticated orders over REST, beside a bare handler behind the same door.
//! - Orders over gRPC in batches, each durable, beside PostgreSQL with a transfer a transaction.
//!
//! Whatever is compared is run in turns, so that both meet the same machine; figures are medians
//! with the smallest and the largest. The network is the smallest that trades (`network.toml`).
//!
//! `make peers`, or `cargo bench -p gcfn-localnet --bench peers -- PROGRAM [PAIRS [SECONDS]]`
//! with a built `gcfn`. `TMPDIR` says on which disk; it needs PostgreSQL with `pgbench`.
#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

mod bare;
mod disk;
mod postgres;

use anyhow::{Context, Result};
use bare::Bare;
use disk::Disk;
use gcfn_localnet::layout::folder;
use gcfn_localnet::load::{Door, Ground, Load, Measured, Span};
use gcfn_localnet::network::Localnet;
use gcfn_localnet::scenario::Scenario;
use gcfn_localnet::spread::at_per_mille;
use gcfn_localnet::up::up;
use gcfn_model::NodeId;
use postgres::Postgres;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const NETWORK: &str = include_str!("network.toml");
const NODE: &str = "cn-sha";
const CLIENTS: usize = 32;
/// How many times a block is synced beside the commands of one pair.
const SYNCS: usize = 2_000;

/// What to measure, how often, and for how long each.
struct Plan {
    program: PathBuf,
    pairs: usize,
    seconds: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    // Cargo adds a flag of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |at: usize, unsaid: u64| words.get(at).map_or(Ok(unsaid), |word| word.parse());
    match words.as_slice() {
        [bare::SERVE, folder] => bare::serve(Path::new(folder)).await,
        [program, ..] => {
            let program = Path::new(program).canonicalize().context("find the program")?;
            let (pairs, seconds) = (usize::try_from(number(1, 5)?)?, number(2, 6)?);
            measure(&Plan { program, pairs, seconds }).await
        }
        [] => anyhow::bail!("which gcfn? see `make peers`"),
    }
}

async fn measure(plan: &Plan) -> Result<()> {
    let dir = tempfile::tempdir().context("make a folder")?;
    // PostgreSQL runs as another user, who has to get in.
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o1777))?;
    let disk = Disk::lay_out(dir.path())?;
    disk.sync(SYNCS)?;
    let network = toml::from_str(NETWORK).context("understand network.toml")?;
    let scenario = Scenario { network, ..Scenario::built_in()? };
    let net = up(&dir.path().join("net"), &scenario, &plan.program).await?;
    let ended = beside_peers(plan, (dir.path(), &disk), net).await;
    gcfn_localnet::processes::stop_all(&dir.path().join("net"))?;
    ended
}

async fn beside_peers(plan: &Plan, (dir, disk): (&Path, &Disk), mut net: Localnet) -> Result<()> {
    let node: NodeId = NODE.parse()?;
    let ground = Ground::prepare(&mut net, node, CLIENTS).await?;
    let mut desk = Desk { plan, ground, net };
    desk.beside_the_disk(disk).await?;
    desk.beside_bare_http(&folder(&desk.net.dir, node)).await?;
    // Last: its millions of commands leave the read model rows for minutes to come.
    desk.beside_postgres(dir).await
}

/// A node that is ready to be measured.
struct Desk<'p> {
    plan: &'p Plan,
    ground: Ground,
    net: Localnet,
}

impl Desk<'_> {
    fn load(&self, door: Door, clients: usize, batch: usize) -> Load {
        let span = Span::Time(Duration::from_secs(self.plan.seconds));
        Load { door, clients, batch, span, rate: None }
    }

    async fn node(&mut self, load: Load) -> Result<Measured> {
        self.ground.measure(&mut self.net, load).await
    }

    /// Commands and transfers are alike: each is one balanced entry of money, durable before it
    /// is answered. Every other command places an order.
    async fn beside_postgres(&mut self, dir: &Path) -> Result<()> {
        let postgres = Postgres::start(dir)?;
        let load = self.load(Door::Grpc, 4, 100);
        let mut pairs = Pairs::default();
        for _ in 0..self.plan.pairs {
            let ours = self.node(load).await?.per_second;
            pairs.add(ours, postgres.transfers(self.plan.seconds)?);
        }
        println!(
            "one durable replica, gRPC, 4 clients, 100 commands a call; 16 clients of pgbench"
        );
        pairs.show("commands/s", &format!("PostgreSQL {}, transfers/s", postgres.version()?));
        println!("  orders accepted are half of the commands: {} times", pairs.times(2));
        Ok(())
    }

    async fn beside_the_disk(&mut self, disk: &Disk) -> Result<()> {
        let alone = self.load(Door::Grpc, 1, 1);
        let (mut p50, mut rest) = (Pairs::default(), Pairs::default());
        for _ in 0..self.plan.pairs {
            let ours = self.node(alone).await?;
            let sync = disk.sync(SYNCS)?;
            let at = |per_mille| at_per_mille(&sync, per_mille).map_or(0, Duration::as_nanos);
            p50.add(ours.p50_us * 1000, u64::try_from(at(500))?);
            rest.add(ours.p999_us * 1000, u64::try_from(at(999))?);
        }
        println!("one command at a time, gRPC, one client; a block of 4 KiB and fdatasync");
        p50.show("p50 of a command, ns", "p50 of fdatasync, ns");
        rest.show("p99.9 of a command, ns", "p99.9 of fdatasync, ns");
        for door in [Door::Grpc, Door::Rest] {
            self.at_half_rate(door).await?;
        }
        Ok(())
    }

    /// How long commands take, a command a call, at half of what the node can take so.
    async fn at_half_rate(&mut self, door: Door) -> Result<()> {
        let full = self.load(door, CLIENTS, 1);
        let (mut top, mut p50, mut p999) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.plan.pairs {
            let rate = self.node(full).await?.per_second;
            let half = self.node(Load { rate: Some(rate / 2), ..full }).await?;
            top.push(rate);
            p50.push(half.p50_us);
            p999.push(half.p999_us);
        }
        println!(
            "{door:?}, {CLIENTS} clients, a command a call, in turns at full and at half rate"
        );
        println!("  full rate, commands/s     {}", spread(&mut top));
        println!("  p50 at half of it, us     {}", spread(&mut p50));
        println!("  p99.9 at half of it, us   {}", spread(&mut p999));
        Ok(())
    }

    async fn beside_bare_http(&mut self, folder: &Path) -> Result<()> {
        let bare = Bare::start(folder)?;
        let load = self.load(Door::Rest, CLIENTS, 1);
        let mut pairs = Pairs::default();
        for _ in 0..self.plan.pairs {
            let ours = self.node(load).await?.per_second;
            let theirs = self.ground.measure_at(&mut self.net, load, bare.address).await?;
            pairs.add(ours, theirs.per_second);
        }
        println!(
            "REST, {CLIENTS} clients, a command a call; a bare axum handler behind the same door"
        );
        pairs.show("authenticated, durable commands/s", "bare answers/s");
        Ok(())
    }
}

/// Figures that were measured in turns: ours, and the peer's.
#[derive(Default)]
struct Pairs {
    ours: Vec<u64>,
    theirs: Vec<u64>,
}

impl Pairs {
    fn add(&mut self, ours: u64, theirs: u64) {
        self.ours.push(ours);
        self.theirs.push(theirs);
    }

    fn show(&self, ours: &str, theirs: &str) {
        println!("  {ours}: {}", spread(&mut self.ours.clone()));
        println!("  {theirs}: {}", spread(&mut self.theirs.clone()));
        println!("  ours are {} times theirs", self.times(1));
    }

    /// The ratio of the medians, with the least and the largest of the pairs, of a part of ours.
    fn times(&self, part: u64) -> String {
        let ratio = |ours: u64, theirs: u64| 100 * ours / part / theirs.max(1);
        let mut pairs: Vec<u64> = self
            .ours
            .iter()
            .zip(&self.theirs)
            .map(|(ours, theirs)| ratio(*ours, *theirs))
            .collect();
        pairs.sort_unstable();
        let medians = ratio(median(&mut self.ours.clone()), median(&mut self.theirs.clone()));
        let show = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let (least, largest) = (pairs.first().copied(), pairs.last().copied());
        let [least, largest] = [least, largest].map(|pair| show(pair.unwrap_or(0)));
        format!("{} ({least} to {largest})", show(medians))
    }
}

fn spread(figures: &mut [u64]) -> String {
    let middle = median(figures);
    let [least, largest] = [figures.first(), figures.last()].map(|f| f.copied().unwrap_or(0));
    format!("{middle} ({least} to {largest})")
}

fn median(figures: &mut [u64]) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or(0)
}
