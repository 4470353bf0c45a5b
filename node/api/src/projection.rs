//! What the API asks the read model for. Whoever projects the journal writes rows of these kinds.

mod disputes;
mod months;
mod notices;
mod orders;
mod past;
mod redemptions;
mod statements;
mod trades;

pub use past::Past;

pub(crate) use disputes::past_dispute;
pub(crate) use months::IssuerMonth;
pub(crate) use notices::Told;
pub(crate) use orders::OrderLife;
pub(crate) use redemptions::RedemptionLife;
pub(crate) use statements::StatementLine;
pub(crate) use trades::past_trade;

use disputes::dispute_rows;
use notices::notices;
use orders::Orders;
use trades::Trades;

/// The projection that they belong to: its cursor is the log entry that the rows show.
pub const PROJECTION: &str = "venue";

/// Every trade: a row with the trade's id as key.
pub const TRADE: &str = "trade";

/// Every trade by party: a row for each party to it, with `<trade>.<side>` as key.
pub const PARTY_TRADE: &str = "party-trade";

/// Every trade that was undone: a row of its buyer's with the trade's id as key.
pub const REFUND: &str = "refund";

/// Every dispute that the machine has forgotten: a row with its id as key.
pub const DISPUTE: &str = "dispute";

/// The same by party: a row for each side of the trade, with `<dispute>.<side>` as key.
pub const PARTY_DISPUTE: &str = "party-dispute";

/// Every order, open or ended: a row with its id as key and an [`OrderLife`] as body.
pub const ORDER: &str = "order";

/// How a market maker met a duty on a trading day: a row with `<event>` as key and the report of
/// the machine as body.
pub const DUTY_OF_DAY: &str = "duty-of-day";

/// The same over a month.
pub const DUTY_OF_MONTH: &str = "duty-of-month";

/// What a party is told: a row with `<event>.<number>` as key and a [`Told`] as body.
pub const NOTICE: &str = "notice";

/// Every redemption: a row with its id as key and a [`RedemptionLife`] as body.
pub const REDEMPTION: &str = "redemption";

/// The same by party: a row for each side, with `<redemption>.<side>` as key.
pub const PARTY_REDEMPTION: &str = "party-redemption";

/// What an entry did to a party's money: a row with `<event>.<party>` as key and a
/// [`StatementLine`] as body.
pub const STATEMENT: &str = "statement";

/// What an issuer's money did in a month: a row with `<issuer>.<month>` as key.
pub const ISSUER_MONTH: &str = "issuer-month";
