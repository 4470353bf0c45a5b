//! What is refused of coupons that are held in place, and of disputes.

use super::{Class, Row};
use crate::problem::Retry::{Never, NewKey};
use gcfn_venue::Rejection as R;

/// The row of a refusal of these; `None` for one of another business.
pub(super) const fn row(rejection: &R) -> Option<Row> {
    use Class::{Forbidden, State, Unknown, Value};
    Some(match rejection {
        R::SerialRange => ("SerialRange", Value, Never, "name serials of the series"),
        R::CouponsRedeemed => {
            ("CouponsRedeemed", State, Never, "nothing to do: the coupons are used up")
        }
        R::CouponsRecalled => {
            ("CouponsRecalled", State, Never, "nothing to do: the coupons were taken back")
        }
        R::CouponsFrozen => ("CouponsFrozen", Forbidden, NewKey, "ask compliance"),
        R::CouponsPledged => ("CouponsPledged", State, NewKey, "ask the pledgee to release them"),
        R::CouponsResold => {
            ("CouponsResold", State, Never, "nothing to do: the coupons are somebody else's")
        }
        R::CouponsLocked => {
            ("CouponsLocked", State, NewKey, "cancel the order, the offer or the redemption first")
        }
        R::PointsNotPaid => ("PointsNotPaid", State, Never, "ask the operator what points bring"),
        R::PointsShort => ("PointsShort", State, NewKey, "ask for fewer"),
        R::ShareOutOfRange => ("ShareOutOfRange", Value, Never, "send 0 to 10000 basis points"),
        R::ReviewRewarded => ("ReviewRewarded", State, Never, "nothing to do: it was rewarded"),
        R::PurchaseUnsettled => {
            ("PurchaseUnsettled", State, NewKey, "wait until the purchase has settled")
        }
        R::DetailNotKept => ("DetailNotKept", Value, Never, "confirm without a detail"),
        R::PlatformCustody => {
            ("PlatformCustody", Forbidden, NewKey, "ask the operator, who keeps the coupons")
        }
        R::OwnCustody => ("OwnCustody", Forbidden, NewKey, "let the holder do it"),
        R::CouponsElsewhere => {
            ("CouponsElsewhere", State, NewKey, "name coupons that are with holders here")
        }
        R::UnknownCouponFreeze => {
            ("UnknownCouponFreeze", Unknown, Never, "nothing to do: the freeze was lifted")
        }
        R::UnknownPledge => {
            ("UnknownPledge", Unknown, Never, "nothing to do: the pledge was released")
        }
        _ => return of_dispute(rejection),
    })
}

/// The row of a refusal of a dispute.
const fn of_dispute(rejection: &R) -> Option<Row> {
    use Class::{Forbidden, State, Taken, Unknown};
    Some(match rejection {
        R::DisputeExists => ("DisputeExists", Taken, Never, "look at the dispute that exists"),
        R::UnknownDispute => {
            ("UnknownDispute", Unknown, Never, "compare the id with where it was told")
        }
        R::DisputeState => {
            ("DisputeState", State, NewKey, "look at the dispute and take the step that follows")
        }
        R::DisputeKind => (
            "DisputeKind",
            Forbidden,
            Never,
            "let the other side open it, or open it at the node of the trade",
        ),
        R::DisputeTooLate => {
            ("DisputeTooLate", State, Never, "nothing to do: the time for it has passed")
        }
        R::EvidenceFull => ("EvidenceFull", State, Never, "put the rest into one document"),
        R::NotImpartial => {
            ("NotImpartial", Forbidden, Never, "let a person decide who has not handled it")
        }
        _ => return None,
    })
}
