//! pain.002.001.10: how the payments of one pain.001 stand.

use crate::code::{Reason, write_reasons};
use crate::fields::{Order, Read};
use crate::pacs_002::{GroupStatus, TransactionReport};
use crate::parts::GroupHeader;
use crate::value::{Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use serde::{Deserialize, Serialize};

/// pain.002.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitiationStatus {
    /// The message.
    pub group: GroupHeader,
    /// How the whole pain.001 stands.
    pub original: GroupStatus,
    /// How its blocks stand.
    pub payments: Vec<PaymentReport>,
}

/// How one block of a pain.001 stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReport {
    /// Which block.
    pub id: Reference,
    /// Its status, of the group's code list.
    pub status: Option<Text<4>>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// How its payments stand.
    pub transactions: Vec<TransactionReport>,
}

pub(crate) const NAME: &str = "CstmrPmtStsRpt";

impl InitiationStatus {
    pub(crate) fn read(element: Element<'_>) -> Read<InitiationStatus> {
        let order = &["GrpHdr", "OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "SplmtryData"];
        let fields = element.fields(order)?;
        Ok(InitiationStatus {
            group: fields.required("GrpHdr", |header| {
                let order = &["MsgId", "CreDtTm", "InitgPty", "FwdgAgt", "DbtrAgt", "CdtrAgt"];
                GroupHeader::read(&header.fields(order)?)
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
    fn read(element: Element<'_>) -> Read<PaymentReport> {
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
            reasons: fields.many("StsRsnInf", Reason::read)?,
            transactions: fields
                .many("TxInfAndSts", |report| TransactionReport::read(report, TRANSACTION))?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("OrgnlPmtInfAndSts", |w| {
            w.leaf("OrgnlPmtInfId", &self.id);
            w.optional("PmtInfSts", self.status.as_ref());
            write_reasons(&self.reasons, "StsRsnInf", w);
            self.transactions.iter().for_each(|report| report.write(w));
        });
    }
}

/// `PaymentTransaction105`.
const TRANSACTION: Order = &[
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
