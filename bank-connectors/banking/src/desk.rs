//! All payments of one machine, moved on by the bank's answers.

use crate::book::{Book, Holding};
use crate::payment::Leg;
use crate::{
    BankEntry, DeskEvent, Errand, Instruction, Payment, PaymentState, ReasonCode, Side,
    StatusReport, TransactionStatus,
};
use alloc::collections::{BTreeMap, BTreeSet};
use gcfn_model::{Amount, Millis, Timestamp, Uetr};
use gcfn_table::Freeze;
use serde::{Deserialize, Serialize};

/// The payments of one machine and what the bank has booked on its accounts.
///
/// A payment is either instructed or expected here, not both: a machine that pays itself (a
/// regional that is a member of its own clearing house) keeps a desk for each and hands every
/// entry to the one that has the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk<P> {
    pub(crate) payments: BTreeMap<Uetr, Payment<P>>,
    pub(crate) books: BTreeMap<Holding, Book>,
    /// When the bank is asked about which payment: the `ask_at` of all that have one.
    pub(crate) questions: BTreeSet<(Timestamp, Uetr)>,
}

/// Why the desk does not do what it is asked. Numbers are never reused.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[repr(u16)]
pub enum DeskRefusal {
    /// The id names another payment; use a new id.
    #[error("instruction id is used for another payment; use a new id")]
    IdInUse = 1,
    /// Nothing to pay; leave the instruction out.
    #[error("amount is zero; leave the instruction out")]
    AmountIsZero = 2,
    /// Debtor and creditor are one account; leave the instruction out.
    #[error("debtor and creditor are one account; leave the instruction out")]
    SameAccount = 3,
    /// No such payment here, or it was closed long ago; look it up in the archive.
    #[error("no such payment at this desk; look it up in the archive")]
    UnknownPayment = 4,
    /// Another node instructed it; the bank's status is for that node.
    #[error("payment was instructed elsewhere; the status belongs there")]
    NotInstructed = 5,
    /// It has left for the bank, or is signed and about to; ask the bank to cancel it.
    #[error("instruction has left for the bank, or is about to; ask the bank to cancel it")]
    AlreadySent = 6,
    /// It was cancelled and must not be sent; ask the bank to cancel it.
    #[error("instruction was cancelled before it was sent; ask the bank to cancel it")]
    WasCancelled = 7,
    /// The bank rejects what it has booked; the booking stands, ask the bank.
    #[error("bank rejects what it has booked; the booking stands, ask the bank")]
    BookedAlready = 8,
    /// The day is reconciled; a changed statement is a matter for the bank.
    #[error("day is reconciled; take a changed statement up with the bank")]
    DayClosed = 9,
    /// The statement has an entry of another account or currency; take it up with the bank.
    #[error("statement has an entry of another account or currency; take it up with the bank")]
    ForeignEntry = 10,
    /// A balance has more than 18 digits; take it up with the bank.
    #[error("statement balance has more than 18 digits; take it up with the bank")]
    BalanceOutOfRange = 11,
    /// It has not left for the bank; cancel it.
    #[error("instruction has not left for the bank; cancel it")]
    NotSent = 12,
    /// The bank has not answered the last request for it.
    #[error("payment is asked back already; wait for the bank's answer")]
    RecallAsked = 13,
    /// It was refused, cancelled or came back.
    #[error("payment was refused, cancelled or came back; there is nothing to ask for")]
    NothingToRecall = 14,
    /// The bank answers a request that was never made; take it up with the bank.
    #[error("payment was not asked back; take the answer up with the bank")]
    NotRecalled = 15,
    /// The bank has said the last word of it, or does not have it yet.
    #[error("bank has said the last word of the payment, or does not have it yet")]
    NothingToAsk = 16,
    /// No such break, or it has ended.
    #[error("no such break at this desk, or it has ended")]
    UnknownBreak = 17,
    /// Entries are taken as stated, or taken back; balances are explained, or recognised.
    #[error(
        "remedy does not fit the break: an entry is taken as_stated, or was never_booked; a \
             balance or a number is explained; a ledger's difference is recognised"
    )]
    RemedyDoesNotFit = 18,
    /// The statement of the day is there; what it says counts.
    #[error("day is stated already; an intraday report says nothing of it any more")]
    DayStated = 19,
    /// A part of the statement is missing, or is of another; the bank sends it again.
    #[error("part of the statement is missing, or of another one; send it again")]
    PartMissing = 20,
    /// The bank has said nothing of such an account yet; ask about one that it has.
    #[error("no account in this pool and currency that the bank has said anything of")]
    UnknownAccount = 21,
    /// The bank has not answered the last question; wait for the answer.
    #[error("bank was asked for a statement of the account already; wait for the answer")]
    StatementAsked = 22,
    /// The day is still to come; ask for it when it has ended.
    #[error("day has not begun; ask for its statement when it has ended")]
    DayNotBegun = 23,
}

