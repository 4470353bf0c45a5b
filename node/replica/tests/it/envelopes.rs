//! Between two nodes: what one says, the other applies once, in order, or says why not.

use crate::world::{Node, Two, date, genesis, instant, line, name, party, root, signer, snapshot};
use gcfn_clearing::{Bundle, Obligation};
use gcfn_ledger::{Account, Lot, SerialRange, UserBucket};
use gcfn_model::{
    Amount, Currency, Digest, LockId, NodeId, OrderId, Pool, SeriesId, SettlementAccount, TradeId,
};
use gcfn_peering::envelope::{BODY_BYTES_MAX, Channel, Envelope, Line, SignedEnvelope};
use gcfn_peering::mailbox::EnvelopeRefusal;
use gcfn_replica::{Command, DISPATCHES, Event, Refused, Reply};
use gcfn_venue::{
    DEAL_QUANTITY_MAX, Dispatch, FillReport, LockUse, PROPOSED_TRADES_MAX, Rejection,
};

fn arrives(envelope: &SignedEnvelope) -> Command {
    Command::Envelope(envelope.clone())
}

/// The envelope with something changed, signed by `by`.
fn forged(of: &SignedEnvelope, by: &str, change: impl FnOnce(&mut Envelope)) -> Command {
    let mut envelope = of.envelope.clone();
    change(&mut envelope);
    Command::Envelope(envelope.sign(&signer(by)))
}

/// The first envelope from `de` with this body.
fn first(body: Vec<u8>) -> Command {
    let (from, to, channel) = (name("de"), name("cn-sha"), DISPATCHES);
    let sent_at = instant(1000, 9);
    let envelope = Envelope { from, to, channel, seq: 1, prev: Digest::ZERO, sent_at, body };
    Command::Envelope(envelope.sign(&signer("de")))
}

fn committed(node: &Node) -> u64 {
    let account = Account::User(party("uwe"), UserBucket::Commit);
    node.replica.venue().books().money.amount(account, Currency::Eur).minor()
}

#[test]
fn an_order_goes_there_its_answer_comes_back_and_both_are_acknowledged() {
    let mut two = Two::new();
    two.buys("l1");
    assert_eq!(two.away.replica.pending_lines().collect::<Vec<_>>(), [line("cn-sha")]);
    let [order] = two.away.outbox("cn-sha").try_into().expect("one order");
    assert_eq!(two.home.must(&arrives(&order)), Reply::Applied { seq: 1 });
    assert_eq!(two.home.delivery(two.series, "de"), 5);

    let [answer] = two.home.outbox("de").try_into().expect("one answer");
    assert_eq!((answer.envelope.seq, answer.envelope.prev), (1, Digest::ZERO));
    assert_eq!(two.away.must(&arrives(&answer)), Reply::Applied { seq: 1 });
    // 475.00 CNY at 7.80 are 60.90 EUR (rounded up), and 0.50 % of it 0.30.
    assert_eq!(committed(&two.away), 60_90 + 30);

    let before = (root(&two.home.replica), root(&two.away.replica));
    two.away.must(&Command::Acknowledged { line: line("cn-sha"), seq: 1 });
    two.home.must(&Command::Acknowledged { line: line("de"), seq: 1 });
    assert_eq!(two.away.replica.pending_lines().count(), 0);
    assert_eq!(two.home.replica.pending_lines().count(), 0);
    assert_eq!((root(&two.home.replica), root(&two.away.replica)), before);
}

#[test]
fn what_comes_again_is_acknowledged_again_and_not_applied_again() {
    let mut two = Two::new();
    let [one, second, _] = two.three_orders();
    two.home.must(&arrives(&one));
    two.home.must(&arrives(&second));
    let before = (root(&two.home.replica), two.home.journal.len());
    for again in [&one, &second, &one] {
        assert_eq!(two.home.must(&arrives(again)), Reply::Applied { seq: 2 });
    }
    assert_eq!((root(&two.home.replica), two.home.journal.len()), before);
    assert_eq!(two.home.delivery(two.series, "de"), 10);
    assert_eq!(two.home.outbox("de").len(), 2, "one answer for each order");
}

#[test]
fn what_comes_too_early_is_refused_with_the_number_that_is_expected() {
    let mut two = Two::new();
    let [one, second, third] = two.three_orders();
    assert_eq!(two.home.refuses(&arrives(&third)), Refused::Gap { expected: 1 });
    two.home.must(&arrives(&one));
    assert_eq!(two.home.refuses(&arrives(&third)), Refused::Gap { expected: 2 });
    two.home.must(&arrives(&second));
    assert_eq!(two.home.must(&arrives(&third)), Reply::Applied { seq: 3 });
    assert_eq!(two.home.delivery(two.series, "de"), 15);
}

