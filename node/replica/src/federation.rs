//! What a trading node knows of the federation: only what is proven to be final.
//!
//! The node has no replica of the federation's log. It is shown the events that concern it, each
//! with the proof that a round co-signed by two thirds of the validators contains it, in the
//! order of their sequence numbers. Whoever shows them cannot forge; they can delay, and by passing
//! over an event they can withhold it.

use crate::command::{FinalEvent, Refused};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::keys::PublicKey;
use gcfn_anchor::roster::Roster;
use gcfn_clearing::House;
use gcfn_council::{Decision, Event, Profile, Status, Verb, cell_id, house_id};
use gcfn_model::{Amount, BusinessDate, Calendar, Currency, NodeId};
use gcfn_venue::{ClearingNotice, Notice};
use serde::{Deserialize, Serialize};

/// A node of the network, as far as it has become known here.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    profile: Profile,
    status: Status,
    debit_cap: Amount,
}

/// The federation, as one trading node knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FederationView {
    me: NodeId,
    currency: Currency,
    roster: Roster,
    /// Who follows: announced, and final by the roster above. Counts from its first round on.
    next_roster: Option<Roster>,
    /// What a new member may owe here at a time.
    debit_cap: Amount,
    nodes: BTreeMap<NodeId, Known>,
    /// What the validators have decided of this node's currency since the founding: the days from
    /// a day on.
    calendars: Vec<(BusinessDate, Calendar)>,
    last_seq: u64,
}

/// What an event tells the node.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// Another node signs with this key.
    Peer { node: NodeId, key: PublicKey },
    /// The venue must hear of it.
    Notice(Notice),
}

/// Whether an event concerns `node`: what its regional must show it.
#[must_use]
pub fn concerns(event: &Event, node: NodeId) -> bool {
    match event {
        Event::Accepted(command) => matches!(command.request.verb, Verb::Apply(_)),
        Event::Decided { .. } | Event::Equivocated { .. } | Event::RosterChanged(_) => true,
        Event::Locked { rate, .. } => rate.holder == node,
        Event::AffirmationRefused { by, .. } => *by == node,
        Event::ResidueKept { dealer, .. } => *dealer == node,
        Event::CalendarChanged { .. } => true,
        Event::Clearing(event) => gcfn_venue::hears(event, node),
        _ => false,
    }
}

impl FederationView {
    /// The federation as it was founded.
    #[must_use]
    pub fn new(
        me: NodeId,
        currency: Currency,
        debit_cap: Amount,
        founded: Founded,
    ) -> FederationView {
        let Founded { roster, founders } = founded;
        let known = |profile: Profile| {
            (profile.node, Known { profile, status: Status::Admitted, debit_cap })
        };
        let nodes = founders.into_iter().map(known).collect();
        let (next_roster, calendars, last_seq) = (None, Vec::new(), 0);
        FederationView { me, currency, roster, next_roster, debit_cap, nodes, calendars, last_seq }
    }

    /// The charter's calendar of this node's currency, as the validators have changed it since.
    #[must_use]
    pub fn amended(&self, charter: &Calendar) -> Calendar {
        let amend = |known: Calendar, (from, later): &(BusinessDate, Calendar)| {
            known.amended(*from, later).unwrap_or(known)
        };
        self.calendars.iter().fold(charter.clone(), amend)
    }

    /// The sequence number of the last event that was applied here.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The validators whose signatures count here.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// What the founders tell a node before the first event.
    pub(crate) fn founding(&self) -> Vec<Told> {
        let nodes = self.nodes.values();
        nodes.flat_map(|known| self.introduce(known)).collect()
    }

    /// Checks that the event is final and new, and says what it tells.
    pub(crate) fn take(&mut self, shown: &FinalEvent) -> Result<Vec<Told>, Refused> {
        let FinalEvent { event, proof, anchor } = shown;
        if anchor.head.cell != cell_id() || anchor.region.is_some() {
            return Err(Refused::NotFinal);
        }
        // The next validators count from their first round on; those before them no more.
        let next = self.next_roster.as_ref().filter(|next| anchor.round.roster == next.digest());
        anchor.verify(next.unwrap_or(&self.roster)).map_err(|_| Refused::NotFinal)?;
        proof.verify(event, &anchor.head).map_err(|_| Refused::NotFinal)?;
        if proof.seq() <= self.last_seq {
            return Err(Refused::Repeated);
        }
        let event: Event = postcard::from_bytes(event).map_err(|_| Refused::Body)?;
        self.last_seq = proof.seq();
        if let Some(next) = next.cloned() {
            (self.roster, self.next_roster) = (next, None);
        }
        Ok(self.tell(&event))
    }

