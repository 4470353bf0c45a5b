//! Users, issuers and merchants; their credentials and their means to pay.
//!
//! The only bodies with personal data. Requests that carry it do not show it in `Debug`.

use crate::term::{Money, Party, Series, Time};
use gcfn_venue::{Issuer, IssuerStatus, PartyKind, Tier};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// What a registered party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartyKind)]
pub enum Kind {
    /// Holds money and coupons.
    User,
    /// Issues coupons.
    Issuer,
    /// Redeems coupons for goods.
    Merchant,
    /// Another node, trading for its own users. Cannot be registered.
    Member,
}

impl From<PartyKind> for Kind {
    fn from(kind: PartyKind) -> Kind {
        match kind {
            PartyKind::User => Kind::User,
            PartyKind::Issuer => Kind::Issuer,
            PartyKind::Merchant => Kind::Merchant,
            PartyKind::Member => Kind::Member,
        }
    }
}

impl From<Kind> for PartyKind {
    fn from(kind: Kind) -> PartyKind {
        match kind {
            Kind::User => PartyKind::User,
            Kind::Issuer => PartyKind::Issuer,
            Kind::Merchant => PartyKind::Merchant,
            Kind::Member => PartyKind::Member,
        }
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
    /// For what: `avail`, `hold`, `commit`, `wdrl`, `restricted`; of issuers `deposit`, `risk`,
    /// `free`, `due`, `wdrl`, `restricted`; of merchants `payable`.
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

/// What an operator decides about an issuer.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerReview {
    /// Sets its issuance fee.
    pub tier: IssuerTier,
    /// How much face value it may have outstanding.
    pub quota: Money,
}

/// An issuer's tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssuerTier {
    /// The first.
    Silver,
    /// The second.
    Gold,
    /// The third.
    Platinum,
    /// The highest.
    Diamond,
}

impl From<IssuerTier> for Tier {
    fn from(tier: IssuerTier) -> Tier {
        match tier {
            IssuerTier::Silver => Tier::Silver,
            IssuerTier::Gold => Tier::Gold,
            IssuerTier::Platinum => Tier::Platinum,
            IssuerTier::Diamond => Tier::Diamond,
        }
    }
}

impl From<Tier> for IssuerTier {
    fn from(tier: Tier) -> IssuerTier {
        match tier {
            Tier::Silver => IssuerTier::Silver,
            Tier::Gold => IssuerTier::Gold,
            Tier::Platinum => IssuerTier::Platinum,
            Tier::Diamond => IssuerTier::Diamond,
        }
    }
}

/// A merchant that may redeem the caller's coupons.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantGrant {
    /// The merchant.
    pub merchant: Party,
}

/// Whom compliance acts on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplianceAct {
    /// The party.
    pub party: Party,
}

/// Where an issuer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssuerStanding {
    /// Applied, not yet approved.
    Pending,
    /// May issue.
    Active,
    /// May not issue.
    Suspended,
    /// May issue, within a quota that a default has cut.
    QuotaCut,
    /// May not issue, and its money stands still.
    Frozen,
    /// Not an issuer any more.
    Terminated,
    /// Its application was refused.
    Rejected,
}

impl From<IssuerStatus> for IssuerStanding {
    fn from(status: IssuerStatus) -> IssuerStanding {
        match status {
            IssuerStatus::Pending => IssuerStanding::Pending,
            IssuerStatus::Active => IssuerStanding::Active,
            IssuerStatus::Suspended => IssuerStanding::Suspended,
            IssuerStatus::QuotaCut => IssuerStanding::QuotaCut,
            IssuerStatus::Frozen => IssuerStanding::Frozen,
            IssuerStatus::Terminated => IssuerStanding::Terminated,
            IssuerStatus::Rejected => IssuerStanding::Rejected,
        }
    }
}

/// An issuer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerAccount {
    /// Its pseudonym.
    pub issuer: Party,
    /// Where it stands.
    pub status: IssuerStanding,
    /// Its tier.
    pub tier: IssuerTier,
    /// How much face value it may have outstanding.
    pub quota: Money,
    /// How much of that is used.
    pub used: Money,
    /// Who may redeem its coupons.
    pub merchants: Vec<Party>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

impl IssuerAccount {
    /// `known` as its account is shown.
    #[must_use]
    pub fn new(
        issuer: Party,
        known: &Issuer,
        currency: gcfn_model::Currency,
        as_of: u64,
    ) -> IssuerAccount {
        IssuerAccount {
            issuer,
            status: known.status.into(),
            tier: known.tier.into(),
            quota: Money::new(known.quota, currency),
            used: Money::new(known.used, currency),
            merchants: known.merchants.iter().copied().map(Party::from).collect(),
            as_of,
        }
    }
}
