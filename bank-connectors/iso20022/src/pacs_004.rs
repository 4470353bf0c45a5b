//! pacs.004.001.09: money that was settled comes back. A return is a payment of its own.

use crate::code::{Reason, write_reasons};
use crate::fault::Rule;
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::original::{OriginalMessage, OriginalPayment};
use crate::parts::{ControlSum, GroupHeader, check_count, check_total, count};
use crate::party::{Actor, Agent};
use crate::routing::{Charge, ChargeBearer, Priority, Settlement};
use crate::value::{Money, Reference};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;
use serde::{Deserialize, Serialize};

/// pacs.004.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReturn {
    /// The message.
    pub group: GroupHeader,
    /// How the banks settle.
    pub settlement: Settlement,
    /// Who sends the returns.
    pub instructing: Option<Agent>,
    /// Who is to carry them out.
    pub instructed: Option<Agent>,
    /// The message that all returns are about, if it is one.
    pub original: Option<OriginalMessage>,
    /// The returns, at least one.
    pub returns: Vec<ReturnedTransfer>,
}

/// One return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedTransfer {
    /// The sender's id of the return.
    pub id: Option<Reference>,
    /// What comes back.
    pub original: OriginalPayment,
    /// How much is settled between the banks.
    pub returned: Money,
    /// When.
    pub settlement_date: Option<BusinessDate>,
    /// How urgent the settlement is.
    pub priority: Option<Priority>,
    /// How much comes back before charges.
    pub instructed: Option<Money>,
    /// Who pays the charges.
    pub charge_bearer: Option<ChargeBearer>,
    /// What banks have taken.
    pub charges: Vec<Charge>,
    /// Who sends this return, if not who sends all.
    pub instructing: Option<Agent>,
    /// Who is to carry it out.
    pub instructed_agent: Option<Agent>,
    /// Between whom it goes: the payer of the return is the payee of the payment.
    pub chain: Option<Box<ReturnChain>>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the payment was, where the sender repeats it.
    pub accounts: Option<OriginalAccounts>,
}

/// Between whom a return goes (`RtrChain`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnChain {
    /// Who gives back.
    pub debtor: Actor,
    /// Its bank.
    pub debtor_agent: Option<Agent>,
    /// The bank of who gets back.
    pub creditor_agent: Option<Agent>,
    /// Who gets back.
    pub creditor: Actor,
}

/// The accounts of the original payment (`OrgnlTxRef`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalAccounts {
    /// From which account it was paid.
    pub debtor: Option<AccountNumber>,
    /// To which.
    pub creditor: Option<AccountNumber>,
}

pub(crate) const NAME: &str = "PmtRtr";

impl PaymentReturn {
    pub(crate) fn read(element: Element<'_>) -> Read<PaymentReturn> {
        let fields = element.fields(&["GrpHdr", "OrgnlGrpInf", "TxInf", "SplmtryData"])?;
        let header = fields.required("GrpHdr", ReturnHeader::read)?;
        let original = fields.optional("OrgnlGrpInf", OriginalMessage::read)?;
        let mut returns = fields.many("TxInf", ReturnedTransfer::read)?;
        fields.required("GrpHdr", |_| header.check(&returns))?;
        for returned in &mut returns {
            returned.settlement_date = returned.settlement_date.or(header.settlement_date);
        }
        let ReturnHeader { group, settlement, instructing, instructed, .. } = header;
        Ok(PaymentReturn { group, settlement, instructing, instructed, original, returns })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| {
                self.group.write(w);
                w.leaf("NbOfTxs", self.returns.len());
                self.settlement.write(w);
                Agent::write_optional(self.instructing.as_ref(), "InstgAgt", w);
                Agent::write_optional(self.instructed.as_ref(), "InstdAgt", w);
            });
            OriginalMessage::write_optional(self.original.as_ref(), w);
            self.returns.iter().for_each(|returned| returned.write(w));
        });
    }
}

