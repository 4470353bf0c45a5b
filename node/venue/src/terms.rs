//! What the region's template fixes for a venue.

use crate::issuance::ReserveMode;
use crate::money::MoneyTerms;
use crate::party::Tier;
use gcfn_model::{
    Amount, BasisPoints, Currency, HouseId, Millis, NodeId, Pool, RegionId, Rounding,
    SettlementAccount,
};
use serde::{Deserialize, Serialize};

/// Fee rates; every fee is rounded half up to the minor unit, per fee line (C-29, C-30, D-35).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fees {
    /// Of the trade's value, from the order that came second.
    pub taker: BasisPoints,
    /// Of the trade's value, from the order that rested.
    pub maker: BasisPoints,
    /// Of the batch's face value, from the issuer at listing: silver, gold, platinum, diamond.
    pub issue: [BasisPoints; 4],
    /// Of the redeemed face value, from the merchant's claim.
    pub redeem: BasisPoints,
    /// Of the amount withdrawn, from the user.
    pub withdrawal: BasisPoints,
    /// Of the expired face value, from the issuer's reserve.
    pub breakage: BasisPoints,
}

impl Fees {
    /// The fee of `rate` on `value`.
    #[must_use]
    pub fn fee(rate: BasisPoints, value: Amount) -> Amount {
        rate.of(value, Rounding::HalfUp).unwrap_or(value)
    }

    /// The issuance rate of a tier.
    #[must_use]
    pub const fn issue_rate(&self, tier: Tier) -> BasisPoints {
        let [silver, gold, platinum, diamond] = self.issue;
        match tier {
            Tier::Silver => silver,
            Tier::Gold => gold,
            Tier::Platinum => platinum,
            Tier::Diamond => diamond,
        }
    }
}

/// The terms of a venue: from its region's template, changed only by command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The node that runs the venue.
    pub node: NodeId,
    /// Its region.
    pub region: RegionId,
    /// The currency its coupons trade in.
    pub currency: Currency,
    /// The house that clears between its own pools.
    pub house: HouseId,
    /// The node that runs that house; this node itself on a regional.
    pub house_node: NodeId,
    /// Fee rates.
    pub fees: Fees,
    /// What an issuer must set aside per coupon sold (C-28).
    pub reserve_mode: ReserveMode,
    /// The share of the reserve base that is set aside.
    pub reserve_ratio: BasisPoints,
    /// How long the first buyer may hand a coupon back.
    pub refund_window: Millis,
    /// How long a coupon stays locked for a redemption (2.3).
    pub redeem_lock: Millis,
    /// How often a coupon may be resold (C-38).
    pub resales_max: u8,
    /// The identity level that trading asks for (C-14).
    pub kyc_to_trade: u8,
    /// How long an outcome is kept for a sender that asks again.
    pub outcome_kept: Millis,
    /// How long a proposal waits for a second person.
    pub proposal_kept: Millis,
    /// How the money desk works.
    pub money: MoneyTerms,
}

impl Terms {
    /// The node's account of `pool`.
    #[must_use]
    pub const fn account(&self, pool: Pool) -> SettlementAccount {
        SettlementAccount { node: self.node, pool }
    }

    /// What the buyer of one coupon must have beyond `price`: the taker fee, rounded up, which
    /// covers the fee of any fill at that price or better.
    pub(crate) fn hold_per_coupon(&self, price: Amount) -> Option<Amount> {
        let rate = self.fees.taker.max(self.fees.maker);
        price.checked_add(rate.of(price, Rounding::Up)?)
    }
}
