use super::*;
use crate::envelope::Channel;
use alloc::format;
use alloc::string::String;
use core::fmt::Write;
use expect_test::{Expect, expect};
use gcfn_anchor::keys::Signer;
use proptest::prelude::*;

const CAPACITY: u32 = 3;

fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).unwrap()
}

fn key_of(seed: u8) -> Signer {
    Signer::from_seed(&[seed; 32])
}

/// `cn-sha` writes to `us-nyc` on channel 1.
struct Pair {
    sender: Mailbox,
    addressee: Mailbox,
    /// Every envelope that was ever posted, signed: what a network may deliver at any time.
    posted: Vec<SignedEnvelope>,
    applied: Vec<Vec<u8>>,
}

const SENDER_KEY: u8 = 1;

fn to() -> Line {
    Line { peer: "us-nyc".parse().unwrap(), channel: Channel(1) }
}

fn from() -> Line {
    Line { peer: "cn-sha".parse().unwrap(), channel: Channel(1) }
}

impl Pair {
    fn new(capacity: u32) -> Pair {
        let mailbox = |node: &str| Mailbox::new(node.parse().unwrap(), capacity);
        let (sender, addressee) = (mailbox("cn-sha"), mailbox("us-nyc"));
        Pair { sender, addressee, posted: Vec::new(), applied: Vec::new() }
    }

    fn post(&mut self, body: &[u8]) -> Result<u64, PostRefusal> {
        let envelope = self.sender.post(at(1), to(), body.into())?;
        self.posted.push(envelope.clone().sign(&key_of(SENDER_KEY)));
        Ok(envelope.seq)
    }

    fn deliver(&mut self, signed: &SignedEnvelope) -> String {
        let key = key_of(SENDER_KEY).public_key();
        match self.addressee.accept(at(2), signed, &key) {
            Ok(Arrival::Applied(body)) => {
                self.applied.push(body.into());
                format!("applied {}", String::from_utf8_lossy(body))
            }
            Ok(arrival) => format!("{arrival:?}"),
            Err(refusal) => format!("{refusal}"),
        }
    }

    fn acknowledge(&mut self) -> Result<(), AcknowledgeRefusal> {
        self.sender.acknowledge(to(), self.addressee.highest_applied(from()))
    }

    fn restart(&mut self) {
        for mailbox in [&mut self.sender, &mut self.addressee] {
            let bytes = postcard::to_allocvec(mailbox).unwrap();
            *mailbox = postcard::from_bytes(&bytes).unwrap();
        }
    }

