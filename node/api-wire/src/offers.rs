//! What is agreed outside the book: offers, swaps, auctions.

use crate::page::list_size;
use crate::term::{Auction, Money, Offer, Party, Series, Text, Time, Trade};
use crate::trading::BoughtBack;
use crate::units::Serials;
use gcfn_model::{AuctionId, Currency, OfferId, PartyId};
use gcfn_venue::OfferedDeal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// Coupons at a fixed price: anybody takes all of them or some.
    Listing,
    /// A block for one buyer, who takes it whole.
    Block,
    /// An issuer's money for its own coupons.
    BuyBack,
    /// Coupons of one series for coupons of another, between businesses.
    Swap,
}

/// Something to be offered outside the book. A swap is offered by itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "listing", "series": "ser-0000000000000000000000000a", "quantity": 3,
    "price": { "amount": "95.00", "currency": "CNY" }, "expires_at": "2026-11-30T00:00:00Z"
}))]
pub struct NewOffer {
    /// Which kind: listing, block or buy_back.
    pub kind: OfferKind,
    /// Of which series.
    pub series: Series,
    /// How many coupons: the lowest serials. Either this or `serials` is said.
    pub quantity: Option<u64>,
    /// Exactly these coupons, in ranges that ascend. Not for a buy-back.
    pub serials: Option<Vec<Serials>>,
    /// What one coupon costs.
    pub price: Money,
    /// Who alone may take it: needed for a block, not for a listing.
    pub to: Option<Party>,
    /// What becomes of coupons that are bought back: needed for a buy-back, for nothing else.
    pub then: Option<BoughtBack>,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// Who pays the money that makes a swap even.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwapPayer {
    /// Who makes the offer.
    Offerer,
    /// Who takes it.
    Taker,
}

/// The money that makes a swap even.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapMoney {
    /// Who pays.
    pub payer: SwapPayer,
    /// How much.
    pub amount: Money,
}

/// Coupons of one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapLeg {
    /// Of which series.
    pub series: Series,
    /// How many.
    #[schema(minimum = 1)]
    pub quantity: u64,
}

/// A swap to be offered to another business.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSwap {
    /// What is given.
    pub gives: SwapLeg,
    /// What is wanted.
    pub wants: SwapLeg,
    /// To whom it is offered.
    pub to: Party,
    /// The difference in money, where there is one.
    pub equaliser: Option<SwapMoney>,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// An offer that was made.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferMade {
    /// Its id.
    pub offer: Offer,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What of an offer is taken. A block and a swap are taken whole: nothing needs to be said.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "quantity": 1 }))]
pub struct Taking {
    /// How many coupons of a listing, or given for a buy-back. Either this or `serials` is said.
    pub quantity: Option<u64>,
    /// Exactly these coupons, in ranges that ascend.
    pub serials: Option<Vec<Serials>>,
}

/// An offer that was taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferTaken {
    /// The trade; none of a swap.
    pub trade: Option<Trade>,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Which offers to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfferFilter {
    /// Of this series, given or wanted; of all when left out.
    pub series: Option<Series>,
    /// Of this kind; of all when left out.
    #[param(inline)]
    pub kind: Option<OfferKind>,
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Offer>,
}

/// Which swaps to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SwapPage {
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Offer>,
}

/// Some of the offers that stand and that the caller may see.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferList {
    /// The offers, by id.
    pub offers: Vec<OfferReport>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Offer>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An offer that stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferReport {
    /// Its id.
    pub offer: Offer,
    /// What it is.
    pub kind: OfferKind,
    /// Of which series: what is given in a swap.
    pub series: Series,
    /// How many coupons nobody has taken.
    pub remaining: u64,
    /// Which coupons those are, where coupons are offered.
    pub serials: Vec<Serials>,
    /// What one coupon costs; none of a swap.
    pub price: Option<Money>,
    /// What is wanted in a swap.
    pub wants: Option<SwapLeg>,
    /// The money that makes a swap even.
    pub equaliser: Option<SwapMoney>,
    /// What becomes of coupons that are bought back.
    pub then: Option<BoughtBack>,
    /// Whether it is the caller's own.
    pub own: bool,
    /// Who made it. An offer to everybody does not say it; its two sides and overseers see it.
    pub by: Option<Party>,
    /// Who alone may take it.
    pub to: Option<Party>,
    /// When it ends by itself.
    pub expires_at: Time,
}

impl OfferReport {
    /// `offer` as `viewer` sees it, or as somebody does who may see both sides.
    #[must_use]
    pub fn new(
        (id, offer): (OfferId, &gcfn_venue::Offer),
        viewer: Option<PartyId>,
        currency: Currency,
    ) -> OfferReport {
        let deal = &offer.terms.deal;
        let own = viewer == Some(offer.by);
        let named = deal.named();
        let shows_maker = viewer.is_none() || own || named.is_some();
        let (wants, equaliser) = swapped(deal, currency);
        let (kind, price, then) = match deal {
            OfferedDeal::Listing { price, .. } => (OfferKind::Listing, Some(*price), None),
            OfferedDeal::Block { price, .. } => (OfferKind::Block, Some(*price), None),
            OfferedDeal::BuyBack { price, then, .. } => {
                (OfferKind::BuyBack, Some(*price), Some((*then).into()))
            }
            OfferedDeal::Swap { .. } => (OfferKind::Swap, None, None),
        };
        OfferReport {
            offer: Text(id),
            kind,
            series: Text(deal.series()),
            remaining: offer.remaining,
            serials: offer.locked.iter().map(|range| (*range).into()).collect(),
            price: price.map(|price| Money::new(price, currency)),
            wants,
            equaliser,
            then,
            own,
            by: shows_maker.then_some(Text(offer.by)),
            to: named.map(Text),
            expires_at: Text(offer.terms.expires_at),
        }
    }
}

