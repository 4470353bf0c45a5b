//! What the caller's coupons are worth, and how well the caller is identified.

use crate::handlers::party::money_of;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::wallet::{IdentityLevel, PointPayout, PointReport, Valuation, ValuedHolding};
use gcfn_model::{Amount, Currency};
use gcfn_venue::{MoneyAct, ValuedCoupons};

pub(crate) async fn valuation(call: Read, (): ()) -> Result<Valuation, Problem> {
    let party = call.caller.party;
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let coupons = venue.valued_coupons(party);
        let money = money_of(venue, party).into_iter().map(|bucket| bucket.money.amount);
        Valuation {
            party: Text(party),
            money: total(money, currency),
            at_last_prices: total(coupons.iter().filter_map(|of| of.at_last_price), currency),
            redeemable: total(coupons.iter().map(|of| of.redeemable), currency),
            coupons: coupons.iter().map(|of| shown(of, currency)).collect(),
            as_of,
        }
    }))
}

/// A sum that stays at the largest amount when it is above that.
fn total(parts: impl Iterator<Item = Amount>, currency: Currency) -> Money {
    Money::new(Amount::sum(parts).unwrap_or(Amount::MAX), currency)
}

fn shown(of: &ValuedCoupons, currency: Currency) -> ValuedHolding {
    ValuedHolding {
        series: Text(of.series),
        quantity: of.quantity,
        redeemable: Money::new(of.redeemable, currency),
        last_price: of.last_price.map(|price| Money::new(price, currency)),
        at_last_price: of.at_last_price.map(|worth| Money::new(worth, currency)),
    }
}

pub(crate) async fn points(call: Read, (): ()) -> Result<PointReport, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let terms = venue.terms();
        let points = venue.points(call.caller.party).balance;
        let worth = terms.money.points.worth(points, terms.currency);
        let worth = worth.map(|amount| Money::new(amount, terms.currency));
        PointReport { points, worth, as_of }
    }))
}

pub(crate) async fn pay_points(
    call: Write,
    Body(sent): Body<PointPayout>,
) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::PayPoints { points: sent.points }.into()).await
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