    /// One line of a script.
    fn step(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: &str| text.parse::<u64>().unwrap();
        let posted = |seq: &str| {
            let index = usize::try_from(number(seq) - 1).unwrap();
            self.posted[index].clone()
        };
        let sign = |envelope: Envelope| envelope.sign(&key_of(SENDER_KEY));
        match words[..] {
            ["post", body] => format!("{:?}", self.post(body.as_bytes())),
            ["deliver", seq] => self.deliver(&posted(seq)),
            ["alter", seq, body] => {
                let altered = Envelope { body: body.into(), ..posted(seq).envelope };
                self.deliver(&sign(altered))
            }
            ["unchain", seq] => {
                let unchained = Envelope { prev: Digest([0xee; 32]), ..posted(seq).envelope };
                self.deliver(&sign(unchained))
            }
            ["renumber", seq, other] => {
                let renumbered = Envelope { seq: number(other), ..posted(seq).envelope };
                self.deliver(&sign(renumbered))
            }
            ["misdirect", seq] => {
                let elsewhere = Envelope { to: "hk-hkg".parse().unwrap(), ..posted(seq).envelope };
                self.deliver(&sign(elsewhere))
            }
            ["stranger", seq] => self.deliver(&posted(seq).envelope.sign(&key_of(9))),
            ["acknowledge"] => format!("{:?}", self.acknowledge()),
            ["acknowledge", seq] => format!("{:?}", self.sender.acknowledge(to(), number(seq))),
            ["pending"] => {
                let seqs: Vec<u64> = self.sender.pending(to()).map(|sent| sent.seq).collect();
                format!("{seqs:?} on {} lines", self.sender.pending_lines().count())
            }
            ["halted"] => format!("{:?}", self.addressee.halted().collect::<Vec<_>>()),
            ["resume"] => format!("{:?}", self.addressee.resume(from()).map(|fork| fork.seq)),
            ["restart"] => {
                self.restart();
                String::from("Ok(())")
            }
            _ => panic!("no such step: {line}"),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as expect! is written at the call")]
fn check(script: &str, expected: Expect) {
    let mut pair = Pair::new(CAPACITY);
    let mut transcript = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        writeln!(transcript, "{line} -> {}", pair.step(line)).unwrap();
    }
    expected.assert_eq(&transcript);
}

#[test]
fn a_repeat_is_acknowledged_again_and_a_gap_is_asked_for() {
    check(
        "post a
         post b
         post c
         deliver 2
         deliver 1
         deliver 1
         deliver 3
         deliver 2
         deliver 1
         pending
         acknowledge
         pending
         deliver 3
         acknowledge",
        expect![[r#"
            post a -> Ok(1)
            post b -> Ok(2)
            post c -> Ok(3)
            deliver 2 -> Gap { expected: 1 }
            deliver 1 -> applied a
            deliver 1 -> Repeat
            deliver 3 -> Gap { expected: 2 }
            deliver 2 -> applied b
            deliver 1 -> Repeat
            pending -> [1, 2, 3] on 1 lines
            acknowledge -> Ok(())
            pending -> [3] on 1 lines
            deliver 3 -> applied c
            acknowledge -> Ok(())
        "#]],
    );
}

#[test]
fn a_full_mailbox_says_so_and_loses_nothing() {
    let mut pair = Pair::new(2);
    for (body, full) in [(b"a", false), (b"b", true), (b"c", true)] {
        pair.post(body).unwrap();
        assert_eq!(pair.sender.is_full(to()), full);
    }
    assert_eq!(pair.sender.pending(to()).count(), 3);
    pair.sender.acknowledge(to(), 2).unwrap();
    assert!(!pair.sender.is_full(to()));
}

#[test]
fn a_node_that_takes_no_answers_asks_no_more_questions() {
    let mut pair = Pair::new(CAPACITY);
    pair.post(b"question").unwrap();
    let (question, key) = (pair.posted[0].clone(), key_of(SENDER_KEY).public_key());
    let mut addressee = Mailbox::new(to().peer, 1);
    let back = Line { peer: question.envelope.from, ..to() };
    addressee.post(at(1), back, b"answer".into()).unwrap();
    addressee.post(at(1), back, b"answer".into()).unwrap();
    let refused = EnvelopeRefusal::Overfull(question.envelope.from);
    assert_eq!(addressee.accept(at(2), &question, &key), Err(refused));
    addressee.acknowledge(back, 1).unwrap();
    let taken = addressee.accept(at(2), &question, &key);
    assert_eq!(taken, Ok(Arrival::Applied(b"question")));
}

#[test]
fn an_acknowledgement_may_be_late_but_not_early() {
    check(
        "acknowledge 0
         acknowledge 1
         post a
         post b
         acknowledge 2
         acknowledge 1
         acknowledge 3
         pending",
        expect![[r#"
            acknowledge 0 -> Ok(())
            acknowledge 1 -> Err(NeverPosted { last: 0 })
            post a -> Ok(1)
            post b -> Ok(2)
            acknowledge 2 -> Ok(())
            acknowledge 1 -> Ok(())
            acknowledge 3 -> Err(NeverPosted { last: 2 })
            pending -> [] on 0 lines
        "#]],
    );
}

#[test]
fn another_body_at_an_applied_place_halts_the_channel() {
    check(
        "post a
         post b
         deliver 1
         alter 1 z
         deliver 2
         alter 1 z
         halted
         restart
         deliver 2
         resume
         deliver 1
         deliver 2
         resume",
        expect![[r#"
            post a -> Ok(1)
            post b -> Ok(2)
            deliver 1 -> applied a
            alter 1 z -> envelopes fork at 1
            deliver 2 -> channel is halted since a fork at 1
            alter 1 z -> channel is halted since a fork at 1
            halted -> [(Line { peer: cn-sha, channel: Channel(1) }, Fork { seq: 1, applied: 16ff9bdf2a0b7d829403e4a9420a3793ef8b346c772677e06829c4e6a411d018, claimed: 82f7e68a9354b8f3a5941351988fa1d2585c8c2e2e794c21b4b06e4a1f7f0dfe, at: 1970-01-01T00:00:02.000000Z })]
            restart -> Ok(())
            deliver 2 -> channel is halted since a fork at 1
            resume -> Ok(1)
            deliver 1 -> Repeat
            deliver 2 -> applied b
            resume -> Err(NotHalted)
        "#]],
    );
}

#[test]
fn another_past_halts_the_channel() {
    check(
        "post a
         post b
         deliver 1
         unchain 2
         halted
         resume
         deliver 2
         unchain 1
         resume
         renumber 1 0
         resume",
        expect![[r#"
            post a -> Ok(1)
            post b -> Ok(2)
            deliver 1 -> applied a
            unchain 2 -> envelopes fork at 1
            halted -> [(Line { peer: cn-sha, channel: Channel(1) }, Fork { seq: 1, applied: 16ff9bdf2a0b7d829403e4a9420a3793ef8b346c772677e06829c4e6a411d018, claimed: eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee, at: 1970-01-01T00:00:02.000000Z })]
            resume -> Ok(1)
            deliver 2 -> applied b
            unchain 1 -> envelopes fork at 1
            resume -> Ok(1)
            renumber 1 0 -> envelopes fork at 0
            resume -> Ok(0)
        "#]],
    );
}

#[test]
fn a_stranger_neither_applies_nor_halts_anything() {
    check(
        "post a
         post b
         stranger 1
         misdirect 1
         deliver 1
         stranger 1
         stranger 2
         halted
         deliver 2",
        expect![[r#"
            post a -> Ok(1)
            post b -> Ok(2)
            stranger 1 -> signature is not of cn-sha
            misdirect 1 -> envelope is addressed to hk-hkg
            deliver 1 -> applied a
            stranger 1 -> signature is not of cn-sha
            stranger 2 -> signature is not of cn-sha
            halted -> []
            deliver 2 -> applied b
        "#]],
    );
}

#[test]
fn channels_are_independent() {
    let mut pair = Pair::new(1);
    let other = Line { channel: Channel(2), ..to() };
    assert_eq!(pair.post(b"a"), Ok(1));
    assert!(pair.sender.is_full(to()) && !pair.sender.is_full(other));
    assert_eq!(pair.sender.post(at(1), other, b"b".into()).unwrap().seq, 1);
    assert_eq!(pair.sender.pending_lines().collect::<Vec<_>>(), [to(), other]);
}

#[test]
fn a_body_has_a_limit_at_both_ends() {
    let mut pair = Pair::new(CAPACITY);
    let long = alloc::vec![0; BODY_BYTES_MAX + 1];
    let refusal = PostRefusal::BodyTooLong(BODY_BYTES_MAX as u64 + 1);
    assert_eq!(pair.post(&long), Err(refusal));
    assert_eq!(pair.post(&long[1..]), Ok(1));
    let envelope = Envelope { body: long, ..pair.posted[0].envelope.clone() };
    let (signed, key) = (envelope.sign(&key_of(SENDER_KEY)), key_of(SENDER_KEY).public_key());
    let refusal = EnvelopeRefusal::BodyTooLong(BODY_BYTES_MAX as u64 + 1);
    assert_eq!(pair.addressee.accept(at(2), &signed, &key), Err(refusal));
}

#[test]
fn what_is_too_long_ago_to_compare_is_a_repeat() {
    let mut pair = Pair::new(u32::MAX);
    for n in 0..=REMEMBERED_MAX {
        pair.post(&n.to_be_bytes()).unwrap();
        pair.deliver(&pair.posted[n].clone());
    }
    assert_eq!(pair.step("alter 1 z"), "Repeat");
    assert_eq!(pair.step("alter 2 z"), "envelopes fork at 2");
}

/// What a network, a crash and a busy node do.
#[derive(Clone, Debug)]
enum Chance {
    Post,
    /// Any envelope ever posted arrives: late, again, or out of order. Others are lost.
    Deliver(prop::sample::Index),
    Resend,
    Acknowledge,
    Restart,
}

fn chance() -> impl Strategy<Value = Chance> {
    prop_oneof![
        4 => Just(Chance::Post),
        8 => any::<prop::sample::Index>().prop_map(Chance::Deliver),
        1 => Just(Chance::Resend),
        2 => Just(Chance::Acknowledge),
        1 => Just(Chance::Restart),
    ]
}

impl Pair {
    fn resend(&mut self) {
        let pending: Vec<Envelope> = self.sender.pending(to()).cloned().collect();
        for envelope in pending {
            self.deliver(&envelope.sign(&key_of(SENDER_KEY)));
        }
    }

    fn suffer(&mut self, chance: &Chance) {
        match chance {
            Chance::Post => {
                let body = self.posted.len().to_be_bytes();
                self.post(&body).unwrap();
                let full = CAPACITY as usize <= self.sender.pending(to()).count();
                assert_eq!(self.sender.is_full(to()), full);
            }
            Chance::Deliver(index) if !self.posted.is_empty() => {
                let signed = index.get(&self.posted).clone();
                self.deliver(&signed);
            }
            Chance::Deliver(_) => {}
            Chance::Resend => self.resend(),
            Chance::Acknowledge => self.acknowledge().unwrap(),
            Chance::Restart => self.restart(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_body_is_applied_once_and_in_order(chances in prop::collection::vec(chance(), 0..60)) {
        let mut pair = Pair::new(CAPACITY);
        let bodies = |pair: &Pair| -> Vec<Vec<u8>> {
            pair.posted.iter().map(|signed| signed.envelope.body.clone()).collect()
        };
        for chance in &chances {
            pair.suffer(chance);
            prop_assert!(bodies(&pair).starts_with(&pair.applied));
            prop_assert_eq!(pair.addressee.halted().count(), 0);
        }
        pair.resend();
        pair.acknowledge().unwrap();
        prop_assert_eq!(bodies(&pair), pair.applied);
        prop_assert_eq!(pair.sender.pending_lines().count(), 0);
    }

    #[test]
    fn an_envelope_with_a_flipped_bit_changes_nothing(at_byte: prop::sample::Index, bit in 0u8..8) {
        let mut pair = Pair::new(CAPACITY);
        pair.post(b"a").unwrap();
        pair.post(b"b").unwrap();
        pair.deliver(&pair.posted[0].clone());
        let before = pair.addressee.clone();

        let mut bytes = postcard::to_allocvec(&pair.posted[1]).unwrap();
        *at_byte.get_mut(&mut bytes) ^= 1 << bit;
        if let Ok((signed, [])) = postcard::take_from_bytes::<SignedEnvelope>(&bytes) {
            let key = key_of(SENDER_KEY).public_key();
            prop_assert!(pair.addressee.accept(at(2), &signed, &key).is_err());
        }
        prop_assert_eq!(pair.addressee, before);
    }
}