#[test]
fn the_order_of_arrival_does_not_matter_to_what_was_applied() {
    let run = |arrivals: [usize; 5]| {
        let mut two = Two::new();
        let envelopes = two.three_orders();
        for place in arrivals {
            match two.home.apply(&arrives(&envelopes[place])) {
                Ok(_) | Err(Refused::Gap { .. }) => {}
                Err(refused) => panic!("{refused}"),
            }
        }
        let home = two.home;
        (home.delivery(two.series, "de"), home.outbox("de").len(), home.journal.len())
    };
    let straight = run([0, 1, 2, 2, 2]);
    assert_eq!((straight.0, straight.1), (15, 3));
    assert_eq!(run([0, 0, 1, 0, 2]), straight);
    assert_eq!(run([2, 0, 1, 1, 2]), straight);
}

#[test]
fn nobody_speaks_for_another_node() {
    let mut two = Two::new();
    let [order, ..] = two.three_orders();
    let known = snapshot(&two.home.replica);
    let home = &mut two.home;
    let unknown = forged(&order, "nobody", |envelope| envelope.from = name("nobody"));
    assert_eq!(home.refuses(&unknown), Refused::UnknownSender);
    let unsigned = Refused::Envelope(EnvelopeRefusal::BadSignature(name("de")));
    assert_eq!(home.refuses(&forged(&order, "cn", |_| {})), unsigned);
    let mut changed = order.clone();
    changed.envelope.body.push(0);
    assert_eq!(home.refuses(&arrives(&changed)), unsigned);
    let elsewhere = forged(&order, "de", |envelope| envelope.to = name("cn"));
    let refused = Refused::Envelope(EnvelopeRefusal::WrongAddressee(name("cn")));
    assert_eq!(home.refuses(&elsewhere), refused);
    assert_eq!(snapshot(&home.replica).len(), known.len(), "nothing is remembered of them");
}

#[test]
fn venues_talk_on_their_channel_only() {
    let mut two = Two::new();
    let [order, ..] = two.three_orders();
    let aside = forged(&order, "de", |envelope| envelope.channel = Channel(2));
    assert_eq!(two.home.refuses(&aside), Refused::Misrouted);
    two.home.must(&arrives(&order));
    assert_eq!(two.home.refuses(&aside), Refused::Misrouted);
    assert_eq!(two.home.delivery(two.series, "de"), 5);
}

#[test]
fn two_histories_halt_the_line_until_an_operator_lets_it_go_on() {
    let mut two = Two::new();
    let [one, second, _] = two.three_orders();
    let home = &mut two.home;
    home.must(&arrives(&one));
    let other = forged(&one, "de", |envelope| envelope.body = vec![0xff]);
    let refused = home.apply(&other).expect_err("another history");
    let Refused::Envelope(EnvelopeRefusal::Fork(fork)) = refused else { panic!("{refused}") };
    assert_eq!((fork.seq, fork.applied), (1, one.envelope.digest()));
    assert_eq!(home.journal.last(), Some(&Event::LineHalted { line: line("de"), fork }));

    let halted = Refused::Envelope(EnvelopeRefusal::Halted(fork));
    assert_eq!(home.refuses(&arrives(&second)), halted);
    home.must(&Command::ResumeLine(line("de")));
    assert_eq!(home.journal.last(), Some(&Event::LineResumed(line("de"))));
    assert_eq!(home.must(&arrives(&second)), Reply::Applied { seq: 2 });
    assert_eq!(home.delivery(two.series, "de"), 10);
}

#[test]
fn a_line_that_does_not_stand_still_cannot_be_resumed() {
    let mut two = Two::new();
    assert_eq!(two.home.refuses(&Command::ResumeLine(line("de"))), Refused::Body);
    let aside = Line { channel: Channel(2), ..line("de") };
    assert_eq!(two.home.refuses(&Command::ResumeLine(aside)), Refused::Body);
}

#[test]
fn what_was_never_sent_cannot_be_acknowledged() {
    let mut two = Two::new();
    two.buys("l1");
    let never = Command::Acknowledged { line: line("cn-sha"), seq: 2 };
    assert_eq!(two.away.refuses(&never), Refused::Body);
    assert_eq!(two.away.outbox("cn-sha").len(), 1);
}

