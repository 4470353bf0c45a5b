//! The vocabulary of GCFN: amounts, currencies, rates, ids, time and digests.
//!
//! Decides nothing and knows nothing of ledgers, networks or files. Every other crate
//! speaks in these words, so what is wrong here is wrong everywhere: no float, no
//! operator that can overflow, no bare integer or string where a term exists.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod amount;
mod calendar;
mod currency;
mod date;
mod digest;
mod encoder;
mod id;
mod machine;
mod name;
mod pool;
mod rate;
mod text;
mod time;
mod uetr;
mod xqid;

pub use amount::{Amount, AmountFault, Position};
pub use calendar::{Calendar, CalendarFault, Roll, UnknownRoll};
pub use currency::{Currency, UnknownCurrency};
pub use date::{BusinessDate, DateFault};
pub use digest::{Digest, Hasher};
pub use encoder::Encoder;
pub use id::{
    AllianceId, AuctionId, BatchId, BreakId, CommandId, CycleId, DealId, DisputeId, Id, IdFault,
    InstructionId, Kind, LockId, OfferId, OrderId, PartyId, ProposalId, QuoteId, RedemptionId,
    SeriesId, TemplateId, TradeId, WithdrawalId, kind,
};
pub use machine::Machine;
pub use name::{HouseId, Name, NameFault, NameKind, NetworkId, NodeId, RegionId, name_kind};
pub use pool::{Pool, SettlementAccount};
pub use rate::{BasisPoints, Rate, RateFault, Rounding};
pub use time::{Millis, TimeFault, Timestamp};
pub use uetr::{Uetr, UetrFault};
pub use xqid::{Serial, Xqid, XqidFault};
