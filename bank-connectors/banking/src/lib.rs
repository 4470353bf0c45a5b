//! The life of a payment instruction, matching what the bank books, and reconciliation.
//!
//! A node instructs and its bank executes. A [`Desk`] holds what one machine has instructed or
//! expects, moves it on by the bank's answers, and says what each entry that the bank booked
//! means. It holds no balances: the caller posts, and only on the answers of
//! [`Desk::booked`] that say so, because money counts on the bank's booked word alone.
//!
//! A time-out is ignorance: a payment that the bank is silent about is [`PaymentState::Unknown`],
//! which releases nothing. The desk asks, sends the same again only where the bank has no record
//! of it, and asks for a payment back where it should not have been made.
//!
//! It does not know message formats, account numbers or names: the shell translates, and keeps
//! them where personal data may be kept.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod book;
mod breaks;
mod desk;
mod entry;
mod errand;
mod forgetting;
mod instruction;
mod missing;
mod payment;
mod questions;
mod recall;
mod reconciling;
mod status;
mod suspense;

pub use book::{Intraday, Reconciliation, StatedDay};
pub use breaks::{
    Break, BreakReason, BreakResolution, Correction, OpenBreak, Remedy, Tied, UNEXPLAINED_FOR,
};
pub use desk::{Booked, Desk, DeskRefusal, Dispute, StatusChange};
pub use entry::{BankEntry, BankReference, IntradayReport, Side, Statement};
pub use errand::{BankWord, DeskAct, DeskEvent, Errand};
pub use forgetting::{PAYMENTS_KEPT, is_forgotten};
pub use instruction::{Creditor, Instruction};
pub use missing::{StatementQuestion, StatementRequest};
pub use payment::{Payment, PaymentState};
pub use recall::{Recall, RecallAnswer, RecallOutcome, ReturnNotice};
pub use reconciling::AccountTies;
pub use status::{ReasonCode, ReasonFault, StatusReport, TransactionStatus, UnknownStatus};
pub use suspense::SuspenseItem;
