//! pacs.002.001.10: how payments between banks stand. It moves no money.

use crate::fault::MessageFault;
use crate::fields::Fields;
use crate::parts::{GroupHeader, read_reasons, write_reasons};
use crate::value::{Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::{ReasonCode, StatusReport, TransactionStatus};
use gcfn_model::Uetr;

/// pacs.002.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentStatus {
    /// The message.
    pub group: GroupHeader,
    /// How whole messages stand.
    pub groups: Vec<GroupStatus>,
    /// How single payments stand.
    pub transactions: Vec<TransactionReport>,
}

/// The message that a status is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalMessage {
    /// Its id.
    pub id: Reference,
    /// Its definition, such as `pacs.009.001.08`.
    pub definition: Reference,
}

/// How a whole message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupStatus {
    /// Which message.
    pub original: OriginalMessage,
    /// Its status, of the group's own code list.
    pub status: Option<Text<4>>,
    /// Why.
    pub reasons: Vec<ReasonCode>,
}

/// How one payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub reasons: Vec<ReasonCode>,
}

pub(crate) const NAME: &str = "FIToFIPmtStsRpt";

impl PaymentStatus {
    pub(crate) fn read(element: &Element) -> Result<PaymentStatus, MessageFault> {
        let order = ["GrpHdr", "OrgnlGrpInfAndSts", "TxInfAndSts", "SplmtryData"];
        let fields = element.fields(&order)?;
        Ok(PaymentStatus {
            group: fields.required("GrpHdr", |header| {
                let order = ["MsgId", "CreDtTm", "InstgAgt", "InstdAgt"];
                GroupHeader::read(&header.fields(&order)?)
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

impl OriginalMessage {
    fn read(fields: &Fields<'_>) -> Result<OriginalMessage, MessageFault> {
        Ok(OriginalMessage {
            id: fields.required("OrgnlMsgId", Element::parse)?,
            definition: fields.required("OrgnlMsgNmId", Element::parse)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.leaf("OrgnlMsgId", &self.id);
        w.leaf("OrgnlMsgNmId", &self.definition);
    }
}

impl GroupStatus {
    pub(crate) fn read(element: &Element) -> Result<GroupStatus, MessageFault> {
        let fields = element.fields(GROUP)?;
        Ok(GroupStatus {
            original: OriginalMessage::read(&fields)?,
            status: fields.optional("GrpSts", Element::parse)?,
            reasons: read_reasons(&fields)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("OrgnlGrpInfAndSts", |w| {
            self.original.write(w);
            w.optional("GrpSts", self.status.as_ref());
            write_reasons(&self.reasons, w);
        });
    }
}

impl TransactionReport {
    pub(crate) fn read(
        element: &Element,
        order: &[&str],
    ) -> Result<TransactionReport, MessageFault> {
        let fields = element.fields(order)?;
        Ok(TransactionReport {
            original: fields.optional("OrgnlGrpInf", |original| {
                let order = ["OrgnlMsgId", "OrgnlMsgNmId", "OrgnlCreDtTm"];
                OriginalMessage::read(&original.fields(&order)?)
            })?,
            instruction: fields.optional("OrgnlInstrId", Element::parse)?,
            end_to_end: fields.optional("OrgnlEndToEndId", Element::parse)?,
            transaction: fields.optional("OrgnlTxId", Element::parse)?,
            uetr: fields.optional("OrgnlUETR", Element::parse)?,
            status: fields.optional("TxSts", Element::parse)?,
            reasons: read_reasons(&fields)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("TxInfAndSts", |w| {
            if let Some(original) = &self.original {
                w.nest("OrgnlGrpInf", |w| original.write(w));
            }
            w.optional("OrgnlInstrId", self.instruction.as_ref());
            w.optional("OrgnlEndToEndId", self.end_to_end.as_ref());
            w.optional("OrgnlTxId", self.transaction.as_ref());
            w.optional("OrgnlUETR", self.uetr.as_ref());
            w.optional("TxSts", self.status.as_ref());
            write_reasons(&self.reasons, w);
        });
    }

    /// What the desk wants to hear; `None` without a tracking reference or a status.
    #[must_use]
    pub fn report(&self) -> Option<StatusReport> {
        let (uetr, status) = (self.uetr?, self.status?);
        Some(StatusReport { uetr, status, reason: self.reasons.first().copied() })
    }
}

/// `OriginalGroupHeader17`.
const GROUP: &[&str] = &[
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
const TRANSACTION: &[&str] = &[
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
    "FctvIntrBkSttlmDt",
    "AcctSvcrRef",
    "ClrSysRef",
    "InstgAgt",
    "InstdAgt",
    "OrgnlTxRef",
    "SplmtryData",
];
