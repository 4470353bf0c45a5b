//! What may be asked of a venue.

use crate::batch::{BatchRefusal, BatchTerms, SuspensionReason};
use crate::defaults::Severity;
use crate::event::LockUse;
use crate::issuer::IssuerRefusal;
use crate::notice::{ClearingNotice, LockedRate, Notice};
use crate::party::{PartyKind, Tier};
use crate::refusal::Rejection;
use crate::settlement::TradingDay;
use crate::template::TemplateVersion;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, Statement, StatusReport};
use gcfn_clearing::{Bundle, Schedule};
use gcfn_ledger::Lot;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, CommandId, Currency, LockId, NodeId, OrderId, PartyId, ProposalId,
    RedemptionId, Serial, SeriesId, TemplateId, Timestamp, TradeId, Uetr, WithdrawalId,
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
    },
    /// Unfreeze a party; two persons must.
    Unfreeze {
        /// The party.
        party: PartyId,
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
    /// Publish a version of a template.
    PublishTemplate(TemplateVersion),
    /// Let no more batches be submitted under a version of a template.
    RetireTemplate {
        /// The template.
        template: TemplateId,
        /// The version.
        version: u32,
    },
    /// Change the terms of a drafted batch.
    AmendBatch {
        /// The batch.
        batch: BatchId,
        /// Its terms from now on.
        terms: BatchTerms,
    },
    /// Say whether compliance has found anything against a submitted batch.
    ScreenBatch {
        /// The batch.
        batch: BatchId,
        /// Whether it may be reviewed.
        clear: bool,
    },
    /// Reject a batch under review.
    RejectBatch {
        /// The batch.
        batch: BatchId,
        /// Why.
        reason: BatchRefusal,
    },
    /// Give a batch up that is not approved.
    WithdrawBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Let the coupons of a listed batch stand still.
    SuspendBatch {
        /// The batch.
        batch: BatchId,
        /// Why.
        reason: SuspensionReason,
    },
    /// Put a suspended batch on the market again.
    ResumeBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Take a batch off the market.
    DelistBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Take the coupons of a batch back and pay their holders (P-25); two persons must.
    RecallBatch {
        /// The batch.
        batch: BatchId,
    },
    /// Add to the reserve of a batch.
    TopUpReserve {
        /// The batch.
        batch: BatchId,
        /// How much.
        amount: Amount,
    },
    /// Refuse an application to issue.
    RejectIssuer {
        /// The issuer.
        issuer: PartyId,
        /// Why.
        reason: IssuerRefusal,
    },
    /// Grant an issuer another base quota; two persons must.
    GrantQuota {
        /// The issuer.
        issuer: PartyId,
        /// The base quota.
        quota: Amount,
    },
    /// Let an issuer issue nothing, and take its batches off the market.
    SuspendIssuer {
        /// The issuer.
        issuer: PartyId,
    },
    /// Let an issuer issue again; two persons must.
    ReinstateIssuer {
        /// The issuer.
        issuer: PartyId,
    },
    /// End an issuer that has nothing outstanding; two persons must.
    TerminateIssuer {
        /// The issuer.
        issuer: PartyId,
    },
    /// Uphold a complaint about an issuer.
    RecordComplaint {
        /// The issuer.
        issuer: PartyId,
    },
    /// Take a voluntary deposit back into free money.
    WithdrawDeposit {
        /// How much.
        amount: Amount,
    },
    /// Have free proceeds paid to the issuer's bank.
    PayOutProceeds {
        /// The id of the withdrawal.
        withdrawal: WithdrawalId,
        /// How much.
        amount: Amount,
    },
    /// Declare an issuer in default, or an open default worse; two persons must.
    DeclareDefault {
        /// The issuer.
        issuer: PartyId,
        /// How bad it is.
        severity: Severity,
    },
    /// Close an issuer's default; two persons must.
    CloseDefault {
        /// The issuer.
        issuer: PartyId,
    },
    /// Share the reserve of a batch of a defaulted issuer among its holders (P-15d); two persons
    /// must.
    CompensateHolders {
        /// The batch.
        batch: BatchId,
    },
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
