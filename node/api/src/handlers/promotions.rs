//! Promotions: an issuer's new coupons at a discount, for a time.

use crate::handlers::orders::placed;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::promotion::{NewPromotion, PromotionChange, PromotionList, PromotionReport};
use gcfn_api_wire::term::Text;
use gcfn_api_wire::trading::Placed;
use gcfn_model::{Amount, BasisPoints, OrderId, PartyId, SeriesId};
use gcfn_venue::{Amendment, Rejection, Tranche, Verb};

/// What an issuer promotes, for everybody.
pub(crate) async fn promotions(call: Read<PartyId>, (): ()) -> Result<PromotionList, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        venue.issuer(call.id)?;
        let currency = venue.terms().currency;
        let promotions = venue.promotions_of(call.id);
        let promotions =
            promotions.iter().map(|promotion| PromotionReport::new(promotion, currency));
        Some(PromotionList { promotions: promotions.collect(), as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn promote(
    call: Write<PartyId>,
    Body(sent): Body<NewPromotion>,
) -> Result<Placed, Problem> {
    call.must_be(call.id)?;
    let NewPromotion { series: Text(series), quantity, discount_bp, begins_at, ends_at } = sent;
    let order = OrderId::derive(&[call.command.as_bytes()]);
    let tranche = Tranche {
        order,
        series,
        quantity,
        price: price(&call, series, discount_bp)?,
        not_before: begins_at.map(|time| time.0),
        expires_at: Some(ends_at.0),
    };
    let done = call.submit(Verb::OfferTranche(tranche)).await?;
    Ok(placed(order, done, call.as_of()))
}

pub(crate) async fn change(
    call: Write<PartyId>,
    Body(sent): Body<PromotionChange>,
) -> Result<Placed, Problem> {
    call.must_be(call.id)?;
    let PromotionChange { promotion: Text(order), discount_bp, quantity } = sent;
    let promoted = call.api.gateway().read(|venue, _| {
        let promotions = venue.promotions_of(call.id);
        promotions.into_iter().find(|promotion| promotion.order == order)
    });
    let promoted =
        promoted.ok_or_else(|| Problem::from(Rejection::UnknownOrder).at("promotion"))?;
    let price = discount_bp.map(|discount| price(&call, promoted.series, discount)).transpose()?;
    let amendment = Amendment { order, price, quantity };
    let done = call.submit(Verb::AmendOrder(amendment)).await?;
    Ok(placed(order, done, call.as_of()))
}

/// What a coupon costs at a discount, by the venue.
fn price(call: &Write<PartyId>, series: SeriesId, discount_bp: u32) -> Result<Amount, Problem> {
    let (known, price) = call.api.gateway().read(|venue, _| {
        let known = venue.market(series).is_some();
        (known, venue.discounted(series, BasisPoints(discount_bp)))
    });
    match price {
        _ if !known => Err(Problem::from(Rejection::UnknownSeries).at("series")),
        Some(price) if discount_bp != 0 => Ok(price),
        _ => Err(Problem::rule("discount_bp", "a discount leaves something of the face, not all")),
    }
}