#[test]
fn a_body_of_a_later_version_is_applied_as_nothing_and_the_line_goes_on() {
    let mut two = Two::new();
    assert_eq!(two.home.must(&first(vec![0xff; 3])), Reply::Applied { seq: 1 });
    assert_eq!(two.home.journal.last(), Some(&Event::BodyNotUnderstood { from: name("de") }));
    assert_eq!(two.home.must(&first(vec![0xff; 3])), Reply::Applied { seq: 1 });
}

#[test]
fn what_the_venue_refuses_is_recorded_and_the_line_goes_on() {
    let mut two = Two::new();
    let order = OrderId::derive(&[b"never placed"]);
    let answer = Dispatch::DealDone { order, fills: Vec::new(), refused: None };
    let answer = first(postcard::to_allocvec(&answer).expect("plain data"));
    let books = root(&two.home.replica).books;
    assert_eq!(two.home.must(&answer), Reply::Applied { seq: 1 });
    let (from, refused) = (name("de"), Rejection::DealState);
    assert_eq!(two.home.journal.last(), Some(&Event::DispatchRefused { from, refused }));
    assert_eq!(root(&two.home.replica).books, books);
}

#[test]
fn a_full_mailbox_is_told_and_loses_no_answer() {
    let mut genesis = genesis("cn-sha");
    genesis.mailbox_capacity = 2;
    let mut two = Two::new();
    let orders = two.three_orders();
    let mut home = Node::new(genesis);
    two.home.log.iter().for_each(|(_, command)| drop(home.must(command)));
    orders.iter().for_each(|order| drop(home.must(&arrives(order))));
    let full = Event::MailboxFull { to: name("de") };
    assert_eq!(home.journal.iter().filter(|event| **event == full).count(), 1);
    let waiting: Vec<u64> = home.outbox("de").iter().map(|signed| signed.envelope.seq).collect();
    assert_eq!(waiting, [1, 2, 3]);
    assert_eq!(home.delivery(two.series, "de"), 15);
}

#[test]
fn nobody_orders_at_a_node_for_which_too_much_waits() {
    let mut genesis = genesis("de");
    genesis.mailbox_capacity = 2;
    let mut two = Two::with(genesis);
    two.buys("l1");
    two.buys("l2");
    let third = two.order("l3");
    let before = root(&two.away.replica);
    assert_eq!(two.away.refuses(&third), Refused::MailboxFull(name("cn-sha")));
    assert_eq!(root(&two.away.replica), before);
    two.away.must(&Command::Acknowledged { line: line("cn-sha"), seq: 1 });
    assert!(matches!(two.away.must(&third), Reply::Venue(Ok(_))), "the same order, later");
}

#[test]
fn the_longest_answer_and_the_longest_proposal_fit_an_envelope() {
    let amount = Amount::MAX;
    let (trade, lock) = (TradeId::derive(&[b"t"]), LockId::derive(&[b"l"]));
    let range = SerialRange { first: u64::MAX - 1, end: u64::MAX };
    let fill = FillReport {
        trade,
        series: SeriesId::derive(&[b"s"]),
        price: amount,
        quantity: 1,
        lots: vec![Lot { range, resales: u8::MAX, left: amount }],
        currency: Currency::Cny,
    };
    let order = OrderId::derive(&[b"o"]);
    let most = usize::try_from(DEAL_QUANTITY_MAX).expect("small");
    let answer = Dispatch::DealDone { order, fills: vec![fill; most], refused: None };

    let node: NodeId = name("a-longest-name-1");
    let account = |pool| SettlementAccount { node, pool };
    let (payer, payee) = (account(Pool::Dealer), account(Pool::SettlementHub));
    let obligation = Obligation { payer, payee, currency: Currency::Cny, amount };
    let bundle = Bundle {
        reference: Digest::ZERO,
        value_date: date(1000),
        obligations: vec![obligation; 16],
        trades: u32::MAX,
        trades_root: Digest::ZERO,
    };
    let uses = vec![LockUse { lock, pays: amount, needs: amount }; PROPOSED_TRADES_MAX];
    let proposal = Dispatch::Propose { bundle, uses, trades: vec![trade; PROPOSED_TRADES_MAX] };
    for body in [answer, proposal] {
        let bytes = postcard::to_allocvec(&body).expect("plain data");
        assert!(bytes.len() <= BODY_BYTES_MAX, "{} bytes", bytes.len());
    }
}
