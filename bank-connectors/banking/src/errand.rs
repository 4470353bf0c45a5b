//! What a desk and its bank say to each other about a payment, beside the payment itself.

use crate::{
    BreakResolution, Instruction, ReasonCode, RecallAnswer, ReturnNotice, StatementRequest,
};
use gcfn_model::{BreakId, BusinessDate, Currency, PartyId, Pool, SettlementAccount, Uetr};
use serde::{Deserialize, Serialize};

/// What is to be said to the bank about a payment. It leaves like a payment, after everything
/// that was instructed before it. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// How does it stand? (pacs.028)
    Ask {
        /// The how manieth question, from 1.
        number: u16,
    },
    /// Here it is again, under the same ids: the bank has no record of it.
    Resend {
        /// After the how manieth question.
        number: u16,
    },
    /// Do not pay it, or get it back (camt.056).
    Recall {
        /// The how manieth request, from 1.
        number: u16,
        /// Why.
        reason: ReasonCode,
    },
}

/// What happened to a payment at the bank beside its booking, and to a difference between the
/// books, for the machine's journal. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeskEvent<P> {
    /// Something is to be said to the bank about a payment.
    Errand {
        /// Which payment.
        payment: Instruction<P>,
        /// What is to be said.
        errand: Errand,
    },
    /// The bank has given a payment up before it booked it: no money moves.
    Cancelled(Instruction<P>),
    /// The bank gives a payment back that it has booked; it counts when it is booked back.
    Recalled {
        /// Which payment.
        uetr: Uetr,
    },
    /// The bank does not give a payment up: it goes on as if it had not been asked.
    RecallRefused {
        /// Which payment.
        uetr: Uetr,
        /// The bank's reason.
        reason: Option<ReasonCode>,
    },
    /// The bank says that a payment comes back; it counts when it is booked back.
    Returning {
        /// Which payment.
        uetr: Uetr,
        /// The bank's reason.
        reason: Option<ReasonCode>,
    },
    /// A member of staff looks after a break.
    BreakAssigned {
        /// Which break.
        id: BreakId,
        /// Who, by pseudonym.
        owner: PartyId,
    },
    /// Two persons have said how a break ends.
    BreakResolved(BreakResolution),
    /// A break has ended: what differed does not any more.
    BreakEnded {
        /// Which break.
        id: BreakId,
    },
    /// The bank is to be asked for statements that have not come (camt.060).
    StatementsAsked(StatementRequest),
    /// Nothing of what it was asked for is missing any more.
    StatementsCame {
        /// The account.
        account: SettlementAccount,
        /// Its currency.
        currency: Currency,
        /// The question that has ended.
        number: u32,
    },
}

/// What a machine hears of its bank beside bookings, statuses and statements. Append-only: the
/// order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BankWord {
    /// From the channel: the payment may have reached the bank and may not.
    Unanswered(Uetr),
    /// The answer to a request to cancel (camt.029).
    Recall(RecallAnswer),
    /// A payment comes back (pacs.004).
    Returning(ReturnNotice),
}

/// What staff may ask of a desk about a payment at its bank, or about a difference between the
/// books. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeskAct {
    /// Ask how it stands, without waiting for its time.
    Ask {
        /// Which payment.
        payment: Uetr,
    },
    /// Ask the bank not to pay it, or to get it back; two persons must.
    Recall {
        /// Which payment.
        payment: Uetr,
        /// Why.
        reason: ReasonCode,
    },
    /// Say who looks after a break.
    Assign {
        /// Which break.
        id: BreakId,
        /// Who, by pseudonym.
        owner: PartyId,
    },
    /// Say how a break ends; two persons must.
    Resolve(BreakResolution),
    /// Ask the bank for the statements of a day, without waiting for their time.
    AskForStatements {
        /// Of which pool; of all where none is named.
        pool: Option<Pool>,
        /// In which currency.
        currency: Currency,
        /// Of which day.
        date: BusinessDate,
    },
}

impl DeskAct {
    /// Whether it takes two persons.
    #[must_use]
    pub const fn takes_two(&self) -> bool {
        match self {
            DeskAct::Recall { .. } | DeskAct::Resolve(_) => true,
            DeskAct::Ask { .. } | DeskAct::Assign { .. } | DeskAct::AskForStatements { .. } => {
                false
            }
        }
    }
}

impl BankWord {
    /// Which payment it is about.
    #[must_use]
    pub const fn uetr(&self) -> Uetr {
        match self {
            BankWord::Unanswered(uetr) => *uetr,
            BankWord::Recall(answer) => answer.uetr,
            BankWord::Returning(notice) => notice.uetr,
        }
    }
}