/// The header: identification, counts, settlement.
struct ReturnHeader {
    group: GroupHeader,
    count: u64,
    sum: Option<ControlSum>,
    total: Option<Money>,
    settlement_date: Option<BusinessDate>,
    settlement: Settlement,
    instructing: Option<Agent>,
    instructed: Option<Agent>,
}

impl ReturnHeader {
    fn read(element: Element<'_>) -> Read<ReturnHeader> {
        let fields = element.fields(HEADER)?;
        Ok(ReturnHeader {
            group: GroupHeader::read(&fields)?,
            count: fields.required("NbOfTxs", count)?,
            sum: fields.optional("CtrlSum", ControlSum::read)?,
            total: fields.optional("TtlRtrdIntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            settlement: fields.required("SttlmInf", Settlement::read)?,
            instructing: fields.optional("InstgAgt", Agent::read)?,
            instructed: fields.optional("InstdAgt", Agent::read)?,
        })
    }

    fn check(&self, returns: &[ReturnedTransfer]) -> Read<()> {
        // The schema lets a whole message come back without its payments one by one. Which
        // money that is cannot be told, so it is not taken.
        if returns.is_empty() {
            return Err(Rule::CountDiffers.into());
        }
        let returned = returns.iter().map(|returned| returned.returned);
        check_count(Some(self.count), returns.len())?;
        ControlSum::check(self.sum, returned.clone())?;
        check_total(self.total, returned)
    }
}

impl ReturnedTransfer {
    /// The return of `returned` of a payment, with nothing said that need not be.
    #[must_use]
    pub fn new(original: OriginalPayment, returned: Money) -> ReturnedTransfer {
        ReturnedTransfer {
            id: None,
            original,
            returned,
            settlement_date: None,
            priority: None,
            instructed: None,
            charge_bearer: None,
            charges: Vec::new(),
            instructing: None,
            instructed_agent: None,
            chain: None,
            reasons: Vec::new(),
            accounts: None,
        }
    }

