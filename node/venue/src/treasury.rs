//! Money from and to banks: deposits, pay-ins and pay-outs (P-01, P-02a, P-08, P-09d, P-16e2 to h,
//! P-31).
//!
//! Money counts when the bank says that it has booked it, and not before.

use crate::event::Event;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::reversal::{Numbered, ReversibleKind};
use crate::settlement::Purpose;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_banking::{
    BankEntry, Booked, Creditor, Instruction, Payment, PaymentState, Side, SuspenseItem,
};
use gcfn_clearing::PayIn;
use gcfn_ledger::{Account, Entry, IssuerBucket, Posting, UserBucket};
use gcfn_model::{
    Amount, BusinessDate, HouseId, InstructionId, PartyId, Pool, SettlementAccount, Uetr,
};

impl Venue {
    /// The bank booked something on one of the node's accounts.
    pub(crate) fn bank_booked(&mut self, step: &mut Step<'_>, entry: &BankEntry) -> Outcome {
        if entry.account.node != self.terms.node {
            return Err(Rejection::ForeignAccount);
        }
        if entry.account.pool == Pool::ClearingHouse {
            return self.house_booked(step, entry);
        }
        let booked = self.desk.booked(step.at, entry);
        self.count(step, entry, &booked)
    }

    /// Posts what an entry means, and ties what it may have explained.
    pub(crate) fn count(
        &mut self,
        step: &mut Step<'_>,
        entry: &BankEntry,
        booked: &Booked<Purpose>,
    ) -> Outcome {
        let pool = entry.account.pool;
        let bank = Account::Bank(pool);
        match booked {
            Booked::Settled(payment) => self.payment_made(step, payment),
            Booked::Received(payment) => {
                debug_assert_eq!(payment.creditor, Creditor::Account(entry.account));
                let posted = Entry::new(self.received(payment), entry.currency);
                self.post_banked(step, posted.with(bank, counterpart(pool), entry.amount));
            }
            Booked::Returned(payment) => self.payment_returned(step, payment, entry),
            Booked::TakenBack(_) => {
                // Whoever has paid it has it again, and is to pay it again.
                let posted = Entry::new(Posting::Reversal, entry.currency);
                self.post_banked(step, posted.with(counterpart(pool), bank, entry.amount));
            }
            Booked::Unmatched => self.deposit(step, entry),
            Booked::Repeat | Booked::DayClosed => return Ok(Done::Repeated),
            Booked::Suspended(dispute) => {
                let account = entry.account;
                let (debit, credit) = match entry.side {
                    Side::Credit => (bank, Account::Suspense(pool)),
                    Side::Debit => (Account::Suspense(pool), bank),
                };
                self.post_bank(step, entry, debit, credit);
                step.emit(Event::BankDisputed { account, dispute: *dispute });
                self.put_in_suspense(step, SuspenseItem::of(entry, 0, step.at));
                entry.uetr.into_iter().for_each(|uetr| self.has_come_back(step, uetr));
            }
            Booked::Disputed(dispute) => {
                let account = entry.account;
                step.emit(Event::BankDisputed { account, dispute: *dispute });
            }
        }
        self.review(step);
        Ok(Done::Accepted)
    }

    fn post_bank(
        &mut self,
        step: &mut Step<'_>,
        entry: &BankEntry,
        debit: Account,
        credit: Account,
    ) -> bool {
        let posted = Entry::new(Posting::BankConfirmation, entry.currency);
        self.post_banked(step, posted.with(debit, credit, entry.amount))
    }

