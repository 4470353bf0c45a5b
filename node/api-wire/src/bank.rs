//! What banks and a node's bank desk have of each other: deliveries and payments.

use crate::problem::Problem;
use crate::settlement::BankState;
use crate::term::{CurrencyCode, Date, Hash, Money, PaymentReference, Text, Time};
use gcfn_banking::{DeskAct, Payment, ReasonFault, Recall};
use gcfn_model::Uetr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The message is off the bank's hands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageTaken {
    /// When, by the node's clock.
    pub at: Time,
}

/// What waits for one bank, and how its way is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankQueue {
    /// The bank, by its code.
    #[schema(example = "GCFNCNSH")]
    pub bank: String,
    /// The currency of the accounts that it keeps.
    pub currency: CurrencyCode,
    /// How messages go there.
    pub way: BankWay,
    /// Payments that the bank does not have yet, with the one that is tried now.
    pub waiting: u64,
    /// How often the bank has not taken what is tried now.
    pub attempts: u32,
    /// When what is tried now was decided.
    pub since: Option<Time>,
    /// How long ago that was, in seconds.
    pub age_seconds: u64,
    /// Whether that is longer than the operator lets it be: the alarm.
    pub is_late: bool,
}

/// How messages go to a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BankWay {
    /// Each side calls the other.
    Https,
    /// Both sides see a folder.
    Folder,
    /// Both sides use topics of brokers.
    Kafka,
}

/// A payment from its instruction to now, and every message about it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PaymentTrace {
    /// The reference that payer, banks and payee share.
    pub uetr: PaymentReference,
    /// Where it stands, as long as the node remembers it.
    pub payment: Option<PaymentStanding>,
    /// The messages, oldest first.
    pub messages: Vec<MessageKept>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Where a payment stands with the bank.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PaymentStanding {
    /// The account that pays: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub debtor: String,
    /// How much.
    pub amount: Money,
    /// When it is to settle.
    pub value_date: Date,
    /// Where it stands.
    pub state: BankState,
    /// The bank's last status, by its ISO 20022 code.
    #[schema(example = "ACSP")]
    pub status: Option<String>,
    /// Since when it stands so.
    pub since: Time,
    /// How often the bank was asked how it stands.
    pub asked: u16,
    /// When it is asked next, if it says nothing until then.
    pub ask_at: Option<Time>,
    /// How far asking the bank to give it up has come, if it was asked.
    pub recall: Option<RecallState>,
    /// Why the bank does not give it up, or why it was asked to, by its ISO 20022 code.
    #[schema(example = "CUST")]
    pub recall_reason: Option<String>,
    /// Why the bank says that it comes back, by its ISO 20022 code.
    #[schema(example = "AC04")]
    pub returning: Option<String>,
}

/// How far asking a bank for a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecallState {
    /// The bank has not answered.
    Asked,
    /// The bank gives it up.
    Granted,
    /// The bank does not.
    Refused,
}

/// How does it stand? Asked of the desk about `payment`.
#[must_use]
pub fn question_about(payment: Uetr) -> DeskAct {
    DeskAct::Ask { payment }
}

/// Why a payment is asked back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallRequest {
    /// A code of ISO 20022 `ExternalCancellationReason1Code`, such as `DUPL` or `CUST`.
    #[schema(example = "DUPL")]
    pub reason: String,
}

impl RecallRequest {
    /// What is asked of the desk about `payment`.
    ///
    /// # Errors
    /// A [`Problem`] when the reason is no code.
    pub fn about(&self, payment: Uetr) -> Result<DeskAct, Problem> {
        let reason = self.reason.parse();
        let reason =
            reason.map_err(|fault: ReasonFault| Problem::rule("reason", fault.to_string()))?;
        Ok(DeskAct::Recall { payment, reason })
    }
}

impl<P> From<&Payment<P>> for PaymentStanding {
    fn from(payment: &Payment<P>) -> PaymentStanding {
        let instruction = &payment.instruction;
        PaymentStanding {
            debtor: instruction.debtor.to_string(),
            amount: Money::new(instruction.amount, instruction.currency),
            value_date: Text(instruction.value_date),
            state: payment.state.into(),
            status: payment.status.map(|status| status.to_string()),
            since: Text(payment.changed_at),
            asked: payment.asked,
            ask_at: payment.ask_at.map(Text),
            recall: payment.recall.map(|recall| match recall {
                Recall::Asked { .. } => RecallState::Asked,
                Recall::Granted => RecallState::Granted,
                Recall::Refused(_) => RecallState::Refused,
            }),
            recall_reason: payment.recall.and_then(|recall| match recall {
                Recall::Asked { reason, .. } => Some(reason.to_string()),
                Recall::Refused(reason) => reason.map(|reason| reason.to_string()),
                Recall::Granted => None,
            }),
            returning: payment.returning.map(|reason| reason.to_string()),
        }
    }
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageWay {
    /// From the bank to the node.
    Received,
    /// From the node to the bank.
    Sent,
}

/// A message in the node's archive.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageKept {
    /// When it was received or handed over.
    pub at: Time,
    /// Which way it went.
    pub way: MessageWay,
    /// The bank at the other end.
    #[schema(example = "GCFNCNSH")]
    pub bank: String,
    /// The message definition.
    #[schema(example = "pacs.009.001.08")]
    pub kind: String,
    /// The sender's message identification.
    #[schema(example = "ins-0000000000000000000000000a")]
    pub message_id: String,
    /// SHA-256 of its bytes.
    pub digest: Hash,
}
