//! An instruction as the message that asks the bank for it.
//!
//! The same order and payee always give the same bytes: every reference follows from the
//! instruction's id, and the time is that of the journal.

use crate::AccountBook;
use crate::payee::Payee;
use gcfn_banking::Instruction;
use gcfn_iso20022::{
    Agent, Bic, BusinessMessage, Document, GroupHeader, Header, InitiatedPayment,
    InitiatedTransfer, InstitutionCreditTransfer, InstitutionTransfer, Money, Party, PaymentIds,
    PaymentInitiation, Reference, Settlement,
};
use gcfn_model::{InstructionId, NodeId, SettlementAccount, Timestamp, Uetr};

/// A payment that is to leave for the bank, as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// When it was instructed: the time of its journal record.
    pub at: Timestamp,
    /// The payment. What it is for is the machine's business and no bank's.
    pub instruction: Instruction<()>,
}

impl Order {
    /// The order that `instruction`, journalled at `at`, stands for.
    #[must_use]
    pub fn new<P>(at: Timestamp, instruction: &Instruction<P>) -> Order {
        let &Instruction { id, debtor, creditor, currency, amount, value_date, .. } = instruction;
        let purpose = ();
        let instruction =
            Instruction { id, debtor, creditor, currency, amount, value_date, purpose };
        Order { at, instruction }
    }

    /// Its tracking reference.
    #[must_use]
    pub fn uetr(&self) -> Uetr {
        self.instruction.uetr()
    }

    /// Its id as every message refers to it: message, block, instruction and end-to-end id.
    pub(crate) fn reference(&self) -> Reference {
        self.instruction.id.to_string().parse().expect("an id has 30 ASCII characters")
    }

    fn ids(&self) -> PaymentIds {
        PaymentIds {
            instruction: Some(self.reference()),
            end_to_end: self.reference(),
            transaction: None,
            uetr: Some(self.uetr()),
        }
    }

    fn group(&self) -> GroupHeader {
        GroupHeader { id: self.reference(), created_at: self.at }
    }

    fn money(&self) -> Money {
        Money { amount: self.instruction.amount, currency: self.instruction.currency }
    }
}

/// The payment that a bank refers to by the id of its instruction.
pub(crate) fn uetr_of(reference: &str) -> Option<Uetr> {
    let id: InstructionId = reference.parse().ok()?;
    Some(Uetr::derive(&[id.as_bytes()]))
}

/// A payment from one pool to another, of this node or between nodes: pacs.009.
pub(crate) fn between_pools(
    book: &AccountBook,
    bank: &Bic,
    order: &Order,
    creditor: SettlementAccount,
) -> BusinessMessage {
    let Instruction { debtor, currency, value_date, .. } = order.instruction;
    let (payer, payee) = (node(debtor.node), node(creditor.node));
    let transfer = InstitutionTransfer {
        settlement_date: Some(value_date),
        debtor_account: Some(book.number(debtor, currency)),
        debtor_agent: Some(Agent::bic(bank.clone())),
        creditor_agent: book.bank(creditor, currency).cloned().map(Agent::bic),
        creditor_account: Some(book.number(creditor, currency)),
        ..InstitutionTransfer::new(order.ids(), order.money(), payer, payee)
    };
    let (settlement, transfers) = (Settlement::default(), vec![transfer]);
    let message = InstitutionCreditTransfer { group: order.group(), settlement, transfers };
    addressed(book, bank, order, Document::InstitutionCreditTransfer(message))
}

/// A payment to a user or a merchant: pain.001.
pub(crate) fn to_party(
    book: &AccountBook,
    bank: &Bic,
    order: &Order,
    payee: Payee,
) -> BusinessMessage {
    let Instruction { debtor, currency, value_date, .. } = order.instruction;
    let payer = Party { name: debtor.node.as_str().parse().ok(), ..Party::default() };
    let transfer = InitiatedTransfer {
        creditor_agent: payee.bank.map(Agent::bic),
        creditor: Some(Party::named(payee.name)),
        creditor_account: Some(payee.account),
        ..InitiatedTransfer::new(order.ids(), order.money())
    };
    let (number, bank_agent) = (book.number(debtor, currency), Agent::bic(bank.clone()));
    let transfers = vec![transfer];
    let payment = InitiatedPayment {
        debtor: payer.clone(),
        ..InitiatedPayment::new(order.reference(), value_date, number, bank_agent, transfers)
    };
    let (group, payments) = (order.group(), vec![payment]);
    let message = PaymentInitiation { group, initiator: payer, payments };
    addressed(book, bank, order, Document::PaymentInitiation(message))
}

fn addressed(book: &AccountBook, bank: &Bic, order: &Order, document: Document) -> BusinessMessage {
    let (from, to) = (node(book.node()), Agent::bic(bank.clone()));
    let header = Header::new(from, to, order.reference(), order.at);
    BusinessMessage { header: Some(header), document }
}

/// A node in the place of an institution.
fn node(name: NodeId) -> Agent {
    let other = name.as_str().parse().expect("a node's name has at most 16 characters");
    Agent { other: Some(other), ..Agent::default() }
}
