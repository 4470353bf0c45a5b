//! pain.001.001.09: a customer asks its bank to pay. Nodes that are customers of their bank
//! rather than its correspondents pay users and merchants with it.

use crate::fault::MessageFault;
use crate::parts::{
    Agent, GroupHeader, PaymentIds, Remittance, check_count, count, one_of, read_party, write_party,
};
use crate::value::{AccountNumber, Money, Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;

/// pain.001.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentInitiation {
    /// The message.
    pub group: GroupHeader,
    /// Who asks.
    pub initiator_name: Option<Text<140>>,
    /// The payments by paying account, at least one.
    pub payments: Vec<InitiatedPayment>,
}

/// Payments from one account on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitiatedPayment {
    /// The initiator's id of this block.
    pub id: Reference,
    /// When to pay.
    pub execution_date: BusinessDate,
    /// The payer's name.
    pub debtor_name: Option<Text<140>>,
    /// From which account.
    pub debtor_account: AccountNumber,
    /// The payer's bank.
    pub debtor_agent: Agent,
    /// To whom, at least one.
    pub transfers: Vec<InitiatedTransfer>,
}

/// One payment of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitiatedTransfer {
    /// Its references, without a transaction id.
    pub ids: PaymentIds,
    /// How much.
    pub instructed: Money,
    /// The payee's bank.
    pub creditor_agent: Option<Agent>,
    /// The payee's name.
    pub creditor_name: Option<Text<140>>,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// What for.
    pub remittance: Remittance,
}

pub(crate) const NAME: &str = "CstmrCdtTrfInitn";

impl PaymentInitiation {
    pub(crate) fn read(element: &Element) -> Result<PaymentInitiation, MessageFault> {
        let fields = element.fields(&["GrpHdr", "PmtInf", "SplmtryData"])?;
        let (group, stated, initiator_name) = fields.required("GrpHdr", |header| {
            let fields = header.fields(&[
                "MsgId", "CreDtTm", "Authstn", "NbOfTxs", "CtrlSum", "InitgPty", "FwdgAgt",
            ])?;
            let initiator_name = fields.required("InitgPty", read_party)?;
            Ok((GroupHeader::read(&fields)?, fields.required("NbOfTxs", count)?, initiator_name))
        })?;
        let payments = fields.some("PmtInf", InitiatedPayment::read)?;
        let found = payments.iter().map(|payment| payment.transfers.len()).sum();
        check_count(Some(stated), found).map_err(|fault| fault.within("GrpHdr/NbOfTxs"))?;
        Ok(PaymentInitiation { group, initiator_name, payments })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| {
                self.group.write(w);
                let count: usize = self.payments.iter().map(|p| p.transfers.len()).sum();
                w.leaf("NbOfTxs", count);
                write_party("InitgPty", self.initiator_name.as_ref(), w);
            });
            self.payments.iter().for_each(|payment| payment.write(w));
        });
    }
}

impl InitiatedPayment {
    fn read(element: &Element) -> Result<InitiatedPayment, MessageFault> {
        let fields = element.fields(PAYMENT)?;
        // A transfer: not a cheque, and not advice of somebody else's transfer.
        fields.required("PmtMtd", |method| one_of(method, &["TRF"]))?;
        let transfers = fields.some("CdtTrfTxInf", InitiatedTransfer::read)?;
        check_count(fields.optional("NbOfTxs", count)?, transfers.len())
            .map_err(|fault| fault.within("NbOfTxs"))?;
        Ok(InitiatedPayment {
            id: fields.required("PmtInfId", Element::parse)?,
            execution_date: fields.required("ReqdExctnDt", Element::date_choice)?,
            debtor_name: fields.required("Dbtr", read_party)?,
            debtor_account: fields.required("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.required("DbtrAgt", Agent::read)?,
            transfers,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("PmtInf", |w| {
            w.leaf("PmtInfId", &self.id);
            w.leaf("PmtMtd", "TRF");
            w.nest("ReqdExctnDt", |w| w.leaf("Dt", self.execution_date));
            write_party("Dbtr", self.debtor_name.as_ref(), w);
            self.debtor_account.write("DbtrAcct", None, w);
            self.debtor_agent.write("DbtrAgt", w);
            self.transfers.iter().for_each(|transfer| transfer.write(w));
        });
    }
}

impl InitiatedTransfer {
    fn read(element: &Element) -> Result<InitiatedTransfer, MessageFault> {
        let fields = element.fields(TRANSFER)?;
        Ok(InitiatedTransfer {
            ids: fields.required("PmtId", |ids| {
                PaymentIds::read(ids, &["InstrId", "EndToEndId", "UETR"])
            })?,
            // An equivalent amount leaves the rate to the bank: not accepted.
            instructed: fields.required("Amt", |amount| {
                let instructed = amount.choice(&["InstdAmt"])?;
                instructed.money().map_err(|fault| fault.within("InstdAmt"))
            })?,
            creditor_agent: fields.optional("CdtrAgt", Agent::read)?,
            creditor_name: fields.optional("Cdtr", read_party)?.flatten(),
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            remittance: fields.optional("RmtInf", Remittance::read)?.unwrap_or_default(),
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("CdtTrfTxInf", |w| {
            self.ids.write(w);
            w.nest("Amt", |w| w.money("InstdAmt", self.instructed));
            self.creditor_agent.iter().for_each(|agent| agent.write("CdtrAgt", w));
            if self.creditor_name.is_some() {
                write_party("Cdtr", self.creditor_name.as_ref(), w);
            }
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            self.remittance.write(w);
        });
    }
}

/// `PaymentInstruction30`.
const PAYMENT: &[&str] = &[
    "PmtInfId",
    "PmtMtd",
    "BtchBookg",
    "NbOfTxs",
    "CtrlSum",
    "PmtTpInf",
    "ReqdExctnDt",
    "PoolgAdjstmntDt",
    "Dbtr",
    "DbtrAcct",
    "DbtrAgt",
    "DbtrAgtAcct",
    "InstrForDbtrAgt",
    "UltmtDbtr",
    "ChrgBr",
    "ChrgsAcct",
    "ChrgsAcctAgt",
    "CdtTrfTxInf",
];

/// `CreditTransferTransaction34`.
const TRANSFER: &[&str] = &[
    "PmtId",
    "PmtTpInf",
    "Amt",
    "XchgRateInf",
    "ChrgBr",
    "ChqInstr",
    "UltmtDbtr",
    "IntrmyAgt1",
    "IntrmyAgt1Acct",
    "IntrmyAgt2",
    "IntrmyAgt2Acct",
    "IntrmyAgt3",
    "IntrmyAgt3Acct",
    "CdtrAgt",
    "CdtrAgtAcct",
    "Cdtr",
    "CdtrAcct",
    "UltmtCdtr",
    "InstrForCdtrAgt",
    "InstrForDbtrAgt",
    "Purp",
    "RgltryRptg",
    "Tax",
    "RltdRmtInf",
    "RmtInf",
    "SplmtryData",
];
