//! Paying deposits back to the accounts whose they are.
//!
//! A deposit goes back as far as it stands for nothing: what is left of all that the account keeps
//! in the currency covers what it owes in what is agreed and not paid in, and what others have
//! given for it. What liquidity-saving runs have settled with stays as it is, and so does the
//! guarantee fund between the netting of a cycle and its settlement, for then others count on it.

use crate::cycle::{Affirmed, Cycle};
use crate::deposit::{Deposit, Layer, Place};
use crate::house::{House, HousePayment};
use crate::{ClearingEvent, HouseRefusal, Phase};
use alloc::vec::Vec;
use gcfn_banking::{Booked, Creditor, Instruction};
use gcfn_model::{Currency, InstructionId, Pool, Position, SettlementAccount, Timestamp};

impl House {
    /// Asks the bank to pay a deposit, or a part of it, back to the account whose it is. It stands
    /// for nothing from here on; what the bank does not pay is kept again.
    ///
    /// # Errors
    /// [`HouseRefusal::NotAMember`], [`HouseRefusal::DepositAmount`],
    /// [`HouseRefusal::DepositNeeded`], [`HouseRefusal::FundNeeded`]. Nothing has changed.
    pub fn pay_back(
        &mut self,
        at: Timestamp,
        deposit: Deposit,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        self.check_pay_back(&deposit)?;
        self.deposits.draw(deposit.place(), deposit.amount);
        let id = self.pay_back_id(&deposit);
        let value_date = at.utc().0;
        let Deposit { account, currency, amount, .. } = deposit;
        let payment = Instruction {
            id,
            debtor: self.account(),
            creditor: Creditor::Account(account),
            currency,
            amount,
            value_date,
            purpose: HousePayment { value_date, account },
        };
        self.desk.instruct(at, payment).expect("every payment back has an id of its own");
        self.deposits.returning.insert(id, deposit);
        events.push(ClearingEvent::DepositReturning { deposit, payment });
        Ok(())
    }

    /// Whether a deposit could be paid back now.
    ///
    /// # Errors
    /// As for [`House::pay_back`].
    pub fn check_pay_back(&self, deposit: &Deposit) -> Result<(), HouseRefusal> {
        let place @ (currency, account, layer) = deposit.place();
        if account.pool == Pool::ClearingHouse {
            return Err(HouseRefusal::NotAMember);
        }
        let left = self.deposits.at(place).checked_sub(deposit.amount);
        let left = left.filter(|_| !deposit.amount.is_zero()).ok_or(HouseRefusal::DepositAmount)?;
        let kept = Layer::ALL.map(|layer| self.deposits.at((currency, account, layer)));
        let kept = kept.into_iter().fold(Position::ZERO, Position::plus).minus(deposit.amount);
        let runs = self.settled_with((currency, account));
        if kept < self.owed_by((currency, account))
            || (layer == Layer::Deposit && Position::from(left) < runs)
        {
            return Err(HouseRefusal::DepositNeeded);
        }
        let counts = |cycle: &&Cycle| {
            (Phase::Netted..Phase::Settled).contains(&cycle.phase)
                && cycle.currencies().contains(&currency)
        };
        match self.cycles.values().find(counts).filter(|_| layer == Layer::FundShare) {
            Some(cycle) => Err(HouseRefusal::FundNeeded(cycle.id)),
            None => Ok(()),
        }
    }

    /// What an account owes in what is agreed and not paid in, for what its bank has taken back, and
    /// for what was drawn from others for it.
    fn owed_by(&self, of: (Currency, SettlementAccount)) -> Position {
        let mut owed = self.claimed(of);
        for cycle in self.cycles.values() {
            let drawn = cycle.covers.iter().filter(|cover| {
                (cover.currency, cover.account) == of && cover.from != cover.account
            });
            owed = drawn.fold(owed, |owed, cover| owed.plus(cover.amount));
            if Phase::Settled <= cycle.phase {
                continue;
            }
            let short = match cycle.phase {
                Phase::Open => self.as_if_closed(cycle).shortfalls(),
                _ => cycle.shortfalls(),
            };
            owed = short.get(&of).map_or(owed, |short| owed.plus(*short));
        }
        owed
    }

    /// What liquidity-saving runs have settled with an account's deposit in cycles to come.
    fn settled_with(&self, of: (Currency, SettlementAccount)) -> Position {
        let open = self.cycles.values().filter(|cycle| cycle.phase < Phase::Settled);
        let ahead = open.filter_map(|cycle| cycle.ahead.get(&of)?.debit());
        ahead.fold(Position::ZERO, Position::plus)
    }

    /// A cycle as it would be netted if it closed now.
    pub(crate) fn as_if_closed(&self, cycle: &Cycle) -> Cycle {
        let mut closed = cycle.clone();
        closed.take(|affirmed: &Affirmed| !affirmed.is_agreed());
        closed.netting = self.netting;
        closed.renet();
        closed
    }

    fn pay_back_id(&self, deposit: &Deposit) -> InstructionId {
        let number = u64::try_from(self.deposits.returning.len()).unwrap_or(u64::MAX);
        InstructionId::derive(&[
            b"deposit-back",
            self.id().as_str().as_bytes(),
            deposit.account.node.as_str().as_bytes(),
            deposit.account.pool.code().as_bytes(),
            &number.to_be_bytes(),
        ])
    }

    /// The deposit that a payment of the house brings back, if it brings one.
    pub(crate) fn returned_by(&self, payment: &Instruction<HousePayment>) -> Option<Deposit> {
        self.deposits.returning.get(&payment.id).copied()
    }

    /// Whether the bank has booked a deposit that goes back, or that has come back.
    pub(crate) fn has_gone_back(
        &mut self,
        booked: &Booked<HousePayment>,
        events: &mut Vec<ClearingEvent>,
    ) -> bool {
        let (Booked::Settled(payment) | Booked::Returned(payment)) = booked else { return false };
        let Some(deposit) = self.returned_by(payment) else { return false };
        match booked {
            Booked::Returned(_) => self.keep_again(deposit, events),
            _ => events.push(ClearingEvent::DepositReturned(deposit)),
        }
        true
    }

    /// The bank did not pay a deposit back, or its payment came back.
    pub(crate) fn keep_again(&mut self, deposit: Deposit, events: &mut Vec<ClearingEvent>) {
        let place: Place = deposit.place();
        self.deposits.add(place, deposit.amount);
        events.push(ClearingEvent::DepositKept(deposit));
    }
}
