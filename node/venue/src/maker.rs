//! Market makers: admission, deposit, standing, and how they leave (MMK-01, MMK-02, P-20a).

use crate::command::Verb;
use crate::duty::QuoteWatch;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyClass, PartyKind};
use crate::refusal::Rejection;
use crate::settlement::{Item, committed};
use crate::venue::{Step, Venue};
use alloc::collections::BTreeMap;
use gcfn_ledger::{Account, Posting, UserBucket};
use gcfn_model::{Amount, BasisPoints, Millis, PartyId, SeriesId};
use serde::{Deserialize, Serialize};

/// Where a market maker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MakerStatus {
    /// Has asked; not yet admitted.
    Applied,
    /// Makes markets.
    Active,
    /// Admitted, but has no duties and no privileges for now.
    Suspended,
    /// Was one.
    Terminated,
}

/// What a market maker owes in a series (MMK-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteDuty {
    /// How far its bid and its ask may be apart at most, as a share of their mean (D-19).
    pub max_spread: BasisPoints,
    /// How many coupons it must bid for, and how many it must offer, within that spread.
    pub min_depth: u64,
    /// The share of the trading time in which it must do so.
    pub uptime: BasisPoints,
    /// How soon it must quote again. A gap no longer than this does not count.
    pub response: Millis,
}

/// A market maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketMaker {
    /// Where it stands.
    pub status: MakerStatus,
    /// Whether it is the node's own, without a deposit (MMK-09).
    pub own: bool,
    /// Where it has duties, and how it meets them.
    pub series: BTreeMap<SeriesId, QuoteWatch>,
}

impl Venue {
    /// Asks to be admitted. What admission takes must be there already.
    pub(crate) fn apply_as_maker(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        self.check_no_maker(party)?;
        self.check_maker(party, self.terms.trading.maker.deposit)?;
        self.enter_maker(step, party, MakerStatus::Applied);
        Ok(Done::Accepted)
    }

    /// Admits an applicant and takes its deposit (P-20a); two persons must, for a market maker is
    /// of a class of its own.
    pub(crate) fn approve_maker(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        let deposit = self.check_approve_maker(party)?;
        let available = Account::User(party, UserBucket::Available);
        let entry = self.entry(Posting::MarketMakerDeposit);
        self.post(step, entry.with(available, deposited(party), deposit));
        self.set_maker(step, party, MakerStatus::Active);
        Ok(Done::Accepted)
    }

    /// Whether an applicant can be admitted; gives the deposit that it pays.
    pub(crate) fn check_approve_maker(&self, party: PartyId) -> Result<Amount, Rejection> {
        self.maker_in(party, &[MakerStatus::Applied])?;
        let deposit = self.terms.trading.maker.deposit;
        self.check_maker(party, deposit)?;
        Ok(deposit)
    }

    /// Appoints an account of the node itself: it keeps depth and price stable, without a
    /// deposit; two persons must.
    pub(crate) fn appoint_maker(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        self.check_appoint_maker(party)?;
        self.enter_maker(step, party, MakerStatus::Active);
        self.set_class(step, party, PartyClass::MarketMaker);
        if let Some(maker) = self.makers.get_mut(&party) {
            maker.own = true;
        }
        Ok(Done::Accepted)
    }

    pub(crate) fn check_appoint_maker(&self, party: PartyId) -> Result<(), Rejection> {
        self.check_no_maker(party)?;
        self.check_maker(party, Amount::ZERO)
    }

    pub(crate) fn suspend_maker(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        self.maker_in(party, &[MakerStatus::Active])?;
        self.set_maker(step, party, MakerStatus::Suspended);
        Ok(Done::Accepted)
    }

