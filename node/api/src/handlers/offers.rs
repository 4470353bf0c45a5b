//! What is agreed outside the book: offers, swaps, auctions.

use crate::auth::Caller;
use crate::handlers::{oversees, page_of};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::offers::{
    AuctionDetail, AuctionFilter, AuctionList, AuctionOpened, AuctionReport, BidList, BidReport,
    NewAuction, NewBid, NewOffer, NewSwap, OfferDetail, OfferFilter, OfferKind, OfferList,
    OfferMade, OfferReport, OfferTaken, SwapPage, SwapPayer, Taking,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::units::units;
use gcfn_model::{AuctionId, OfferId, PartyId};
use gcfn_venue::{
    Auction, AuctionTerms, Done, Equaliser, Offer, OfferTerms, OfferedDeal, SwapSide, Units, Venue,
    Verb,
};

pub(crate) async fn make(call: Write, Body(sent): Body<NewOffer>) -> Result<OfferMade, Problem> {
    let deal = deal(&call, &sent)?;
    offer(&call, deal, sent.expires_at.0).await
}

async fn offer(
    call: &Write,
    deal: OfferedDeal,
    expires_at: gcfn_model::Timestamp,
) -> Result<OfferMade, Problem> {
    let offer = OfferId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::MakeOffer(OfferTerms { offer, deal, expires_at })).await?;
    Ok(OfferMade { offer: Text(offer), as_of: call.as_of() })
}

/// What is offered. A field that the kind has no use for is refused rather than passed over.
fn deal(call: &Write, sent: &NewOffer) -> Result<OfferedDeal, Problem> {
    let series = sent.series.0;
    let price = call.api.amount("price", sent.price)?;
    let missing = |field| Problem::from(Code::MissingField).at(field);
    let unused = |field, rule: &'static str| Err(Problem::rule(field, rule));
    let of_units = || units(sent.quantity, sent.serials.as_deref());
    let to = sent.to.map(|to| to.0);
    if sent.kind != OfferKind::BuyBack && sent.then.is_some() {
        return unused("then", "only what is bought back becomes something");
    }
    match sent.kind {
        OfferKind::Listing if to.is_some() => unused("to", "a listing is for everybody"),
        OfferKind::Listing => Ok(OfferedDeal::Listing { series, units: of_units()?, price }),
        OfferKind::Block => {
            let to = to.ok_or_else(|| missing("to"))?;
            Ok(OfferedDeal::Block { series, units: of_units()?, price, to })
        }
        OfferKind::BuyBack if sent.serials.is_some() => {
            unused("serials", "a buy-back is for any coupons")
        }
        OfferKind::BuyBack => {
            let quantity = sent.quantity.ok_or_else(|| missing("quantity"))?;
            let then = sent.then.ok_or_else(|| missing("then"))?.into();
            Ok(OfferedDeal::BuyBack { series, quantity, price, to, then })
        }
        OfferKind::Swap => unused("kind", "a swap is offered by trades/swaps"),
    }
}

pub(crate) async fn swap(call: Write, Body(sent): Body<NewSwap>) -> Result<OfferMade, Problem> {
    let equaliser = match sent.equaliser {
        Some(money) => Some(Equaliser {
            payer: match money.payer {
                SwapPayer::Offerer => SwapSide::Offerer,
                SwapPayer::Taker => SwapSide::Taker,
            },
            amount: call.api.amount("equaliser.amount", money.amount)?,
        }),
        None => None,
    };
    let deal = OfferedDeal::Swap {
        gives: sent.gives.series.0,
        gives_quantity: sent.gives.quantity,
        wants: sent.wants.series.0,
        wants_quantity: sent.wants.quantity,
        to: sent.to.0,
        equaliser,
    };
    offer(&call, deal, sent.expires_at.0).await
}

pub(crate) async fn list(
    call: Read,
    Query(filter): Query<OfferFilter>,
) -> Result<OfferList, Problem> {
    Ok(listed(&call, filter))
}

pub(crate) async fn swaps(call: Read, Query(page): Query<SwapPage>) -> Result<OfferList, Problem> {
    let SwapPage { limit, after } = page;
    Ok(listed(&call, OfferFilter { series: None, kind: Some(OfferKind::Swap), limit, after }))
}

fn listed(call: &Read, filter: OfferFilter) -> OfferList {
    let currency = call.api.terms().currency;
    let viewer = viewer(&call.caller);
    let fits = |report: &OfferReport| filter.kind.is_none_or(|kind| kind == report.kind);
    let (series, after) = (filter.series.map(|of| of.0), filter.after.map(|of| of.0));
    call.api.gateway().read(|venue, as_of| {
        let seen = venue.offers_after(series, after).filter(|(_, offer)| may_see(viewer, offer));
        let report = |(id, offer): (&OfferId, &Offer)| {
            (*id, OfferReport::new((*id, offer), viewer, currency))
        };
        let reports = seen.map(report).filter(|(_, report)| fits(report));
        let (offers, next) = page_of(reports, filter.limit);
        OfferList { offers, next: next.map(Text), as_of }
    })
}

