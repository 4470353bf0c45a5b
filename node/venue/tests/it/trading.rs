//! Markets and orders, rule by rule.

mod anything;
mod auctions;
mod buy_back;
mod conduct;
mod gifts;
mod makers;
mod offers;
mod orders;
mod sessions;

use crate::world::{World, cents, party};
use gcfn_ledger::{Holder, SerialRange};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId, Pool, SeriesId, Timestamp, TradeId};
use gcfn_venue::{
    Done, Event, OpenOrder, OrderTerms, Outcome, PartyKind, Rejection, Role, Trade, Verb,
};

/// What every user has.
const DEPOSIT: u64 = 50_000_00;

/// A listed series of 100 coupons of face 100.00 at 95.00, and two users with money.
fn market() -> (World, SeriesId) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben", "cat"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, DEPOSIT);
    }
    (world, series)
}

/// The same, and ann has bought `quantity` coupons whose money has settled.
fn resale(quantity: u64) -> (World, SeriesId) {
    let (mut world, series) = market();
    world.order("ann", Side::Buy, series, quantity, Some(95_00)).expect("covered");
    settle(&mut world);
    (world, series)
}

/// Lets the present day settle: it is 09:00 of the next.
fn settle(world: &mut World) {
    let day = world.at / crate::world::DAY;
    world.until(day, 19);
    world.until(day, 21);
    world.until(day + 1, 9);
}

fn order_id(name: &str) -> OrderId {
    OrderId::derive(&[name.as_bytes()])
}

/// A limit order that rests.
fn limit(name: &str, side: Side, series: SeriesId, quantity: u64, price: u64) -> OrderTerms {
    OrderTerms {
        order: order_id(name),
        series,
        side,
        quantity,
        limit: Some(cents(price)),
        time_in_force: TimeInForce::GoodTillCancelled,
        display: None,
        not_before: None,
        expires_at: None,
    }
}

fn place(world: &mut World, who: &str, terms: OrderTerms) -> Outcome {
    world.user(who, Verb::PlaceOrder(terms))
}

fn issuer(world: &mut World, verb: Verb) -> Outcome {
    world.ask("brand", Role::Issuer, verb)
}

/// Asks, and checks that neither books nor events have changed.
fn refused(world: &mut World, who: &str, role: Role, verb: Verb) -> Rejection {
    let before = world.venue.state_root();
    let events = world.events.len();
    let refusal = world.ask(who, role, verb).expect_err("it must be refused");
    assert_eq!(world.venue.state_root(), before);
    assert_eq!(world.events.len(), events);
    refusal
}

fn open(world: &World, name: &str) -> OpenOrder {
    *world.venue.order(order_id(name)).expect("an open order")
}

fn is_open(world: &World, name: &str) -> bool {
    world.venue.order(order_id(name)).is_some()
}

fn filled(outcome: Outcome) -> u64 {
    match outcome.expect("a fillable order") {
        Done::Order { filled, .. } => filled,
        other => panic!("{other:?} is not an order's answer"),
    }
}

fn traded(outcome: Outcome) -> TradeId {
    match outcome.expect("a trade") {
        Done::Traded { trade } => trade,
        other => panic!("{other:?} is not a trade"),
    }
}

fn trade(world: &World, id: TradeId) -> Trade {
    world.venue.trade(id).expect("kept").clone()
}

fn count(world: &World, wanted: impl Fn(&Event) -> bool) -> usize {
    world.events.iter().filter(|event| wanted(event)).count()
}

fn later(world: &World, seconds: u64) -> Timestamp {
    Timestamp::from_micros(world.at + seconds * 1_000_000).expect("in range")
}

/// Lets so many seconds pass.
fn pass(world: &mut World, seconds: u64) {
    world.at += seconds * 1_000_000;
    world.must(gcfn_venue::Command::Tick);
}

fn range(first: u64, end: u64) -> SerialRange {
    SerialRange { first, end }
}

fn with(world: &World, series: SeriesId, holder: Holder) -> u64 {
    world.venue.books().title.quantity(series, holder)
}

fn held(world: &World, who: &str) -> u64 {
    world.balance(gcfn_ledger::Account::User(party(who), gcfn_ledger::UserBucket::Hold))
}

fn user(name: &str) -> PartyId {
    party(name)
}

fn price(minor: u64) -> Amount {
    cents(minor)
}
