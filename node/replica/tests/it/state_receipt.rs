//! A coupon and an open order prove themselves: from the state of their node to the co-signatures,
//! offline (CPN-21, TRD-12).

use crate::federation::{anchor, roster};
use crate::world::{Node, cents, home, name, party};
use gcfn_anchor::header_log::HeaderLog;
use gcfn_ledger::{CouponProof, Holder, SumProof};
use gcfn_market::Side;
use gcfn_model::{Amount, Digest, OrderId, SeriesId, Xqid};
use gcfn_replica::{Command, Event, Fact, Refused, Reply, Shown, StateReceipt, Subject, VERSION};
use gcfn_venue::{OpenOrder, PartyKind, Request, Role, Verb};
use serde_json::Value;
use std::fmt::Write;

fn show(node: &mut Node, subject: Subject) -> (u64, Box<Shown>) {
    match node.must(&Command::Show(subject)) {
        Reply::Shown { epoch, shown } => (epoch, shown),
        other => panic!("{other:?}"),
    }
}

/// What the node's shell makes of what is shown, once the federation has signed its head.
fn receipt(node: &Node, (epoch, shown): (u64, Box<Shown>)) -> StateReceipt {
    let mut log = HeaderLog::new(name("cn-sha"));
    let closed = node.journal.iter().filter_map(|event| match event {
        Event::EpochClosed(header) => Some(header),
        _ => None,
    });
    let headers: Vec<_> = closed.inspect(|header| log.append(header).expect("in order")).collect();
    let header = headers.iter().find(|header| header.epoch == epoch).expect("it was closed");
    let header_path = log.prove(epoch, log.head().size).expect("a path");
    let anchor = anchor(log.head(), &["cn", "root"]);
    StateReceipt { version: VERSION, shown, header: (*header).clone(), header_path, anchor }
}

/// A node whose user has bought coupons, and one of them.
fn sold() -> (Node, Xqid) {
    let (mut node, series) = home();
    let order = node.order("ann", Side::Buy, series, 3, 95_00);
    node.must(&order);
    (node, Xqid { series, serial: 1 })
}

#[test]
fn who_holds_a_coupon_is_verified_from_the_keys_of_the_validators_alone() {
    let (mut node, coupon) = sold();
    let shown = show(&mut node, Subject::Coupon(coupon));
    let receipt = receipt(&node, shown);
    assert_eq!(receipt.verify(&roster()), Ok(()));
    let Fact::Coupon { proof, .. } = &receipt.shown.fact else { panic!("of a coupon") };
    assert_eq!(proof.holder, Holder::Party(party("ann")));
    let text = serde_json::to_string(&receipt).expect("plain data");
    assert_eq!(serde_json::from_str::<StateReceipt>(&text).expect("what was written"), receipt);
}

#[test]
fn the_books_do_not_change_until_something_happens() {
    let (mut node, coupon) = sold();
    let first = show(&mut node, Subject::Coupon(coupon));
    assert_eq!(show(&mut node, Subject::Coupon(coupon)), first, "no epoch is closed for it");
    node.register("cleo", PartyKind::User);
    assert_eq!(show(&mut node, Subject::Coupon(coupon)).0, first.0 + 1);
}

#[test]
fn a_coupon_that_is_not_there_is_refused_without_a_trace() {
    let (mut node, coupon) = sold();
    for unknown in
        [Xqid { serial: 100, ..coupon }, Xqid { series: SeriesId::from_bytes([1; 16]), ..coupon }]
    {
        let show = Command::Show(Subject::Coupon(unknown));
        assert_eq!(node.refuses(&show), Refused::UnknownSubject);
    }
}

/// What is changed of a receipt, and how.
type Change<'a> = (&'a str, &'a dyn Fn(&mut StateReceipt));

/// What is said about each change.
fn faults(receipt: &StateReceipt, changes: &[Change]) -> String {
    let mut told = String::new();
    for (what, change) in changes {
        let mut changed = receipt.clone();
        change(&mut changed);
        let fault = changed.verify(&roster()).expect_err(what);
        writeln!(told, "{what}: {fault}").expect("text");
    }
    told
}

fn coupon_of(receipt: &mut StateReceipt) -> (&mut Xqid, &mut CouponProof) {
    match &mut receipt.shown.fact {
        Fact::Coupon { coupon, proof } => (coupon, proof),
        Fact::Order { .. } => panic!("of a coupon"),
    }
}

