//! pacs.028.001.03: how does a payment stand? Asked when no answer has come: silence says nothing.

use crate::fields::{Order, Read};
use crate::original::{OriginalMessage, OriginalPayment};
use crate::parts::GroupHeader;
use crate::party::Agent;
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use serde::{Deserialize, Serialize};

/// pacs.028.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRequest {
    /// The message.
    pub group: GroupHeader,
    /// Who asks.
    pub instructing: Option<Agent>,
    /// Who is asked.
    pub instructed: Option<Agent>,
    /// The messages that are asked about as a whole.
    pub messages: Vec<OriginalMessage>,
    /// The payments that are asked about.
    pub payments: Vec<RequestedPayment>,
}

/// One payment that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedPayment {
    /// The sender's id of the question.
    pub id: Option<Reference>,
    /// Which payment.
    pub original: OriginalPayment,
}

pub(crate) const NAME: &str = "FIToFIPmtStsReq";

impl StatusRequest {
    pub(crate) fn read(element: Element<'_>) -> Read<StatusRequest> {
        let fields = element.fields(&["GrpHdr", "OrgnlGrpInf", "TxInf", "SplmtryData"])?;
        let (group, instructing, instructed) = fields.required("GrpHdr", |header| {
            let fields = header.fields(&["MsgId", "CreDtTm", "InstgAgt", "InstdAgt"])?;
            let instructing = fields.optional("InstgAgt", Agent::read)?;
            let instructed = fields.optional("InstdAgt", Agent::read)?;
            Ok((GroupHeader::read(&fields)?, instructing, instructed))
        })?;
        Ok(StatusRequest {
            group,
            instructing,
            instructed,
            messages: fields.many("OrgnlGrpInf", OriginalMessage::read)?,
            payments: fields.many("TxInf", RequestedPayment::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| {
                self.group.write(w);
                Agent::write_optional(self.instructing.as_ref(), "InstgAgt", w);
                Agent::write_optional(self.instructed.as_ref(), "InstdAgt", w);
            });
            for message in &self.messages {
                OriginalMessage::write_optional(Some(message), w);
            }
            self.payments.iter().for_each(|payment| payment.write(w));
        });
    }
}

impl RequestedPayment {
    fn read(element: Element<'_>) -> Read<RequestedPayment> {
        let fields = element.fields(TRANSACTION)?;
        let id = fields.optional("StsReqId", Element::parse)?;
        Ok(RequestedPayment { id, original: OriginalPayment::read(&fields, false)? })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("TxInf", |w| {
            w.optional("StsReqId", self.id.as_ref());
            self.original.write_ids(w);
        });
    }
}

/// `PaymentTransaction113`.
const TRANSACTION: Order = &[
    "StsReqId",
    "OrgnlGrpInf",
    "OrgnlInstrId",
    "OrgnlEndToEndId",
    "OrgnlTxId",
    "OrgnlUETR",
    "AccptncDtTm",
    "ClrSysRef",
    "InstgAgt",
    "InstdAgt",
    "OrgnlTxRef",
    "SplmtryData",
];
