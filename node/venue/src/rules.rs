//! The rules of section 7 that a venue applies by itself, on one scale of levels (C-45).

use serde::{Deserialize, Serialize};

/// How bad something is: one scale for all (C-45), L1 the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Act within ten minutes.
    L1,
    /// Act within the hour.
    L2,
    /// Act within the day.
    L3,
    /// Act within two days.
    L4,
}

/// A rule of section 7 that this node applies by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// too many trades in an hour. Orders wait for the review.
    FrequencyLimit,
    /// many trades in an hour.
    FrequencyFlag,
    /// a large trade.
    LargeAmount,
    /// transfers to many parties. Transfers wait for the review.
    FanOut,
    /// several values a little below the limit of the Travel Rule in a day.
    Structuring,
    /// two parties sell each other the same coupons to and fro.
    Brushing,
}

impl Rule {
    /// Every rule.
    pub(crate) const ALL: [Rule; 6] = [
        Rule::FrequencyLimit,
        Rule::FrequencyFlag,
        Rule::LargeAmount,
        Rule::FanOut,
        Rule::Structuring,
        Rule::Brushing,
    ];

    /// Its number in the list of rules.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Rule::FrequencyLimit => "A-02",
            Rule::FrequencyFlag => "A-03",
            Rule::LargeAmount => "A-04",
            Rule::FanOut => "A-07",
            Rule::Structuring => "A-09",
            Rule::Brushing => "A-43",
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Rule::Structuring => Level::L1,
            Rule::FrequencyLimit | Rule::FanOut => Level::L2,
            Rule::FrequencyFlag | Rule::LargeAmount | Rule::Brushing => Level::L3,
        }
    }
}
