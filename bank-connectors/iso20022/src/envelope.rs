//! A whole business message: header and document in one wrapper, side by side, or a bare
//! document.

use crate::fault::{MessageFault, Rule};
use crate::fields::Read;
use crate::head_001::Header;
use crate::writer::Writer;
use crate::xml::{BYTES_MAX, Edition, Element, Tree};
use crate::{
    CancellationRequest, CustomerCreditTransfer, InitiationStatus, InstitutionCreditTransfer,
    Notifications, PaymentInitiation, PaymentReturn, PaymentStatus, Reference, ReportingRequest,
    Reports, Resolution, Statements, StatusRequest,
};
use crate::{
    camt_029, camt_052, camt_053, camt_054, camt_056, camt_060, pacs_002, pacs_004, pacs_008,
    pacs_009, pacs_028, pain_001, pain_002,
};
use serde::{Deserialize, Serialize};

/// A document and the header it came with, if any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessMessage {
    /// Who sends it to whom.
    pub header: Option<Header>,
    /// What it says.
    pub document: Document,
}

/// A message as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The definition in whose version it came, such as `pacs.008.001.09`; it may be newer or
    /// older than the one that is written.
    pub definition: String,
    /// What it says.
    pub message: BusinessMessage,
}

const URN: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// The name that is written first, then those that others write.
const ENVELOPES: [&str; 12] = [
    "BusMsg",
    "BusinessMessage",
    "Envelope",
    "RequestPayload",
    "Message",
    "message",
    "DataPDU",
    "Request",
    "FedNowIncoming",
    "FedNowOutgoing",
    "FedwireFundsIncoming",
    "FedwireFundsOutgoing",
];

/// How many wrappers may stand between an envelope and its document.
const WRAPPERS_MAX: usize = 4;

