//! Rules that a market adds to the base schema. Which ones hold is agreed with the counterparty,
//! or named by the message itself; the namespace does not tell.

use crate::camt_029::Resolution;
use crate::party::{Actor, Address, AddressForm, Agent, Party};
use crate::{BusinessMessage, Document, Header, PaymentIds, Text};
use serde::Serialize;

/// A set of rules beyond the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// None.
    Base,
    /// Cross-border payments and reporting plus, the banks' practice on SWIFT.
    CbprPlus,
}

/// A rule of a profile that a message does not keep. Holds no content of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// What it is about, in the words of the message's terms.
    pub of: &'static str,
    /// Which rule.
    pub rule: &'static str,
}

/// Ids and codes: `[0-9a-zA-Z/\-?:().,'+ ]`.
fn in_ids(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c)
}

/// Names, addresses and remittance: the same and ``!#$%&*=^_`{|}~";<>@[\]``.
fn in_names(c: char) -> bool {
    in_ids(c) || "!#$%&*=^_`{|}~\";<>@[\\]".contains(c)
}

impl Profile {
    /// The profile that the header names as its business service.
    #[must_use]
    pub fn named(header: Option<&Header>) -> Profile {
        let service = header.and_then(|header| header.service.as_ref());
        let cbpr = service.is_some_and(|name| name.as_str().starts_with("swift.cbprplus."));
        if cbpr { Profile::CbprPlus } else { Profile::Base }
    }

    /// The rules of this profile that `message` does not keep, each once for each thing that
    /// breaks it.
    #[must_use]
    pub fn check(self, message: &BusinessMessage) -> Vec<Deviation> {
        let mut found = Found(Vec::new());
        match self {
            Profile::Base => {}
            Profile::CbprPlus => found.cbpr_plus(message),
        }
        found.0
    }
}

struct Found(Vec<Deviation>);

impl Found {
    fn expect(&mut self, kept: bool, of: &'static str, rule: &'static str) {
        if !kept {
            self.0.push(Deviation { of, rule });
        }
    }

    fn cbpr_plus(&mut self, message: &BusinessMessage) {
        let document = &message.document;
        self.id("message id", document.id().as_str());
        match &message.header {
            None => self.expect(false, "header", "a message has a header"),
            Some(header) => self.header(header, document),
        }
        match document {
            Document::CustomerCreditTransfer(message) => {
                self.single(message.transfers.len());
                for transfer in &message.transfers {
                    self.ids(&transfer.ids);
                    self.agents([&transfer.debtor_agent, &transfer.creditor_agent]);
                    self.agents(&transfer.routing.intermediaries);
                    self.party("payer", &transfer.debtor);
                    self.party("payee", &transfer.creditor);
                    self.texts(&transfer.remittance.text);
                }
            }
            Document::InstitutionCreditTransfer(message) => {
                self.single(message.transfers.len());
                for transfer in &message.transfers {
                    self.ids(&transfer.ids);
                    self.agents([&transfer.debtor, &transfer.creditor]);
                    self.agents(&transfer.debtor_agent);
                    self.agents(&transfer.creditor_agent);
                    self.texts(&transfer.remittance);
                    if let Some(covered) = &transfer.covered {
                        self.party("payer", &covered.debtor);
                        self.party("payee", &covered.creditor);
                        self.texts(&covered.remittance.text);
                    }
                }
            }
            Document::PaymentReturn(message) => {
                self.single(message.returns.len());
                for returned in &message.returns {
                    let known = returned.original.uetr.is_some();
                    self.expect(known, "payment", "a payment has a UETR");
                }
            }
            Document::Resolution(Resolution { assignment, .. }) => {
                self.actors([&assignment.assigner, &assignment.assignee]);
            }
            Document::CancellationRequest(message) => {
                self.actors([&message.assignment.assigner, &message.assignment.assignee]);
            }
            // Statuses, statements and questions name nobody here, and are exempt from the
            // rule on addresses.
            Document::PaymentStatus(_)
            | Document::PaymentInitiation(_)
            | Document::InitiationStatus(_)
            | Document::Statements(_)
            | Document::Notifications(_)
            | Document::StatusRequest(_)
            | Document::Reports(_)
            | Document::ReportingRequest(_) => {}
        }
    }

