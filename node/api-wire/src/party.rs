//! Users, issuers and merchants: who they are, their credentials and their means to pay.
//!
//! The only bodies with personal data. Requests that carry it do not show it in `Debug`.

use crate::problem::Problem;
use crate::term::{Hash, Money, Party, Series, Text, Time};
use crate::word::words;
use gcfn_venue::{Custody, FreezeReason};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

words! {
    /// What a registered party is.
    #[schema(as = PartyKind)]
    Kind = gcfn_venue::PartyKind {
        /// Holds money and coupons.
        User,
        /// Issues coupons.
        Issuer,
        /// Redeems coupons for goods.
        Merchant,
        /// Another node, trading for its own users. Cannot be registered.
        Member,
    }
}

/// A person or a company that the operator has identified. Everything but `kind` and `kyc` goes
/// into the vault of personal data and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// What it is to the node.
    pub kind: Kind,
    /// How well it is identified: 0 to 3.
    #[schema(minimum = 0, maximum = 3, example = 2)]
    pub kyc: u8,
    /// Its legal name.
    #[schema(max_length = 200, example = "Ann Example")]
    pub name: String,
    /// Its telephone number.
    #[schema(max_length = 32, example = "+86 21 5555 0100")]
    pub phone: Option<String>,
    /// Its e-mail address.
    #[schema(max_length = 254, example = "ann@example.org")]
    pub email: Option<String>,
    /// The number of its bank account: an IBAN, or the number that its bank uses.
    #[schema(max_length = 34, example = "CN0012345678")]
    pub iban: Option<String>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A registered party.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// Its pseudonym.
    pub party: Party,
    /// What a payer writes on a deposit, so that it is credited to the party.
    pub deposit_reference: Party,
    /// The party's API key, `<id>.<secret>`: hand it to the party now. Only the same request under
    /// the same key shows it again, for as long as the node remembers that.
    #[schema(example = "key-0123456789abcdef.\
        7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e")]
    pub api_key: String,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An API key to be exchanged for a token.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// `<id>.<secret>`.
    #[schema(example = "key-0123456789abcdef.\
        7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e")]
    pub api_key: String,
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenRequest(..)")
    }
}

/// A token that opens what its API key opens, for a short time.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// For the header `Authorization: Bearer <token>`: a JWS signed by the node (EdDSA).
    #[schema(example = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJjbi1zaGEifQ.c2lnbmF0dXJl")]
    pub token: String,
    /// What it opens.
    #[schema(example = "user")]
    pub scope: String,
    /// From when it is refused.
    pub expires_at: Time,
}

/// Who the caller is to the node, with its own personal data.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The caller's pseudonym.
    pub party: Party,
    /// The caller's scope.
    #[schema(example = "user")]
    pub scope: String,
    /// What the party is; nothing for staff, banks and supervisors.
    pub kind: Option<Kind>,
    /// How well it is identified.
    pub kyc: Option<u8>,
    /// Whether its money and coupons stand still.
    pub frozen: Option<bool>,
    /// Who keeps its coupons.
    pub custody: Option<CustodySetting>,
    /// Its legal name, from the vault.
    #[schema(example = "Ann Example")]
    pub name: Option<String>,
    /// Its telephone number, from the vault.
    #[schema(example = "+86 21 5555 0100")]
    pub phone: Option<String>,
    /// Its e-mail address, from the vault.
    #[schema(example = "ann@example.org")]
    pub email: Option<String>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A party's money and coupons.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Assets {
    /// Whose.
    pub party: Party,
    /// Money by what it may be used for; empty buckets are left out.
    pub money: Vec<Bucket>,
    /// Free coupons per series.
    pub coupons: Vec<Holding>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Money that may be used for one thing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Bucket {
    /// For what: `avail`, `hold`, `commit`, `wdrl`, `restricted`, `deposit`; of issuers
    /// `deposit`, `risk`, `free`, `due`, `wdrl`, `restricted`, `hold`, `commit`; of merchants
    /// `payable`.
    #[schema(example = "avail")]
    pub bucket: String,
    /// How much.
    pub money: Money,
}

/// The coupons of one series that somebody holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Holding {
    /// Of which series.
    pub series: Series,
    /// How many are free.
    pub free: u64,
    /// How many stand behind orders.
    pub in_orders: u64,
    /// How many are locked for redemption.
    pub in_redemption: u64,
    /// How many stand behind offers outside the book, and orders that are not in it yet.
    pub in_offers: u64,
    /// How many are pledged.
    pub pledged: u64,
    /// How many are frozen.
    pub frozen: u64,
    /// What the free ones may still be redeemed for.
    pub redeemable: Money,
}

/// A bank account to pay withdrawals to. It goes into the vault.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    /// An IBAN, or the number that the bank uses: 5 to 34 letters and digits.
    #[schema(min_length = 5, max_length = 34, example = "CN0012345678")]
    pub iban: String,
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankAccount(..)")
    }
}

