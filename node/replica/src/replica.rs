//! The machine.

use crate::command::{Command, Event, FinalEvent, Outcome, Refused, Reply};
use crate::federation::{FederationView, Told};
use crate::genesis::Genesis;
use crate::state_receipt::{Fact, Shown, Subject};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::epoch::Epochs;
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::keys::PublicKey;
use gcfn_model::{Encoder, Machine, NodeId, Timestamp};
use gcfn_peering::envelope::{Channel, Envelope, Line, SignedEnvelope};
use gcfn_peering::mailbox::{Arrival, EnvelopeRefusal, Mailbox};
use gcfn_table::{Freeze, Frozen};
use gcfn_venue::{Dispatch, Request, Venue, Verb};
use serde::{Deserialize, Serialize};

/// The channel on which venues talk to each other.
pub const DISPATCHES: Channel = Channel(1);

/// The replicated machine of a trading node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Replica {
    venue: Venue,
    mailbox: Mailbox,
    epochs: Epochs,
    peers: BTreeMap<NodeId, PublicKey>,
    federation: FederationView,
    /// The last event in a closed epoch.
    closed_seq: u64,
    now: Timestamp,
    /// Whether the last command told a head of the leader that is not this replica's. Not state: it
    /// says something about one replica.
    #[serde(skip)]
    diverged: bool,
    /// Room for the bytes of an event. Not state.
    #[serde(skip)]
    encoder: Encoder,
    /// Room for what happens at the venue. Not state, and empty between commands.
    #[serde(skip)]
    happened: Vec<gcfn_venue::Event>,
}

fn dispatches_to(peer: NodeId) -> Line {
    Line { peer, channel: DISPATCHES }
}

/// One application of a command: its time, and what comes of it for the log and the epochs.
struct Step<'a> {
    at: Timestamp,
    events: &'a mut Vec<Event>,
}

impl Machine for Replica {
    type Command = Command;
    type Outcome = Outcome;
    type Event = Event;
    type Frozen = Frozen<Replica>;

    fn freeze(&self) -> Frozen<Replica> {
        Freeze::freeze(self)
    }

    fn has_diverged(&self) -> bool {
        self.diverged
    }

    fn apply(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Event>) -> Outcome {
        self.now = self.now.max(at);
        self.diverged = false;
        let mut step = Step { at: self.now, events };
        match command {
            Command::Venue(command) => self.direct(&mut step, command),
            Command::Envelope(envelope) => self.envelope(&mut step, envelope),
            Command::Acknowledged { line, seq } => {
                // A peer that acknowledges what was never sent is wrong about itself only.
                let known = self.mailbox.acknowledge(*line, *seq);
                known.map(|()| Reply::Done).map_err(|_| Refused::Body)
            }
            Command::Federation(event) => self.decided(&mut step, event),
            Command::CloseEpoch => Ok(self.close_epoch(&mut step)),
            Command::ResumeLine(line) => {
                self.mailbox.resume(*line).map_err(|_| Refused::Body)?;
                self.emit(&mut step, Event::LineResumed(*line));
                Ok(Reply::Done)
            }
            Command::Compare(head) => {
                self.diverged = self.epochs.contradict(head);
                Ok(Reply::Done)
            }
            Command::Show(subject) => self.show(&mut step, *subject),
        }
    }
}

/// Only the venue is large: what waits in the mailbox is bounded, and an open epoch is a few
/// digests.
impl Freeze for Replica {
    fn shared(&self) -> Replica {
        Replica {
            venue: self.venue.shared(),
            mailbox: self.mailbox.clone(),
            epochs: self.epochs.clone(),
            peers: self.peers.clone(),
            federation: self.federation.clone(),
            closed_seq: self.closed_seq,
            now: self.now,
            diverged: self.diverged,
            encoder: Encoder::default(),
            happened: Vec::new(),
        }
    }
}