#[test]
fn the_first_step_that_does_not_match_is_named() {
    let (mut node, coupon) = sold();
    let shown = show(&mut node, Subject::Coupon(coupon));
    let receipt = receipt(&node, shown);
    let other = Holder::Party(party("eve"));
    let changes: [Change; 13] = [
        ("version", &|r| r.version = 1),
        ("another coupon", &|r| coupon_of(r).0.serial = 3),
        ("another series", &|r| coupon_of(r).0.series = SeriesId::from_bytes([1; 16])),
        ("another holder", &|r| coupon_of(r).1.holder = other),
        ("another condition", &|r| coupon_of(r).1.lot.resales = 7),
        ("another face", &|r| coupon_of(r).1.terms.face = Amount::ZERO),
        ("another sum", &|r| coupon_of(r).1.within_series.sum += 1),
        ("other money", &|r| r.shown.roots.books.money.clear()),
        ("other books", &|r| r.shown.roots.books.title.sum += 1),
        ("other orders", &|r| r.shown.roots.orders.sum += 1),
        ("another header", &|r| r.header.state_root = Digest::ZERO),
        ("another epoch", &|r| r.header.epoch += 1),
        ("no signatures", &|r| r.anchor.cosignatures.clear()),
    ];
    expect_test::expect![[r#"
        version: receipt version 1 is not 2
        another coupon: coupon: proof is of other coupons
        another series: coupon: proof leads to another root
        another holder: coupon: proof leads to another root
        another condition: coupon: proof leads to another root
        another face: coupon: proof leads to another root
        another sum: coupon: proof is of other coupons
        other money: roots are not those of the epoch
        other books: coupon: proof leads to another root
        other orders: roots are not those of the epoch
        another header: roots are not those of the epoch
        another epoch: epoch header is not under the head of its cell
        no signatures: co-signatures hold less than two thirds of the weight
    "#]]
    .assert_eq(&faults(&receipt, &changes));
}

/// A node with an order that has traded in part and rests among others, and its id.
fn resting() -> (Node, OrderId) {
    let (mut node, series) = home();
    let mut placed = |who, quantity, price| {
        let command = node.order(who, Side::Buy, series, quantity, price);
        let Command::Venue(gcfn_venue::Command::Request(Request {
            verb: Verb::PlaceOrder(terms),
            ..
        })) = &command
        else {
            unreachable!("an order is a request")
        };
        let order = terms.order;
        node.must(&command);
        order
    };
    placed("ann", 2, 90_00);
    let order = placed("ben", 3, 91_00);
    placed("ann", 1, 92_00);
    (node, order)
}

fn order_of(receipt: &mut StateReceipt) -> (&mut OpenOrder, &mut SumProof) {
    match &mut receipt.shown.fact {
        Fact::Order { order, proof } => (order, proof),
        Fact::Coupon { .. } => panic!("of an order"),
    }
}

#[test]
fn that_an_order_is_open_is_verified_from_the_keys_of_the_validators_alone() {
    let (mut node, order) = resting();
    let shown = show(&mut node, Subject::Order(order));
    let mut receipt = receipt(&node, shown);
    assert_eq!(receipt.verify(&roster()), Ok(()));
    assert_eq!(receipt.shown.roots.orders.sum, 106, "the issuer's offer of 100, and ours");
    let text = serde_json::to_string(&receipt).expect("plain data");
    assert_eq!(serde_json::from_str::<StateReceipt>(&text).expect("what was written"), receipt);
    let (open, _) = order_of(&mut receipt);
    assert_eq!((open.party, open.price, open.remaining), (party("ben"), cents(91_00), 3));
}

#[test]
fn nothing_about_an_order_can_be_changed_in_its_receipt() {
    let (mut node, order) = resting();
    let shown = show(&mut node, Subject::Order(order));
    let receipt = receipt(&node, shown);
    let changes: [Change; 7] = [
        ("another owner", &|r| order_of(r).0.party = party("eve")),
        ("another price", &|r| order_of(r).0.price = cents(93_00)),
        ("the other side", &|r| order_of(r).0.side = Side::Sell),
        ("more of it", &|r| order_of(r).0.remaining += 1),
        ("more that is counted", &|r| order_of(r).1.sum += 1),
        ("fewer orders", &|r| r.shown.roots.orders.sum -= 1),
        ("other books", &|r| r.shown.roots.books.title.sum += 1),
    ];
    expect_test::expect![[r#"
        another owner: order: proof leads to another root
        another price: order: proof leads to another root
        the other side: order: proof leads to another root
        more of it: order: proof leads to another root
        more that is counted: order: proof leads to another root
        fewer orders: order: proof leads to another root
        other books: roots are not those of the epoch
    "#]]
    .assert_eq(&faults(&receipt, &changes));
}

/// The places of all objects in a document.
fn objects(of: &Value, at: &str, found: &mut Vec<String>) {
    match of {
        Value::Object(fields) => {
            found.push(at.to_owned());
            fields.iter().for_each(|(name, inner)| objects(inner, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(place, inner)| objects(inner, &format!("{at}/{place}"), found));
        }
        _ => {}
    }
}

#[test]
fn nothing_can_be_added_to_a_receipt() {
    let (mut sale, coupon) = sold();
    let shown = show(&mut sale, Subject::Coupon(coupon));
    let of_coupon = receipt(&sale, shown);
    let (mut node, order) = resting();
    let shown = show(&mut node, Subject::Order(order));
    for receipt in [of_coupon, receipt(&node, shown)] {
        let document = serde_json::to_value(receipt).expect("plain data");
        let mut places = Vec::new();
        objects(&document, "", &mut places);
        for place in places {
            let mut changed = document.clone();
            changed.pointer_mut(&place).expect("an object")["note"] = "x".into();
            let read = serde_json::from_value::<StateReceipt>(changed);
            assert!(read.is_err(), "a note in {place:?} is read over");
        }
    }
}

#[test]
fn an_order_that_is_gone_is_not_shown() {
    let (mut node, order) = resting();
    let before = show(&mut node, Subject::Order(order)).1.roots.orders;
    node.ask("ben", Role::User, Verb::CancelOrder { order });
    let show_it = Command::Show(Subject::Order(order));
    assert_eq!(node.refuses(&show_it), Refused::UnknownSubject);
    assert_ne!(node.replica.venue().clone().state_roots().orders, before, "the root says so");
}
