//! Money on its way to a party's own bank (P-14).
//!
//! A withdrawal is held back for a while in which it can be cancelled, and a large one until an
//! operator has approved it. From the moment that it is instructed only the bank can stop it.
//! Money is never sent from one user to another: a payment goes to the bank account of whoever
//! asked for it, and no verb names another payee.

use crate::command::Actor;
use crate::event::Event;
use crate::indexed::{By, Concerns};
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::settlement::{Item, Purpose, committed};
use crate::venue::{Due, Step, Venue};
use gcfn_banking::Creditor;
use gcfn_ledger::{Account, Posting, UserBucket};
use gcfn_model::{
    Amount, BusinessDate, InstructionId, Millis, PartyId, Pool, Timestamp, WithdrawalId,
};
use serde::{Deserialize, Serialize};

/// When a withdrawal leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalTerms {
    /// From this amount on an operator must approve it; none when it is the largest amount.
    pub approval_from: Amount,
    /// How long it can be cancelled before it is sent; zero sends it at once.
    pub held_for: Millis,
}

impl WithdrawalTerms {
    /// The seeds ask for a second approval of large withdrawals and state no figure: none.
    pub const DEFAULT: WithdrawalTerms =
        WithdrawalTerms { approval_from: Amount::MAX, held_for: Millis(0) };
}

/// Where a withdrawal stands. What the bank has paid or refused is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalState {
    /// Waits for an operator.
    Review,
    /// Waits for its time.
    Held,
    /// Instructed: the bank has it, or will at once.
    Instructed,
}

/// Money that a party wants at its own bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Whose.
    pub party: PartyId,
    /// What the bank pays.
    pub amount: Amount,
    /// What the node keeps of what was asked for.
    pub fee: Amount,
    /// What is withheld on top for an authority.
    pub tax: Amount,
    /// Where it stands.
    pub state: WithdrawalState,
    /// When it was asked for.
    pub at: Timestamp,
}

impl Concerns for Withdrawal {
    fn concerns(&self) -> [Option<By>; 3] {
        [Some(By::Party(self.party)), None, None]
    }
}

impl Venue {
    /// A withdrawal that is not paid.
    #[must_use]
    pub fn withdrawal(&self, withdrawal: WithdrawalId) -> Option<&Withdrawal> {
        self.withdrawals.get(&withdrawal)
    }

    /// Every withdrawal that is not paid.
    pub fn withdrawals(&self) -> impl Iterator<Item = (&WithdrawalId, &Withdrawal)> {
        self.withdrawals.iter()
    }

    /// The same beyond `after`, in the order of ids: all, or those of a party.
    pub fn withdrawals_after(
        &self,
        party: Option<PartyId>,
        after: Option<WithdrawalId>,
    ) -> impl Iterator<Item = (&WithdrawalId, &Withdrawal)> {
        self.withdrawals.after(party.map_or(By::All, By::Party), after)
    }

    /// A user asks for money to be paid to the user's own bank account (P-14a). Amount, fee and
    /// tax are set aside at once.
    pub(crate) fn withdraw(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        withdrawal: WithdrawalId,
        amount: Amount,
    ) -> Outcome {
        self.trader(party)?;
        let taken = self.issuer_payouts.contains_key(&withdrawal);
        if taken || self.withdrawals.contains_key(&withdrawal) {
            return Err(Rejection::WithdrawalExists);
        }
        let fee = self.terms.fees.withdrawal_fee(amount);
        let paid = amount.saturating_sub(fee);
        if paid.is_zero() {
            return Err(Rejection::AmountZero);
        }
        let tax = self.terms.money.taxes.withdrawal.of(amount);
        let available = Account::User(party, UserBucket::Available);
        let needed = amount.checked_add(tax).ok_or(Rejection::TooLarge)?;
        if self.amount(available) < needed {
            return Err(Rejection::InsufficientFunds);
        }
        self.check_withdrawal_limit(party, amount, step.at)?;
        let value_date = self.trading_day(step.at)?.value_date;
        let entry = self
            .entry(Posting::WithdrawalRequest)
            .with(available, Account::User(party, UserBucket::Withdrawal), paid)
            .with(available, committed(party), fee)
            .with(available, committed(party), tax);
        self.post(step, entry);
        self.note_withdrawal(party, amount, step.at);
        let state = match self.terms.money.withdrawals.approval_from <= amount {
            true => WithdrawalState::Review,
            false => WithdrawalState::Held,
        };
        let asked = Withdrawal { party, amount: paid, fee, tax, state, at: step.at };
        self.withdrawals.insert(withdrawal, asked);
        step.emit(Event::WithdrawalRequested { withdrawal, party, amount: paid });
        match state {
            WithdrawalState::Review => {
                step.emit(MoneyEvent::WithdrawalHeldForReview { withdrawal }.into());
            }
            _ => self.hold_or_send(step, withdrawal, value_date),
        }
        Ok(Done::Accepted)
    }

    /// An operator lets a large withdrawal go: the second person after the party itself.
    pub(crate) fn approve_withdrawal(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        withdrawal: WithdrawalId,
    ) -> Outcome {
        let party = self.withdrawal_in(withdrawal, &[WithdrawalState::Review])?.party;
        if by == party {
            return Err(Rejection::SecondPerson);
        }
        self.free_party(party)?;
        let value_date = self.trading_day(step.at)?.value_date;
        self.withdrawals.change(&withdrawal, |approved| approved.state = WithdrawalState::Held);
        step.emit(MoneyEvent::WithdrawalApproved { withdrawal, by }.into());
        self.hold_or_send(step, withdrawal, value_date);
        Ok(Done::Accepted)
    }

