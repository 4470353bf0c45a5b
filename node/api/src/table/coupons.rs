//! Coupons in their holders' hands.

use super::{EVERYBODY, HOLDERS, PARTIES};
use crate::handlers::{coupons, issuance, redemption};
use crate::route::Route;
use gcfn_venue::Role::{Issuer, Operator, Regulator, User};

pub(super) fn coupons() -> Vec<Route> {
    vec![
        Route::read("/api/v1/coupons/search", EVERYBODY, "Series that trade.", issuance::search),
        Route::read(
            "/api/v1/coupons/{xqid}",
            EVERYBODY,
            "One coupon: its terms, its state, in what sort of hands it is.",
            coupons::coupon,
        ),
        Route::read(
            "/api/v1/coupons/{xqid}/history",
            PARTIES,
            "The trades that a coupon went through, newest first.",
            coupons::history,
        ),
        Route::read(
            "/api/v1/coupons/{xqid}/proof",
            PARTIES,
            "The proof of who holds a coupon, for `gcfn verify`; takes until the next round.",
            coupons::proof,
        ),
        Route::write(
            "/api/v1/coupons/{series}/transfer",
            &[User],
            "Give coupons away.",
            redemption::gift,
        ),
    ]
}

/// Coupons that are used, or handed back.
pub(super) fn used() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/coupons/{series}/redeem/lock",
            &[User],
            "Lock a coupon for redemption at a merchant.",
            redemption::lock,
        )
        .creates(),
        Route::read(
            "/api/v1/redemptions",
            PARTIES,
            "Redemptions: the caller's, as holder or merchant, or all for staff and supervisors.",
            redemption::redemptions,
        ),
        Route::read(
            "/api/v1/redemptions/{redemption}",
            PARTIES,
            "A redemption, and where its money stands.",
            redemption::redemption,
        ),
        Route::write(
            "/api/v1/redemptions/{redemption}/confirm",
            HOLDERS,
            "The merchant confirms: the coupon is used up.",
            redemption::confirm,
        ),
        Route::write(
            "/api/v1/redemptions/{redemption}/cancel",
            &[User, Issuer, Operator],
            "Release a locked coupon.",
            redemption::cancel,
        ),
        Route::read(
            "/api/v1/refunds",
            PARTIES,
            "Purchases that were undone: the caller's own, or all for staff and supervisors.",
            redemption::refunds,
        ),
        Route::write(
            "/api/v1/refunds",
            &[User, Operator],
            "Hand coupons of a primary purchase back.",
            redemption::refund,
        ),
    ]
}

/// What holds coupons in place while they stay their holder's.
pub(super) fn held_in_place() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/coupons/{series}/freeze",
            &[Operator],
            "Freeze coupons by their serials.",
            coupons::freeze,
        ),
        Route::write(
            "/api/v1/coupons/{series}/unfreeze",
            &[Operator],
            "Set frozen coupons free; two persons must.",
            coupons::unfreeze,
        ),
        Route::read(
            "/api/v1/compliance/coupon-freezes",
            &[Operator, Regulator],
            "The coupons that are frozen.",
            coupons::freezes,
        ),
        Route::write(
            "/api/v1/coupons/{series}/pledge",
            &[User],
            "Pledge coupons to another party.",
            coupons::pledge,
        ),
        Route::read(
            "/api/v1/coupons/pledges",
            PARTIES,
            "The pledges that the caller has given or holds.",
            coupons::pledges,
        ),
        Route::write(
            "/api/v1/coupons/pledges/release",
            &[User, Operator],
            "Give up a pledge, as the pledgee.",
            coupons::release_pledge,
        ),
    ]
}
