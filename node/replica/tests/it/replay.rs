//! The same log gives the same state, wherever and whenever it is applied.

use crate::federation::{Federation, profile};
use crate::world::{
    Root, Two, cents, genesis, home, instant, line, name, party, root, signer, snapshot,
};
use gcfn_council::{Decision, Role as NodeRole};
use gcfn_market::Side;
use gcfn_model::{Currency, Machine, Timestamp, WithdrawalId};
use gcfn_peering::envelope::{Envelope, SignedEnvelope};
use gcfn_replica::{Command, Event, FinalEvent, Outcome, Replica};
use gcfn_venue::{PartyKind, Role, Verb};
use proptest::prelude::*;

type Log = Vec<(Timestamp, Command)>;

/// Everything that a log leads to.
#[derive(Debug, PartialEq)]
struct Replayed {
    outcomes: Vec<Outcome>,
    journal: Vec<Event>,
    root: Root,
    snapshot: Vec<u8>,
}

/// Applies the log of `cn-sha` from genesis. Before the entry at `restored`, the replica goes
/// through its snapshot.
fn replay(log: &Log, restored: Option<usize>) -> Replayed {
    let mut replica = Replica::new(genesis("cn-sha"));
    let (mut outcomes, mut journal) = (Vec::new(), Vec::new());
    for (place, (at, command)) in log.iter().enumerate() {
        if restored == Some(place) {
            replica = postcard::from_bytes(&snapshot(&replica)).expect("its own snapshot");
        }
        outcomes.push(replica.apply(*at, command, &mut journal));
    }
    Replayed { outcomes, journal, root: root(&replica), snapshot: snapshot(&replica) }
}

/// One entry of a random log. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Move {
    Order {
        seller: bool,
        who: usize,
        quantity: u64,
        limit: u64,
    },
    Gift {
        quantity: u64,
    },
    Withdraw {
        number: u8,
        minor: u64,
    },
    /// Time passes; what is due is done.
    Wait {
        hours: u64,
    },
    Close,
    /// One of the envelopes of `de`: the next, one again, or one too early.
    Arrives(usize),
    /// An envelope that contradicts one of them.
    Forks(usize),
    Resume,
    Acknowledged(u64),
    /// One of the federation's events: the next, one again, or a later one.
    Shown(usize),
}

fn moves() -> impl Strategy<Value = Move> {
    let order = (any::<bool>(), 0..2usize, 1..4u64, 90_00..97_00u64);
    prop_oneof![
        6 => order.prop_map(|(seller, who, quantity, limit)| {
            Move::Order { seller, who, quantity, limit }
        }),
        1 => (1..3u64).prop_map(|quantity| Move::Gift { quantity }),
        1 => (0..3u8, 1..200_00u64).prop_map(|(number, minor)| Move::Withdraw { number, minor }),
        1 => (1..12u64).prop_map(|hours| Move::Wait { hours }),
        3 => Just(Move::Close),
        4 => (0..3usize).prop_map(Move::Arrives),
        1 => (0..3usize).prop_map(Move::Forks),
        1 => Just(Move::Resume),
        1 => (0..4u64).prop_map(Move::Acknowledged),
        3 => (0..6usize).prop_map(Move::Shown),
    ]
}

/// What may arrive at `cn-sha` from outside.
struct Outside {
    envelopes: [SignedEnvelope; 3],
    finals: Vec<FinalEvent>,
}

impl Outside {
    fn new() -> Outside {
        let mut federation = Federation::new();
        let hk = profile("hk", "hk", NodeRole::Regional, Some(Currency::Hkd));
        let (de, debit_cap) = (name("de"), cents(1_000_00));
        let mut finals = federation.admits(&hk).to_vec();
        let decisions = [
            Decision::CapDebit { node: de, currency: Currency::Cny, debit_cap },
            Decision::Suspend { node: de },
            Decision::Resume { node: de },
        ];
        finals.extend(decisions.map(|decision| federation.decided(decision)));
        finals.push(federation.locks("l1"));
        Outside { envelopes: Two::new().three_orders(), finals }
    }
}

