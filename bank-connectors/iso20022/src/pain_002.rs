//! pain.002.001.10: how the payments of one pain.001 stand.

use crate::fault::MessageFault;
use crate::pacs_002::{GroupStatus, TransactionReport};
use crate::parts::{GroupHeader, read_reasons, write_reasons};
use crate::value::{Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::ReasonCode;

/// pain.002.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitiationStatus {
    /// The message.
    pub group: GroupHeader,
    /// How the whole pain.001 stands.
    pub original: GroupStatus,
    /// How its blocks stand.
    pub payments: Vec<PaymentReport>,
}

/// How one block of a pain.001 stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentReport {
    /// Which block.
    pub id: Reference,
    /// Its status, of the group's code list.
    pub status: Option<Text<4>>,
    /// Why.
    pub reasons: Vec<ReasonCode>,
    /// How its payments stand.
    pub transactions: Vec<TransactionReport>,
}

pub(crate) const NAME: &str = "CstmrPmtStsRpt";

impl InitiationStatus {
    pub(crate) fn read(element: &Element) -> Result<InitiationStatus, MessageFault> {
        let order = ["GrpHdr", "OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "SplmtryData"];
        let fields = element.fields(&order)?;
        Ok(InitiationStatus {
            group: fields.required("GrpHdr", |header| {
                let order = ["MsgId", "CreDtTm", "InitgPty", "FwdgAgt", "DbtrAgt", "CdtrAgt"];
                GroupHeader::read(&header.fields(&order)?)
            })?,
            original: fields.required("OrgnlGrpInfAndSts", GroupStatus::read)?,
            payments: fields.many("OrgnlPmtInfAndSts", PaymentReport::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| self.group.write(w));
            self.original.write(w);
            self.payments.iter().for_each(|payment| payment.write(w));
        });
    }
}

impl PaymentReport {
    fn read(element: &Element) -> Result<PaymentReport, MessageFault> {
        let fields = element.fields(&[
            "OrgnlPmtInfId",
            "OrgnlNbOfTxs",
            "OrgnlCtrlSum",
            "PmtInfSts",
            "StsRsnInf",
            "NbOfTxsPerSts",
            "TxInfAndSts",
        ])?;
        Ok(PaymentReport {
            id: fields.required("OrgnlPmtInfId", Element::parse)?,
            status: fields.optional("PmtInfSts", Element::parse)?,
            reasons: read_reasons(&fields)?,
            transactions: fields
                .many("TxInfAndSts", |report| TransactionReport::read(report, TRANSACTION))?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("OrgnlPmtInfAndSts", |w| {
            w.leaf("OrgnlPmtInfId", &self.id);
            w.optional("PmtInfSts", self.status.as_ref());
            write_reasons(&self.reasons, w);
            self.transactions.iter().for_each(|report| report.write(w));
        });
    }
}

/// `PaymentTransaction105`.
const TRANSACTION: &[&str] = &[
    "StsId",
    "OrgnlInstrId",
    "OrgnlEndToEndId",
    "OrgnlUETR",
    "TxSts",
    "StsRsnInf",
    "ChrgsInf",
    "TrckrData",
    "AccptncDtTm",
    "AcctSvcrRef",
    "ClrSysRef",
    "OrgnlTxRef",
    "SplmtryData",
];
