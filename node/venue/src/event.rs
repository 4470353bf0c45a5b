//! What can happen at a venue.

use crate::command::{Dispatch, Verb};
use crate::money_event::MoneyEvent;
use crate::notice::LockedRate;
use crate::party::{PartyKind, Tier};
use crate::settlement::{ItemId, Purpose, TradingDay};
use crate::trade::Trade;
use alloc::vec::Vec;
use gcfn_banking::{Dispute, Instruction, Reconciliation};
use gcfn_clearing::{Bundle, BundleRef, ClearingEvent, HousePayment};
use gcfn_ledger::{Entry, Holder, LedgerFault, Lot};
use gcfn_market::Side;
use gcfn_model::{
    Amount, BatchId, Currency, InstructionId, LockId, NodeId, OrderId, PartyId, Pool, ProposalId,
    RedemptionId, SeriesId, SettlementAccount, Timestamp, TradeId, WithdrawalId,
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
    /// An issuer applied.
    IssuerSubmitted {
        /// The issuer.
        issuer: PartyId,
    },
    /// An issuer may issue.
    IssuerApproved {
        /// The issuer.
        issuer: PartyId,
        /// Its tier.
        tier: Tier,
        /// Its quota.
        quota: Amount,
    },
    /// A merchant may redeem an issuer's coupons.
    MerchantAuthorised {
        /// The issuer.
        issuer: PartyId,
        /// The merchant.
        merchant: PartyId,
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
    /// A batch was drafted.
    BatchDrafted {
        /// The batch.
        batch: BatchId,
        /// Whose it is.
        issuer: PartyId,
    },
    /// A batch was submitted and passed the pre-check.
    BatchSubmitted {
        /// The batch.
        batch: BatchId,
    },
    /// A person approved a batch.
    BatchSigned {
        /// The batch.
        batch: BatchId,
        /// Who.
        by: PartyId,
    },
    /// Enough persons approved a batch.
    BatchApproved {
        /// The batch.
        batch: BatchId,
    },
    /// A batch's reserve is set aside.
    BatchFunded {
        /// The batch.
        batch: BatchId,
        /// How much was set aside.
        reserve: Amount,
    },
    /// A batch's coupons exist.
    BatchMinted {
        /// The batch.
        batch: BatchId,
        /// Their series.
        series: SeriesId,
        /// How many.
        quantity: u64,
        /// Face value of one.
        face: Amount,
    },
    /// A series trades.
    SeriesListed {
        /// The batch.
        batch: BatchId,
        /// The series.
        series: SeriesId,
        /// What the issuer asks for one coupon.
        issue_price: Amount,
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
    },
    /// A redemption lock was released.
    RedemptionReleased {
        /// The redemption.
        redemption: RedemptionId,
    },
    /// Coupons of a series expired.
    SeriesExpired {
        /// The series.
        series: SeriesId,
        /// Face value that expired with holders.
        value: Amount,
    },
    /// The reserve of an expired series was shared out.
    BreakageDistributed {
        /// The series.
        series: SeriesId,
        /// To the issuer.
        issuer_share: Amount,
        /// To the platform.
        platform_share: Amount,
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
    /// The money desk did something.
    Money(MoneyEvent),
}

/// What a venue says to the federation; the shell signs it in the node's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FederationRequest {
    /// The node stands by these obligations.
    Affirm {
        /// What is owed.
        bundle: Bundle,
        /// The FX locks behind it.
        uses: Vec<LockUse>,
    },
    /// The node lists a series that others may trade.
    ListSeries {
        /// The series.
        series: SeriesId,
        /// Face value of one coupon.
        face: Amount,
        /// How many coupons it has.
        minted: u64,
        /// In which currency it trades.
        currency: Currency,
        /// When its coupons end.
        expires_at: Timestamp,
    },
}

/// How much of a locked rate a bundle uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockUse {
    /// The lock.
    pub lock: LockId,
    /// What its holder pays.
    pub pays: Amount,
    /// What the dealer pays on.
    pub needs: Amount,
}
