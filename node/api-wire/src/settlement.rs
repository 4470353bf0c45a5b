//! Money in and out: deposits, withdrawals, cycles, payment instructions.

use crate::bank::BankQueue;
use crate::page::list_size;
use crate::term::{
    CurrencyCode, Cycle, Date, Money, Party, PaymentReference, SignedMoney, Text, Time, Withdrawal,
};
use crate::word::words;
use gcfn_banking::{Payment, PaymentState};
use gcfn_clearing::{House, Phase};
use gcfn_model::{Currency, Timestamp, WithdrawalId};
use gcfn_venue::Purpose;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Money to be withdrawn to the caller's bank account.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// How much leaves the balance, fee included.
    pub amount: Money,
}

/// A withdrawal that was taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalTaken {
    /// Its id.
    pub withdrawal: Withdrawal,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

words! {
    /// Where a withdrawal stands. What the bank has paid or refused is forgotten.
    WithdrawalStage = gcfn_venue::WithdrawalState {
        /// Waits for an operator.
        Review,
        /// Waits for its time.
        Held,
        /// Instructed: the bank has it, or will at once.
        Instructed,
    }
}

/// Which withdrawals to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WithdrawalPage {
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Withdrawal>,
}

/// Withdrawals that are not paid.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalList {
    /// The withdrawals, by id.
    pub withdrawals: Vec<WithdrawalReport>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Withdrawal>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A withdrawal that is not paid.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalReport {
    /// Its id.
    pub withdrawal: Withdrawal,
    /// Whose.
    pub party: Party,
    /// What the bank pays.
    pub amount: Money,
    /// What the node keeps of what was asked for.
    pub fee: Money,
    /// What is withheld on top for an authority.
    pub tax: Money,
    /// Where it stands.
    pub state: WithdrawalStage,
    /// When it was asked for.
    pub at: Time,
}

impl WithdrawalReport {
    /// `known` as it is shown.
    #[must_use]
    pub fn new(
        id: WithdrawalId,
        known: &gcfn_venue::Withdrawal,
        currency: Currency,
    ) -> WithdrawalReport {
        WithdrawalReport {
            withdrawal: Text(id),
            party: Text(known.party),
            amount: Money::new(known.amount, currency),
            fee: Money::new(known.fee, currency),
            tax: Money::new(known.tax, currency),
            state: known.state.into(),
            at: Text(known.at),
        }
    }
}

/// How to pay in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DepositInstructions {
    /// What the payer writes as structured reference; without it the money waits in suspense.
    pub reference: Party,
    /// The currency that is credited.
    pub currency: CurrencyCode,
    /// The node's account.
    pub account: DepositAccount,
}

/// An account of the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DepositAccount {
    /// The bank that keeps it.
    #[schema(example = "GCFNCNSH")]
    pub bic: String,
    /// Its number there.
    #[schema(example = "CNSHACNYUC")]
    pub number: String,
}

/// Where a cycle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CyclePhase {
    /// Obligations may be affirmed.
    Open,
    /// Past the cut-off.
    Closed,
    /// Positions are known.
    Netted,
    /// Short accounts are paying.
    PayIn,
    /// Settled, whole and irrevocably.
    Settled,
    /// Long accounts are being paid.
    PayOut,
    /// The bank's statements agree to the cent.
    Reconciled,
    /// Paid and reconciled; nothing of it can be undone.
    Final,
}

impl From<Phase> for CyclePhase {
    fn from(phase: Phase) -> CyclePhase {
        match phase {
            Phase::Open => CyclePhase::Open,
            Phase::Closed => CyclePhase::Closed,
            Phase::Netted => CyclePhase::Netted,
            Phase::PayIn => CyclePhase::PayIn,
            Phase::Settled => CyclePhase::Settled,
            Phase::PayOut => CyclePhase::PayOut,
            Phase::Reconciled => CyclePhase::Reconciled,
            Phase::Final => CyclePhase::Final,
        }
    }
}

/// The cycles of the clearing house that this node runs; none where it runs none.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CycleList {
    /// The cycles, by value date.
    pub cycles: Vec<CycleReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// One clearing cycle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CycleReport {
    /// Its id.
    pub cycle: Cycle,
    /// Its value date.
    pub value_date: Date,
    /// Where it stands.
    pub phase: CyclePhase,
    /// Nothing enters after this.
    pub cut_off: Time,
    /// Who has not paid in by now has failed the cycle.
    pub pay_in_by: Time,
    /// How many bundles of obligations stand in it.
    pub bundles: usize,
    /// Net positions, once netted: positive is owed to the account.
    pub positions: Vec<NetPosition>,
    /// How long after `pay_in_by` it still owes somebody, in seconds, once that is an hour
    /// (CLR-06).
    pub late_seconds: Option<u64>,
}

/// The net position of one settlement account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NetPosition {
    /// The account: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// Positive is owed to it, negative is owed by it.
    pub position: SignedMoney,
}

