//! pacs.002.001.10: how payments between banks stand. It moves no money.

use crate::code::{Reason, write_reasons};
use crate::fields::{Order, Read};
use crate::original::OriginalMessage;
use crate::parts::GroupHeader;
use crate::value::{Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::{StatusReport, TransactionStatus};
use gcfn_model::{BusinessDate, Uetr};
use serde::{Deserialize, Serialize};

/// pacs.002.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentStatus {
    /// The message.
    pub group: GroupHeader,
    /// How whole messages stand.
    pub groups: Vec<GroupStatus>,
    /// How single payments stand.
    pub transactions: Vec<TransactionReport>,
}

/// How a whole message stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// Which message.
    pub original: OriginalMessage,
    /// Its status, of the group's own code list.
    pub status: Option<Text<4>>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// How one payment stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionReport {
    /// The message it came in; not in pain.002, where the whole report is about one.
    pub original: Option<OriginalMessage>,
    /// Its instruction id.
    pub instruction: Option<Reference>,
    /// Its end-to-end id.
    pub end_to_end: Option<Reference>,
    /// Its transaction id; not in pain.002.
    pub transaction: Option<Reference>,
    /// Its tracking reference.
    pub uetr: Option<Uetr>,
    /// Its status.
    pub status: Option<TransactionStatus>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The day on which it has settled between the banks; not in pain.002.
    pub settled_on: Option<BusinessDate>,
    /// The bank's reference of its booking.
    pub bank_reference: Option<Text<35>>,
    /// The clearing system's reference.
    pub clearing_reference: Option<Text<35>>,
}

pub(crate) const NAME: &str = "FIToFIPmtStsRpt";

impl PaymentStatus {
    pub(crate) fn read(element: Element<'_>) -> Read<PaymentStatus> {
        let order = &["GrpHdr", "OrgnlGrpInfAndSts", "TxInfAndSts", "SplmtryData"];
        let fields = element.fields(order)?;
        Ok(PaymentStatus {
            group: fields.required("GrpHdr", |header| {
                let order = &["MsgId", "CreDtTm", "InstgAgt", "InstdAgt", "+OrgnlBizQry"];
                GroupHeader::read(&header.fields(order)?)
            })?,
            groups: fields.many("OrgnlGrpInfAndSts", GroupStatus::read)?,
            transactions: fields
                .many("TxInfAndSts", |report| TransactionReport::read(report, TRANSACTION))?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| self.group.write(w));
            self.groups.iter().for_each(|group| group.write(w));
            self.transactions.iter().for_each(|report| report.write(w));
        });
    }
}

impl GroupStatus {
    pub(crate) fn read(element: Element<'_>) -> Read<GroupStatus> {
        let fields = element.fields(GROUP)?;
        Ok(GroupStatus {
            original: OriginalMessage::of(&fields)?,
            status: fields.optional("GrpSts", Element::parse)?,
            reasons: fields.many("StsRsnInf", Reason::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("OrgnlGrpInfAndSts", |w| {
            self.original.write(w);
            w.optional("GrpSts", self.status.as_ref());
            write_reasons(&self.reasons, "StsRsnInf", w);
        });
    }
}

impl TransactionReport {
    pub(crate) fn read(element: Element<'_>, order: Order) -> Read<TransactionReport> {
        let fields = element.fields(order)?;
        let optional = |name: &'static str| order.contains(&name).then_some(name);
        Ok(TransactionReport {
            original: optional("OrgnlGrpInf")
                .map(|name| fields.optional(name, OriginalMessage::read))
                .transpose()?
                .flatten(),
            instruction: fields.optional("OrgnlInstrId", Element::parse)?,
            end_to_end: fields.optional("OrgnlEndToEndId", Element::parse)?,
            transaction: optional("OrgnlTxId")
                .map(|name| fields.optional(name, Element::parse))
                .transpose()?
                .flatten(),
            uetr: fields.optional("OrgnlUETR", Element::parse)?,
            status: fields.optional("TxSts", Element::parse)?,
            reasons: fields.many("StsRsnInf", Reason::read)?,
            settled_on: optional("FctvIntrBkSttlmDt")
                .map(|name| fields.optional(name, Element::date_choice))
                .transpose()?
                .flatten(),
            bank_reference: fields.optional("AcctSvcrRef", Element::parse)?,
            clearing_reference: fields.optional("ClrSysRef", Element::parse)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("TxInfAndSts", |w| {
            OriginalMessage::write_optional(self.original.as_ref(), w);
            w.optional("OrgnlInstrId", self.instruction.as_ref());
            w.optional("OrgnlEndToEndId", self.end_to_end.as_ref());
            w.optional("OrgnlTxId", self.transaction.as_ref());
            w.optional("OrgnlUETR", self.uetr.as_ref());
            w.optional("TxSts", self.status.as_ref());
            write_reasons(&self.reasons, "StsRsnInf", w);
            if let Some(date) = self.settled_on {
                w.nest("FctvIntrBkSttlmDt", |w| w.leaf("Dt", date));
            }
            w.optional("AcctSvcrRef", self.bank_reference.as_ref());
            w.optional("ClrSysRef", self.clearing_reference.as_ref());
        });
    }

    /// What the desk wants to hear; `None` without a tracking reference or a status.
    #[must_use]
    pub fn report(&self) -> Option<StatusReport> {
        let (uetr, status) = (self.uetr?, self.status?);
        let reason = self.reasons.iter().find_map(Reason::reason_code);
        Some(StatusReport { uetr, status, reason })
    }
}

/// `OriginalGroupHeader17`.
const GROUP: Order = &[
    "OrgnlMsgId",
    "OrgnlMsgNmId",
    "OrgnlCreDtTm",
    "OrgnlNbOfTxs",
    "OrgnlCtrlSum",
    "GrpSts",
    "StsRsnInf",
    "NbOfTxsPerSts",
];

/// `PaymentTransaction110`.
const TRANSACTION: Order = &[
    "StsId",
    "OrgnlGrpInf",
    "OrgnlInstrId",
    "OrgnlEndToEndId",
    "OrgnlTxId",
    "OrgnlUETR",
    "TxSts",
    "StsRsnInf",
    "ChrgsInf",
    "AccptncDtTm",
    "+PrcgDt",
    "FctvIntrBkSttlmDt",
    "AcctSvcrRef",
    "ClrSysRef",
    "+CdtSttlmKey",
    "InstgAgt",
    "InstdAgt",
    "OrgnlTxRef",
    "SplmtryData",
];
