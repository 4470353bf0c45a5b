//! Coupons given to several at once.

use crate::problem::Refused;
use crate::term::{Party, Series};
use crate::units::Serials;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Several gifts of one giver.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presents {
    /// 1 to 100 gifts. Each is made or refused by itself.
    #[schema(min_items = 1, max_items = 100)]
    pub gifts: Vec<Present>,
}

/// Coupons for somebody.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "to": "pty-0000000000000000000000000a", "series": "ser-0000000000000000000000000a",
    "quantity": 1
}))]
pub struct Present {
    /// Who receives them.
    pub to: Party,
    /// Of which series.
    pub series: Series,
    /// How many coupons: the lowest serials. Either this or `serials` is said.
    pub quantity: Option<u64>,
    /// Exactly these coupons, in ranges that ascend.
    pub serials: Option<Vec<Serials>>,
}

/// What became of each gift.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PresentsGiven {
    /// One for each gift, in their order.
    pub outcomes: Vec<PresentOutcome>,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What became of one gift.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PresentOutcome {
    /// Who was to receive it.
    pub to: Party,
    /// Set when it was refused: why.
    pub refused: Option<Refused>,
}
