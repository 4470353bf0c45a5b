//! What becomes of the fees: swept and split at every cut-off, paid out to who has a share, and
//! given back in part as rebates and rewards (P-19, P-24).

use crate::fees::major_units;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::reversal::{Numbered, ReversibleKind};
use crate::settlement::Purpose;
use crate::trade::{Trade, TradeState};
use crate::venue::{Due, Step, Venue};
use gcfn_banking::Creditor;
use gcfn_ledger::{Account, Entry, FeeKind, Posting, ShareKind, UserBucket};
use gcfn_model::{
    Amount, BasisPoints, Currency, Digest, InstructionId, PartyId, Pool, Rounding, Timestamp,
    TradeId,
};
use serde::{Deserialize, Serialize};

/// How fees are split (P-19, FEE-19: the seeds state no figures). What is left, and every
/// rounding, is the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareTable {
    /// To the region operator.
    pub region: BasisPoints,
    /// To the partner who brought the business.
    pub partner: BasisPoints,
}

impl ShareTable {
    /// Everything to the platform.
    pub const DEFAULT: ShareTable = ShareTable { region: BasisPoints(0), partner: BasisPoints(0) };

    /// The parts of region and partner, never more than there is.
    fn split(&self, amount: Amount) -> [(ShareKind, Amount); 3] {
        let part = |rate: BasisPoints| rate.of(amount, Rounding::Down).unwrap_or(Amount::ZERO);
        let region = part(self.region).min(amount);
        let partner = part(self.partner).min(amount.saturating_sub(region));
        let platform = amount.saturating_sub(region).saturating_sub(partner);
        [
            (ShareKind::Platform, platform),
            (ShareKind::Region, region),
            (ShareKind::Partner, partner),
        ]
    }
}

/// What whoever invited a user gets (P-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralTerms {
    /// Of the friend's first trade that is final: 5 %.
    pub rate: BasisPoints,
    /// At most: 100.
    pub cap: Amount,
}

impl ReferralTerms {
    /// As the seeds have it, in major units of `currency`.
    #[must_use]
    pub const fn of(currency: Currency) -> ReferralTerms {
        ReferralTerms { rate: BasisPoints(500), cap: major_units(currency, 100) }
    }
}

/// Why a party pays a penalty. Closed, so that it can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PenaltyReason {
    /// It disturbed the market.
    MarketAbuse,
    /// It did not redeem what it had promised to.
    RedemptionRefused,
    /// It did not meet its quoting duties.
    QuotingDuty,
    /// It broke another rule of the network.
    RuleBreach,
}

/// A penalty (C-45, P-20a): from the available money of a user or the free money of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Penalty {
    /// Who pays.
    pub party: PartyId,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: PenaltyReason,
    /// The digest of the finding.
    pub evidence: Digest,
}

impl Venue {
    /// Splits what the hub has in fees, but for what buyers may still have back (P-11b) and for
    /// what issuers still owe (P-03b, P-13b): no cash stands behind that.
    pub(crate) fn sweep_fees(&mut self, step: &mut Step<'_>) {
        let table = self.terms.money.shares;
        let hub = self.books.money.pool_position(Pool::SettlementHub, self.terms.currency);
        let mut owed = hub.receivable.credit().unwrap_or(Amount::ZERO);
        let mut entry = self.entry(Posting::FeeSweep);
        for &kind in FeeKind::ALL {
            let fee = Account::Fee(kind);
            let kept = match kind {
                FeeKind::Trade => self.fees_returnable(step.at),
                FeeKind::Issue | FeeKind::Breakage => owed.min(self.amount(fee)),
                FeeKind::Redeem | FeeKind::Withdrawal | FeeKind::Penalty => Amount::ZERO,
            };
            if matches!(kind, FeeKind::Issue | FeeKind::Breakage) {
                owed = owed.saturating_sub(kept);
            }
            let swept = self.amount(fee).saturating_sub(kept);
            for (share, part) in table.split(swept) {
                entry = entry.with(fee, Account::Share(share), part);
            }
        }
        let shared = Amount::sum(entry.legs.iter().map(|leg| leg.amount));
        if let Some(amount) = shared.filter(|amount| !amount.is_zero()) {
            self.post(step, entry);
            step.emit(MoneyEvent::FeesShared { amount }.into());
        }
    }

