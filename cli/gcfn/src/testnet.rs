//! `gcfn testnet`: whole networks on this machine.

use crate::failure::{Ended, Failure};
use crate::home::block_on;
use crate::node::{Start, Stop};
use crate::output::{self, Format};
use anyhow::Context;
use clap::{Args, Subcommand};
use gcfn_daemon::bank;
use gcfn_localnet::demo::{self, Check, Options, Play, Report};
use gcfn_localnet::deposit::pay_in;
use gcfn_localnet::load::{Door, Ground, Load, Measured, Span};
use gcfn_localnet::misbehave::misbehave;
use gcfn_localnet::network::Localnet;
use gcfn_localnet::processes::{running_in, stop_all};
use gcfn_localnet::scenario::Scenario;
use gcfn_localnet::spread::{Figures, Spread, spreads};
use gcfn_localnet::up;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Subcommand)]
pub(crate) enum Testnet {
    /// Make a network, if there is none, start what of it does not run, and leave it running.
    #[command(after_help = UP)]
    Up(Up),
    /// Stop a running network.
    #[command(after_help = DOWN)]
    Down(Place),
    /// Say which processes of a network run, and where they listen.
    #[command(after_help = STATUS)]
    Status(Place),
    /// Run a whole network through four business days and check everything.
    #[command(after_help = DEMO)]
    Demo(Demo),
    /// Run a whole network through days on which every bank does everything wrong, and check that
    /// nothing is lost, doubled or left under way.
    #[command(after_help = CHAOS)]
    Chaos(Chaos),
    /// Put load on one node of a running network, and measure.
    #[command(after_help = LOAD)]
    Load(LoadArgs),
    /// Kill one node of a running network, start it again, and measure until it is ready.
    #[command(after_help = RESTART)]
    Restart(RestartArgs),
    /// Have a simulated bank book money that a party pays in.
    #[command(after_help = PAY_IN)]
    PayIn(PayIn),
    /// Have a simulated bank misbehave by a script of faults.
    #[command(after_help = MISBEHAVE)]
    Misbehave(Misbehave),
    /// Run a simulated bank from its folder.
    #[command(hide = true)]
    Bank(Start),
}

const UP: &str = "\
Example:
  gcfn testnet up --dir ./net
  gcfn federation members --dir ./net/root
  gcfn testnet down --dir ./net";
const DOWN: &str = "\
Example:
  gcfn testnet down --dir ./net";
const STATUS: &str = "\
Example:
  gcfn testnet status --dir ./net --output json";
const DEMO: &str = "\
Examples:
  gcfn testnet demo                          founded, traded, cleared, proven, in a minute
  gcfn testnet demo --keep --dir ./net       look around afterwards; end with `testnet down`
  gcfn testnet demo --seed 7 --export ./out  other orders, and everything written out";

const LOAD: &str = "\
Examples, on a network that runs:
  gcfn testnet load --dir ./net --clients 32                  one command a call, over REST
  gcfn testnet load --dir ./net --grpc --batch 100            a hundred commands a call
  gcfn testnet load --dir ./net --grpc --commands 100000      until so many are in the log
  gcfn testnet load --dir ./net --runs 5                      medians of five runs
  gcfn testnet load --dir ./net --rate 2000                   two thousand a second, not more
Every client places orders that rest and takes them out again. Where a supervisor mirrors the node,
its lag is that of every epoch verified from the begin of the load until it has caught up.";

const RESTART: &str = "\
Examples, on a network that runs:
  gcfn testnet restart --dir ./net --runs 5              out of the log, as it is
  gcfn testnet restart --dir ./net --runs 5 --snapshot   out of a snapshot that is taken before
From SIGKILL until the node says that it is ready. How many commands it read back from its log
after the newest snapshot is among the figures.";

const CHAOS: &str = "\
Example: five banks, three business days, every fault at random, the same for the same seed:
  gcfn testnet chaos --seed 7
  gcfn testnet chaos --seed 7 --days 5 --dir ./net --keep";

const PAY_IN: &str = "\
Example, on a network that runs:
  gcfn testnet pay-in pty-1zp8k3hq0w9m4x7c2v6b5n8tfj 1000.00 --dir ./net --node cn-sha";

const MISBEHAVE: &str = "\
Example, on a network that runs, with these lines in faults.txt (the guide bank-messages.md has them all):
  payment 2: late by 1 day
  payment 4 to 6: reject AM04
  every 3 deposits: twice

  gcfn testnet misbehave CNY faults.txt --dir ./net
  gcfn testnet misbehave CNY --release --dir ./net";

