//! The federation's word: taken once, in order, and only with the proof that it is final.

use crate::federation::{Federation, anchor, anchor_by, profile, rate, roster};
use crate::world::{Node, Two, cents, date, genesis, line, name, root, signer, snapshot};
use gcfn_anchor::fold::{GlobalFold, RegionFold};
use gcfn_anchor::receipt::{HeadProof, RegionStep};
use gcfn_anchor::round::Round;
use gcfn_banking::{Creditor, Instruction};
use gcfn_clearing::{ClearingEvent, HousePayment};
use gcfn_council::{Decision, Role};
use gcfn_model::{Currency, CycleId, Digest, InstructionId, Pool, SettlementAccount};
use gcfn_peering::mailbox::EnvelopeRefusal;
use gcfn_replica::{Command, Event, FinalEvent, Refused, Reply, concerns};
use gcfn_venue::{Dispatch, Rejection};

fn shown(event: &FinalEvent) -> Command {
    Command::Federation(Box::new(event.clone()))
}

/// A node, the federation, and what it has decided: `hk` applied, and was admitted.
fn admission() -> (Node, Federation, [FinalEvent; 2]) {
    let mut federation = Federation::new();
    let admitted = federation.admits(&profile("hk", "hk", Role::Regional, Some(Currency::Hkd)));
    (Node::new(genesis("cn-sha")), federation, admitted)
}

/// How the home node answers `de`, order by order: why it was refused, or nothing.
fn answers(home: &Node) -> Vec<Option<Rejection>> {
    let refused = |body: &[u8]| match postcard::from_bytes(body) {
        Ok(Dispatch::DealDone { refused, .. }) => refused,
        other => panic!("{other:?} is no answer"),
    };
    home.replica.pending(line("de")).map(|envelope| refused(&envelope.body)).collect()
}

#[test]
fn who_founded_the_network_is_known_before_the_first_event() {
    let node = Node::new(genesis("cn-sha"));
    for founder in ["root", "cn", "eu", "de"] {
        assert_eq!(node.replica.peer_key(name(founder)), Some(&signer(founder).public_key()));
    }
    assert_eq!(node.replica.peer_key(name("cn-sha")), None, "it does not write to itself");
    assert_eq!(node.replica.federation().last_seq(), 0);
}

#[test]
fn an_applicant_is_known_once_it_is_admitted() {
    let (mut node, _, [applied, admitted]) = admission();
    assert_eq!(node.must(&shown(&applied)), Reply::Done);
    assert_eq!(node.replica.peer_key(name("hk")), None);
    assert_eq!(node.must(&shown(&admitted)), Reply::Done);
    assert_eq!(node.replica.peer_key(name("hk")), Some(&signer("hk").public_key()));
    assert_eq!(node.journal, [Event::PeerKnown { node: name("hk") }]);
    assert_eq!(node.replica.federation().last_seq(), admitted.proof.seq());
}

#[test]
fn a_final_event_is_applied_once() {
    let (mut node, mut federation, events) = admission();
    events.iter().for_each(|event| drop(node.must(&shown(event))));
    let before = snapshot(&node.replica).len();
    for event in &events {
        assert_eq!(node.refuses(&shown(event)), Refused::Repeated);
    }
    assert_eq!(snapshot(&node.replica).len(), before);
    // Under a later round it is still the same event.
    let later = federation.decided(Decision::Suspend { node: name("hk") });
    node.must(&shown(&later));
    assert_eq!(node.refuses(&shown(&events[1])), Refused::Repeated);
}

#[test]
fn what_is_shown_after_a_later_event_comes_too_late() {
    let (mut node, _, [applied, admitted]) = admission();
    node.must(&shown(&admitted));
    assert_eq!(node.refuses(&shown(&applied)), Refused::Repeated);
    assert_eq!(node.replica.peer_key(name("hk")), None, "it never applied, as far as is known");
}

#[test]
fn an_event_that_is_not_the_proven_one_is_refused() {
    let (mut node, mut federation, [applied, admitted]) = admission();
    node.must(&shown(&applied));
    let forgeries: [fn(&mut FinalEvent); 8] = [
        |forged| forged.event.push(0),
        |forged| forged.event[0] ^= 1,
        |forged| forged.proof.salt = Digest::ZERO,
        |forged| forged.proof.index -= 1,
        |forged| forged.proof.path.clear(),
        |forged| forged.proof.header.first_seq += 100,
        |forged| forged.proof.header.epoch = 0,
        |forged| forged.proof.header_path.clear(),
    ];
    for forge in forgeries {
        let mut forged = admitted.clone();
        forge(&mut forged);
        assert_eq!(node.refuses(&shown(&forged)), Refused::NotFinal);
    }
    let another = federation.decided(Decision::Suspend { node: name("de") });
    let swapped = FinalEvent { event: another.event, ..admitted.clone() };
    assert_eq!(node.refuses(&shown(&swapped)), Refused::NotFinal);
    assert_eq!(node.must(&shown(&admitted)), Reply::Done, "the true one is as good as before");
}