    fn read(element: Element<'_>) -> Read<ReturnedTransfer> {
        let fields = element.fields(TRANSACTION)?;
        Ok(ReturnedTransfer {
            id: fields.optional("RtrId", Element::parse)?,
            original: OriginalPayment::read(&fields, true)?,
            returned: fields.required("RtrdIntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            priority: fields.optional("SttlmPrty", Priority::read)?,
            instructed: fields.optional("RtrdInstdAmt", Element::money)?,
            charge_bearer: fields.optional("ChrgBr", ChargeBearer::read)?,
            charges: fields.many("ChrgsInf", Charge::read)?,
            instructing: fields.optional("InstgAgt", Agent::read)?,
            instructed_agent: fields.optional("InstdAgt", Agent::read)?,
            chain: fields.optional("RtrChain", ReturnChain::read)?,
            reasons: fields.many("RtrRsnInf", Reason::read)?,
            accounts: fields.optional("OrgnlTxRef", OriginalAccounts::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("TxInf", |w| {
            w.optional("RtrId", self.id.as_ref());
            self.original.write_ids(w);
            self.original.write_amounts(w);
            w.money("RtrdIntrBkSttlmAmt", self.returned);
            w.optional("IntrBkSttlmDt", self.settlement_date.as_ref());
            w.optional("SttlmPrty", self.priority.as_ref());
            w.optional_money("RtrdInstdAmt", self.instructed);
            w.optional("ChrgBr", self.charge_bearer.as_ref());
            self.charges.iter().for_each(|charge| charge.write(w));
            Agent::write_optional(self.instructing.as_ref(), "InstgAgt", w);
            Agent::write_optional(self.instructed_agent.as_ref(), "InstdAgt", w);
            self.chain.iter().for_each(|chain| chain.write(w));
            write_reasons(&self.reasons, "RtrRsnInf", w);
            self.accounts.iter().for_each(|accounts| accounts.write(w));
        });
    }
}

impl ReturnChain {
    fn read(element: Element<'_>) -> Read<Box<ReturnChain>> {
        let fields = element.fields(CHAIN)?;
        Ok(Box::new(ReturnChain {
            debtor: fields.required("Dbtr", Actor::read)?,
            debtor_agent: fields.optional("DbtrAgt", Agent::read)?,
            creditor_agent: fields.optional("CdtrAgt", Agent::read)?,
            creditor: fields.required("Cdtr", Actor::read)?,
        }))
    }

    fn write(&self, w: &mut Writer) {
        w.nest("RtrChain", |w| {
            self.debtor.write("Dbtr", w);
            Agent::write_optional(self.debtor_agent.as_ref(), "DbtrAgt", w);
            Agent::write_optional(self.creditor_agent.as_ref(), "CdtrAgt", w);
            self.creditor.write("Cdtr", w);
        });
    }
}

impl OriginalAccounts {
    fn read(element: Element<'_>) -> Read<OriginalAccounts> {
        let fields = element.fields(ORIGINAL)?;
        Ok(OriginalAccounts {
            debtor: fields.optional("DbtrAcct", AccountNumber::read)?,
            creditor: fields.optional("CdtrAcct", AccountNumber::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("OrgnlTxRef", |w| {
            AccountNumber::write_optional(self.debtor.as_ref(), "DbtrAcct", w);
            AccountNumber::write_optional(self.creditor.as_ref(), "CdtrAcct", w);
        });
    }
}

/// `GroupHeader90`.
const HEADER: Order = &[
    "MsgId",
    "CreDtTm",
    "Authstn",
    "BtchBookg",
    "NbOfTxs",
    "CtrlSum",
    "GrpRtr",
    "TtlRtrdIntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmInf",
    "+PmtTpInf",
    "InstgAgt",
    "InstdAgt",
];

/// `PaymentTransaction112`.
const TRANSACTION: Order = &[
    "RtrId",
    "OrgnlGrpInf",
    "OrgnlInstrId",
    "OrgnlEndToEndId",
    "OrgnlTxId",
    "OrgnlUETR",
    "OrgnlClrSysRef",
    "OrgnlIntrBkSttlmAmt",
    "OrgnlIntrBkSttlmDt",
    "+PmtTpInf",
    "RtrdIntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmPrty",
    "SttlmTmIndctn",
    "+SttlmTmReq",
    "RtrdInstdAmt",
    "XchgRate",
    "+AgrdRate",
    "CompstnAmt",
    "ChrgBr",
    "ChrgsInf",
    "ClrSysRef",
    "InstgAgt",
    "InstdAgt",
    "RtrChain",
    "RtrRsnInf",
    "OrgnlTxRef",
    "SplmtryData",
];

/// `TransactionParties7`, and the accounts of later versions.
const CHAIN: Order = &[
    "UltmtDbtr",
    "Dbtr",
    "+DbtrAcct",
    "InitgPty",
    "DbtrAgt",
    "+DbtrAgtAcct",
    "PrvsInstgAgt1",
    "+PrvsInstgAgt1Acct",
    "PrvsInstgAgt2",
    "+PrvsInstgAgt2Acct",
    "PrvsInstgAgt3",
    "+PrvsInstgAgt3Acct",
    "IntrmyAgt1",
    "+IntrmyAgt1Acct",
    "IntrmyAgt2",
    "+IntrmyAgt2Acct",
    "IntrmyAgt3",
    "+IntrmyAgt3Acct",
    "CdtrAgt",
    "+CdtrAgtAcct",
    "Cdtr",
    "+CdtrAcct",
    "UltmtCdtr",
];

/// `OriginalTransactionReference28`.
const ORIGINAL: Order = &[
    "IntrBkSttlmAmt",
    "Amt",
    "IntrBkSttlmDt",
    "ReqdColltnDt",
    "ReqdExctnDt",
    "CdtrSchmeId",
    "SttlmInf",
    "PmtTpInf",
    "PmtMtd",
    "MndtRltdInf",
    "RmtInf",
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
    "Purp",
    "+UndrlygCstmrCdtTrf",
    "+UndrlygFICdtTrf",
];
