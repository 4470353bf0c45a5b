//! Everything that happened is a leaf: numbered from 1, closed into epochs that hold each other.

use crate::world::{Node, genesis, home, name, root};
use expect_test::expect;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::event_tree::EventTree;
use gcfn_anchor::header_log::HeaderLog;
use gcfn_anchor::receipt::EventProof;
use gcfn_market::Side;
use gcfn_model::{Digest, Machine};
use gcfn_replica::{Command, Event, Reply};
use gcfn_venue::PartyKind;

fn bytes(event: &Event) -> Vec<u8> {
    postcard::to_allocvec(event).expect("plain data")
}

/// A node that has closed five epochs, with their headers.
fn five_epochs() -> (Node, Vec<EpochHeader>) {
    let (mut node, series) = home();
    let mut headers = Vec::new();
    for quantity in 1..=5 {
        let order = node.order("ann", Side::Buy, series, quantity % 2 + 1, 95_00);
        node.must(&order);
        let Reply::Closed(header) = node.must(&Command::CloseEpoch) else { panic!("not closed") };
        headers.push(header);
    }
    (node, headers)
}

/// The events of an epoch, by their numbers in the journal.
fn events_of<'n>(node: &'n Node, header: &EpochHeader) -> &'n [Event] {
    let place = |seq: u64| usize::try_from(seq).expect("a short journal");
    &node.journal[place(header.first_seq - 1)..place(header.last_seq)]
}

fn tree_of(header: &EpochHeader, events: &[Event]) -> EventTree {
    let (salts, mut tree) = (genesis("cn-sha").salt_key, EventTree::default());
    for (seq, event) in (header.first_seq..).zip(events) {
        tree.append(&salts.salt(seq), &bytes(event));
    }
    tree
}

#[test]
fn the_nth_event_has_number_n_counted_from_1() {
    let mut node = Node::new(genesis("cn-sha"));
    assert_eq!(node.replica.next_seq(), 1, "who founded the network is no event of this log");
    node.register("ann", PartyKind::User);
    for round in 0..10 {
        assert_eq!(node.replica.next_seq(), node.journal.len() as u64 + 1);
        node.register(&format!("user {round}"), PartyKind::User);
        if round % 3 == 0 {
            node.must(&Command::CloseEpoch);
        }
    }
    assert_eq!(node.replica.next_seq(), node.journal.len() as u64 + 1);
}

