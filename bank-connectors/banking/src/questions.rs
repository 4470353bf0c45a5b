//! A time-out is ignorance: when the bank is asked about a payment, and what is not known then.

use crate::{Desk, DeskEvent, Errand, Payment, PaymentState};
use alloc::vec::Vec;
use gcfn_model::{Millis, Timestamp, Uetr};

/// How long a bank may take to answer a payment before it is asked. It is asked again after
/// twice as long each time, up to [`DOUBLINGS_MAX`] times.
const ANSWER_WITHIN: Millis = Millis(3_600_000);
/// 32 hours between questions at most.
const DOUBLINGS_MAX: u16 = 5;
/// A value date has ended everywhere, and its statement is there, when the second day after it
/// begins in UTC.
const DAYS_TO_BOOK: i32 = 2;

impl<P: Clone + PartialEq> Desk<P> {
    /// When the bank is asked next, about a payment or for a statement.
    #[must_use]
    pub fn next_question(&self) -> Option<Timestamp> {
        let about_payment = self.questions.first().map(|&(at, _)| at);
        about_payment.into_iter().chain(self.next_statement_question()).min()
    }

    /// Asks about every payment that the bank has been silent about for too long, and again for
    /// statements that have not come; what became of the payments is not known from then on.
    pub fn ask_due(&mut self, at: Timestamp) -> Vec<DeskEvent<P>> {
        let mut asked = Vec::new();
        while let Some(&(due, uetr)) = self.questions.first()
            && due <= at
        {
            // A question that is not asked is not due again.
            self.questions.remove(&(due, uetr));
            asked.extend(self.ask(at, uetr));
        }
        asked.extend(self.chase_statements(at));
        asked
    }

    /// Asks about one payment now; nothing to ask where the bank has said the last word, or has
    /// not been handed the payment.
    pub fn ask(&mut self, at: Timestamp, uetr: Uetr) -> Option<DeskEvent<P>> {
        let payment = self.payments.get_mut(&uetr)?;
        if !payment.state.is_open() || payment.state == PaymentState::Expected {
            return None;
        }
        payment.asked = payment.asked.saturating_add(1);
        let errand = Errand::Ask { number: payment.asked };
        let asked = payment.instruction.clone();
        payment.enter(at, PaymentState::Unknown);
        self.plan(at, uetr);
        Some(DeskEvent::Errand { payment: asked, errand })
    }

    /// The channel does not know whether the payment has reached the bank.
    pub(crate) fn unanswered(&mut self, at: Timestamp, uetr: Uetr) -> Option<DeskEvent<P>> {
        // Whatever the bank has said already is better known.
        let handed = |payment: &Payment<P>| {
            let state = payment.state;
            matches!(state, PaymentState::Draft | PaymentState::Signed | PaymentState::Sent)
        };
        self.payments.get(&uetr).filter(|payment| handed(payment))?;
        self.ask(at, uetr)
    }

    /// Moves a payment to `state`.
    pub(crate) fn enter(&mut self, at: Timestamp, uetr: Uetr, state: PaymentState) {
        if let Some(payment) = self.payments.get_mut(&uetr) {
            payment.enter(at, state);
            self.plan(at, uetr);
        }
    }

    /// Says when the bank is asked about a payment, as it stands since `at`.
    pub(crate) fn plan(&mut self, at: Timestamp, uetr: Uetr) {
        let Some(payment) = self.payments.get_mut(&uetr) else { return };
        let next = payment.next_question(at);
        if let Some(before) = core::mem::replace(&mut payment.ask_at, next) {
            self.questions.remove(&(before, uetr));
        }
        self.questions.extend(next.map(|next| (next, uetr)));
    }
}

impl<P> Payment<P> {
    /// When the bank is asked about it if it says nothing from `at` on. A payment that it has
    /// taken in is booked on its value date, and not asked about before.
    fn next_question(&self, at: Timestamp) -> Option<Timestamp> {
        let from = match self.state {
            PaymentState::Sent | PaymentState::Unknown => at,
            PaymentState::Accepted => {
                let booked_by = self.instruction.value_date.plus_days(DAYS_TO_BOOK);
                Timestamp::from_utc(booked_by, 0).map_or(at, |booked_by| at.max(booked_by))
            }
            PaymentState::Draft
            | PaymentState::Signed
            | PaymentState::Settled
            | PaymentState::Rejected(_)
            | PaymentState::Returned
            | PaymentState::Cancelled
            | PaymentState::Expected => return None,
        };
        from.checked_add(patience(self.asked))
    }
}

/// How long the bank may take after it was asked `times` times.
pub(crate) fn patience(times: u16) -> Millis {
    let doublings = u32::from(times.min(DOUBLINGS_MAX));
    Millis(ANSWER_WITHIN.0.checked_shl(doublings).unwrap_or(u64::MAX))
}
