//! From where to where coupons move: every pair of places.

use crate::names::series;
use crate::title::{HOME, holder};
use expect_test::expect;
use gcfn_ledger::{Holder, Terms, Title, TitleFault};
use gcfn_model::NodeId;

/// Every place, those of two parties and two nodes.
fn every_place() -> Vec<(&'static str, Holder)> {
    let names = [
        "inventory",
        "offered",
        "alice",
        "bob",
        "lock:alice",
        "lock:bob",
        "shown:alice",
        "shown:bob",
        "delivery:hk-hkg",
        "delivery:sg-sin",
        "abroad:hk-hkg",
        "abroad:sg-sin",
        "home:hk-hkg",
        "home:sg-sin",
        "redeemed",
        "expired",
        "recalled",
        "frozen:alice",
        "frozen:bob",
        "pledged:alice",
        "pledged:bob",
        "listed:alice",
        "listed:bob",
    ];
    names.map(|name| (name, holder(name))).to_vec()
}

#[test]
fn the_table_of_moves() {
    let mut shown = String::new();
    for (name, from) in every_place() {
        let to = every_place().into_iter().filter(|(_, to)| from.may_move_to(*to));
        let to: Vec<&str> = to.map(|(name, _)| name).collect();
        shown += &format!("{name} > {}\n", to.join(" "));
    }
    expect![[r#"
        inventory > offered alice bob delivery:hk-hkg delivery:sg-sin expired recalled
        offered > inventory alice bob delivery:hk-hkg delivery:sg-sin expired recalled
        alice > inventory bob lock:alice shown:alice delivery:hk-hkg delivery:sg-sin home:hk-hkg home:sg-sin expired recalled frozen:alice pledged:alice listed:alice
        bob > inventory alice lock:bob shown:bob delivery:hk-hkg delivery:sg-sin home:hk-hkg home:sg-sin expired recalled frozen:bob pledged:bob listed:bob
        lock:alice > inventory alice bob delivery:hk-hkg delivery:sg-sin expired recalled frozen:alice
        lock:bob > inventory alice bob delivery:hk-hkg delivery:sg-sin expired recalled frozen:bob
        shown:alice > alice redeemed recalled frozen:alice
        shown:bob > bob redeemed recalled frozen:bob
        delivery:hk-hkg > inventory alice bob abroad:hk-hkg home:hk-hkg
        delivery:sg-sin > inventory alice bob abroad:sg-sin home:sg-sin
        abroad:hk-hkg > inventory alice bob delivery:hk-hkg delivery:sg-sin redeemed expired recalled
        abroad:sg-sin > inventory alice bob delivery:hk-hkg delivery:sg-sin redeemed expired recalled
        home:hk-hkg > alice bob delivery:hk-hkg
        home:sg-sin > alice bob delivery:sg-sin
        redeemed > 
        expired > 
        recalled > 
        frozen:alice > alice expired recalled pledged:alice
        frozen:bob > bob expired recalled pledged:bob
        pledged:alice > alice expired recalled frozen:alice
        pledged:bob > bob expired recalled frozen:bob
        listed:alice > inventory alice bob delivery:hk-hkg delivery:sg-sin expired recalled frozen:alice
        listed:bob > inventory alice bob delivery:hk-hkg delivery:sg-sin expired recalled frozen:bob
    "#]].assert_eq(&shown);
}

/// The places that coupons of a series with this home can be in at this node.
fn places(home: Option<NodeId>) -> Vec<Holder> {
    let here = |place: &Holder| match *place {
        Holder::Home(of) => home == Some(of),
        Holder::Inventory | Holder::InventoryLock | Holder::Abroad(_) => home.is_none(),
        Holder::Delivery(of) => home.is_none_or(|home| home == of),
        _ => true,
    };
    every_place().into_iter().map(|(_, place)| place).filter(here).collect()
}

/// For every place a title ledger with ten coupons there, led there by allowed moves.
fn titles(home: Option<NodeId>) -> Vec<(Holder, Title)> {
    let mut title = Title::default();
    title.register(series("s"), Terms { home, ..HOME }).expect("a new series");
    let mut reached = vec![(home.map_or(Holder::Inventory, Holder::Home), title)];
    let mut next = 0;
    while let Some((from, title)) = reached.get(next).cloned() {
        for to in places(home) {
            let known = reached.iter().any(|(place, _)| *place == to);
            if !known && from.may_move_to(to) {
                let mut title = title.clone();
                title.transfer(series("s"), from, to, 10).expect("it may move there");
                reached.push((to, title));
            }
        }
        next += 1;
    }
    reached
}

#[test]
fn the_ledger_keeps_to_the_table_of_moves() {
    for home in [None, Some("hk-hkg".parse().expect("a node name"))] {
        let titles = titles(home);
        assert_eq!(titles.len(), places(home).len(), "every place can be reached");
        for (from, title) in titles {
            for to in places(home).into_iter().filter(|&to| to != from) {
                let answer = title.clone().transfer_all(series("s"), from, to).map(drop);
                let expected = match from {
                    from if from.may_move_to(to) => Ok(()),
                    from if from.is_final() => Err(TitleFault::Final(from)),
                    _ => Err(TitleFault::Forbidden { from, to }),
                };
                assert_eq!(answer, expected, "{from:?} to {to:?}");
            }
        }
    }
}
