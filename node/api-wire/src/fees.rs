//! What becomes of fees: shares paid out, rebates, penalties, stakes.

use crate::term::{Hash, Money, Party};
use crate::word::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Who has a share of the fees.
    ShareKind = gcfn_ledger::ShareKind {
        /// The network operator.
        Platform,
        /// The region operator.
        Region,
        /// The partner who brought the business.
        Partner,
    }
}

words! {
    /// Why a party pays a penalty.
    PenaltyReason = gcfn_venue::PenaltyReason {
        /// It disturbed the market.
        MarketAbuse,
        /// It did not redeem what it had promised to.
        RedemptionRefused,
        /// It did not meet its quoting duties.
        QuotingDuty,
        /// It broke another rule of the network.
        RuleBreach,
    }
}

/// How fees are split, and what of them is not yet paid out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShareReport {
    /// What goes to the region operator, in basis points.
    pub region_bp: u32,
    /// What goes to the partner, in basis points; the rest is the platform's.
    pub partner_bp: u32,
    /// What each has and has not been paid.
    pub shares: Vec<ShareHeld>,
    /// What is collected and not yet split.
    pub collected: Vec<FeeHeld>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A share of the fees.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShareHeld {
    /// Whose.
    pub share: ShareKind,
    /// How much.
    pub amount: Money,
}

/// Fees of one kind.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FeeHeld {
    /// For what: `trade`, `issue`, `redeem`, `wdrl`, `breakage`, `penalty`.
    #[schema(example = "trade")]
    pub fee: String,
    /// How much.
    pub amount: Money,
}

/// Part of a share to be paid to a party's bank.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharePayout {
    /// Whose share.
    pub share: ShareKind,
    /// Who is paid.
    pub to: Party,
    /// How much.
    pub amount: Money,
}

/// Something to be given to a user out of the platform's share.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RebateGrant {
    /// The user.
    pub party: Party,
    /// How much.
    pub amount: Money,
}

/// A user whose review was found good.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewReward {
    /// The user.
    pub party: Party,
    /// The SHA-256 of the review.
    pub review: Hash,
}

/// A penalty to be taken.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyNotice {
    /// Who pays.
    pub party: Party,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: PenaltyReason,
    /// The digest of the finding.
    pub evidence: Hash,
}

/// What a node has staked with this one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct StakeReport {
    /// How much.
    pub stake: Money,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What is to be given back of a stake.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StakeReturn {
    /// How much.
    pub amount: Money,
}

/// What is to be cut of a stake.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StakeCut {
    /// How much.
    pub amount: Money,
    /// The digest of the proof.
    pub evidence: Hash,
}
