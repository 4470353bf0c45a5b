//! What may be asked of a venue.

use crate::event::LockUse;
use crate::freeze::FreezeReason;
use crate::money::MoneyAct;
use crate::notice::{ClearingNotice, LockedRate, Notice};
use crate::party::{PartyKind, Tier};
use crate::refusal::Rejection;
use crate::settlement::TradingDay;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, Statement, StatusReport};
use gcfn_clearing::{Bundle, Schedule};
use gcfn_ledger::Lot;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, CommandId, Currency, LockId, NodeId, OrderId, PartyId, ProposalId,
    RedemptionId, Serial, SeriesId, Timestamp, TradeId, Uetr, WithdrawalId,
};
use serde::{Deserialize, Serialize};

/// One entry of a venue's log. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// A participant's or operator's wish.
    Request(Request),
    /// What another node sent, in the order it sent it.
    Dispatch {
        /// The sender.
        from: NodeId,
        /// What it sent.
        body: Dispatch,
    },
    /// A decision of the federation that has become final.
    Notice(Notice),
    /// The bank booked something on one of the node's accounts (camt.054).
    BankBooked(BankEntry),
    /// The bank answered an instruction (pacs.002, pain.002).
    BankStatus(StatusReport),
    /// The bank's statement of one account and day (camt.053).
    BankStatement(Statement),
    /// A payment was handed to the bank.
    BankSent(Uetr),
    /// A trading day begins where the last known one ends.
    OpenDay(TradingDay),
    /// The house of this node opens the cycle of a value date.
    OpenCycle(Schedule),
    /// Time has passed: whatever was due is done.
    Tick,
}

/// A wish, with who wishes it and the id that makes it happen once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The sender's id of the command: the idempotency key.
    pub id: CommandId,
    /// Who asks, as the node has authenticated it.
    pub actor: Actor,
    /// What is asked.
    pub verb: Verb,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The party, or the pseudonym of a member of staff.
    pub party: PartyId,
    /// In which role.
    pub role: Role,
}

/// What an authenticated caller is to the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A holder of money and coupons, or a merchant.
    User,
    /// An issuer.
    Issuer,
    /// Staff of the node's operator.
    Operator,
    /// A bank.
    Bank,
    /// A supervisor: reads only.
    Regulator,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    /// Register a party that the node has identified.
    Register {
        /// Its pseudonym.
        party: PartyId,
        /// What it is.
        kind: PartyKind,
        /// Its identity level.
        kyc: u8,
    },
    /// Apply to issue.
    ApplyAsIssuer,
    /// Let an issuer issue.
    ApproveIssuer {
        /// The issuer.
        issuer: PartyId,
        /// Its tier.
        tier: Tier,
        /// Its quota of face value.
        quota: Amount,
    },
    /// Let a merchant redeem the sender's coupons.
    AuthoriseMerchant {
        /// The merchant.
        merchant: PartyId,
    },
    /// Freeze a party.
    Freeze {
        /// The party.
        party: PartyId,
        /// Why.
        reason: FreezeReason,
    },
    /// Lift one reason for a freeze; two persons must.
    Unfreeze {
        /// The party.
        party: PartyId,
        /// The reason that is gone.
        reason: FreezeReason,
    },
    /// Draft a batch.
    DraftBatch {
        /// Its id.
        batch: BatchId,
        /// Its terms.
        terms: BatchTerms,
    },
    /// Submit a drafted batch for review.
    SubmitBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Approve a submitted batch; two persons must.
    ApproveBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Set the reserve aside from the issuer's deposit (P-02b).
    FundBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Register the coupons of a funded batch (P-03a).
    MintBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Open the book and offer the inventory at the issue price (P-03b).
    ListBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Place an order.
    PlaceOrder(OrderTerms),
    /// Take an open order out of the book.
    CancelOrder {
        /// The order.
        order: OrderId,
    },
    /// Buy coupons that another node lists.
    BuyAbroad(Merchandise),
    /// Give coupons away (P-23).
    Gift {
        /// Who receives them.
        to: PartyId,
        /// Of which series.
        series: SeriesId,
        /// How many.
        quantity: u64,
    },
    /// Lock a coupon for redemption at a merchant: the holder's half (P-09a).
    LockRedemption {
        /// The id of the redemption: the one-time token that the merchant is shown.
        redemption: RedemptionId,
        /// Where it will be redeemed.
        merchant: PartyId,
        /// Of which series.
        series: SeriesId,
        /// Which coupon; the holder's lowest when left out.
        serial: Option<Serial>,
        /// How much of its face; all that is left when left out.
        amount: Option<Amount>,
    },
    /// Confirm a locked redemption: the merchant's half (P-09b).
    ConfirmRedemption {
        /// The redemption.
        redemption: RedemptionId,
    },
    /// Release a locked redemption.
    CancelRedemption {
        /// The redemption.
        redemption: RedemptionId,
    },
    /// Hand coupons of a primary purchase back (P-11).
    Refund {
        /// The purchase.
        trade: TradeId,
    },
    /// Withdraw money to the party's own bank account (P-14).
    Withdraw {
        /// The id of the withdrawal.
        withdrawal: WithdrawalId,
        /// How much leaves the balance, fee included.
        amount: Amount,
    },
    /// Approve what another person has proposed.
    ApproveProposal {
        /// The proposal.
        proposal: ProposalId,
    },
    /// Give up what was proposed.
    DismissProposal {
        /// The proposal.
        proposal: ProposalId,
    },
    /// Something of the money desk.
    Money(MoneyAct),
}

