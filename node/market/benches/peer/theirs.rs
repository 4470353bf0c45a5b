//! The flow in the terms of `rust-order-book`.

use crate::flow::Operation;
use gcfn_market::{Order, Side, TimeInForce};
use rust_order_book::OrderBook;

/// What the peer is asked. It numbers the orders itself, from zero, in the order of arrival.
pub(crate) enum Asked {
    Limit(rust_order_book::Side, u64, u64),
    Market(rust_order_book::Side, u64),
    Cancel(u64),
}

impl Asked {
    /// The same operations.
    pub(crate) fn all(operations: &[Operation]) -> Vec<Asked> {
        let ask = |operation: &Operation| match operation {
            Operation::Cancel(number, _) => Asked::Cancel(*number as u64),
            Operation::Place(order) => Asked::order(order),
        };
        operations.iter().map(ask).collect()
    }

    fn order(order: &Order) -> Asked {
        let side = match order.side {
            Side::Buy => rust_order_book::Side::Buy,
            Side::Sell => rust_order_book::Side::Sell,
        };
        match order.time_in_force {
            TimeInForce::ImmediateOrCancel => Asked::Market(side, order.quantity),
            _ => Asked::Limit(side, order.quantity, order.price.minor()),
        }
    }

    /// Carries it out and returns how much was traded.
    pub(crate) fn run(&self, book: &mut OrderBook) -> u64 {
        let report = match *self {
            Asked::Limit(side, quantity, price) => {
                book.limit_raw(side, quantity, price, None, None)
            }
            Asked::Market(side, quantity) => book.market_raw(side, quantity),
            Asked::Cancel(number) => {
                book.cancel_raw(number).expect("the order rests");
                return 0;
            }
        };
        report.map_or(0, |report| report.executed_qty.value())
    }
}
