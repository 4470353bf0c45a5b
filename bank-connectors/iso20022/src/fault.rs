//! Why a message is not read: where, and which rule.

use crate::value::{BicFault, IbanFault, TextFault};
use gcfn_banking::{ReasonFault, UnknownStatus};
use gcfn_model::{AmountFault, DateFault, TimeFault, UetrFault, UnknownCurrency};
use std::fmt;

/// A message that is refused: the path of the element and the rule that it breaks.
///
/// Holds element names and rules only, never the content of an element, so it may be logged and
/// sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFault {
    /// Element names from the root, separated by `/`; empty for the message as a whole.
    pub path: String,
    /// What is wrong there.
    pub rule: Rule,
}

impl MessageFault {
    /// The same fault as seen from the parent element `name`.
    pub(crate) fn within(mut self, name: &str) -> MessageFault {
        if !self.path.is_empty() {
            self.path.insert(0, '/');
        }
        self.path.insert_str(0, name);
        self
    }
}

impl<R: Into<Rule>> From<R> for MessageFault {
    fn from(rule: R) -> MessageFault {
        MessageFault { path: String::new(), rule: rule.into() }
    }
}

impl fmt::Display for MessageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}", self.rule),
            path => write!(f, "{path}: {}", self.rule),
        }
    }
}

impl std::error::Error for MessageFault {}

/// The rules that a message can break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// More bytes than [`crate::BYTES_MAX`].
    #[error("message is larger than 4 MiB; split it")]
    TooLarge,
    /// Deeper than [`crate::DEPTH_MAX`].
    #[error("elements are nested deeper than 32 levels")]
    TooDeep,
    /// More elements than [`crate::ELEMENTS_MAX`].
    #[error("message has more than 200000 elements; split it")]
    TooManyElements,
    /// More namespace declarations than any real message has.
    #[error("message has more than 256 namespace declarations")]
    TooManyNamespaces,
    /// Not UTF-8.
    #[error("message is not UTF-8")]
    NotUtf8,
    /// Not well-formed XML.
    #[error("not well-formed XML at byte {at}")]
    Malformed {
        /// Where the reader stopped.
        at: u64,
    },
    /// Two outermost elements, such as a header beside its document.
    #[error("message has more than one outermost element; put header and document in an envelope")]
    SecondRoot,
    /// A document type declaration.
    #[error("document type declarations are not accepted")]
    Doctype,
    /// An entity that is not one of XML's five.
    #[error("only the five entities of XML itself are accepted")]
    Entity,
    /// The outermost element is none that is known.
    #[error("outermost element is neither Document nor a known envelope")]
    UnknownEnvelope,
    /// The namespace is none of the supported messages.
    #[error("message definition {0} is not supported")]
    UnknownMessage(String),
    /// The header names another message definition than the document.
    #[error("header names another message definition than the document")]
    HeaderDiffers,
    /// An element that the schema does not have here.
    #[error("element is not part of the schema here")]
    UnknownElement,
    /// An element that the schema has, but earlier.
    #[error("element is out of the order of the schema")]
    OutOfOrder,
    /// A mandatory element is missing.
    #[error("element is mandatory")]
    Missing,
    /// An element occurs more often than allowed.
    #[error("element may occur once")]
    Repeated,
    /// A choice without exactly one alternative, or with one that GCFN does not take.
    #[error("element must hold exactly one accepted alternative")]
    Choice,
    /// Text between elements, or elements where a value should be.
    #[error("text and elements are mixed")]
    Mixed,
    /// A mandatory attribute is missing.
    #[error("attribute {0} is mandatory")]
    MissingAttribute(&'static str),
    /// A code that is not in its list, or not accepted here.
    #[error("code is not accepted here")]
    Code,
    /// A count that is not 1 to 15 digits.
    #[error("count is not 1 to 15 digits")]
    Count,
    /// The stated number of transactions is not the number found.
    #[error("stated number of transactions is not the number found")]
    CountDiffers,
    /// The stated total is not the sum of the transactions.
    #[error("stated total is not the sum of the transactions")]
    TotalDiffers,
    /// Amounts of one account or one total are in several currencies.
    #[error("amounts are in more than one currency")]
    CurrencyDiffers,
    /// See the source.
    #[error(transparent)]
    Amount(#[from] AmountFault),
    /// See the source.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// See the source.
    #[error(transparent)]
    Date(#[from] DateFault),
    /// See the source.
    #[error(transparent)]
    Time(#[from] TimeFault),
    /// See the source.
    #[error(transparent)]
    Uetr(#[from] UetrFault),
    /// See the source.
    #[error(transparent)]
    Status(#[from] UnknownStatus),
    /// See the source.
    #[error(transparent)]
    Reason(#[from] ReasonFault),
    /// See the source.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// See the source.
    #[error(transparent)]
    Bic(#[from] BicFault),
    /// See the source.
    #[error(transparent)]
    Iban(#[from] IbanFault),
}
