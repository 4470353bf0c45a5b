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
mod agenda;
mod alliance;
mod amending;
mod answers;
mod apply;
mod at_bank;
mod bank_alarm;
mod batch;
mod bidding;
mod bundling;
mod cancelling;
mod circulation;
mod clearing_act;
mod closing;
mod command;
mod conduct;
mod conservation;
mod credit;
mod custody;
mod deal_rate;
mod dealing;
mod defaults;
mod dispatch;
mod dispute;
mod disputes;
mod duty;
mod escrow;
mod event;
mod exception;
mod expiry;
mod federation_request;
mod fees;
mod forgetting;
mod four_eyes;
mod freeze;
mod frozen;
mod funding;
mod gift;
mod holders;
mod house;
mod indexed;
mod issuance;
mod issuer;
mod issuer_orders;
mod issuing_event;
mod issuing_terms;
mod limits;
mod liquidity;
mod listing;
mod lists;
mod maker;
mod manual;
mod market;
mod money;
mod money_event;
mod monthly;
mod notice;
mod offers;
mod open_deals;
mod order_batch;
mod orders;
mod outcome;
mod overlay;
mod parties;
mod party;
mod points;
mod price_inputs;
mod pricing;
mod promotion;
mod purse;
mod rating;
mod recall;
mod receivable;
mod reconciling;
mod recount;
mod redemption;
mod refund;
mod refusal;
mod reserve;
mod returned_pay_in;
mod reversal;
mod roles;
mod rules;
mod scheduling;
mod session;
mod settlement;
mod sharing;
mod stake;
mod state_roots;
mod suspense;
mod taking;
mod tax;
mod template;
mod terms;
mod trade;
mod trading;
mod trading_terms;
mod transfer;
mod treasury;
mod units;
mod valuation;
mod venue;
mod withdrawal;

pub use abroad::DEAL_QUANTITY_MAX;
pub use alliance::{ALLIANCE_MAX, ALLIANCES_MAX, Alliance, AllianceAct, AllianceEvent};
pub use amending::Amendment;
pub use bank_alarm::{BankAlarm, BankAlarmSeen};
pub use batch::{
    Batch, BatchRefusal, BatchState, BatchTerms, CouponForm, CouponKind, DivisibleFor,
    MaturityAction, ReserveMode, SuspensionReason,
};
pub use bidding::{Auction, AuctionTerms, StandingBid};
pub use bundling::PROPOSED_TRADES_MAX;
pub use circulation::CouponState;
pub use clearing_act::ClearingAct;
pub use command::{Actor, Command, Merchandise, OrderTerms, Request, Role, Verb};
pub use conduct::ConductRule;
pub use conservation::{Imbalance, SeriesTotals};
pub use credit::{
    CreditFactors, CreditRules, CreditWeights, FactorSet, Grade, Provisional, RateBase, Rating,
    Score,
};
pub use custody::{CustodianAct, Custody};
pub use deal_rate::DealRate;
pub use defaults::{DefaultCase, DefaultCause, Severity};
pub use dispatch::{DealOrder, Dispatch, FillReport};
pub use dispute::{
    ArbitrationDecision, Dispute, DisputeKind, DisputeOutcome, DisputeState, DisputeStep,
    DisputeTerms, DisputeTimes, EVIDENCE_MAX,
};
pub use duty::{DutyReport, QuoteState, QuoteWatch, Tally};
pub use event::Event;
pub use exception::{BundleException, Difference};
pub use federation_request::{FederationRequest, LockUse};
pub use fees::{
    ActiveTrader, BlockTier, FeePreset, FeeQuote, FeeSchedule, IssuanceFees, Liquidity, Listing,
    MarketKind, Rates, SideRates, TradeFees, TradeLine, Trader, major_units,
};
pub use four_eyes::Proposal;
pub use freeze::FreezeReason;
pub use funding::FundingCall;
pub use gift::{PRESENTS_MAX, Present};
pub use holders::PaymentReason;
pub use issuer::{Admission, Issuer, IssuerRefusal, IssuerStatus};
pub use issuer_orders::{BuyBack, Tranche};
pub use issuing_event::IssuingEvent;
pub use issuing_terms::{IssuingTerms, RecallBasis, SignOff, ValidityDays};
pub use limits::{LimitTerms, PartyLimits};
pub use liquidity::IssuerLiquidity;
pub use maker::{MakerStatus, MarketMaker, QuoteDuty};
pub use manual::{ManualPosting, ManualReason};
pub use market::Market;
pub use money::{MoneyAct, MoneyTerms};
pub use money_event::MoneyEvent;
pub use monthly::{Month, MonthlyVolume};
pub use notice::{ClearingNotice, LockedRate, Notice, hears, notices};
pub use offers::{Equaliser, Offer, OfferEnd, OfferTerms, OfferedDeal, SwapSide};
pub use open_deals::{DealSide, DealStage, OpenDeal};
pub use order_batch::{ORDER_ACTS_MAX, OrderAct};
pub use orders::{BoughtBack, OpenOrder, OrderKind, OrderState};
pub use outcome::{Done, Outcome};
pub use overlay::{CouponFreeze, CouponFreezeTerms, Pledge, PledgeTerms};
pub use party::{Party, PartyClass, PartyKind, Tier};
pub use points::{PointAccount, PointEvent, PointReason, PointTerms};
pub use pricing::{PriceSuggestion, PricingInputs, PricingModel, PricingRules, Track};
pub use promotion::Promotion;
pub use rating::IssuerRecord;
pub use redemption::{Redemption, RedemptionDetail, RedemptionTerms};
pub use refusal::{Rejection, TermsField};
pub use returned_pay_in::ReturnedPayIn;
pub use reversal::{EntryReference, ReversibleEntry, ReversibleKind};
pub use rules::{Level, Rule};
pub use session::PhaseReason;
pub use settlement::{Item, ItemId, Purpose, TradingDay};
pub use sharing::{Penalty, PenaltyReason, ReferralTerms, ShareTable};
pub use stake::Slashing;
pub use state_roots::StateRoots;
pub use suspense::{
    BankDifference, Claimant, InterestOwner, SUSPENSE_PARTS_MAX, SuspensePart, SuspenseResolution,
};
pub use tax::{TaxRate, TaxTerms};
pub use template::{Bounds, Template, TemplateBounds, TemplateRef, TemplateVersion};
pub use terms::Terms;
pub use trade::{MemberSide, Trade, TradeKind, TradeState};
pub use trading_terms::{
    BreakerTerms, CallTerms, ConductRules, MakerRules, OfferRules, TradingTerms,
};
pub use units::{UNIT_RANGES_MAX, Units};
pub use valuation::ValuedCoupons;
pub use venue::Venue;
pub use withdrawal::{Withdrawal, WithdrawalState, WithdrawalTerms};