    /// Money from outside: a user's or an issuer's, if it says whose, else it waits in suspense.
    fn deposit(&mut self, step: &mut Step<'_>, entry: &BankEntry) {
        let BankEntry { account, currency, amount, .. } = *entry;
        let pool = account.pool;
        let bank = Account::Bank(pool);
        if entry.side == Side::Debit {
            // The bank took money that nobody instructed it to pay.
            self.post_bank(step, entry, Account::Suspense(pool), bank);
            step.emit(Event::DepositUnmatched { account, currency, amount });
            self.put_in_suspense(step, SuspenseItem::of(entry, 0, step.at));
            return;
        }
        if pool == Pool::Dealer {
            // All that comes in is the dealer's own, whoever sent it.
            self.note_early(entry);
            let posted = Entry::new(Posting::DealerCapital, currency);
            self.post_banked(step, posted.with(bank, counterpart(pool), amount));
            return;
        }
        match entry.reference.and_then(|party| self.depositor(party, entry)) {
            Some((party, to, posting)) => {
                let posted = Entry::new(posting, currency).with(bank, to, amount);
                if self.post_banked(step, posted) {
                    self.number_deposit(step, entry, (party, to), posting);
                    self.deposited(step, party, pool);
                }
            }
            None => {
                self.note_early(entry);
                self.post_bank(step, entry, bank, Account::Suspense(pool));
                step.emit(Event::DepositUnmatched { account, currency, amount });
                self.put_in_suspense(step, SuspenseItem::of(entry, 0, step.at));
            }
        }
    }

    /// An issuer's deposit lifts its quota and pays what waits for it.
    pub(crate) fn deposited(&mut self, step: &mut Step<'_>, issuer: PartyId, pool: Pool) {
        if pool != Pool::IssuerEscrow {
            return;
        }
        self.set_quota(step, issuer);
        self.meet_calls(step, issuer);
        for id in self.batches_of(issuer, |batch| batch.reserve_low) {
            self.check_reserve(step, id);
        }
    }

    /// Tells of a deposit, and numbers it so that it can be reversed.
    fn number_deposit(
        &mut self,
        step: &mut Step<'_>,
        entry: &BankEntry,
        (party, to): (PartyId, Account),
        posting: Posting,
    ) {
        let BankEntry { account, currency, amount, .. } = *entry;
        step.emit(Event::DepositReceived { party, currency, amount });
        if let Account::Stake(node) = to {
            step.emit(MoneyEvent::StakeReceived { node, amount }.into());
            return;
        }
        let from = Account::Bank(account.pool);
        let moved = Numbered { posting, from, to, amount, item: None };
        let source = Some(SuspenseItem::of(entry, 0, step.at));
        self.number_entry(step, ReversibleKind::Deposit, moved, source);
    }

    /// Remembers money that a house may still speak of; the first under its UETR, for a second
    /// one would be somebody else's.
    fn note_early(&mut self, entry: &BankEntry) {
        if let Some(uetr) = entry.uetr {
            self.early.entry(uetr).or_insert(*entry);
        }
    }

    fn depositor(&self, party: PartyId, entry: &BankEntry) -> Option<(PartyId, Account, Posting)> {
        let kind = self.parties.get(&party)?.kind;
        if entry.currency != self.terms.currency {
            return None;
        }
        match (entry.account.pool, kind) {
            (Pool::UserCustody, PartyKind::User | PartyKind::Merchant) => {
                let to = Account::User(party, self.free_bucket(party));
                Some((party, to, Posting::UserDeposit))
            }
            (Pool::IssuerEscrow, PartyKind::Issuer) => {
                let to = Account::Issuer(party, IssuerBucket::Deposit);
                Some((party, to, Posting::IssuerDeposit))
            }
            (Pool::GuaranteeFund, PartyKind::User | PartyKind::Merchant | PartyKind::Issuer) => {
                Some((party, Account::GuaranteeFund, Posting::GuaranteeFunding))
            }
            (Pool::SettlementHub, PartyKind::Member) => {
                let to = Account::Stake(self.member_named(party)?);
                Some((party, to, Posting::NodeStake))
            }
            _ => None,
        }
    }