macro_rules! documents {
    ($($(#[$about:meta])* $kind:ident in $module:ident as $family:literal $version:literal
        from $oldest:literal to $newest:literal,)*) => {
        /// The messages of the network's bank links.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Document {
            $($(#[$about])* $kind($kind),)*
        }

        impl Document {
            /// The message definition that is written, such as `pacs.009.001.08`.
            #[must_use]
            pub const fn definition(&self) -> &'static str {
                match self {
                    $(Document::$kind(_) => concat!($family, ".", $version),)*
                }
            }

            /// Every definition that is read: the one that is written, and the oldest and the
            /// newest version in which the same fields have the same place and meaning.
            pub const DEFINITIONS: &[(&str, &str, &str)] = &[
                $((concat!($family, ".", $version), $oldest, $newest),)*
            ];

            fn read(element: Element<'_>) -> Read<(Document, &str)> {
                let namespace = element.namespace();
                let Some(definition) = namespace.strip_prefix(URN) else {
                    let namespace = namespace.chars().take(70).collect();
                    return Err(Rule::UnknownNamespace(namespace).into());
                };
                let (family, version) = definition.rsplit_once('.').unwrap_or_default();
                let unknown = || Rule::UnknownMessage(definition.chars().take(35).collect());
                match family {
                    $($family if ($oldest..=$newest).contains(&version) && version.len() == 2 => {
                        let element = element.of_edition(match version.cmp($version) {
                            std::cmp::Ordering::Less => Edition::Older,
                            std::cmp::Ordering::Equal => Edition::Same,
                            std::cmp::Ordering::Greater => Edition::Newer,
                        });
                        let body = element.choice(&[$module::NAME])?;
                        let read = $kind::read(body).map_err(|fault| fault.within(body))?;
                        Ok((Document::$kind(read), definition))
                    })*
                    _ => Err(unknown().into()),
                }
            }

            fn write(&self, w: &mut Writer) {
                let namespace = format!(" xmlns=\"{URN}{}\"", self.definition());
                w.root("Document", &namespace, |w| match self {
                    $(Document::$kind(message) => message.write(w),)*
                });
            }
        }
    };
}

documents! {
    /// pacs.008.001.08.
    CustomerCreditTransfer in pacs_008 as "pacs.008.001" "08" from "03" to "14",
    /// pacs.009.001.08.
    InstitutionCreditTransfer in pacs_009 as "pacs.009.001" "08" from "04" to "13",
    /// pacs.002.001.10.
    PaymentStatus in pacs_002 as "pacs.002.001" "10" from "04" to "15",
    /// pain.001.001.09.
    PaymentInitiation in pain_001 as "pain.001.001" "09" from "08" to "13",
    /// pain.002.001.10.
    InitiationStatus in pain_002 as "pain.002.001" "10" from "04" to "15",
    /// camt.053.001.08.
    Statements in camt_053 as "camt.053.001" "08" from "07" to "14",
    /// camt.054.001.08.
    Notifications in camt_054 as "camt.054.001" "08" from "07" to "14",
    /// pacs.004.001.09.
    PaymentReturn in pacs_004 as "pacs.004.001" "09" from "03" to "15",
    /// pacs.028.001.03.
    StatusRequest in pacs_028 as "pacs.028.001" "03" from "01" to "07",
    /// camt.056.001.08.
    CancellationRequest in camt_056 as "camt.056.001" "08" from "03" to "12",
    /// camt.029.001.09.
    Resolution in camt_029 as "camt.029.001" "09" from "04" to "14",
    /// camt.052.001.08.
    Reports in camt_052 as "camt.052.001" "08" from "07" to "14",
    /// camt.060.001.05.
    ReportingRequest in camt_060 as "camt.060.001" "05" from "03" to "07",
}

impl Document {
    /// The sender's id of the message.
    #[must_use]
    pub const fn id(&self) -> &Reference {
        match self {
            Document::CustomerCreditTransfer(message) => &message.group.id,
            Document::InstitutionCreditTransfer(message) => &message.group.id,
            Document::PaymentStatus(message) => &message.group.id,
            Document::PaymentInitiation(message) => &message.group.id,
            Document::InitiationStatus(message) => &message.group.id,
            Document::Statements(message) => &message.group.id,
            Document::Notifications(message) => &message.group.id,
            Document::PaymentReturn(message) => &message.group.id,
            Document::StatusRequest(message) => &message.group.id,
            Document::CancellationRequest(message) => &message.assignment.id,
            Document::Resolution(message) => &message.assignment.id,
            Document::Reports(message) => &message.group.id,
            Document::ReportingRequest(message) => &message.group.id,
        }
    }
}

/// Reads one message.
///
/// # Errors
/// [`MessageFault`] with the place and path of the first element that breaks a rule.
pub fn read(bytes: &[u8]) -> Result<BusinessMessage, MessageFault> {
    inspect(bytes).map(|inspected| inspected.message)
}

/// Reads one message and says in which version it came.
///
/// # Errors
/// As [`read`].
pub fn inspect(bytes: &[u8]) -> Result<Inspected, MessageFault> {
    if BYTES_MAX < bytes.len() {
        return Err(Rule::TooLarge.into());
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|fault| MessageFault::at(Rule::NotUtf8, fault.valid_up_to()).placed(bytes))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    inspect_text(text).map_err(|fault| fault.placed(text.as_bytes()))
}

/// Reads one message, whose faults have no place yet.
pub(crate) fn inspect_text(text: &str) -> Read<Inspected> {
    let tree = Tree::parse(text)?;
    match tree.roots() {
        (document, None) if document.name() == "Document" => beside(None, document),
        (header, Some(document)) if document.name() == "Document" => beside(Some(header), document),
        (header, None) if header.name() == "AppHdr" => {
            Err(MessageFault::from(Rule::Missing).below("Document"))
        }
        (root, _) => read_envelope(root).map_err(|fault| fault.within(root)),
    }
}

/// Writes one message; the same message always gives the same bytes.
#[must_use]
pub fn write(message: &BusinessMessage) -> Vec<u8> {
    let mut w = Writer::new();
    let BusinessMessage { header, document } = message;
    match header {
        None => document.write(&mut w),
        Some(header) => {
            let [name, ..] = ENVELOPES;
            w.nest(name, |w| {
                header.write(document.definition(), w);
                document.write(w);
            });
        }
    }
    w.finish()
}

fn read_envelope(root: Element<'_>) -> Read<Inspected> {
    if !ENVELOPES.contains(&root.name()) {
        return Err(Rule::UnknownEnvelope.into());
    }
    let wrapper = wrapper(root, WRAPPERS_MAX);
    let wrapper = wrapper.ok_or_else(|| MessageFault::from(Rule::Missing).below("Document"))?;
    let one = |name: &str| {
        let mut found = wrapper.children().filter(|child| child.name() == name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(second)) => Err(MessageFault::from(Rule::Repeated).within(second)),
        }
    };
    let document = one("Document")?;
    let document = document.ok_or_else(|| MessageFault::from(Rule::Missing).below("Document"))?;
    beside(one("AppHdr")?, document)
}

/// The element that the document stands in, which others may wrap.
fn wrapper(element: Element<'_>, wrappers: usize) -> Option<Element<'_>> {
    if element.children().any(|child| child.name() == "Document") {
        return Some(element);
    }
    let wrappers = wrappers.checked_sub(1)?;
    element.children().find_map(|child| wrapper(child, wrappers))
}

fn beside(header: Option<Element<'_>>, document: Element<'_>) -> Read<Inspected> {
    let (read, definition) = Document::read(document).map_err(|fault| fault.within(document))?;
    let header = header
        .map(|header| Header::read(header, definition).map_err(|fault| fault.within(header)))
        .transpose()?;
    let message = BusinessMessage { header, document: read };
    Ok(Inspected { definition: definition.to_owned(), message })
}
