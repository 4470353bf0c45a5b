//! What a house did.

use crate::{
    BundleRef, CallAgain, Deposit, HousePayment, Layer, NetPosition, Netting, PayIn, QueueChange,
    Saving, Schedule, SuspenseEnd,
};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_banking::{DeskEvent, Instruction, SuspenseItem};
use gcfn_ledger::Entry;
use gcfn_model::{
    Amount, BusinessDate, Currency, CycleId, Millis, NodeId, PartyId, SettlementAccount, Timestamp,
    Uetr,
};
use serde::{Deserialize, Serialize};

/// What happened in clearing, in order. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ClearingEvent {
    /// The house posted to its books.
    Posted(Entry),
    /// A cycle was opened.
    CycleOpened {
        /// The cycle.
        cycle: CycleId,
        /// Its times.
        schedule: Schedule,
    },
    /// A bundle has been affirmed by everyone who must.
    BundleAgreed {
        /// The cycle it settles in.
        cycle: CycleId,
        /// The bundle.
        bundle: BundleRef,
    },
    /// A side affirmed something else than the other: an exception for both to resolve.
    BundleDisputed {
        /// The cycle it would settle in.
        cycle: CycleId,
        /// The bundle.
        bundle: BundleRef,
        /// Who affirmed the other content.
        by: NodeId,
    },
    /// The cut-off has passed.
    CycleClosed {
        /// The cycle.
        cycle: CycleId,
    },
    /// Positions are known.
    CycleNetted {
        /// The cycle.
        cycle: CycleId,
        /// Every position, in order.
        positions: Vec<NetPosition>,
    },
    /// A short account is called.
    PayInCalled {
        /// The cycle.
        cycle: CycleId,
        /// Its value date.
        value_date: BusinessDate,
        /// Who pays what by when.
        pay_in: PayIn,
    },
    /// The bank confirmed a pay-in.
    PayInReceived {
        /// The cycle.
        cycle: CycleId,
        /// Who paid.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// How much.
        amount: Amount,
    },
    /// The cycle settled in the house's books: final for every bundle named. A cycle of very many
    /// bundles says so in several events.
    CycleSettled {
        /// The cycle.
        cycle: CycleId,
        /// The bundles that settled.
        bundles: Vec<BundleRef>,
        /// The nodes that owe or are owed in them, each with its own.
        nodes: BTreeMap<NodeId, Vec<BundleRef>>,
    },
    /// Bundles left the cycle unsettled: both sides return to where they were.
    BundlesFailed {
        /// The cycle.
        cycle: CycleId,
        /// The bundles.
        bundles: Vec<BundleRef>,
        /// The nodes that owe or are owed in them, each with its own.
        nodes: BTreeMap<NodeId, Vec<BundleRef>>,
    },
    /// A payment left for the bank.
    PayOutInstructed {
        /// The cycle.
        cycle: CycleId,
        /// The payment.
        payment: Instruction<HousePayment>,
    },
    /// Every long account has been paid.
    CyclePaidOut {
        /// The cycle.
        cycle: CycleId,
        /// The nodes with a position in it.
        nodes: Vec<NodeId>,
    },
    /// The bank's statements agree with the house's books in every currency of the cycle.
    CycleReconciled {
        /// The cycle.
        cycle: CycleId,
    },
    /// Paid and reconciled; nothing of it can be undone.
    CycleFinal {
        /// The cycle.
        cycle: CycleId,
    },
    /// The bank booked what the books cannot take: its day does not tie until somebody has looked.
    UnmatchedEntry {
        /// In which currency.
        currency: Currency,
        /// How much.
        amount: Amount,
    },
    /// A short account had not paid when the deadline passed.
    PayInMissed {
        /// The cycle.
        cycle: CycleId,
        /// Who.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// What was missing.
        amount: Amount,
    },
    /// The bank refused a pay-out or sent it back. It is owed still.
    PayOutFailed {
        /// The cycle.
        cycle: CycleId,
        /// The payment that was not made.
        payment: Instruction<HousePayment>,
        /// When the bank is asked again. Not where nothing is given: the bank has booked what it
        /// had refused, and somebody must find out what it has paid.
        retry_at: Option<Timestamp>,
    },
    /// A bundle has been affirmed by everyone who must, and waits because it would put an account
    /// above its cap. It is agreed once it enters its cycle.
    BundleQueued {
        /// The cycle it is to settle in.
        cycle: CycleId,
        /// The bundle.
        bundle: BundleRef,
    },
    /// A bundle in the queue was moved, held, set free or cancelled by hand.
    QueueChanged {
        /// The cycle it is to settle in.
        cycle: CycleId,
        /// The bundle.
        bundle: BundleRef,
        /// Who did it, by pseudonym.
        by: PartyId,
        /// What was done.
        change: QueueChange,
    },
    /// An account may owe no more than this from now on; anything where nothing is given.
    CapSet {
        /// The account.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// The most it may owe.
        limit: Option<Amount>,
    },
    /// Cycles that close from now on are netted like this.
    NettingSet(Netting),
    /// A liquidity-saving run settled these bundles in the house's books: final for every one
    /// named. What they come to is called and paid out with their cycle.
    BundlesSettled {
        /// Their cycle.
        cycle: CycleId,
        /// The bundles.
        bundles: Vec<BundleRef>,
        /// The nodes that owe or are owed in them, each with its own.
        nodes: BTreeMap<NodeId, Vec<BundleRef>>,
    },
    /// A liquidity-saving run is over.
    LiquidityRun {
        /// The cycle it went over.
        cycle: CycleId,
        /// What it came to, by currency.
        savings: Vec<Saving>,
    },
    /// An account may keep money at the house.
    DepositOpened {
        /// The account.
        account: SettlementAccount,
        /// As what.
        layer: Layer,
        /// What stands as structured reference on the payment that brings it.
        reference: PartyId,
    },
    /// Money came in for a deposit.
    DepositReceived(Deposit),
    /// Money was drawn for an account that did not pay in.
    CoverDrawn {
        /// The cycle.
        cycle: CycleId,
        /// Who did not pay in.
        account: SettlementAccount,
        /// Whose money it is; its own first.
        from: Deposit,
    },
    /// An account that did not pay in has paid late, and what was drawn for it is where it was.
    CoverRestored {
        /// The cycle.
        cycle: CycleId,
        /// Who has paid.
        account: SettlementAccount,
        /// Whose money it is.
        to: Deposit,
    },
    /// The cycle was netted again without the bundles that have left it.
    CycleRenetted {
        /// The cycle.
        cycle: CycleId,
        /// Every position, in order.
        positions: Vec<NetPosition>,
    },
    /// A payment of the house at its bank, beside its booking.
    Bank(DeskEvent<HousePayment>),
    /// A deposit is on its way back to the account whose it is. It stands for nothing any more.
    DepositReturning {
        /// What is paid back.
        deposit: Deposit,
        /// The payment that the bank was asked for.
        payment: Instruction<HousePayment>,
    },
    /// The bank has paid a deposit back.
    DepositReturned(Deposit),
    /// The bank did not pay a deposit back: it is kept as before.
    DepositKept(Deposit),
    /// A node stands by a bundle, and waits for the other to stand by it too.
    BundleAwaited {
        /// The cycle it is to settle in.
        cycle: CycleId,
        /// The bundle.
        bundle: BundleRef,
        /// Who stands by it.
        by: NodeId,
    },
    /// An hour past its pay-in deadline the cycle still owes somebody: a risk warning, told once
    /// of each cycle (CLR-06).
    CycleLate {
        /// The cycle.
        cycle: CycleId,
        /// How long after the deadline.
        by: Millis,
    },
    /// Those who stand by a bundle hear that another has affirmed something else under its name;
    /// who has is told by the refusal.
    BundleContested {
        /// The cycle it would settle in.
        cycle: CycleId,
        /// The bundle.
        bundle: BundleRef,
        /// Who affirmed the other content.
        by: NodeId,
        /// Who stands by the first.
        with: Vec<NodeId>,
    },
    /// Money on the house's account waits in suspense: nobody has explained it.
    SuspenseOpened(SuspenseItem),
    /// A member of staff looks after an item in suspense.
    SuspenseAssigned {
        /// The item.
        number: u64,
        /// Who, by pseudonym.
        owner: PartyId,
    },
    /// An item in suspense has ended.
    SuspenseEnded {
        /// The item.
        number: u64,
        /// How.
        end: SuspenseEnd,
    },
    /// A bank has taken a pay-in back, or a part of it. Nothing of the cycle is undone.
    PayInReturned {
        /// The cycle that it was paid in for.
        cycle: CycleId,
        /// The payment.
        payment: Uetr,
        /// Who had paid in.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// How much is gone.
        amount: Amount,
    },
    /// An account is called for what a bank has taken back; again whenever it has missed the
    /// deadline.
    PayInCalledAgain {
        /// The cycle that it was paid in for.
        cycle: CycleId,
        /// The call.
        again: CallAgain,
    },
}

impl ClearingEvent {
    /// The payment of the house that its bank is asked for, if the event asks for one.
    #[must_use]
    pub fn instructed(&self) -> Option<&Instruction<HousePayment>> {
        match self {
            ClearingEvent::PayOutInstructed { payment, .. }
            | ClearingEvent::DepositReturning { payment, .. } => Some(payment),
            _ => None,
        }
    }
}
