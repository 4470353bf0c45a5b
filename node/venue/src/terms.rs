//! What the region's template fixes for a venue.

use crate::batch::{BatchTerms, CouponForm, CouponKind, DivisibleFor, ReserveMode};
use crate::credit::CreditRules;
use crate::fees::{FeePreset, FeeSchedule};
use crate::issuing_terms::IssuingTerms;
use crate::money::MoneyTerms;
use crate::pricing::{PricingRules, Track};
use crate::redemption::RedemptionDetail;
use crate::trading_terms::TradingTerms;
use gcfn_clearing::{Netting, STATEMENT_GRACE};
use gcfn_model::{
    Amount, BasisPoints, Currency, HouseId, Millis, NodeId, Pool, RegionId, SettlementAccount,
    Timestamp,
};
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400_000;

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
    /// How that house nets its cycles until staff say otherwise, where this node runs it (C-27).
    pub netting: Netting,
    /// What is charged.
    pub fees: FeeSchedule,
    /// What an issuer must set aside per coupon sold (C-28).
    pub reserve_mode: ReserveMode,
    /// The share of the reserve base that is set aside.
    pub reserve_ratio: BasisPoints,
    /// How long the first buyer may hand a coupon back.
    pub refund_window: Millis,
    /// How long a coupon stays locked for a redemption (2.3).
    pub redeem_lock: Millis,
    /// What is recorded of what was bought with a coupon (C-32).
    pub redemption_detail: RedemptionDetail,
    /// How often a coupon may be resold (C-38).
    pub resales_max: u8,
    /// Whether those who keep their coupons themselves may resell them without that limit (C-38).
    pub self_custody_resells_freely: bool,
    /// The identity level that trading asks for (C-14).
    pub kyc_to_trade: u8,
    /// How long an outcome is kept for a sender that asks again.
    pub outcome_kept: Millis,
    /// How long a proposal waits for a second person.
    pub proposal_kept: Millis,
    /// How long after the cut-off of a day a bank may take to state it before it is asked.
    pub statement_grace: Millis,
    /// Markets and orders.
    pub trading: TradingTerms,
    /// How the money desk works.
    pub money: MoneyTerms,
    /// How issuers are scored, and what their grade allows.
    pub credit: CreditRules,
    /// How prices are suggested.
    pub pricing: PricingRules,
    /// What is fixed about issuing.
    pub issuing: IssuingTerms,
}

impl Terms {
    /// The network's defaults for `node`, where the region's template says nothing else: the
    /// reserve in full of the face value (C-28), seven days to hand back, five minutes of a lock
    /// (2.3), three resales (C-38), level 1 to trade (C-14); answers and proposals are kept a day; a bank has twelve
    /// hours to state one.
    #[must_use]
    pub fn of(
        (node, region): (NodeId, RegionId),
        (house, house_node): (HouseId, NodeId),
        currency: Currency,
    ) -> Terms {
        Terms {
            node,
            region,
            currency,
            house,
            house_node,
            netting: Netting::Multilateral,
            fees: FeeSchedule::of(FeePreset::DEFAULT, currency),
            reserve_mode: ReserveMode::Face,
            reserve_ratio: BasisPoints::ONE,
            refund_window: Millis(7 * DAY),
            redeem_lock: Millis(300_000),
            redemption_detail: RedemptionDetail::Hash,
            resales_max: 3,
            self_custody_resells_freely: false,
            kyc_to_trade: 1,
            outcome_kept: Millis(DAY),
            proposal_kept: Millis(DAY),
            statement_grace: STATEMENT_GRACE,
            trading: TradingTerms::of(currency),
            money: MoneyTerms::of(currency),
            credit: CreditRules::standard(currency),
            pricing: PricingRules::STANDARD,
            issuing: IssuingTerms::of(currency),
        }
    }

    /// The node's account of `pool`.
    #[must_use]
    pub const fn account(&self, pool: Pool) -> SettlementAccount {
        SettlementAccount { node: self.node, pool }
    }

    /// The terms of a digital voucher as the region has them when nothing else is said: on the
    /// utility track, valid at once, redeemed in parts, resold and handed back as the region
    /// allows, unused as the region says.
    #[must_use]
    pub const fn voucher(
        &self,
        (face, quantity): (Amount, u64),
        issue_price: Amount,
        (expires_at, breakage_at): (Timestamp, Timestamp),
    ) -> BatchTerms {
        BatchTerms {
            face,
            quantity,
            issue_price,
            lists_from: Timestamp::EPOCH,
            starts_at: Timestamp::EPOCH,
            expires_at,
            breakage_at,
            kind: CouponKind::Voucher,
            form: CouponForm::Digital,
            track: Track::Utility,
            minimum_purchase: Amount::ZERO,
            divisible_for: match self.issuing.divisible_for {
                DivisibleFor::None => DivisibleFor::None,
                DivisibleFor::Redeem | DivisibleFor::Sale => DivisibleFor::Redeem,
            },
            transferable: true,
            resales_max: self.resales_max,
            refund_window: self.refund_window,
            maturity: self.issuing.maturity,
            reserve: self.reserve_mode,
            template: None,
        }
    }

    /// What the buyer of one coupon must have beyond `price`: the largest fee there is, rounded
    /// up, which covers the fee of any fill at that price or better.
    pub(crate) fn hold_per_coupon(&self, price: Amount) -> Option<Amount> {
        price.checked_add(self.fees.largest_buy_fee(price)?)
    }
}