    /// The bank has debited the node's account with one of its payments.
    fn payment_made(&mut self, step: &mut Step<'_>, payment: &Instruction<Purpose>) {
        let pool = payment.debtor.pool;
        let (debit, posting) = match payment.purpose {
            Purpose::PayIn { house, .. } | Purpose::PayOut { house, .. } => {
                (counterpart(pool), self.paid_in(pool, house))
            }
            Purpose::MerchantPayOut(merchant) => {
                (Account::Merchant(merchant), Posting::MerchantPayOut)
            }
            Purpose::Withdrawal(withdrawal) => {
                let Some(paid) = self.withdrawals.remove(&withdrawal) else { return };
                step.emit(Event::WithdrawalPaid { withdrawal });
                self.charge_withdrawal(step, &paid);
                (Account::User(paid.party, UserBucket::Withdrawal), Posting::WithdrawalPaid)
            }
            Purpose::IssuerPayOut(withdrawal) => {
                let Some(leaving) = self.issuer_paid(step, withdrawal) else { return };
                (leaving, Posting::WithdrawalPaid)
            }
        };
        let entry = Entry::new(posting, payment.currency);
        self.post_banked(step, entry.with(debit, Account::Bank(pool), payment.amount));
    }

    /// As what a pay-in to a house is posted: the node's net leg, or one of a deal across nodes.
    fn paid_in(&self, pool: Pool, house: HouseId) -> Posting {
        match pool {
            Pool::Dealer => Posting::FxPayOut,
            _ if house == self.terms.house => Posting::NetLeg,
            _ => Posting::CrossBorderRemit,
        }
    }

    /// As what the money is posted that a house has paid out.
    fn received(&self, payment: &Instruction<Purpose>) -> Posting {
        match (payment.creditor, payment.purpose) {
            (Creditor::Account(to), _) if to.pool == Pool::Dealer => Posting::FxReceive,
            (_, Purpose::PayOut { house, .. }) if house != self.terms.house => {
                Posting::CrossBorderReceive
            }
            _ => Posting::BankConfirmation,
        }
    }

    /// A payment came back: the money is the payer's again, or waits in suspense where the payer
    /// has left.
    fn payment_returned(
        &mut self,
        step: &mut Step<'_>,
        payment: &Instruction<Purpose>,
        booked: &BankEntry,
    ) {
        let pool = payment.debtor.pool;
        let credit = match payment.purpose {
            Purpose::MerchantPayOut(merchant) => Account::Merchant(merchant),
            Purpose::Withdrawal(_) => match payment.creditor {
                Creditor::Party(party) if self.parties.contains_key(&party) => {
                    Account::User(party, self.free_bucket(party))
                }
                Creditor::Party(_) | Creditor::Account(_) => Account::Suspense(pool),
            },
            Purpose::IssuerPayOut(_) => self.issuer_returned(payment),
            Purpose::PayIn { .. } | Purpose::PayOut { .. } => counterpart(pool),
        };
        let entry = Entry::new(Posting::Reversal, payment.currency);
        let posted =
            self.post_banked(step, entry.with(Account::Bank(pool), credit, payment.amount));
        if credit == Account::Suspense(pool) {
            self.put_in_suspense(step, SuspenseItem::of(booked, 0, step.at));
        }
        match payment.purpose {
            Purpose::MerchantPayOut(merchant) if posted => {
                self.owe_merchant(merchant, payment.amount);
            }
            Purpose::PayIn { .. } => self.has_come_back(step, payment.uetr()),
            _ => {}
        }
    }

    pub(crate) fn instruct(
        &mut self,
        step: &mut Step<'_>,
        what: (InstructionId, Purpose),
        parties: (Pool, Creditor),
        amount: Amount,
        value_date: BusinessDate,
    ) {
        let ((id, purpose), (pool, creditor)) = (what, parties);
        let debtor = self.terms.account(pool);
        let currency = self.terms.currency;
        let payment = Instruction { id, debtor, creditor, currency, amount, value_date, purpose };
        self.send_payment(step, payment);
    }

    fn send_payment(&mut self, step: &mut Step<'_>, payment: Instruction<Purpose>) {
        let known = self.desk.payment(payment.uetr()).is_some();
        if !known && self.desk.instruct(step.at, payment).is_ok() {
            step.emit(Event::Instructed(payment));
        }
    }

