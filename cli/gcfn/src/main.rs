//! The one binary: every role and every verb, thin.
//!
//! Reads the command line, asks a node or runs one, and prints. Decides nothing: what a verb
//! means is decided by the crates below. Results go to standard output, everything else to
//! standard error; the exit code says how it ended (see [`failure`]).

mod app;
mod bank;
mod clearing;
mod conformance;
mod door;
mod failure;
mod federation;
mod fx;
mod home;
mod node;
mod op;
mod output;
mod reg;
mod region;
mod script;
mod status;
mod testnet;
mod verbs;
mod verify;

use clap::{Parser, Subcommand};
use output::Format;
use std::process::ExitCode;

/// What a node allocates for a request on one thread it frees on another: the system's allocator cost
/// a busy node a fifth of its rate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// GCFN: a clearing network for coupons.
///
/// One program for every role: it runs nodes, asks them, and verifies what they prove.
#[derive(Debug, Parser)]
#[command(name = "gcfn", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// The form of results: a table for people, one JSON document as a contract
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  gcfn testnet demo                       a whole network on this machine, in a minute
  gcfn status --dir ./cn-sha              how a node does
  gcfn verify receipt.json                whether a trade is proven, offline

Exit codes:
  0  done        1  refused by the network        2  wrong usage        3  no node was reached
  4  this machine could not: a file, an address in use, a damaged log
  128 + n        ended by signal n: 130 after Ctrl-C";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say how a node does, or the whole network.
    #[command(after_help = status::EXAMPLES)]
    Status(status::Status),
    /// Run whole networks on this machine.
    #[command(subcommand)]
    Testnet(testnet::Testnet),
    /// Make and run one node.
    #[command(subcommand)]
    Node(node::Node),
    /// Found a network, and look at its members and anchors.
    #[command(subcommand)]
    Federation(federation::Federation),
    /// Look at clearing houses, and run one as its staff: caps, the queue, liquidity-saving runs.
    Clearing(clearing::Clearing),
    /// Look at exchange rates and at deals across nodes, and have a rate held.
    Fx(fx::Fx),
    /// Look up business days, and work out value dates.
    #[command(subcommand)]
    Region(region::Region),
    /// Read and write the messages of banks, and look at what is under way there.
    Bank(bank::Bank),
    /// Grade a bank's connector at the other end of a folder, and be one to practise with.
    #[command(subcommand)]
    Conformance(conformance::Conformance),
    /// Trade, redeem and issue coupons at a node, as a holder, a merchant or an issuer.
    App(app::App),
    /// Run a trading node's business as its staff: reviews, approvals, freezes, the money desk.
    Op(op::Op),
    /// Verify a receipt offline, from the validators' public keys alone.
    Verify(verify::Verify),
    /// Look at what a supervisor's node has verified and found.
    #[command(subcommand)]
    Reg(reg::Reg),
    /// Run scenarios: what one node does, in sentences.
    #[command(subcommand)]
    Script(script::Script),
}

fn main() -> ExitCode {
    let Cli { verb, output } = Cli::parse();
    let ended = match verb {
        Verb::Status(verb) => verb.run(output),
        Verb::Testnet(verb) => verb.run(output),
        Verb::Node(verb) => verb.run(output),
        Verb::Federation(verb) => verb.run(output),
        Verb::Clearing(verb) => verb.run(output),
        Verb::Fx(verb) => verb.run(output),
        Verb::Region(verb) => verb.run(output),
        Verb::Bank(verb) => verb.run(output),
        Verb::Conformance(verb) => verb.run(output),
        Verb::App(verb) => verb.run(output),
        Verb::Op(verb) => verb.run(output),
        Verb::Verify(verb) => verb.run(output),
        Verb::Reg(verb) => verb.run(output),
        Verb::Script(verb) => verb.run(output),
    };
    failure::exit(ended)
}