fn swapped(deal: &OfferedDeal, currency: Currency) -> (Option<SwapLeg>, Option<SwapMoney>) {
    let OfferedDeal::Swap { wants, wants_quantity, equaliser, .. } = deal else {
        return (None, None);
    };
    let leg = SwapLeg { series: Text(*wants), quantity: *wants_quantity };
    let money = equaliser.map(|equaliser| SwapMoney {
        payer: match equaliser.payer {
            gcfn_venue::SwapSide::Offerer => SwapPayer::Offerer,
            gcfn_venue::SwapSide::Taker => SwapPayer::Taker,
        },
        amount: Money::new(equaliser.amount, currency),
    });
    (Some(leg), money)
}

/// One offer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferDetail {
    /// The offer.
    #[serde(flatten)]
    pub offer: OfferReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Coupons to be sold to the highest bidder, all of them to one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "series": "ser-0000000000000000000000000a", "quantity": 3,
    "reserve": { "amount": "80.00", "currency": "CNY" },
    "increment": { "amount": "0.50", "currency": "CNY" }, "ends_at": "2026-11-30T00:00:00Z"
}))]
pub struct NewAuction {
    /// Of which series.
    pub series: Series,
    /// How many coupons: the lowest serials. Either this or `serials` is said.
    pub quantity: Option<u64>,
    /// Exactly these coupons, in ranges that ascend.
    pub serials: Option<Vec<Serials>>,
    /// The least that one coupon costs.
    pub reserve: Money,
    /// By how much a bid is above the one before, at least.
    pub increment: Money,
    /// When it ends; a late bid may move that.
    pub ends_at: Time,
}

/// An auction that was opened.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuctionOpened {
    /// Its id.
    pub auction: Auction,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A bid.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBid {
    /// What is offered for one coupon.
    pub price: Money,
}

/// Which auctions to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuctionFilter {
    /// Of this series; of all when left out.
    pub series: Option<Series>,
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Auction>,
}

/// Some of the auctions that run.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuctionList {
    /// The auctions, by id.
    pub auctions: Vec<AuctionReport>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Auction>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An auction that runs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuctionReport {
    /// Its id.
    pub auction: Auction,
    /// Of which series.
    pub series: Series,
    /// Which coupons.
    pub serials: Vec<Serials>,
    /// The least that one coupon costs.
    pub reserve: Money,
    /// By how much a bid is above the one before, at least.
    pub increment: Money,
    /// The highest bid for one coupon, if there is one.
    pub best: Option<Money>,
    /// The least that the next bid must offer; none when it cannot be outbid.
    pub least: Option<Money>,
    /// When it ends.
    pub ends_at: Time,
    /// Whether the caller sells.
    pub own: bool,
    /// Whether the highest bid is the caller's.
    pub leading: bool,
    /// Who sells: the seller itself and overseers see it.
    pub seller: Option<Party>,
    /// Whose bid is highest: the bidder itself and overseers see it.
    pub bidder: Option<Party>,
}

impl AuctionReport {
    /// `auction` as `viewer` sees it, or as somebody does who may see both sides.
    #[must_use]
    pub fn new(
        (id, auction): (AuctionId, &gcfn_venue::Auction),
        viewer: Option<PartyId>,
        currency: Currency,
    ) -> AuctionReport {
        let money = |amount| Money::new(amount, currency);
        let shown = |party: PartyId| viewer.is_none_or(|viewer| viewer == party);
        let (seller, bidder) = (auction.seller, auction.best.map(|best| best.bidder));
        AuctionReport {
            auction: Text(id),
            series: Text(auction.terms.series),
            serials: auction.locked.iter().map(|range| (*range).into()).collect(),
            reserve: money(auction.terms.reserve),
            increment: money(auction.terms.increment),
            best: auction.best.map(|best| money(best.price)),
            least: auction.least().map(money),
            ends_at: Text(auction.ends_at),
            own: viewer == Some(seller),
            leading: viewer.is_some() && viewer == bidder,
            seller: Some(seller).filter(|party| shown(*party)).map(Text),
            bidder: bidder.filter(|party| shown(*party)).map(Text),
        }
    }
}

/// One auction.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuctionDetail {
    /// The auction.
    #[serde(flatten)]
    pub auction: AuctionReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// The bids that stand in an auction: one at a time. Who is outbid has its money back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BidList {
    /// The standing bid, if there is one.
    pub bids: Vec<BidReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A bid that stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BidReport {
    /// What it offers for one coupon.
    pub price: Money,
    /// Whether it is the caller's own.
    pub own: bool,
    /// Whose it is: the bidder itself and overseers see it.
    pub bidder: Option<Party>,
}