#[test]
fn a_round_without_two_thirds_of_the_validators_is_not_final() {
    let (mut node, _, [applied, _]) = admission();
    let head = applied.anchor.head;
    let of =
        |validators: &[&str]| FinalEvent { anchor: anchor(head, validators), ..applied.clone() };
    let refused: [&[&str]; 5] = [&[], &["root"], &["root", "root"], &["cn", "de"], &["root", "cn"]];
    for validators in refused {
        assert_eq!(node.refuses(&shown(&of(validators))), Refused::NotFinal, "{validators:?}");
    }
    let mut other_round = of(&["cn", "root"]);
    other_round.anchor.round.number += 1;
    assert_eq!(node.refuses(&shown(&other_round)), Refused::NotFinal, "nobody signed this one");
    let mut other_roster = applied.clone();
    let mut validators = roster();
    validators.validators.remove(&name("eu"));
    let round = Round { roster: validators.digest(), ..other_roster.anchor.round };
    let signed = ["cn", "root"].map(|node| round.cosign(name(node), &signer(node)));
    (other_roster.anchor.round, other_roster.anchor.cosignatures) = (round, signed.to_vec());
    assert_eq!(node.refuses(&shown(&other_roster)), Refused::NotFinal, "of another roster");
    assert_eq!(node.must(&shown(&of(&["cn", "eu"]))), Reply::Done, "two of three, in order");
}

#[test]
fn validators_count_once_those_before_them_have_made_them_final() {
    let mut node = Node::new(genesis("cn-sha"));
    let mut federation = Federation::new();
    let mut next = roster();
    next.validators.remove(&name("cn"));
    let by_next = |event: &FinalEvent, validators: &[&str]| {
        let anchor = anchor_by(&next, event.anchor.head, validators);
        shown(&FinalEvent { anchor, ..event.clone() })
    };
    let suspend = |federation: &mut Federation, node| {
        federation.decided(Decision::Suspend { node: name(node) })
    };
    let announced = federation.decide(&gcfn_council::Event::RosterChanged(next.clone()));
    assert_eq!(node.refuses(&by_next(&announced, &["eu", "root"])), Refused::NotFinal);
    node.must(&shown(&announced));

    let last_of_the_founders = suspend(&mut federation, "eu");
    node.must(&shown(&last_of_the_founders));
    let first_of_the_next = suspend(&mut federation, "de");
    assert_eq!(node.refuses(&by_next(&first_of_the_next, &["root"])), Refused::NotFinal);
    node.must(&by_next(&first_of_the_next, &["eu", "root"]));
    let by_founders_again = suspend(&mut federation, "eu");
    assert_eq!(node.refuses(&shown(&by_founders_again)), Refused::NotFinal);
}

#[test]
fn the_word_of_another_cell_is_not_the_federations() {
    let (mut node, _, [applied, _]) = admission();
    let of_cn = Federation::under(name("cn")).decided(Decision::Suspend { node: name("de") });
    assert_eq!(of_cn.anchor.verify(&roster()), Ok(()));
    assert_eq!(of_cn.proof.verify(&of_cn.event, &of_cn.anchor.head), Ok(()));
    assert_eq!(node.refuses(&shown(&of_cn)), Refused::NotFinal);
    // A region publishes a cell under the federation's name, and the round is truly final.
    let cells = RegionFold::new(name("cn"), [applied.anchor.head]);
    let fold = GlobalFold::new(&of_cn.anchor.head, [cells.head()]);
    let round = Round::first(&fold, roster().digest(), applied.anchor.round.closed_at);
    let cell = cells.prove(applied.anchor.head.cell).expect("folded");
    let published = HeadProof {
        head: applied.anchor.head,
        region: Some(RegionStep { head: cells.head(), cell }),
        global: fold.prove(name("cn")).expect("folded"),
        round,
        cosignatures: ["cn", "root"].map(|node| round.cosign(name(node), &signer(node))).to_vec(),
    };
    assert_eq!(published.verify(&roster()), Ok(()));
    let of_region = FinalEvent { anchor: published, ..applied };
    assert_eq!(node.refuses(&shown(&of_region)), Refused::NotFinal);
}

