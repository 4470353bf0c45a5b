//! Users, merchants and staff: who they are, and what staff decide about them.

use super::{EVERYBODY, HOLDERS};
use crate::handlers::{
    admin, notices, party, personal, portfolio, redemption, registration, staff, statements, wallet,
};
use crate::route::Route;
use gcfn_venue::Role::{Operator, Regulator, User};

pub(super) fn parties() -> Vec<Route> {
    vec![
        Route::write("/api/v1/users", &[Operator], "Register a party.", registration::register)
            .creates(),
        Route::read("/api/v1/users/me", EVERYBODY, "Who the caller is.", party::me),
        Route::read(
            "/api/v1/users/me/assets",
            HOLDERS,
            "The caller's money and coupons.",
            party::assets,
        ),
        Route::read(
            "/api/v1/users/me/kyc",
            HOLDERS,
            "How well the caller is identified, and what that opens.",
            wallet::identity,
        ),
        Route::read(
            "/api/v1/users/me/bank-accounts",
            HOLDERS,
            "Where the caller's money is paid out to.",
            registration::bank_accounts,
        ),
        Route::write(
            "/api/v1/users/me/bank-accounts",
            HOLDERS,
            "Have the caller's money paid out to this account.",
            registration::set_bank_account,
        ),
        Route::write(
            "/api/v1/users/me/bank-accounts",
            HOLDERS,
            "Forget the account that the caller's money was paid out to.",
            registration::forget_bank_account,
        )
        .by_delete(),
        Route::write(
            "/api/v1/users/me/invitation",
            &[User],
            "Say who brought the caller here; once, before the first trade.",
            party::join_by_invitation,
        ),
    ]
}

/// What a party does about its own data, and what it is told.
pub(super) fn personal() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/users/me",
            HOLDERS,
            "Change how the caller is reached.",
            personal::change,
        )
        .by_patch(),
        Route::read(
            "/api/v1/users/me/erasure",
            HOLDERS,
            "How the erasure of the caller's personal data stands.",
            personal::erasure,
        ),
        Route::write(
            "/api/v1/users/me/erasure",
            HOLDERS,
            "Ask that the caller's personal data be erased, once the law lets it.",
            personal::ask_erasure,
        )
        .accepts(),
        Route::read(
            "/api/v1/users/me/notifications",
            HOLDERS,
            "What the caller is told: what has happened, newest first, and what ends soon.",
            notices::notices,
        ),
        Route::read(
            "/api/v1/users/me/notification-prefs",
            HOLDERS,
            "What the caller wants to be told.",
            notices::prefs,
        ),
        Route::write(
            "/api/v1/users/me/notification-prefs",
            HOLDERS,
            "Say what the caller wants to be told: all of it anew.",
            notices::set_prefs,
        )
        .by_put(),
    ]
}

pub(super) fn wallets() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/wallets/me",
            HOLDERS,
            "The caller's money and coupons.",
            party::assets,
        ),
        Route::read(
            "/api/v1/wallets/me/statement",
            HOLDERS,
            "What the caller's money has done, the latest first.",
            statements::own,
        ),
        Route::read(
            "/api/v1/wallets/me/valuation",
            HOLDERS,
            "What the caller's money and coupons come to.",
            wallet::valuation,
        ),
        Route::read(
            "/api/v1/wallets/me/portfolio",
            HOLDERS,
            "What the caller's coupons have cost, brought and are worth.",
            portfolio::portfolio,
        ),
        Route::read(
            "/api/v1/wallets/me/points",
            &[User],
            "The caller's points, and what they bring.",
            wallet::points,
        ),
        Route::write(
            "/api/v1/wallets/me/points/payouts",
            &[User],
            "Be paid for points, out of the platform's share.",
            wallet::pay_points,
        ),
    ]
}