impl Replica {
    /// The beginning of a cell.
    #[must_use]
    pub fn new(genesis: Genesis) -> Replica {
        let Genesis { terms, salt_key, founded, debit_cap, mailbox_capacity } = genesis;
        let (node, currency) = (terms.node, terms.currency);
        let mut replica = Replica {
            venue: Venue::new(terms),
            mailbox: Mailbox::new(node, mailbox_capacity),
            epochs: Epochs::new(node, salt_key.clone()),
            peers: BTreeMap::new(),
            federation: FederationView::new(node, currency, debit_cap, founded),
            closed_seq: 0,
            now: Timestamp::EPOCH,
            diverged: false,
            encoder: Encoder::default(),
            happened: Vec::new(),
        };
        // Who founded the network is known before the first entry and is no event of this log.
        let mut events = Vec::new();
        let mut step = Step { at: Timestamp::EPOCH, events: &mut events };
        let founding = replica.federation.founding();
        replica.learn(&mut step, founding);
        replica.epochs = Epochs::new(node, salt_key);
        replica
    }

    /// The venue.
    #[must_use]
    pub fn venue(&self) -> &Venue {
        &self.venue
    }

    /// What is known of the federation.
    #[must_use]
    pub fn federation(&self) -> &FederationView {
        &self.federation
    }

    /// The head of the cell's header log.
    #[must_use]
    pub fn head(&self) -> CellHead {
        self.epochs.head()
    }