/// What a status did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusChange<P> {
    /// Repeated, late, or no news.
    Unchanged,
    /// The bank has taken the instruction in.
    Accepted(Instruction<P>),
    /// The bank refuses; no money has moved and none will: release what was held for it.
    Rejected {
        /// The instruction.
        instruction: Instruction<P>,
        /// The bank's reason.
        reason: Option<ReasonCode>,
    },
    /// Nothing is decided, and something is to be said to the bank: it has no record of the
    /// payment, or has another one under the same id. Or it has no record of a payment that was
    /// asked back, which is the end of it.
    Answered(DeskEvent<P>),
}

/// What an entry means. The first seven count: the caller posts exactly these to its ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked<P> {
    /// Our account was debited: the instruction is settled.
    Settled(Instruction<P>),
    /// Our account was credited with this payment, expected or between two of our accounts.
    Received(Instruction<P>),
    /// Our account was credited with a payment of ours that came back.
    Returned(Instruction<P>),
    /// Our account was debited with what a payment had brought to it: the bank has given it back
    /// to who paid it, as much of it as the entry says.
    TakenBack(Instruction<P>),
    /// It belongs to no payment known here: a deposit, or an entry for suspense.
    Unmatched,
    /// Money came in that contradicts what is known. It counts, in suspense, until somebody has
    /// said whose it is: who sends a cent too much must not keep an account from ever tying.
    Suspended(Dispute),
    /// It was counted before.
    Repeat,
    /// Its day is reconciled: a repeat, or a change that the next opening balance will show.
    DayClosed,
    /// It contradicts what is known, and no money came in by it. It is not counted and stays a
    /// break until it is resolved.
    Disputed(Dispute),
}

/// How an entry contradicts what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dispute {
    /// The bank booked another amount than was instructed.
    WrongAmount {
        /// The payment.
        uetr: Uetr,
        /// As instructed.
        expected: Amount,
        /// As booked.
        got: Amount,
    },
    /// Booked on an account or in a currency that the payment does not touch.
    WrongAccount {
        /// The payment.
        uetr: Uetr,
    },
    /// The same leg was booked before under another bank reference: the bank paid twice.
    BookedTwice {
        /// The payment.
        uetr: Uetr,
    },
    /// The bank had rejected it, or we had cancelled it, and what was held is released.
    NotPayable {
        /// The payment.
        uetr: Uetr,
    },
    /// Money comes back that has not been seen to leave.
    NotPaid {
        /// The payment.
        uetr: Uetr,
    },
    /// The bank reports an entry that was counted, with another content.
    Altered {
        /// As it was counted.
        counted: BankEntry,
    },
}

impl<P> Default for Desk<P> {
    fn default() -> Desk<P> {
        Desk { payments: BTreeMap::new(), books: BTreeMap::new(), questions: BTreeSet::new() }
    }
}

impl<P: Clone + PartialEq> Desk<P> {
    /// A desk without payments.
    #[must_use]
    pub fn new() -> Desk<P> {
        Desk::default()
    }

    /// Takes an instruction that is to leave for the bank. The same one again changes nothing.
    ///
    /// # Errors
    /// [`DeskRefusal::IdInUse`], [`DeskRefusal::AmountIsZero`], [`DeskRefusal::SameAccount`].
    pub fn instruct(
        &mut self,
        at: Timestamp,
        instruction: Instruction<P>,
    ) -> Result<Uetr, DeskRefusal> {
        self.open(at, instruction, PaymentState::Draft)
    }

    /// Takes a payment that another node is to make to an account of this desk. The same one
    /// again changes nothing.
    ///
    /// # Errors
    /// As for [`Desk::instruct`].
    pub fn expect(
        &mut self,
        at: Timestamp,
        instruction: Instruction<P>,
    ) -> Result<Uetr, DeskRefusal> {
        self.open(at, instruction, PaymentState::Expected)
    }

