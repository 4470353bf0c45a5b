//! pain.001.001.09: a customer asks its bank to pay. Nodes that are customers of their bank
//! rather than its correspondents pay users and merchants with it.

use crate::code::{Code, one_of};
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::{ControlSum, GroupHeader, PaymentIds, Remittance, check_count, count};
use crate::party::{Agent, Party};
use crate::routing::{ChargeBearer, PaymentType};
use crate::value::{Money, Reference};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;
use serde::{Deserialize, Serialize};

/// pain.001.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentInitiation {
    /// The message.
    pub group: GroupHeader,
    /// Who asks.
    pub initiator: Party,
    /// The payments by paying account, at least one.
    pub payments: Vec<InitiatedPayment>,
}

/// Payments from one account on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitiatedPayment {
    /// The initiator's id of this block.
    pub id: Reference,
    /// When to pay.
    pub execution_date: BusinessDate,
    /// What kind of payments they are.
    pub kind: PaymentType,
    /// The payer.
    pub debtor: Party,
    /// From which account.
    pub debtor_account: AccountNumber,
    /// The payer's bank.
    pub debtor_agent: Agent,
    /// For whom the payer pays.
    pub ultimate_debtor: Option<Party>,
    /// Who pays the charges.
    pub charge_bearer: Option<ChargeBearer>,
    /// To whom, at least one.
    pub transfers: Vec<InitiatedTransfer>,
}

/// One payment of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitiatedTransfer {
    /// Its references, without a transaction id.
    pub ids: PaymentIds,
    /// How much.
    pub instructed: Money,
    /// What kind of payment it is, if not that of its block.
    pub kind: PaymentType,
    /// Who pays the charges, if not as in its block.
    pub charge_bearer: Option<ChargeBearer>,
    /// The payee's bank.
    pub creditor_agent: Option<Agent>,
    /// The payee.
    pub creditor: Option<Party>,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// For whom the payee is paid.
    pub ultimate_creditor: Option<Party>,
    /// For what purpose, of the external list.
    pub purpose: Option<Code<4>>,
    /// What for.
    pub remittance: Remittance,
}

pub(crate) const NAME: &str = "CstmrCdtTrfInitn";

impl PaymentInitiation {
    pub(crate) fn read(element: Element<'_>) -> Read<PaymentInitiation> {
        let fields = element.fields(&["GrpHdr", "PmtInf", "SplmtryData"])?;
        let payments = fields.some("PmtInf", InitiatedPayment::read)?;
        let (group, initiator) = fields.required("GrpHdr", |header| {
            let fields = header.fields(HEADER)?;
            let transfers = || payments.iter().flat_map(|payment| &payment.transfers);
            let stated = fields.required("NbOfTxs", count)?;
            fields.required("NbOfTxs", |_| check_count(Some(stated), transfers().count()))?;
            let sum = fields.optional("CtrlSum", ControlSum::read)?;
            ControlSum::check(sum, transfers().map(|transfer| transfer.instructed))?;
            Ok((GroupHeader::read(&fields)?, fields.required("InitgPty", Party::read)?))
        })?;
        Ok(PaymentInitiation { group, initiator, payments })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| {
                self.group.write(w);
                let count: usize = self.payments.iter().map(|p| p.transfers.len()).sum();
                w.leaf("NbOfTxs", count);
                self.initiator.write("InitgPty", w);
            });
            self.payments.iter().for_each(|payment| payment.write(w));
        });
    }
}

impl InitiatedPayment {
    /// The block that says no more than it must: an unnamed payer.
    #[must_use]
    pub fn new(
        id: Reference,
        execution_date: BusinessDate,
        debtor_account: AccountNumber,
        debtor_agent: Agent,
        transfers: Vec<InitiatedTransfer>,
    ) -> InitiatedPayment {
        InitiatedPayment {
            id,
            execution_date,
            kind: PaymentType::default(),
            debtor: Party::default(),
            debtor_account,
            debtor_agent,
            ultimate_debtor: None,
            charge_bearer: None,
            transfers,
        }
    }