pub(super) fn compliance() -> Vec<Route> {
    vec![
        Route::write("/api/v1/compliance/freeze", &[Operator], "Freeze a party.", party::freeze),
        Route::write(
            "/api/v1/compliance/unfreeze",
            &[Operator],
            "Lift one reason for a freeze; two persons must.",
            party::unfreeze,
        ),
        Route::read(
            "/api/v1/compliance/kyc/{party}",
            &[Operator, Regulator],
            "How well a party is identified.",
            party::party,
        ),
        Route::write(
            "/api/v1/compliance/kyc/{party}",
            &[Operator],
            "Set how well a party is identified.",
            party::set_kyc,
        ),
        Route::read(
            "/api/v1/compliance/erasure",
            &[Operator, Regulator],
            "The erasures of personal data that were asked for or done.",
            personal::erasures,
        ),
        Route::write(
            "/api/v1/compliance/erasure",
            &[Operator],
            "Erase the personal data of a closed party that need not be kept any more.",
            personal::erase,
        ),
    ]
}

/// What members of staff decide together, and about parties.
/// What takes two of the staff.
pub(super) fn proposals() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/admin/proposals",
            &[Operator, Regulator],
            "What waits for a second person.",
            staff::proposals,
        ),
        Route::write(
            "/api/v1/admin/proposals/{proposal}/approve",
            &[Operator],
            "Approve, as the second person: it is done.",
            staff::approve,
        ),
        Route::write(
            "/api/v1/admin/proposals/{proposal}/dismiss",
            &[Operator],
            "Give up what was proposed.",
            staff::dismiss,
        ),
    ]
}

pub(super) fn staff() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/admin/users",
            &[Operator, Regulator],
            "The parties of the node, by their pseudonyms.",
            party::list,
        ),
        Route::read(
            "/api/v1/admin/users/{party}",
            &[Operator, Regulator],
            "A party, by its pseudonym.",
            party::party,
        ),
        Route::read(
            "/api/v1/admin/users/{party}/statement",
            &[Operator, Regulator],
            "What a party's money has done, the latest first.",
            statements::of_party,
        ),
        Route::write(
            "/api/v1/admin/users/{party}/class",
            &[Operator],
            "Say to which class a party belongs; two persons must.",
            party::classify,
        ),
        Route::write(
            "/api/v1/admin/users/{party}/close",
            &[Operator],
            "Close a party that has nothing here any more.",
            party::close,
        ),
    ]
}

/// What staff do with the coupons of holders that the platform keeps.
pub(super) fn custody() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/admin/users/{party}/custody",
            &[Operator],
            "Say who keeps a holder's coupons: itself, or the platform; two persons must.",
            party::set_custody,
        ),
        Route::write(
            "/api/v1/admin/users/{party}/gifts",
            &[Operator],
            "Give coupons away for a holder whose coupons the platform keeps; two persons must.",
            redemption::give_as_custodian,
        ),
        Route::write(
            "/api/v1/admin/users/{party}/redemptions",
            &[Operator],
            "Lock a coupon for a holder whose coupons the platform keeps.",
            redemption::lock_as_custodian,
        ),
    ]
}

/// What members of staff see and decide of the node itself.
pub(super) fn node() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/admin/roles",
            &[Operator, Regulator],
            "Which roles may call what.",
            admin::roles,
        ),
        Route::read(
            "/api/v1/admin/keys",
            &[Operator],
            "The credentials of the node, without their secrets.",
            admin::keys,
        ),
        Route::write(
            "/api/v1/admin/keys",
            &[Operator],
            "Make a credential for a party.",
            admin::make_key,
        )
        .creates(),
        Route::write(
            "/api/v1/admin/keys/revoke",
            &[Operator],
            "Refuse a credential of a party from now on.",
            admin::revoke_key,
        ),
        Route::read(
            "/api/v1/admin/logs",
            &[Operator, Regulator],
            "What staff have asked the node to change, newest first.",
            admin::calls,
        ),
        Route::read(
            "/api/v1/admin/config",
            &[Operator, Regulator],
            "The terms that the venue runs on.",
            admin::terms,
        ),
        Route::read(
            "/api/v1/admin/jobs",
            &[Operator, Regulator],
            "What waits to be done.",
            admin::jobs,
        ),
    ]
}