    /// Takes a payment that another node says it has made, where its money has come already and was
    /// counted as nobody's: the caller has found whose it is. A known one stays as it is.
    ///
    /// # Errors
    /// As for [`Desk::instruct`].
    pub fn expect_come(
        &mut self,
        at: Timestamp,
        instruction: Instruction<P>,
    ) -> Result<Uetr, DeskRefusal> {
        let known = self.payments.contains_key(&instruction.uetr());
        let uetr = self.expect(at, instruction)?;
        if let Some(payment) = self.payments.get_mut(&uetr).filter(|_| !known) {
            payment.credited = true;
            payment.enter(at, PaymentState::Settled);
        }
        Ok(uetr)
    }

    /// The instruction's message is made, signed and archived. What has left since, or has been
    /// answered, stays as it is.
    ///
    /// # Errors
    /// As for [`Desk::sent`].
    pub fn signed(&mut self, at: Timestamp, uetr: Uetr) -> Result<(), DeskRefusal> {
        let payment = self.payment_mut(uetr)?;
        match payment.state {
            PaymentState::Draft => payment.enter(at, PaymentState::Signed),
            PaymentState::Expected => return Err(DeskRefusal::NotInstructed),
            PaymentState::Cancelled => return Err(DeskRefusal::WasCancelled),
            _ => {}
        }
        Ok(())
    }

    /// The instruction was handed to the bank's channel.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownPayment`], [`DeskRefusal::NotInstructed`],
    /// [`DeskRefusal::WasCancelled`].
    pub fn sent(&mut self, at: Timestamp, uetr: Uetr) -> Result<(), DeskRefusal> {
        match self.payment_mut(uetr)?.state {
            PaymentState::Draft | PaymentState::Signed => {
                self.enter(at, uetr, PaymentState::Sent);
            }
            PaymentState::Expected => return Err(DeskRefusal::NotInstructed),
            PaymentState::Cancelled => return Err(DeskRefusal::WasCancelled),
            // The answer may overtake the report that the question has left.
            _ => {}
        }
        Ok(())
    }

    /// Withdraws an instruction whose message is not made yet, or an expectation. What is signed is
    /// in the hands of the channel, which may be carrying it this moment: it is asked back
    /// ([`Desk::recall`]), else the bank might pay what is cancelled here.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownPayment`], [`DeskRefusal::AlreadySent`],
    /// [`DeskRefusal::WasCancelled`].
    pub fn cancel(&mut self, at: Timestamp, uetr: Uetr) -> Result<Instruction<P>, DeskRefusal> {
        let payment = self.payment_mut(uetr)?;
        match payment.state {
            PaymentState::Draft | PaymentState::Expected if !payment.credited => {
                payment.enter(at, PaymentState::Cancelled);
                Ok(payment.instruction.clone())
            }
            PaymentState::Cancelled => Err(DeskRefusal::WasCancelled),
            _ => Err(DeskRefusal::AlreadySent),
        }
    }

    /// The bank's status of an instruction. It moves no money, and never undoes a later state.
    ///
    /// That the bank has no record counts only as the answer to a question, and is no refusal:
    /// the same is sent again. That it has another payment under the same id is none either, for
    /// the other one may be this one: it is asked, and believed when it says so twice.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownPayment`], [`DeskRefusal::NotInstructed`],
    /// [`DeskRefusal::BookedAlready`].
    pub fn status(
        &mut self,
        at: Timestamp,
        report: StatusReport,
    ) -> Result<StatusChange<P>, DeskRefusal> {
        let StatusReport { uetr, status, reason } = report;
        let payment = self.payment_mut(uetr)?;
        let (state, asked) = (payment.state, payment.asked);
        let booked =
            payment.credited || matches!(state, PaymentState::Settled | PaymentState::Returned);
        if state == PaymentState::Expected {
            return Err(DeskRefusal::NotInstructed);
        }
        if status != TransactionStatus::Rejected {
            return Ok(self.accepted(at, uetr, status));
        }
        if booked {
            return Err(DeskRefusal::BookedAlready);
        }
        if reason == Some(ReasonCode::NO_RECORD) {
            return Ok(match state {
                PaymentState::Unknown => self.unrecorded(at, uetr),
                _ => StatusChange::Unchanged,
            });
        }
        if reason.is_some_and(ReasonCode::is_duplicate) && asked < 2 {
            return Ok(match state {
                PaymentState::Draft
                | PaymentState::Signed
                | PaymentState::Sent
                | PaymentState::Accepted => {
                    self.ask(at, uetr).map_or(StatusChange::Unchanged, StatusChange::Answered)
                }
                _ => StatusChange::Unchanged,
            });
        }
        if !state.is_open() {
            return Ok(StatusChange::Unchanged);
        }
        payment.status = Some(status);
        let instruction = payment.instruction.clone();
        self.enter(at, uetr, PaymentState::Rejected(reason));
        Ok(StatusChange::Rejected { instruction, reason })
    }

