//! Who is who in a message: parties, institutions, and their addresses. Personal data.

use crate::code::Code;
use crate::fields::Read;
use crate::identifier::{AccountNumber, Bic, Country, Lei};
use crate::value::Text;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::{BusinessDate, Currency};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A person, a firm, or what stands in the place of one (`PartyIdentification`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The name.
    pub name: Option<Text<140>>,
    /// Where.
    pub address: Option<Box<Address>>,
    /// By what else it is known.
    pub identity: Option<Box<Identity>>,
    /// Where it lives.
    pub residence: Option<Country>,
}

/// By what a party is known besides its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// A firm or an institution.
    Organisation {
        /// Its business identifier code.
        bic: Option<Bic>,
        /// Its legal entity identifier.
        lei: Option<Lei>,
        /// Other numbers.
        other: Vec<GenericId>,
    },
    /// A person.
    Person {
        /// Date and place of birth.
        birth: Option<Birth>,
        /// Numbers of papers.
        other: Vec<GenericId>,
    },
}

/// When and where a person was born.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Birth {
    /// The day.
    pub date: BusinessDate,
    /// The province.
    pub province: Option<Text<35>>,
    /// The town.
    pub city: Text<35>,
    /// The country.
    pub country: Country,
}

/// A number, of which scheme, and who issued it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenericId {
    /// The number.
    pub id: Text<35>,
    /// The scheme.
    pub scheme: Option<Code<4>>,
    /// The issuer.
    pub issuer: Option<Text<35>>,
}

/// A postal address, in elements, in lines, or in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `Dept`.
    pub department: Option<Text<70>>,
    /// `SubDept`.
    pub sub_department: Option<Text<70>>,
    /// `StrtNm`.
    pub street: Option<Text<70>>,
    /// `BldgNb`.
    pub building: Option<Text<16>>,
    /// `BldgNm`.
    pub building_name: Option<Text<35>>,
    /// `Flr`.
    pub floor: Option<Text<70>>,
    /// `PstBx`.
    pub post_box: Option<Text<16>>,
    /// `Room`.
    pub room: Option<Text<70>>,
    /// `PstCd`.
    pub post_code: Option<Text<16>>,
    /// `TwnNm`.
    pub town: Option<Text<35>>,
    /// `TwnLctnNm`.
    pub town_location: Option<Text<35>>,
    /// `DstrctNm`.
    pub district: Option<Text<35>>,
    /// `CtrySubDvsn`.
    pub subdivision: Option<Text<35>>,
    /// `Ctry`.
    pub country: Option<Country>,
    /// `AdrLine`, at most 7.
    pub lines: Vec<Text<70>>,
}

/// In which form an address is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressForm {
    /// Elements only, town and country among them.
    Structured,
    /// Town and country in elements, the rest in at most two lines.
    Hybrid,
    /// Lines, or elements without town or country.
    Unstructured,
}

impl Address {
    /// In which form it is.
    #[must_use]
    pub fn form(&self) -> AddressForm {
        match (self.town.is_some() && self.country.is_some(), self.lines.len()) {
            (true, 0) => AddressForm::Structured,
            (true, 1..=2) => AddressForm::Hybrid,
            _ => AddressForm::Unstructured,
        }
    }

    fn read(element: Element<'_>) -> Read<Box<Address>> {
        let fields = element.fields(ADDRESS)?;
        Ok(Box::new(Address {
            department: fields.optional("Dept", Element::parse)?,
            sub_department: fields.optional("SubDept", Element::parse)?,
            street: fields.optional("StrtNm", Element::parse)?,
            building: fields.optional("BldgNb", Element::parse)?,
            building_name: fields.optional("BldgNm", Element::parse)?,
            floor: fields.optional("Flr", Element::parse)?,
            post_box: fields.optional("PstBx", Element::parse)?,
            room: fields.optional("Room", Element::parse)?,
            post_code: fields.optional("PstCd", Element::parse)?,
            town: fields.optional("TwnNm", Element::parse)?,
            town_location: fields.optional("TwnLctnNm", Element::parse)?,
            district: fields.optional("DstrctNm", Element::parse)?,
            subdivision: fields.optional("CtrySubDvsn", Element::parse)?,
            country: fields.optional("Ctry", Element::parse)?,
            lines: fields.up_to(7, "AdrLine", Element::parse)?,
        }))
    }

    fn write(&self, w: &mut Writer) {
        w.nest("PstlAdr", |w| {
            w.optional("Dept", self.department.as_ref());
            w.optional("SubDept", self.sub_department.as_ref());
            w.optional("StrtNm", self.street.as_ref());
            w.optional("BldgNb", self.building.as_ref());
            w.optional("BldgNm", self.building_name.as_ref());
            w.optional("Flr", self.floor.as_ref());
            w.optional("PstBx", self.post_box.as_ref());
            w.optional("Room", self.room.as_ref());
            w.optional("PstCd", self.post_code.as_ref());
            w.optional("TwnNm", self.town.as_ref());
            w.optional("TwnLctnNm", self.town_location.as_ref());
            w.optional("DstrctNm", self.district.as_ref());
            w.optional("CtrySubDvsn", self.subdivision.as_ref());
            w.optional("Ctry", self.country.as_ref());
            self.lines.iter().for_each(|line| w.leaf("AdrLine", line));
        });
    }
}