    /// Lets a suspended market maker go on; two persons must, for it lifts what one had imposed.
    pub(crate) fn resume_maker(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        self.check_resume_maker(party)?;
        self.set_maker(step, party, MakerStatus::Active);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_resume_maker(&self, party: PartyId) -> Result<(), Rejection> {
        self.maker_in(party, &[MakerStatus::Suspended])?;
        self.free_party(party).map(|_| ())
    }

    /// A market maker leaves, or an applicant thinks again.
    pub(crate) fn leave_making(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        self.free_party(party)?;
        self.terminate_maker(step, party)
    }

    /// Ends it: duties end, and the deposit is the party's own again.
    pub(crate) fn terminate_maker(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        use MakerStatus::{Active, Applied, Suspended};
        self.maker_in(party, &[Applied, Active, Suspended])?;
        self.no_penalty_waits(party)?;
        let back = Account::User(party, self.free_bucket(party));
        let deposit = self.amount(deposited(party));
        let entry = self.entry(Posting::MarketMakerDeposit);
        self.post(step, entry.with(deposited(party), back, deposit));
        self.set_maker(step, party, MakerStatus::Terminated);
        if let Some(maker) = self.makers.get_mut(&party) {
            maker.series.clear();
        }
        Ok(Done::Accepted)
    }

    /// Whether no penalty waits for its second person: until it is approved or dismissed, or
    /// lapses, the deposit stays where it can be taken from.
    fn no_penalty_waits(&self, party: PartyId) -> Result<(), Rejection> {
        let penalty =
            |verb: &Verb| matches!(verb, Verb::PenaliseMaker { maker, .. } if *maker == party);
        match self.proposals.values().any(|proposal| penalty(&proposal.verb)) {
            true => Err(Rejection::UnderReview),
            false => Ok(()),
        }
    }

    /// Takes a penalty out of the deposit.
    pub(crate) fn penalise_maker(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        amount: Amount,
    ) -> Outcome {
        self.check_penalty(party, amount)?;
        let entry = self.entry(Posting::MarketMakerDeposit);
        self.post(step, entry.with(deposited(party), committed(party), amount));
        self.add_item(Item::MakerPenalty { maker: party, amount });
        step.emit(Event::MakerPenalised { maker: party, amount });
        Ok(Done::Accepted)
    }

    pub(crate) fn check_penalty(&self, party: PartyId, amount: Amount) -> Result<(), Rejection> {
        self.maker_in(party, &[MakerStatus::Active, MakerStatus::Suspended])?;
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        match self.amount(deposited(party)) < amount {
            true => Err(Rejection::InsufficientFunds),
            false => Ok(()),
        }
    }

    /// Gives a market maker a duty in a series, the region's own when none is stated.
    pub(crate) fn set_duty(
        &mut self,
        step: &mut Step<'_>,
        (party, series): (PartyId, SeriesId),
        duty: Option<QuoteDuty>,
    ) -> Outcome {
        self.maker_in(party, &[MakerStatus::Active, MakerStatus::Suspended])?;
        self.open_series(series, step.at)?;
        let duty = duty.unwrap_or(self.terms.trading.maker.duty);
        if duty.min_depth == 0 || BasisPoints::ONE < duty.uptime {
            return Err(Rejection::DutyOutOfRange);
        }
        let maker = self.makers.get_mut(&party).ok_or(Rejection::UnknownMaker)?;
        let watch = QuoteWatch::new(duty, step.at);
        maker.series.entry(series).and_modify(|known| known.duty = duty).or_insert(watch);
        step.emit(Event::DutySet { maker: party, series, duty });
        self.watch_quotes(step.at, party, series);
        Ok(Done::Accepted)
    }

    pub(crate) fn lift_duty(
        &mut self,
        step: &mut Step<'_>,
        (party, series): (PartyId, SeriesId),
    ) -> Outcome {
        let maker = self.makers.get_mut(&party).ok_or(Rejection::UnknownMaker)?;
        maker.series.remove(&series).ok_or(Rejection::NoDuty)?;
        step.emit(Event::DutyLifted { maker: party, series });
        Ok(Done::Accepted)
    }

    /// Whether a party makes markets now: it is bound by its duties instead of the limits on how
    /// often others may trade (C-44).
    #[must_use]
    pub fn is_market_maker(&self, party: PartyId) -> bool {
        self.makers.get(&party).is_some_and(|maker| maker.status == MakerStatus::Active)
    }

    fn check_maker(&self, party: PartyId, deposit: Amount) -> Result<(), Rejection> {
        let known = self.free_party(party)?;
        if !matches!(known.kind, PartyKind::User | PartyKind::Merchant) {
            return Err(Rejection::PartyKind);
        }
        if known.kyc < self.terms.trading.maker.kyc {
            return Err(Rejection::KycTooLow);
        }
        self.check_money(party, deposit)
    }

    /// Whether a party may begin to make markets: it does not, nor has it asked to.
    fn check_no_maker(&self, party: PartyId) -> Result<(), Rejection> {
        let known = self.makers.get(&party);
        match known.is_some_and(|maker| maker.status != MakerStatus::Terminated) {
            true => Err(Rejection::MakerState),
            false => Ok(()),
        }
    }

    fn maker_in(&self, party: PartyId, allowed: &[MakerStatus]) -> Result<(), Rejection> {
        let maker = self.makers.get(&party).ok_or(Rejection::UnknownMaker)?;
        if allowed.contains(&maker.status) { Ok(()) } else { Err(Rejection::MakerState) }
    }

    fn enter_maker(&mut self, step: &mut Step<'_>, party: PartyId, status: MakerStatus) {
        let maker = MarketMaker { status, own: false, series: BTreeMap::new() };
        self.makers.insert(party, maker);
        step.emit(Event::MakerChanged { maker: party, status });
    }

    fn set_maker(&mut self, step: &mut Step<'_>, party: PartyId, status: MakerStatus) {
        let Some(maker) = self.makers.get_mut(&party) else { return };
        maker.status = status;
        let class = match status {
            MakerStatus::Active => PartyClass::MarketMaker,
            MakerStatus::Applied | MakerStatus::Suspended | MakerStatus::Terminated => {
                PartyClass::Retail
            }
        };
        let series: alloc::vec::Vec<SeriesId> = maker.series.keys().copied().collect();
        step.emit(Event::MakerChanged { maker: party, status });
        self.set_class(step, party, class);
        series.into_iter().for_each(|series| self.watch_quotes(step.at, party, series));
    }
}

fn deposited(party: PartyId) -> Account {
    Account::User(party, UserBucket::Deposit)
}
