//! Batches, series and where coupons can be bought.

use crate::term::{Batch, CurrencyCode, Money, Node, Party, Proposal, Series, Text, Time};
use gcfn_model::{BatchId, Currency};
use gcfn_venue::{BatchState, BatchTerms, DivisibleFor, Terms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The terms of a batch to be drafted, in the currency of the venue.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchDraft {
    /// Face value of one coupon.
    pub face: Money,
    /// How many coupons.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub quantity: u64,
    /// What the first buyer pays for one; at most its face.
    pub issue_price: Money,
    /// From this instant on nothing is redeemed or traded.
    pub expires_at: Time,
    /// From this instant on the reserve of what expired is shared out.
    pub breakage_at: Time,
    /// Whether a coupon may be redeemed in parts.
    #[serde(default)]
    pub divisible: bool,
    /// Whether coupons may be given or sold on.
    #[serde(default = "transferable")]
    #[schema(default = true)]
    pub transferable: bool,
}

const fn transferable() -> bool {
    true
}

impl BatchDraft {
    /// The same in the machine's words; what it does not say is as the region has it. The caller
    /// has compared the currencies.
    #[must_use]
    pub const fn terms(&self, region: &Terms) -> BatchTerms {
        let ends = (self.expires_at.0, self.breakage_at.0);
        let goods = (self.face.amount, self.quantity);
        let divisible_for = if self.divisible { DivisibleFor::Redeem } else { DivisibleFor::None };
        BatchTerms {
            divisible_for,
            transferable: self.transferable,
            ..region.voucher(goods, self.issue_price.amount, ends)
        }
    }
}

/// A batch that was drafted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Drafted {
    /// Its id.
    pub batch: Batch,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A step that was taken, or that waits for a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Set when nothing is done before a second person sends the same or approves this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// May still be changed by the issuer.
    Draft,
    /// Waits for approval.
    Review,
    /// Approved by enough persons.
    Approved,
    /// Its reserve is set aside.
    Funded,
    /// Its coupons exist.
    Registered,
    /// Its coupons trade.
    Listed,
    /// Its coupons have expired.
    Expired,
    /// Nothing is left to do.
    Closed,
    /// Submitted, and not yet screened.
    Precheck,
    /// Its coupons stand still.
    Suspended,
    /// Refused.
    Rejected,
    /// Given up by its issuer.
    Withdrawn,
    /// Its coupons were taken back.
    Recalled,
}

impl From<BatchState> for Stage {
    fn from(state: BatchState) -> Stage {
        match state {
            BatchState::Draft => Stage::Draft,
            BatchState::Review => Stage::Review,
            BatchState::Approved => Stage::Approved,
            BatchState::Funded => Stage::Funded,
            BatchState::Registered => Stage::Registered,
            BatchState::Listed => Stage::Listed,
            BatchState::Expired => Stage::Expired,
            BatchState::Closed => Stage::Closed,
            BatchState::Precheck => Stage::Precheck,
            BatchState::Suspended => Stage::Suspended,
            BatchState::Rejected => Stage::Rejected,
            BatchState::Withdrawn => Stage::Withdrawn,
            BatchState::Recalled => Stage::Recalled,
        }
    }
}

/// A batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchReport {
    /// Its id.
    pub batch: Batch,
    /// Whose it is.
    pub issuer: Party,
    /// The series of its coupons.
    pub series: Series,
    /// Where it stands.
    pub state: Stage,
    /// Face value of one coupon.
    pub face: Money,
    /// How many coupons.
    pub quantity: u64,
    /// What the first buyer pays for one.
    pub issue_price: Money,
    /// From this instant on nothing is redeemed or traded.
    pub expires_at: Time,
    /// From this instant on the reserve of what expired is shared out.
    pub breakage_at: Time,
    /// Whether a coupon may be redeemed in parts.
    pub divisible: bool,
    /// Whether coupons may be given or sold on.
    pub transferable: bool,
    /// How many persons have approved it.
    pub approvals: usize,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

impl BatchReport {
    /// `batch` as it is shown.
    #[must_use]
    pub fn new(
        id: BatchId,
        batch: &gcfn_venue::Batch,
        currency: Currency,
        as_of: u64,
    ) -> BatchReport {
        let terms = batch.terms;
        BatchReport {
            batch: Text(id),
            issuer: Text(batch.issuer),
            series: Text(batch.series),
            state: batch.state.into(),
            face: Money::new(terms.face, currency),
            quantity: terms.quantity,
            issue_price: Money::new(terms.issue_price, currency),
            expires_at: Text(terms.expires_at),
            breakage_at: Text(terms.breakage_at),
            divisible: terms.redeems_in_parts(),
            transferable: terms.transferable,
            approvals: batch.approved_by.len(),
            as_of,
        }
    }
}

/// Which series to list.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
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
    /// The series: this node's by batch, then those of others by id.
    pub series: Vec<Listing>,
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
