//! At what a purchase at another node is paid: through a dealer where the two nodes keep
//! different currencies, as it is where they keep the same one (protocols, "A trade across
//! nodes" and "FX").

use crate::bundling::ClearedBy;
use crate::notice::LockedRate;
use crate::refusal::Rejection;
use crate::settlement::pays;
use crate::venue::Venue;
use gcfn_model::{
    Amount, BusinessDate, Currency, LockId, NodeId, Pool, RegionId, SettlementAccount, Timestamp,
};
use serde::{Deserialize, Serialize};

/// At what a purchase at another node is paid. Append-only: the order of variants is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DealRate {
    /// The nodes keep different currencies. A dealer stands between them, at a rate that it
    /// holds.
    Locked(LockedRate),
    /// The nodes keep one currency. The buyer's node pays what the home asks: no rate, no dealer,
    /// nothing that expires but the value date.
    Par {
        /// Who is paid.
        home: NodeId,
        /// The currency of both.
        currency: Currency,
        /// When it settles. The home refuses an order that comes too late for it.
        value_date: BusinessDate,
    },
}

impl DealRate {
    /// What the buyer's node pays for `value` of the home's currency; `None` where no amount can.
    pub(crate) fn pays(&self, value: Amount) -> Option<Amount> {
        match self {
            DealRate::Locked(rate) => pays(rate, value),
            DealRate::Par { .. } => Some(value),
        }
    }

    /// The currency that the buyer's node pays in.
    pub(crate) fn pays_in(&self) -> Currency {
        match self {
            DealRate::Locked(rate) => rate.pays,
            DealRate::Par { currency, .. } => *currency,
        }
    }

    /// The currency that the home is paid in.
    pub(crate) fn needs(&self) -> Currency {
        match self {
            DealRate::Locked(rate) => rate.needs,
            DealRate::Par { currency, .. } => *currency,
        }
    }

    /// When it settles.
    pub(crate) fn value_date(&self) -> BusinessDate {
        match self {
            DealRate::Locked(rate) => rate.value_date,
            DealRate::Par { value_date, .. } => *value_date,
        }
    }

    /// When nothing that was to be paid like this can be in a cycle any more: once its value date
    /// has ended.
    pub(crate) fn lapses(&self) -> Option<Timestamp> {
        lapse_of(self.value_date())
    }

    /// Whom the buyer's node pays: the dealer, or the home itself.
    pub(crate) fn payee(&self) -> NodeId {
        match self {
            DealRate::Locked(rate) => rate.dealer,
            DealRate::Par { home, .. } => *home,
        }
    }

    /// Who stands between the nodes.
    pub(crate) fn dealer(&self) -> Option<NodeId> {
        self.locked().map(|rate| rate.dealer)
    }

    /// The lock of its rate.
    pub(crate) fn lock(&self) -> Option<LockId> {
        self.locked().map(|rate| rate.lock)
    }

    pub(crate) fn locked(&self) -> Option<&LockedRate> {
        match self {
            DealRate::Locked(rate) => Some(rate),
            DealRate::Par { .. } => None,
        }
    }
}

impl Venue {
    /// What a user of this node pays at for coupons of `home`, where both keep one currency: at
    /// the first value date that both can meet.
    pub(crate) fn par_with(&self, home: NodeId, at: Timestamp) -> Result<DealRate, Rejection> {
        let member = self.members.get(&home).filter(|member| member.active);
        let region = member.ok_or(Rejection::UnknownMember)?.region;
        let value_date = self.first_par_date(region, at)?;
        Ok(DealRate::Par { home, currency: self.terms.currency, value_date })
    }

    /// Checks that what a member of `region` means to pay at par is this node's money, and can be
    /// in the cycle of its value date.
    pub(crate) fn check_par(
        &self,
        region: RegionId,
        (currency, value_date): (Currency, BusinessDate),
        at: Timestamp,
    ) -> Result<(), Rejection> {
        if currency != self.terms.currency {
            return Err(Rejection::LockMismatch);
        }
        let first = self.first_par_date(region, at)?;
        let settles = self.days.values().any(|day| day.value_date == value_date);
        match settles && first <= value_date {
            true => Ok(()),
            false => Err(Rejection::ValueDateMissed),
        }
    }

    /// The first value date of a purchase at par between this node and one of `region`: after the
    /// trading day where the nodes share a house, after the one that follows it where the
    /// federation clears. Between nodes there is no T+0 (protocols, "A clearing cycle").
    fn first_par_date(&self, region: RegionId, at: Timestamp) -> Result<BusinessDate, Rejection> {
        let today = self.trading_day(at)?.date;
        let mut later = self.days.keys().copied().filter(|date| today < *date);
        let traded = match region == self.terms.region {
            true => Some(today),
            false => later.next(),
        };
        let traded = traded.ok_or(Rejection::NoTradingDay)?;
        let mut dates = self.days.values().map(|day| day.value_date);
        dates.find(|date| traded < *date).ok_or(Rejection::NoTradingDay)
    }

    /// Which house clears between this node and `other`: the one they share, if no dealer stands
    /// between them.
    pub(crate) fn house_with(&self, other: NodeId, dealer: Option<NodeId>) -> ClearedBy {
        let region = self.members.get(&other).map(|member| member.region);
        match dealer.is_none() && region == Some(self.terms.region) {
            true => ClearedBy::OwnHouse,
            false => ClearedBy::Federation,
        }
    }
}

/// When what was promised for a value date lapses: as the day after begins.
pub(crate) fn lapse_of(value_date: BusinessDate) -> Option<Timestamp> {
    Timestamp::from_utc(value_date.plus_days(1), 0)
}

/// The account of a dealer that stands between two nodes.
pub(crate) fn dealing_account(node: NodeId) -> SettlementAccount {
    SettlementAccount { node, pool: Pool::Dealer }
}
