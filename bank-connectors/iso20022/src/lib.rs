//! ISO 20022 messages of the network's bank links: bytes to terms and back, without I/O.
//!
//! One message, one file. Reading is namespace-aware and strict: children in schema order, no
//! DTD, no entities beyond XML's own, bounded size, depth and count; what GCFN does not use is
//! recognised by name and skipped, what the schema does not have is a fault that names its path.
//! Amounts become integers of minor units at once, or the message is refused.
//!
//! The rules here are those of the base schemas of the supported versions and of
//! [`gcfn_model`]; a counterparty's stricter profile, signatures and whether a message may be
//! acted on are decided elsewhere.
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod fault;
mod value;
mod xml;

mod fields;
mod parts;
mod writer;

mod envelope;
mod head_001;

mod pacs_002;
mod pacs_008;
mod pacs_009;
mod pain_001;
mod pain_002;

mod camt_053;
mod camt_054;
mod entry;

mod booking;

pub use booking::BookingFault;
pub use camt_053::{AccountStatement, Balance, Statements};
pub use camt_054::{AccountNotification, Notifications};
pub use entry::{Detail, Entry, EntryStatus};
pub use envelope::{BusinessMessage, Document, read, write};
pub use fault::{MessageFault, Rule};
pub use head_001::Header;
pub use pacs_002::{GroupStatus, OriginalMessage, PaymentStatus, TransactionReport};
pub use pacs_008::{CustomerCreditTransfer, CustomerTransfer};
pub use pacs_009::{InstitutionCreditTransfer, InstitutionTransfer};
pub use pain_001::{InitiatedPayment, InitiatedTransfer, PaymentInitiation};
pub use pain_002::{InitiationStatus, PaymentReport};
pub use parts::{Agent, GroupHeader, PaymentIds, Remittance};
pub use value::{AccountNumber, Bic, BicFault, Iban, IbanFault, Money, Reference, Text, TextFault};
pub use xml::{BYTES_MAX, DEPTH_MAX, ELEMENTS_MAX};