impl CycleReport {
    /// `cycle` as it stands at `now`.
    #[must_use]
    pub fn new(cycle: &gcfn_clearing::Cycle, now: gcfn_model::Timestamp) -> CycleReport {
        let positions = cycle.positions().map(|net| NetPosition {
            account: net.account.to_string(),
            position: SignedMoney::new(net.position, net.currency),
        });
        CycleReport {
            cycle: Text(cycle.id),
            value_date: Text(cycle.schedule.value_date),
            phase: cycle.phase.into(),
            cut_off: Text(cycle.schedule.cut_off),
            pay_in_by: Text(cycle.schedule.pay_in_by),
            bundles: cycle.bundle_count(),
            positions: positions.collect(),
            late_seconds: cycle.late_by(now).map(|late| late.0 / 1_000),
        }
    }
}

/// The node's payments that a bank has not finished.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct InstructionList {
    /// The payments, oldest first.
    pub instructions: Vec<InstructionReport>,
    /// What waits for each bank, by currency.
    pub queues: Vec<BankQueue>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Where a payment stands with the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BankState {
    /// Decided; its message is not made yet.
    Draft,
    /// Its message is signed and archived, and not handed to the bank yet.
    Signed,
    /// The bank has not answered.
    Sent,
    /// The bank has taken it in.
    Accepted,
    /// Booked.
    Settled,
    /// Refused.
    Rejected,
    /// Booked, and booked back.
    Returned,
    /// Withdrawn before it was handed over.
    Cancelled,
    /// Another node pays it to this one.
    Expected,
    /// The bank has not said in time what became of it, and is asked.
    Unknown,
}

impl From<PaymentState> for BankState {
    fn from(state: PaymentState) -> BankState {
        match state {
            PaymentState::Draft => BankState::Draft,
            PaymentState::Signed => BankState::Signed,
            PaymentState::Sent => BankState::Sent,
            PaymentState::Accepted => BankState::Accepted,
            PaymentState::Settled => BankState::Settled,
            PaymentState::Rejected(_) => BankState::Rejected,
            PaymentState::Returned => BankState::Returned,
            PaymentState::Cancelled => BankState::Cancelled,
            PaymentState::Expected => BankState::Expected,
            PaymentState::Unknown => BankState::Unknown,
        }
    }
}

/// One payment of the node.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct InstructionReport {
    /// The reference that payer, banks and payee share.
    pub uetr: PaymentReference,
    /// The account that pays: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub debtor: String,
    /// How much.
    pub amount: Money,
    /// When it is to settle.
    pub value_date: Date,
    /// What it is for.
    pub purpose: PaymentPurpose,
    /// Where it stands.
    pub state: BankState,
    /// The bank's last status.
    #[schema(example = "ACSP")]
    pub status: Option<String>,
    /// Since when it stands there.
    pub since: Time,
    /// For how long, in seconds.
    pub age_seconds: u64,
}

/// What a payment of the node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentPurpose {
    /// To meet a call of a clearing house.
    PayIn,
    /// What a clearing house pays.
    PayOut,
    /// To bring a user's money to the user's bank.
    Withdrawal,
    /// To pay a merchant.
    MerchantPayOut,
    /// To bring an issuer's free proceeds to its bank.
    IssuerPayOut,
}

impl From<Purpose> for PaymentPurpose {
    fn from(purpose: Purpose) -> PaymentPurpose {
        match purpose {
            Purpose::PayIn { .. } => PaymentPurpose::PayIn,
            Purpose::PayOut { .. } => PaymentPurpose::PayOut,
            Purpose::Withdrawal(_) => PaymentPurpose::Withdrawal,
            Purpose::MerchantPayOut(_) => PaymentPurpose::MerchantPayOut,
            Purpose::IssuerPayOut(_) => PaymentPurpose::IssuerPayOut,
        }
    }
}

impl InstructionReport {
    /// A payment of a venue as it stands at `now`.
    #[must_use]
    pub fn new(payment: &Payment<Purpose>, now: Timestamp) -> InstructionReport {
        InstructionReport::of(payment, payment.instruction.purpose.into(), now)
    }

    /// What `house` has asked its bank to pay and the bank has not finished, as it stands at `now`.
    pub fn of_house(house: &House, now: Timestamp) -> impl Iterator<Item = InstructionReport> {
        let own = house.account();
        let open = house
            .desk()
            .payments()
            .filter(move |payment| payment.state.is_open() && payment.instruction.debtor == own);
        open.map(move |payment| InstructionReport::of(payment, PaymentPurpose::PayOut, now))
    }

    fn of<P>(payment: &Payment<P>, purpose: PaymentPurpose, now: Timestamp) -> InstructionReport {
        let instruction = &payment.instruction;
        InstructionReport {
            uetr: Text(instruction.uetr()),
            debtor: instruction.debtor.to_string(),
            amount: Money::new(instruction.amount, instruction.currency),
            value_date: Text(instruction.value_date),
            purpose,
            state: payment.state.into(),
            status: payment.status.map(|status| status.to_string()),
            since: Text(payment.changed_at),
            age_seconds: now.since(payment.changed_at).0 / 1000,
        }
    }
}
