//! The bank's word on the status of an instruction (pacs.002, pain.002). It moves no money.

use core::fmt;
use core::str::FromStr;
use gcfn_model::Uetr;
use serde::{Deserialize, Serialize};

/// The statuses of ISO 20022 `ExternalPaymentTransactionStatus1Code` that a bank of the network
/// may answer with. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum TransactionStatus {
    /// `RCVD`: received, not yet checked.
    Received = 0,
    /// `ACTC`: technically valid.
    Validated = 1,
    /// `ACCP`: the customer's profile was checked too.
    ProfileChecked = 2,
    /// `ACFC`: the funds were checked too.
    FundsChecked = 3,
    /// `ACSP`: accepted for execution.
    InProcess = 4,
    /// `ACWC`: accepted with a change that does not touch the money.
    AcceptedWithChange = 5,
    /// `ACWP`: accepted, not yet posted to the creditor.
    AcceptedWithoutPosting = 6,
    /// `PDNG`: waits for further checks.
    Pending = 7,
    /// `ACSC`: the debtor's side has settled.
    SettlementCompleted = 8,
    /// `ACCC`: the creditor's account was credited.
    CreditorCredited = 9,
    /// `RJCT`: refused; no money has moved.
    Rejected = 10,
}

impl TransactionStatus {
    /// Every status, in encoding order.
    pub const ALL: [TransactionStatus; 11] = [
        TransactionStatus::Received,
        TransactionStatus::Validated,
        TransactionStatus::ProfileChecked,
        TransactionStatus::FundsChecked,
        TransactionStatus::InProcess,
        TransactionStatus::AcceptedWithChange,
        TransactionStatus::AcceptedWithoutPosting,
        TransactionStatus::Pending,
        TransactionStatus::SettlementCompleted,
        TransactionStatus::CreditorCredited,
        TransactionStatus::Rejected,
    ];

    /// The four-letter code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            TransactionStatus::Received => "RCVD",
            TransactionStatus::Validated => "ACTC",
            TransactionStatus::ProfileChecked => "ACCP",
            TransactionStatus::FundsChecked => "ACFC",
            TransactionStatus::InProcess => "ACSP",
            TransactionStatus::AcceptedWithChange => "ACWC",
            TransactionStatus::AcceptedWithoutPosting => "ACWP",
            TransactionStatus::Pending => "PDNG",
            TransactionStatus::SettlementCompleted => "ACSC",
            TransactionStatus::CreditorCredited => "ACCC",
            TransactionStatus::Rejected => "RJCT",
        }
    }
}

/// A code that is none of [`TransactionStatus::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transaction status is none of the codes that banks of the network answer with")]
pub struct UnknownStatus;

impl FromStr for TransactionStatus {
    type Err = UnknownStatus;
    fn from_str(code: &str) -> Result<TransactionStatus, UnknownStatus> {
        TransactionStatus::ALL.into_iter().find(|s| s.code() == code).ok_or(UnknownStatus)
    }
}

impl fmt::Display for TransactionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A status reason: one to four letters and digits, such as `AM04`.
///
/// The code list is published quarterly, so codes not known here are passed on, never refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "[u8; 4]", into = "[u8; 4]")]
pub struct ReasonCode([u8; 4]);

impl ReasonCode {
    /// `DUPL`: the identification was used before for another payment.
    pub const DUPLICATE: ReasonCode = ReasonCode(*b"DUPL");
    /// `AM04`: not enough money on the debtor's account.
    pub const INSUFFICIENT_FUNDS: ReasonCode = ReasonCode(*b"AM04");
    /// `AC01`: the account number is not one of the bank.
    pub const INCORRECT_ACCOUNT: ReasonCode = ReasonCode(*b"AC01");

    /// `MS03`: the bank does not say why.
    pub const NOT_SPECIFIED: ReasonCode = ReasonCode(*b"MS03");
    /// `NOOR`: no original transaction was received. The answer to a question about a payment,
    /// or to a request to cancel it, that the bank has no record of.
    pub const NO_RECORD: ReasonCode = ReasonCode(*b"NOOR");

    /// Whether it says that the identification was used before: `DUPL`, `AM05`, `DU01` to `DU05`.
    #[must_use]
    pub const fn is_duplicate(self) -> bool {
        matches!(&self.0, b"DUPL" | b"AM05" | [b'D', b'U', b'0', b'1'..=b'5'])
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let used = self.0.iter().position(|&b| b == 0).unwrap_or(self.0.len());
        let bytes = self.0.get(..used).expect("position is within the array");
        core::str::from_utf8(bytes).expect("only ASCII is ever stored")
    }
}

/// A text that is not a [`ReasonCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reason code is not one to four letters and digits")]
pub struct ReasonFault;

impl FromStr for ReasonCode {
    type Err = ReasonFault;
    fn from_str(text: &str) -> Result<ReasonCode, ReasonFault> {
        let mut bytes = [0; 4];
        if text.is_empty() || bytes.len() < text.len() {
            return Err(ReasonFault);
        }
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        ReasonCode::try_from(bytes)
    }
}

impl TryFrom<[u8; 4]> for ReasonCode {
    type Error = ReasonFault;
    fn try_from(bytes: [u8; 4]) -> Result<ReasonCode, ReasonFault> {
        let used = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        let (code, rest) = bytes.split_at_checked(used).ok_or(ReasonFault)?;
        let written = !code.is_empty() && code.iter().all(u8::is_ascii_alphanumeric);
        let padded = rest.iter().all(|&b| b == 0);
        if written && padded { Ok(ReasonCode(bytes)) } else { Err(ReasonFault) }
    }
}

impl From<ReasonCode> for [u8; 4] {
    fn from(code: ReasonCode) -> [u8; 4] {
        code.0
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One answer of a bank about one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Which instruction.
    pub uetr: Uetr,
    /// How it stands.
    pub status: TransactionStatus,
    /// Why, where the bank says so.
    pub reason: Option<ReasonCode>,
}
