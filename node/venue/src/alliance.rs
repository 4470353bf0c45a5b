//! Alliances: issuers that accept each other's coupons (TRD-27, ISS-40).
//!
//! Decides at whose merchants a coupon is redeemed beyond its own issuer's. A coupon stays its issuer's
//! debt: its reserve pays, wherever it is redeemed, so a coupon that several brands issue together is a
//! batch of one of them. Nobody is in an alliance against its will: members invite, the invited join.

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_model::{AllianceId, PartyId};
use serde::{Deserialize, Serialize};

/// The most issuers of an alliance, invited ones included.
pub const ALLIANCE_MAX: usize = 100;

/// The most alliances that an issuer is in.
pub const ALLIANCES_MAX: usize = 10;

/// Issuers that accept each other's coupons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alliance {
    /// Who accepts whose coupons.
    pub members: BTreeSet<PartyId>,
    /// Who may join.
    pub invited: BTreeSet<PartyId>,
}

/// What an issuer asks of alliances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllianceAct {
    /// Found one, and be its first member.
    Found {
        /// The alliance.
        alliance: AllianceId,
    },
    /// Invite another issuer, as a member.
    Invite {
        /// The alliance.
        alliance: AllianceId,
        /// Whom.
        issuer: PartyId,
    },
    /// Join, as one that was invited.
    Join {
        /// The alliance.
        alliance: AllianceId,
    },
    /// Leave, or decline an invitation. The last member that leaves ends the alliance.
    Leave {
        /// The alliance.
        alliance: AllianceId,
    },
}

/// What happened to an alliance. Append-only: the order of variants is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllianceEvent {
    /// An issuer founded one.
    Founded {
        /// The alliance.
        alliance: AllianceId,
        /// By whom.
        issuer: PartyId,
    },
    /// A member invited another issuer.
    Invited {
        /// The alliance.
        alliance: AllianceId,
        /// Whom.
        issuer: PartyId,
        /// By whom.
        by: PartyId,
    },
    /// An issuer joined.
    Joined {
        /// The alliance.
        alliance: AllianceId,
        /// Who.
        issuer: PartyId,
    },
    /// An issuer left, or declined.
    Left {
        /// The alliance.
        alliance: AllianceId,
        /// Who.
        issuer: PartyId,
    },
}

impl From<AllianceEvent> for Event {
    fn from(event: AllianceEvent) -> Event {
        Event::Alliance(event)
    }
}

impl Venue {
    /// Every alliance, in the order of ids.
    pub fn alliances(&self) -> impl Iterator<Item = (&AllianceId, &Alliance)> {
        self.alliances.iter()
    }

    /// An alliance.
    #[must_use]
    pub fn alliance(&self, alliance: AllianceId) -> Option<&Alliance> {
        self.alliances.get(&alliance)
    }

    pub(crate) fn ally(&mut self, step: &mut Step<'_>, me: PartyId, act: AllianceAct) -> Outcome {
        match act {
            AllianceAct::Found { alliance } => self.found_alliance(step, me, alliance),
            AllianceAct::Invite { alliance, issuer } => self.invite(step, me, (alliance, issuer)),
            AllianceAct::Join { alliance } => self.join_alliance(step, me, alliance),
            AllianceAct::Leave { alliance } => {
                self.leave_alliance(step, me, alliance).ok_or(Rejection::NotAllied)?;
                Ok(Done::Accepted)
            }
        }
    }

    fn found_alliance(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        alliance: AllianceId,
    ) -> Outcome {
        self.active_issuer(issuer)?;
        if self.alliances.contains_key(&alliance) {
            return Err(Rejection::AllianceExists);
        }
        self.may_ally(issuer)?;
        let founded = Alliance { members: BTreeSet::from([issuer]), invited: BTreeSet::new() };
        self.alliances.insert(alliance, founded);
        step.emit(AllianceEvent::Founded { alliance, issuer }.into());
        Ok(Done::Accepted)
    }

    fn invite(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        (alliance, issuer): (AllianceId, PartyId),
    ) -> Outcome {
        self.active_issuer(by)?;
        self.active_issuer(issuer)?;
        let known = self.alliances.get_mut(&alliance).ok_or(Rejection::UnknownAlliance)?;
        if !known.members.contains(&by) || known.members.contains(&issuer) {
            return Err(Rejection::NotAllied);
        }
        if ALLIANCE_MAX <= known.members.len().saturating_add(known.invited.len()) {
            return Err(Rejection::AllianceFull);
        }
        if known.invited.insert(issuer) {
            step.emit(AllianceEvent::Invited { alliance, issuer, by }.into());
        }
        Ok(Done::Accepted)
    }

    fn join_alliance(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        alliance: AllianceId,
    ) -> Outcome {
        self.active_issuer(issuer)?;
        let known = self.alliances.get(&alliance).ok_or(Rejection::UnknownAlliance)?;
        if !known.invited.contains(&issuer) {
            return Err(Rejection::NotAllied);
        }
        self.may_ally(issuer)?;
        if let Some(known) = self.alliances.get_mut(&alliance) {
            known.invited.remove(&issuer);
            known.members.insert(issuer);
        }
        step.emit(AllianceEvent::Joined { alliance, issuer }.into());
        Ok(Done::Accepted)
    }

    fn may_ally(&self, issuer: PartyId) -> Result<(), Rejection> {
        let of = self.alliances.values().filter(|alliance| alliance.members.contains(&issuer));
        if of.count() < ALLIANCES_MAX { Ok(()) } else { Err(Rejection::TooManyAlliances) }
    }

    /// `None` when `issuer` is neither in the alliance nor invited.
    fn leave_alliance(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        alliance: AllianceId,
    ) -> Option<()> {
        let known = self.alliances.get_mut(&alliance)?;
        let left = known.members.remove(&issuer) || known.invited.remove(&issuer);
        if !left {
            return None;
        }
        if known.members.is_empty() {
            self.alliances.remove(&alliance);
        }
        step.emit(AllianceEvent::Left { alliance, issuer }.into());
        Some(())
    }

    /// One that is no issuer any more is in no alliance either.
    pub(crate) fn leave_alliances(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        let all: Vec<AllianceId> = self.alliances.keys().copied().collect();
        for alliance in all {
            self.leave_alliance(step, issuer, alliance);
        }
    }

    /// Whether coupons of `issuer` are redeemed at `merchant`: at the issuer itself, at whom it has
    /// authorised (D-07), and at those of the issuers that it is allied with.
    pub(crate) fn accepts(&self, merchant: PartyId, issuer: PartyId) -> bool {
        let redeems = |member: PartyId| {
            let known = self.issuers.get(&member);
            merchant == member || known.is_some_and(|known| known.merchants.contains(&merchant))
        };
        let allied = self.alliances.values().filter(|alliance| alliance.members.contains(&issuer));
        redeems(issuer)
            || allied.flat_map(|alliance| &alliance.members).any(|member| redeems(*member))
    }
}
