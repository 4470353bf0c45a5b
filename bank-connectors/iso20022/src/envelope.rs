//! A whole business message: header and document in one wrapper, or a bare document.

use crate::fault::{MessageFault, Rule};
use crate::head_001::Header;
use crate::writer::Writer;
use crate::xml::{self, Element};
use crate::{
    CustomerCreditTransfer, InitiationStatus, InstitutionCreditTransfer, Notifications,
    PaymentInitiation, PaymentStatus, Statements,
};
use crate::{camt_053, camt_054, pacs_002, pacs_008, pacs_009, pain_001, pain_002};

/// A document and the header it came with, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessMessage {
    /// Who sends it to whom.
    pub header: Option<Header>,
    /// What it says.
    pub document: Document,
}

/// The messages of the network's bank links. Returns and cancellations (pacs.004, camt.056,
/// camt.029) join here: a variant, its definition, and a file of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// pacs.008.001.08.
    CustomerCreditTransfer(CustomerCreditTransfer),
    /// pacs.009.001.08.
    InstitutionCreditTransfer(InstitutionCreditTransfer),
    /// pacs.002.001.10.
    PaymentStatus(PaymentStatus),
    /// pain.001.001.09.
    PaymentInitiation(PaymentInitiation),
    /// pain.002.001.10.
    InitiationStatus(InitiationStatus),
    /// camt.053.001.08.
    Statements(Statements),
    /// camt.054.001.08.
    Notifications(Notifications),
}

const URN: &str = "urn:iso:std:iso:20022:tech:xsd:";
/// The name that is written first, then those that others write.
const ENVELOPES: [&str; 6] =
    ["BusMsg", "BusinessMessage", "Envelope", "RequestPayload", "Message", "DataPDU"];

/// Reads one message.
///
/// # Errors
/// [`MessageFault`] with the path of the first element that breaks a rule.
pub fn read(bytes: &[u8]) -> Result<BusinessMessage, MessageFault> {
    let root = xml::parse(bytes)?;
    let message = if root.name == "Document" {
        Document::read(&root).map(|document| BusinessMessage { header: None, document })
    } else {
        read_envelope(&root)
    };
    message.map_err(|fault| fault.within(&root.name))
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

fn read_envelope(root: &Element) -> Result<BusinessMessage, MessageFault> {
    if !ENVELOPES.contains(&root.name.as_str()) {
        return Err(Rule::UnknownEnvelope.into());
    }
    // SWIFT's DataPDU has one level more.
    let body = root.children.iter().find(|child| child.name == "Body").unwrap_or(root);
    let one = |name: &str| {
        let mut found = body.children.iter().filter(|child| child.name == name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            _ => Err(MessageFault::from(Rule::Repeated).within(name)),
        }
    };
    let document = one("Document")?;
    let document = document.ok_or_else(|| MessageFault::from(Rule::Missing).within("Document"))?;
    let document = Document::read(document).map_err(|fault| fault.within("Document"))?;
    let header = one("AppHdr")?
        .map(|header| Header::read(header, document.definition()))
        .transpose()
        .map_err(|fault| fault.within("AppHdr"))?;
    Ok(BusinessMessage { header, document })
}

impl Document {
    /// The message definition, such as `pacs.009.001.08`.
    #[must_use]
    pub const fn definition(&self) -> &'static str {
        match self {
            Document::CustomerCreditTransfer(_) => "pacs.008.001.08",
            Document::InstitutionCreditTransfer(_) => "pacs.009.001.08",
            Document::PaymentStatus(_) => "pacs.002.001.10",
            Document::PaymentInitiation(_) => "pain.001.001.09",
            Document::InitiationStatus(_) => "pain.002.001.10",
            Document::Statements(_) => "camt.053.001.08",
            Document::Notifications(_) => "camt.054.001.08",
        }
    }

    fn read(element: &Element) -> Result<Document, MessageFault> {
        let namespace = element.namespace.as_str();
        let body = |name| element.choice(&[name]);
        let within = |name| move |fault: MessageFault| fault.within(name);
        macro_rules! read {
            ($module:ident, $kind:ident) => {
                body($module::NAME)
                    .and_then(|body| $kind::read(body).map_err(within($module::NAME)))
                    .map(Document::$kind)
            };
        }
        match namespace.strip_prefix(URN).unwrap_or_default() {
            "pacs.008.001.08" => read!(pacs_008, CustomerCreditTransfer),
            "pacs.009.001.08" => read!(pacs_009, InstitutionCreditTransfer),
            "pacs.002.001.10" => read!(pacs_002, PaymentStatus),
            "pain.001.001.09" => read!(pain_001, PaymentInitiation),
            "pain.002.001.10" => read!(pain_002, InitiationStatus),
            "camt.053.001.08" => read!(camt_053, Statements),
            "camt.054.001.08" => read!(camt_054, Notifications),
            _ => Err(Rule::UnknownMessage(namespace.chars().take(70).collect()).into()),
        }
    }

    fn write(&self, w: &mut Writer) {
        let namespace = format!(" xmlns=\"{URN}{}\"", self.definition());
        w.root("Document", &namespace, |w| match self {
            Document::CustomerCreditTransfer(message) => message.write(w),
            Document::InstitutionCreditTransfer(message) => message.write(w),
            Document::PaymentStatus(message) => message.write(w),
            Document::PaymentInitiation(message) => message.write(w),
            Document::InitiationStatus(message) => message.write(w),
            Document::Statements(message) => message.write(w),
            Document::Notifications(message) => message.write(w),
        });
    }
}
