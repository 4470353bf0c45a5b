//! A bank that speaks ISO 20022 with nodes, and can be late, wrong, twice, broken or silent, on
//! demand or by a script ([`FaultScript`]).
//!
//! [`Bank`] is the bank itself: accounts in one currency, whole minor units, rules, and what it
//! has to say. It does no I/O and reads no clock: the business date is told to it. The shell
//! around it keeps it in a file ([`SharedBank`]), answers HTTP ([`router`]), hands its
//! messages to the nodes until they take them ([`deliver`]), or sits at the other end of a
//! folder ([`exchange`]). Every change is on disk before
//! anybody hears of it, so a killed bank comes back knowing all that it has said.
//!
//! For tests and demonstrations only: it trusts its control calls and creates money at will.

pub mod conformance;

mod bank;
mod config;
mod fault;
mod inquiry;
mod order;
mod outgoing;

mod deliver;
mod file;
mod folder;
mod http;

pub use bank::{Account, Bank, ControlRefusal, Deposit, NotForABank};
pub use config::{AccountConfig, BankConfig, NodeConfig};
pub use deliver::deliver;
pub use fault::{Fault, FaultScript, FaultTarget, Hold, Occasion, Reason, ScriptFault};
pub use file::{FileFault, SharedBank};
pub use folder::exchange;
pub use http::router;
pub use outgoing::Outgoing;
