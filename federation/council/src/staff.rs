//! What the staff of the root do at the federation's house by hand.
//!
//! The same acts as at the house of a regional, and the same rule: what one person may not do alone
//! (DRV-24) waits until a second one sends the same or approves it by its name. Not theirs are the
//! caps, which the validators decide, and how cycles are netted, which is not for one node to change.

use crate::ballots::Motion;
use crate::command::SignedCommand;
use crate::council::{Council, Step};
use crate::decision::Approval;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use gcfn_banking::DeskAct;
use gcfn_model::{PartyId, ProposalId};
use gcfn_venue::ClearingAct;
use serde::{Deserialize, Serialize};

/// Something that is done at the house by hand. Append-only: the order is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HouseAct {
    /// About its cycles, its queue, its deposits.
    Clearing(ClearingAct),
    /// About a payment of it, or a difference to its bank's books.
    Bank(DeskAct),
}

/// What a member of the root's staff wishes. Append-only: the order is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StaffWish {
    /// Do this, or let it be done once a second person says so.
    Do(HouseAct),
    /// As the second person: let what waits be done.
    Approve(ProposalId),
    /// Give up what waits, whoever wished it.
    Dismiss(ProposalId),
}

impl From<ClearingAct> for HouseAct {
    fn from(act: ClearingAct) -> HouseAct {
        HouseAct::Clearing(act)
    }
}

impl From<DeskAct> for HouseAct {
    fn from(act: DeskAct) -> HouseAct {
        HouseAct::Bank(act)
    }
}

impl HouseAct {
    /// Whether it takes two persons (DRV-24).
    #[must_use]
    pub const fn takes_two(&self) -> bool {
        match self {
            HouseAct::Clearing(act) => act.takes_two(),
            HouseAct::Bank(act) => act.takes_two(),
        }
    }
}

impl Council {
    /// Hears what one of the root's staff wishes.
    pub(crate) fn hear_staff(
        &mut self,
        step: &mut Step<'_>,
        command: &SignedCommand,
        (by, wish): (PartyId, &StaffWish),
    ) -> Outcome {
        match wish {
            StaffWish::Do(act) if act.takes_two() => self.second(step, command, (by, act)),
            StaffWish::Do(act) => self.work_at_house(step, by, act),
            StaffWish::Approve(id) => {
                let act = self.waiting(*id)?;
                self.second(step, command, (by, &act))
            }
            StaffWish::Dismiss(id) => {
                let act = self.waiting(*id)?;
                self.ballots.end(&Motion::House(act));
                Ok(Done::Accepted)
            }
        }
    }

    /// What was said at the house in the root's name alone: nobody knows how many persons said it.
    pub(crate) fn hear_root(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        act: &HouseAct,
    ) -> Outcome {
        if act.takes_two() {
            return Err(Refusal::TwoPersons);
        }
        self.work_at_house(step, by, act)
    }

    /// Records the first person's wish, and does it at the second's. If what is wished has become
    /// impossible meanwhile, the wish stays, to be approved later or dismissed.
    fn second(
        &mut self,
        step: &mut Step<'_>,
        command: &SignedCommand,
        (by, act): (PartyId, &HouseAct),
    ) -> Outcome {
        self.foresee(act)?;
        let motion = Motion::House(act.clone());
        match self.ballots.first(&motion) {
            None => {
                self.ballots.count(&motion, (by, step.at), Approval::of(command));
                Ok(Done::Waits(motion.id()))
            }
            Some(first) if first == by => Err(Refusal::SecondPerson),
            Some(first) => {
                let done = self.work_at_house(step, by, act)?;
                self.ballots.end(&motion);
                step.emit(Event::Seconded { act: act.clone(), first, second: by });
                Ok(done)
            }
        }
    }

    fn waiting(&self, id: ProposalId) -> Result<HouseAct, Refusal> {
        let of_staff = self.ballots.iter().filter_map(|ballot| match ballot.motion() {
            Motion::House(act) => Some((ballot.motion().id(), act)),
            Motion::Member(_) | Motion::Calendar(_) => None,
        });
        let mut known = of_staff.filter(|(known, _)| *known == id).map(|(_, act)| act.clone());
        known.next().ok_or(Refusal::UnknownProposal)
    }

    /// Refuses at the first person what the second would only be refused as well.
    fn foresee(&self, act: &HouseAct) -> Result<(), Refusal> {
        match act {
            HouseAct::Clearing(ClearingAct::SetCap { .. } | ClearingAct::SetNetting(_)) => {
                Err(Refusal::NotPermitted)
            }
            HouseAct::Clearing(act) => act.foresee(self.house()).map_err(Refusal::House),
            HouseAct::Bank(act) => self.house().desk().check_act(*act).map_err(Refusal::Desk),
        }
    }

    fn work_at_house(&mut self, step: &mut Step<'_>, by: PartyId, act: &HouseAct) -> Outcome {
        self.foresee(act)?;
        let at = step.at;
        match act {
            HouseAct::Clearing(act) => {
                let done = self.in_house(step, |house, ledger, events| {
                    act.carry_out(at, by, house, ledger, events)
                });
                done.map_err(Refusal::House)?;
            }
            HouseAct::Bank(act) => {
                let done = self.in_house(step, |house, ledger, events| {
                    house.act_at_bank(at, *act, ledger, events)
                });
                done.map_err(Refusal::Desk)?;
            }
        }
        Ok(Done::Accepted)
    }
}
