//! head.001.001.02, the business application header: who sends what to whom.

use crate::code::closed_list;
use crate::fault::Rule;
use crate::fields::{Order, Read};
use crate::party::Agent;
use crate::value::{Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Timestamp;
use serde::{Deserialize, Serialize};

/// The header of a business message. The message definition is that of the document beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The sender.
    pub from: Agent,
    /// The receiver.
    pub to: Agent,
    /// The sender's id of the message; by practice that of the document's group header.
    pub id: Reference,
    /// By whose rules the message is made, such as `swift.cbprplus.02` (`BizSvc`).
    pub service: Option<Text<35>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it is a copy, of a message to others or of one that was sent before.
    pub copy: Option<Copy>,
    /// Whether it may have been sent before: a hint, never a proof.
    pub possible_duplicate: Option<bool>,
}

closed_list! {
    /// Which kind of copy a message is (`CpyDplct`).
    Copy {
        /// A copy of a message to somebody else, sent before again.
        CopyDuplicate = "CODU",
        /// A copy of a message to somebody else.
        Copy = "COPY",
        /// A message that was sent before.
        Duplicate = "DUPL",
    }
}

/// The namespace that is written.
pub(crate) const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:head.001.001.02";
/// The versions that are read: their elements are those of `ORDER`.
const VERSIONS: [&str; 4] = ["01", "02", "03", "04"];

impl Header {
    /// The header of an original message.
    #[must_use]
    pub fn new(from: Agent, to: Agent, id: Reference, created_at: Timestamp) -> Header {
        let (service, copy, possible_duplicate) = (None, None, None);
        Header { from, to, id, service, created_at, copy, possible_duplicate }
    }

    /// Reads the header of a message whose definition is `definition`.
    ///
    /// Some senders leave `AppHdr` in the namespace of their envelope, so the namespace that
    /// counts is that of its children.
    pub(crate) fn read(element: Element<'_>, definition: &str) -> Read<Header> {
        let (namespace, space) =
            element.first().map_or(("", 0), |child| (child.namespace(), child.space()));
        let version = NAMESPACE.strip_suffix("02").and_then(|name| namespace.strip_prefix(name));
        if !version.is_some_and(|version| VERSIONS.contains(&version)) {
            let namespace = namespace.chars().take(70).collect();
            return Err(Rule::UnknownNamespace(namespace).into());
        }
        let fields = element.fields_in(space, ORDER)?;
        fields.required("MsgDefIdr", |named| {
            // Markets append their own mark to the definition: pacs.008.001.08.ch.01.
            let value = named.parse::<Reference>()?;
            let rest = value.as_str().strip_prefix(definition);
            match rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
                true => Ok(()),
                false => Err(Rule::HeaderDiffers.into()),
            }
        })?;
        Ok(Header {
            from: fields.required("Fr", read_party)?,
            to: fields.required("To", read_party)?,
            id: fields.required("BizMsgIdr", Element::parse)?,
            service: fields.optional("BizSvc", Element::parse)?,
            created_at: fields.required("CreDt", Element::time)?,
            copy: fields.optional("CpyDplct", Copy::read)?,
            possible_duplicate: fields.optional("PssblDplct", Element::flag)?,
        })
    }

    pub(crate) fn write(&self, definition: &str, w: &mut Writer) {
        w.root("AppHdr", &format!(" xmlns=\"{NAMESPACE}\""), |w| {
            w.nest("Fr", |w| self.from.write("FIId", w));
            w.nest("To", |w| self.to.write("FIId", w));
            w.leaf("BizMsgIdr", &self.id);
            w.leaf("MsgDefIdr", definition);
            w.optional("BizSvc", self.service.as_ref());
            w.leaf("CreDt", self.created_at);
            w.optional("CpyDplct", self.copy.as_ref());
            w.optional("PssblDplct", self.possible_duplicate.as_ref());
        });
    }
}

/// An institution; an organisation that is none has no code and is read as an unnamed one.
fn read_party(element: Element<'_>) -> Read<Agent> {
    let child = element.choice(&["OrgId", "FIId"])?;
    match child.name() {
        "FIId" => Agent::read(child).map_err(|fault| fault.within(child)),
        _ => Ok(Agent::default()),
    }
}

const ORDER: Order = &[
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
