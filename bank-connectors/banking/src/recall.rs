//! Asking for a payment back: camt.056, answered by camt.029, followed by a pacs.004.
//!
//! What is held for the payment is released when the bank says that it has given it up before
//! booking it. What it has booked counts as come back when it is booked back, and not earlier.

use crate::{BankWord, Desk, DeskAct, DeskEvent, DeskRefusal, Errand, PaymentState, ReasonCode};
use alloc::vec::Vec;
use gcfn_model::{Timestamp, Uetr};
use serde::{Deserialize, Serialize};

/// How far asking for a payment back has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recall {
    /// The bank has not answered.
    Asked {
        /// Why it was asked.
        reason: ReasonCode,
        /// When.
        since: Timestamp,
    },
    /// The bank gives it up.
    Granted,
    /// The bank does not.
    Refused(Option<ReasonCode>),
}

/// How a bank answers a request to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecallOutcome {
    /// Cancelled, or given back.
    Granted,
    /// Not yet decided.
    Pending,
    /// Neither.
    Refused,
}

/// A bank's answer to a request to cancel a payment (camt.029).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecallAnswer {
    /// Which payment.
    pub uetr: Uetr,
    /// How it ends.
    pub outcome: RecallOutcome,
    /// Why, where the bank says so.
    pub reason: Option<ReasonCode>,
}

/// A bank's word that a payment comes back (pacs.004). It moves no money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnNotice {
    /// Which payment.
    pub uetr: Uetr,
    /// Why, where the bank says so.
    pub reason: Option<ReasonCode>,
}

impl<P: Clone + PartialEq> Desk<P> {
    /// Does what staff ask of the desk. To resolve a break takes a ledger as well:
    /// [`Desk::resolve`].
    ///
    /// # Errors
    /// As for [`Desk::check_act`]; [`DeskRefusal::RemedyDoesNotFit`] for what takes a ledger;
    /// [`DeskRefusal::DayNotBegun`].
    pub fn carry_out(
        &mut self,
        at: Timestamp,
        act: DeskAct,
    ) -> Result<Vec<DeskEvent<P>>, DeskRefusal> {
        self.check_act(act)?;
        let event = match act {
            DeskAct::Ask { payment } => self.ask(at, payment).ok_or(DeskRefusal::NothingToAsk),
            DeskAct::Recall { payment, reason } => self.recall(at, payment, reason),
            DeskAct::Assign { id, owner } => self.assign(id, owner),
            DeskAct::Resolve(_) => Err(DeskRefusal::RemedyDoesNotFit),
            DeskAct::AskForStatements { pool, currency, date } => {
                return self.ask_for_statements(at, date, (pool, currency));
            }
        };
        event.map(|event| [event].to_vec())
    }

    /// Whether the desk can do what staff ask of it.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownPayment`], [`DeskRefusal::UnknownBreak`]; to ask,
    /// [`DeskRefusal::NothingToAsk`]; to recall, as for [`Desk::recall`]; to resolve,
    /// [`DeskRefusal::RemedyDoesNotFit`]; to ask for statements, [`DeskRefusal::UnknownAccount`],
    /// [`DeskRefusal::StatementAsked`], [`DeskRefusal::DayClosed`].
    pub fn check_act(&self, act: DeskAct) -> Result<(), DeskRefusal> {
        match act {
            DeskAct::Recall { payment, .. } => self.check_recall(payment),
            DeskAct::Ask { payment } => {
                let state = self.payments.get(&payment).ok_or(DeskRefusal::UnknownPayment)?.state;
                let here = matches!(
                    state,
                    PaymentState::Draft | PaymentState::Signed | PaymentState::Expected
                );
                let handed = state.is_open() && !here;
                if handed { Ok(()) } else { Err(DeskRefusal::NothingToAsk) }
            }
            DeskAct::Assign { id, .. } => self.check_assign(id),
            DeskAct::Resolve(wish) => self.check_resolve(&wish),
            DeskAct::AskForStatements { pool, currency, date } => {
                self.check_ask_for_statements(date, (pool, currency))
            }
        }
    }

