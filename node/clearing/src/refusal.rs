//! Why a house says no.

use gcfn_model::{BusinessDate, CycleId};
use serde::{Deserialize, Serialize};

/// Why a clearing house refuses what was asked of it, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum HouseRefusal {
    /// The affirming node neither owes nor is owed in the bundle. Affirm only your own.
    #[error("the bundle owes nothing to and by the node that affirms it")]
    NotAParty = 1,
    /// A bundle must hold at least one obligation. Send none where there are none.
    #[error("the bundle is empty")]
    EmptyBundle = 2,
    /// An obligation is for nothing, or from an account to itself. Leave it out.
    #[error("an obligation is for nothing or from an account to itself")]
    VoidObligation = 3,
    /// No cycle is open for the value date. Ask for the open cycles and use one of their dates.
    #[error("no cycle is open for value date {0}")]
    NoOpenCycle(BusinessDate) = 4,
    /// The other side affirmed other content under this reference. Compare trades with it.
    #[error("the other side affirmed other obligations under this reference")]
    Mismatch = 5,
    /// The cycle is full. Affirm for the next value date.
    #[error("the cycle holds its maximum of obligations")]
    CycleFull = 6,
    /// A cycle of this date exists already with other times.
    #[error("cycle {0} exists with another schedule")]
    ScheduleDiffers(CycleId) = 7,
    /// The times of a cycle are not in the order cut-off, pay-in, deadline.
    #[error("a cycle's cut-off, pay-in and deadline are not in this order")]
    ScheduleOrder = 8,
    /// A net amount is above what one payment may carry. Split the value date.
    #[error("a net position is above 10^18 - 1 minor units")]
    PositionTooLarge = 9,
    /// The node has affirmed as much in this cycle as one node may. Affirm for the next value
    /// date.
    #[error("the node has brought in as much as one node may in one cycle")]
    ShareUsedUp = 10,
    /// The bundle does not wait for a cap: it was never affirmed by all, has entered its cycle,
    /// has settled or has left. Look at the queue.
    #[error("the bundle is not in the queue")]
    NotQueued = 11,
    /// A priority is 0 to 9. Give one of these.
    #[error("priority is not 0 to 9")]
    PriorityOutOfRange = 12,
    /// The bundle is held already, or is not held.
    #[error("the bundle is held already, or is not")]
    HoldUnchanged = 13,
    /// No cycle of this value date is known. Ask for the cycles and use one of their dates.
    #[error("no cycle is known for value date {0}")]
    NoCycle(BusinessDate) = 14,
    /// The cycle has settled. Nothing is left to be run.
    #[error("cycle {0} has settled")]
    CycleSettled(CycleId) = 15,
    /// The cycle is not netted yet. Ask again after its cut-off.
    #[error("cycle {0} is not netted yet")]
    NotNetted(CycleId) = 16,
    /// A member has so much at the house that no more can be booked for it. Wait for its pay-outs.
    #[error("a member's account at the house has no room for what would be booked")]
    NoRoom = 17,
    /// The account is a clearing house's own. Name an account of a member.
    #[error("the account is a clearing house's own")]
    NotAMember = 18,
    /// Nothing is paid back, or more than the account keeps in this layer and currency. Look at
    /// the deposits and ask for what is there.
    #[error("amount is zero, or more than the account keeps there")]
    DepositAmount = 19,
    /// What would be left does not cover what the account owes and has not paid in. Pay in, or
    /// wait until it has settled.
    #[error("the deposit stands for what the account owes")]
    DepositNeeded = 20,
    /// A cycle that may need the guarantee fund is netted and has not settled. Ask again when it
    /// has.
    #[error("the guarantee fund stands for cycle {0}, which is netted and has not settled")]
    FundNeeded(CycleId) = 21,
    /// The house clears for the nodes of its region alone. Affirm it to the federation's.
    #[error("the house does not clear for a node of the bundle")]
    NotCleared = 22,
    /// No item of this number waits in suspense. Look at the list.
    #[error("no item of this number waits in suspense")]
    UnknownSuspense = 23,
    /// The account keeps no money at the house in this layer. Open the deposit first.
    #[error("the account keeps no such deposit")]
    NoDeposit = 24,
    /// Two items explain each other when one came in and the other went out, of one amount and
    /// currency.
    #[error("the items do not explain each other")]
    SuspenseMismatch = 25,
}