/// The terms of a batch: fixed when it is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTerms {
    /// Face value of one coupon.
    pub face: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// What the first buyer pays for one.
    pub issue_price: Amount,
    /// From this instant on nothing is redeemed or traded (00:00 of the region).
    pub expires_at: Timestamp,
    /// From this instant on the reserve of what expired is shared out (02:00 of the region).
    pub breakage_at: Timestamp,
    /// Whether a coupon may be redeemed in parts.
    pub divisible: bool,
    /// Whether coupons may be given or sold on.
    pub transferable: bool,
}

/// An order for the node's own book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// Its id.
    pub order: OrderId,
    /// Which book.
    pub series: SeriesId,
    /// Buy or sell.
    pub side: Side,
    /// How many coupons.
    pub quantity: u64,
    /// The worst price accepted, per coupon; left out, it is a market order.
    pub limit: Option<Amount>,
    /// What becomes of the part that cannot trade at once.
    pub time_in_force: TimeInForce,
}

/// What a user wants to buy at another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchandise {
    /// The order's id.
    pub order: OrderId,
    /// The node that lists the series.
    pub home: NodeId,
    /// Which book.
    pub series: SeriesId,
    /// Face value of one coupon, as the directory tells it.
    pub face: Amount,
    /// How many coupons the series has, as the directory tells it.
    pub minted: u64,
    /// When its coupons end, as the directory tells it.
    pub expires_at: Timestamp,
    /// How many coupons.
    pub quantity: u64,
    /// The worst price accepted, per coupon, in the series' currency.
    pub limit: Amount,
    /// The locked rate to pay with.
    pub lock: LockId,
}

/// What nodes send each other in envelopes. Pseudonymous and without a user's balance or name.
/// Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dispatch {
    /// To a regional: what the sender's pools owe each other.
    Affirm(Bundle),
    /// From a regional: what happened in its house.
    Clearing(ClearingNotice),
    /// To a home node: an order of a member.
    Deal(DealOrder),
    /// From a home node: what became of the order.
    DealDone {
        /// The order.
        order: OrderId,
        /// Its fills; none when nothing matched or the order was refused.
        fills: Vec<FillReport>,
        /// Why it was refused, in the home node's words, where it was.
        refused: Option<Rejection>,
    },
    /// From a home node: the bundle that both sides must affirm, and the rates it uses.
    Propose {
        /// What is owed.
        bundle: Bundle,
        /// The FX locks behind it.
        uses: Vec<LockUse>,
        /// The trades behind it.
        trades: Vec<TradeId>,
    },
}

/// A member's order for a home node's book: immediate or cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealOrder {
    /// The order's id.
    pub order: OrderId,
    /// Which book.
    pub series: SeriesId,
    /// How many coupons.
    pub quantity: u64,
    /// The worst price accepted, per coupon.
    pub limit: Amount,
    /// The rate that pays for it.
    pub rate: LockedRate,
}

/// One fill of a member's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillReport {
    /// The trade's id at the home node.
    pub trade: TradeId,
    /// Of which series.
    pub series: SeriesId,
    /// The price per coupon, in the series' currency.
    pub price: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// Which coupons, in which condition.
    pub lots: Vec<Lot>,
    /// The currency of the price.
    pub currency: Currency,
}
