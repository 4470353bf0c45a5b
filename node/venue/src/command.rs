//! What may be asked of a venue.

use crate::alliance::AllianceAct;
use crate::amending::Amendment;
use crate::bank_alarm::BankAlarmSeen;
use crate::batch::{BatchRefusal, BatchTerms, SuspensionReason};
use crate::bidding::AuctionTerms;
use crate::clearing_act::ClearingAct;
use crate::defaults::Severity;
use crate::dispatch::Dispatch;
use crate::freeze::FreezeReason;
use crate::gift::Present;
use crate::issuer::IssuerRefusal;
use crate::issuer_orders::{BuyBack, Tranche};
use crate::maker::QuoteDuty;
use crate::money::MoneyAct;
use crate::notice::Notice;
use crate::offers::OfferTerms;
use crate::order_batch::OrderAct;
use crate::party::{PartyKind, Tier};
use crate::redemption::RedemptionTerms;
use crate::settlement::TradingDay;
use crate::template::TemplateVersion;
use crate::units::Units;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, BankWord, DeskAct, IntradayReport, Statement, StatusReport};
use gcfn_clearing::Schedule;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, AuctionId, BatchId, CommandId, Digest, LockId, NodeId, OfferId, OrderId, PartyId,
    ProposalId, RedemptionId, SeriesId, TemplateId, Timestamp, TradeId, Uetr, WithdrawalId,
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
    /// The bank said something else about a payment (camt.029, pacs.004), or the channel does not
    /// know whether it has it.
    BankWord(BankWord),
    /// The bank said how one account stands during the day (camt.052). Counts for nothing.
    BankReport(IntradayReport),
    /// A part of a long statement that more is to follow of; the last is `BankStatement`.
    BankPart(Statement),
    /// A payment's message is made, signed and archived, and is to be handed to the bank.
    BankSigned(Uetr),
    /// The node's desk has seen an alarm about a bank begin or end.
    BankAlarm(BankAlarmSeen),
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
    LockRedemption(RedemptionTerms),
    /// Confirm a locked redemption: the merchant's half (P-09b).
    ConfirmRedemption {
        /// The redemption.
        redemption: RedemptionId,
        /// The digest of what was bought with it, where the region keeps one (C-32).
        detail: Option<Digest>,
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
    /// Give a batch up whose coupons do not exist yet.
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
    /// Change an open order in place.
    AmendOrder(Amendment),
    /// Halt a book.
    HaltSeries {
        /// Which book.
        series: SeriesId,
    },
    /// Let a halted book go on, with a call.
    ResumeSeries {
        /// Which book.
        series: SeriesId,
    },
    /// Take a party's open orders back: in one book, or in all.
    CancelOrders {
        /// Whose.
        party: PartyId,
        /// In which book; in all when left out.
        series: Option<SeriesId>,
    },
    /// Empty a book: every party's orders.
    CancelBook {
        /// Which book.
        series: SeriesId,
    },
    /// Place and take back several orders.
    BatchOrders(Vec<OrderAct>),
    /// Offer coupons of the inventory, beside or after those that the listing offered.
    OfferTranche(Tranche),
    /// Buy own coupons back in the book (P-21).
    BuyBack(BuyBack),
    /// Offer something outside the book.
    MakeOffer(OfferTerms),
    /// Take an offer: the coupons that are taken of a listing or given for a buy-back; a block
    /// and a swap are taken whole, whatever is named.
    TakeOffer {
        /// The offer.
        offer: OfferId,
        /// Which coupons.
        units: Units,
    },
    /// Say no to an offer that is for the sender alone.
    DeclineOffer {
        /// The offer.
        offer: OfferId,
    },
    /// Take an own offer back.
    WithdrawOffer {
        /// The offer.
        offer: OfferId,
    },
    /// Sell coupons to the highest bidder.
    OpenAuction(AuctionTerms),
    /// Bid in an auction.
    Bid {
        /// The auction.
        auction: AuctionId,
        /// What is offered for one coupon.
        price: Amount,
    },
    /// Call an auction off that has no bid.
    CancelAuction {
        /// The auction.
        auction: AuctionId,
    },
    /// Give coupons away: which ones, to several.
    GiveMany(Vec<Present>),
    /// Ask to be admitted as a market maker.
    ApplyAsMaker,
    /// Admit a market maker; its deposit is taken (P-20a); two persons must.
    ApproveMaker {
        /// The applicant.
        maker: PartyId,
    },
    /// Appoint an account of the node itself as a market maker (MMK-09); two persons must.
    AppointMaker {
        /// The account.
        maker: PartyId,
    },
    /// Suspend a market maker.
    SuspendMaker {
        /// The market maker.
        maker: PartyId,
    },
    /// Let a suspended market maker go on; two persons must.
    ResumeMaker {
        /// The market maker.
        maker: PartyId,
    },
    /// Stop making markets; the deposit is returned.
    LeaveMaking,
    /// Terminate a market maker; the deposit is returned.
    TerminateMaker {
        /// The market maker.
        maker: PartyId,
    },
    /// Take a penalty out of a market maker's deposit; two persons must.
    PenaliseMaker {
        /// The market maker.
        maker: PartyId,
        /// How much.
        amount: Amount,
    },
    /// Give a market maker a duty in a series.
    SetDuty {
        /// The market maker.
        maker: PartyId,
        /// The series.
        series: SeriesId,
        /// What it owes; the region's own duty when left out.
        duty: Option<QuoteDuty>,
    },
    /// Take a duty from a market maker.
    LiftDuty {
        /// The market maker.
        maker: PartyId,
        /// The series.
        series: SeriesId,
    },
    /// Something of the money desk.
    Money(MoneyAct),
    /// Something of the clearing house of the node.
    Clearing(ClearingAct),
    /// Something about a payment at the bank.
    Bank(DeskAct),
    /// Make, join or leave an alliance of issuers (TRD-27).
    Alliance(AllianceAct),
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
    /// At most this many coupons are shown at a time: an iceberg. All when left out.
    pub display: Option<u64>,
    /// When it enters the book; at once when left out or past. Its money or coupons are held
    /// from now on.
    pub not_before: Option<Timestamp>,
    /// When what is left leaves the book; with the coupons' end when left out.
    pub expires_at: Option<Timestamp>,
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
    /// The locked rate to pay with; none where the series is in this node's own currency.
    pub lock: Option<LockId>,
}
