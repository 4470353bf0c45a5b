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

mod country;
mod fault;
mod grow;
mod identifier;
mod scan;
mod value;
mod xml;

mod fields;
mod writer;

mod case;
mod code;
mod original;
mod parts;
mod party;
mod routing;

mod envelope;
mod head_001;

mod pacs_002;
mod pacs_004;
mod pacs_008;
mod pacs_009;
mod pacs_028;
mod pain_001;
mod pain_002;

mod camt_029;
mod camt_052;
mod camt_053;
mod camt_054;
mod camt_056;
mod camt_060;

mod balance;
mod entry;
mod report;

mod booking;
mod pages;
mod profile;

pub use balance::{Balance, ReportedBalance};
pub use booking::BookingFault;
pub use camt_029::{
    Cancellation, GroupCancellation, Resolution, ResolvedGroup, ResolvedMessage, ResolvedPayment,
};
pub use camt_052::{AccountReport, Reports};
pub use camt_053::{AccountStatement, Statements};
pub use camt_054::{AccountNotification, Notifications};
pub use camt_056::{CancellationRequest, CancelledGroup, CancelledMessage, CancelledPayment};
pub use camt_060::{QueryType, ReportingPeriod, ReportingRequest, RequestedReport};
pub use case::{Assignment, Case};
pub use code::{Code, Reason};
pub use entry::{Detail, Entry, EntryStatus};
pub use envelope::{BusinessMessage, Document, Inspected, inspect, read, write};
pub use fault::{MessageFault, Place, Rule};
pub use head_001::{Copy, Header};
pub use identifier::{
    AccountNumber, Bic, BicFault, Country, CountryFault, Iban, IbanFault, Lei, LeiFault,
};
pub use original::{OriginalMessage, OriginalPayment};
pub use pacs_002::{GroupStatus, PaymentStatus, TransactionReport};
pub use pacs_004::{OriginalAccounts, PaymentReturn, ReturnChain, ReturnedTransfer};
pub use pacs_008::{CustomerCreditTransfer, CustomerTransfer};
pub use pacs_009::{CoveredTransfer, InstitutionCreditTransfer, InstitutionTransfer};
pub use pacs_028::{RequestedPayment, StatusRequest};
pub use pages::{MessagePage, Pages, pages};
pub use pain_001::{InitiatedPayment, InitiatedTransfer, PaymentInitiation};
pub use pain_002::{InitiationStatus, PaymentReport};
pub use parts::{GroupHeader, PaymentIds, Remittance};
pub use party::{Actor, Address, AddressForm, Agent, Birth, GenericId, Identity, Member, Party};
pub use profile::{Deviation, LatinName, NoLatinName, Profile};
pub use report::Page;
pub use routing::{
    AgentInstruction, Charge, ChargeBearer, InstructionPriority, PaymentType, Priority, Routing,
    Settlement, SettlementMethod,
};
pub use value::{Money, Rate, RateFault, Reference, Text, TextFault};
pub use xml::{BYTES_MAX, DEPTH_MAX, ELEMENTS_MAX};