    /// Whoever asked for it, or an operator, stops a withdrawal that has not left.
    pub(crate) fn cancel_withdrawal(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: WithdrawalId,
    ) -> Outcome {
        let known = self.withdrawals.get(&id).ok_or(Rejection::UnknownWithdrawal)?;
        acts_for(actor, known.party)?;
        if known.state == WithdrawalState::Instructed {
            return Err(Rejection::WithdrawalSent);
        }
        self.stop_withdrawal(step, id);
        Ok(Done::Accepted)
    }

    /// Stops every withdrawal of a party that has not left.
    pub(crate) fn stop_withdrawals_of(&mut self, step: &mut Step<'_>, party: PartyId) {
        let waits = |of: &Withdrawal| of.state != WithdrawalState::Instructed;
        for withdrawal in self.withdrawals.select(By::Party(party), waits) {
            self.stop_withdrawal(step, withdrawal);
        }
    }

    /// Gives everything back before it has left.
    fn stop_withdrawal(&mut self, step: &mut Step<'_>, id: WithdrawalId) {
        if self.give_back(step, id) {
            step.emit(MoneyEvent::WithdrawalCancelled { withdrawal: id }.into());
        }
    }

    /// The mirror of P-14a: nothing of it has been paid, so no fee is due and nothing is withheld.
    /// Says whether there was such a withdrawal.
    fn give_back(&mut self, step: &mut Step<'_>, id: WithdrawalId) -> bool {
        let Some(given_up) = self.withdrawals.remove(&id) else { return false };
        let Withdrawal { party, amount, fee, tax, at, .. } = given_up;
        let back = Account::User(party, self.free_bucket(party));
        let entry = self
            .entry(Posting::Reversal)
            .with(Account::User(party, UserBucket::Withdrawal), back, amount)
            .with(committed(party), back, fee)
            .with(committed(party), back, tax);
        self.post(step, entry);
        let asked = amount.checked_add(fee).unwrap_or(amount);
        self.forget_withdrawal(party, asked, (at, step.at));
        true
    }

    fn hold_or_send(&mut self, step: &mut Step<'_>, id: WithdrawalId, value_date: BusinessDate) {
        let held_for = self.terms.money.withdrawals.held_for;
        match step.at.checked_add(held_for).filter(|until| step.at < *until) {
            Some(until) => {
                self.agenda.insert((until, Due::SendWithdrawal(id)));
            }
            None => self.send_withdrawal(step, id, value_date),
        }
    }

    /// The time to cancel it has passed. Where no trading day is open it waits for the next
    /// hour: a bank is given a date on which it works.
    pub(crate) fn withdrawal_due(&mut self, step: &mut Step<'_>, id: WithdrawalId) {
        // An id that was used and forgotten may come again before the first one's time.
        let held_for = self.terms.money.withdrawals.held_for;
        let ripe =
            |of: &Withdrawal| of.at.checked_add(held_for).is_none_or(|until| until <= step.at);
        let held = self.withdrawal_in(id, &[WithdrawalState::Held]).is_ok_and(ripe);
        match self.trading_day(step.at) {
            Ok(day) if held => self.send_withdrawal(step, id, day.value_date),
            Err(_) if held => {
                if let Some(later) = step.at.checked_add(Millis(3_600_000)) {
                    self.agenda.insert((later, Due::SendWithdrawal(id)));
                }
            }
            _ => {}
        }
    }

    /// Instructs the bank.
    fn send_withdrawal(&mut self, step: &mut Step<'_>, id: WithdrawalId, value_date: BusinessDate) {
        let sent = self.withdrawals.change(&id, |sent| {
            sent.state = WithdrawalState::Instructed;
            *sent
        });
        let Some(Withdrawal { party, amount, .. }) = sent else { return };
        // An id that was used and forgotten may come again; an instruction's may not.
        let number = self.next_number().to_be_bytes();
        let instruction = InstructionId::derive(&[b"withdrawal", id.as_bytes(), &number]);
        let what = (instruction, Purpose::Withdrawal(id));
        let to = (Pool::UserCustody, Creditor::Party(party));
        self.instruct(step, what, to, amount, value_date);
    }

    /// The bank has paid: the fee that was set aside is the hub's with the next settlement, and
    /// the tax is withheld. Not earlier, for a refusal gives both back (P-14b).
    pub(crate) fn charge_withdrawal(&mut self, step: &mut Step<'_>, paid: &Withdrawal) {
        if !paid.fee.is_zero() {
            self.add_item(Item::WithdrawalFee { party: paid.party, amount: paid.fee });
        }
        self.withhold_on_withdrawal(step, paid);
    }

    /// The bank refused.
    pub(crate) fn withdrawal_failed(&mut self, step: &mut Step<'_>, withdrawal: WithdrawalId) {
        if self.give_back(step, withdrawal) {
            step.emit(Event::WithdrawalFailed { withdrawal });
        }
    }

    fn withdrawal_in(
        &self,
        id: WithdrawalId,
        states: &[WithdrawalState],
    ) -> Result<&Withdrawal, Rejection> {
        let known = self.withdrawals.get(&id).ok_or(Rejection::UnknownWithdrawal)?;
        if states.contains(&known.state) { Ok(known) } else { Err(Rejection::WithdrawalSent) }
    }
}