#[test]
fn a_final_event_of_a_later_version_waits_for_that_version() {
    let mut federation = Federation::new();
    let mut node = Node::new(genesis("cn-sha"));
    let later = federation.prove(vec![0xff; 3]);
    assert_eq!(node.refuses(&shown(&later)), Refused::Body);
    assert_eq!(node.replica.federation().last_seq(), 0);
}

#[test]
fn a_node_is_shown_what_concerns_it() {
    let (node, other) = (name("cn-sha"), name("de"));
    let decoded = |event: &FinalEvent| postcard::from_bytes(&event.event).expect("an event");
    let (_, mut federation, [applied, admitted]) = admission();
    for of_everybody in [&applied, &admitted] {
        assert!(concerns(&decoded(of_everybody), node));
    }
    let locked = decoded(&federation.locks("l1"));
    assert!(concerns(&locked, other) && !concerns(&locked, node));
    let account = SettlementAccount { node: other, pool: Pool::Dealer };
    let value_date = date(1001);
    let payment = Instruction {
        id: InstructionId::derive(&[b"p"]),
        debtor: SettlementAccount { node: name("root"), pool: Pool::ClearingHouse },
        creditor: Creditor::Account(account),
        currency: Currency::Eur,
        amount: cents(1_00),
        value_date,
        purpose: HousePayment { value_date, account },
    };
    let cycle = CycleId::derive(&[b"c"]);
    let event = gcfn_council::Event::Clearing(ClearingEvent::PayOutInstructed { cycle, payment });
    assert!(concerns(&event, other) && !concerns(&event, node));
}

#[test]
fn a_rate_is_locked_for_its_holder_only() {
    let two = Two::new();
    assert_eq!(two.away.replica.venue().lock(rate("l1").lock), Some(&rate("l1")));
    let (mut home, mut federation) = (two.home, two.federation);
    let books = root(&home.replica).books;
    home.must(&shown(&federation.locks("l4")));
    assert_eq!(home.replica.venue().lock(rate("l4").lock), None);
    assert_eq!(root(&home.replica).books, books);
}

#[test]
fn a_suspended_node_is_heard_but_may_not_trade_until_it_is_resumed() {
    let mut two = Two::new();
    let node = name("de");
    let orders = two.three_orders().map(Command::Envelope);
    let Two { mut home, mut federation, series, .. } = two;
    home.must(&orders[0]);
    home.must(&shown(&federation.decided(Decision::Suspend { node })));
    home.must(&orders[1]);
    home.must(&shown(&federation.decided(Decision::Resume { node })));
    home.must(&orders[2]);
    assert_eq!(answers(&home), [None, Some(Rejection::UnknownMember), None]);
    assert_eq!(home.delivery(series, "de"), 10);
}

#[test]
fn the_federation_caps_what_a_member_may_owe() {
    let mut two = Two::new();
    let cap = |currency, minor| Decision::CapDebit {
        node: name("de"),
        currency,
        debit_cap: cents(minor),
    };
    let orders = two.three_orders().map(Command::Envelope);
    let Two { mut home, mut federation, .. } = two;
    home.must(&shown(&federation.decided(cap(Currency::Eur, 0))));
    home.must(&orders[0]);
    home.must(&shown(&federation.decided(cap(Currency::Cny, 900_00))));
    home.must(&orders[1]);
    home.must(&shown(&federation.decided(cap(Currency::Cny, 950_00))));
    home.must(&orders[2]);
    // Each order is 475.00 CNY; a cap in another currency is another venue's.
    assert_eq!(answers(&home), [None, Some(Rejection::CapExceeded), None]);
}

#[test]
fn a_rotated_key_counts_from_then_on_and_the_old_one_does_not() {
    let node = name("de");
    let rotate = Decision::RotateKey { node, key: signer("de anew").public_key() };
    // A key that leaked is rotated before its owner may act again.
    for before in [&[][..], &[Decision::Suspend { node }]] {
        let mut two = Two::new();
        let [order, ..] = two.three_orders();
        for decision in before.iter().chain([&rotate]) {
            two.home.must(&shown(&two.federation.decided(*decision)));
        }
        let refused = Refused::Envelope(EnvelopeRefusal::BadSignature(node));
        assert_eq!(two.home.refuses(&Command::Envelope(order.clone())), refused);
        let signed = order.envelope.sign(&signer("de anew"));
        assert_eq!(two.home.must(&Command::Envelope(signed)), Reply::Applied { seq: 1 });
    }
}