#[test]
fn an_epoch_holds_what_happened_since_the_last_one_and_its_closing_opens_the_next() {
    let mut node = Node::new(genesis("cn-sha"));
    for user in ["ann", "ben", "cyd"] {
        node.register(user, PartyKind::User);
        node.must(&Command::CloseEpoch);
    }
    let lines = (1..).zip(&node.journal).map(|(seq, event)| match event {
        Event::EpochClosed(header) => {
            let EpochHeader { epoch, first_seq, last_seq, leaf_count, .. } = header;
            format!("{seq}: epoch {epoch} closed: {first_seq} to {last_seq}, {leaf_count} leaves\n")
        }
        _ => format!("{seq}: somebody is registered, or gets points for it\n"),
    });
    expect![[r#"
        1: somebody is registered, or gets points for it
        2: somebody is registered, or gets points for it
        3: somebody is registered, or gets points for it
        4: epoch 0 closed: 1 to 3, 3 leaves
        5: somebody is registered, or gets points for it
        6: somebody is registered, or gets points for it
        7: somebody is registered, or gets points for it
        8: epoch 1 closed: 4 to 7, 4 leaves
        9: somebody is registered, or gets points for it
        10: somebody is registered, or gets points for it
        11: somebody is registered, or gets points for it
        12: epoch 2 closed: 8 to 11, 4 leaves
    "#]]
    .assert_eq(&lines.collect::<String>());
}

#[test]
fn an_epoch_in_which_nothing_happened_is_not_closed() {
    let mut node = Node::new(genesis("cn-sha"));
    assert!(!node.replica.has_open_epoch());
    assert_eq!(node.must(&Command::CloseEpoch), Reply::Done);
    node.register("ann", PartyKind::User);
    assert!(node.replica.has_open_epoch());
    assert!(matches!(node.must(&Command::CloseEpoch), Reply::Closed(_)));
    assert!(!node.replica.has_open_epoch(), "but for the closing itself");
    let before = (node.replica.head(), node.journal.len());
    assert_eq!(node.must(&Command::CloseEpoch), Reply::Done);
    assert_eq!((node.replica.head(), node.journal.len()), before);
}

#[test]
fn every_header_names_the_one_before_it_and_the_head_commits_to_all() {
    let (node, headers) = five_epochs();
    let mut log = HeaderLog::new(name("cn-sha"));
    let (mut prev, mut next_seq) = (Digest::ZERO, 1);
    for (epoch, header) in (0..).zip(&headers) {
        assert_eq!((header.epoch, header.prev, header.first_seq), (epoch, prev, next_seq));
        assert_eq!(header.leaf_count, header.last_seq - header.first_seq + 1);
        (prev, next_seq) = (header.digest(), header.last_seq + 1);
        log.append(header).expect("it follows the last");
    }
    assert_eq!(node.replica.head(), log.head());
    let closed = headers.last().expect("five").clone();
    assert_eq!(node.journal.last(), Some(&Event::EpochClosed(closed)));
    assert_eq!(next_seq, node.journal.len() as u64, "the last closing is in no closed epoch");
}

#[test]
fn an_epoch_commits_to_its_events_and_to_the_books_after_the_last_of_them() {
    let (node, headers) = five_epochs();
    for header in &headers {
        let events = events_of(&node, header);
        let opens = matches!(events[0], Event::EpochClosed(_));
        assert_eq!(opens, header.epoch != 0, "its closing is the first of the next");
        assert_eq!(tree_of(header, events).root(), Some(header.events_root));
    }
    let last = headers.last().expect("five");
    assert_eq!(last.state_root, root(&node.replica).books);
    let roots: Vec<Digest> = headers.iter().map(|header| header.state_root).collect();
    assert!(roots.is_sorted_by(|one, next| one != next), "every purchase changes the books");
}

#[test]
fn any_event_of_a_closed_epoch_is_provable_from_the_journal_to_the_head() {
    let (node, headers) = five_epochs();
    let (salts, head) = (genesis("cn-sha").salt_key, node.replica.head());
    let mut log = HeaderLog::new(name("cn-sha"));
    headers.iter().for_each(|header| log.append(header).expect("in order"));
    for header in &headers {
        let events = events_of(&node, header);
        let tree = tree_of(header, events);
        for (index, event) in (0..).zip(events) {
            let proof = EventProof {
                salt: salts.salt(header.first_seq + index),
                index,
                path: tree.prove(index).expect("in the epoch"),
                header: header.clone(),
                header_path: log.prove(header.epoch, head.size).expect("closed"),
            };
            assert_eq!(proof.verify(&bytes(event), &head), Ok(()));
            assert_eq!(proof.seq(), header.first_seq + index);
            assert!(proof.verify(b"what did not happen", &head).is_err());
        }
    }
}

/// DRV-06.
#[test]
fn a_replica_whose_epochs_come_to_something_else_than_the_leaders_has_diverged() {
    let [mut first, mut second, mut third] = [(); 3].map(|()| home().0);
    // One command more between two epochs, as after a fault of memory or of the program.
    third.register("nobody knows", PartyKind::User);
    let mut behind = home().0;
    for node in [&mut first, &mut second, &mut third] {
        node.must(&Command::CloseEpoch);
    }
    let compare = Command::Compare(first.replica.head());
    let has_diverged = |node: &mut Node| {
        node.must(&compare);
        node.replica.has_diverged()
    };
    assert!(!has_diverged(&mut second));
    assert!(!has_diverged(&mut behind), "nothing can be said of an epoch that it has not closed");
    assert!(has_diverged(&mut third));
    third.register("somebody", PartyKind::User);
    assert!(!third.replica.has_diverged(), "only the command that told it says so");
}