/// Which network.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The network's folder.
    #[arg(long, value_name = "FOLDER", default_value = "gcfn-testnet")]
    dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    place: Place,
    /// Take the network from this folder's network.toml instead of the built-in one.
    #[arg(long, value_name = "FOLDER")]
    scenario: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The network's folder; a temporary one when left out.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Take what happens from the files in this folder, not the built-in ones.
    #[arg(long, value_name = "FOLDER")]
    scenario: Option<PathBuf>,
    /// Vary the drawn orders.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the network running and print its addresses.
    #[arg(long)]
    keep: bool,
    /// Write receipts, anchors, keys and every bank message to this folder.
    #[arg(long, value_name = "FOLDER")]
    export: Option<PathBuf>,
    /// Print one JSON object instead of lines: the same as --output json.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Chaos {
    /// The network's folder; a temporary one when left out.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Draw other faults, and other wishes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For so many business days.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    days: u32,
    /// Leave the network running and print its addresses.
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    place: Place,
    /// The trading node.
    #[arg(long, default_value = "cn-sha")]
    node: gcfn_model::NodeId,
    /// How many clients at a time.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// For how many seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Until so many commands are answered, however long that takes.
    #[arg(long, conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(1..))]
    commands: Option<u64>,
    /// Commands a second, however fast they are answered; as many as are answered when left out.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    rate: Option<u64>,
    /// How often, one after the other; results are medians.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Over gRPC, in batches.
    #[arg(long)]
    grpc: bool,
    /// How many commands in a call, over gRPC; at most 100.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
    batch: u8,
}

impl LoadArgs {
    fn run(self, format: Format) -> Ended {
        let mut net =
            Localnet::open(&self.place.dir, &program()?).map_err(|fault| Failure::usage(&fault))?;
        let load = Load {
            door: if self.grpc { Door::Grpc } else { Door::Rest },
            clients: self.clients,
            batch: usize::from(self.batch),
            span: match self.commands {
                Some(commands) => Span::Commands(commands),
                None => Span::Time(Duration::from_secs(self.seconds)),
            },
            rate: self.rate,
        };
        let runs = interruptible(async {
            let ground = Ground::prepare(&mut net, self.node, load.clients).await?;
            let mut runs = Vec::new();
            for _ in 0..self.runs {
                runs.push(ground.measure(&mut net, load).await?);
            }
            Ok(runs)
        })?;
        match format {
            Format::Json => output::json(&LoadReport::new(&runs)),
            Format::Table => show_spreads(&runs),
        }?;
        Ok(())
    }
}

/// The run in the middle by commands a second, then all of them.
#[derive(Serialize)]
struct LoadReport<'r> {
    #[serde(flatten)]
    middle: Option<&'r Measured>,
    runs: &'r [Measured],
    spread: BTreeMap<&'static str, Spread>,
}

impl LoadReport<'_> {
    fn new(runs: &[Measured]) -> LoadReport<'_> {
        let mut ordered: Vec<&Measured> = runs.iter().collect();
        ordered.sort_by_key(|run| run.per_second);
        let middle = ordered.get(runs.len().saturating_sub(1) / 2).copied();
        LoadReport { middle, runs, spread: spreads(runs) }
    }
}

fn show_spreads<R: Figures>(runs: &[R]) -> std::io::Result<()> {
    let row = |(name, spread): (&str, Spread)| {
        let Spread { median, min, max } = spread;
        let figures = [median, min, max].map(|figure| figure.to_string());
        std::iter::once(name.to_owned()).chain(figures).collect()
    };
    output::table(&["FIGURE", "MEDIAN", "MIN", "MAX"], spreads(runs).into_iter().map(row))
}

#[derive(Debug, Args)]
pub(crate) struct RestartArgs {
    #[command(flatten)]
    place: Place,
    /// The trading node.
    #[arg(long, default_value = "cn-sha")]
    node: gcfn_model::NodeId,
    /// Have it take a snapshot before each restart.
    #[arg(long)]
    snapshot: bool,
    /// How often, one after the other; results are medians.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
}

