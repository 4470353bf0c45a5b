//! The section `[trading]`: what is fixed about markets and orders.

use crate::document::Section;
use gcfn_model::BasisPoints;

/// What is fixed about markets and orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trading {
    /// How far from the reference a price interrupts the book.
    pub breaker_band: BasisPoints,
    /// How old the reference price is, in minutes.
    pub breaker_window_minutes: u32,
    /// How long the book then finds its price, in minutes.
    pub breaker_auction_minutes: u32,
    /// How long the opening call takes, in minutes, where there is one.
    pub opening_call_minutes: Option<u32>,
    /// How long before the cut-off the closing call begins, in minutes, where there is one.
    pub closing_call_minutes: Option<u32>,
    /// The least value of a block, in whole units of the region's currency.
    pub block_min: u32,
    /// How far from the reference the price of a block may be.
    pub block_band: BasisPoints,
    /// How long an offer may stand, in days.
    pub offer_days_max: u32,
    /// How long an auction goes on after a late bid, in minutes.
    pub auction_extension_minutes: u32,
    /// What a market maker brings and owes.
    pub maker: Maker,
    /// What conduct is flagged.
    pub conduct: Conduct,
}

/// What a market maker brings and owes; its level is that of `[kyc]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maker {
    /// What it deposits, in whole units of the region's currency.
    pub deposit: u32,
    /// How far apart its bid and ask may be.
    pub spread_max: BasisPoints,
    /// How many coupons it must quote, each way.
    pub depth_min: u32,
    /// In which share of the trading time.
    pub uptime: BasisPoints,
    /// The gap that does not count, in seconds.
    pub response_seconds: u32,
}

/// What conduct is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// For how long orders are counted, in minutes.
    pub window_minutes: u32,
    /// How many orders there must be before their cancellations count.
    pub sample: u32,
    /// Above which share of them cancelled it is spoofing.
    pub cancel_rate: BasisPoints,
    /// How many orders taken back after a trade are layering.
    pub layers: u32,
    /// How shortly after it, in minutes.
    pub layering_minutes: u32,
}

/// Reads the section.
pub(crate) fn read(section: &mut Section<'_>) -> Option<Trading> {
    let breaker_band = share(section, "breaker_band");
    let breaker_window_minutes = section.number("breaker_window_minutes", 1..=1440);
    let breaker_auction_minutes = section.number("breaker_auction_minutes", 1..=1440);
    let opening_call_minutes = section.optional("opening_call_minutes", call);
    let closing_call_minutes = section.optional("closing_call_minutes", call);
    let block_min = section.units("block_min");
    let block_band = section.rate("block_band");
    let offer_days_max = section.number("offer_days_max", 1..=365);
    let auction_extension_minutes = section.number("auction_extension_minutes", 0..=1440);
    let maker = maker(section);
    let conduct = conduct(section);
    Some(Trading {
        breaker_band: breaker_band?,
        breaker_window_minutes: breaker_window_minutes?,
        breaker_auction_minutes: breaker_auction_minutes?,
        opening_call_minutes: opening_call_minutes?,
        closing_call_minutes: closing_call_minutes?,
        block_min: block_min?,
        block_band: block_band?,
        offer_days_max: offer_days_max?,
        auction_extension_minutes: auction_extension_minutes?,
        maker: maker?,
        conduct: conduct?,
    })
}

fn maker(section: &mut Section<'_>) -> Option<Maker> {
    let deposit = section.units_or_none("maker_deposit");
    let spread_max = share(section, "maker_spread_max");
    let depth_min = section.count("maker_depth_min");
    let uptime = section.rate("maker_uptime");
    let response_seconds = section.number("maker_response_seconds", 0..=3600);
    Some(Maker {
        deposit: deposit?,
        spread_max: spread_max?,
        depth_min: depth_min?,
        uptime: uptime?,
        response_seconds: response_seconds?,
    })
}

fn conduct(section: &mut Section<'_>) -> Option<Conduct> {
    let window_minutes = section.number("conduct_window_minutes", 1..=10_080);
    let sample = section.count("conduct_sample");
    let cancel_rate = section.rate("conduct_cancel_rate");
    let layers = section.count("conduct_layers");
    let layering_minutes = section.number("conduct_layering_minutes", 1..=10_080);
    section.require(
        layering_minutes.zip(window_minutes).map(|(after, window): (u32, u32)| after <= window),
        "conduct_layering_minutes",
        "not more than conduct_window_minutes: what is counted is forgotten then",
    );
    Some(Conduct {
        window_minutes: window_minutes?,
        sample: sample?,
        cancel_rate: cancel_rate?,
        layers: layers?,
        layering_minutes: layering_minutes?,
    })
}

/// A share that cannot be nothing: no order could ever keep to it.
fn share(section: &mut Section<'_>, key: &'static str) -> Option<BasisPoints> {
    section.number(key, 1..=10_000).map(BasisPoints)
}

fn call(section: &mut Section<'_>, key: &'static str) -> Option<u32> {
    section.number(key, 1..=720)
}
