//! What validators decide together: what each says, and what waits for more of them.

use crate::staff::ProposalReport;
use crate::term::{Money, Node, Proposal, Text, Time};
use gcfn_anchor::keys::PublicKey;
use gcfn_council::{Ballot, Council, Decision, Motion};
use gcfn_model::{NodeId, PartyId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// With which key a node is to sign from now on: a validator's word for it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNodeKey {
    /// The new key, as `gcfn node new-key` shows it: 64 hexadecimal digits.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$", example = "7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e")]
    pub key: PublicKey,
}

/// How much a member may owe for what its users buy abroad: a validator's word for it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDebitCap {
    /// The most it may owe at a time, in this currency.
    #[schema(example = json!({ "amount": "1000000.00", "currency": "CNY" }))]
    pub limit: Money,
}

impl NewDebitCap {
    /// What the validator stands by.
    #[must_use]
    pub fn of(self, node: NodeId) -> Decision {
        let Money { amount, currency } = self.limit;
        Decision::CapDebit { node, currency, debit_cap: amount }
    }
}

/// What waits for the word of more validators.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DecisionList {
    /// The decisions.
    pub decisions: Vec<DecisionReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A decision that waits for the word of more validators. Whoever says the same agrees.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DecisionReport {
    /// Its name: the same decision has the same.
    pub decision: Proposal,
    /// What is to be decided, as the machine records it.
    #[schema(value_type = Object, example = json!({ "Suspend": { "node": "cn-sha" } }))]
    pub wish: serde_json::Value,
    /// The validators that stand by it.
    pub by: Vec<Node>,
    /// When the first of them said so.
    pub since: Time,
}

impl DecisionList {
    /// What waits for validators of `council`, as of a log index.
    #[must_use]
    pub fn of(council: &Council, as_of: u64) -> DecisionList {
        let decisions = council.ballots().filter_map(|ballot| {
            let wish = match ballot.motion() {
                Motion::Member(decision) => serde_json::to_value(decision),
                Motion::Calendar(change) => serde_json::to_value(change),
                Motion::House(_) => return None,
            };
            Some(DecisionReport {
                decision: Text(ballot.motion().id()),
                wish: wish.expect("a decision is plain data"),
                by: ballot.nodes().into_iter().map(Text).collect(),
                since: first_word(ballot)?.1,
            })
        });
        DecisionList { decisions: decisions.collect(), as_of }
    }
}

/// What waits at the federation's house for a second person.
#[must_use]
pub fn proposals_at_house(council: &Council) -> Vec<ProposalReport> {
    let waiting = council.ballots().filter_map(|ballot| {
        let Motion::House(act) = ballot.motion() else { return None };
        let (by, proposed_at) = first_word(ballot)?;
        Some(ProposalReport {
            proposal: Text(ballot.motion().id()),
            by: Text(by),
            proposed_at,
            wish: serde_json::to_value(act).expect("an act is plain data"),
        })
    });
    waiting.collect()
}

fn first_word(ballot: &Ballot) -> Option<(PartyId, Time)> {
    let first = ballot.words().min_by_key(|(_, at, _)| *at)?;
    Some((first.0, Text(first.1)))
}
