//! A node's end of all its channels.

use crate::envelope::{BODY_BYTES_MAX, Envelope, Line, SignedEnvelope};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use gcfn_anchor::keys::PublicKey;
use gcfn_model::{Digest, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// How many applied envelopes a channel remembers by digest, to tell a repeat from a fork.
pub const REMEMBERED_MAX: usize = 1024;

/// What a node has posted and not been acknowledged, and what it has applied of the others'.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    node: NodeId,
    capacity: u32,
    outbound: BTreeMap<Line, Outbound>,
    inbound: BTreeMap<Line, Inbound>,
}

/// Why an envelope was not posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum PostRefusal {
    /// Longer than [`BODY_BYTES_MAX`]: divide it.
    #[error("body has {0} bytes, the limit is {BODY_BYTES_MAX}")]
    BodyTooLong(u64) = 1,
}

/// Why an acknowledgement was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum AcknowledgeRefusal {
    /// Of an envelope that was never posted: the peer answers for another history.
    #[error("the last envelope posted is {last}")]
    NeverPosted {
        /// The last one that was.
        last: u64,
    } = 1,
}

/// What became of an envelope that arrived. Nothing but `Applied` changes the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Arrival<'a> {
    /// The next one: the caller applies this body, now, and acknowledges.
    Applied(&'a [u8]),
    /// Applied before: acknowledge again.
    Repeat,
    /// One is missing: ask the peer to send from `expected`.
    Gap {
        /// The sequence number that comes next.
        expected: u64,
    },
}

/// Why an envelope was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum EnvelopeRefusal {
    /// For another node: send it there.
    #[error("envelope is addressed to {0}")]
    WrongAddressee(NodeId) = 1,
    /// Not signed by the sender's key: sign it, or rotate the key first.
    #[error("signature is not of {0}")]
    BadSignature(NodeId) = 2,
    /// The channel stands still since a fork: operators of both ends settle it.
    #[error("channel is halted since a fork at {}", .0.seq)]
    Halted(Fork) = 3,
    /// The sender shows another history than the one that was applied: the channel halts.
    #[error("envelopes fork at {}", .0.seq)]
    Fork(Fork) = 4,
    /// Longer than [`BODY_BYTES_MAX`]: no sound mailbox posts it.
    #[error("body has {0} bytes, the limit is {BODY_BYTES_MAX}")]
    BodyTooLong(u64) = 5,
    /// Too much waits for the sender to be told more: take some of it, then send again.
    #[error("too much waits for {0}, which must take some of it first")]
    Overfull(NodeId) = 6,
}

/// Two histories of one channel, both signed by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// Where they differ.
    pub seq: u64,
    /// The digest of the envelope that was applied there; zero before the first.
    pub applied: Digest,
    /// The digest that the sender now claims to be there.
    pub claimed: Digest,
    /// When the claim arrived, by the addressee's log.
    pub at: Timestamp,
}

/// Whether a channel had been halted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("channel is not halted")]
pub struct NotHalted;

impl Mailbox {
    /// The empty mailbox of `node`; `capacity` is how many envelopes may wait on one line before
    /// it is full.
    #[must_use]
    pub fn new(node: NodeId, capacity: u32) -> Mailbox {
        Mailbox { node, capacity, outbound: BTreeMap::new(), inbound: BTreeMap::new() }
    }

    /// Posts `body` and returns the envelope, which waits until it is acknowledged.
    ///
    /// A full mailbox takes it too: what has happened is said. Who would make something new happen
    /// asks [`Mailbox::is_full`] first.
    pub fn post(
        &mut self,
        at: Timestamp,
        to: Line,
        body: Vec<u8>,
    ) -> Result<&Envelope, PostRefusal> {
        if BODY_BYTES_MAX < body.len() {
            return Err(PostRefusal::BodyTooLong(body.len() as u64));
        }
        let outbound = self.outbound.entry(to).or_default();
        let Line { peer, channel } = to;
        let seq = outbound.last.checked_add(1).expect("fewer than 2^64 envelopes");
        let (from, prev) = (self.node, outbound.digest);
        let envelope = Envelope { from, to: peer, channel, seq, prev, sent_at: at, body };
        (outbound.last, outbound.digest) = (seq, envelope.digest());
        Ok(outbound.waiting.push_back_mut(envelope))
    }

    /// Whether as much waits on a line as it is to hold.
    #[must_use]
    pub fn is_full(&self, to: Line) -> bool {
        u64::from(self.capacity) <= self.waiting(to)
    }

    /// Whether twice as much waits as the line is to hold. Answers have filled it up, so no more
    /// questions are taken. Two honest ends never both get there: who takes nothing answers
    /// nothing.
    fn is_overfull(&self, to: Line) -> bool {
        u64::from(self.capacity).saturating_mul(2) <= self.waiting(to)
    }

    /// How many envelopes wait on a line.
    #[must_use]
    pub fn waiting(&self, to: Line) -> u64 {
        self.outbound.get(&to).map_or(0, |outbound| outbound.waiting.len() as u64)
    }

    /// The envelopes to `to` that are not acknowledged, in order: what a shell signs and sends,
    /// as often as it likes.
    pub fn pending(&self, to: Line) -> impl Iterator<Item = &Envelope> {
        self.outbound.get(&to).into_iter().flat_map(|outbound| &outbound.waiting)
    }