impl RestartArgs {
    fn run(self, format: Format) -> Ended {
        let mut net =
            Localnet::open(&self.place.dir, &program()?).map_err(|fault| Failure::usage(&fault))?;
        let runs = interruptible(async {
            let mut runs = Vec::new();
            for _ in 0..self.runs {
                if self.snapshot {
                    net.take_snapshot(self.node).await?;
                }
                runs.push(net.restart(self.node).await?);
            }
            Ok(runs)
        })?;
        match format {
            Format::Json => output::json(&json!({
                "node": self.node,
                "snapshot": self.snapshot,
                "runs": runs,
                "spread": spreads(&runs),
            })),
            Format::Table => show_spreads(&runs),
        }?;
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(crate) struct PayIn {
    #[command(flatten)]
    place: Place,
    /// The party's trading node.
    #[arg(long, default_value = "cn-sha")]
    node: gcfn_model::NodeId,
    /// Who pays in, by pseudonym.
    party: gcfn_model::PartyId,
    /// How much, in the node's currency.
    amount: String,
}

impl PayIn {
    fn run(self, format: Format) -> Ended {
        let mut net =
            Localnet::open(&self.place.dir, &program()?).map_err(|fault| Failure::usage(&fault))?;
        let paid = interruptible(pay_in(&mut net, self.node, (self.party, &self.amount)))?;
        let line = format!("the bank has booked {} on account {}", self.amount, paid.account);
        match format {
            Format::Json => output::json(&paid)?,
            Format::Table => output::line(&line)?,
        }
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Misbehave {
    #[command(flatten)]
    place: Place,
    /// The bank, by its currency.
    currency: gcfn_model::Currency,
    /// The script; an empty file ends what one has begun.
    #[arg(required_unless_present = "release")]
    script: Option<PathBuf>,
    /// Let go what the bank holds back.
    #[arg(long)]
    release: bool,
}

impl Misbehave {
    fn run(self, _: Format) -> Ended {
        let script = self.script.as_deref().map(|path| {
            let text = std::fs::read_to_string(path);
            text.with_context(|| format!("read {}", path.display()))
        });
        let script = script.transpose().map_err(|fault| Failure::usage(&fault))?;
        let net =
            Localnet::open(&self.place.dir, &program()?).map_err(|fault| Failure::usage(&fault))?;
        interruptible(misbehave(&net, self.currency, script.as_deref(), self.release))
    }
}

impl Testnet {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Testnet::Up(up) => up.run(format),
            Testnet::Down(place) => place.down(format),
            Testnet::Status(place) => place.status(format),
            Testnet::Demo(demo) => demo.run(format),
            Testnet::Chaos(chaos) => chaos.run(format),
            Testnet::Load(load) => load.run(format),
            Testnet::Restart(restart) => restart.run(format),
            Testnet::PayIn(paid) => paid.run(format),
            Testnet::Misbehave(faults) => faults.run(format),
            Testnet::Bank(start) => {
                start.run_until_stopped(async |dir: &Path, stop: Stop| bank::serve(dir, stop).await)
            }
        }
    }
}

fn scenario(folder: Option<&Path>) -> Result<Scenario, Failure> {
    let scenario = folder.map_or_else(Scenario::built_in, Scenario::read);
    scenario.map_err(|problems| Failure::Usage(problems.to_string()))
}

fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().context("find this program").map_err(|fault| Failure::usage(&fault))
}

/// How `work` came to an end.
enum End<T> {
    Done(T),
    Signalled(SignalKind),
}

/// Runs `work` until it ends or somebody presses Ctrl-C; what it has started ends with it.
fn interruptible<T>(work: impl Future<Output = anyhow::Result<T>>) -> Result<T, Failure> {
    let ended = block_on(async {
        let kinds = (SignalKind::interrupt(), SignalKind::terminate());
        let (mut ctrl_c, mut term) = (signal(kinds.0)?, signal(kinds.1)?);
        tokio::select! {
            done = work => done.map(End::Done),
            _ = ctrl_c.recv() => Ok(End::Signalled(kinds.0)),
            _ = term.recv() => Ok(End::Signalled(kinds.1)),
        }
    })?;
    match ended {
        Ok(End::Done(done)) => Ok(done),
        Ok(End::Signalled(kind)) => Err(Failure::Interrupted {
            signal: u8::try_from(kind.as_raw_value()).unwrap_or_default(),
            text: "interrupted; every process that was started here has ended".to_owned(),
        }),
        Err(fault) => Err(Failure::of(&fault)),
    }
}

impl Up {
    fn run(self, format: Format) -> Ended {
        let scenario = scenario(self.scenario.as_deref())?;
        let program = program()?;
        let net = interruptible(up::up(&self.place.dir, &scenario, &program))?;
        show_addresses(&net.addresses(), format)
    }
}

fn show_addresses(
    addresses: &[(gcfn_model::NodeId, &'static str, String)],
    format: Format,
) -> Ended {
    match format {
        Format::Json => {
            let members = addresses
                .iter()
                .map(|(name, role, url)| json!({ "name": name, "role": role, "url": url }));
            output::json(&json!({ "members": members.collect::<Vec<_>>() }))?;
        }
        Format::Table => {
            let row = |(name, role, url): &(gcfn_model::NodeId, &str, String)| {
                vec![name.to_string(), (*role).to_owned(), url.clone()]
            };
            output::table(&["NAME", "ROLE", "URL"], addresses.iter().map(row))?;
        }
    }
    Ok(())
}

impl Place {
    fn down(self, format: Format) -> Ended {
        let stopped = stop_all(&self.dir).map_err(|fault| Failure::of(&fault))?;
        match format {
            Format::Json => output::json(&json!({ "stopped": stopped }))?,
            Format::Table => output::line(&format!("{stopped} processes stopped"))?,
        }
        Ok(())
    }

    fn status(self, format: Format) -> Ended {
        let running = running_in(&self.dir).map_err(|fault| Failure::of(&fault))?;
        let net = Localnet::open(&self.dir, &program()?).map_err(|fault| Failure::usage(&fault))?;
        let members = net.addresses();
        let pid = |name: &gcfn_model::NodeId| running.get(name).copied();
        match format {
            Format::Json => {
                let rows = members.iter().map(|(name, role, url)| {
                    json!({ "name": name, "role": role, "url": url, "pid": pid(name) })
                });
                output::json(&json!({ "members": rows.collect::<Vec<_>>() }))?;
            }
            Format::Table => {
                let row = |(name, role, url): &(gcfn_model::NodeId, &str, String)| {
                    let pid = pid(name).map_or("-".to_owned(), |pid| pid.to_string());
                    vec![name.to_string(), (*role).to_owned(), pid, url.clone()]
                };
                output::table(&["NAME", "ROLE", "PID", "URL"], members.iter().map(row))?;
            }
        }
        let silent = members.iter().filter(|(name, ..)| pid(name).is_none());
        let silent: Vec<String> = silent.map(|(name, ..)| name.to_string()).collect();
        if silent.is_empty() {
            return Ok(());
        }
        let dir = self.dir.display();
        Err(Failure::Unreachable(if running.is_empty() {
            format!("the network does not run; start it with: gcfn testnet up --dir {dir}")
        } else {
            let silent = silent.join(", ");
            format!("not running: {silent}; start them with: gcfn testnet up --dir {dir}")
        }))
    }
}

impl Demo {
    fn run(self, format: Format) -> Ended {
        let as_json = self.json || format == Format::Json;
        let options = Options {
            play: Play::Demo,
            program: program()?,
            dir: self.dir,
            scenario: scenario(self.scenario.as_deref())?,
            seed: self.seed,
            keep: self.keep,
            export: self.export,
            quiet: as_json,
        };
        play(&options)
    }
}

impl Chaos {
    fn run(self, format: Format) -> Ended {
        let options = Options {
            play: Play::Chaos { days: self.days },
            program: program()?,
            dir: self.dir,
            scenario: Scenario::chaos().map_err(|problems| Failure::Usage(problems.to_string()))?,
            seed: self.seed,
            keep: self.keep,
            export: None,
            quiet: format == Format::Json,
        };
        play(&options)
    }
}

/// Plays, and prints every check as it is made, or one JSON object in the end.
fn play(options: &Options) -> Ended {
    let as_json = options.quiet;
    let mut printed = Ok(());
    let mut show = |check: &Check| {
        if !as_json && printed.is_ok() {
            printed = output::line(&check.line());
        }
    };
    let report = interruptible(demo::run(options, &mut show))?;
    printed?;
    if as_json {
        output::json(&report.json())?;
    } else {
        summary(&report)?;
    }
    match report.checks.iter().find(|check| !check.ok) {
        None => Ok(()),
        Some(failed) => Err(Failure::Refused(format!(
            "step {} failed: {}; everything is in {}",
            failed.number,
            failed.name,
            report.dir.display()
        ))),
    }
}

fn summary(report: &Report) -> Ended {
    output::line("")?;
    let rows = report.figures.rows().map(|(name, figure)| vec![name.to_owned(), figure]);
    output::table(&["FIGURE", ""], rows)?;
    if report.kept {
        output::line("")?;
        show_addresses(&report.addresses, Format::Table)?;
        output::line(&format!(
            "\nIt runs on in {0}; end it with: gcfn testnet down --dir {0}",
            report.dir.display()
        ))?;
    }
    Ok(())
}