    /// A house calls for money: the node instructs its bank at once.
    pub(crate) fn pay_in(
        &mut self,
        step: &mut Step<'_>,
        purpose: Purpose,
        call: (PayIn, SettlementAccount, BusinessDate),
    ) {
        let (pay_in, pay_to, value_date) = call;
        if pay_in.account.node != self.terms.node {
            return;
        }
        let payment = Instruction {
            id: pay_in.instruction,
            debtor: pay_in.account,
            creditor: Creditor::Account(pay_to),
            currency: pay_in.currency,
            amount: pay_in.amount,
            value_date,
            purpose,
        };
        self.send_payment(step, payment);
    }

    /// A house has instructed a payment to this node. If the bank was quicker than the house,
    /// nothing is left to expect: the money is taken out of suspense now, where it waits there.
    pub(crate) fn expect_pay_out(&mut self, step: &mut Step<'_>, payment: Instruction<Purpose>) {
        let Creditor::Account(account) = payment.creditor else { return };
        let uetr = payment.uetr();
        let terms = (payment.currency, payment.amount, account);
        let is_early = |entry: &BankEntry| (entry.currency, entry.amount, entry.account) == terms;
        if account.node != self.terms.node || self.desk.payment(uetr).is_some() {
            return;
        }
        if self.early.get(&uetr).is_some_and(is_early) {
            self.early.remove(&uetr);
            self.explained(step, uetr, account);
            let _known = self.desk.expect_come(step.at, payment);
            if account.pool != Pool::Dealer {
                let (from, to) = (Account::Suspense(account.pool), counterpart(account.pool));
                let entry = Entry::new(self.received(&payment), payment.currency);
                self.post_banked(step, entry.with(from, to, payment.amount));
            }
        } else {
            // A house that reuses an id, pays nothing or pays an account from itself is not
            // expected to: its money will wait in suspense.
            let _known = self.desk.expect(step.at, payment);
        }
    }

    /// What a house was to pay under this id does not come: it pays under another one. Money that
    /// comes all the same waits in suspense.
    pub(crate) fn expect_no_more(&mut self, step: &mut Step<'_>, from: HouseId, uetr: Uetr) {
        let of_house = |payment: &Payment<Purpose>| {
            let purpose = payment.instruction.purpose;
            payment.state == PaymentState::Expected
                && matches!(purpose, Purpose::PayOut { house, .. } if house == from)
        };
        if self.desk.payment(uetr).is_some_and(of_house) {
            // What was credited already has come, whatever the house's bank says of it.
            let _gone = self.desk.cancel(step.at, uetr);
        }
    }

    pub(crate) fn owe_merchant(&mut self, merchant: PartyId, amount: Amount) {
        let owed = self.merchants_due.entry(merchant).or_insert(Amount::ZERO);
        *owed = owed.checked_add(amount).expect("below what the hub holds");
    }

    /// The hub has its money: merchants are paid what was redeemed with them (P-09d). What is
    /// due to a frozen one waits.
    pub(crate) fn pay_merchants(&mut self, step: &mut Step<'_>) {
        let Ok(day) = self.trading_day(step.at) else { return };
        let frozen = |party: &PartyId| self.parties.get(party).is_some_and(|known| known.frozen);
        let due = core::mem::take(&mut self.merchants_due);
        let (kept, paid) = due.into_iter().partition::<Vec<_>, _>(|(party, _)| frozen(party));
        self.merchants_due.extend(kept);
        for (merchant, amount) in paid {
            let number = self.next_number().to_be_bytes();
            let id = InstructionId::derive(&[b"merchant", merchant.as_bytes(), &number]);
            let purpose = Purpose::MerchantPayOut(merchant);
            let to = (Pool::SettlementHub, Creditor::Party(merchant));
            self.instruct(step, (id, purpose), to, amount, day.date);
        }
    }
}

/// Where money goes from, and comes to, a pool while a house has it.
pub(crate) fn counterpart(pool: Pool) -> Account {
    match pool {
        Pool::Dealer => Account::FxPosition,
        pool => Account::Transit(pool),
    }
}