    /// The lines on which envelopes wait.
    pub fn pending_lines(&self) -> impl Iterator<Item = Line> {
        let waiting = |outbound: &Outbound| !outbound.waiting.is_empty();
        self.outbound.iter().filter(move |(_, outbound)| waiting(outbound)).map(|(line, _)| *line)
    }

    /// Drops the envelopes to `to` up to `seq`: the peer has applied them.
    ///
    /// An acknowledgement that was overtaken by a later one changes nothing.
    pub fn acknowledge(&mut self, to: Line, seq: u64) -> Result<(), AcknowledgeRefusal> {
        let last = self.outbound.get(&to).map_or(0, |outbound| outbound.last);
        if last < seq {
            return Err(AcknowledgeRefusal::NeverPosted { last });
        }
        if let Some(outbound) = self.outbound.get_mut(&to) {
            while outbound.waiting.pop_front_if(|envelope| envelope.seq <= seq).is_some() {}
        }
        Ok(())
    }

    /// Takes an envelope that arrived; `key` is the sender's in the directory.
    ///
    /// The signature comes before everything that depends on the state, so that nobody but the
    /// sender learns where the channel stands or halts it.
    pub fn accept<'a>(
        &mut self,
        at: Timestamp,
        signed: &'a SignedEnvelope,
        key: &PublicKey,
    ) -> Result<Arrival<'a>, EnvelopeRefusal> {
        let SignedEnvelope { envelope, .. } = signed;
        if envelope.to != self.node {
            return Err(EnvelopeRefusal::WrongAddressee(envelope.to));
        }
        signed.verify(key).map_err(|_| EnvelopeRefusal::BadSignature(envelope.from))?;
        if BODY_BYTES_MAX < envelope.body.len() {
            return Err(EnvelopeRefusal::BodyTooLong(envelope.body.len() as u64));
        }
        let line = Line { peer: envelope.from, channel: envelope.channel };
        if self.is_overfull(line) {
            return Err(EnvelopeRefusal::Overfull(envelope.from));
        }
        self.inbound.entry(line).or_default().accept(at, envelope)
    }

    /// The sequence number up to which everything from `from` was applied: what is acknowledged.
    #[must_use]
    pub fn highest_applied(&self, from: Line) -> u64 {
        self.inbound.get(&from).map_or(0, |inbound| inbound.applied)
    }

    /// The channels that stand still, each with its evidence.
    pub fn halted(&self) -> impl Iterator<Item = (Line, Fork)> {
        self.inbound.iter().filter_map(|(line, inbound)| Some((*line, inbound.halted?)))
    }

    /// Lets a halted channel go on from what was applied, once the operators have settled which
    /// history holds. If the sender still shows the other one, it halts again.
    pub fn resume(&mut self, from: Line) -> Result<Fork, NotHalted> {
        self.inbound.get_mut(&from).and_then(|inbound| inbound.halted.take()).ok_or(NotHalted)
    }
}

/// The sender's end of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Outbound {
    /// The sequence number of the last envelope, zero before the first.
    last: u64,
    /// Its digest.
    digest: Digest,
    /// The envelopes that are not acknowledged.
    waiting: VecDeque<Envelope>,
}

/// The addressee's end of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Inbound {
    /// The sequence number of the last envelope applied, zero before the first.
    applied: u64,
    /// The digests of the last ones applied, up to that. The chain begins with zero at zero.
    recent: VecDeque<Digest>,
    halted: Option<Fork>,
}

impl Default for Inbound {
    fn default() -> Inbound {
        Inbound { applied: 0, recent: VecDeque::from([Digest::ZERO]), halted: None }
    }
}

impl Inbound {
    fn accept<'a>(
        &mut self,
        at: Timestamp,
        envelope: &'a Envelope,
    ) -> Result<Arrival<'a>, EnvelopeRefusal> {
        if let Some(fork) = self.halted {
            return Err(EnvelopeRefusal::Halted(fork));
        }
        let expected = self.applied.checked_add(1).expect("fewer than 2^64 envelopes");
        if expected < envelope.seq {
            return Ok(Arrival::Gap { expected });
        }
        let digest = envelope.digest();
        // An envelope speaks for its own place if that is taken, otherwise for the one before.
        let (seq, claimed) = if envelope.seq == expected {
            (self.applied, envelope.prev)
        } else {
            (envelope.seq, digest)
        };
        if let Some(applied) = self.remembered(seq).filter(|&applied| applied != claimed) {
            let fork = Fork { seq, applied, claimed, at };
            self.halted = Some(fork);
            return Err(EnvelopeRefusal::Fork(fork));
        }
        if envelope.seq < expected {
            return Ok(Arrival::Repeat);
        }
        self.applied = expected;
        self.recent.push_back(digest);
        if REMEMBERED_MAX < self.recent.len() {
            self.recent.pop_front();
        }
        Ok(Arrival::Applied(&envelope.body))
    }

    /// The digest applied at `seq`, unless that is too long ago.
    fn remembered(&self, seq: u64) -> Option<Digest> {
        let age = usize::try_from(self.applied.checked_sub(seq)?).ok()?;
        self.recent.iter().rev().nth(age).copied()
    }
}

#[cfg(test)]
mod tests;
