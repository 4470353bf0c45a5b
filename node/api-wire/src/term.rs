//! The vocabulary as it stands in JSON: every id, name, time and amount is text with one form,
//! and the interface description knows that form.

use gcfn_model::{
    AllianceId, Amount, AmountFault, AuctionId, BatchId, BreakId, BusinessDate, Currency, CycleId,
    Digest, DisputeId, Id, Kind, LockId, NodeId, OfferId, OrderId, PartyId, Position, ProposalId,
    RedemptionId, RegionId, SeriesId, TemplateId, Timestamp, TradeId, Uetr, WithdrawalId, Xqid,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A term with a text form, as the interface describes it.
pub trait Term {
    /// Its name in the interface description.
    const NAME: &'static str;
    /// Its form.
    fn schema() -> ObjectBuilder;
}

/// A term of the model in a body. Reads and writes as the term does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<T>(pub T);

impl<T: Term> PartialSchema for Text<T> {
    fn schema() -> RefOr<Schema> {
        T::schema().schema_type(Type::String).into()
    }
}

impl<T: Term> ToSchema for Text<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

impl<T> From<T> for Text<T> {
    fn from(term: T) -> Text<T> {
        Text(term)
    }
}

/// Declares the ids: their alias in bodies, their name and what they are.
macro_rules! ids {
    ($($alias:ident $id:ident $described:literal;)*) => {$(
        #[doc = $described]
        pub type $alias = Text<$id>;

        impl Term for $id {
            const NAME: &'static str = stringify!($id);
            fn schema() -> ObjectBuilder {
                id_schema($described, $id::from_bytes(EXAMPLE))
            }
        }
    )*};
}

ids! {
    Party PartyId "A user, an issuer or a merchant, by pseudonym.";
    Batch BatchId "An issuance programme.";
    Series SeriesId "A series of coupons: one order book.";
    Order OrderId "An order.";
    Trade TradeId "A match of two orders.";
    Offer OfferId "An offer outside the book.";
    Auction AuctionId "An auction of coupons.";
    Redemption RedemptionId "A redemption, from lock to pay-out.";
    Withdrawal WithdrawalId "A withdrawal of money to a bank account.";
    Lock LockId "A locked FX rate.";
    Cycle CycleId "One clearing cycle.";
    Proposal ProposalId "A wish that waits for a second person.";
    Template TemplateId "What a kind of batch may promise, in versions.";
    Alliance AllianceId "Issuers that accept each other's coupons.";
    Dispute DisputeId "A dispute about a trade.";
    BreakName BreakId "A difference between a bank's books and the node's.";
}

const EXAMPLE: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10];

fn id_schema<K: Kind>(described: &str, example: Id<K>) -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some(described))
        .pattern(Some(format!("^{}-[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX)))
        .examples([example.to_string()])
}

/// A node.
pub type Node = Text<NodeId>;
/// A region.
pub type Region = Text<RegionId>;
/// A currency.
pub type CurrencyCode = Text<Currency>;
/// An instant.
pub type Time = Text<Timestamp>;
/// A civil date.
pub type Date = Text<BusinessDate>;
/// The reference of a payment.
pub type PaymentReference = Text<Uetr>;
/// A digest.
pub type Hash = Text<Digest>;
/// One coupon.
pub type Coupon = Text<Xqid>;

impl Term for NodeId {
    const NAME: &'static str = "NodeName";
    fn schema() -> ObjectBuilder {
        let name = ObjectBuilder::new().description(Some("A node of the network."));
        name.pattern(Some(NAME_PATTERN)).examples(["cn-sha"])
    }
}

impl Term for RegionId {
    const NAME: &'static str = "RegionName";
    fn schema() -> ObjectBuilder {
        let name = ObjectBuilder::new().description(Some("A region or jurisdiction."));
        name.pattern(Some(NAME_PATTERN)).examples(["cn"])
    }
}

const NAME_PATTERN: &str = "^[a-z][a-z0-9-]{0,15}$";

impl Term for Currency {
    const NAME: &'static str = "Currency";
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .description(Some("A currency of ISO 4217 that the network clears."))
            .enum_values(Some(Currency::ALL.map(Currency::code)))
            .examples(["CNY"])
    }
}

impl Term for Timestamp {
    const NAME: &'static str = "Time";
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .description(Some("An instant: RFC 3339 in UTC."))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-11-21T01:43:00.000000Z"])
    }
}

impl Term for BusinessDate {
    const NAME: &'static str = "Date";
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .description(Some("A civil date of the node's region."))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .examples(["2026-11-23"])
    }
}

impl Term for Uetr {
    const NAME: &'static str = "Uetr";
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .description(Some("The unique end-to-end reference of a payment: a version 4 UUID."))
            .format(Some(SchemaFormat::Custom("uuid".to_owned())))
            .examples([Uetr::derive(&[b"example"]).to_string()])
    }
}

impl Term for Digest {
    const NAME: &'static str = "Digest";
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .description(Some("A digest of 32 bytes in hexadecimal."))
            .pattern(Some("^[0-9a-f]{64}$"))
            .examples([Digest([7; 32]).to_string()])
    }
}

impl Term for Xqid {
    const NAME: &'static str = "Xqid";
    fn schema() -> ObjectBuilder {
        let example = Xqid { series: SeriesId::from_bytes(EXAMPLE), serial: 17 };
        ObjectBuilder::new()
            .description(Some("One coupon: its series, its serial and two check digits."))
            .pattern(Some(r"^ser-[0-7][0-9a-hjkmnp-tv-z]{25}\.\d+\.\d{2}$"))
            .examples([example.to_string()])
    }
}

/// A sum of money: decimal text, because JSON readers round numbers, and its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// `amount` of `currency`.
    #[must_use]
    pub const fn new(amount: Amount, currency: Currency) -> Money {
        Money { amount, currency }
    }
}

/// A sum of money: decimal text, because JSON readers round numbers, and its currency.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money)]
struct Written {
    /// Decimal digits with at most one point and no more decimals than the currency has.
    #[schema(example = "12.50", pattern = r"^\d{1,18}(\.\d+)?$")]
    amount: String,
    /// ISO 4217.
    currency: CurrencyCode,
}

impl From<Money> for Written {
    fn from(Money { amount, currency }: Money) -> Written {
        Written { amount: amount.decimal(currency), currency: Text(currency) }
    }
}

impl TryFrom<Written> for Money {
    type Error = AmountFault;
    fn try_from(Written { amount, currency }: Written) -> Result<Money, AmountFault> {
        let Text(currency) = currency;
        Ok(Money { amount: Amount::parse(&amount, currency)?, currency })
    }
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        Written::schema()
    }
}

impl ToSchema for Money {
    fn name() -> Cow<'static, str> {
        Written::name()
    }
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <Written as ToSchema>::schemas(schemas);
    }
}

/// A sum that may be owed either way; negative is owed by whom it is shown for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedMoney {
    /// Decimal text with the currency's decimals and a leading minus where negative.
    #[schema(example = "-12.50", pattern = r"^-?\d+(\.\d+)?$")]
    pub amount: String,
    /// ISO 4217.
    pub currency: CurrencyCode,
}

impl SignedMoney {
    /// `position` of `currency`.
    #[must_use]
    pub fn new(position: Position, currency: Currency) -> SignedMoney {
        SignedMoney { amount: position.decimal(currency), currency: Text(currency) }
    }
}
