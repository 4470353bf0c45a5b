//! What an issuer does in the book of its own series: it sells new coupons in tranches, and buys
//! coupons back (P-03b, P-04, P-21).

use crate::batch::BatchTerms;
use crate::command::OrderTerms;
use crate::orders::{BoughtBack, OrderKind};
use crate::outcome::Outcome;
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// New coupons that an issuer offers at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tranche {
    /// The order's id.
    pub order: OrderId,
    /// Of which series.
    pub series: SeriesId,
    /// How many coupons of the inventory.
    pub quantity: u64,
    /// What one costs.
    pub price: Amount,
    /// When it enters the book; at once when left out.
    pub not_before: Option<Timestamp>,
    /// When what is left leaves the book.
    pub expires_at: Option<Timestamp>,
}

/// An issuer's order for its own coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyBack {
    /// The order's id.
    pub order: OrderId,
    /// Of which series.
    pub series: SeriesId,
    /// How many coupons.
    pub quantity: u64,
    /// The most that it pays for one.
    pub limit: Amount,
    /// What becomes of the part that cannot trade at once.
    pub time_in_force: TimeInForce,
    /// When what is left leaves the book.
    pub expires_at: Option<Timestamp>,
    /// What becomes of the coupons.
    pub then: BoughtBack,
}

impl Venue {
    /// Offers coupons of the inventory. The first tranche is offered by the listing itself.
    pub(crate) fn offer_tranche(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        tranche: Tranche,
    ) -> Outcome {
        self.active_issuer(issuer)?;
        self.own_series(issuer, tranche.series)?;
        self.open_series(tranche.series, step.at)?;
        self.check_primary_price(tranche.series, tranche.price)?;
        self.place_tranche(step, issuer, &tranche)
    }

    pub(crate) fn place_tranche(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        tranche: &Tranche,
    ) -> Outcome {
        let Tranche { order, series, quantity, price, not_before, expires_at } = *tranche;
        let terms = OrderTerms {
            order,
            series,
            side: Side::Sell,
            quantity,
            limit: Some(price),
            time_in_force: TimeInForce::GoodTillCancelled,
            display: None,
            not_before,
            expires_at,
        };
        self.accept(step, (issuer, OrderKind::Primary), &terms)
    }

    /// New coupons cost no less than the reserve of the batch was funded for: what the sale
    /// brings and what is set aside for each must come to the reserve's share (C-28).
    pub(crate) fn check_primary_price(
        &self,
        series: SeriesId,
        price: Amount,
    ) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        let terms = BatchTerms { issue_price: price, ..batch.terms };
        match batch.prefunded < self.prefund_per_coupon(batch.issuer, &terms) {
            true => Err(Rejection::BelowReserve),
            false => Ok(()),
        }
    }

    /// Buys coupons back out of free proceeds.
    pub(crate) fn buy_back(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        wanted: BuyBack,
    ) -> Outcome {
        self.free_party(issuer)?;
        self.own_series(issuer, wanted.series)?;
        self.open_series(wanted.series, step.at)?;
        let BuyBack { order, series, quantity, limit, time_in_force, expires_at, then } = wanted;
        let terms = OrderTerms {
            order,
            series,
            side: Side::Buy,
            quantity,
            limit: Some(limit),
            time_in_force,
            display: None,
            not_before: None,
            expires_at,
        };
        self.accept(step, (issuer, OrderKind::BuyBack(then)), &terms)
    }

    /// Whether `issuer` issued the series.
    pub(crate) fn own_series(&self, issuer: PartyId, series: SeriesId) -> Result<(), Rejection> {
        match self.issuer_of(series)? == issuer {
            true => Ok(()),
            false => Err(Rejection::NotYours),
        }
    }

    pub(crate) fn issuer_of(&self, series: SeriesId) -> Result<PartyId, Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        Ok(batch.issuer)
    }
}
