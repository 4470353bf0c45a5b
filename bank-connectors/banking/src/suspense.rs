//! What a bank has booked and nobody has explained, while it waits in suspense.

use crate::{BankEntry, BankReference, Side};
use gcfn_model::{
    Amount, BusinessDate, Currency, Millis, PartyId, SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};

/// One movement of an account in suspense: a bank's entry, or what one was counted wrongly by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspenseItem {
    /// Its running number.
    pub number: u64,
    /// The account that the bank booked it on.
    pub account: SettlementAccount,
    /// The currency of the account.
    pub currency: Currency,
    /// Credit: the bank has more than the books can name. Debit: it has less.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// The payment it belongs to, where the bank names one.
    pub uetr: Option<Uetr>,
    /// What the bank calls it.
    pub bank_reference: BankReference,
    /// The bank's booking day.
    pub booked_on: BusinessDate,
    /// When it came into suspense.
    pub at: Timestamp,
    /// Which member of staff looks after it, by pseudonym.
    pub owner: Option<PartyId>,
}

impl SuspenseItem {
    /// An entry that comes into suspense at `at` under `number`; nobody looks after it yet.
    #[must_use]
    pub fn of(entry: &BankEntry, number: u64, at: Timestamp) -> SuspenseItem {
        SuspenseItem {
            number,
            account: entry.account,
            currency: entry.currency,
            side: entry.side,
            amount: entry.amount,
            uetr: entry.uetr,
            bank_reference: entry.bank_reference,
            booked_on: entry.booked_on,
            at,
            owner: None,
        }
    }

    /// Whether it is the whole of an entry. What an entry came to differ by waits under its
    /// reference as well, while somebody has its money.
    #[must_use]
    pub fn is_whole(&self, entry: &BankEntry) -> bool {
        (self.account, self.currency, self.bank_reference, self.side, self.amount)
            == (entry.account, entry.currency, entry.bank_reference, entry.side, entry.amount)
    }

    /// Whether it came in and `debit` went out, of one account and as much: together they are
    /// nothing.
    #[must_use]
    pub fn went_out_as(&self, debit: &SuspenseItem) -> bool {
        let of = |item: &SuspenseItem| (item.account, item.currency, item.amount);
        (self.side, debit.side) == (Side::Credit, Side::Debit) && of(self) == of(debit)
    }

    /// Whether it is older than `alarm_after`: an alarm.
    #[must_use]
    pub fn is_overdue(&self, at: Timestamp, alarm_after: Millis) -> bool {
        alarm_after < at.since(self.at)
    }
}
