//! Taking back what was booked by hand or by mistake (P-17).
//!
//! The entries that can be reversed by hand are numbered and kept for a window: deposits,
//! resolutions of suspense, manual postings, penalties and rebates. A reversal is the exact
//! mirror, once. What came from a bank goes to suspense, for the bank still has it. Orders,
//! trades and redemptions have lives, and undoings, of their own.

use crate::manual::ManualReason;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::settlement::ItemId;
use crate::transfer::{Draw, owner, taken_back_from, waiting};
use crate::venue::{Due, Step, Venue};
use core::cmp::Reverse;
use gcfn_banking::SuspenseItem;
use gcfn_ledger::{Account, Posting};
use gcfn_model::{Amount, OrderId, RedemptionId, Timestamp, TradeId, WithdrawalId};
use serde::{Deserialize, Serialize};

/// Why an entry was made that can be reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversibleKind {
    /// A deposit that named its party.
    Deposit,
    /// A part of an item in suspense.
    Resolution,
    /// A manual posting.
    Manual(ManualReason),
    /// A penalty.
    Penalty,
    /// A rebate.
    Rebate,
    /// What points brought.
    Points {
        /// How many they were: they come back when it is reversed.
        points: u64,
    },
}

/// An entry that can be reversed by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReversibleEntry {
    /// Why it was made.
    pub kind: ReversibleKind,
    /// Its line of the posting table.
    pub posting: Posting,
    /// Where the money came from.
    pub from: Account,
    /// Where it went to.
    pub to: Account,
    /// How much.
    pub amount: Amount,
    /// When.
    pub at: Timestamp,
    /// Whether it has been reversed.
    pub reversed: bool,
    /// The settlement it waited for.
    pub(crate) item: Option<ItemId>,
    /// What goes back into suspense when it is reversed.
    pub(crate) source: Option<SuspenseItem>,
}

/// What an act asks to reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryReference {
    /// A numbered entry.
    Number(u64),
    /// A trade: refused, it is refunded or disputed.
    Trade(TradeId),
    /// An order: refused, it is cancelled.
    Order(OrderId),
    /// A redemption: refused, it is cancelled or final.
    Redemption(RedemptionId),
    /// A withdrawal: refused, it is cancelled or returned by the bank.
    Withdrawal(WithdrawalId),
}

/// A movement that is to be numbered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbered {
    pub(crate) posting: Posting,
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) amount: Amount,
    pub(crate) item: Option<ItemId>,
}

/// How an entry will be taken back.
#[derive(Debug)]
enum Mirror {
    /// Its cash has not moved: it never will.
    Stop(ItemId),
    /// The money comes from where it is.
    Take(Draw),
}

impl Venue {
    /// An entry that can still be reversed, or has been.
    #[must_use]
    pub fn reversible(&self, number: u64) -> Option<&ReversibleEntry> {
        self.reversible.get(&number)
    }

    /// The last `count` numbered entries before a number that are within their window, newest
    /// first. Looks at all.
    pub fn reversibles_before(
        &self,
        before: Option<u64>,
        count: usize,
    ) -> impl Iterator<Item = (u64, &ReversibleEntry)> {
        let page = self.reversible.page(before.map(Reverse).as_ref(), count, Reverse, |_| true);
        page.into_iter().filter_map(|Reverse(number)| Some((number, self.reversible.get(&number)?)))
    }

    /// Every numbered entry within its window, oldest first. Sorts them.
    pub fn reversibles(&self) -> impl Iterator<Item = (&u64, &ReversibleEntry)> {
        self.reversible.iter()
    }

