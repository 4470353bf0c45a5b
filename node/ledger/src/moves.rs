//! Which moves of coupons there are.
//!
//! Decides what is refused: out of a final state there is no move, what is locked is not free
//! ([`Holder::may_move_to`]), only the home of a series has its inventory, and nobody moves what
//! is not where he says.

use crate::series::Series;
use crate::{Holder, SerialRange};
use gcfn_model::{Amount, Serial};
use serde::{Deserialize, Serialize};

/// Why coupons were not moved. Nothing has changed. In the order of the checks, but for
/// [`TitleFault::Forbidden`], which comes after [`TitleFault::Misplaced`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum TitleFault {
    /// The series is registered already: choose another id, or see what was registered.
    #[error("series is registered already")]
    SeriesExists = 1,
    /// Face or quantity is zero, or their product is above [`Amount::MAX`]: mint less.
    #[error("face times quantity is zero or above 10^18 - 1 minor units")]
    TermsOutOfRange = 2,
    /// No such series: register it first.
    #[error("series is not registered")]
    UnknownSeries = 3,
    /// Fewer such coupons than asked for: ask for less.
    #[error("{holder:?} has {available} such coupons")]
    Insufficient {
        /// Where they were sought.
        holder: Holder,
        /// How many there are.
        available: u64,
    } = 4,
    /// Nothing to move: name at least one coupon, and an amount above zero.
    #[error("no coupon or no amount is named")]
    Nothing = 5,
    /// From and to are the same.
    #[error("coupons are with {0:?} already")]
    SameHolder(Holder) = 6,
    /// The coupons have ended and stay where they are.
    #[error("coupons do not leave {0:?}")]
    Final(Holder) = 7,
    /// The series cannot be there: inventory and coupons abroad are at the home node only, and
    /// coupons return to their own home only.
    #[error("coupons of this series cannot be with {0:?} at this node")]
    Misplaced(Holder) = 8,
    /// Ranges are not ascending and apart, or not within the series: put them in order.
    #[error("serial ranges are not ascending, apart and within the series, at {0}")]
    Ranges(Serial) = 9,
    /// The coupon is elsewhere: look up who holds it.
    #[error("coupon {serial} is not with {holder:?}")]
    NotHeld {
        /// The first coupon that is elsewhere.
        serial: Serial,
        /// Where it was sought.
        holder: Holder,
    } = 10,
    /// More than is left of the coupon: redeem less.
    #[error("coupon has {left} minor units left")]
    AboveLeft {
        /// What is left.
        left: Amount,
    } = 11,
    /// Another node's account of the coupon contradicts this one's: resales do not become fewer,
    /// and what is left does not become more.
    #[error("coupon {0} cannot have become younger or worth more")]
    Condition(Serial) = 12,
    /// Coupons do not move from the one to the other ([`Holder::may_move_to`]): release the lock
    /// that they are in first, or name its own holder.
    #[error("coupons do not move from {from:?} to {to:?}")]
    Forbidden {
        /// Where they are.
        from: Holder,
        /// Where they were to go.
        to: Holder,
    } = 13,
}

/// Everything that must hold before `ranges` move.
pub(crate) fn check_move(
    series: &Series,
    (from, to): (Holder, Holder),
    ranges: &[SerialRange],
) -> Result<(), TitleFault> {
    check_way(series, (from, to), ranges.is_empty())?;
    let mut least = 0;
    for range in ranges {
        if range.first < least || range.end <= range.first || series.terms.quantity < range.end {
            return Err(TitleFault::Ranges(range.first));
        }
        least = range.end;
    }
    let mut lots = ranges.iter().flat_map(|&range| series.within(range));
    match lots.find(|(holder, _)| *holder != from) {
        Some((_, lot)) => Err(TitleFault::NotHeld { serial: lot.range.first, holder: from }),
        None => Ok(()),
    }
}

/// What must hold before any coupons move from the one to the other; `none` when none do.
pub(crate) fn check_way(
    series: &Series,
    (from, to): (Holder, Holder),
    none: bool,
) -> Result<(), TitleFault> {
    if none {
        return Err(TitleFault::Nothing);
    }
    if from == to {
        return Err(TitleFault::SameHolder(to));
    }
    if from.is_final() {
        return Err(TitleFault::Final(from));
    }
    let misplaced = match to {
        Holder::Home(node) => series.terms.home != Some(node),
        Holder::Inventory | Holder::InventoryLock | Holder::Abroad(_) => {
            series.terms.home.is_some()
        }
        _ => false,
    };
    if misplaced {
        return Err(TitleFault::Misplaced(to));
    }
    match from.may_move_to(to) {
        true => Ok(()),
        false => Err(TitleFault::Forbidden { from, to }),
    }
}
