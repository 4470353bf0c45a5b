//! head.001.001.02, the business application header: who sends what to whom.

use crate::fault::{MessageFault, Rule};
use crate::parts::Agent;
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Timestamp;

/// The header of a business message. The message definition is that of the document beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The sender.
    pub from: Agent,
    /// The receiver.
    pub to: Agent,
    /// The sender's id of the message; by practice that of the document's group header.
    pub id: Reference,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The namespace that is written.
pub(crate) const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:head.001.001.02";
/// The versions that are read: their elements are those of `ORDER`.
const VERSIONS: [&str; 4] = ["01", "02", "03", "04"];

impl Header {
    /// Reads the header of a message whose definition is `definition`.
    ///
    /// Some senders leave `AppHdr` in the namespace of their envelope, so the namespace that
    /// counts is that of its children.
    pub(crate) fn read(element: &Element, definition: &str) -> Result<Header, MessageFault> {
        let namespace = element.children.first().map_or("", |child| child.namespace.as_str());
        let version = NAMESPACE.strip_suffix("02").and_then(|name| namespace.strip_prefix(name));
        if !version.is_some_and(|version| VERSIONS.contains(&version)) {
            return Err(Rule::UnknownMessage(namespace.to_owned()).into());
        }
        let fields = element.fields_in(namespace, ORDER)?;
        let named: Reference = fields.required("MsgDefIdr", Element::parse)?;
        if named.as_str() != definition {
            return Err(MessageFault::from(Rule::HeaderDiffers).within("MsgDefIdr"));
        }
        Ok(Header {
            from: fields.required("Fr", read_party)?,
            to: fields.required("To", read_party)?,
            id: fields.required("BizMsgIdr", Element::parse)?,
            created_at: fields.required("CreDt", Element::time)?,
        })
    }

    pub(crate) fn write(&self, definition: &str, w: &mut Writer) {
        w.root("AppHdr", &format!(" xmlns=\"{NAMESPACE}\""), |w| {
            w.nest("Fr", |w| self.from.write("FIId", w));
            w.nest("To", |w| self.to.write("FIId", w));
            w.leaf("BizMsgIdr", &self.id);
            w.leaf("MsgDefIdr", definition);
            w.leaf("CreDt", self.created_at);
        });
    }
}

/// An institution; an organisation that is none has no code and is read as an unnamed one.
fn read_party(element: &Element) -> Result<Agent, MessageFault> {
    let child = element.choice(&["OrgId", "FIId"])?;
    match child.name.as_str() {
        "FIId" => Agent::read(child).map_err(|fault| fault.within("FIId")),
        _ => Ok(Agent::default()),
    }
}

const ORDER: &[&str] = &[
    "CharSet",
    "Fr",
    "To",
    "BizMsgIdr",
    "MsgDefIdr",
    "BizSvc",
    "MktPrctc",
    "CreDt",
    "BizPrcgDt",
    "CpyDplct",
    "PssblDplct",
    "Prty",
    "Sgntr",
    "Rltd",
];
