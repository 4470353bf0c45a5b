//! Rounds: the fold of everything, ordered by the log, final by co-signatures.
//!
//! Decides whose turn it is to propose, what a round must say, and when it is final. A round
//! that does not become final in time is passed over: the next one follows it and says the same
//! and more.

use crate::council::{Council, Step};
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use crate::succession::Succession;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::fold::{GlobalFold, RegionFold};
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::keys::Signature;
use gcfn_anchor::receipt::{HeadProof, RegionStep};
use gcfn_anchor::roster::Roster;
use gcfn_anchor::round::{Cosignature, Round};
use gcfn_model::{Digest, NodeId, RegionId, Timestamp};
use serde::{Deserialize, Serialize};

/// How many final rounds are kept.
pub const ROUNDS_KEPT: usize = 4096;

/// How many rounds may wait for co-signatures; the oldest is passed over for good.
const OPEN_MAX: usize = 8;

/// A round that two thirds have co-signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalRound {
    /// The round.
    pub round: Round,
    /// The co-signatures that made it final, in the order of names.
    pub cosignatures: Vec<Cosignature>,
}

/// Who may propose the next round, and what it must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its number.
    pub number: u64,
    /// Whose turn it is.
    pub proposer: Option<NodeId>,
    /// From here on it may propose, if the last round is final.
    pub opens_at: Timestamp,
    /// From here on any validator may, whether the last round is final or not.
    pub open_to_all_at: Timestamp,
    /// The global root as of now.
    pub root: Digest,
}

/// What a round folds, kept for as long as a proof may start from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Heads {
    federation: CellHead,
    /// The last event of the federation's own cell under its head.
    last_seq: u64,
    regions: BTreeMap<RegionId, Vec<CellHead>>,
}

/// A round that waits for co-signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    round: Round,
    roster: Roster,
    heads: Heads,
    cosignatures: BTreeMap<NodeId, Signature>,
}

/// The rounds of the federation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rounds {
    succession: Succession,
    /// The latest that was proposed, final or not.
    last: Option<Round>,
    open: BTreeMap<u64, Open>,
    finals: BTreeMap<u64, FinalRound>,
    /// What the latest final round folds.
    anchored: Option<Heads>,
}

impl Heads {
    fn folds(&self) -> impl Iterator<Item = RegionFold> {
        self.regions.iter().map(|(region, heads)| RegionFold::new(*region, heads.iter().copied()))
    }

    fn fold(&self) -> GlobalFold {
        GlobalFold::new(&self.federation, self.folds().map(|fold| fold.head()))
    }
}

impl Rounds {
    /// Before the first round, which the founders will co-sign.
    pub(crate) fn new(founders: Roster) -> Rounds {
        Rounds {
            succession: Succession::new(founders),
            last: None,
            open: BTreeMap::new(),
            finals: BTreeMap::new(),
            anchored: None,
        }
    }

    /// Whose co-signatures make the next round final, and made the earlier ones.
    pub(crate) fn succession(&self) -> &Succession {
        &self.succession
    }

    /// The latest final round.
    pub(crate) fn latest_final(&self) -> Option<&FinalRound> {
        self.finals.last_key_value().map(|(_, last)| last)
    }

    /// A final round that is still kept.
    pub(crate) fn find(&self, number: u64) -> Option<&FinalRound> {
        self.finals.get(&number)
    }

    /// The rounds that wait for co-signatures.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Round> {
        self.open.values().map(|open| &open.round)
    }

    /// The last event of the federation's own cell that is final.
    pub(crate) fn final_seq(&self) -> u64 {
        self.anchored.as_ref().map_or(0, |heads| heads.last_seq)
    }

    /// The way from the federation's own head to the latest final round.
    pub(crate) fn federation_proof(&self) -> Option<HeadProof> {
        let heads = self.anchored.as_ref()?;
        let FinalRound { round, cosignatures } = self.latest_final()?.clone();
        let global = heads.fold().prove_federation();
        Some(HeadProof { head: heads.federation, region: None, global, round, cosignatures })
    }

    /// The way from a cell's head, as it was last anchored, to the latest final round.
    pub(crate) fn head_proof(&self, cell: NodeId) -> Option<HeadProof> {
        let anchored = self.anchored.as_ref()?;
        let FinalRound { round, cosignatures } = self.latest_final()?.clone();
        let of_cell = |heads: &Vec<CellHead>| heads.iter().find(|head| head.cell == cell).copied();
        let found = anchored.regions.iter().find_map(|(region, heads)| {
            Some((RegionFold::new(*region, heads.iter().copied()), of_cell(heads)?))
        });
        let (fold, head) = found?;
        let region = Some(RegionStep { head: fold.head(), cell: fold.prove(cell)? });
        let global = anchored.fold().prove(fold.head().region)?;
        Some(HeadProof { head, region, global, round, cosignatures })
    }

    /// Keeps a round that is now final; every open one before it is passed over.
    fn finish(&mut self, number: u64) -> Option<(FinalRound, u64)> {
        let Open { round, heads, cosignatures, .. } = self.open.remove(&number)?;
        self.open = self.open.split_off(&number);
        let cosignature = |(validator, signature)| Cosignature { validator, signature };
        let cosignatures = cosignatures.into_iter().map(cosignature).collect();
        let last = FinalRound { round, cosignatures };
        self.finals.insert(number, last.clone());
        if ROUNDS_KEPT < self.finals.len() {
            self.finals.pop_first();
        }
        let final_seq = heads.last_seq;
        self.anchored = Some(heads);
        if let Some(proof) = self.federation_proof()
            && self.succession.hand_over(final_seq, &proof)
        {
            // What the old validators would still co-sign, nobody could follow.
            self.open.clear();
        }
        Some((last, final_seq))
    }
}

