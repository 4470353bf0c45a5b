//! A coupon proves itself: from the books of its node to the co-signatures, offline (CPN-21).

use crate::federation::{anchor, roster};
use crate::world::{Node, home, name, party};
use gcfn_anchor::header_log::HeaderLog;
use gcfn_ledger::Holder;
use gcfn_market::Side;
use gcfn_model::{Amount, Digest, SeriesId, Xqid};
use gcfn_replica::{Command, CouponReceipt, CouponShown, Event, Refused, Reply, VERSION};
use gcfn_venue::PartyKind;
use std::fmt::Write;

fn show(node: &mut Node, coupon: Xqid) -> (u64, Box<CouponShown>) {
    match node.must(&Command::ShowCoupon(coupon)) {
        Reply::Shown { epoch, shown } => (epoch, shown),
        other => panic!("{other:?}"),
    }
}

/// What the node's shell makes of a coupon that is shown, once the federation has signed its head.
fn receipt(node: &Node, (epoch, shown): (u64, Box<CouponShown>)) -> CouponReceipt {
    let mut log = HeaderLog::new(name("cn-sha"));
    let closed = node.journal.iter().filter_map(|event| match event {
        Event::EpochClosed(header) => Some(header),
        _ => None,
    });
    let headers: Vec<_> = closed.inspect(|header| log.append(header).expect("in order")).collect();
    let header = headers.iter().find(|header| header.epoch == epoch).expect("it was closed");
    let header_path = log.prove(epoch, log.head().size).expect("a path");
    let anchor = anchor(log.head(), &["cn", "root"]);
    CouponReceipt { version: VERSION, shown, header: (*header).clone(), header_path, anchor }
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
    let shown = show(&mut node, coupon);
    let receipt = receipt(&node, shown);
    assert_eq!(receipt.verify(&roster()), Ok(()));
    assert_eq!(receipt.shown.proof.holder, Holder::Party(party("ann")));
    let text = serde_json::to_string(&receipt).expect("plain data");
    assert_eq!(serde_json::from_str::<CouponReceipt>(&text).expect("what was written"), receipt);
}

#[test]
fn the_books_do_not_change_until_something_happens() {
    let (mut node, coupon) = sold();
    let first = show(&mut node, coupon);
    assert_eq!(show(&mut node, coupon), first, "no epoch is closed for it");
    node.register("cleo", PartyKind::User);
    assert_eq!(show(&mut node, coupon).0, first.0 + 1);
}

#[test]
fn a_coupon_that_is_not_there_is_refused_without_a_trace() {
    let (mut node, coupon) = sold();
    for unknown in
        [Xqid { serial: 100, ..coupon }, Xqid { series: SeriesId::from_bytes([1; 16]), ..coupon }]
    {
        assert_eq!(node.refuses(&Command::ShowCoupon(unknown)), Refused::UnknownCoupon);
    }
}

/// What is changed of a receipt, and how.
type Change<'a> = (&'a str, &'a dyn Fn(&mut CouponReceipt));

#[test]
fn the_first_step_that_does_not_match_is_named() {
    let (mut node, coupon) = sold();
    let shown = show(&mut node, coupon);
    let receipt = receipt(&node, shown);
    let other = Holder::Party(party("eve"));
    let changes: [Change; 12] = [
        ("version", &|r| r.version = 2),
        ("another coupon", &|r| r.shown.coupon.serial = 3),
        ("another series", &|r| r.shown.coupon.series = SeriesId::from_bytes([1; 16])),
        ("another holder", &|r| r.shown.proof.holder = other),
        ("another condition", &|r| r.shown.proof.lot.resales = 7),
        ("another face", &|r| r.shown.proof.terms.face = Amount::ZERO),
        ("another sum", &|r| r.shown.proof.within_series.sum += 1),
        ("other money", &|r| r.shown.roots.money.clear()),
        ("other books", &|r| r.shown.roots.title.sum += 1),
        ("another header", &|r| r.header.state_root = Digest::ZERO),
        ("another epoch", &|r| r.header.epoch += 1),
        ("no signatures", &|r| r.anchor.cosignatures.clear()),
    ];
    let mut told = String::new();
    for (what, change) in changes {
        let mut changed = receipt.clone();
        change(&mut changed);
        let fault = changed.verify(&roster()).expect_err(what);
        writeln!(told, "{what}: {fault}").expect("text");
    }
    expect_test::expect![[r#"
        version: receipt version 2 is not 1
        another coupon: coupon: proof is of other coupons
        another series: coupon: proof leads to another root
        another holder: coupon: proof leads to another root
        another condition: coupon: proof leads to another root
        another face: coupon: proof leads to another root
        another sum: coupon: proof is of other coupons
        other money: books are not those of the epoch
        other books: coupon: proof leads to another root
        another header: books are not those of the epoch
        another epoch: epoch header is not under the head of its cell
        no signatures: co-signatures hold less than two thirds of the weight
    "#]]
    .assert_eq(&told);
}