    /// The bank has the instruction and has not refused it.
    fn accepted(
        &mut self,
        at: Timestamp,
        uetr: Uetr,
        status: TransactionStatus,
    ) -> StatusChange<P> {
        let Some(payment) = self.payments.get_mut(&uetr) else { return StatusChange::Unchanged };
        if payment.state.is_open() {
            payment.status = Some(status);
        }
        match payment.state {
            PaymentState::Draft
            | PaymentState::Signed
            | PaymentState::Sent
            | PaymentState::Unknown => {
                let instruction = payment.instruction.clone();
                self.enter(at, uetr, PaymentState::Accepted);
                StatusChange::Accepted(instruction)
            }
            _ => StatusChange::Unchanged,
        }
    }

    /// The bank was asked and has no record: it is handed the same again, unless it was to give
    /// it up anyway.
    fn unrecorded(&mut self, at: Timestamp, uetr: Uetr) -> StatusChange<P> {
        let Some(payment) = self.payments.get(&uetr) else { return StatusChange::Unchanged };
        let (instruction, number) = (payment.instruction.clone(), payment.asked);
        if payment.recall.is_some() {
            self.enter(at, uetr, PaymentState::Cancelled);
            return StatusChange::Answered(DeskEvent::Cancelled(instruction));
        }
        self.enter(at, uetr, PaymentState::Sent);
        let errand = Errand::Resend { number };
        StatusChange::Answered(DeskEvent::Errand { payment: instruction, errand })
    }

    /// An entry that the bank has booked on an account of this desk.
    pub fn booked(&mut self, at: Timestamp, entry: &BankEntry) -> Booked<P> {
        let book = self.books.entry((entry.account, entry.currency)).or_default();
        if book.is_closed(entry) {
            return Booked::DayClosed;
        }
        match book.counted(entry.bank_reference) {
            Some(counted) if counted == entry => return Booked::Repeat,
            Some(&counted) => return Booked::Disputed(Dispute::Altered { counted }),
            None => {}
        }
        let meaning = match self.meaning(at, entry) {
            Ok(meaning) => meaning,
            Err(dispute) if entry.side == Side::Credit => Booked::Suspended(dispute),
            Err(dispute) => return Booked::Disputed(dispute),
        };
        self.count(at, entry);
        meaning
    }

    /// An entry that is on a statement, and that two persons say counts as stated. What it
    /// contradicts is in suspense, whichever way the money went.
    pub fn booked_as_stated(&mut self, at: Timestamp, entry: &BankEntry) -> Booked<P> {
        match self.booked(at, entry) {
            Booked::Disputed(dispute) if !matches!(dispute, Dispute::Altered { .. }) => {
                self.count(at, entry);
                Booked::Suspended(dispute)
            }
            meaning => meaning,
        }
    }

    fn count(&mut self, at: Timestamp, entry: &BankEntry) {
        self.books.entry((entry.account, entry.currency)).or_default().count(*entry);
        // What is booked is not asked about.
        if let Some(uetr) = entry.uetr {
            self.plan(at, uetr);
        }
    }

    /// What `entry` is of the payment that it names.
    fn meaning(&mut self, at: Timestamp, entry: &BankEntry) -> Result<Booked<P>, Dispute> {
        let payment = entry.uetr.and_then(|uetr| self.payments.get_mut(&uetr));
        payment.map_or(Ok(Booked::Unmatched), |payment| Self::book_leg(at, payment, entry))
    }

