//! A network founded, lived with for some business days, and everything checked that was said about
//! it: the demo, and the chaos day.
//!
//! One file per step. A step asks and reads through public doors only, and ends with one line
//! of figures; the first that fails ends the run.

mod abroad;
mod anchors;
mod calm;
mod cast;
mod conservation;
mod crash;
mod days;
mod export;
mod founding;
mod issuance;
mod leader;
mod privacy;
mod receipts;
mod report;
mod settlement;
mod storm;
mod trading;

pub use report::{Check, Report};

use crate::days::{calendars, first_day};
use crate::network::Localnet;
use crate::scenario::Scenario;
use crate::screen::Screen;
use crate::seed::Seed;
use crate::{contract, processes};
use anyhow::{Result, anyhow};
use cast::Cast;
use gcfn_model::{BusinessDate, NodeId, TradeId};
use report::Figures;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// The main job, step by step.
    Demo,
    /// So many business days on which the banks do everything wrong, and what becomes of it.
    Chaos {
        /// How many.
        days: u32,
    },
}

/// What a demo is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is played.
    pub play: Play,
    /// The program whose processes are started: this one.
    pub program: PathBuf,
    /// The folder; a fresh one for temporary files when left out.
    pub dir: Option<PathBuf>,
    /// What happens.
    pub scenario: Scenario,
    /// What everything follows from that is drawn.
    pub seed: u64,
    /// Whether the network is left running.
    pub keep: bool,
    /// Where receipts, anchors, keys and messages are written to.
    pub export: Option<PathBuf>,
    /// Whether no progress is shown.
    pub quiet: bool,
}

/// A demo under way.
struct Demo {
    net: Localnet,
    scenario: Scenario,
    seed: Seed,
    cast: Cast,
    /// The business date that the clocks show.
    date: BusinessDate,
    figures: Figures,
    /// The trades between nodes that have happened, with the home of each.
    crossed: Vec<(NodeId, TradeId)>,
    /// The federation's leader that was killed in a cycle, once that has happened.
    lost_leader: Option<leader::LostLeader>,
    export: Option<PathBuf>,
}

/// Runs the demo; `show` is called with every check as it is made.
///
/// # Errors
/// What kept the network from being made. A check that fails is in the report.
pub async fn run(options: &Options, show: &mut dyn FnMut(&Check)) -> Result<Report> {
    let started = Instant::now();
    let mut folder = match &options.dir {
        Some(dir) => Folder { path: dir.clone(), is_temporary: false },
        None => Folder { path: fresh_folder(), is_temporary: true },
    };
    // Dropped before the folder is: no process writes to what is being removed.
    let mut demo = Demo::new(options, &folder.path)?;
    let mut checks = Vec::new();
    let ended = demo.play(options.play, &mut checks, show).await;
    demo.net.screen.clear();
    let mut report = Report {
        checks,
        figures: demo.figures.clone(),
        addresses: demo.net.addresses(),
        dir: demo.net.dir.clone(),
        kept: options.keep && ended,
    };
    report.figures.seconds("seconds", started.elapsed());
    if report.kept {
        demo.net.processes.let_stay();
    } else {
        demo.net.processes.stop();
    }
    // What a failure leaves behind is worth a look.
    folder.is_temporary &= ended && !options.keep;
    Ok(report)
}

/// The network's folder; one for this run alone goes with it, also when it is interrupted.
struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(folder = %self.path.display(), %error, "temporary folder is left");
        }
    }
}

/// A folder that no other run uses.
fn fresh_folder() -> PathBuf {
    let name = format!("gcfn-demo-{}-{}", std::process::id(), contract::now().micros());
    std::env::temp_dir().join(name)
}

/// The outcome of one step.
type Told = Result<String>;

impl Demo {
    fn new(options: &Options, dir: &Path) -> Result<Demo> {
        let scenario = options.scenario.clone();
        let layout = crate::layout::Layout::choose(&scenario.network)?;
        let (today, _) = contract::now().utc();
        let date = first_day(&calendars(&layout)?, today)?;
        let mut net = Localnet::make(dir, &scenario, &options.program, date)?;
        net.screen = Screen::new(options.quiet);
        let mut figures = Figures::default();
        figures.set("business_days", 1);
        Ok(Demo {
            net,
            scenario,
            seed: Seed::new(options.seed),
            cast: Cast::default(),
            date,
            figures,
            crossed: Vec::new(),
            lost_leader: None,
            export: options.export.clone(),
        })
    }

