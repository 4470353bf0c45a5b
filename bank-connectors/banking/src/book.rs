//! What the bank has booked on one account, and how it ties to statements and to the ledger.

use crate::{BankEntry, BankReference, DeskRefusal, Statement};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Amount, BusinessDate, Currency, Position, SettlementAccount, Timestamp, Uetr};
use gcfn_table::{Freeze, Map};
use serde::{Deserialize, Serialize};

/// A difference between the bank's books and ours.
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
}

/// A break and how long it has been known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBreak {
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
}

/// What comparing one statement with our books gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// How many entries both sides have alike.
    pub matched: u32,
    /// Every difference; none means that the account ties to the cent and the day is closed.
    pub breaks: Vec<OpenBreak>,
}

impl Reconciliation {
    /// Whether the account ties to the cent.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.breaks.is_empty()
    }
}

/// An entry that the ledger has, and whether a statement has confirmed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    entry: BankEntry,
    confirmed: bool,
}

/// The entries of one account that are not yet behind a closed day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    counted: Map<BankReference, Counted>,
    /// Closing balances from the last closed day on.
    closings: BTreeMap<BusinessDate, Position>,
    /// Every day to this one is reconciled, its entries forgotten.
    closed: Option<BusinessDate>,
    breaks: BTreeMap<BusinessDate, BTreeMap<Break, Timestamp>>,
}

impl Book {
    /// Whether `date` is reconciled.
    pub(crate) fn is_closed(&self, date: BusinessDate) -> bool {
        self.closed.is_some_and(|closed| date <= closed)
    }

    /// The entry already counted under this reference.
    pub(crate) fn counted(&self, reference: BankReference) -> Option<&BankEntry> {
        self.counted.get(&reference).map(|counted| &counted.entry)
    }

    /// Takes an entry that the caller posts to its ledger.
    pub(crate) fn count(&mut self, entry: BankEntry) {
        self.counted.insert(entry.bank_reference, Counted { entry, confirmed: false });
    }

    /// The payments whose entries still wait for a statement.
    pub(crate) fn unreconciled(&self) -> impl Iterator<Item = Uetr> {
        self.counted.values().filter_map(|counted| counted.entry.uetr)
    }

    /// Every break of the account.
    pub(crate) fn breaks(
        &self,
        account: SettlementAccount,
        currency: Currency,
    ) -> impl Iterator<Item = OpenBreak> {
        self.breaks.iter().flat_map(move |(&date, breaks)| {
            let open = move |(&what, &since)| OpenBreak { account, currency, date, what, since };
            breaks.iter().map(open)
        })
    }

    /// Compares `statement` with what was counted and with the ledger; closes the day if all ties.
    pub(crate) fn reconcile(
        &mut self,
        at: Timestamp,
        statement: &Statement,
        ledger: Position,
    ) -> Result<Reconciliation, DeskRefusal> {
        if self.is_closed(statement.date) {
            return Err(DeskRefusal::DayClosed);
        }
        check(statement)?;
        let mut found = Vec::new();
        let matched = self.compare_entries(statement, &mut found);
        self.compare_balances(statement, ledger, &mut found);
        self.closings.insert(statement.date, statement.closing);

        let known = self.breaks.remove(&statement.date).unwrap_or_default();
        let aged: BTreeMap<Break, Timestamp> =
            found.into_iter().map(|what| (what, known.get(&what).copied().unwrap_or(at))).collect();
        let &Statement { account, currency, date, .. } = statement;
        let open = |(&what, &since)| OpenBreak { account, currency, date, what, since };
        let breaks: Vec<OpenBreak> = aged.iter().map(open).collect();
        if breaks.is_empty() {
            self.close(date);
        } else {
            self.breaks.insert(date, aged);
        }
        Ok(Reconciliation { matched, breaks })
    }

    fn compare_entries(&mut self, statement: &Statement, found: &mut Vec<Break>) -> u32 {
        let mut matched = 0u32;
        let mut seen = alloc::collections::BTreeSet::new();
        for &bank in &statement.entries {
            let once = seen.insert(bank.bank_reference);
            match self.counted.get_mut(&bank.bank_reference).filter(|_| once) {
                None => found.push(Break::BankOnly(bank)),
                Some(ours) if ours.entry.change() != bank.change() => {
                    found.push(Break::WrongAmount { ours: ours.entry, bank });
                }
                Some(ours) => {
                    ours.confirmed = true;
                    matched = matched.saturating_add(1);
                }
            }
        }
        let missing = self.counted.values().filter(|ours| {
            !ours.confirmed
                && ours.entry.booked_on <= statement.date
                && !seen.contains(&ours.entry.bank_reference)
        });
        found.extend(missing.map(|ours| Break::OursOnly(ours.entry)));
        matched
    }

    fn compare_balances(&self, statement: &Statement, ledger: Position, found: &mut Vec<Break>) {
        let &Statement { opening, closing, date, .. } = statement;
        if let Some((_, &closed)) = self.closings.range(..date).next_back()
            && closed != opening
        {
            found.push(Break::OpeningDiffers { closed, opening });
        }
        let sum = opening.and(statement.entries.iter().map(BankEntry::change).sum());
        if sum != closing {
            found.push(Break::SumDiffers { sum, closing });
        }
        let stated = |reference| statement.entries.iter().any(|e| e.bank_reference == reference);
        let later: Position = self
            .counted
            .values()
            .filter(|ours| date < ours.entry.booked_on && !stated(ours.entry.bank_reference))
            .map(|ours| ours.entry.change())
            .sum();
        let ledger = ledger.and(later.negated());
        if ledger != closing {
            found.push(Break::LedgerDiffers { ledger, closing });
        }
    }

    /// Forgets everything behind `date`: whatever the bank reports of it again changes nothing.
    fn close(&mut self, date: BusinessDate) {
        self.closed = Some(date);
        self.counted.retain(|_, ours| !ours.confirmed || date < ours.entry.booked_on);
        self.closings = self.closings.split_off(&date);
        self.breaks = self.breaks.split_off(&date);
    }
}

impl Freeze for Book {
    fn shared(&self) -> Book {
        Book {
            counted: self.counted.shared(),
            closings: self.closings.clone(),
            closed: self.closed,
            breaks: self.breaks.clone(),
        }
    }
}

/// Refuses what no bank's statement of one account can hold, before any sum is made.
fn check(statement: &Statement) -> Result<(), DeskRefusal> {
    let max = u128::from(Amount::MAX.minor());
    let balances = [statement.opening, statement.closing];
    if balances.iter().any(|balance| max < balance.minor().unsigned_abs()) {
        return Err(DeskRefusal::BalanceOutOfRange);
    }
    let own = |e: &BankEntry| e.account == statement.account && e.currency == statement.currency;
    if !statement.entries.iter().all(own) {
        return Err(DeskRefusal::ForeignEntry);
    }
    Ok(())
}
