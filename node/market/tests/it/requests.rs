//! Random requests. Numbers are small, so that streams meet themselves.

use gcfn_market::{Band, BookTerms, Order, Phase, SelfTrade, Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId};
use proptest::prelude::*;

/// One request.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Place(Order, Band),
    Amend(OrderId, Amount, u64, Band),
    Cancel(OrderId),
    Reduce(OrderId, u64),
    CancelOwner(PartyId),
    Phase(Phase),
    /// End the auction, near a price.
    Uncross(Option<Amount>),
    /// The node stops and starts again from its snapshot.
    Restart,
}

pub(crate) fn terms() -> impl Strategy<Value = BookTerms> {
    let self_trade = prop_oneof![Just(SelfTrade::CancelIncoming), Just(SelfTrade::CancelResting)];
    (1..=3u64, 1..=2u64, 2..40u32, self_trade).prop_map(|(tick, lot, orders_max, self_trade)| {
        BookTerms { tick: amount(tick), lot, price_max: amount(20), orders_max, self_trade }
    })
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let price = || (0..=22u64).prop_map(amount);
    let quantity = || 0..=12u64;
    let phase = prop_oneof![
        3 => Just(Phase::Continuous),
        2 => Just(Phase::Auction),
        1 => Just(Phase::Halted),
    ];
    prop_oneof![
        32 => (order(), band()).prop_map(|(order, band)| Request::Place(order, band)),
        6 => (id(), price(), quantity(), band())
            .prop_map(|(id, price, quantity, band)| Request::Amend(id, price, quantity, band)),
        4 => id().prop_map(Request::Cancel),
        4 => (id(), quantity()).prop_map(|(id, quantity)| Request::Reduce(id, quantity)),
        1 => party().prop_map(Request::CancelOwner),
        4 => phase.prop_map(Request::Phase),
        3 => prop::option::of(price()).prop_map(Request::Uncross),
        1 => Just(Request::Restart),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let time_in_force = prop_oneof![
        6 => Just(TimeInForce::GoodTillCancelled),
        1 => Just(TimeInForce::PostOnly),
        1 => Just(TimeInForce::ImmediateOrCancel),
        1 => Just(TimeInForce::FillOrKill),
    ];
    let display = prop_oneof![2 => Just(None), 1 => (0..=4u64).prop_map(Some)];
    let quantity = prop_oneof![9 => 0..=12u64, 1 => 20..=50u64];
    (id(), party(), side, quantity, 0..=22u64, time_in_force, display).prop_map(
        |(id, owner, side, quantity, price, time_in_force, display)| Order {
            id,
            owner,
            side,
            quantity,
            price: amount(price),
            time_in_force,
            display,
        },
    )
}

/// Mostly none.
fn band() -> impl Strategy<Value = Band> {
    let some = (0..=12u64, 8..=20u64);
    let some = some.prop_map(|(low, high)| Band { low: amount(low), high: amount(high) });
    prop_oneof![3 => Just(Band::NONE), 1 => some]
}

fn id() -> impl Strategy<Value = OrderId> {
    (0..60u8).prop_map(|id| OrderId::from_bytes([id; 16]))
}

fn party() -> impl Strategy<Value = PartyId> {
    (0..6u8).prop_map(|owner| PartyId::from_bytes([owner; 16]))
}

pub(crate) fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).unwrap()
}
