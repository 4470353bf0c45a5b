//! A snapshot is the state at one moment, whatever happens while it is written down.

use crate::world::{Node, Two, home, snapshot};
use gcfn_ledger::Holder;
use gcfn_market::Side;
use gcfn_model::{Machine, Pool, SeriesId};
use gcfn_replica::{Command, Replica};

/// Trades, cancels and closes epochs: changes rows of every table that a command changes.
fn goes_on(node: &mut Node, series: SeriesId) {
    for round in 0..20 {
        let buys = node.order("ann", Side::Buy, series, 1, 95_00);
        node.must(&buys);
        let rests = node.order("ben", Side::Buy, series, 1, 50_00 + round);
        node.must(&rests);
        node.must(&Command::CloseEpoch);
    }
    node.register(&format!("new at {}", node.at), gcfn_venue::PartyKind::User);
}

/// A node whose users can pay for what is to come.
fn wealthy() -> (Node, SeriesId) {
    let (mut node, series) = home();
    for user in ["ann", "ben"] {
        node.deposit(user, Pool::UserCustody, 1_000_000_00);
    }
    (node, series)
}

fn bytes(frozen: &<Replica as Machine>::Frozen) -> Vec<u8> {
    postcard::to_allocvec(frozen).expect("plain data")
}

#[test]
fn a_frozen_state_has_the_bytes_of_the_live_one_and_keeps_them() {
    let (mut node, series) = wealthy();
    for _ in 0..2 {
        goes_on(&mut node, series);
        let (frozen, then) = (node.replica.freeze(), snapshot(&node.replica));
        assert_eq!(bytes(&frozen), then);
        goes_on(&mut node, series);
        assert_ne!(snapshot(&node.replica), then, "something has happened");
        assert_eq!(bytes(&frozen), then);
    }
    assert_ne!(node.replica.venue().books().title.quantity(series, Holder::InventoryLock), 0);
}

#[test]
fn a_node_with_business_abroad_freezes_whole() {
    let mut two = Two::new();
    ["l1", "l2"].into_iter().for_each(|lock| two.buys(lock));
    for node in [&two.home, &two.away] {
        assert_eq!(bytes(&node.replica.freeze()), snapshot(&node.replica));
    }
}

#[test]
fn a_copy_restored_from_a_frozen_state_goes_on_as_the_original_does() {
    let (mut node, series) = wealthy();
    goes_on(&mut node, series);
    let mut restored: Replica =
        postcard::from_bytes(&bytes(&node.replica.freeze())).expect("a snapshot can be read");
    let (from, told) = (node.log.len(), node.journal.len());
    goes_on(&mut node, series);
    let mut events = Vec::new();
    for (at, command) in &node.log[from..] {
        drop(restored.apply(*at, command, &mut events));
    }
    assert_eq!(events, node.journal[told..]);
    assert_eq!(snapshot(&restored), snapshot(&node.replica));
}