    /// Asks the bank not to pay, or to get back what it has paid. What is held stays held. What is
    /// signed leaves all the same, and the request behind it.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownPayment`], [`DeskRefusal::NotInstructed`],
    /// [`DeskRefusal::NotSent`], [`DeskRefusal::RecallAsked`],
    /// [`DeskRefusal::NothingToRecall`].
    pub fn recall(
        &mut self,
        at: Timestamp,
        uetr: Uetr,
        reason: ReasonCode,
    ) -> Result<DeskEvent<P>, DeskRefusal> {
        self.check_recall(uetr)?;
        let payment = self.payments.get_mut(&uetr).ok_or(DeskRefusal::UnknownPayment)?;
        payment.recall = Some(Recall::Asked { reason, since: at });
        payment.recalls = payment.recalls.saturating_add(1);
        let errand = Errand::Recall { number: payment.recalls, reason };
        let payment = payment.instruction.clone();
        // What the bank has said before is no answer to this.
        self.plan(at, uetr);
        Ok(DeskEvent::Errand { payment, errand })
    }

    /// Whether the bank can be asked for the payment.
    ///
    /// # Errors
    /// As for [`Desk::recall`].
    pub fn check_recall(&self, uetr: Uetr) -> Result<(), DeskRefusal> {
        let payment = self.payments.get(&uetr).ok_or(DeskRefusal::UnknownPayment)?;
        match payment.state {
            PaymentState::Expected => Err(DeskRefusal::NotInstructed),
            PaymentState::Draft => Err(DeskRefusal::NotSent),
            PaymentState::Rejected(_) | PaymentState::Returned | PaymentState::Cancelled => {
                Err(DeskRefusal::NothingToRecall)
            }
            _ if matches!(payment.recall, Some(Recall::Asked { .. })) => {
                Err(DeskRefusal::RecallAsked)
            }
            PaymentState::Signed
            | PaymentState::Sent
            | PaymentState::Accepted
            | PaymentState::Settled
            | PaymentState::Unknown => Ok(()),
        }
    }

    /// Hears the bank's word about a payment. [`DeskEvent::Cancelled`] releases what was held for
    /// it; nothing else moves anything. `None` is no news.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownPayment`], [`DeskRefusal::NotInstructed`],
    /// [`DeskRefusal::NotRecalled`].
    pub fn heard(
        &mut self,
        at: Timestamp,
        word: &BankWord,
    ) -> Result<Option<DeskEvent<P>>, DeskRefusal> {
        let payment = self.payments.get_mut(&word.uetr()).ok_or(DeskRefusal::UnknownPayment)?;
        if payment.state == PaymentState::Expected {
            return Err(DeskRefusal::NotInstructed);
        }
        match *word {
            BankWord::Unanswered(uetr) => Ok(self.unanswered(at, uetr)),
            BankWord::Recall(answer) => self.recall_answered(at, answer),
            BankWord::Returning(ReturnNotice { uetr, reason }) => {
                let known = payment.returning.replace(reason.unwrap_or(ReasonCode::NOT_SPECIFIED));
                Ok(known.is_none().then_some(DeskEvent::Returning { uetr, reason }))
            }
        }
    }

    fn recall_answered(
        &mut self,
        at: Timestamp,
        answer: RecallAnswer,
    ) -> Result<Option<DeskEvent<P>>, DeskRefusal> {
        let RecallAnswer { uetr, outcome, reason } = answer;
        let payment = self.payments.get_mut(&uetr).ok_or(DeskRefusal::UnknownPayment)?;
        let known = payment.recall.ok_or(DeskRefusal::NotRecalled)?;
        let news = match outcome {
            RecallOutcome::Pending => return Ok(None),
            RecallOutcome::Granted => Recall::Granted,
            RecallOutcome::Refused => Recall::Refused(reason),
        };
        // The last word counts, but a grant is not taken back.
        if known == news || known == Recall::Granted {
            return Ok(None);
        }
        payment.recall = Some(news);
        if news != Recall::Granted {
            return Ok(Some(DeskEvent::RecallRefused { uetr, reason }));
        }
        match payment.state {
            PaymentState::Signed
            | PaymentState::Sent
            | PaymentState::Accepted
            | PaymentState::Unknown => {
                let instruction = payment.instruction.clone();
                self.enter(at, uetr, PaymentState::Cancelled);
                Ok(Some(DeskEvent::Cancelled(instruction)))
            }
            PaymentState::Settled => Ok(Some(DeskEvent::Recalled { uetr })),
            _ => Ok(None),
        }
    }
}
