//! A difference between a bank's books and ours, from its first sight to its end.
//!
//! A break of an entry is known by the bank's reference of it, one of a balance by its day: so it
//! keeps its age and its owner while what is said of it changes. It ends when a later booking or
//! statement explains it, or when two persons have said how.

use crate::{BankEntry, BankReference};
use gcfn_model::{
    BreakId, BusinessDate, Currency, Digest, Millis, PartyId, Position, SettlementAccount,
    Timestamp,
};
use serde::{Deserialize, Serialize};

/// How old what nobody has explained may become before it is an alarm, unless a region says
/// otherwise: the next statement should have explained it.
pub const UNEXPLAINED_FOR: Millis = Millis(24 * 3_600_000);

/// A difference between the bank's books and ours. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Break {
    /// The bank has booked it, we have not counted it.
    BankOnly(BankEntry),
    /// We have counted it, no statement has it.
    OursOnly(BankEntry),
    /// Both have it, with another amount or side.
    WrongAmount {
        /// As we counted it.
        ours: BankEntry,
        /// As the statement has it.
        bank: BankEntry,
    },
    /// The day does not open where the statement before it closed.
    OpeningDiffers {
        /// The closing balance before.
        closed: Position,
        /// The opening balance now.
        opening: Position,
    },
    /// The statement does not add up: opening balance and entries are not the closing balance.
    SumDiffers {
        /// Opening balance and entries.
        sum: Position,
        /// The closing balance stated.
        closing: Position,
    },
    /// Our ledger at the end of the day is not the bank's closing balance.
    LedgerDiffers {
        /// Our ledger, without what was booked on later days.
        ledger: Position,
        /// The closing balance stated.
        closing: Position,
    },
    /// The statement has two entries under one reference.
    StatedTwice(BankEntry),
    /// The statement's number is not the one after the last: one is missing, or is not the bank's.
    OutOfSequence {
        /// The number that was due.
        due: u64,
        /// The number stated.
        stated: u64,
    },
    /// We have counted it, and a statement had it; the corrected one has it no more.
    StatedNoMore(BankEntry),
}

impl Break {
    /// The entry that it is about, as the bank has it, or as we have it if the bank has not.
    #[must_use]
    pub const fn entry(&self) -> Option<&BankEntry> {
        match self {
            Break::BankOnly(entry)
            | Break::OursOnly(entry)
            | Break::WrongAmount { bank: entry, .. }
            | Break::StatedTwice(entry)
            | Break::StatedNoMore(entry) => Some(entry),
            Break::OpeningDiffers { .. }
            | Break::SumDiffers { .. }
            | Break::LedgerDiffers { .. }
            | Break::OutOfSequence { .. } => None,
        }
    }

    /// The name of the break on this account and day.
    pub(crate) fn id(
        &self,
        (account, currency): (SettlementAccount, Currency),
        date: BusinessDate,
    ) -> BreakId {
        let by_entry = |entry: &BankEntry| entry.bank_reference;
        let (kind, reference): (&[u8], Option<BankReference>) = match self {
            Break::BankOnly(entry)
            | Break::OursOnly(entry)
            | Break::StatedNoMore(entry)
            | Break::WrongAmount { bank: entry, .. } => (b"entry", Some(by_entry(entry))),
            Break::StatedTwice(entry) => (b"twice", Some(by_entry(entry))),
            Break::OpeningDiffers { .. } => (b"opening", None),
            Break::SumDiffers { .. } => (b"sum", None),
            Break::LedgerDiffers { .. } => (b"ledger", None),
            Break::OutOfSequence { .. } => (b"sequence", None),
        };
        let (pool, day) = (account.pool.code().as_bytes(), date.days().to_be_bytes());
        let (node, code) = (account.node.as_str().as_bytes(), currency.code().as_bytes());
        match reference {
            Some(reference) => {
                BreakId::derive(&[node, pool, code, kind, reference.digest().as_bytes()])
            }
            None => BreakId::derive(&[node, pool, code, kind, &day]),
        }
    }
}

/// A break and how long it has been known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBreak {
    /// Its name.
    pub id: BreakId,
    /// The account.
    pub account: SettlementAccount,
    /// Its currency.
    pub currency: Currency,
    /// The booking day.
    pub date: BusinessDate,
    /// What differs.
    pub what: Break,
    /// When it was first seen: its age counts from here.
    pub since: Timestamp,
    /// Which member of staff looks after it, by pseudonym.
    pub owner: Option<PartyId>,
}

impl OpenBreak {
    /// Whether it is older than `alarm_after`: an alarm.
    #[must_use]
    pub fn is_overdue(&self, at: Timestamp, alarm_after: Millis) -> bool {
        alarm_after < at.since(self.since)
    }
}

/// How two persons end a break. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The statement is right about an entry: it counts as stated, and what was counted otherwise
    /// is taken back.
    AsStated,
    /// The bank never booked what it had notified: what was counted is taken back.
    NeverBooked,
    /// The statement is wrong in itself and the bank has explained it. Moves no money.
    Explained,
}

/// Why a break is ended by hand. Closed, so that it can be counted. Append-only: the order is the
/// encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakReason {
    /// The bank notified something else than it booked.
    NotificationWrong,
    /// The bank's notification never came, or could not be read.
    NotificationMissing,
    /// The bank's statement was wrong, and the bank says so.
    StatementWrong,
    /// Another reason, which the evidence states.
    Other,
}

/// The end that two persons give a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakResolution {
    /// Which break.
    pub id: BreakId,
    /// How it ends.
    pub remedy: Remedy,
    /// Why.
    pub reason: BreakReason,
    /// The digest of the document that says so: the bank's letter.
    pub evidence: Digest,
}

/// What the caller is to post, and to count, for a break that was resolved. What was taken back
/// is not counted any more: the bank may book it again, which then counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Nothing moves.
    Nothing,
    /// Only the bank has it: it is booked now.
    Book(BankEntry),
    /// It goes back where it came from: out of suspense if it waits there, else the books owe it.
    TakeBack(BankEntry),
    /// It waited in suspense: it goes back, and what the bank has is booked instead.
    Rebook {
        /// As we counted it.
        ours: BankEntry,
        /// As it is booked now.
        bank: BankEntry,
    },
    /// Somebody has the money already: the difference is in suspense.
    Amend {
        /// As we counted it.
        ours: BankEntry,
        /// As it counts now.
        bank: BankEntry,
    },
}

/// What tying an account has brought to an end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tied {
    /// Breaks that a booking or a statement has explained.
    pub ended: alloc::vec::Vec<BreakId>,
    /// Every day to this one is reconciled now.
    pub closed: Option<BusinessDate>,
}