    /// The header says the same as the document.
    fn header(&mut self, header: &Header, document: &Document) {
        self.id("header id", header.id.as_str());
        let same = &header.id == document.id();
        self.expect(same, "header id", "the header's id is that of the message");
        let (instructing, instructed) = match document {
            Document::CustomerCreditTransfer(message) => {
                let first = message.transfers.first().map(|transfer| &transfer.routing);
                (
                    first.and_then(|r| r.instructing.as_ref()),
                    first.and_then(|r| r.instructed.as_ref()),
                )
            }
            Document::InstitutionCreditTransfer(message) => {
                let first = message.transfers.first().map(|transfer| &transfer.routing);
                (
                    first.and_then(|r| r.instructing.as_ref()),
                    first.and_then(|r| r.instructed.as_ref()),
                )
            }
            Document::PaymentReturn(message) => {
                (message.instructing.as_ref(), message.instructed.as_ref())
            }
            _ => return,
        };
        let is = |agent: Option<&Agent>, party: &Agent| agent.is_none_or(|a| a.bic == party.bic);
        let sent = is(instructing, &header.from);
        self.expect(sent, "header sender", "the sender is the instructing agent");
        // A copy goes to somebody else.
        let received = header.copy.is_some() || is(instructed, &header.to);
        self.expect(received, "header receiver", "the receiver is the instructed agent");
    }

    fn single(&mut self, payments: usize) {
        self.expect(payments == 1, "message", "a message has one payment");
    }

    fn ids(&mut self, ids: &PaymentIds) {
        self.expect(ids.uetr.is_some(), "payment", "a payment has a UETR");
        self.id("end-to-end id", ids.end_to_end.as_str());
        for id in [&ids.instruction, &ids.transaction].into_iter().flatten() {
            self.id("payment id", id.as_str());
        }
    }

    fn id(&mut self, of: &'static str, id: &str) {
        self.expect(id.chars().all(in_ids), of, "ids have letters, digits and /-?:().,'+ only");
        let slashed = id.starts_with('/') || id.ends_with('/') || id.contains("//");
        self.expect(!slashed, of, "ids neither begin nor end with a slash, nor have two together");
    }

    fn agents<'a>(&mut self, agents: impl IntoIterator<Item = &'a Agent>) {
        for agent in agents {
            self.name("institution", agent.name.as_ref());
            self.address("institution", agent.address.as_deref());
        }
    }

    fn actors<'a>(&mut self, actors: impl IntoIterator<Item = &'a Actor>) {
        for actor in actors {
            match actor {
                Actor::Agent(agent) => self.agents([agent]),
                Actor::Party(party) => self.party("party", party),
            }
        }
    }

    fn party(&mut self, of: &'static str, party: &Party) {
        self.name(of, party.name.as_ref());
        self.address(of, party.address.as_deref());
    }

    fn name(&mut self, of: &'static str, name: Option<&Text<140>>) {
        let latin = name.is_none_or(|name| name.as_str().chars().all(in_names));
        self.expect(latin, of, "names are in Latin letters without accents");
    }

    fn texts(&mut self, texts: &[Text<140>]) {
        let latin = texts.iter().all(|text| text.as_str().chars().all(in_names));
        self.expect(latin, "remittance", "text is in Latin letters without accents");
    }

    /// In force since 14 November 2026.
    fn address(&mut self, of: &'static str, address: Option<&Address>) {
        let Some(address) = address else { return };
        let formed = address.form() != AddressForm::Unstructured;
        self.expect(formed, of, "an address has town and country, and at most two lines");
        let parts = [&address.street, &address.department, &address.room, &address.floor];
        let mut texts = parts.into_iter().flatten().chain(&address.lines).map(Text::as_str);
        let town = address.town.as_ref().map(Text::as_str);
        let latin = texts.all(|text| text.chars().all(in_names))
            && town.is_none_or(|text| text.chars().all(in_names));
        self.expect(latin, of, "addresses are in Latin letters without accents");
    }
}