    fn tell(&mut self, event: &Event) -> Vec<Told> {
        match event {
            Event::Accepted(command) => {
                if let Verb::Apply(join) = &command.request.verb {
                    let (profile, debit_cap) = (join.request.profile.clone(), self.debit_cap);
                    let applied = Known { profile, status: Status::Applied, debit_cap };
                    self.nodes.entry(applied.profile.node).or_insert(applied);
                }
                Vec::new()
            }
            Event::Decided { decision, .. } => self.decided(decision),
            Event::Equivocated { node, .. } => self.suspended(*node),
            Event::RosterChanged(roster) => {
                self.next_roster = Some(roster.clone());
                Vec::new()
            }
            Event::Locked { rate, .. } => [Told::Notice(Notice::Locked(*rate))].to_vec(),
            Event::AffirmationRefused { bundle, reason, .. } => {
                let (house, bundle) = (house_id(), *bundle);
                let reason = reason.in_house();
                let notice = ClearingNotice::Refused { house, bundle, reason };
                [Told::Notice(Notice::Clearing(notice))].to_vec()
            }
            Event::CalendarChanged { change, .. } => {
                if change.currency == self.currency {
                    self.calendars.push((change.from, change.calendar.clone()));
                }
                Vec::new()
            }
            Event::ResidueKept { bundle, dealer, currency, amount } if *dealer == self.me => {
                let (bundle, currency, amount) = (*bundle, *currency, *amount);
                [Told::Notice(Notice::ResidueKept { bundle, currency, amount })].to_vec()
            }
            Event::Clearing(event) => {
                let told = gcfn_venue::notices(&self.house(), event).into_iter();
                let mine = told.filter(|(to, _)| *to == self.me);
                mine.map(|(_, notice)| Told::Notice(Notice::Clearing(notice))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The federation's house, as far as its notices need it: its name and its account.
    fn house(&self) -> House {
        let root = |known: &&Known| known.profile.role == gcfn_council::Role::Root;
        let root = self.nodes.values().find(root).map_or(self.me, |known| known.profile.node);
        House::new(house_id(), root)
    }

    fn decided(&mut self, decision: &Decision) -> Vec<Told> {
        let Some(known) = self.nodes.get_mut(&decision.node()) else { return Vec::new() };
        match *decision {
            Decision::Admit { .. } | Decision::Resume { .. } => known.status = Status::Admitted,
            Decision::Remove { node } if known.status == Status::Applied => {
                self.nodes.remove(&node);
                return Vec::new();
            }
            Decision::Suspend { node } | Decision::Remove { node } => return self.suspended(node),
            Decision::RotateKey { key, .. } => known.profile.key = key,
            Decision::CapDebit { currency, debit_cap, .. } => {
                if currency == self.currency {
                    known.debit_cap = debit_cap;
                }
            }
        }
        let known = known.clone();
        self.introduce(&known)
    }

    fn suspended(&mut self, node: NodeId) -> Vec<Told> {
        if let Some(known) = self.nodes.get_mut(&node) {
            known.status = Status::Suspended;
        }
        [Told::Notice(Notice::MemberSuspended { node })].to_vec()
    }

    /// The key of a node, and, where it trades, that it may trade here. A suspended node may not,
    /// but it is heard, by the key that it has now: what it owes goes on.
    fn introduce(&self, known: &Known) -> Vec<Told> {
        let Profile { node, region, key, role, .. } = known.profile;
        if known.status == Status::Applied || node == self.me {
            return Vec::new();
        }
        let mut told = [Told::Peer { node, key }].to_vec();
        if known.status == Status::Admitted && role.trades() {
            let debit_cap = known.debit_cap;
            told.push(Told::Notice(Notice::MemberAdmitted { node, region, debit_cap }));
        }
        told
    }
}

/// How a network begins, as everybody may know it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Founded {
    /// The validators.
    pub roster: Roster,
    /// The first members.
    pub founders: Vec<Profile>,
}
