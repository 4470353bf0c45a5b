//! What a bank has booked (camt.054, camt.053), without anybody's name in it.

use alloc::vec::Vec;
use core::fmt;
use gcfn_model::{
    Amount, BusinessDate, Currency, Digest, Hasher, PartyId, Position, SettlementAccount, Uetr,
};
use serde::{Deserialize, Serialize};

/// Which way an entry moves the balance of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Side {
    /// Money came in (`CRDT`).
    Credit = 0,
    /// Money went out (`DBIT`).
    Debit = 1,
}

/// The bank's own reference of one entry, hashed.
///
/// One fixed size whatever the bank writes, and nothing a bank may have put into its reference
/// reaches the replicated log; the message archive keeps the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BankReference(Digest);

impl BankReference {
    /// The reference that a bank wrote as `text` (`AcctSvcrRef`).
    #[must_use]
    pub fn of(text: &str) -> BankReference {
        BankReference(Hasher::new("gcfn/bank-reference/v1").part(text.as_bytes()).finish())
    }

    /// The hash.
    pub(crate) const fn digest(&self) -> &Digest {
        &self.0
    }
}

impl fmt::Display for BankReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for BankReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One booked movement of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BankEntry {
    /// The account it was booked on.
    pub account: SettlementAccount,
    /// The currency of the account.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
    /// Which way.
    pub side: Side,
    /// The payment it belongs to, where the bank names one.
    pub uetr: Option<Uetr>,
    /// What the bank calls this entry; unique per account.
    pub bank_reference: BankReference,
    /// The party whom a structured deposit reference names, as the payer wrote it.
    pub reference: Option<PartyId>,
    /// The bank's booking day.
    pub booked_on: BusinessDate,
}

impl BankEntry {
    /// The change of the account's balance.
    #[must_use]
    pub fn change(&self) -> Position {
        match self.side {
            Side::Credit => Position::ZERO.plus(self.amount),
            Side::Debit => Position::ZERO.minus(self.amount),
        }
    }
}

/// A bank's statement of one account for one day (camt.053).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The account.
    pub account: SettlementAccount,
    /// Its currency.
    pub currency: Currency,
    /// The booking day.
    pub date: BusinessDate,
    /// The bank's number of the statement, where it numbers them: one more than the last.
    pub sequence: Option<u64>,
    /// How many parts of it came before: a long one comes in parts, each with other entries.
    pub after: u32,
    /// The balance at the beginning of the day (`OPBD`).
    pub opening: Position,
    /// The balance at the end of the day (`CLBD`).
    pub closing: Position,
    /// Everything booked in between.
    pub entries: Vec<BankEntry>,
}

/// How a bank says that an account stands during the day (camt.052). Provisional: it counts for
/// nothing, and closes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntradayReport {
    /// The account.
    pub account: SettlementAccount,
    /// Its currency.
    pub currency: Currency,
    /// The booking day.
    pub date: BusinessDate,
    /// The booked balance so far (`ITBD`, or `CLBD`), where the bank says it.
    pub balance: Option<Position>,
    /// What it has booked so far, or since its last report.
    pub entries: Vec<BankEntry>,
}
