//! Where one instruction stands.

use crate::{
    BankEntry, Creditor, Dispute, Instruction, ReasonCode, Recall, Side, TransactionStatus,
};
use gcfn_model::{Amount, Timestamp};
use serde::{Deserialize, Serialize};

/// The stages of a payment (specification 2.4). Append-only: the order is the encoding.
///
/// What is instructed goes `Draft → Signed → Sent → Accepted → Settled`, or ends `Rejected` or
/// `Cancelled` before it settles; what settled may come back and is then `Returned`. Where the
/// bank does not answer in time it is `Unknown` until it does.
/// What another node pays goes `Expected → Settled`, or ends `Cancelled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentState {
    /// Decided; its message is not made yet.
    Draft,
    /// Handed to the bank, which has not answered.
    Sent,
    /// The bank has taken it in. No money counts yet.
    Accepted,
    /// Booked by the bank.
    Settled,
    /// Refused by the bank; no money has moved.
    Rejected(Option<ReasonCode>),
    /// Booked, and booked back.
    Returned,
    /// Withdrawn before its message was made, or given up by the bank before it booked.
    Cancelled,
    /// Another node pays it to us.
    Expected,
    /// The bank has not said in time what became of it: it may be paid and it may not. It is
    /// asked; what is held for the payment stays held.
    Unknown,
    /// Its message is made, signed and archived, and is handed to the bank next: it is not withdrawn
    /// any more, only asked back.
    Signed,
}

impl PaymentState {
    /// Whether the bank still owes an answer or a booking.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            PaymentState::Draft
                | PaymentState::Signed
                | PaymentState::Sent
                | PaymentState::Accepted
                | PaymentState::Expected
                | PaymentState::Unknown
        )
    }
}

/// An instruction and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment<P> {
    /// What was instructed, or is expected.
    pub instruction: Instruction<P>,
    /// How far it has come.
    pub state: PaymentState,
    /// The bank's last status, for display.
    pub status: Option<TransactionStatus>,
    /// When `state` last changed.
    pub changed_at: Timestamp,
    /// Whether the bank has credited the creditor on an account of this desk.
    pub credited: bool,
    /// How often the bank was asked how it stands.
    pub asked: u16,
    /// When the bank is asked next, if it has not answered by then.
    pub ask_at: Option<Timestamp>,
    /// How often the bank was asked to give it up.
    pub recalls: u16,
    /// How far the last of these requests has come.
    pub recall: Option<Recall>,
    /// Why the bank says that it comes back (pacs.004), if it does.
    pub returning: Option<ReasonCode>,
    /// How much of what it has brought to an account of this desk the bank has taken back.
    pub taken_back: Amount,
}

/// What an entry means for the payment it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leg {
    /// The debtor's account was debited.
    Paid,
    /// The creditor's account was credited.
    Received,
    /// The debtor's account was credited: the money came back.
    Returned,
    /// The creditor's account was debited: what it had received went back, all or a part of it.
    TakenBack,
}

impl<P> Payment<P> {
    /// Which leg of this payment `entry` is; `None` when it is on a wrong account.
    pub(crate) fn leg(&self, entry: &BankEntry) -> Option<Leg> {
        let instruction = &self.instruction;
        let from_debtor = entry.account == instruction.debtor;
        let to_creditor = Creditor::Account(entry.account) == instruction.creditor;
        match entry.side {
            _ if entry.currency != instruction.currency => None,
            Side::Debit if from_debtor => Some(Leg::Paid),
            Side::Debit if to_creditor => Some(Leg::TakenBack),
            Side::Credit if to_creditor => Some(Leg::Received),
            Side::Credit if from_debtor => Some(Leg::Returned),
            Side::Debit | Side::Credit => None,
        }
    }

    /// Counts `amount` as taken back, of what was received and not taken back yet.
    pub(crate) fn take_back(&mut self, amount: Amount) -> Result<(), Dispute>
    where
        P: Clone,
    {
        let uetr = self.instruction.uetr();
        let left = self.instruction.amount.saturating_sub(self.taken_back);
        if !self.credited {
            return Err(Dispute::NotPaid { uetr });
        }
        if left.is_zero() {
            return Err(Dispute::BookedTwice { uetr });
        }
        if left < amount {
            return Err(Dispute::WrongAmount { uetr, expected: left, got: amount });
        }
        self.taken_back = self.instruction.amount.saturating_sub(left.saturating_sub(amount));
        Ok(())
    }

    /// Since when the bank owes an answer to a request to give it up.
    pub(crate) fn recalled_since(&self) -> Option<Timestamp> {
        match self.recall {
            Some(Recall::Asked { since, .. }) => Some(since),
            Some(Recall::Granted | Recall::Refused(_)) | None => None,
        }
    }

    /// Moves to `state` unless it is there already.
    pub(crate) fn enter(&mut self, at: Timestamp, state: PaymentState) {
        if self.state != state {
            self.state = state;
            self.changed_at = at;
        }
    }
}
