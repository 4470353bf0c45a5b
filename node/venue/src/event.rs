//! What can happen at a venue.

use crate::alliance::AllianceEvent;
use crate::bank_alarm::BankAlarmSeen;
use crate::bidding::Auction;
use crate::command::Verb;
use crate::conduct::ConductRule;
use crate::dispatch::Dispatch;
use crate::duty::DutyReport;
use crate::exception::BundleException;
use crate::federation_request::FederationRequest;
use crate::issuing_event::IssuingEvent;
use crate::maker::{MakerStatus, QuoteDuty};
use crate::money_event::MoneyEvent;
use crate::notice::LockedRate;
use crate::offers::{Offer, OfferEnd};
use crate::party::PartyKind;
use crate::points::PointEvent;
use crate::session::PhaseReason;
use crate::settlement::{ItemId, Purpose, TradingDay};
use crate::trade::Trade;
use alloc::vec::Vec;
use gcfn_banking::{DeskEvent, Dispute, Instruction, Reconciliation};
use gcfn_clearing::{BundleRef, ClearingEvent, HousePayment, PayIn};
use gcfn_ledger::{Entry, Holder, LedgerFault, Lot};
use gcfn_market::{LevelChange, Phase, Side};
use gcfn_model::{
    Amount, AuctionId, BatchId, Currency, Digest, HouseId, InstructionId, NodeId, OfferId, OrderId,
    PartyId, Pool, ProposalId, RedemptionId, SeriesId, SettlementAccount, Timestamp, TradeId, Uetr,
    WithdrawalId,
};
use serde::{Deserialize, Serialize};

