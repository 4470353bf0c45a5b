//! What a sender is told.

use crate::refusal::Rejection;
use alloc::vec::Vec;
use gcfn_model::{Amount, ProposalId, Timestamp, TradeId};
use serde::{Deserialize, Serialize};

/// The answer to one command.
pub type Outcome = Result<Done, Rejection>;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It was done.
    Accepted,
    /// It had been done before; nothing changed.
    Repeated,
    /// An order was taken.
    Order {
        /// How many coupons traded at once.
        filled: u64,
        /// How many wait in the book.
        resting: u64,
        /// How many were neither.
        cancelled: u64,
        /// The trades, in order.
        trades: Vec<TradeId>,
    },
    /// An order left the book.
    Cancelled {
        /// How many coupons had not traded.
        quantity: u64,
    },
    /// A redemption stands locked.
    Locked {
        /// The face value that will be redeemed.
        value: Amount,
    },
    /// It waits for a second person.
    Proposed {
        /// What that person approves.
        proposal: ProposalId,
    },
    /// A confirmed redemption waits for the issuer's money.
    Waiting {
        /// The face value that will be redeemed.
        value: Amount,
    },
    /// An order waits for its time.
    Scheduled {
        /// When it enters the book.
        not_before: Timestamp,
    },
    /// Orders left the book.
    CancelledOrders {
        /// How many.
        orders: u64,
    },
    /// A trade was made outside the book.
    Traded {
        /// The trade.
        trade: TradeId,
    },
    /// Several things were asked; each has its own answer.
    Batch {
        /// The answers, in the order of the questions.
        outcomes: Vec<Outcome>,
    },
    /// It was done, and is known by this number from now on.
    Numbered {
        /// The number.
        number: u64,
    },
}
