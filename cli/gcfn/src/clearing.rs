//! `gcfn clearing`: a clearing house, its cycles and what waits there.

use crate::door::Door;
use crate::failure::{Ended, Failure};
use crate::federation::{list, text_of};
use crate::home::Home;
use crate::op::SUSPENSE;
use crate::output::{self, Format};
use crate::verbs::{Chosen, Entry, Table, act, group, set, show};
use clap::{Args, Subcommand};
use gcfn_api_wire::clearing::{
    CycleOf, DepositBack, NewCap, NewDeposit, NewNetting, NewPriority, RunRequest,
};
use gcfn_api_wire::money::{SuspenseMatching, SuspensePage};
use gcfn_api_wire::reconciliation::BreakOwner;
use gcfn_daemon::init::OPERATORS;
use gcfn_link::identity::Role;
use serde_json::Value;

const EXAMPLES: &str = "\
Examples, at a regional of `gcfn testnet up --dir /tmp/net`; the folder holds the keys of its staff:
  export GCFN_DIR=/tmp/net/cn
  gcfn clearing cycles
  gcfn clearing preview 2026-11-23
  gcfn clearing run 2026-11-23
  gcfn clearing queue list
  gcfn clearing suspense list
  gcfn clearing replay 2026-11-23
At the root the same is of the federation's house, without cap set and netting: how much a member
may owe there is for the validators to decide (gcfn federation cap).";

/// A clearing house.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Clearing {
    #[command(flatten)]
    door: Door,
    /// Which of the node's staff asks, by the keys in its folder
    #[arg(long = "as", global = true, value_name = "PERSON", value_parser = OPERATORS,
        default_value = OPERATORS[0])]
    person: String,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the cycles of the house that a node runs: a regional's, or the federation's at the
    /// root.
    #[command(after_help = CYCLES)]
    Cycles,
    #[command(flatten)]
    OfHouse(Chosen<OfHouse>),
}

const CYCLES: &str = "\
Examples:
  gcfn clearing cycles --dir ./cn       the T+1 cycles of a region
  gcfn clearing cycles --dir ./root     the T+2 cycles of the federation";

impl Clearing {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self.verb {
            Verb::Cycles => cycles(&self.door.home(), format),
            Verb::OfHouse(verb) => verb.run(&self.door.open(format, Some(&self.person))?),
        }
    }
}

/// The verbs of `gcfn clearing` that are routes.
pub(crate) struct OfHouse;

impl Table for OfHouse {
    const BEFORE: &'static str = "gcfn clearing";

    fn entries() -> Vec<Entry> {
        let of_cycle = |row: crate::verbs::Row| row.query::<CycleOf>().at(&["value_date"]).into();
        vec![
            of_cycle(
                show(
                    "positions",
                    "/api/v1/settle/house/positions",
                    "Show where everybody stands in a cycle.",
                )
                .list("positions", &["account", "position"]),
            ),
            of_cycle(show(
                "preview",
                "/api/v1/settle/house/preview",
                "Show how a cycle would go on from here; changes nothing.",
            )),
            of_cycle(show(
                "replay",
                "/api/v1/settle/house/replay",
                "Net a cycle again from its obligations and compare the bytes.",
            )),
            act(
                "run",
                "/api/v1/settle/house/run",
                "Settle now what the money at hand carries: a liquidity-saving run.",
            )
            .body::<RunRequest>()
            .at(&["value_date"])
            .into(),
            queue(),
            caps(),
            set(
                "netting",
                "/api/v1/settle/house/netting",
                "Say how cycles that close from now on are netted; two persons must.",
            )
            .body::<NewNetting>()
            .at(&["netting"])
            .into(),
            deposits(),
            show(
                "claims",
                "/api/v1/settle/house/claims",
                "List what members owe because a bank has taken a pay-in back.",
            )
            .list("claims", &["account", "amount", "owed", "returned", "since", "due"])
            .into(),
            suspense(),
        ]
    }
}

