//! An instruction, and what is to be said about it, as the message that the bank reads.
//!
//! The same order and payee always give the same bytes: every reference follows from the
//! instruction's id, and the time is that of the journal.

use crate::channel::Message;
use crate::payee::Payee;
use crate::{AccountBook, Pen};
use gcfn_banking::{Creditor, Errand, Instruction, ReasonCode, StatementRequest};
use gcfn_iso20022::{
    Actor, Agent, Assignment, Bic, BusinessMessage, CancellationRequest, CancelledMessage,
    CancelledPayment, Case, Document, GroupHeader, Header, InitiatedPayment, InitiatedTransfer,
    InstitutionCreditTransfer, InstitutionTransfer, Money, OriginalMessage, OriginalPayment, Party,
    PaymentIds, PaymentInitiation, QueryType, Reason, Reference, ReportingPeriod, ReportingRequest,
    RequestedPayment, RequestedReport, Settlement, StatusRequest,
};
use gcfn_model::{Currency, InstructionId, NodeId, SettlementAccount, Timestamp, Uetr};

/// What is to leave for a bank, as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// A payment, or something about one.
    Payment(Order),
    /// A question for statements that have not come.
    Question(StatementOrder),
}

impl Leaving {
    /// When it was decided.
    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Leaving::Payment(order) => order.at,
            Leaving::Question(asked) => asked.at,
        }
    }

    /// The account that it is drawn on, or about.
    pub(crate) fn holding(&self) -> (SettlementAccount, Currency) {
        match self {
            Leaving::Payment(order) => (order.instruction.debtor, order.instruction.currency),
            Leaving::Question(asked) => (asked.request.account, asked.request.currency),
        }
    }

    /// The payment that it is about, if it is about one.
    pub(crate) fn uetr(&self) -> Option<Uetr> {
        match self {
            Leaving::Payment(order) => Some(order.uetr()),
            Leaving::Question(_) => None,
        }
    }

    /// The payment that a bank makes which has it, be it for the first time or again.
    pub(crate) fn paying(&self) -> Option<&Order> {
        match self {
            Leaving::Payment(order) => Some(order).filter(|order| order.pays()),
            Leaving::Question(_) => None,
        }
    }

    /// The id of its message.
    pub(crate) fn message_id(&self) -> Reference {
        match self {
            Leaving::Payment(order) => order.message_id(),
            Leaving::Question(asked) => asked.message_id(),
        }
    }

    /// Its message, as `bytes` that are sent.
    pub(crate) fn message(&self, bytes: Vec<u8>, pen: &Pen) -> Message {
        let signature = pen.sign(&bytes);
        Message { id: self.message_id(), uetr: self.uetr(), bytes, signature }
    }
}

impl From<Order> for Leaving {
    fn from(order: Order) -> Leaving {
        Leaving::Payment(order)
    }
}

impl From<StatementOrder> for Leaving {
    fn from(asked: StatementOrder) -> Leaving {
        Leaving::Question(asked)
    }
}

/// A question for statements, as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementOrder {
    /// When it was decided: the time of its journal record.
    pub at: Timestamp,
    /// What is asked for.
    pub request: StatementRequest,
}

impl StatementOrder {
    /// `CN-SHA-UC-CNY-S1`: a node, its pool, the currency, and the how manieth question.
    fn message_id(&self) -> Reference {
        let StatementRequest { account, currency, number, .. } = self.request;
        let node = account.node.as_str().to_ascii_uppercase();
        let id = format!("{node}-{}-{currency}-S{number:x}", account.pool);
        id.parse().expect("at most 16, 2, 3 and 8 ASCII characters, and 5 between them")
    }
}

/// A payment that is to leave for the bank, or something about one, as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// When it was decided: the time of its journal record.
    pub at: Timestamp,
    /// The payment. What it is for is the machine's business and no bank's.
    pub instruction: Instruction<()>,
    /// What is to be said about it; to make it where nothing is.
    pub errand: Option<Errand>,
}

impl Order {
    /// The order that `instruction`, journalled at `at`, stands for.
    #[must_use]
    pub fn new<P>(at: Timestamp, instruction: &Instruction<P>) -> Order {
        let &Instruction { id, debtor, creditor, currency, amount, value_date, .. } = instruction;
        let purpose = ();
        let instruction =
            Instruction { id, debtor, creditor, currency, amount, value_date, purpose };
        Order { at, instruction, errand: None }
    }

    /// What is to be said about `instruction`.
    #[must_use]
    pub fn errand<P>(at: Timestamp, instruction: &Instruction<P>, errand: Errand) -> Order {
        Order { errand: Some(errand), ..Order::new(at, instruction) }
    }

    /// Its tracking reference.
    #[must_use]
    pub fn uetr(&self) -> Uetr {
        self.instruction.uetr()
    }

    /// Whether a bank that has it pays, be it for the first time or again.
    pub(crate) fn pays(&self) -> bool {
        matches!(self.errand, None | Some(Errand::Resend { .. }))
    }