    /// The fees of settled purchases that may still be refunded.
    fn fees_returnable(&self, at: Timestamp) -> Amount {
        let within = |trade: &Trade| {
            let batch = self.markets.get(&trade.series).map(|market| market.batch);
            let batch = batch.and_then(|batch| self.batches.get(&batch));
            let live = batch.filter(|batch| batch.state.is_live());
            live.is_some_and(|batch| at.since(trade.at) <= batch.terms.refund_window)
        };
        let open = |trade: &&Trade| trade.state == TradeState::Settled && within(trade);
        let trades = self.refundable.values().flatten().filter_map(|id| self.trades.get(id));
        let fees = trades.filter(open).map(|trade| trade.cost().saturating_sub(trade.proceeds()));
        Amount::sum(fees).unwrap_or(Amount::MAX)
    }

    pub(crate) fn check_pay_share(
        &self,
        share: ShareKind,
        to: PartyId,
        amount: Amount,
    ) -> Result<(), Rejection> {
        if self.free_party(to)?.kind == PartyKind::Member {
            return Err(Rejection::PartyKind);
        }
        self.check_covers(Account::Share(share), amount)
    }

    /// Pays part of a share to the bank of a registered party.
    pub(crate) fn pay_share(
        &mut self,
        step: &mut Step<'_>,
        share: ShareKind,
        to: PartyId,
        amount: Amount,
    ) -> Outcome {
        self.check_pay_share(share, to, amount)?;
        self.pay_from_hub(step, Posting::FeeSweep, Account::Share(share), to, amount)?;
        step.emit(MoneyEvent::SharePaid { share, to, amount }.into());
        Ok(Done::Accepted)
    }

    /// Owes `to` what `from` has, and instructs the hub's bank to pay it. What the bank refuses
    /// or returns is paid with what merchants are owed.
    pub(crate) fn pay_from_hub(
        &mut self,
        step: &mut Step<'_>,
        posting: Posting,
        from: Account,
        to: PartyId,
        amount: Amount,
    ) -> Result<(), Rejection> {
        let day = self.trading_day(step.at)?;
        let owed = Account::Merchant(to);
        self.move_money(step, posting, (from, owed), amount);
        let number = self.next_number().to_be_bytes();
        let id = InstructionId::derive(&[b"hub", to.as_bytes(), &number]);
        let purpose = Purpose::MerchantPayOut(to);
        let creditor = (Pool::SettlementHub, Creditor::Party(to));
        self.instruct(step, (id, purpose), creditor, amount, day.date);
        Ok(())
    }

    pub(crate) fn check_rebate(&self, party: PartyId, amount: Amount) -> Result<(), Rejection> {
        if !matches!(self.party(party)?.kind, PartyKind::User | PartyKind::Merchant) {
            return Err(Rejection::PartyKind);
        }
        self.check_covers(Account::Share(ShareKind::Platform), amount)
    }

    /// Gives a user something out of the platform's share (P-24).
    pub(crate) fn grant_rebate(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        amount: Amount,
    ) -> Outcome {
        self.check_rebate(party, amount)?;
        let number = self.rebate(step, party, amount, ReversibleKind::Rebate);
        Ok(Done::Numbered { number })
    }

    pub(crate) fn rebate(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        amount: Amount,
        kind: ReversibleKind,
    ) -> u64 {
        let from = Account::Share(ShareKind::Platform);
        let to = Account::User(party, UserBucket::Available);
        let posting = Posting::Rebate;
        let item = self.move_money(step, posting, (from, to), amount);
        let moved = Numbered { posting, from, to, amount, item };
        self.number_entry(step, kind, moved, None)
    }

    /// A user says who brought it here: once, and before its first trade.
    pub(crate) fn join_by_invitation(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        inviter: PartyId,
    ) -> Outcome {
        let users = [self.free_party(party)?.kind, self.party(inviter)?.kind];
        if users != [PartyKind::User; 2] {
            return Err(Rejection::PartyKind);
        }
        if party == inviter {
            return Err(Rejection::ToOneself);
        }
        if self.invited.contains_key(&party) || self.parties.activity(&party).is_some() {
            return Err(Rejection::InvitationClosed);
        }
        self.invited.insert(party, Some(inviter));
        step.emit(MoneyEvent::Invited { party, inviter }.into());
        Ok(Done::Accepted)
    }

