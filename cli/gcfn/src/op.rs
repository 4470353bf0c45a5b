//! `gcfn op`: what a node's staff do every day, at their node.

mod issuing;
mod market;
mod money;
pub(crate) use money::SUSPENSE;
mod parties;

use crate::door::Door;
use crate::failure::Ended;
use crate::output::Format;
use crate::verbs::{Chosen, Entry, Table, act, group, show};
use clap::Args;
use gcfn_daemon::init::OPERATORS;

const EXAMPLES: &str = "\
Examples, at a node of `gcfn testnet up --dir /tmp/net`; the folder holds the keys of its staff:
  export GCFN_DIR=/tmp/net/cn-sha
  gcfn op party register --kind user --kyc 2 --name 'Ann Example'
  gcfn op batch list
  gcfn op batch review bat-3c9x5m1k7w2q8v4z6n0hbtyerd
  gcfn op issuer quota pty-1zp8k3hq0w9m4x7c2v6b5n8tfj --quota 200000.00
  gcfn op proposal list
  gcfn op proposal approve prp-0a7w3n9k5c1x8v4z2m6q0hbtye --as approver
What takes two persons waits as a proposal, which the second approves; for a batch, the second
person says the same as the first.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Op {
    #[command(flatten)]
    door: Door,
    /// Which of the node's staff asks, by the keys in its folder
    #[arg(long = "as", global = true, value_name = "PERSON", value_parser = OPERATORS,
        default_value = OPERATORS[0])]
    person: String,
    #[command(subcommand)]
    verb: Chosen<OfStaff>,
}

impl Op {
    pub(crate) fn run(self, format: Format) -> Ended {
        let desk = self.door.open(format, Some(&self.person))?;
        self.verb.run(&desk)
    }
}

/// The verbs of `gcfn op`.
pub(crate) struct OfStaff;

impl Table for OfStaff {
    const BEFORE: &'static str = "gcfn op";

    fn entries() -> Vec<Entry> {
        vec![
            proposals(),
            parties::parties(),
            parties::compliance(),
            parties::keys(),
            issuing::issuers(),
            issuing::batches(),
            issuing::templates(),
            market::books(),
            market::offers(),
            market::makers(),
            market::disputes(),
            market::risk(),
            money::suspense(),
            money::withdrawals(),
            money::entries(),
            money::fees(),
            node(),
        ]
    }
}

fn proposals() -> Entry {
    group(
        "proposal",
        "What waits for a second person.",
        vec![
            show("list", "/api/v1/admin/proposals", "What waits.")
                .list("proposals", &["proposal", "by", "proposed_at", "wish"]),
            act(
                "approve",
                "/api/v1/admin/proposals/{proposal}/approve",
                "Approve, as the second person: it is done.",
            ),
            act(
                "dismiss",
                "/api/v1/admin/proposals/{proposal}/dismiss",
                "Give up what was proposed.",
            ),
        ],
    )
}

fn node() -> Entry {
    group(
        "node",
        "The node's own working.",
        vec![
            show("log", "/api/v1/admin/logs", "What staff have asked the node to change.")
                .query::<gcfn_api_wire::personal::LogPage>()
                .list("calls", &["at", "by", "action", "subject", "outcome"]),
            show("jobs", "/api/v1/admin/jobs", "What waits to be done."),
            show("terms", "/api/v1/admin/config", "The terms that the venue runs on."),
            show("roles", "/api/v1/admin/roles", "Which roles may call what.")
                .list("routes", &["method", "path", "roles"]),
            show("conservation", "/api/v1/node/conservation", "Whether every total holds."),
            show("pools", "/api/v1/trust/accounts", "What the books say of accounts at banks.")
                .list("pools", &["pool", "at_bank", "in_transit"]),
            show("stake", "/api/v1/admin/stakes/{node}", "What a node has staked."),
            act("return-stake", "/api/v1/admin/stakes/{node}/return", "Give a stake back.")
                .body::<gcfn_api_wire::fees::StakeReturn>()
                .at(&["amount"]),
            act("slash-stake", "/api/v1/admin/stakes/{node}/slash", "Cut a stake.")
                .body::<gcfn_api_wire::fees::StakeCut>()
                .at(&["amount"]),
        ],
    )
}
