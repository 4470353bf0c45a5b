//! From a bank's message to the terms of the desk: entries without names, in known accounts.
//!
//! Which account number is which [`SettlementAccount`] is the caller's knowledge.

use crate::camt_052::AccountReport;
use crate::camt_053::AccountStatement;
use crate::entry::{Detail, Entry, EntryStatus};
use gcfn_banking::{BankEntry, BankReference, IntradayReport, Statement};
use gcfn_model::{Amount, Currency, SettlementAccount};

/// Why an entry cannot be counted. Take it up with the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookingFault {
    /// Booked, but without a day.
    #[error("entry is booked without a booking date")]
    NoDate,
    /// Without the bank's reference a repeated report cannot be told from a second entry.
    #[error("entry has no bank reference")]
    NoReference,
    /// Several payments in one entry that do not make up its amount.
    #[error("payments of the entry do not add up to its amount")]
    DetailsDiffer,
}

impl Entry {
    /// What the desk is told: one entry, or one for each payment of a batch; nothing if it is
    /// not booked.
    ///
    /// # Errors
    /// [`BookingFault`] when a booked entry cannot be counted exactly once.
    pub fn booked(&self, account: SettlementAccount) -> Result<Vec<BankEntry>, BookingFault> {
        if self.status != EntryStatus::Booked {
            return Ok(Vec::new());
        }
        let booked_on = self.booked_on.ok_or(BookingFault::NoDate)?;
        let own = self.bank_reference.as_ref().map(|text| text.as_str().to_owned());
        let parts = match self.details.as_slice() {
            [] => vec![(self.money.amount, own.ok_or(BookingFault::NoReference)?, None)],
            [only] => {
                let reference = own.or_else(|| Some(only.bank_reference.as_ref()?.to_string()));
                let reference = reference.ok_or(BookingFault::NoReference)?;
                vec![(self.money.amount, reference, Some(only))]
            }
            several => self.shares(several, own.as_deref())?,
        };
        let entry = |(amount, reference, detail): Part<'_>| BankEntry {
            account,
            currency: self.money.currency,
            amount,
            side: self.side,
            uetr: detail.and_then(|detail| detail.uetr),
            bank_reference: BankReference::of(&reference),
            reference: detail.and_then(|detail| {
                detail.remittance.reference.as_ref().and_then(|text| text.as_str().parse().ok())
            }),
            booked_on,
        };
        Ok(parts.into_iter().map(entry).collect())
    }

    /// The payments of a batch, which must make up the entry.
    fn shares<'a>(
        &self,
        details: &'a [Detail],
        own: Option<&str>,
    ) -> Result<Vec<Part<'a>>, BookingFault> {
        let mut total = Amount::ZERO;
        let mut parts = Vec::new();
        for (index, detail) in details.iter().enumerate() {
            let share = detail.money.filter(|money| money.currency == self.money.currency);
            let share = share.ok_or(BookingFault::DetailsDiffer)?.amount;
            total = total.checked_add(share).ok_or(BookingFault::DetailsDiffer)?;
            let reference = match (&detail.bank_reference, own) {
                (Some(text), _) => text.to_string(),
                (None, Some(own)) => format!("{own}#{index}"),
                (None, None) => return Err(BookingFault::NoReference),
            };
            parts.push((share, reference, Some(detail)));
        }
        if total == self.money.amount { Ok(parts) } else { Err(BookingFault::DetailsDiffer) }
    }
}

/// One payment of an entry: its amount, the bank's reference of it, what is known of it.
type Part<'a> = (Amount, String, Option<&'a Detail>);

impl AccountStatement {
    /// The statement as the desk reconciles it, for the day of its closing balance.
    ///
    /// # Errors
    /// [`BookingFault`] when one of its entries cannot be counted exactly once.
    pub fn booked(&self, account: SettlementAccount) -> Result<Statement, BookingFault> {
        let entries: Result<Vec<Vec<BankEntry>>, BookingFault> =
            self.entries.iter().map(|entry| entry.booked(account)).collect();
        Ok(Statement {
            account,
            currency: self.currency,
            date: self.closing.date,
            sequence: self.sequence,
            after: 0,
            opening: self.opening.position(),
            closing: self.closing.position(),
            entries: entries?.into_iter().flatten().collect(),
        })
    }
}

impl AccountReport {
    /// The report as the desk compares it, in the currency of the account: for the day of its
    /// balance, or that of its last entry; none where it has neither, for then it says nothing.
    ///
    /// # Errors
    /// [`BookingFault`] when one of its entries cannot be counted exactly once.
    pub fn booked(
        &self,
        account: SettlementAccount,
        currency: Currency,
    ) -> Result<Option<IntradayReport>, BookingFault> {
        let entries: Result<Vec<Vec<BankEntry>>, BookingFault> =
            self.entries.iter().map(|entry| entry.booked(account)).collect();
        let entries: Vec<BankEntry> = entries?.into_iter().flatten().collect();
        let so_far = |code: &str| self.balances.iter().rfind(|balance| balance.is(code));
        let balance = so_far("ITBD").or_else(|| so_far("CLBD")).map(|found| found.balance);
        let dates = balance.map(|balance| balance.date);
        let date = dates.or_else(|| entries.iter().map(|entry| entry.booked_on).max());
        Ok(date.map(|date| IntradayReport {
            account,
            currency,
            date,
            balance: balance.map(|balance| balance.position()),
            entries,
        }))
    }
}
