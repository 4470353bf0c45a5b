//! Why a message is not read: where, and which rule.

use crate::identifier::{BicFault, CountryFault, IbanFault, LeiFault};
use crate::value::{RateFault, TextFault};
use crate::xml::Element;
use gcfn_banking::{ReasonFault, UnknownStatus};
use gcfn_model::{AmountFault, DateFault, TimeFault, UetrFault, UnknownCurrency};
use std::fmt;

/// A message that is refused: the path of the element, the rule that it breaks, and where.
///
/// Holds element names and rules only, never the content of an element, so it may be logged and
/// sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFault {
    /// Element names from the root, separated by `/`; empty for the message as a whole.
    pub path: String,
    /// What is wrong there.
    pub rule: Rule,
    /// Where: at the name of the element, or of its parent if it is missing.
    pub place: Option<Place>,
    /// The byte of the place, until lines are counted.
    offset: Option<usize>,
}

/// A place in a message, as editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl MessageFault {
    /// `rule` is broken at a byte of the document.
    pub(crate) fn at(rule: Rule, offset: usize) -> MessageFault {
        MessageFault { offset: Some(offset), ..rule.into() }
    }

    /// The same fault as seen from outside `element`.
    pub(crate) fn within(mut self, element: Element<'_>) -> MessageFault {
        self.offset = self.offset.or_else(|| Some(element.offset()));
        self.below(element.name())
    }

    /// The same fault as seen from the parent of `name`, which is not there itself.
    pub(crate) fn below(mut self, name: &str) -> MessageFault {
        if !self.path.is_empty() {
            self.path.insert(0, '/');
        }
        self.path.insert_str(0, name);
        self
    }

    /// The same fault in a document of which this one is a part.
    pub(crate) fn moved(mut self, there: impl Fn(usize) -> usize) -> MessageFault {
        self.offset = self.offset.map(there);
        self
    }

    /// The same fault with its place in `document`.
    pub(crate) fn placed(mut self, document: &[u8]) -> MessageFault {
        let before = self.offset.take().and_then(|offset| document.get(..offset));
        self.place = before.map(|before| {
            let line = before.rsplit(|&b| b == b'\n').next().unwrap_or_default();
            Place {
                line: before.split(|&b| b == b'\n').count(),
                column: String::from_utf8_lossy(line).chars().count().saturating_add(1),
            }
        });
        self
    }
}

impl<R: Into<Rule>> From<R> for MessageFault {
    fn from(rule: R) -> MessageFault {
        MessageFault { path: String::new(), rule: rule.into(), place: None, offset: None }
    }
}

impl fmt::Display for MessageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.rule)?;
        match self.place {
            Some(Place { line, column }) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
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
    #[error("not well-formed XML")]
    Malformed,
    /// Two outermost elements that are not a header and its document.
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
    /// The namespace of a document is none of the ISO 20022 catalogue.
    #[error("namespace is not one of the ISO 20022 catalogue: {0}")]
    UnknownNamespace(String),
    /// The namespace is none of the supported messages.
    #[error("message definition {0} is not supported")]
    UnknownMessage(String),
    /// The header names another message definition than the document.
    #[error("header names another message definition than the document")]
    HeaderDiffers,
    /// An element that the schema does not have here.
    #[error("element is not part of the schema here")]
    UnknownElement,
    /// An element of another namespace than its message.
    #[error("element is in another namespace than its message")]
    Namespace,
    /// An attribute that the schema does not have here.
    #[error("attribute is not part of the schema here")]
    UnknownAttribute,
    /// An element that the schema has, but earlier.
    #[error("element is out of the order of the schema")]
    OutOfOrder,
    /// A mandatory element is missing.
    #[error("element is mandatory")]
    Missing,
    /// An element occurs more often than allowed.
    #[error("element may occur once")]
    Repeated,
    /// An element occurs more often than the schema has room for.
    #[error("element may occur {0} times")]
    TooMany(usize),
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
    /// See the source.
    #[error(transparent)]
    Lei(#[from] LeiFault),
    /// See the source.
    #[error(transparent)]
    Country(#[from] CountryFault),
    /// See the source.
    #[error(transparent)]
    Rate(#[from] RateFault),
}

impl Rule {
    /// A short name for programs. It does not change.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Rule::TooLarge => "too-large",
            Rule::TooDeep => "too-deep",
            Rule::TooManyElements => "too-many-elements",
            Rule::TooManyNamespaces => "too-many-namespaces",
            Rule::NotUtf8 => "not-utf-8",
            Rule::Malformed => "malformed",
            Rule::SecondRoot => "second-root",
            Rule::Doctype => "doctype",
            Rule::Entity => "entity",
            Rule::UnknownEnvelope => "unknown-envelope",
            Rule::UnknownNamespace(_) => "unknown-namespace",
            Rule::UnknownMessage(_) => "unknown-message",
            Rule::HeaderDiffers => "header-differs",
            Rule::UnknownElement => "unknown-element",
            Rule::Namespace => "namespace",
            Rule::UnknownAttribute => "unknown-attribute",
            Rule::OutOfOrder => "out-of-order",
            Rule::Missing => "missing",
            Rule::Repeated => "repeated",
            Rule::TooMany(_) => "too-many",
            Rule::Choice => "choice",
            Rule::Mixed => "mixed",
            Rule::MissingAttribute(_) => "missing-attribute",
            Rule::Code => "code",
            Rule::Count => "count",
            Rule::CountDiffers => "count-differs",
            Rule::TotalDiffers => "total-differs",
            Rule::CurrencyDiffers => "currency-differs",
            Rule::Amount(_) => "amount",
            Rule::Currency(_) => "currency",
            Rule::Date(_) => "date",
            Rule::Time(_) => "time",
            Rule::Uetr(_) => "uetr",
            Rule::Status(_) => "status",
            Rule::Reason(_) => "reason",
            Rule::Text(_) => "text",
            Rule::Bic(_) => "bic",
            Rule::Iban(_) => "iban",
            Rule::Lei(_) => "lei",
            Rule::Country(_) => "country",
            Rule::Rate(_) => "rate",
        }
    }
}
