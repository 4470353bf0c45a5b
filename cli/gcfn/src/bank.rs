//! `gcfn bank`: what an operations desk does by hand: with the messages of its bank, and with what
//! its node has under way there.

mod message;
mod schema;
mod signature;

use crate::door::Door;
use crate::failure::Ended;
use crate::output::Format;
use crate::verbs::{Chosen, Entry, Table, act, show};
use clap::{Args, Subcommand};
use gcfn_api_wire::bank::RecallRequest;
use gcfn_api_wire::reconciliation::{BreakEnd, BreakOwner, ReconciliationOf, StatementsWanted};
use gcfn_daemon::init::OPERATORS;

const EXAMPLES: &str = "\
Examples; the node is one of `gcfn testnet up --dir /tmp/net`, whose folder holds the keys of its staff:
  gcfn bank decode message.xml
  gcfn bank queue --dir /tmp/net/cn-sha
  gcfn bank trace 6e7c5a0e-8f0b-4c8e-9d55-0d6b1c8f2a11 --dir /tmp/net/cn-sha
  gcfn bank recall 6e7c5a0e-8f0b-4c8e-9d55-0d6b1c8f2a11 DUPL --dir /tmp/net/cn-sha
  gcfn bank reconcile --currency CNY --date 2026-11-23 --dir /tmp/net/cn-sha
  gcfn bank ask-statement CNY --date 2026-11-23 --dir /tmp/net/cn-sha
  gcfn bank breaks --dir /tmp/net/cn-sha
  gcfn bank assign brk-0000000000000000000000000a --dir /tmp/net/cn-sha";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Bank {
    #[command(flatten)]
    door: Door,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Read an ISO 20022 message and say what it says, or why and where it is refused.
    #[command(after_help = message::DECODE)]
    Decode(message::Decode),
    /// Write an ISO 20022 message from the JSON that `decode` prints.
    #[command(after_help = message::ENCODE)]
    Encode(message::Encode),
    /// Make a key for a bank's signatures, and say its public part.
    #[command(after_help = signature::KEY)]
    Key(signature::Key),
    /// Sign a message between a node and a bank.
    #[command(after_help = signature::SIGN)]
    Sign(signature::Sign),
    /// Check the signature of a message between a node and a bank.
    #[command(after_help = signature::CHECK)]
    Check(signature::CheckSignature),
    #[command(flatten)]
    AtNode(Chosen<OfDesk>),
}

impl Bank {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self.verb {
            Verb::Decode(verb) => verb.run(format),
            Verb::Encode(verb) => verb.run(format),
            Verb::Key(verb) => verb.run(format),
            Verb::Sign(verb) => verb.run(format),
            Verb::Check(verb) => verb.run(format),
            Verb::AtNode(verb) => verb.run(&self.door.open(format, Some(OPERATORS[0]))?),
        }
    }
}

/// The verbs of `gcfn bank` that ask a node.
pub(crate) struct OfDesk;

impl Table for OfDesk {
    const BEFORE: &'static str = "gcfn bank";

    fn entries() -> Vec<Entry> {
        let mut verbs = vec![
            Entry::Verb(
                show(
                    "queue",
                    "/api/v1/settle/instructions",
                    "Payments that a bank has not finished, and how the way to each bank is.",
                )
                .list("instructions", &["uetr", "amount", "purpose", "state", "age_seconds"])
                .list(
                    "queues",
                    &["bank", "currency", "way", "waiting", "attempts", "age_seconds", "is_late"],
                ),
            ),
            Entry::Verb(show(
                "trace",
                "/api/v1/bank/payments/{uetr}",
                "A payment, and every message about it.",
            )),
            Entry::Verb(act(
                "ask",
                "/api/v1/bank/payments/{uetr}/ask",
                "Ask the bank how a payment stands, without waiting for its time.",
            )),
            Entry::Verb(
                act(
                    "recall",
                    "/api/v1/bank/payments/{uetr}/recall",
                    "Ask the bank not to make a payment, or to get it back; two persons must.",
                )
                .body::<RecallRequest>()
                .at(&["reason"]),
            ),
        ];
        verbs.extend(differences());
        verbs.extend(days());
        verbs
    }
}

/// Where the node's books and its banks' differ, and what is done about it.
fn differences() -> Vec<Entry> {
    vec![
        Entry::Verb(
            show(
                "breaks",
                "/api/v1/bank/reconciliation",
                "Where a bank's books differ from the node's, since when, and whose it is.",
            )
            .list(
                "breaks",
                &["id", "account", "date", "class", "ours", "bank", "age_seconds", "owner"],
            ),
        ),
        Entry::Verb(
            act(
                "assign",
                "/api/v1/bank/reconciliation/{break}/assign",
                "Say who of the staff looks after a break: yourself, unless another is named.",
            )
            .body::<BreakOwner>(),
        ),
        Entry::Verb(
            act(
                "resolve",
                "/api/v1/bank/reconciliation/{break}/resolve",
                "Say how a break ends; two persons must.",
            )
            .body::<BreakEnd>()
            .at(&["remedy", "reason", "evidence"]),
        ),
    ]
}

/// How the days of the node's accounts tie, and what is asked for where one is missing.
fn days() -> Vec<Entry> {
    vec![
        Entry::Verb(
            act(
                "ask-statement",
                "/api/v1/bank/statements/ask",
                "Ask the bank for the statements of a day, without waiting for their time.",
            )
            .body::<StatementsWanted>()
            .at(&["currency"]),
        ),
        Entry::Verb(
            show(
                "reconcile",
                "/api/v1/bank/reconciliation/accounts",
                "How the node's accounts tie to their bank's statements, and its pools to what \
                     they owe.",
            )
            .query::<ReconciliationOf>()
            .list(
                "days",
                &[
                    "account",
                    "date",
                    "state",
                    "opening",
                    "closing",
                    "mirror",
                    "difference",
                    "entries",
                    "matched",
                ],
            )
            .list("asked", &["account", "from", "to", "number", "since", "again_at"]),
        ),
    ]
}
