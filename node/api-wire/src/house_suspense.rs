//! What a clearing house has in suspense: money on its account that nobody has explained.

use crate::money::BankSide;
use crate::term::{Date, Money, Party, PaymentReference, Text, Time};
use gcfn_clearing::{House, HouseItem};
use gcfn_model::{Millis, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What waits in suspense at a clearing house.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseSuspense {
    /// The items, oldest first.
    pub items: Vec<HouseItemReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// One movement of the house's account that nobody has explained.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseItemReport {
    /// Its number.
    pub item: u64,
    /// Which way the money went.
    pub side: BankSide,
    /// How much.
    pub amount: Money,
    /// The payment that it belongs to, where the bank names one.
    pub uetr: Option<PaymentReference>,
    /// What the bank calls it.
    #[schema(example = "B-20261123-7")]
    pub bank_reference: String,
    /// The bank's booking day.
    pub booked_on: Date,
    /// When it came into suspense.
    pub at: Time,
    /// How long ago that was.
    pub age_seconds: u64,
    /// Whether it is older than the region lets it be: somebody must see to it.
    pub overdue: bool,
    /// Which member of staff looks after it, by pseudonym.
    pub owner: Option<Party>,
}

impl HouseItemReport {
    fn new(item: &HouseItem, now: Timestamp, alarm_after: Millis) -> HouseItemReport {
        HouseItemReport {
            item: item.number,
            side: item.side.into(),
            amount: Money::new(item.amount, item.currency),
            uetr: item.uetr.map(Text),
            bank_reference: item.bank_reference.to_string(),
            booked_on: Text(item.booked_on),
            at: Text(item.at),
            age_seconds: now.since(item.at).0 / 1_000,
            overdue: item.is_overdue(now, alarm_after),
            owner: item.owner.map(Text),
        }
    }
}

impl HouseSuspense {
    /// What waits at `house` at `now`.
    #[must_use]
    pub fn new(house: &House, now: Timestamp, as_of: u64) -> HouseSuspense {
        let items = house.suspense().map(|item| HouseItemReport::new(item, now, house.alarm_after()));
        HouseSuspense { items: items.collect(), as_of }
    }
}