    /// Every step in order; whether all went well.
    async fn play(
        &mut self,
        play: Play,
        checks: &mut Vec<Check>,
        show: &mut dyn FnMut(&Check),
    ) -> bool {
        let steps = play.steps().into_iter().chain(self.export.is_some().then_some(Step::Export));
        for (number, step) in (1..).zip(steps) {
            let started = Instant::now();
            let told = step.take(self).await;
            self.net.screen.clear();
            let told = told.and_then(|detail| {
                self.net.processes.check()?;
                Ok(detail)
            });
            let check = Check::new(number, step.name(), &told, started.elapsed());
            show(&check);
            checks.push(check);
            if told.is_err() {
                return false;
            }
        }
        true
    }
}

impl Play {
    fn steps(self) -> Vec<Step> {
        match self {
            Play::Demo => vec![
                Step::Founding,
                Step::Issuance,
                Step::Trading,
                Step::Abroad,
                Step::Settlement,
                Step::Anchors,
                Step::Crash,
                Step::Receipts,
                Step::Conservation,
                Step::Privacy,
            ],
            Play::Chaos { days } => vec![
                Step::Founding,
                Step::Issuance,
                Step::Opening,
                Step::Storm { days },
                Step::Calm,
                Step::Conservation,
                Step::Privacy,
            ],
        }
    }
}

/// One step of a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Founding,
    Issuance,
    Opening,
    Trading,
    Abroad,
    Storm { days: u32 },
    Calm,
    Settlement,
    Anchors,
    Crash,
    Receipts,
    Conservation,
    Privacy,
    Export,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Step::Founding => "network founded, members admitted",
            Step::Issuance => "issuers onboarded, batches listed",
            Step::Opening => "users pay in and trade",
            Step::Trading => "a day of trading",
            Step::Abroad => "purchases at another node",
            Step::Storm { .. } => "days on which banks do everything wrong",
            Step::Calm => "everything ended, or an exception by name",
            Step::Settlement => "cycles final, to the cent",
            Step::Anchors => "anchored, co-signed, re-executed",
            Step::Crash => "killed in a burst, nothing lost",
            Step::Receipts => "a receipt verified offline",
            Step::Conservation => "nothing made, nothing lost",
            Step::Privacy => "personal data in the vaults alone",
            Step::Export => "written out",
        }
    }

    async fn take(self, demo: &mut Demo) -> Told {
        match self {
            Step::Founding => demo.found().await,
            Step::Issuance => demo.issue().await,
            Step::Opening => demo.open_up().await,
            Step::Trading => demo.trade().await,
            Step::Abroad => demo.buy_abroad().await,
            Step::Storm { days } => demo.storm(days).await,
            Step::Calm => demo.come_to_an_end().await,
            Step::Settlement => demo.check_cycles().await,
            Step::Anchors => demo.check_anchors().await,
            Step::Crash => demo.crash().await,
            Step::Receipts => demo.check_receipts().await,
            Step::Conservation => demo.check_conservation().await,
            Step::Privacy => demo.check_privacy().await,
            Step::Export => demo.export().await,
        }
    }
}

/// `condition`, or the failed check in words.
fn ensure(condition: bool, failed: impl FnOnce() -> String) -> Result<()> {
    if condition { Ok(()) } else { Err(anyhow!("{}", failed())) }
}

/// Whether a node has said no, rather than nothing.
fn is_refusal(fault: &anyhow::Error) -> bool {
    let call = fault.downcast_ref::<crate::client::CallError>();
    call.is_some_and(|call| call.code().is_some() && !call.is_passing())
}

/// The last lines of a member's log, for a failure that nothing else explains.
fn log_of(demo: &Demo, node: gcfn_model::NodeId) -> String {
    let log = demo.net.processes.log(node);
    format!("; the log of {node} is {}{}", log.display(), processes::tail(&log))
}
