//! What one member of staff may not do alone (DRV-24).
//!
//! A wish of that kind is recorded when the first person sends it, and done when a second one
//! sends the same or approves it by its id. A freeze is not among them, for one that waits is
//! none; lifting it is.

use crate::command::{Actor, Verb};
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Due, Step, Venue};
use gcfn_model::{PartyId, ProposalId, Timestamp};
use serde::{Deserialize, Serialize};

/// A wish that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What is wished.
    pub verb: Verb,
    /// By whom.
    pub by: PartyId,
    /// When it was wished.
    pub at: Timestamp,
}

impl Proposal {
    /// The id of a wish: the same wish has the same id, whoever sends it.
    #[must_use]
    pub fn id(verb: &Verb) -> ProposalId {
        let content = postcard::to_allocvec(verb);
        ProposalId::derive(&[&content.expect("a verb is plain data and always encodes")])
    }
}

/// Whether `verb` takes two persons.
pub(crate) fn takes_two(verb: &Verb) -> bool {
    match verb {
        Verb::Unfreeze { .. }
        | Verb::RecallBatch { .. }
        | Verb::GrantQuota { .. }
        | Verb::ReinstateIssuer { .. }
        | Verb::TerminateIssuer { .. }
        | Verb::DeclareDefault { .. }
        | Verb::CloseDefault { .. }
        | Verb::CompensateHolders { .. }
        | Verb::ApproveMaker { .. }
        | Verb::AppointMaker { .. }
        | Verb::ResumeMaker { .. }
        | Verb::PenaliseMaker { .. } => true,
        Verb::Money(act) => act.takes_two(),
        Verb::Clearing(act) => act.takes_two(),
        Verb::Bank(act) => act.takes_two(),
        _ => false,
    }
}

impl Venue {
    /// Records the first person's wish, and does it at the second's.
    pub(crate) fn second(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        let id = Proposal::id(verb);
        if self.proposals.contains_key(&id) {
            return self.approve_proposal(step, actor, id);
        }
        self.foresee(step, actor, verb)?;
        let proposal = Proposal { verb: verb.clone(), by: actor.party, at: step.at };
        if let Some(until) = step.at.checked_add(self.terms.proposal_kept) {
            self.agenda.insert((until, Due::LapseProposal(id)));
        }
        step.emit(Event::Proposed { proposal: id, by: actor.party, verb: verb.clone() });
        self.proposals.insert(id, proposal);
        Ok(Done::Proposed { proposal: id })
    }

    /// The second person's word. If what is wished has become impossible meanwhile, the wish
    /// stays, to be approved later or dismissed.
    pub(crate) fn approve_proposal(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: ProposalId,
    ) -> Outcome {
        let proposal = self.proposals.get(&id).ok_or(Rejection::UnknownProposal)?;
        if proposal.by == actor.party {
            return Err(Rejection::SecondPerson);
        }
        let Proposal { verb, by, at } = proposal.clone();
        let done = self.carry_out(step, actor, &verb)?;
        self.forget_proposal(id, at);
        step.emit(Event::Approved { proposal: id, first: by, second: actor.party });
        Ok(done)
    }

    /// Anybody of the staff may dismiss a wish, its first sender included.
    pub(crate) fn dismiss_proposal(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: ProposalId,
    ) -> Outcome {
        let at = self.proposals.get(&id).ok_or(Rejection::UnknownProposal)?.at;
        self.forget_proposal(id, at);
        step.emit(Event::Dismissed { proposal: id, by: Some(actor.party) });
        Ok(Done::Accepted)
    }

    /// Nobody has seconded it in time.
    pub(crate) fn lapse_proposal(&mut self, step: &mut Step<'_>, id: ProposalId) {
        if self.proposals.remove(&id).is_some() {
            step.emit(Event::Dismissed { proposal: id, by: None });
        }
    }

    fn forget_proposal(&mut self, id: ProposalId, at: Timestamp) {
        self.proposals.remove(&id);
        if let Some(until) = at.checked_add(self.terms.proposal_kept) {
            self.agenda.remove(&(until, Due::LapseProposal(id)));
        }
    }

    /// Refuses at the first person what the second would only be refused as well.
    fn foresee(&self, step: &Step<'_>, actor: Actor, verb: &Verb) -> Result<(), Rejection> {
        match *verb {
            Verb::Unfreeze { party, reason } => self.check_unfreeze(party, reason),
            Verb::Money(ref act) => self.foresee_money(actor, act, step.at),
            Verb::Clearing(ref act) => self.foresee_clearing(act),
            Verb::Bank(act) => self.foresee_at_bank(act),
            Verb::RecallBatch { batch } => self.check_recall(actor, batch),
            Verb::GrantQuota { issuer, .. } => self.check_admitted(issuer),
            Verb::ReinstateIssuer { issuer } => self.check_reinstate(issuer),
            Verb::TerminateIssuer { issuer } => self.check_terminate(issuer),
            Verb::DeclareDefault { issuer, severity } => self.check_declare(issuer, severity),
            Verb::CloseDefault { issuer } => self.check_close(issuer),
            Verb::CompensateHolders { batch } => self.check_compensate(batch).map(|_| ()),
            Verb::ApproveMaker { maker } => self.check_approve_maker(maker).map(|_| ()),
            Verb::AppointMaker { maker } => self.check_appoint_maker(maker),
            Verb::ResumeMaker { maker } => self.check_resume_maker(maker),
            Verb::PenaliseMaker { maker, amount } => self.check_penalty(maker, amount),
            _ => Ok(()),
        }
    }
}