fn queue() -> Entry {
    group(
        "queue",
        "What waits because it would exceed a cap.",
        vec![
            show("list", "/api/v1/settle/house/queue", "The bundles, in their order.")
                .list("queue", &["bundle", "value_date", "priority", "held", "owed"]),
            act(
                "reorder",
                "/api/v1/settle/house/queue/{bundle}/reorder",
                "Say how urgent a bundle is: 0 goes first, 9 last.",
            )
            .body::<NewPriority>()
            .at(&["priority"]),
            act(
                "hold",
                "/api/v1/settle/house/queue/{bundle}/hold",
                "Let a bundle wait whatever the caps allow.",
            ),
            act(
                "release",
                "/api/v1/settle/house/queue/{bundle}/release",
                "Let a held bundle wait for the caps alone.",
            ),
            act(
                "cancel",
                "/api/v1/settle/house/queue/{bundle}/cancel",
                "Take a bundle out of the queue and its cycle.",
            ),
        ],
    )
}

fn caps() -> Entry {
    group(
        "cap",
        "What accounts may owe at the house.",
        vec![
            show("list", "/api/v1/settle/house/caps", "The caps, and what counts against them.")
                .list(
                    "caps",
                    &["account", "limit", "exposure", "unsettled", "reserved", "claimed"],
                ),
            set(
                "set",
                "/api/v1/settle/house/caps",
                "Let an account owe no more than this, or anything; two persons must.",
            )
            .body::<NewCap>()
            .at(&["node", "pool", "currency"]),
        ],
    )
}

fn deposits() -> Entry {
    group(
        "deposit",
        "What members keep at the house.",
        vec![
            show("list", "/api/v1/settle/house/deposits", "The deposits and their references.")
                .list("deposits", &["account", "layer", "amounts", "reference"]),
            act("open", "/api/v1/settle/house/deposits", "Let an account keep money at the house.")
                .body::<NewDeposit>()
                .at(&["node", "pool", "layer"]),
            act(
                "pay-back",
                "/api/v1/settle/house/deposits/pay-back",
                "Pay an account back what it keeps and is not needed for; two persons must.",
            )
            .body::<DepositBack>()
            .at(&["node", "pool", "layer", "amount"]),
        ],
    )
}

fn suspense() -> Entry {
    group(
        "suspense",
        "Money on the house's account that nobody has explained.",
        vec![
            show("list", "/api/v1/settle/house/suspense", "The items, oldest first.")
                .query::<SuspensePage>()
                .list("items", SUSPENSE),
            act(
                "assign",
                "/api/v1/settle/house/suspense/{item}/assign",
                "Say who of the staff looks after an item: yourself, unless another is named.",
            )
            .body::<BreakOwner>(),
            act(
                "resolve",
                "/api/v1/settle/house/suspense/{item}/resolve",
                "Say whose deposit an item is, or who bears it; two persons must.",
            )
            .body::<NewDeposit>()
            .at(&["node", "pool", "layer"]),
            act(
                "match",
                "/api/v1/settle/house/suspense/match",
                "Let two items explain each other; two persons must.",
            )
            .body::<SuspenseMatching>()
            .at(&["credit", "debit"]),
        ],
    )
}

/// How long past its deadline a cycle owes somebody, in hours and minutes.
fn lateness(cycle: &Value) -> String {
    let late = cycle.get("late_seconds").and_then(Value::as_u64);
    late.map_or("-".to_owned(), |late| format!("{}:{:02}", late / 3_600, late / 60 % 60))
}

fn cycles(home: &Home, format: Format) -> Ended {
    let config = home.config()?;
    let path = match config.role {
        Role::Root => "/api/v1/federation/cycles",
        Role::Regional => "/api/v1/settle/cycles",
        role => {
            return Err(Failure::Usage(format!(
                "{} is a {role} node and runs no clearing house; ask its regional {}, or the \
                 root",
                config.node, config.regional
            )));
        }
    };
    let document: Value = home.get(path)?;
    match format {
        Format::Json => output::json(&document)?,
        Format::Table => {
            let row = |cycle: &Value| {
                let positions = list(cycle, "positions").count();
                let field = |name| text_of(cycle, name);
                vec![
                    field("value_date"),
                    field("phase"),
                    field("bundles"),
                    positions.to_string(),
                    lateness(cycle),
                    field("cycle"),
                ]
            };
            let header = ["VALUE DATE", "PHASE", "BUNDLES", "POSITIONS", "LATE", "CYCLE"];
            output::table(&header, list(&document, "cycles").map(row))?;
        }
    }
    Ok(())
}
