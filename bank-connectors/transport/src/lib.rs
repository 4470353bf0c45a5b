//! How payments leave for a bank, and how the bank's word comes back.
//!
//! Out: an [`Outbox`] per bank and journal turns each [`Order`] into one message, archives it,
//! hands it over a [`Channel`] and only then moves its cursor. Whatever happens in between, the
//! bank gets the same bytes again and tells repeats apart by their UETR.
//!
//! In: an [`Inbox`] per bank archives whatever arrives exactly as it came and turns it into
//! [`Incoming`], which names nobody: accounts by the [`AccountBook`], parties by pseudonym, the
//! bank's references hashed.
//!
//! Decides nothing about money and assumes nothing paid. Reads no clock and starts no task: the
//! caller gives the time, walks the journal and drives. A name or an account number of a person
//! is in the vault, in a message and in the archive's sealed copy of it, and nowhere else.

mod accounts;

mod outgoing;
mod payee;

mod signature;

mod channel;
mod folder;
mod https;
mod kafka;
mod outbox;

mod inbox;
mod incoming;
mod intake;
mod refusal;

pub use accounts::{AccountBook, BankAccount, NumberTaken};
pub use channel::{Channel, Message};
pub use folder::{FilePlace, FolderChannel, FolderFault, FolderIntake};
pub use https::{HttpsChannel, HttpsFault};
pub use inbox::{Counts, Inbox, InboxError};
pub use incoming::{Incoming, IncomingFault, Understood, understand};
pub use intake::{Arrival, Intake, Verdict};
pub use kafka::{KafkaChannel, KafkaIntake, Topics};
pub use outbox::{Departure, Outbox, OutboxError, Progress, TellError};
pub use outgoing::{
    Leaving, Order, StatementOrder, between_pools, cancellation, question, statement_request,
    to_party,
};
pub use payee::{Payee, Unpayable};
pub use refusal::Refusal;
pub use signature::{Check, Correspondents, Pen, SIGNATURE_HEADER, SignatureFault, read_signature};
