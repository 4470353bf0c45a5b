//! How long a payment is remembered once it is over.
//!
//! What is forgotten is still in the journal, and its messages are in the archive. Money that is
//! booked under its reference later is money of a payment that nobody knows: it is counted, and
//! waits in suspense. So a payment is kept for as long as anybody may refer to it.

use crate::book::{Book, Holding};
use crate::{Creditor, Desk, Payment, PaymentState, Recall};
use alloc::collections::{BTreeMap, BTreeSet};
use gcfn_model::{BusinessDate, Millis, Timestamp, Uetr};

/// For how long a payment that is over may be referred to. A bank may be asked for one back for
/// 13 months after it was debited (EPC125-05, recall for fraud): four hundred days.
pub const PAYMENTS_KEPT: Millis = Millis(400 * 86_400_000);

/// Whether payments of `value_date` may be forgotten at `at`: one that is asked for then would be
/// taken for a new one.
#[must_use]
pub fn is_forgotten(at: Timestamp, value_date: BusinessDate) -> bool {
    let ended = Timestamp::from_utc(value_date, 0).unwrap_or(Timestamp::EPOCH);
    PAYMENTS_KEPT < at.since(ended)
}

impl<P: Clone + PartialEq> Desk<P> {
    /// Forgets the payments that nobody can refer to any more; returns how many. They ended, and
    /// were due, longer than [`PAYMENTS_KEPT`] ago, the bank owes nothing about them, and no entry
    /// of theirs waits for a statement or for two persons.
    pub fn prune(&mut self, at: Timestamp) -> usize {
        let waiting: BTreeSet<Uetr> = self.books.values().flat_map(Book::unreconciled).collect();
        let count = self.payments.len();
        let books = &self.books;
        self.payments.retain(|uetr, payment| {
            payment.state.is_open()
                || payment.recalled_since().is_some()
                || payment.is_coming_back()
                || payment.is_not_credited_in(books)
                || at.since(payment.changed_at) <= PAYMENTS_KEPT
                || !is_forgotten(at, payment.instruction.value_date)
                || waiting.contains(uetr)
        });
        count.saturating_sub(self.payments.len())
    }
}

impl<P> Payment<P> {
    /// Whether the bank has said that it gives back what it has booked, and has not booked it back.
    fn is_coming_back(&self) -> bool {
        let said = self.returning.is_some() || self.recall == Some(Recall::Granted);
        said && self.state == PaymentState::Settled
    }

    /// Whether it has left one account of the desk and not come to another one, which it is for.
    fn is_not_credited_in(&self, books: &BTreeMap<Holding, Book>) -> bool {
        let Creditor::Account(to) = self.instruction.creditor else { return false };
        let is_own = books.contains_key(&(to, self.instruction.currency));
        is_own && self.state == PaymentState::Settled && !self.credited
    }
}