pub(crate) async fn show(call: Read<OfferId>, (): ()) -> Result<OfferDetail, Problem> {
    let currency = call.api.terms().currency;
    let viewer = viewer(&call.caller);
    let found = call.api.gateway().read(|venue, as_of| {
        let offer = venue.offer(call.id).filter(|offer| may_see(viewer, offer))?;
        let offer = OfferReport::new((call.id, offer), viewer, currency);
        Some(OfferDetail { offer, as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

/// As whom the caller sees two sides of a bargain; overseers see both.
fn viewer(caller: &Caller) -> Option<PartyId> {
    (!oversees(caller)).then_some(caller.party)
}

/// What is offered to one party is nobody else's to see.
fn may_see(viewer: Option<PartyId>, offer: &Offer) -> bool {
    let Some(viewer) = viewer else { return true };
    offer.by == viewer || offer.terms.deal.named().is_none_or(|named| named == viewer)
}

pub(crate) async fn take(
    call: Write<OfferId>,
    Body(sent): Body<Taking>,
) -> Result<OfferTaken, Problem> {
    let takes_whole = |venue: &Venue| {
        let deal = venue.offer(call.id).map(|offer| &offer.terms.deal);
        deal.is_none_or(|deal| matches!(deal, OfferedDeal::Block { .. } | OfferedDeal::Swap { .. }))
    };
    let whole = call.api.gateway().read(|venue, _| takes_whole(venue));
    let units = match (whole, sent.quantity, &sent.serials) {
        // What is taken whole needs no number; the machine looks at none.
        (true, None, None) => Units::Any(1),
        _ => units(sent.quantity, sent.serials.as_deref())?,
    };
    let trade = match call.submit(Verb::TakeOffer { offer: call.id, units }).await? {
        Done::Traded { trade } => Some(Text(trade)),
        _ => None,
    };
    Ok(OfferTaken { trade, as_of: call.as_of() })
}

pub(crate) async fn decline(call: Write<OfferId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::DeclineOffer { offer: call.id }).await
}

pub(crate) async fn withdraw(call: Write<OfferId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::WithdrawOffer { offer: call.id }).await
}

pub(crate) async fn open_auction(
    call: Write,
    Body(sent): Body<NewAuction>,
) -> Result<AuctionOpened, Problem> {
    let auction = AuctionId::derive(&[call.command.as_bytes()]);
    let terms = AuctionTerms {
        auction,
        series: sent.series.0,
        units: units(sent.quantity, sent.serials.as_deref())?,
        reserve: call.api.amount("reserve", sent.reserve)?,
        increment: call.api.amount("increment", sent.increment)?,
        ends_at: sent.ends_at.0,
    };
    call.submit(Verb::OpenAuction(terms)).await?;
    Ok(AuctionOpened { auction: Text(auction), as_of: call.as_of() })
}

pub(crate) async fn auctions(
    call: Read,
    Query(filter): Query<AuctionFilter>,
) -> Result<AuctionList, Problem> {
    let currency = call.api.terms().currency;
    let viewer = viewer(&call.caller);
    let (series, after) = (filter.series.map(|of| of.0), filter.after.map(|of| of.0));
    Ok(call.api.gateway().read(|venue, as_of| {
        let wanted = venue.auctions_after(series, after);
        let report = |(id, one): (&AuctionId, &Auction)| {
            (*id, AuctionReport::new((*id, one), viewer, currency))
        };
        let (auctions, next) = page_of(wanted.map(report), filter.limit);
        AuctionList { auctions, next: next.map(Text), as_of }
    }))
}

pub(crate) async fn auction(call: Read<AuctionId>, (): ()) -> Result<AuctionDetail, Problem> {
    let currency = call.api.terms().currency;
    let viewer = viewer(&call.caller);
    let found = call.api.gateway().read(|venue, as_of| {
        let auction = AuctionReport::new((call.id, venue.auction(call.id)?), viewer, currency);
        Some(AuctionDetail { auction, as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn cancel_auction(call: Write<AuctionId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::CancelAuction { auction: call.id }).await
}

pub(crate) async fn bid(
    call: Write<AuctionId>,
    Body(sent): Body<NewBid>,
) -> Result<Accepted, Problem> {
    let price = call.api.amount("price", sent.price)?;
    call.accepted(Verb::Bid { auction: call.id, price }).await
}

pub(crate) async fn bids(call: Read<AuctionId>, (): ()) -> Result<BidList, Problem> {
    let currency = call.api.terms().currency;
    let viewer = viewer(&call.caller);
    let found = call.api.gateway().read(|venue, as_of| {
        let best = venue.auction(call.id)?.best;
        let bids = best.map(|best| BidReport {
            price: Money::new(best.price, currency),
            own: viewer == Some(best.bidder),
            bidder: viewer.is_none_or(|viewer| viewer == best.bidder).then_some(Text(best.bidder)),
        });
        Some(BidList { bids: bids.into_iter().collect(), as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}
