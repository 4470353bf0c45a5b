//! Pay-ins that a bank has taken back: what a house is owed for them, and what a node is called
//! for again.

use crate::term::{Cycle, Money, PaymentReference, Text, Time};
use gcfn_clearing::{CallAgain, Claim, House};
use gcfn_model::{CycleId, HouseId, Timestamp, Uetr};
use gcfn_venue::ReturnedPayIn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What accounts owe a clearing house because their banks have taken pay-ins back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClaimList {
    /// The claims, oldest first.
    pub claims: Vec<ClaimReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A pay-in that a bank has taken back, as both sides see it: nothing of its cycle is undone, and
/// it is called for again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClaimReport {
    /// The house that is owed.
    #[schema(example = "cn")]
    pub house: String,
    /// The cycle that was paid in for.
    pub cycle: Cycle,
    /// Who must pay again: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// How much.
    pub amount: Money,
    /// What the house itself is short of still, and what was drawn from others for it; not where
    /// the node is the one that owes.
    pub owed: Option<ClaimOwed>,
    /// The payment that the bank has taken back.
    pub returned: PaymentReference,
    /// Under which reference it is called for now.
    pub called: PaymentReference,
    /// Since when it is known.
    pub since: Time,
    /// When it is too late, and what stands for the account is drawn.
    pub due: Time,
}

/// How far a claim is stood for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClaimOwed {
    /// What counts against the account's cap: all but what was drawn of its own.
    pub claimed: Money,
    /// What nobody stands for.
    pub open: Money,
    /// How often the deadline has passed.
    pub missed: u64,
}

impl ClaimReport {
    fn new(
        (house, cycle, since): (HouseId, CycleId, Timestamp),
        again: CallAgain,
        owed: Option<ClaimOwed>,
    ) -> ClaimReport {
        let CallAgain { payment, call, .. } = again;
        ClaimReport {
            house: house.to_string(),
            cycle: Text(cycle),
            account: call.account.to_string(),
            amount: Money::new(call.amount, call.currency),
            owed,
            returned: Text(payment),
            called: Text(Uetr::derive(&[call.instruction.as_bytes()])),
            since: Text(since),
            due: Text(call.due),
        }
    }

    /// A claim of `house`.
    #[must_use]
    pub fn of_house(house: HouseId, claim: &Claim) -> ClaimReport {
        let money = |amount| Money::new(amount, claim.again.call.currency);
        let owed = ClaimOwed {
            claimed: money(claim.owed()),
            open: money(claim.open),
            missed: u64::try_from(claim.missed()).unwrap_or(u64::MAX),
        };
        ClaimReport::new((house, claim.cycle, claim.since), claim.again, Some(owed))
    }
}

impl From<&ReturnedPayIn> for ClaimReport {
    fn from(of: &ReturnedPayIn) -> ClaimReport {
        ClaimReport::new((of.house, of.cycle, of.since), of.again, None)
    }
}

impl ClaimList {
    /// The claims of `house`.
    #[must_use]
    pub fn new(house: &House, as_of: u64) -> ClaimList {
        let claims = house.claims().map(|claim| ClaimReport::of_house(house.id(), claim));
        ClaimList { claims: claims.collect(), as_of }
    }
}