/// What happened, in order. Everything that leaves the node is made from these, and every one
/// is a leaf of its epoch's tree. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// Money was posted.
    Posted(Entry),
    /// Coupons changed hands or state.
    TitleMoved {
        /// Of which series.
        series: SeriesId,
        /// From whom.
        from: Holder,
        /// To whom.
        to: Holder,
        /// Which ones, in which condition.
        lots: Vec<Lot>,
    },
    /// A party was registered.
    PartyRegistered {
        /// Its pseudonym.
        party: PartyId,
        /// What it is.
        kind: PartyKind,
        /// Its identity level.
        kyc: u8,
    },
    /// A party was frozen.
    PartyFrozen {
        /// The party.
        party: PartyId,
    },
    /// A party was unfrozen.
    PartyUnfrozen {
        /// The party.
        party: PartyId,
    },
    /// An order was taken.
    OrderAccepted {
        /// The order.
        order: OrderId,
        /// Whose.
        party: PartyId,
        /// Which book.
        series: SeriesId,
        /// Buy or sell.
        side: Side,
        /// How many coupons.
        quantity: u64,
        /// The worst price accepted.
        price: Amount,
    },
    /// The rest of an order left the book.
    OrderCancelled {
        /// The order.
        order: OrderId,
        /// How many coupons had not traded.
        quantity: u64,
    },
    /// Two orders met.
    TradeMatched(Trade),
    /// A trade's money has moved.
    TradeSettled {
        /// The trade.
        trade: TradeId,
        /// Of which series.
        series: SeriesId,
    },
    /// A trade was undone: its settlement failed or it was refunded.
    TradeReversed {
        /// The trade.
        trade: TradeId,
        /// Of which series.
        series: SeriesId,
    },
    /// Coupons were given away.
    Gifted {
        /// By whom.
        from: PartyId,
        /// To whom.
        to: PartyId,
        /// Of which series.
        series: SeriesId,
        /// How many.
        quantity: u64,
    },
    /// A coupon is locked for redemption.
    RedemptionLocked {
        /// The redemption.
        redemption: RedemptionId,
        /// Where.
        merchant: PartyId,
        /// Of which series.
        series: SeriesId,
        /// How much of its face.
        value: Amount,
    },
    /// A redemption was confirmed: final.
    Redeemed {
        /// The redemption.
        redemption: RedemptionId,
        /// How much.
        value: Amount,
        /// Whether the coupon lives on with the rest of its face.
        partial: bool,
        /// The digest of what was bought, where one is kept (C-32).
        detail: Option<Digest>,
    },
    /// A redemption lock was released.
    RedemptionReleased {
        /// The redemption.
        redemption: RedemptionId,
    },
    /// Money came from outside.
    DepositReceived {
        /// For whom.
        party: PartyId,
        /// In which currency.
        currency: Currency,
        /// How much.
        amount: Amount,
    },
    /// Money came that names nobody: held in suspense.
    DepositUnmatched {
        /// On which account.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// How much.
        amount: Amount,
    },
    /// A withdrawal was asked for.
    WithdrawalRequested {
        /// The withdrawal.
        withdrawal: WithdrawalId,
        /// By whom.
        party: PartyId,
        /// What the bank is to pay.
        amount: Amount,
    },
    /// The bank paid a withdrawal.
    WithdrawalPaid {
        /// The withdrawal.
        withdrawal: WithdrawalId,
    },
    /// The bank refused a withdrawal; the money is available again.
    WithdrawalFailed {
        /// The withdrawal.
        withdrawal: WithdrawalId,
    },
    /// A payment is to leave for the bank.
    Instructed(Instruction<Purpose>),
    /// A payment of the node's house is to leave for the bank.
    HouseInstructed(Instruction<HousePayment>),
    /// The bank refused a payment.
    InstructionRejected {
        /// The payment.
        instruction: InstructionId,
    },
    /// What the bank booked contradicts what was instructed: nothing is assumed, somebody must
    /// look.
    BankDisputed {
        /// On which account.
        account: SettlementAccount,
        /// What contradicts what.
        dispute: Dispute,
    },
    /// A statement was compared with the books.
    Reconciled {
        /// Of which account.
        pool: Pool,
        /// In which currency.
        currency: Currency,
        /// What it came to.
        result: Reconciliation,
    },
    /// A trading day was added.
    DayOpened(TradingDay),
    /// A cut-off passed: these items will settle together.
    Bundled {
        /// The bundle.
        bundle: BundleRef,
        /// What is in it.
        items: Vec<ItemId>,
    },
    /// The node's house did something.
    Clearing(ClearingEvent),
    /// Something is to be sent to another node.
    Sent {
        /// To whom.
        to: NodeId,
        /// What.
        body: Dispatch,
    },
    /// Something is to be said to the federation.
    Submitted(FederationRequest),
    /// A rate is locked for this node.
    RateLocked(LockedRate),
    /// A purchase at another node came to nothing; the money is available again.
    DealReleased {
        /// The order.
        order: OrderId,
    },
    /// The coupons of a purchase at another node are the buyer's.
    DealSettled {
        /// The trade.
        trade: TradeId,
    },
    /// The bank booked what the books cannot take, such as more than there is: a break. It is
    /// posted once a later booking makes room for it.
    BankUnposted {
        /// What would have been posted.
        entry: Entry,
        /// Why it was not.
        fault: LedgerFault,
    },
    /// A member of staff wishes something that takes two.
    Proposed {
        /// The proposal.
        proposal: ProposalId,
        /// Who.
        by: PartyId,
        /// What.
        verb: Verb,
    },
    /// A second person approved a proposal, and it was done.
    Approved {
        /// The proposal.
        proposal: ProposalId,
        /// Who wished it.
        first: PartyId,
        /// Who approved it.
        second: PartyId,
    },
    /// A proposal was given up.
    Dismissed {
        /// The proposal.
        proposal: ProposalId,
        /// By whom; nobody seconded it in time when left out.
        by: Option<PartyId>,
    },
    /// A confirmed redemption waits for the issuer's money.
    RedemptionWaits {
        /// The redemption.
        redemption: RedemptionId,
        /// How much of the coupon's face.
        value: Amount,
    },
    /// Holders of a series are to be told that its issuer is in default, or is no longer.
    CouponsMarked {
        /// The batch.
        batch: BatchId,
        /// Its series.
        series: SeriesId,
        /// Whether it is in default.
        marked: bool,
    },
    /// An order was taken that enters the book later.
    OrderScheduled {
        /// The order.
        order: OrderId,
        /// Whose.
        party: PartyId,
        /// Which book.
        series: SeriesId,
        /// Buy or sell.
        side: Side,
        /// How many coupons.
        quantity: u64,
        /// The worst price accepted.
        price: Amount,
        /// When it enters.
        not_before: Timestamp,
    },
    /// An order has traded: in part, or filled when nothing remains.
    OrderTraded {
        /// The order.
        order: OrderId,
        /// How many coupons.
        quantity: u64,
        /// How many wait in the book.
        remaining: u64,
    },
    /// The rest of an order left the book at its own time.
    OrderExpired {
        /// The order.
        order: OrderId,
        /// How many coupons had not traded.
        quantity: u64,
    },
    /// An open order was changed in place.
    OrderAmended {
        /// The order.
        order: OrderId,
        /// The worst price accepted now.
        price: Amount,
        /// How many coupons it is for now.
        quantity: u64,
    },
    /// A book has changed: what its levels have become. Who has its depth at one sequence and
    /// applies the changes that follow has the book.
    BookMoved {
        /// Which book.
        series: SeriesId,
        /// One more than the last time.
        sequence: u64,
        /// The levels that were touched, each as a whole; none when only the phase changed.
        levels: Vec<LevelChange>,
    },
    /// A book has turned to another phase.
    PhaseChanged {
        /// Which book.
        series: SeriesId,
        /// What it does now.
        phase: Phase,
        /// When that ends by itself.
        until: Option<Timestamp>,
        /// Why.
        why: PhaseReason,
    },
    /// An auction of a book has found its price.
    Uncrossed {
        /// Which book.
        series: SeriesId,
        /// The price of every trade in it.
        price: Amount,
        /// How many coupons trade.
        quantity: u64,
    },
    /// Something is offered outside the book.
    OfferMade(Offer),
    /// An offer was taken, whole or in part.
    OfferTaken {
        /// The offer.
        offer: OfferId,
        /// By whom.
        by: PartyId,
        /// How many of the offered coupons.
        quantity: u64,
        /// The trade; none for a swap.
        trade: Option<TradeId>,
    },
    /// An offer stands no longer.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// How it ended.
        how: OfferEnd,
    },
    /// Coupons go to the highest bidder.
    AuctionOpened(Auction),
    /// A bid stands; the one before, if any, has its money back.
    BidPlaced {
        /// The auction.
        auction: AuctionId,
        /// Whose bid.
        bidder: PartyId,
        /// For one coupon.
        price: Amount,
    },
    /// A bid was taken back, for its bidder was frozen.
    BidWithdrawn {
        /// The auction.
        auction: AuctionId,
        /// Whose bid.
        bidder: PartyId,
    },
    /// A late bid has moved the end of an auction.
    AuctionExtended {
        /// The auction.
        auction: AuctionId,
        /// When it ends now.
        ends_at: Timestamp,
    },
    /// An auction has ended.
    AuctionEnded {
        /// The auction.
        auction: AuctionId,
        /// The trade; none when nothing was sold.
        trade: Option<TradeId>,
    },
    /// A market maker's standing has changed.
    MakerChanged {
        /// The market maker.
        maker: PartyId,
        /// Where it stands.
        status: MakerStatus,
    },
    /// A market maker has lost a part of its deposit.
    MakerPenalised {
        /// The market maker.
        maker: PartyId,
        /// How much.
        amount: Amount,
    },
    /// A market maker has a duty in a series.
    DutySet {
        /// The market maker.
        maker: PartyId,
        /// The series.
        series: SeriesId,
        /// What it owes.
        duty: QuoteDuty,
    },
    /// A market maker has no duty in a series any more.
    DutyLifted {
        /// The market maker.
        maker: PartyId,
        /// The series.
        series: SeriesId,
    },
    /// How a market maker met its duty on a trading day.
    DutyOfDay(DutyReport),
    /// How a market maker met its duty in a month.
    DutyOfMonth(DutyReport),
    /// Conduct in a book looks like manipulation: somebody must look.
    ConductFlagged {
        /// Whose.
        party: PartyId,
        /// In which book it was seen last.
        series: SeriesId,
        /// What was seen.
        rule: ConductRule,
    },
    /// The money desk did something.
    Money(MoneyEvent),
    /// Points were given or paid out.
    Points(PointEvent),
    /// A payment of the node at its bank, beside its booking.
    Bank(DeskEvent<Purpose>),
    /// What happened to an alliance of issuers.
    Alliance(AllianceEvent),
    /// Issuers, their templates and their batches: something came of them.
    Issuing(IssuingEvent),
    /// Another node and this one do not say a bundle alike: an exception, shown to both.
    AffirmationDiffers {
        /// The bundle.
        bundle: BundleRef,
        /// With whom, and in what.
        exception: BundleException,
    },
    /// The bank of a house has taken back what this node had paid in: it is to pay it again.
    PayInReturned {
        /// The house.
        house: HouseId,
        /// The payment that the bank has taken back.
        payment: Uetr,
        /// Who pays what by when.
        call: PayIn,
    },
    /// An alarm about a bank begins or ends.
    BankAlarm(BankAlarmSeen),
}
