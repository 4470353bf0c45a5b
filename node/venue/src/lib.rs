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
mod amending;
mod apply;
mod bidding;
mod bundling;
mod cancelling;
mod circulation;
mod command;
mod conduct;
mod conservation;
mod credit;
mod dealing;
mod duty;
mod event;
mod expiry;
mod fees;
mod four_eyes;
mod gift;
mod house;
mod issuance;
mod issuer_orders;
mod maker;
mod market;
mod monthly;
mod notice;
mod offers;
mod order_batch;
mod orders;
mod outcome;
mod party;
mod pricing;
mod purse;
mod redemption;
mod refund;
mod refusal;
mod session;
mod settlement;
mod taking;
mod terms;
mod trade;
mod trading;
mod trading_terms;
mod treasury;
mod units;
mod venue;

pub use abroad::DEAL_QUANTITY_MAX;
pub use amending::Amendment;
pub use bidding::{Auction, AuctionTerms, StandingBid};
pub use bundling::PROPOSED_TRADES_MAX;
pub use circulation::CouponState;
pub use command::{
    Actor, BatchTerms, Command, DealOrder, Dispatch, FillReport, Merchandise, OrderTerms, Request,
    Role, Verb,
};
pub use conduct::ConductRule;
pub use conservation::{Imbalance, SeriesTotals};
pub use credit::{CreditFactors, CreditRules, CreditWeights, Grade, Provisional, Rating, Score};
pub use dealing::member_party;
pub use duty::{DutyReport, QuoteState, QuoteWatch, Tally};
pub use event::{Event, FederationRequest, LockUse};
pub use fees::{
    ActiveTrader, BlockTier, FeePreset, FeeQuote, FeeSchedule, IssuanceFees, Liquidity, Listing,
    MarketKind, Rates, SideRates, TradeFees, TradeLine, Trader, major_units,
};
pub use four_eyes::Proposal;
pub use gift::{PRESENTS_MAX, Present};
pub use issuance::{Batch, BatchState, ReserveMode};
pub use issuer_orders::{BuyBack, Tranche};
pub use maker::{MakerStatus, MarketMaker, QuoteDuty};
pub use market::Market;
pub use monthly::{Month, MonthlyVolume};
pub use notice::{ClearingNotice, LockedRate, Notice, notices};
pub use offers::{Equaliser, Offer, OfferEnd, OfferTerms, OfferedDeal, SwapSide};
pub use order_batch::{ORDER_ACTS_MAX, OrderAct};
pub use orders::{BoughtBack, OpenOrder, OrderKind, OrderState};
pub use outcome::{Done, Outcome};
pub use party::{Issuer, IssuerStatus, Party, PartyKind, Tier};
pub use pricing::{PriceSuggestion, PricingInputs, PricingModel, PricingRules, Track};
pub use redemption::Redemption;
pub use refusal::Rejection;
pub use session::PhaseReason;
pub use settlement::{Item, ItemId, Purpose, TradingDay};
pub use terms::Terms;
pub use trade::{MemberSide, Trade, TradeKind, TradeState};
pub use trading_terms::{
    BreakerTerms, CallTerms, ConductRules, MakerRules, OfferRules, TradingTerms,
};
pub use units::{UNIT_RANGES_MAX, Units};
pub use venue::Venue;