/// The caller's bank accounts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BankAccounts {
    /// Their numbers with all but the last four characters hidden.
    #[schema(example = json!(["******************7890"]))]
    pub accounts: Vec<String>,
}

words! {
    /// What sort of trading is expected of a party.
    PartyClass = gcfn_venue::PartyClass {
        /// As much as a person does.
        Retail,
        /// Quotes all day: no rule counts its trades.
        MarketMaker,
    }
}

/// Why something is frozen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FreezeCause {
    /// The node's compliance looks into it.
    #[default]
    Compliance,
    /// It is on a sanctions list.
    Sanctions,
    /// A court orders it.
    Court,
    /// The risk rules ask for it.
    Risk,
    /// A supervisor directs it.
    Directive,
}

impl FreezeCause {
    /// The reason in the machine's words, with the `document` of a directive.
    ///
    /// # Errors
    /// A [`Problem`] when a directive comes without its document, or a document without one.
    pub fn reason(self, document: Option<Hash>) -> Result<FreezeReason, Problem> {
        match (self, document) {
            (FreezeCause::Directive, Some(Text(digest))) => Ok(FreezeReason::Directive(digest)),
            (FreezeCause::Compliance, None) => Ok(FreezeReason::Compliance),
            (FreezeCause::Sanctions, None) => Ok(FreezeReason::Sanctions),
            (FreezeCause::Court, None) => Ok(FreezeReason::Court),
            (FreezeCause::Risk, None) => Ok(FreezeReason::Risk),
            _ => Err(Problem::rule("document", "a directive, and nothing else, has a document")),
        }
    }
}

impl From<FreezeReason> for FreezeCause {
    fn from(reason: FreezeReason) -> FreezeCause {
        match reason {
            FreezeReason::Compliance => FreezeCause::Compliance,
            FreezeReason::Sanctions => FreezeCause::Sanctions,
            FreezeReason::Court => FreezeCause::Court,
            FreezeReason::Risk => FreezeCause::Risk,
            FreezeReason::Directive(_) => FreezeCause::Directive,
        }
    }
}

/// Whom compliance acts on, and why.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplianceAct {
    /// The party.
    pub party: Party,
    /// The reason that is set or lifted; each stands and falls on its own.
    #[serde(default)]
    pub reason: FreezeCause,
    /// The digest of the directive, where that is the reason.
    pub document: Option<Hash>,
}

/// How well a party is identified.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KycDecision {
    /// 0 looks, 1 trades, 2 transfers large values, 3 makes markets.
    #[schema(minimum = 0, maximum = 3, example = 2)]
    pub kyc: u8,
}

/// Which class a party belongs to.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    /// The class.
    pub class: PartyClass,
}

/// Who can keep a holder's coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// The holder itself.
    Own,
    /// The platform, by a service agreement.
    Platform,
}

/// Who keeps a holder's coupons.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustodySetting {
    /// Who.
    pub keeper: Keeper,
    /// The digest of the service agreement that the holder has signed: of the platform's custody,
    /// and of no other.
    pub agreement: Option<Hash>,
}

impl CustodySetting {
    /// The custody that is meant.
    ///
    /// # Errors
    /// When there is an agreement without the platform's custody, or the other way round.
    pub fn custody(self) -> Result<Custody, Problem> {
        match (self.keeper, self.agreement) {
            (Keeper::Own, None) => Ok(Custody::Own),
            (Keeper::Platform, Some(Text(agreement))) => Ok(Custody::Platform { agreement }),
            (Keeper::Own, Some(_)) => {
                Err(Problem::rule("agreement", "the holder's own custody needs none"))
            }
            (Keeper::Platform, None) => {
                Err(Problem::rule("agreement", "the platform's custody needs a signed agreement"))
            }
        }
    }
}

impl From<Custody> for CustodySetting {
    fn from(custody: Custody) -> CustodySetting {
        match custody {
            Custody::Own => CustodySetting { keeper: Keeper::Own, agreement: None },
            Custody::Platform { agreement } => {
                CustodySetting { keeper: Keeper::Platform, agreement: Some(Text(agreement)) }
            }
        }
    }
}

/// Who brought the caller here.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The inviter.
    pub inviter: Party,
}

/// A party, as staff and supervisors see it: by its pseudonym.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PartyReport {
    /// Its pseudonym.
    pub party: Party,
    /// What it is.
    pub kind: Kind,
    /// How well it is identified: 0 to 3.
    pub kyc: u8,
    /// What sort of trading is expected of it.
    pub class: PartyClass,
    /// Who keeps its coupons.
    pub custody: CustodySetting,
    /// Why its money and coupons stand still; nothing when they do not.
    pub frozen_for: Vec<FreezeCause>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}
