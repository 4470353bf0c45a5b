//! The replicated machine of a trading node.
//!
//! Decides everything about its users' money, coupons and orders: issuance, trading, escrow,
//! redemption, expiry, and the settlement of what was traded through a clearing house. It knows
//! no clock, no network, no file and nobody's name: parties are pseudonyms, time comes with the
//! command, and what must leave the node is told in events.
//!
//! One file per part of the business; `apply` says which command goes where, `refusal` lists
//! every reason for a no, `event` everything that can happen.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod abroad;
mod activity;
mod apply;
mod bundling;
mod closing;
mod command;
mod conservation;
mod credit;
mod dealing;
mod dispute;
mod event;
mod expiry;
mod fees;
mod four_eyes;
mod freeze;
mod gift;
mod house;
mod issuance;
mod limits;
mod manual;
mod money;
mod money_event;
mod monthly;
mod notice;
mod outcome;
mod overlay;
mod party;
mod pricing;
mod receivable;
mod redemption;
mod refund;
mod refusal;
mod reversal;
mod rules;
mod settlement;
mod sharing;
mod stake;
mod suspense;
mod tax;
mod terms;
mod trade;
mod trading;
mod transfer;
mod treasury;
mod venue;
mod withdrawal;

pub use abroad::DEAL_QUANTITY_MAX;
pub use bundling::PROPOSED_TRADES_MAX;
pub use command::{
    Actor, BatchTerms, Command, DealOrder, Dispatch, FillReport, Merchandise, OrderTerms, Request,
    Role, Verb,
};
pub use conservation::{Imbalance, SeriesTotals};
pub use credit::{CreditFactors, CreditRules, CreditWeights, Grade, Provisional, Rating, Score};
pub use dealing::member_party;
pub use dispute::{
    ArbitrationDecision, Dispute, DisputeKind, DisputeOutcome, DisputeState, DisputeStep,
    DisputeTerms, DisputeTimes, EVIDENCE_MAX,
};
pub use event::{Event, FederationRequest, LockUse};
pub use fees::{
    ActiveTrader, BlockTier, FeePreset, FeeQuote, FeeSchedule, IssuanceFees, Liquidity, Listing,
    MarketKind, Rates, SideRates, TradeFees, TradeLine, Trader, major_units,
};
pub use four_eyes::Proposal;
pub use freeze::FreezeReason;
pub use issuance::{Batch, BatchState, ReserveMode};
pub use limits::{LimitTerms, PartyLimits};
pub use manual::{ManualPosting, ManualReason};
pub use money::{MoneyAct, MoneyTerms};
pub use money_event::MoneyEvent;
pub use monthly::{Month, MonthlyVolume};
pub use notice::{ClearingNotice, LockedRate, Notice, notices};
pub use outcome::{Done, Outcome};
pub use overlay::{CouponFreeze, CouponFreezeTerms, Pledge, PledgeTerms};
pub use party::{Issuer, IssuerStatus, Party, PartyClass, PartyKind, Tier};
pub use pricing::{PriceSuggestion, PricingInputs, PricingModel, PricingRules, Track};
pub use redemption::Redemption;
pub use refusal::Rejection;
pub use reversal::{EntryReference, ReversibleEntry, ReversibleKind};
pub use rules::{Level, Rule};
pub use settlement::{Item, ItemId, Purpose, TradingDay};
pub use sharing::{Penalty, PenaltyReason, ReferralTerms, ShareTable};
pub use stake::Slashing;
pub use suspense::{
    BankDifference, Claimant, InterestOwner, SUSPENSE_PARTS_MAX, SuspenseItem, SuspensePart,
    SuspenseResolution,
};
pub use tax::{TaxRate, TaxTerms};
pub use terms::Terms;
pub use trade::{Trade, TradeState};
pub use trading::{Market, OpenOrder};
pub use venue::Venue;
pub use withdrawal::{Withdrawal, WithdrawalState, WithdrawalTerms};