/// A name for banks that take Latin letters only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatinName {
    /// The name itself, which has no other letters.
    Original(Text<140>),
    /// Letters were replaced. Keep the original beside it: banks compare names.
    Derived(Text<140>),
}

/// A name that has no Latin form that could be derived by rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "name has letters that have no Latin form by rule; give the Latin name as its holder writes it"
)]
pub struct NoLatinName;

impl Text<140> {
    /// The name in Latin letters without accents: accents are dropped, ligatures are spelled
    /// out. Letters of other scripts are never guessed: how a Chinese name is written in Latin
    /// letters is for its holder to say. Nothing is ever cut.
    ///
    /// # Errors
    /// [`NoLatinName`], also when the name spelled out is longer than a message has room for.
    pub fn latin(&self) -> Result<LatinName, NoLatinName> {
        if self.as_str().chars().all(in_names) {
            return Ok(LatinName::Original(self.clone()));
        }
        let mut latin = String::new();
        for c in self.as_str().chars() {
            match c {
                c if in_names(c) => latin.push(c),
                c => latin.push_str(plain(c).ok_or(NoLatinName)?),
            }
        }
        latin.parse().map(LatinName::Derived).map_err(|_| NoLatinName)
    }
}

/// The plain letters for an accented one or a ligature of the Latin script.
fn plain(c: char) -> Option<&'static str> {
    const PLAIN: &[(&str, &str)] = &[
        ("ÀÁÂÃÄÅĀĂĄ", "A"),
        ("àáâãäåāăą", "a"),
        ("ÇĆĈĊČ", "C"),
        ("çćĉċč", "c"),
        ("ĎĐÐ", "D"),
        ("ďđð", "d"),
        ("ÈÉÊËĒĔĖĘĚ", "E"),
        ("èéêëēĕėęě", "e"),
        ("ĜĞĠĢ", "G"),
        ("ĝğġģ", "g"),
        ("ĤĦ", "H"),
        ("ĥħ", "h"),
        ("ÌÍÎÏĨĪĬĮİ", "I"),
        ("ìíîïĩīĭįı", "i"),
        ("Ĵ", "J"),
        ("ĵ", "j"),
        ("Ķ", "K"),
        ("ķ", "k"),
        ("ĹĻĽĿŁ", "L"),
        ("ĺļľŀł", "l"),
        ("ÑŃŅŇ", "N"),
        ("ñńņň", "n"),
        ("ÒÓÔÕÖØŌŎŐ", "O"),
        ("òóôõöøōŏő", "o"),
        ("ŔŖŘ", "R"),
        ("ŕŗř", "r"),
        ("ŚŜŞŠȘ", "S"),
        ("śŝşšș", "s"),
        ("ŢŤŦȚ", "T"),
        ("ţťŧț", "t"),
        ("ÙÚÛÜŨŪŬŮŰŲ", "U"),
        ("ùúûüũūŭůűų", "u"),
        ("Ŵ", "W"),
        ("ŵ", "w"),
        ("ÝŶŸ", "Y"),
        ("ýŷÿ", "y"),
        ("ŹŻŽ", "Z"),
        ("źżž", "z"),
        ("Æ", "AE"),
        ("æ", "ae"),
        ("Œ", "OE"),
        ("œ", "oe"),
        ("ß", "ss"),
        ("Þ", "Th"),
        ("þ", "th"),
        ("’‘", "'"),
        ("–—", "-"),
        ("\u{a0}", " "),
    ];
    PLAIN.iter().find(|(letters, _)| letters.contains(c)).map(|&(_, plain)| plain)
}
