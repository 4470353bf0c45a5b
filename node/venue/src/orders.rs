//! Open orders: those that wait in a book, and those whose time to enter it has not come.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_market::{Order, Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// What becomes of coupons that their issuer buys back (P-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoughtBack {
    /// They return to the inventory and may be sold again.
    Inventory,
    /// They end.
    Retired,
}

/// For whom an order acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// A holder, with its own money and coupons.
    Own,
    /// The issuer, selling new coupons.
    Primary,
    /// The issuer, buying its coupons back.
    BuyBack(BoughtBack),
}

/// Where an open order stands (2.4). One that has ended is not here: the event says how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Accepted; enters the book at its time.
    Scheduled,
    /// In the book, untraded.
    Open,
    /// In the book, traded in part.
    PartiallyFilled,
}

/// An order with what is set aside for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOrder {
    /// Its id.
    pub id: OrderId,
    /// Whose.
    pub party: PartyId,
    /// Which book.
    pub series: SeriesId,
    /// Buy or sell.
    pub side: Side,
    /// For whom it acts.
    pub kind: OrderKind,
    /// The worst price accepted.
    pub price: Amount,
    /// What becomes of the part that cannot trade at once.
    pub time_in_force: TimeInForce,
    /// At most this many coupons are shown at a time.
    pub display: Option<u64>,
    /// How many coupons have traded.
    pub filled: u64,
    /// How many coupons have not.
    pub remaining: u64,
    /// What is held per coupon of a buy order: price and the highest fee.
    pub hold_per_coupon: Amount,
    /// When it enters the book, as long as it has not.
    pub not_before: Option<Timestamp>,
    /// When it leaves the book by itself.
    pub expires_at: Option<Timestamp>,
}

impl OpenOrder {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> OrderState {
        match (self.not_before, self.filled) {
            (Some(_), _) => OrderState::Scheduled,
            (None, 0) => OrderState::Open,
            (None, _) => OrderState::PartiallyFilled,
        }
    }

    /// Whether it is the issuer's own offer of new coupons.
    #[must_use]
    pub const fn primary(&self) -> bool {
        matches!(self.kind, OrderKind::Primary)
    }

    /// The order as its book takes it.
    pub(crate) const fn order(&self) -> Order {
        Order {
            id: self.id,
            owner: self.party,
            side: self.side,
            quantity: self.remaining,
            price: self.price,
            time_in_force: self.time_in_force,
            display: self.display,
        }
    }

    /// What is held for `quantity` of its coupons.
    pub(crate) fn hold_of(&self, quantity: u64) -> Amount {
        self.hold_per_coupon.checked_mul(quantity).expect("part of a hold that fitted")
    }
}

/// All open orders, by id and by whose they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct OpenOrders {
    by_id: BTreeMap<OrderId, OpenOrder>,
    by_party: BTreeSet<(PartyId, SeriesId, OrderId)>,
}

impl OpenOrders {
    pub(crate) fn get(&self, id: OrderId) -> Option<&OpenOrder> {
        self.by_id.get(&id)
    }

    pub(crate) fn contains(&self, id: OrderId) -> bool {
        self.by_id.contains_key(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &OpenOrder> {
        self.by_id.values()
    }

    /// Puts an order in, in place of what was there under its id.
    pub(crate) fn put(&mut self, open: OpenOrder) {
        self.by_party.insert((open.party, open.series, open.id));
        self.by_id.insert(open.id, open);
    }

    pub(crate) fn remove(&mut self, id: OrderId) -> Option<OpenOrder> {
        let open = self.by_id.remove(&id)?;
        self.by_party.remove(&(open.party, open.series, open.id));
        Some(open)
    }

    /// The orders of `party`: in one book, or in all.
    pub(crate) fn of(&self, party: PartyId, series: Option<SeriesId>) -> Vec<OpenOrder> {
        let least = series.unwrap_or(SeriesId::from_bytes([0; 16]));
        let most = series.unwrap_or(SeriesId::from_bytes([u8::MAX; 16]));
        let from = (party, least, OrderId::from_bytes([0; 16]));
        let to = (party, most, OrderId::from_bytes([u8::MAX; 16]));
        let ids = self.by_party.range(from..=to);
        ids.filter_map(|(_, _, id)| self.by_id.get(id)).copied().collect()
    }

    /// The orders of one book, in the order of their ids.
    pub(crate) fn in_series(&self, series: SeriesId) -> Vec<OpenOrder> {
        self.all().filter(|open| open.series == series).copied().collect()
    }
}
