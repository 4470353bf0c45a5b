//! What trading refuses: orders, offers, auctions, market makers, phases of a book.

use super::{Class, Row};
use crate::problem::Retry::{Never, NewKey};
use gcfn_venue::Rejection as R;

/// The row of a refusal of trading; `None` for one of another business.
pub(super) const fn row(rejection: &R) -> Option<Row> {
    use Class::{State, Taken, Unknown, Value};
    Some(match rejection {
        R::TimeOutOfRange => {
            ("TimeOutOfRange", Value, Never, "name a time to come, before the coupons end")
        }
        R::PriceOutOfRange => {
            ("PriceOutOfRange", Value, Never, "name a price up to what is left of a coupon's face")
        }
        R::BelowReserve => {
            ("BelowReserve", Value, Never, "ask at least the price that the batch was funded for")
        }
        R::Units => ("Units", Value, Never, "put the ranges in order, apart and at most 256"),
        R::UnknownOffer => {
            ("UnknownOffer", Unknown, Never, "nothing to do: it was taken, ended or never was")
        }
        R::OfferExists => ("OfferExists", Taken, Never, "look at the offer that exists"),
        R::BlockTooSmall => {
            ("BlockTooSmall", Value, Never, "list the coupons, or trade them in the book")
        }
        R::OutsideBand => ("OutsideBand", Value, NewKey, "name a price nearer to the book's"),
        R::OwnSeries => ("OwnSeries", State, Never, "offer to buy the coupons back"),
        R::UnknownAuction => {
            ("UnknownAuction", Unknown, Never, "nothing to do: it has ended or never was")
        }
        R::AuctionExists => ("AuctionExists", Taken, Never, "look at the auction that exists"),
        R::BidTooLow => ("BidTooLow", Value, Never, "look at the auction and bid more"),
        R::HasBids => ("HasBids", State, Never, "let the auction go on to its end"),
        R::UnknownMaker => ("UnknownMaker", Unknown, NewKey, "apply as a market maker first"),
        R::MakerState => {
            ("MakerState", State, NewKey, "look at the market maker and take the step that follows")
        }
        R::DutyOutOfRange => {
            ("DutyOutOfRange", Value, Never, "ask for some depth and at most the whole time")
        }
        R::NoDuty => ("NoDuty", Unknown, Never, "nothing to do"),
        R::PhaseState => ("PhaseState", State, NewKey, "look at the phase of the book"),
        R::BatchSize => ("BatchSize", Value, Never, "split it into parts of at most a hundred"),
        _ => return None,
    })
}