    pub(crate) fn number_entry(
        &mut self,
        step: &mut Step<'_>,
        kind: ReversibleKind,
        moved: Numbered,
        source: Option<SuspenseItem>,
    ) -> u64 {
        let Numbered { posting, from, to, amount, item } = moved;
        let number = self.next_number();
        let entry = ReversibleEntry {
            kind,
            posting,
            from,
            to,
            amount,
            at: step.at,
            reversed: false,
            item,
            source,
        };
        self.reversible.insert(number, entry);
        if let Some(until) = step.at.checked_add(self.terms.money.reversal_window) {
            self.agenda.insert((until, Due::CloseReversal(number)));
        }
        step.emit(MoneyEvent::EntryNumbered { number, kind, from, to, amount }.into());
        number
    }

    pub(crate) fn check_reverse(
        &self,
        reference: EntryReference,
        on_credit: bool,
    ) -> Result<(), Rejection> {
        self.mirror(reference, on_credit).map(|_| ())
    }

    fn mirror(
        &self,
        reference: EntryReference,
        on_credit: bool,
    ) -> Result<(u64, ReversibleEntry, Mirror), Rejection> {
        let EntryReference::Number(number) = reference else {
            return Err(Rejection::HasOwnReversal);
        };
        let entry = *self.reversible.get(&number).ok_or(Rejection::UnknownEntry)?;
        if entry.reversed {
            return Err(Rejection::AlreadyReversed);
        }
        if let Some(item) = entry.item.filter(|item| self.items.contains_key(item)) {
            return match self.unbundled.contains_key(&item) {
                true => Ok((number, entry, Mirror::Stop(item))),
                false => Err(Rejection::InSettlement),
            };
        }
        let draw = self.draw_from(&taken_back_from(entry.to), entry.amount);
        let here = |party| self.parties.contains_key(&party);
        let lent = on_credit && owner(entry.to).is_some_and(here);
        match draw.missing.is_zero() || lent {
            true => Ok((number, entry, Mirror::Take(draw))),
            false => Err(Rejection::InsufficientFunds),
        }
    }

    /// Reverses an entry by its exact mirror. What its receiver does not have any more is owed
    /// by him when `on_credit` says so, else the reversal is refused.
    pub(crate) fn reverse(
        &mut self,
        step: &mut Step<'_>,
        reference: EntryReference,
        on_credit: bool,
    ) -> Outcome {
        let (number, entry, mirror) = self.mirror(reference, on_credit)?;
        if let Some(entry) = self.reversible.get_mut(&number) {
            entry.reversed = true;
        }
        match mirror {
            Mirror::Stop(item) => self.stop_transfer(step, &entry, item),
            Mirror::Take(draw) => self.take_entry_back(step, &entry, draw),
        }
        if let Some(source) = entry.source {
            self.put_in_suspense(step, source);
        }
        if let (ReversibleKind::Points { points }, Some(party)) = (entry.kind, owner(entry.to)) {
            self.return_points(step, party, points);
        }
        step.emit(MoneyEvent::EntryReversed { number }.into());
        Ok(Done::Accepted)
    }

    fn stop_transfer(&mut self, step: &mut Step<'_>, entry: &ReversibleEntry, item: ItemId) {
        self.take_item(item);
        self.unbundled.remove(&item);
        let (from, back) = (waiting(entry.from), self.settled_into(entry.from));
        if from != back {
            let posted = self.entry(Posting::Reversal).with(from, back, entry.amount);
            self.post(step, posted);
        }
    }

    fn take_entry_back(&mut self, step: &mut Step<'_>, entry: &ReversibleEntry, draw: Draw) {
        let Draw { mut taken, missing } = draw;
        if let (Some(party), Some(pool)) = (owner(entry.to), entry.to.pool())
            && !missing.is_zero()
        {
            taken.push((self.lend(step, party, pool, missing), missing));
        }
        let back = match entry.from {
            Account::Bank(pool) => Account::Suspense(pool),
            other => other,
        };
        self.gather(step, Posting::Reversal, &taken, back);
        if let Account::Issuer(issuer, _) = entry.to {
            self.set_quota(step, issuer);
        }
    }

    /// The window has passed: the entry stands.
    pub(crate) fn close_reversal(&mut self, number: u64) {
        self.reversible.remove(&number);
    }
}
