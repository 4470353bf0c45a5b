//! Series that trade, here and at other nodes.

use crate::fee_quote::Decimal;
use crate::page::list_size;
use crate::term::{Batch, CurrencyCode, Money, Node, Party, Series, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which series to list.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesFilter {
    /// Only those whose prices are in this currency.
    #[param(inline)]
    pub currency: Option<CurrencyCode>,
    /// Whose: what this node lists, or also what the directory of the federation lists.
    #[serde(default)]
    #[param(inline)]
    pub reach: Reach,
    /// Only those of this issuer: of this node.
    pub issuer: Option<Party>,
    /// Only those whose coupons end at this time or later.
    pub expires_from: Option<Time>,
    /// Only those whose coupons end before this time.
    pub expires_before: Option<Time>,
    /// Only those that cost at most this, in the currency of the venue: by the best offer in the
    /// book, or the last trade where there is none. Only of this node.
    #[param(value_type = Option<String>, example = "95.00")]
    pub price_max: Option<Decimal>,
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Batch>,
}

/// Whether a search looks at other nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// What this node lists.
    #[default]
    Here,
    /// And what the directory of the federation lists.
    Everywhere,
}

/// Series that trade.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SeriesList {
    /// The series: this node's by batch, and on the last page those of others by id.
    pub series: Vec<Listing>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Batch>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A series that trades.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Listing {
    /// Its id.
    pub series: Series,
    /// The node that lists it.
    pub home: Node,
    /// Who issued it; known for series of this node.
    pub issuer: Option<Party>,
    /// Face value of one coupon.
    pub face: Money,
    /// How many there are.
    pub minted: u64,
    /// From this instant on nothing is redeemed or traded.
    pub expires_at: Time,
    /// The price of the last trade; known for series of this node.
    pub last_price: Option<Money>,
}
