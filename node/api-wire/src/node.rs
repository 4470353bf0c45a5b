//! What a node says about itself.

use crate::term::{CurrencyCode, Hash, Node, Region, Series, SignedMoney, Text, Time};
use gcfn_model::SeriesId;
use gcfn_venue::{Imbalance, SeriesTotals};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the process lives or serves.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Probe {
    /// The answer.
    pub status: ProbeStatus,
}

/// The answer of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProbeStatus {
    /// The process answers.
    Live,
    /// The node takes commands.
    Ready,
}

/// Who a node is and how it does.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NodeReport {
    /// Its name.
    pub node: Node,
    /// Its region.
    pub region: Region,
    /// Its role in the network.
    #[schema(example = "local")]
    pub role: String,
    /// The currency its coupons trade in; none without a venue.
    pub currency: Option<CurrencyCode>,
    /// The program's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// The time of the venue's last command; the node's own without a venue.
    pub time: Time,
    /// What the books committed to when the last epoch closed.
    pub state_root: Option<Hash>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// The proof of a trade or of a coupon. Anybody with the network's public keys can check it:
/// `gcfn verify` reads it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Receipt(pub serde_json::Value);

/// Whether the API serves.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiStatus {
    /// Whether the node takes commands.
    pub ready: bool,
    /// Whether this replica leads its cell.
    pub leading: bool,
    /// Whether this replica has stopped for good; it shows nothing of the state then.
    pub halted: bool,
    /// The node's time.
    pub time: Time,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What must hold, and whether it does.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Conservation {
    /// Every total that does not hold; none, short of a defect.
    pub imbalances: Vec<Discrepancy>,
    /// Where the coupons of every series are.
    pub series: Vec<SeriesCount>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A total that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "total")]
pub enum Discrepancy {
    /// Debits and credits of a currency differ.
    Currency {
        /// By how much.
        difference: SignedMoney,
    },
    /// What a pool has differs from what it owes.
    Pool {
        /// Which pool.
        #[schema(example = "UC")]
        pool: String,
        /// By how much.
        difference: SignedMoney,
    },
    /// The coupons of a series are not what was minted.
    Series {
        /// Which series.
        series: Series,
    },
}

impl From<Imbalance> for Discrepancy {
    fn from(imbalance: Imbalance) -> Discrepancy {
        match imbalance {
            Imbalance::Currency(currency, difference) => {
                Discrepancy::Currency { difference: SignedMoney::new(difference, currency) }
            }
            Imbalance::Pool(pool, currency, difference) => Discrepancy::Pool {
                pool: pool.to_string(),
                difference: SignedMoney::new(difference, currency),
            },
            Imbalance::Series(series) => Discrepancy::Series { series: Text(series) },
        }
    }
}

/// What the books say of the node's accounts at banks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PoolList {
    /// The accounts.
    pub pools: Vec<PoolBalance>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// One account at a bank.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PoolBalance {
    /// Which pool.
    #[schema(example = "UC")]
    pub pool: String,
    /// What is in it, as far as the bank has confirmed it.
    pub at_bank: SignedMoney,
    /// What the bank has yet to confirm; positive when arriving.
    pub in_transit: SignedMoney,
}

/// Where the coupons of one series are, in numbers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SeriesCount {
    /// The series.
    pub series: Series,
    /// How many there are.
    pub minted: u64,
    /// Not sold.
    pub inventory: u64,
    /// With holders here, free.
    pub held: u64,
    /// Behind orders and redemption locks.
    pub locked: u64,
    /// Matched for another node, not settled.
    pub in_delivery: u64,
    /// Redeemed.
    pub redeemed: u64,
    /// Expired.
    pub expired: u64,
    /// Recalled.
    pub recalled: u64,
    /// With other nodes.
    pub abroad: Vec<AbroadCount>,
}

/// How many coupons of a series are with another node.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct AbroadCount {
    /// The node.
    pub node: Node,
    /// How many.
    pub quantity: u64,
}

impl SeriesCount {
    /// `totals` of `series` as they are shown.
    #[must_use]
    pub fn new(series: SeriesId, totals: SeriesTotals) -> SeriesCount {
        let abroad = totals.abroad.into_iter();
        SeriesCount {
            series: Text(series),
            minted: totals.minted,
            inventory: totals.inventory,
            held: totals.held,
            locked: totals.locked,
            in_delivery: totals.in_delivery,
            redeemed: totals.redeemed,
            expired: totals.expired,
            recalled: totals.recalled,
            abroad: abroad
                .map(|(node, quantity)| AbroadCount { node: Text(node), quantity })
                .collect(),
        }
    }
}
