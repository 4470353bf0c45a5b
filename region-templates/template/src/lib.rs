//! Region templates: the rules, times and calendars of a jurisdiction, read from text.
//!
//! A template that is wrong is refused with *all* its problems, each with file, line and the
//! rule it breaks, so that whoever edits it edits once. Reads no file and no clock: texts come
//! in, terms go out. What a template means for a venue or a house reaches those machines as
//! commands; local times reach them as UTC instants, because two nodes may hold different
//! time-zone tables.

pub mod calendar;
pub mod catalog;
mod document;
mod issuing;
pub mod keys;
mod limits;
mod money;
mod problem;
mod read;
mod region;
mod row;
mod trading;
mod zone;

pub use issuing::{Issuing, RecallBasis, SignOff};
pub use limits::{Limits, PartyLimits};
pub use money::{InterestOwner, Money, Points, Tax, TaxKind};
pub use problem::{Problem, TemplateProblems};
pub use read::parse;
pub use region::{
    CalendarRules, Credit, CreditFactorSet, CreditRateBase, Divisible, Escrow, Federation, Fees,
    Jobs, Kyc, Maturity, NettingTerms, Prefund, PriceModel, Pricing, Product, RedemptionDetail,
    Refund, RegionTemplate, Regnode, Retention, Settlement, TradeTable,
};
pub use row::{FeeMarket, FeeOrder, FeeRow, FeeSide, FeeTier};
pub use trading::{Conduct, Maker, Trading};
pub use zone::{LocalTime, LocalTimeFault, UnknownZone, Zone};
