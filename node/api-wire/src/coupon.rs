//! Single coupons: where one stands, and what holds some in place.

use crate::party::FreezeCause;
use crate::term::{Batch, Coupon, Hash, Money, Party, Series, Text, Time};
use crate::units::Serials;
use crate::word::words;
use gcfn_ledger::SerialRange;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// The state of a coupon. Locks, freezes and pledges lie over it and do not change it.
    CouponState = gcfn_venue::CouponState {
        /// With the issuer, not offered.
        Minted,
        /// With the issuer, of a batch that trades.
        Listed,
        /// With its first holder, never offered for resale nor given away.
        Sold,
        /// Offered, resold or given away since.
        InCirculation,
        /// Redeemed.
        Redeemed,
        /// Expired.
        Expired,
        /// Recalled, or bought back and retired.
        Recalled,
    }
}

/// In what sort of hands a coupon is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HolderClass {
    /// With its issuer.
    Issuer,
    /// Free in the hands of a holder.
    Holder,
    /// Its holder's, behind an order or an offer.
    Offered,
    /// Its holder's, locked for a redemption.
    InRedemption,
    /// Its holder's, frozen.
    Frozen,
    /// Its holder's, pledged.
    Pledged,
    /// Under way between two nodes.
    UnderWay,
    /// At another node.
    Abroad,
    /// In nobody's hands any more.
    Ended,
}

/// One coupon.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct CouponReport {
    /// Its number.
    pub coupon: Coupon,
    /// The batch that it was minted in; nothing for a coupon of another node.
    pub batch: Option<Batch>,
    /// Who issued it; nothing for a coupon of another node.
    pub issuer: Option<Party>,
    /// Where it stands.
    pub state: CouponState,
    /// In what sort of hands it is.
    pub held: HolderClass,
    /// Its holder: shown to the holder itself, to staff and to supervisors.
    pub holder: Option<Party>,
    /// Its face value.
    pub face: Money,
    /// What is left of that.
    pub left: Money,
    /// How often it has been resold.
    pub resales: u8,
    /// From this instant on nothing of it is redeemed or traded.
    pub expires_at: Option<Time>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Coupons to be frozen where they are.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponFreezing {
    /// Which ones; all of them must be with holders of this node.
    pub serials: Serials,
    /// Why.
    #[serde(default)]
    pub reason: FreezeCause,
    /// The digest of the directive, where that is the reason.
    pub document: Option<Hash>,
}

/// A freeze of coupons to be lifted.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponThaw {
    /// The number of the freeze.
    pub freeze: u64,
}

/// Freezes of coupons.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CouponFreezeList {
    /// The freezes, oldest first.
    pub freezes: Vec<CouponFreezeReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Coupons that compliance has frozen.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CouponFreezeReport {
    /// Its number.
    pub freeze: u64,
    /// Of which series.
    pub series: Series,
    /// Why.
    pub reason: FreezeCause,
    /// Whose they are, and which ones.
    pub coupons: Vec<HeldSerials>,
}

/// Coupons of one holder.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct HeldSerials {
    /// Whose.
    pub holder: Party,
    /// Which ones.
    pub serials: Serials,
}

impl CouponFreezeReport {
    /// `freeze` as it is shown.
    #[must_use]
    pub fn new(number: u64, freeze: &gcfn_venue::CouponFreeze) -> CouponFreezeReport {
        let held = |(holder, range): &(_, SerialRange)| HeldSerials {
            holder: Text(*holder),
            serials: (*range).into(),
        };
        CouponFreezeReport {
            freeze: number,
            series: Text(freeze.series),
            reason: freeze.reason.into(),
            coupons: freeze.coupons.iter().map(held).collect(),
        }
    }
}

/// Coupons to be pledged to another party.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pledging {
    /// Whose claim they secure.
    pub pledgee: Party,
    /// How many whole coupons, lowest serials first.
    #[schema(minimum = 1)]
    pub quantity: u64,
}

/// A pledge that its pledgee gives up.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PledgeRelease {
    /// The number of the pledge.
    pub pledge: u64,
}

/// Pledges.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PledgeList {
    /// The pledges, oldest first.
    pub pledges: Vec<PledgeReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Coupons that secure a claim.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PledgeReport {
    /// Its number.
    pub pledge: u64,
    /// Whose they are.
    pub holder: Party,
    /// Whose claim they secure.
    pub pledgee: Party,
    /// Of which series.
    pub series: Series,
    /// Which ones.
    pub serials: Vec<Serials>,
}

impl PledgeReport {
    /// `pledge` as it is shown.
    #[must_use]
    pub fn new(number: u64, pledge: &gcfn_venue::Pledge) -> PledgeReport {
        PledgeReport {
            pledge: number,
            holder: Text(pledge.holder),
            pledgee: Text(pledge.pledgee),
            series: Text(pledge.series),
            serials: pledge.ranges.iter().copied().map(Into::into).collect(),
        }
    }
}