    /// A trade may have become final: settled, past being handed back, and nobody disputes it.
    /// Whoever invited one of its sides is rewarded for the first that is, as far as the platform
    /// has it. A purchase that may still be handed back is asked about again when it may not.
    pub(crate) fn reward_inviters(&mut self, step: &mut Step<'_>, id: TradeId) {
        let Some(trade) = self.trades.get(&id) else { return };
        let sides = [trade.buyer, trade.seller];
        let invited = |party: &PartyId| matches!(self.invited.get(party), Some(Some(_)));
        if trade.state != TradeState::Settled || !sides.iter().any(invited) {
            return;
        }
        if let Some(until) = self.refundable_until(trade).filter(|until| step.at < *until) {
            self.agenda.insert((until, Due::RewardInviters(id)));
        } else if !self.disputes.is_open_about(id) {
            let value = trade.value();
            self.reward_inviters_of(step, sides, value);
        }
    }

    fn reward_inviters_of(&mut self, step: &mut Step<'_>, sides: [PartyId; 2], value: Amount) {
        for party in sides {
            let Some(inviter) = self.invited.get_mut(&party).and_then(Option::take) else {
                continue;
            };
            let ReferralTerms { rate, cap } = self.terms.money.referral;
            let reward = rate.of(value, Rounding::HalfUp).unwrap_or(cap).min(cap);
            let covered = self.check_rebate(inviter, reward).is_ok();
            let amount = if covered { reward } else { Amount::ZERO };
            if covered {
                self.rebate(step, inviter, reward, ReversibleKind::Rebate);
            }
            step.emit(MoneyEvent::InviterRewarded { inviter, party, amount }.into());
        }
    }

    pub(crate) fn check_fine(&self, penalty: &Penalty) -> Result<(), Rejection> {
        if penalty.amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        let sources = self.penalised(penalty.party)?;
        match self.draw_from(&sources, penalty.amount).missing.is_zero() {
            true => Ok(()),
            false => Err(Rejection::InsufficientFunds),
        }
    }

    /// The one account that a penalty is taken from.
    fn penalised(&self, party: PartyId) -> Result<[Account; 1], Rejection> {
        use gcfn_ledger::IssuerBucket::Free;
        match self.party(party)?.kind {
            PartyKind::User | PartyKind::Merchant => {
                Ok([Account::User(party, self.free_bucket(party))])
            }
            PartyKind::Issuer => Ok([Account::Issuer(party, Free)]),
            PartyKind::Member => Err(Rejection::PartyKind),
        }
    }

    /// Takes a penalty: into the hub with the next settlement.
    pub(crate) fn impose_penalty(&mut self, step: &mut Step<'_>, penalty: &Penalty) -> Outcome {
        self.check_fine(penalty)?;
        let amount = penalty.amount;
        let [from] = self.penalised(penalty.party)?;
        let (posting, to) = (Posting::Penalty, Account::Fee(FeeKind::Penalty));
        let item = self.move_money(step, posting, (from, to), amount);
        let moved = Numbered { posting, from, to, amount, item };
        let number = self.number_entry(step, ReversibleKind::Penalty, moved, None);
        step.emit(MoneyEvent::PenaltyImposed { number, penalty: *penalty }.into());
        Ok(Done::Numbered { number })
    }

    /// What a refund takes out of the hub: the fees that are kept for it, then the platform's
    /// share.
    pub(crate) fn hub_refund(&self, amount: Amount) -> Result<Entry, Rejection> {
        let sources = [Account::Fee(FeeKind::Trade), Account::Share(ShareKind::Platform)];
        let draw = self.draw_from(&sources, amount);
        if !draw.missing.is_zero() {
            return Err(Rejection::ReserveShort);
        }
        let entry = self.entry(Posting::RefundAfterSettlement);
        Ok(draw
            .taken
            .into_iter()
            .fold(entry, |entry, (from, part)| entry.with(from, Account::Clearing, part)))
    }
}
