//! A payment as the bank was asked for it, whichever message it came in.

use gcfn_banking::{ReasonCode, TransactionStatus};
use gcfn_iso20022::{
    AccountNumber, Agent, Bic, CustomerCreditTransfer, Detail, Document, InstitutionCreditTransfer,
    Money, OriginalMessage, PaymentIds, PaymentInitiation, Reference, Remittance, Text,
};
use gcfn_model::{BusinessDate, NodeId, Uetr};
use serde::{Deserialize, Serialize};

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Who asks.
    pub(crate) sender: NodeId,
    /// The message it came in.
    pub(crate) source: Source,
    pub(crate) instruction: Option<Reference>,
    pub(crate) end_to_end: Reference,
    pub(crate) money: Money,
    pub(crate) date: Option<BusinessDate>,
    /// The payee's bank, if it is said to be one.
    pub(crate) creditor_agent: Option<Bic>,
    /// The tracking reference, parties and purpose, as every entry will show them.
    pub(crate) detail: Detail,
}

/// Where an order came from and so how it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// The message's id.
    pub(crate) message: Reference,
    /// The message's definition.
    pub(crate) definition: Reference,
    /// The block of a pain.001, which is answered by a pain.002.
    pub(crate) block: Option<Reference>,
}

impl Source {
    pub(crate) fn original(&self) -> OriginalMessage {
        OriginalMessage { id: self.message.clone(), definition: self.definition.clone() }
    }
}

/// What the bank has answered to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) status: TransactionStatus,
    pub(crate) reason: Option<ReasonCode>,
}

impl Verdict {
    /// Booked on the accounts.
    pub(crate) const SETTLED: Verdict =
        Verdict { status: TransactionStatus::SettlementCompleted, reason: None };
    /// Waits for its day.
    pub(crate) const PENDING: Verdict =
        Verdict { status: TransactionStatus::Pending, reason: None };

    pub(crate) fn rejected(reason: ReasonCode) -> Verdict {
        Verdict { status: TransactionStatus::Rejected, reason: Some(reason) }
    }
}

impl Order {
    pub(crate) fn uetr(&self) -> Option<Uetr> {
        self.detail.uetr
    }

    /// Whether this asks for the same payment, in whatever message.
    pub(crate) fn is_same_business(&self, other: &Order) -> bool {
        self.sender == other.sender
            && self.money == other.money
            && self.date == other.date
            && self.creditor_agent == other.creditor_agent
            && self.detail == other.detail
    }

    /// The payments of a pacs.009.
    pub(crate) fn of_institutions(
        sender: NodeId,
        document: &Document,
        message: &InstitutionCreditTransfer,
    ) -> Vec<Order> {
        let orders = message.transfers.iter().map(|transfer| Order {
            sender,
            source: source(document, &message.group.id, None),
            instruction: transfer.ids.instruction.clone(),
            end_to_end: transfer.ids.end_to_end.clone(),
            money: transfer.settlement,
            date: transfer.settlement_date,
            creditor_agent: transfer.creditor_agent.as_ref().and_then(|agent| agent.bic.clone()),
            detail: Detail {
                debtor_name: institution_name(&transfer.debtor),
                debtor_account: transfer.debtor_account.clone(),
                creditor_name: institution_name(&transfer.creditor),
                creditor_account: transfer.creditor_account.clone(),
                remittance: Remittance { text: transfer.remittance.clone(), reference: None },
                ..referenced(&transfer.ids)
            },
        });
        orders.collect()
    }

    /// The payments of a pacs.008.
    pub(crate) fn of_customers(
        sender: NodeId,
        document: &Document,
        message: &CustomerCreditTransfer,
    ) -> Vec<Order> {
        let orders = message.transfers.iter().map(|transfer| Order {
            sender,
            source: source(document, &message.group.id, None),
            instruction: transfer.ids.instruction.clone(),
            end_to_end: transfer.ids.end_to_end.clone(),
            money: transfer.settlement,
            date: transfer.settlement_date,
            creditor_agent: transfer.creditor_agent.bic.clone(),
            detail: Detail {
                debtor_name: transfer.debtor.name.clone(),
                debtor_account: transfer.debtor_account.clone(),
                creditor_name: transfer.creditor.name.clone(),
                creditor_account: transfer.creditor_account.clone(),
                remittance: transfer.remittance.clone(),
                ..referenced(&transfer.ids)
            },
        });
        orders.collect()
    }

    /// The payments of a pain.001.
    pub(crate) fn initiated(
        sender: NodeId,
        document: &Document,
        message: &PaymentInitiation,
    ) -> Vec<Order> {
        let blocks = message.payments.iter();
        let transfers = blocks.flat_map(|block| block.transfers.iter().map(move |t| (block, t)));
        let orders = transfers.map(|(block, transfer)| Order {
            sender,
            source: source(document, &message.group.id, Some(&block.id)),
            instruction: transfer.ids.instruction.clone(),
            end_to_end: transfer.ids.end_to_end.clone(),
            money: transfer.instructed,
            date: Some(block.execution_date),
            creditor_agent: transfer.creditor_agent.as_ref().and_then(|agent| agent.bic.clone()),
            detail: Detail {
                debtor_name: block.debtor.name.clone(),
                debtor_account: Some(block.debtor_account.clone()),
                creditor_name: transfer.creditor.as_ref().and_then(|party| party.name.clone()),
                creditor_account: transfer.creditor_account.clone(),
                remittance: transfer.remittance.clone(),
                ..referenced(&transfer.ids)
            },
        });
        orders.collect()
    }
}

fn source(document: &Document, message: &Reference, block: Option<&Reference>) -> Source {
    let definition = document.definition().parse().expect("a definition is a short ASCII name");
    Source { message: message.clone(), definition, block: block.cloned() }
}

/// The references of `ids`, as free text: an entry may also show those of other banks.
fn referenced(ids: &PaymentIds) -> Detail {
    let text = |reference: &Reference| {
        reference.as_str().parse::<Text<35>>().expect("a reference is text of at most 35")
    };
    Detail {
        instruction: ids.instruction.as_ref().map(text),
        end_to_end: Some(text(&ids.end_to_end)),
        transaction: ids.transaction.as_ref().map(text),
        uetr: ids.uetr,
        ..Detail::default()
    }
}

/// An institution by name, or a node by the name it goes by.
fn institution_name(agent: &Agent) -> Option<Text<140>> {
    let other = || agent.other.as_ref().and_then(|text| text.as_str().parse().ok());
    agent.name.clone().or_else(other)
}

/// The number as the bank's books have it.
pub(crate) fn key(number: &AccountNumber) -> String {
    number.to_string()
}
