//! What is said to a book and what it answers.

use alloc::vec::Vec;
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
/// Its id must be new to the venue; the book sees only that it is not that of a resting order.
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
    pub(crate) const fn rest(&self, quantity: u64) -> Resting {
        let Order { id, owner, side, price, .. } = *self;
        Resting { id, owner, side, quantity, price }
    }
}

/// An order, or the rest of one, that waits in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resting {
    /// Names the order.
    pub id: OrderId,
    /// Whose order it is.
    pub owner: PartyId,
    /// Buy or sell.
    pub side: Side,
    /// How many coupons are still to be traded: never zero.
    pub quantity: u64,
    /// The price it trades at, per coupon.
    pub price: Amount,
}

impl Resting {
    /// The order that rests again where this one does, or is refused.
    pub(crate) const fn order(self) -> Order {
        let Resting { id, owner, side, quantity, price } = self;
        Order { id, owner, side, quantity, price, time_in_force: TimeInForce::PostOnly }
    }
}

/// One match of an incoming order (taker) with a resting one (maker).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The order that rested.
    pub maker: OrderId,
    /// Whose it is.
    pub maker_owner: PartyId,
    /// The order that came.
    pub taker: OrderId,
    /// The maker's price, per coupon (TRD-09).
    pub price: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// What is left of the maker; at zero it has left the book.
    pub maker_remaining: u64,
}

/// What became of an order: `filled + resting + cancelled` is its quantity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "the cancelled quantity frees what was set aside for it"]
pub struct Placed {
    /// Traded: the sum of the fills.
    pub filled: u64,
    /// Waits in the book under the order's id.
    pub resting: u64,
    /// Neither: immediate-or-cancel, or stopped at an order of its owner.
    pub cancelled: u64,
    /// The order of the same owner at which this one was stopped
    /// ([`CancelIncoming`](crate::SelfTrade::CancelIncoming)).
    pub stopped_by: Option<OrderId>,
    /// The orders of the same owner that left the book instead of trading, in the order in
    /// which they were met ([`CancelResting`](crate::SelfTrade::CancelResting)).
    pub withdrawn: Vec<Resting>,
}
