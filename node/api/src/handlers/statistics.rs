//! What an issuer's coupons have come to.

use crate::handlers::issuers::own;
use crate::route::Read;
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::statistics::{BatchFigures, IssuerStatistics};
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::{Account, Holder};
use gcfn_model::{Amount, BatchId, PartyId};
use gcfn_venue::{Batch, Venue};

pub(crate) async fn figures(call: Read<PartyId>, (): ()) -> Result<IssuerStatistics, Problem> {
    own(&call, |venue, known, as_of| {
        let record = &known.record;
        let money = |amount| Money::new(amount, venue.terms().currency);
        let of_sold = |part: Amount| share(part, record.sold);
        let own = venue.batches_by(call.id);
        IssuerStatistics {
            issuer: Text(call.id),
            sold: money(record.sold),
            redeemed: money(record.redeemed),
            expired: money(record.expired),
            redemption_bp: of_sold(record.redeemed),
            breakage_bp: of_sold(record.expired),
            redemptions: record.redemptions,
            complaints: record.complaints,
            batches: own.filter_map(|(id, batch)| of_batch(venue, *id, batch)).collect(),
            as_of,
        }
    })
}

/// `part` of `whole` in basis points, rounded down; nothing of nothing.
fn share(part: Amount, whole: Amount) -> u32 {
    let (part, whole) = (u128::from(part.minor()), u128::from(whole.minor()));
    let share = (part * 10_000).checked_div(whole).unwrap_or(0);
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// The figures of a batch that has coupons.
fn of_batch(venue: &Venue, id: BatchId, batch: &Batch) -> Option<BatchFigures> {
    let (title, currency) = (&venue.books().title, venue.terms().currency);
    let issued = title.terms(batch.series)?.quantity;
    let count = |holder| title.quantity(batch.series, holder);
    let unsold = count(Holder::Inventory).saturating_add(count(Holder::InventoryLock));
    let (redeemed, expired) = (count(Holder::Redeemed), count(Holder::Expired));
    let recalled = count(Holder::Recalled);
    let gone = [unsold, redeemed, expired, recalled];
    let outstanding = Account::Obligation(batch.issuer, id);
    let last_price = venue.market(batch.series).and_then(|market| market.last_price);
    Some(BatchFigures {
        batch: Text(id),
        series: Text(batch.series),
        state: batch.state.into(),
        issued,
        unsold,
        circulating: gone.iter().fold(issued, |left, part| left.saturating_sub(*part)),
        redeemed,
        expired,
        recalled,
        outstanding: Money::new(venue.books().money.amount(outstanding, currency), currency),
        last_price: last_price.map(|price| Money::new(price, currency)),
    })
}