/// The log of a listing and then of `moves`.
fn log_of(moves: &[Move]) -> Log {
    let ((mut node, series), outside) = (home(), Outside::new());
    for step in moves {
        let command = match *step {
            Move::Order { seller, who, quantity, limit } => {
                let side = if seller { Side::Sell } else { Side::Buy };
                node.order(["ann", "ben"][who], side, series, quantity, limit)
            }
            Move::Gift { quantity } => {
                let gift = Verb::Gift { to: party("ben"), series, quantity };
                node.request("ann", Role::User, gift)
            }
            Move::Withdraw { number, minor } => {
                let withdrawal = WithdrawalId::derive(&[&[number]]);
                let withdraw = Verb::Withdraw { withdrawal, amount: cents(minor) };
                node.request("ann", Role::User, withdraw)
            }
            Move::Wait { hours } => {
                node.at += hours * 3_600_000_000;
                Command::Venue(gcfn_venue::Command::Tick)
            }
            Move::Close => Command::CloseEpoch,
            Move::Arrives(place) => Command::Envelope(outside.envelopes[place].clone()),
            Move::Forks(place) => {
                let known = outside.envelopes[place].envelope.clone();
                let forked = Envelope { body: vec![0xff], ..known };
                Command::Envelope(forked.sign(&signer("de")))
            }
            Move::Resume => Command::ResumeLine(line("de")),
            Move::Acknowledged(seq) => Command::Acknowledged { line: line("de"), seq },
            Move::Shown(place) => Command::Federation(Box::new(outside.finals[place].clone())),
        };
        drop(node.apply(&command));
    }
    node.log
}

/// The log of a cross-border trade, two local ones and two closed epochs.
fn a_days_log() -> Log {
    let mut two = Two::new();
    let orders = two.three_orders();
    let Two { mut home, series, .. } = two;
    let buy = home.order("ann", Side::Buy, series, 3, 95_00);
    home.must(&buy);
    home.must(&Command::CloseEpoch);
    let sell = home.order("ann", Side::Sell, series, 1, 94_00);
    home.must(&sell);
    home.must(&Command::Envelope(orders[0].clone()));
    home.at = instant(1000, 19).micros();
    home.venue(gcfn_venue::Command::Tick);
    home.must(&Command::CloseEpoch);
    home.register("cafe", PartyKind::Merchant);
    home.log
}

#[test]
fn a_log_replayed_from_genesis_gives_the_same_root_and_journal() {
    let log = a_days_log();
    let first = replay(&log, None);
    assert_eq!(replay(&log, None), first);
    assert_eq!(first.root.head.size, 3, "two epochs, and the open one");
    assert!(first.journal.len() > 20, "something happened");
}

#[test]
fn the_replay_is_what_happened_at_the_node_itself() {
    let (node, _) = home();
    let again = replay(&node.log, None);
    assert_eq!(again.journal, node.journal);
    assert_eq!(again.root, root(&node.replica));
    assert_eq!(again.snapshot, snapshot(&node.replica));
}

#[test]
fn a_snapshot_at_any_entry_changes_nothing() {
    let log = a_days_log();
    let whole = replay(&log, None);
    for place in 0..log.len() {
        assert_eq!(replay(&log, Some(place)), whole, "restored before entry {place}");
    }
}

#[test]
fn another_order_of_the_log_is_another_history() {
    let mut log = a_days_log();
    let whole = replay(&log, None);
    let last = log.len() - 1;
    let (one, other) = (log[last - 1].1.clone(), log[last].1.clone());
    (log[last - 1].1, log[last].1) = (other, one);
    assert_ne!(replay(&log, None).root, whole.root);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_the_log_a_snapshot_changes_nothing(
        moves in prop::collection::vec(moves(), 1..40),
        place in any::<prop::sample::Index>(),
    ) {
        let log = log_of(&moves);
        let whole = replay(&log, None);
        let restored = replay(&log, Some(place.index(log.len())));
        prop_assert_eq!(restored, whole);
    }

    #[test]
    fn whatever_is_in_the_log_every_refusal_leaves_the_root_as_it_was(
        moves in prop::collection::vec(moves(), 1..40),
    ) {
        let mut replica = Replica::new(genesis("cn-sha"));
        let mut seq = 1;
        for (at, command) in &log_of(&moves) {
            let before = root(&replica);
            let mut events = Vec::new();
            let outcome = replica.apply(*at, command, &mut events);
            seq += events.len() as u64;
            prop_assert_eq!(replica.next_seq(), seq);
            if events.is_empty() {
                prop_assert_eq!(root(&replica), before, "{:?} of {:?}", outcome, command);
            }
            let halted = matches!(events.last(), Some(Event::LineHalted { .. }));
            prop_assert!(outcome.is_ok() || halted || events.is_empty(), "{:?}", outcome);
        }
    }
}
