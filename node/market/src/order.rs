//! What is said to a book and what it answers.

use crate::orders::Slot;
use gcfn_model::{Amount, OrderId, PartyId};
use serde::{Deserialize, Serialize};

/// Which way an order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Gives money for coupons: a bid.
    Buy,
    /// Gives coupons for money: an ask.
    Sell,
}

impl Side {
    /// The side that this one trades with.
    #[must_use]
    pub const fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }
}

/// What becomes of the part of an order that cannot trade at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimeInForce {
    /// It rests until it is filled or cancelled.
    GoodTillCancelled,
    /// The same, but an order of which any part would trade at once is refused.
    PostOnly,
    /// It is cancelled. At the worst price that its owner bears, this is a market order.
    ImmediateOrCancel,
    /// There is none: an order that cannot trade whole is refused.
    FillOrKill,
}

impl TimeInForce {
    /// Whether a part that does not trade at once may rest.
    pub(crate) const fn may_rest(self) -> bool {
        matches!(self, TimeInForce::GoodTillCancelled | TimeInForce::PostOnly)
    }
}

/// An order to trade at `price` or better.
///
/// Its id must be new to the venue: the book does not look for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Names the order.
    pub id: OrderId,
    /// Whose order it is.
    pub owner: PartyId,
    /// Buy or sell.
    pub side: Side,
    /// How many coupons.
    pub quantity: u64,
    /// The worst price the owner accepts, per coupon.
    pub price: Amount,
    /// What becomes of the part that cannot trade at once.
    pub time_in_force: TimeInForce,
    /// How many coupons are shown at a time while it rests: an iceberg order. All, if `None`.
    ///
    /// Whole lots, and at least a [twentieth](crate::SLICES_MAX) of the quantity: each slice is
    /// a fill of its own for whoever trades against it.
    pub display: Option<u64>,
}

impl Order {
    /// Whether `price` is this order's or better.
    pub(crate) fn accepts(&self, price: Amount) -> bool {
        match self.side {
            Side::Buy => price <= self.price,
            Side::Sell => self.price <= price,
        }
    }

    /// What rests when `quantity` is left of it.
    pub(crate) fn rest(&self, quantity: u64) -> Resting {
        let Order { id, owner, side, price, display, .. } = *self;
        let shown = display.map_or(quantity, |display| display.min(quantity));
        Resting { id, owner, side, quantity, price, display, shown }
    }
}

/// Where an order rests in its book. Who has placed the order keeps it, and names it with the order's
/// id to cancel or change the order: so the book needs no index of its own, and finds an order at
/// once. It holds for as long as the order rests at its price; another order may have it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ticket(pub(crate) Slot);

/// An order, or the rest of one, that waits in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resting {
    /// Names the order.
    pub id: OrderId,
    /// Whose order it is.
    pub owner: PartyId,
    /// Buy or sell.
    pub side: Side,
    /// How many coupons are still to be traded, shown or not: never zero.
    pub quantity: u64,
    /// The price it trades at, per coupon.
    pub price: Amount,
    /// How many coupons it shows at a time, if it is an iceberg.
    pub display: Option<u64>,
    /// How many coupons it shows now: never zero, all of them if it is no iceberg. They trade
    /// before the order goes to the back of its queue to show the next.
    pub shown: u64,
}

impl Resting {
    /// The order that comes when this one is to rest at `price` with `quantity`.
    pub(crate) const fn order(self, price: Amount, quantity: u64) -> Order {
        let Resting { id, owner, side, display, .. } = self;
        let time_in_force = TimeInForce::GoodTillCancelled;
        Order { id, owner, side, quantity, price, time_in_force, display }
    }

    /// Whether it shows what an order like it can show.
    pub(crate) fn shows_a_slice(&self) -> bool {
        let most = self.display.map_or(self.quantity, |display| display.min(self.quantity));
        match self.display {
            None => self.shown == most,
            Some(_) => 0 < self.shown && self.shown <= most,
        }
    }
}

/// One match of an incoming order (taker) with a resting one (maker). In an auction both have
/// rested: the seller's order stands as the maker and the buyer's as the taker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The order that rested.
    pub maker: OrderId,
    /// Whose it is.
    pub maker_owner: PartyId,
    /// The order that came.
    pub taker: OrderId,
    /// Whose it is.
    pub taker_owner: PartyId,
    /// The maker's price, per coupon (TRD-09); in an auction the one price of all its fills.
    pub price: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// What is left of the maker, shown or not; at zero it has left the book.
    pub maker_remaining: u64,
    /// What is left of the taker; at zero it is filled.
    pub taker_remaining: u64,
}

/// What became of an order: `filled + resting + cancelled` is its quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "the cancelled quantity frees what was set aside for it"]
pub struct Placed {
    /// Traded: the sum of the fills.
    pub filled: u64,
    /// Waits in the book.
    pub resting: u64,
    /// Where it waits, if anything does.
    pub ticket: Option<Ticket>,
    /// Neither: it may not rest, or was stopped at an order of its owner.
    pub cancelled: u64,
    /// The order of the same owner at which this one was stopped
    /// ([`CancelIncoming`](crate::SelfTrade::CancelIncoming)).
    pub stopped_by: Option<OrderId>,
    /// Whether it would have traded outside the [`Band`](crate::Band): the book has turned to
    /// [`Phase::Auction`](crate::Phase::Auction), and someone has to end that.
    pub band_reached: bool,
}
