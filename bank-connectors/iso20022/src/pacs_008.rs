//! pacs.008.001.08: a payment between banks on behalf of customers. Money reaches a user's or a
//! merchant's own bank with it.

use crate::fault::MessageFault;
use crate::parts::{
    Agent, GroupHeader, PaymentIds, Remittance, TransferHeader, one_of, read_party, write_party,
};
use crate::value::{AccountNumber, Money, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;

/// pacs.008.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerCreditTransfer {
    /// The message.
    pub group: GroupHeader,
    /// The payments, at least one.
    pub transfers: Vec<CustomerTransfer>,
}

/// One payment of a pacs.008.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerTransfer {
    /// Its references.
    pub ids: PaymentIds,
    /// How much is settled between the banks.
    pub settlement: Money,
    /// When.
    pub settlement_date: Option<BusinessDate>,
    /// The payer's name.
    pub debtor_name: Option<Text<140>>,
    /// From which account.
    pub debtor_account: Option<AccountNumber>,
    /// The payer's bank.
    pub debtor_agent: Agent,
    /// The payee's bank.
    pub creditor_agent: Agent,
    /// The payee's name.
    pub creditor_name: Option<Text<140>>,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// What for.
    pub remittance: Remittance,
}

pub(crate) const NAME: &str = "FIToFICstmrCdtTrf";

impl CustomerCreditTransfer {
    pub(crate) fn read(element: &Element) -> Result<CustomerCreditTransfer, MessageFault> {
        let fields = element.fields(&["GrpHdr", "CdtTrfTxInf", "SplmtryData"])?;
        let header = fields.required("GrpHdr", TransferHeader::read)?;
        let mut transfers = fields.some("CdtTrfTxInf", CustomerTransfer::read)?;
        for transfer in &mut transfers {
            transfer.settlement_date = transfer.settlement_date.or(header.settlement_date);
        }
        header
            .check(transfers.iter().map(|transfer| transfer.settlement))
            .map_err(|fault| fault.within("GrpHdr"))?;
        Ok(CustomerCreditTransfer { group: header.group, transfers })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            TransferHeader::write(&self.group, self.transfers.len(), w);
            self.transfers.iter().for_each(|transfer| transfer.write(w));
        });
    }
}

impl CustomerTransfer {
    fn read(element: &Element) -> Result<CustomerTransfer, MessageFault> {
        let fields = element.fields(ORDER)?;
        fields.required("ChrgBr", |bearer| one_of(bearer, &["DEBT", "CRED", "SHAR", "SLEV"]))?;
        Ok(CustomerTransfer {
            ids: fields.required("PmtId", PaymentIds::read_interbank)?,
            settlement: fields.required("IntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            debtor_name: fields.required("Dbtr", read_party)?,
            debtor_account: fields.optional("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.required("DbtrAgt", Agent::read)?,
            creditor_agent: fields.required("CdtrAgt", Agent::read)?,
            creditor_name: fields.required("Cdtr", read_party)?,
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            remittance: fields.optional("RmtInf", Remittance::read)?.unwrap_or_default(),
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("CdtTrfTxInf", |w| {
            self.ids.write(w);
            w.money("IntrBkSttlmAmt", self.settlement);
            w.optional("IntrBkSttlmDt", self.settlement_date.as_ref());
            w.leaf("ChrgBr", "SHAR");
            write_party("Dbtr", self.debtor_name.as_ref(), w);
            AccountNumber::write_optional(self.debtor_account.as_ref(), "DbtrAcct", w);
            self.debtor_agent.write("DbtrAgt", w);
            self.creditor_agent.write("CdtrAgt", w);
            write_party("Cdtr", self.creditor_name.as_ref(), w);
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            self.remittance.write(w);
        });
    }
}

/// `CreditTransferTransaction39`.
const ORDER: &[&str] = &[
    "PmtId",
    "PmtTpInf",
    "IntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmPrty",
    "SttlmTmIndctn",
    "SttlmTmReq",
    "AccptncDtTm",
    "PoolgAdjstmntDt",
    "InstdAmt",
    "XchgRate",
    "ChrgBr",
    "ChrgsInf",
    "PrvsInstgAgt1",
    "PrvsInstgAgt1Acct",
    "PrvsInstgAgt2",
    "PrvsInstgAgt2Acct",
    "PrvsInstgAgt3",
    "PrvsInstgAgt3Acct",
    "InstgAgt",
    "InstdAgt",
    "IntrmyAgt1",
    "IntrmyAgt1Acct",
    "IntrmyAgt2",
    "IntrmyAgt2Acct",
    "IntrmyAgt3",
    "IntrmyAgt3Acct",
    "UltmtDbtr",
    "InitgPty",
    "Dbtr",
    "DbtrAcct",
    "DbtrAgt",
    "DbtrAgtAcct",
    "CdtrAgt",
    "CdtrAgtAcct",
    "Cdtr",
    "CdtrAcct",
    "UltmtCdtr",
    "InstrForCdtrAgt",
    "InstrForNxtAgt",
    "Purp",
    "RgltryRptg",
    "Tax",
    "RltdRmtInf",
    "RmtInf",
    "SplmtryData",
];