    /// Its id as every message refers to it: message, block, instruction and end-to-end id.
    pub(crate) fn reference(&self) -> Reference {
        self.instruction.id.to_string().parse().expect("an id has 30 ASCII characters")
    }

    /// The id of its message. The payment's own, whenever that is handed over; a question and a
    /// request have their own each.
    pub(crate) fn message_id(&self) -> Reference {
        let id = self.instruction.id;
        let own = match self.errand {
            None | Some(Errand::Resend { .. }) => return self.reference(),
            Some(Errand::Ask { number }) => format!("{id}Q{number:x}"),
            Some(Errand::Recall { number, .. }) => format!("{id}C{number:x}"),
        };
        own.parse().expect("30, 1 and at most 4 ASCII characters")
    }

    /// The definition of the message that makes the payment.
    fn definition(&self) -> Reference {
        let definition = match self.instruction.creditor {
            Creditor::Account(_) => "pacs.009.001.08",
            Creditor::Party(_) => "pain.001.001.09",
        };
        definition.parse().expect("a definition is a short ASCII name")
    }

    /// How a message about the payment refers to it.
    fn original(&self) -> OriginalPayment {
        let (id, definition) = (self.reference(), self.definition());
        OriginalPayment {
            message: Some(OriginalMessage { id, definition }),
            instruction: Some(self.reference()),
            end_to_end: Some(self.reference()),
            uetr: Some(self.uetr()),
            ..OriginalPayment::default()
        }
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
#[must_use]
pub fn between_pools(
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
#[must_use]
pub fn to_party(book: &AccountBook, bank: &Bic, order: &Order, payee: Payee) -> BusinessMessage {
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

/// How does the payment stand? (pacs.028)
#[must_use]
pub fn question(book: &AccountBook, bank: &Bic, order: &Order) -> BusinessMessage {
    let id = order.message_id();
    let payment = RequestedPayment { id: Some(id.clone()), original: order.original() };
    let message = StatusRequest {
        group: GroupHeader { id, created_at: order.at },
        instructing: Some(node(book.node())),
        instructed: Some(Agent::bic(bank.clone())),
        messages: Vec::new(),
        payments: vec![payment],
    };
    addressed(book, bank, order, Document::StatusRequest(message))
}

/// Do not pay it, or get it back. (camt.056)
#[must_use]
pub fn cancellation(
    book: &AccountBook,
    bank: &Bic,
    order: &Order,
    reason: ReasonCode,
) -> BusinessMessage {
    let id = order.message_id();
    let assigner = Actor::Agent(node(book.node()));
    let original = OriginalPayment {
        settlement: Some(order.money()),
        settlement_date: Some(order.instruction.value_date),
        ..order.original()
    };
    let payment = CancelledPayment {
        id: Some(id.clone()),
        case: Some(Case { id: id.clone(), creator: assigner.clone(), reopened: None }),
        original,
        assigner: None,
        assignee: None,
        reasons: vec![Reason::coded(reason)],
    };
    let assignee = Actor::Agent(Agent::bic(bank.clone()));
    let message = CancellationRequest {
        assignment: Assignment { id, assigner, assignee, created_at: order.at },
        case: None,
        underlying: vec![CancelledMessage { group: None, payments: vec![payment] }],
    };
    addressed(book, bank, order, Document::CancellationRequest(message))
}

/// Send me the statements of these days. (camt.060)
#[must_use]
pub fn statement_request(
    book: &AccountBook,
    bank: &Bic,
    asked: &StatementOrder,
) -> BusinessMessage {
    let id = asked.message_id();
    let StatementRequest { account, currency, from, to, .. } = asked.request;
    let owner = Actor::Agent(node(book.node()));
    let request = RequestedReport {
        id: Some(id.clone()),
        definition: "camt.053.001.08".parse().expect("a definition is a short ASCII name"),
        account: Some(book.number(account, currency)),
        owner: owner.clone(),
        servicer: Some(Agent::bic(bank.clone())),
        period: Some(ReportingPeriod { from, to: Some(to), query: QueryType::All }),
    };
    let message = ReportingRequest {
        group: GroupHeader { id: id.clone(), created_at: asked.at },
        sender: Some(owner),
        requests: vec![request],
    };
    headed(book, bank, (id, asked.at), Document::ReportingRequest(message))
}

fn addressed(book: &AccountBook, bank: &Bic, order: &Order, document: Document) -> BusinessMessage {
    headed(book, bank, (order.message_id(), order.at), document)
}

fn headed(
    book: &AccountBook,
    bank: &Bic,
    (id, at): (Reference, Timestamp),
    document: Document,
) -> BusinessMessage {
    let (from, to) = (node(book.node()), Agent::bic(bank.clone()));
    BusinessMessage { header: Some(Header::new(from, to, id, at)), document }
}

/// A node in the place of an institution.
fn node(name: NodeId) -> Agent {
    let other = name.as_str().parse().expect("a node's name has at most 16 characters");
    Agent { other: Some(other), ..Agent::default() }
}