impl Council {
    /// Who may propose the next round from when on, and the root that it must have.
    #[must_use]
    pub fn turn(&self) -> Turn {
        let last = self.rounds.last.as_ref();
        let number = last.map_or(0, |round| round.number).saturating_add(1);
        let roster = self.directory.roster();
        let count = roster.validators.len() as u64;
        let place = number.checked_rem(count).and_then(|place| usize::try_from(place).ok());
        let proposer = place.and_then(|place| roster.validators.keys().nth(place).copied());
        let end = |from: Timestamp, span| from.checked_add(span).unwrap_or(from);
        let opens_at =
            last.map_or(Timestamp::EPOCH, |round| end(round.closed_at, self.params.round_interval));
        let open_to_all_at = end(opens_at, self.params.round_timeout);
        Turn { number, proposer, opens_at, open_to_all_at, root: self.heads().fold().root() }
    }

    /// A validator proposes the next round. The federation computes it by itself; the proposal
    /// says only that the proposer computed the same.
    pub(crate) fn propose_round(
        &mut self,
        step: &mut Step<'_>,
        author: NodeId,
        number: u64,
        root: Digest,
    ) -> Outcome {
        let turn = self.turn();
        if number != turn.number {
            return Err(Refusal::RoundNumber { expected: turn.number });
        }
        if step.at < turn.opens_at {
            return Err(Refusal::RoundNotDue);
        }
        let settled = self.rounds.last.is_none_or(|last| self.rounds.find(last.number).is_some());
        if step.at < turn.open_to_all_at && !(settled && turn.proposer == Some(author)) {
            return Err(Refusal::NotYourTurn);
        }
        if root != turn.root {
            return Err(Refusal::RootDiffers);
        }
        Ok(Done::Proposed(self.open_round(step)))
    }

    fn open_round(&mut self, step: &mut Step<'_>) -> Round {
        let (wanted, seq) = (self.directory.roster(), self.epochs.next_seq());
        if self.rounds.succession.announce(&wanted, seq) {
            step.emit(Event::RosterChanged(wanted));
        }
        let (roster, heads) = (self.rounds.succession.current().clone(), self.heads());
        let (digest, fold) = (roster.digest(), heads.fold());
        let round = match self.rounds.last.as_ref() {
            None => Round::first(&fold, digest, step.at),
            Some(last) => last.next(&fold, digest, step.at),
        };
        self.rounds.last = Some(round);
        let open = Open { round, roster, heads, cosignatures: BTreeMap::new() };
        self.rounds.open.insert(round.number, open);
        if OPEN_MAX < self.rounds.open.len() {
            self.rounds.open.pop_first();
        }
        step.emit(Event::RoundProposed(round));
        round
    }

    /// A validator co-signs a round, which is final once two thirds have.
    pub(crate) fn cosign(
        &mut self,
        step: &mut Step<'_>,
        validator: NodeId,
        number: u64,
        signature: Signature,
    ) -> Outcome {
        if self.rounds.find(number).is_some() {
            return Ok(Done::Repeated);
        }
        let open = self.rounds.open.get_mut(&number).ok_or(Refusal::UnknownRound)?;
        let cosignature = Cosignature { validator, signature };
        open.roster.check(&open.round, &cosignature).map_err(|_| Refusal::CosignatureWrong)?;
        if open.cosignatures.insert(validator, signature).is_some() {
            return Ok(Done::Repeated);
        }
        if open.roster.is_two_thirds(open.cosignatures.keys().copied())
            && let Some((last, final_seq)) = self.rounds.finish(number)
        {
            let FinalRound { round, cosignatures } = last;
            step.emit(Event::RoundFinal { round, cosignatures, final_seq });
        }
        Ok(Done::Accepted)
    }

    /// The heads that a round proposed now would fold: the federation's own, as of its last
    /// closed epoch, and the latest that every cell has shown. The last head of a node that may
    /// not act any more stays: what was final of it is not to be lost.
    fn heads(&self) -> Heads {
        let mut regions = BTreeMap::<RegionId, Vec<CellHead>>::new();
        for (cell, reported) in &self.cells {
            if let Some(member) = self.directory.member(*cell) {
                regions.entry(member.profile.region).or_default().push(reported.head);
            }
        }
        Heads { federation: self.epochs.head(), last_seq: self.closed_seq, regions }
    }
}
