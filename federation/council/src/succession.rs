//! How one set of validators hands over to the next, so that who follows rounds can follow.
//!
//! A change is announced by an event, and the validators *before* it make that event final: the
//! round that does is the last of theirs. So whoever trusts the founders learns of every later
//! roster from the one before it, offline, and nobody can appoint themselves.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::receipt::HeadProof;
use gcfn_anchor::roster::Roster;
use gcfn_model::Digest;
use serde::{Deserialize, Serialize};

/// The rosters of a network, from the founders' on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Succession {
    current: Roster,
    announced: Option<Announced>,
    /// Every roster that has counted, by its digest.
    known: BTreeMap<Digest, Roster>,
    handovers: Vec<Handover>,
}

/// A roster that counts once the event that names it is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Announced {
    roster: Roster,
    /// No later than the event.
    seq: u64,
}

/// The last round of a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Handover {
    /// The last event of the federation's own cell that it makes final.
    last_seq: u64,
    /// From the federation's own head to the round.
    proof: HeadProof,
}

impl Succession {
    /// The founders, who count without being announced.
    pub(crate) fn new(founders: Roster) -> Succession {
        let known = BTreeMap::from([(founders.digest(), founders.clone())]);
        Succession { current: founders, announced: None, known, handovers: Vec::new() }
    }

    /// Whose co-signatures make the next round final.
    pub(crate) fn current(&self) -> &Roster {
        &self.current
    }

    /// A roster that counts or has counted.
    pub(crate) fn find(&self, digest: Digest) -> Option<&Roster> {
        self.known.get(&digest)
    }

    /// Notes who is to follow; `seq` is that of the event that says so, or of one before it in
    /// the same epoch. Returns whether there is anything to announce.
    pub(crate) fn announce(&mut self, roster: &Roster, seq: u64) -> bool {
        let latest = self.announced.as_ref().map_or(&self.current, |announced| &announced.roster);
        if latest == roster {
            return false;
        }
        self.announced = Some(Announced { roster: roster.clone(), seq });
        true
    }

    /// Hands over if a final round has made the announcement final; `proof` is the way to that
    /// round, and `last_seq` the last event under it. Returns whether it did.
    pub(crate) fn hand_over(&mut self, last_seq: u64, proof: &HeadProof) -> bool {
        let Some(Announced { roster, .. }) = self.announced.take_if(|next| next.seq <= last_seq)
        else {
            return false;
        };
        self.handovers.push(Handover { last_seq, proof: proof.clone() });
        self.known.insert(roster.digest(), roster.clone());
        self.current = roster;
        true
    }

    /// The last round of the roster that made event `seq` final, unless that is the current one.
    pub(crate) fn proof_of(&self, seq: u64) -> Option<&HeadProof> {
        self.handovers.iter().find(|last| seq <= last.last_seq).map(|last| &last.proof)
    }
}