    fn read(element: Element<'_>) -> Read<InitiatedPayment> {
        let fields = element.fields(PAYMENT)?;
        // A transfer: not a cheque, and not advice of somebody else's transfer.
        fields.required("PmtMtd", |method| one_of(method, &["TRF"]))?;
        let transfers = fields.some("CdtTrfTxInf", InitiatedTransfer::read)?;
        let stated = fields.optional("NbOfTxs", count)?;
        fields.optional("NbOfTxs", |_| check_count(stated, transfers.len()))?;
        let sum = fields.optional("CtrlSum", ControlSum::read)?;
        ControlSum::check(sum, transfers.iter().map(|transfer| transfer.instructed))?;
        Ok(InitiatedPayment {
            id: fields.required("PmtInfId", Element::parse)?,
            kind: fields.optional("PmtTpInf", PaymentType::read)?.unwrap_or_default(),
            execution_date: fields.required("ReqdExctnDt", Element::date_choice)?,
            debtor: fields.required("Dbtr", Party::read)?,
            debtor_account: fields.required("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.required("DbtrAgt", Agent::read)?,
            ultimate_debtor: fields.optional("UltmtDbtr", Party::read)?,
            charge_bearer: fields.optional("ChrgBr", ChargeBearer::read)?,
            transfers,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("PmtInf", |w| {
            w.leaf("PmtInfId", &self.id);
            w.leaf("PmtMtd", "TRF");
            self.kind.write(w);
            w.nest("ReqdExctnDt", |w| w.leaf("Dt", self.execution_date));
            self.debtor.write("Dbtr", w);
            self.debtor_account.write("DbtrAcct", None, w);
            self.debtor_agent.write("DbtrAgt", w);
            Party::write_optional(self.ultimate_debtor.as_ref(), "UltmtDbtr", w);
            w.optional("ChrgBr", self.charge_bearer.as_ref());
            self.transfers.iter().for_each(|transfer| transfer.write(w));
        });
    }
}

impl InitiatedTransfer {
    /// The transfer that says no more than it must.
    #[must_use]
    pub fn new(ids: PaymentIds, instructed: Money) -> InitiatedTransfer {
        InitiatedTransfer {
            ids,
            instructed,
            kind: PaymentType::default(),
            charge_bearer: None,
            creditor_agent: None,
            creditor: None,
            creditor_account: None,
            ultimate_creditor: None,
            purpose: None,
            remittance: Remittance::default(),
        }
    }

    fn read(element: Element<'_>) -> Read<InitiatedTransfer> {
        let fields = element.fields(TRANSFER)?;
        Ok(InitiatedTransfer {
            ids: fields.required("PmtId", |ids| {
                PaymentIds::read(ids, &["InstrId", "EndToEndId", "UETR"])
            })?,
            kind: fields.optional("PmtTpInf", PaymentType::read)?.unwrap_or_default(),
            // An equivalent amount leaves the rate to the bank: not accepted.
            instructed: fields.required("Amt", |amount| {
                let instructed = amount.choice(&["InstdAmt"])?;
                instructed.money().map_err(|fault| fault.within(instructed))
            })?,
            charge_bearer: fields.optional("ChrgBr", ChargeBearer::read)?,
            creditor_agent: fields.optional("CdtrAgt", Agent::read)?,
            creditor: fields.optional("Cdtr", Party::read)?,
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            ultimate_creditor: fields.optional("UltmtCdtr", Party::read)?,
            purpose: fields.optional("Purp", Code::read)?,
            remittance: fields.optional("RmtInf", Remittance::read)?.unwrap_or_default(),
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("CdtTrfTxInf", |w| {
            self.ids.write(w);
            self.kind.write(w);
            w.nest("Amt", |w| w.money("InstdAmt", self.instructed));
            w.optional("ChrgBr", self.charge_bearer.as_ref());
            Agent::write_optional(self.creditor_agent.as_ref(), "CdtrAgt", w);
            Party::write_optional(self.creditor.as_ref(), "Cdtr", w);
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            Party::write_optional(self.ultimate_creditor.as_ref(), "UltmtCdtr", w);
            Code::write_optional(self.purpose.as_ref(), "Purp", w);
            self.remittance.write(w);
        });
    }
}

/// `GroupHeader85`.
const HEADER: Order =
    &["MsgId", "CreDtTm", "Authstn", "NbOfTxs", "CtrlSum", "InitgPty", "FwdgAgt", "+InitnSrc"];

/// `PaymentInstruction30`.
const PAYMENT: Order = &[
    "PmtInfId",
    "PmtMtd",
    "+ReqdAdvcTp",
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
const TRANSFER: Order = &[
    "PmtId",
    "PmtTpInf",
    "Amt",
    "XchgRateInf",
    "ChrgBr",
    "+MndtRltdInf",
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
