//! What the API asks the read model for. Whoever projects the journal writes rows of these kinds.

/// The projection that they belong to: its cursor is the log entry that the rows show.
pub const PROJECTION: &str = "venue";

/// Every trade: a row with the trade's id as key.
pub const TRADE: &str = "trade";

/// Every trade by party: a row for each party to it, with `<trade>.<side>` as key.
pub const PARTY_TRADE: &str = "party-trade";