impl GenericId {
    fn read(element: Element<'_>) -> Read<GenericId> {
        let fields = element.fields(GENERIC)?;
        Ok(GenericId {
            id: fields.required("Id", Element::parse)?,
            scheme: fields.optional("SchmeNm", Code::read)?,
            issuer: fields.optional("Issr", Element::parse)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("Othr", |w| {
            w.leaf("Id", &self.id);
            Code::write_optional(self.scheme.as_ref(), "SchmeNm", w);
            w.optional("Issr", self.issuer.as_ref());
        });
    }
}

impl Identity {
    fn read(element: Element<'_>) -> Read<Box<Identity>> {
        let child = element.choice(&["OrgId", "PrvtId"])?;
        let identity = match child.name() {
            "OrgId" => Identity::organisation(child),
            _ => Identity::person(child),
        };
        identity.map(Box::new).map_err(|fault| fault.within(child))
    }

    fn organisation(element: Element<'_>) -> Read<Identity> {
        let fields = element.fields(&["AnyBIC", "LEI", "Othr"])?;
        Ok(Identity::Organisation {
            bic: fields.optional("AnyBIC", Element::parse)?,
            lei: fields.optional("LEI", Element::parse)?,
            other: fields.many("Othr", GenericId::read)?,
        })
    }

    fn person(element: Element<'_>) -> Read<Identity> {
        let fields = element.fields(&["DtAndPlcOfBirth", "Othr"])?;
        Ok(Identity::Person {
            birth: fields.optional("DtAndPlcOfBirth", Birth::read)?,
            other: fields.many("Othr", GenericId::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("Id", |w| match self {
            Identity::Organisation { bic, lei, other } => w.nest("OrgId", |w| {
                w.optional("AnyBIC", bic.as_ref());
                w.optional("LEI", lei.as_ref());
                other.iter().for_each(|id| id.write(w));
            }),
            Identity::Person { birth, other } => w.nest("PrvtId", |w| {
                birth.iter().for_each(|birth| birth.write(w));
                other.iter().for_each(|id| id.write(w));
            }),
        });
    }
}

impl Birth {
    fn read(element: Element<'_>) -> Read<Birth> {
        let order = &["BirthDt", "PrvcOfBirth", "CityOfBirth", "CtryOfBirth"];
        let fields = element.fields(order)?;
        Ok(Birth {
            date: fields.required("BirthDt", Element::date)?,
            province: fields.optional("PrvcOfBirth", Element::parse)?,
            city: fields.required("CityOfBirth", Element::parse)?,
            country: fields.required("CtryOfBirth", Element::parse)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("DtAndPlcOfBirth", |w| {
            w.leaf("BirthDt", self.date);
            w.optional("PrvcOfBirth", self.province.as_ref());
            w.leaf("CityOfBirth", &self.city);
            w.leaf("CtryOfBirth", self.country);
        });
    }
}

impl Party {
    /// The party of this name.
    #[must_use]
    pub fn named(name: Text<140>) -> Party {
        Party { name: Some(name), ..Party::default() }
    }

    /// `PartyIdentification135`.
    pub(crate) fn read(element: Element<'_>) -> Read<Party> {
        let fields = element.fields(PARTY)?;
        Ok(Party {
            name: fields.optional("Nm", Element::parse)?,
            address: fields.optional("PstlAdr", Address::read)?,
            identity: fields.optional("Id", Identity::read)?,
            residence: fields.optional("CtryOfRes", Element::parse)?,
        })
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| {
            w.optional("Nm", self.name.as_ref());
            self.address.iter().for_each(|address| address.write(w));
            self.identity.iter().for_each(|identity| identity.write(w));
            w.optional("CtryOfRes", self.residence.as_ref());
        });
    }

    pub(crate) fn write_optional(party: Option<&Party>, name: &str, w: &mut Writer) {
        if let Some(party) = party {
            party.write(name, w);
        }
    }
}

/// A financial institution, or a node of the network in the place of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Its business identifier code.
    pub bic: Option<Bic>,
    /// Its number in a clearing system.
    pub member: Option<Member>,
    /// Its legal entity identifier.
    pub lei: Option<Lei>,
    /// Its name.
    pub name: Option<Text<140>>,
    /// Where.
    pub address: Option<Box<Address>>,
    /// Another identification: a node's name.
    pub other: Option<Text<35>>,
    /// The branch (`BrnchId/Id`).
    pub branch: Option<Text<35>>,
}

/// A member of a clearing system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Which system.
    pub system: Option<Code<5>>,
    /// Its number there.
    pub id: Text<35>,
}

impl Agent {
    /// The institution with this code.
    #[must_use]
    pub fn bic(bic: Bic) -> Agent {
        Agent { bic: Some(bic), ..Agent::default() }
    }

    pub(crate) fn read(element: Element<'_>) -> Read<Agent> {
        let fields = element.fields(&["FinInstnId", "BrnchId"])?;
        let agent = fields.required("FinInstnId", |institution| {
            let fields = institution.fields(INSTITUTION)?;
            Ok(Agent {
                bic: fields.optional("BICFI", Element::parse)?,
                member: fields.optional("ClrSysMmbId", Member::read)?,
                lei: fields.optional("LEI", Element::parse)?,
                name: fields.optional("Nm", Element::parse)?,
                address: fields.optional("PstlAdr", Address::read)?,
                other: fields.optional("Othr", generic_id)?,
                branch: None,
            })
        })?;
        let branch = fields.optional("BrnchId", |branch| {
            branch.fields(&["Id", "LEI", "Nm", "PstlAdr"])?.optional("Id", Element::parse)
        })?;
        Ok(Agent { branch: branch.flatten(), ..agent })
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| {
            w.nest("FinInstnId", |w| {
                w.optional("BICFI", self.bic.as_ref());
                self.member.iter().for_each(|member| member.write(w));
                w.optional("LEI", self.lei.as_ref());
                w.optional("Nm", self.name.as_ref());
                self.address.iter().for_each(|address| address.write(w));
                if let Some(other) = &self.other {
                    w.nest("Othr", |w| w.leaf("Id", other));
                }
            });
            if let Some(branch) = &self.branch {
                w.nest("BrnchId", |w| w.leaf("Id", branch));
            }
        });
    }

    pub(crate) fn write_optional(agent: Option<&Agent>, name: &str, w: &mut Writer) {
        if let Some(agent) = agent {
            agent.write(name, w);
        }
    }
}

impl Member {
    fn read(element: Element<'_>) -> Read<Member> {
        let fields = element.fields(&["ClrSysId", "MmbId"])?;
        Ok(Member {
            system: fields.optional("ClrSysId", Code::read)?,
            id: fields.required("MmbId", Element::parse)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("ClrSysMmbId", |w| {
            Code::write_optional(self.system.as_ref(), "ClrSysId", w);
            w.leaf("MmbId", &self.id);
        });
    }
}

/// A party or an institution (`Party40Choice`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// `Pty`.
    Party(Party),
    /// `Agt`.
    Agent(Agent),
}

impl Actor {
    pub(crate) fn read(element: Element<'_>) -> Read<Actor> {
        let child = element.choice(&["Pty", "Agt"])?;
        let actor = match child.name() {
            "Pty" => Party::read(child).map(Actor::Party),
            _ => Agent::read(child).map(Actor::Agent),
        };
        actor.map_err(|fault| fault.within(child))
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| match self {
            Actor::Party(party) => party.write("Pty", w),
            Actor::Agent(agent) => agent.write("Agt", w),
        });
    }
}

/// `Id` of a generic identification.
fn generic_id<T: FromStr<Err: Into<crate::Rule>>>(element: Element<'_>) -> Read<T> {
    element.fields(GENERIC)?.required("Id", Element::parse)
}

impl AccountNumber {
    /// The number in an account's `Id`. A bank's own number that is an IBAN is read as one.
    pub(crate) fn read_id(id: Element<'_>) -> Read<AccountNumber> {
        let child = id.choice(&["IBAN", "Othr"])?;
        let number = match child.name() {
            "IBAN" => child.parse().map(AccountNumber::Iban),
            _ => generic_id(child),
        };
        number.map_err(|fault| fault.within(child))
    }

    /// `CashAccount38`.
    pub(crate) fn read(element: Element<'_>) -> Read<AccountNumber> {
        element.fields(&["Id", "Tp", "Ccy", "Nm", "Prxy"])?.required("Id", AccountNumber::read_id)
    }

    pub(crate) fn write(&self, name: &str, currency: Option<Currency>, w: &mut Writer) {
        w.nest(name, |w| {
            w.nest("Id", |w| match self {
                AccountNumber::Iban(iban) => w.leaf("IBAN", iban),
                AccountNumber::Other(number) => w.nest("Othr", |w| w.leaf("Id", number)),
            });
            w.optional("Ccy", currency.as_ref());
        });
    }

    pub(crate) fn write_optional(number: Option<&AccountNumber>, name: &str, w: &mut Writer) {
        if let Some(number) = number {
            number.write(name, None, w);
        }
    }
}

const GENERIC: &[&str] = &["Id", "SchmeNm", "Issr"];
const PARTY: &[&str] = &["Nm", "PstlAdr", "Id", "CtryOfRes", "CtctDtls"];
const INSTITUTION: &[&str] = &["BICFI", "ClrSysMmbId", "LEI", "Nm", "PstlAdr", "Othr"];

/// `PostalAddress24`, and what later versions have.
const ADDRESS: &[&str] = &[
    "AdrTp",
    "+CareOf",
    "Dept",
    "SubDept",
    "StrtNm",
    "BldgNb",
    "BldgNm",
    "Flr",
    "+UnitNb",
    "PstBx",
    "Room",
    "PstCd",
    "TwnNm",
    "TwnLctnNm",
    "DstrctNm",
    "CtrySubDvsn",
    "Ctry",
    "AdrLine",
];