    fn book_leg(
        at: Timestamp,
        payment: &mut Payment<P>,
        entry: &BankEntry,
    ) -> Result<Booked<P>, Dispute> {
        let instruction = payment.instruction.clone();
        let uetr = instruction.uetr();
        let leg = payment.leg(entry).ok_or(Dispute::WrongAccount { uetr })?;
        if leg == Leg::TakenBack {
            payment.take_back(entry.amount)?;
            return Ok(Booked::TakenBack(instruction));
        }
        if entry.amount != instruction.amount {
            let (expected, got) = (instruction.amount, entry.amount);
            return Err(Dispute::WrongAmount { uetr, expected, got });
        }
        match (leg, payment.state) {
            (Leg::Paid | Leg::Returned, PaymentState::Expected) => {
                Err(Dispute::WrongAccount { uetr })
            }
            (Leg::Paid | Leg::Received, PaymentState::Rejected(_) | PaymentState::Cancelled) => {
                Err(Dispute::NotPayable { uetr })
            }
            (Leg::Paid, PaymentState::Settled | PaymentState::Returned) => {
                Err(Dispute::BookedTwice { uetr })
            }
            (Leg::Paid, _) => {
                payment.enter(at, PaymentState::Settled);
                Ok(Booked::Settled(instruction))
            }
            (Leg::Received, _) if payment.credited => Err(Dispute::BookedTwice { uetr }),
            (Leg::Received, state) => {
                payment.credited = true;
                if state == PaymentState::Expected {
                    payment.enter(at, PaymentState::Settled);
                }
                Ok(Booked::Received(instruction))
            }
            (Leg::Returned, PaymentState::Settled) => {
                payment.enter(at, PaymentState::Returned);
                Ok(Booked::Returned(instruction))
            }
            (Leg::Returned, PaymentState::Returned) => Err(Dispute::BookedTwice { uetr }),
            (Leg::Returned | Leg::TakenBack, _) => Err(Dispute::NotPaid { uetr }),
        }
    }

    /// The instructions that have waited longer than `age` for the bank, or that nobody knows of
    /// what became of them, and those that it was asked to give up so long ago, in UETR order.
    /// They are neither paid nor failed.
    pub fn overdue(&self, at: Timestamp, age: Millis) -> impl Iterator<Item = &Payment<P>> {
        self.payments.values().filter(move |payment| {
            payment.state.is_open()
                && payment.state != PaymentState::Expected
                && (payment.state == PaymentState::Unknown || age < at.since(payment.changed_at))
                || payment.recalled_since().is_some_and(|since| age < at.since(since))
        })
    }

    /// The payment with this UETR.
    #[must_use]
    pub fn payment(&self, uetr: Uetr) -> Option<&Payment<P>> {
        self.payments.get(&uetr)
    }

    /// Whether nothing is to be paid by this payment any more: it has ended, perhaps so long ago
    /// that it is forgotten.
    #[must_use]
    pub fn is_over(&self, uetr: Uetr) -> bool {
        self.payment(uetr).is_none_or(|payment| !payment.state.is_open())
    }

    /// Every payment, in UETR order.
    pub fn payments(&self) -> impl Iterator<Item = &Payment<P>> {
        self.payments.values()
    }

    fn open(
        &mut self,
        at: Timestamp,
        instruction: Instruction<P>,
        state: PaymentState,
    ) -> Result<Uetr, DeskRefusal> {
        let uetr = instruction.uetr();
        if let Some(known) = self.payments.get(&uetr) {
            let same = known.instruction == instruction;
            return if same { Ok(uetr) } else { Err(DeskRefusal::IdInUse) };
        }
        if instruction.amount.is_zero() {
            return Err(DeskRefusal::AmountIsZero);
        }
        if instruction.creditor == crate::Creditor::Account(instruction.debtor) {
            return Err(DeskRefusal::SameAccount);
        }
        let payment = Payment {
            instruction,
            state,
            status: None,
            changed_at: at,
            credited: false,
            asked: 0,
            ask_at: None,
            recalls: 0,
            recall: None,
            returning: None,
            taken_back: Amount::ZERO,
        };
        self.payments.insert(uetr, payment);
        Ok(uetr)
    }

    fn payment_mut(&mut self, uetr: Uetr) -> Result<&mut Payment<P>, DeskRefusal> {
        self.payments.get_mut(&uetr).ok_or(DeskRefusal::UnknownPayment)
    }
}

/// Entries are as many as a day brings and are shared; payments under way are few.
impl<P: Clone> Freeze for Desk<P> {
    fn shared(&self) -> Desk<P> {
        let books = self.books.iter().map(|(account, book)| (*account, book.shared()));
        let (payments, questions) = (self.payments.clone(), self.questions.clone());
        Desk { payments, books: books.collect(), questions }
    }
}
