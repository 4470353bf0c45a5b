//! The section `[limits]`: how much a party may do, and what is noticed about it.

use crate::document::Section;
use gcfn_model::BasisPoints;

/// How much a party may do, and what is noticed about it. Amounts are whole units of the region's
/// currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What a party may do.
    pub party: PartyLimits,
    /// A trade above this is tagged.
    pub large_amount: u32,
    /// A trade above this is reported.
    pub large_single: u32,
    /// A day's trades above this are reported.
    pub large_daily: u32,
    /// More trades in an hour are tagged.
    pub frequency_flag: u32,
    /// As many trades in an hour stop the next order.
    pub frequency_limit: u32,
    /// More recipients of transfers in 24 hours stop the next.
    pub fan_out: u32,
    /// A transfer of this much asks both sides for the level of `kyc.large`.
    pub travel_rule: u32,
    /// From this part of `travel_rule` on a value is just below it.
    pub structuring_from: BasisPoints,
    /// As many of them in a day are tagged.
    pub structuring_count: u32,
    /// As many trades to and fro between two parties in a day are tagged.
    pub round_trips: u32,
}

/// What a party may do that has no limits of its own; none where there is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyLimits {
    /// The value of an order.
    pub order_value: Option<u32>,
    /// Of a day's trades and open orders together.
    pub traded_daily: Option<u32>,
    /// How many orders may be open.
    pub open_orders: Option<u32>,
    /// What may be withdrawn in a day.
    pub withdrawn_daily: Option<u32>,
    /// How many transfers in a day.
    pub transfers_daily: Option<u32>,
}

/// Reads the section.
pub(crate) fn read(section: &mut Section<'_>) -> Option<Limits> {
    let party = party(section);
    let large_amount = section.units("large_amount");
    let (large_single, large_daily) = (section.units("large_single"), section.units("large_daily"));
    section.require(
        large_single.zip(large_daily).map(|(single, daily)| single <= daily),
        "large_daily",
        "not less than large_single",
    );
    let frequency_flag = section.count("frequency_flag");
    let frequency_limit = section.count("frequency_limit");
    section.rising([(frequency_flag, "frequency_flag"), (frequency_limit, "frequency_limit")]);
    let fan_out = section.count("fan_out");
    let travel_rule = section.units("travel_rule");
    let structuring_from = section.rate("structuring_from");
    let structuring_count = section.count("structuring_count");
    let round_trips = section.count("round_trips");
    Some(Limits {
        party: party?,
        large_amount: large_amount?,
        large_single: large_single?,
        large_daily: large_daily?,
        frequency_flag: frequency_flag?,
        frequency_limit: frequency_limit?,
        fan_out: fan_out?,
        travel_rule: travel_rule?,
        structuring_from: structuring_from?,
        structuring_count: structuring_count?,
        round_trips: round_trips?,
    })
}

fn party(section: &mut Section<'_>) -> Option<PartyLimits> {
    let order_value = section.optional("order_value", Section::units);
    let traded_daily = section.optional("traded_daily", Section::units);
    let fits = order_value.flatten().zip(traded_daily.flatten());
    section.require(
        fits.map(|(order, day)| order <= day),
        "order_value",
        "not more than traded_daily: no such order would pass",
    );
    let open_orders = section.optional("open_orders", Section::count);
    let withdrawn_daily = section.optional("withdrawn_daily", Section::units);
    let transfers_daily = section.optional("transfers_daily", Section::count);
    Some(PartyLimits {
        order_value: order_value?,
        traded_daily: traded_daily?,
        open_orders: open_orders?,
        withdrawn_daily: withdrawn_daily?,
        transfers_daily: transfers_daily?,
    })
}
