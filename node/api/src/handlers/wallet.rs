//! What the caller's coupons are worth, and how well the caller is identified.

use crate::handlers::party::money_of;
use crate::route::Read;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::wallet::{IdentityLevel, Valuation, ValuedHolding};
use gcfn_ledger::Holder;
use gcfn_model::{Amount, Currency, PartyId, SeriesId};
use gcfn_venue::Venue;

pub(crate) async fn valuation(call: Read, (): ()) -> Result<Valuation, Problem> {
    let party = call.caller.party;
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let series = venue.books().title.series();
        let coupons: Vec<ValuedHolding> =
            series.filter_map(|(id, _)| valued(venue, party, id)).collect();
        let money = money_of(venue, party).into_iter().map(|bucket| bucket.money);
        Valuation {
            party: Text(party),
            money: total(money, currency),
            at_last_prices: total(coupons.iter().filter_map(|of| of.at_last_price), currency),
            redeemable: total(coupons.iter().map(|of| of.redeemable), currency),
            coupons,
            as_of,
        }
    }))
}

/// A sum that stays at the largest amount when it is above that.
fn total(parts: impl Iterator<Item = Money>, currency: Currency) -> Money {
    let sum = Amount::sum(parts.map(|part| part.amount)).unwrap_or(Amount::MAX);
    Money::new(sum, currency)
}

/// What `party` has of a series, wherever it is held; nothing when it has none.
fn valued(venue: &Venue, party: PartyId, series: SeriesId) -> Option<ValuedHolding> {
    let places = [
        Holder::Party(party),
        Holder::OrderLock(party),
        Holder::OfferLock(party),
        Holder::RedeemLock(party),
        Holder::Pledged(party),
        Holder::Frozen(party),
    ];
    let title = &venue.books().title;
    let counts = places.map(|place| title.quantity(series, place));
    let quantity = counts.into_iter().fold(0, u64::saturating_add);
    if quantity == 0 {
        return None;
    }
    let currency = venue.terms().currency;
    let left = places.map(|place| Money::new(title.value(series, place), currency));
    let price = venue.market(series).and_then(|market| market.last_price);
    let worth = price.map(|price| price.checked_mul(quantity).unwrap_or(Amount::MAX));
    Some(ValuedHolding {
        series: Text(series),
        quantity,
        redeemable: total(left.into_iter(), currency),
        last_price: price.map(|price| Money::new(price, currency)),
        at_last_price: worth.map(|worth| Money::new(worth, currency)),
    })
}

pub(crate) async fn identity(call: Read, (): ()) -> Result<IdentityLevel, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        let terms = venue.terms();
        Some(IdentityLevel {
            kyc: venue.find_party(call.caller.party)?.kyc,
            kyc_to_trade: terms.kyc_to_trade,
            kyc_to_transfer_large: terms.money.limits.kyc_to_transfer_large,
            kyc_to_issue: terms.issuing.kyc_to_issue,
            as_of,
        })
    });
    found.ok_or_else(|| Code::NotFound.into())
}
