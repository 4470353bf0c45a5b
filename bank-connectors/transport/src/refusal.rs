//! Why a bank's message is refused, as the bank is told on whichever way.

use crate::{IncomingFault, SignatureFault};
use core::fmt;
use gcfn_iso20022::MessageFault;
use serde::Serialize;

/// The reason of a refusal: a name for programs, a sentence for people, and the place. It holds no
/// content of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The rule's name, which does not change.
    pub rule: &'static str,
    /// The rule in words.
    pub reason: String,
    /// The element, by the names from the root; none for the message as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The character in the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Refusal {
    /// The refusal of a message as a whole.
    #[must_use]
    pub fn whole(rule: &'static str, reason: impl Into<String>) -> Refusal {
        Refusal { rule, reason: reason.into(), path: None, line: None, column: None }
    }

    /// A message is longer than `bytes_max`.
    #[must_use]
    pub fn too_large(bytes_max: usize) -> Refusal {
        Refusal::whole("too-large", format!("message is larger than {bytes_max} bytes; split it"))
    }

    /// A status of a payment comes from another bank than the debtor's.
    #[must_use]
    pub fn foreign_payment() -> Refusal {
        let reason = "message is about a payment that is not drawn on this bank";
        Refusal::whole("foreign-payment", reason)
    }
}

impl From<IncomingFault> for Refusal {
    fn from(fault: IncomingFault) -> Refusal {
        match fault {
            IncomingFault::Message(fault) => fault.into(),
            fault => Refusal::whole(fault.rule(), fault.to_string()),
        }
    }
}

impl From<SignatureFault> for Refusal {
    fn from(fault: SignatureFault) -> Refusal {
        IncomingFault::from(fault).into()
    }
}

impl From<MessageFault> for Refusal {
    fn from(fault: MessageFault) -> Refusal {
        Refusal {
            rule: fault.rule.name(),
            reason: fault.rule.to_string(),
            path: (!fault.path.is_empty()).then_some(fault.path),
            line: fault.place.map(|place| place.line),
            column: fault.place.map(|place| place.column),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        write!(f, "{}", self.reason)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, " (line {line}, column {column})")?;
        }
        write!(f, " ({})", self.rule)
    }
}