    /// The sequence number that the next event will have.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.epochs.next_seq()
    }

    /// Whether anything has happened that no closed epoch holds, but for the closing itself.
    #[must_use]
    pub fn has_open_epoch(&self) -> bool {
        let closing = u64::from(self.closed_seq != 0);
        self.closed_seq.saturating_add(closing).saturating_add(1) < self.next_seq()
    }

    /// Every line with envelopes that are not acknowledged.
    pub fn pending_lines(&self) -> impl Iterator<Item = Line> {
        self.mailbox.pending_lines()
    }

    /// The envelopes of a line that are not acknowledged, in order.
    pub fn pending(&self, to: Line) -> impl Iterator<Item = &Envelope> {
        self.mailbox.pending(to)
    }

    /// How many envelopes of a line are not acknowledged.
    #[must_use]
    pub fn waiting(&self, to: Line) -> u64 {
        self.mailbox.waiting(to)
    }

    /// The lines on which nothing more is taken: their sender has shown two histories.
    pub fn halted_lines(&self) -> impl Iterator<Item = Line> {
        self.mailbox.halted().map(|(line, _)| line)
    }

    /// The key that a known node signs with.
    #[must_use]
    pub fn peer_key(&self, node: NodeId) -> Option<&PublicKey> {
        self.peers.get(&node)
    }

    /// What the shell may say to the venue by itself. Other nodes and the federation speak
    /// through envelopes and proofs.
    fn direct(&mut self, step: &mut Step<'_>, command: &gcfn_venue::Command) -> Outcome {
        match command {
            gcfn_venue::Command::Dispatch { .. } | gcfn_venue::Command::Notice(_) => {
                Err(Refused::Misrouted)
            }
            gcfn_venue::Command::Request(Request { verb: Verb::BuyAbroad(goods), .. })
                if self.mailbox.is_full(dispatches_to(goods.home)) =>
            {
                Err(Refused::MailboxFull(goods.home))
            }
            _ => Ok(Reply::Venue(self.tell_venue(step, command))),
        }
    }

    fn tell_venue(
        &mut self,
        step: &mut Step<'_>,
        command: &gcfn_venue::Command,
    ) -> gcfn_venue::Outcome {
        let mut happened = core::mem::take(&mut self.happened);
        let outcome = self.venue.apply(step.at, command, &mut happened);
        for event in happened.drain(..) {
            if let gcfn_venue::Event::Sent { to, body } = &event {
                self.post(step, *to, body);
            }
            self.emit(step, Event::Venue(event));
        }
        self.happened = happened;
        outcome
    }

    fn post(&mut self, step: &mut Step<'_>, to: NodeId, body: &Dispatch) {
        let bytes = postcard::to_allocvec(body).expect("a dispatch is plain data");
        let line = dispatches_to(to);
        let was_full = self.mailbox.is_full(line);
        let posted = self.mailbox.post(step.at, line, bytes);
        posted.expect("a venue bounds what it says so that it fits an envelope");
        if !was_full && self.mailbox.is_full(line) {
            self.emit(step, Event::MailboxFull { to });
        }
    }

    fn envelope(&mut self, step: &mut Step<'_>, envelope: &SignedEnvelope) -> Outcome {
        let from = envelope.envelope.from;
        let key = *self.peers.get(&from).ok_or(Refused::UnknownSender)?;
        let line = Line { peer: from, channel: envelope.envelope.channel };
        // Every channel counts and halts by itself: a second one would be a way around the first.
        if line.channel != DISPATCHES {
            return Err(Refused::Misrouted);
        }
        let arrival = self.mailbox.accept(step.at, envelope, &key);
        let body = match arrival {
            Ok(Arrival::Applied(body)) => postcard::from_bytes::<Dispatch>(body),
            Ok(Arrival::Repeat) => {
                return Ok(Reply::Applied { seq: self.mailbox.highest_applied(line) });
            }
            Ok(Arrival::Gap { expected }) => return Err(Refused::Gap { expected }),
            Err(refusal) => {
                if let EnvelopeRefusal::Fork(fork) = refusal {
                    self.emit(step, Event::LineHalted { line, fork });
                }
                return Err(refusal.into());
            }
        };
        if let Ok(body) = body {
            // The venue's refusal is told to the sender by the venue where that matters; the
            // envelope is applied either way, or the line would stand still for ever.
            let command = gcfn_venue::Command::Dispatch { from, body };
            if let Err(refused) = self.tell_venue(step, &command) {
                self.emit(step, Event::DispatchRefused { from, refused });
            }
        } else {
            self.emit(step, Event::BodyNotUnderstood { from });
        }
        Ok(Reply::Applied { seq: self.mailbox.highest_applied(line) })
    }

    fn decided(&mut self, step: &mut Step<'_>, event: &FinalEvent) -> Outcome {
        let told = self.federation.take(event)?;
        self.learn(step, told);
        Ok(Reply::Done)
    }

    fn learn(&mut self, step: &mut Step<'_>, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Peer { node, key } => {
                    self.peers.insert(node, key);
                    self.emit(step, Event::PeerKnown { node });
                }
                Told::Notice(notice) => {
                    let command = gcfn_venue::Command::Notice(notice);
                    let taken = self.tell_venue(step, &command);
                    debug_assert!(taken.is_ok(), "a venue takes every final notice");
                }
            }
        }
    }

    fn close_epoch(&mut self, step: &mut Step<'_>) -> Reply {
        if !self.has_open_epoch() {
            return Reply::Done;
        }
        let state_root = self.venue.state_root();
        let header = self.epochs.close(step.at, state_root).expect("something has happened");
        self.closed_seq = header.last_seq;
        self.emit(step, Event::EpochClosed(header.clone()));
        Reply::Closed(header)
    }

    /// Once the epoch is closed nothing but the closing has happened since, so the state is the one
    /// that its header commits to.
    fn show(&mut self, step: &mut Step<'_>, subject: Subject) -> Outcome {
        let fact = self.fact(subject).ok_or(Refused::UnknownSubject)?;
        let roots = self.venue.state_roots();
        self.close_epoch(step);
        let closed = self.head().size.checked_sub(1);
        let epoch = closed.expect("what brought the subject here is in a closed epoch");
        Ok(Reply::Shown { epoch, shown: Box::new(Shown { fact, roots }) })
    }

    fn fact(&mut self, subject: Subject) -> Option<Fact> {
        Some(match subject {
            Subject::Coupon(coupon) => {
                Fact::Coupon { coupon, proof: self.venue.prove_coupon(coupon)? }
            }
            Subject::Order(order) => {
                let (order, proof) = self.venue.prove_order(order)?;
                Fact::Order { order, proof }
            }
        })
    }

    /// Makes an event a leaf of the open epoch and tells it to the shell.
    fn emit(&mut self, step: &mut Step<'_>, event: Event) {
        self.epochs.record(self.encoder.encode(&event));
        step.events.push(event);
    }
}
