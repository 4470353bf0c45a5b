//! What a machine asks a bank to pay.

use gcfn_model::{Amount, BusinessDate, Currency, InstructionId, PartyId, SettlementAccount, Uetr};
use serde::{Deserialize, Serialize};

/// Where the money of an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Creditor {
    /// A pool of a node.
    Account(SettlementAccount),
    /// A user's or merchant's own bank account. Its number stays in the personal-data vault;
    /// the shell fills it in when the instruction leaves.
    Party(PartyId),
}

/// One payment: all that has to be agreed with the bank, and what it is for.
///
/// `P` is the machine's own word for the purpose (a withdrawal, a pay-in of a cycle); the desk
/// hands it back when the bank answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction<P> {
    /// The id that the machine derived for it. Never used for another payment.
    pub id: InstructionId,
    /// The account that pays.
    pub debtor: SettlementAccount,
    /// The account that is paid.
    pub creditor: Creditor,
    /// The currency of both accounts.
    pub currency: Currency,
    /// How much, never zero.
    pub amount: Amount,
    /// The day on which it is to settle, in the currency's calendar.
    pub value_date: BusinessDate,
    /// What it is for.
    pub purpose: P,
}

impl<P> Instruction<P> {
    /// The reference that payer, banks and payee share. It follows from the id, so a resent
    /// payment carries the same one and a payee who can derive the id knows it beforehand.
    #[must_use]
    pub fn uetr(&self) -> Uetr {
        Uetr::derive(&[self.id.as_bytes()])
    }
}
