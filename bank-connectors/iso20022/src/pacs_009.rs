//! pacs.009.001.08: a payment between institutions on their own behalf. Nodes move money between
//! their pools and pay clearing cycles in and out with it.

use crate::fault::MessageFault;
use crate::parts::{Agent, GroupHeader, PaymentIds, TransferHeader};
use crate::value::{AccountNumber, Money, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;

/// pacs.009.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionCreditTransfer {
    /// The message.
    pub group: GroupHeader,
    /// The payments, at least one.
    pub transfers: Vec<InstitutionTransfer>,
}

/// One payment of a pacs.009.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionTransfer {
    /// Its references.
    pub ids: PaymentIds,
    /// How much is settled between the banks.
    pub settlement: Money,
    /// When.
    pub settlement_date: Option<BusinessDate>,
    /// Who pays.
    pub debtor: Agent,
    /// From which account.
    pub debtor_account: Option<AccountNumber>,
    /// The payer's bank.
    pub debtor_agent: Option<Agent>,
    /// The payee's bank.
    pub creditor_agent: Option<Agent>,
    /// Who is paid.
    pub creditor: Agent,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// What for.
    pub remittance: Vec<Text<140>>,
}

pub(crate) const NAME: &str = "FICdtTrf";

impl InstitutionCreditTransfer {
    pub(crate) fn read(element: &Element) -> Result<InstitutionCreditTransfer, MessageFault> {
        let fields = element.fields(&["GrpHdr", "CdtTrfTxInf", "SplmtryData"])?;
        let header = fields.required("GrpHdr", TransferHeader::read)?;
        let mut transfers = fields.some("CdtTrfTxInf", InstitutionTransfer::read)?;
        for transfer in &mut transfers {
            transfer.settlement_date = transfer.settlement_date.or(header.settlement_date);
        }
        header
            .check(transfers.iter().map(|transfer| transfer.settlement))
            .map_err(|fault| fault.within("GrpHdr"))?;
        Ok(InstitutionCreditTransfer { group: header.group, transfers })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            TransferHeader::write(&self.group, self.transfers.len(), w);
            self.transfers.iter().for_each(|transfer| transfer.write(w));
        });
    }
}

impl InstitutionTransfer {
    fn read(element: &Element) -> Result<InstitutionTransfer, MessageFault> {
        let fields = element.fields(ORDER)?;
        let remittance = fields.optional("RmtInf", |remittance| {
            remittance.fields(&["Ustrd"])?.many("Ustrd", Element::parse)
        })?;
        Ok(InstitutionTransfer {
            ids: fields.required("PmtId", PaymentIds::read_interbank)?,
            settlement: fields.required("IntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            debtor: fields.required("Dbtr", Agent::read)?,
            debtor_account: fields.optional("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.optional("DbtrAgt", Agent::read)?,
            creditor_agent: fields.optional("CdtrAgt", Agent::read)?,
            creditor: fields.required("Cdtr", Agent::read)?,
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            remittance: remittance.unwrap_or_default(),
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("CdtTrfTxInf", |w| {
            self.ids.write(w);
            w.money("IntrBkSttlmAmt", self.settlement);
            w.optional("IntrBkSttlmDt", self.settlement_date.as_ref());
            self.debtor.write("Dbtr", w);
            AccountNumber::write_optional(self.debtor_account.as_ref(), "DbtrAcct", w);
            self.debtor_agent.iter().for_each(|agent| agent.write("DbtrAgt", w));
            self.creditor_agent.iter().for_each(|agent| agent.write("CdtrAgt", w));
            self.creditor.write("Cdtr", w);
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            if !self.remittance.is_empty() {
                w.nest("RmtInf", |w| self.remittance.iter().for_each(|t| w.leaf("Ustrd", t)));
            }
        });
    }
}

/// `CreditTransferTransaction36`.
const ORDER: &[&str] = &[
    "PmtId",
    "PmtTpInf",
    "IntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmPrty",
    "SttlmTmIndctn",
    "SttlmTmReq",
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
    "RmtInf",
    "UndrlygCstmrCdtTrf",
    "SplmtryData",
];
