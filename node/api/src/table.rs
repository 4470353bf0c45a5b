//! Every route, and who may call it: the one place to look.
//!
//! A supervisor may call nothing that changes anything; a test holds the table to it.

use crate::handlers::{issuance, node, party, redemption, registration, settlement, trading};
use crate::route::{Method, Route};
use gcfn_venue::Role::{self, Bank, Issuer, Operator, Regulator, User};

const EVERYBODY: &[Role] = &[User, Issuer, Operator, Bank, Regulator];
const HOLDERS: &[Role] = &[User, Issuer];
const OVERSEERS: &[Role] = &[Bank, Operator, Regulator];

/// The routes, grouped as the business is.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = parties();
    routes.extend(batches());
    routes.extend(coupons());
    routes.extend(trades());
    routes.extend(money());
    routes.extend(operations());
    routes
}

fn parties() -> Vec<Route> {
    vec![
        Route::write("/api/v1/users", &[Operator], "Register a party.", registration::register)
            .creates(),
        Route::open(
            Method::Post,
            "/api/v1/users/token",
            "Exchange an API key for a token.",
            registration::token,
        ),
        Route::read("/api/v1/users/me", EVERYBODY, "Who the caller is.", party::me),
        Route::read(
            "/api/v1/users/me/assets",
            HOLDERS,
            "The caller's money and coupons.",
            party::assets,
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
        Route::write("/api/v1/issuers", &[Issuer], "Apply to issue.", party::apply_as_issuer)
            .creates(),
        Route::read(
            "/api/v1/issuers/{issuer}",
            &[Issuer, Operator, Regulator],
            "An issuer's account.",
            party::issuer,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/review",
            &[Operator],
            "Let an issuer issue.",
            party::review_issuer,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/merchants",
            &[Issuer],
            "Let a merchant redeem the issuer's coupons.",
            party::authorise_merchant,
        ),
        Route::write("/api/v1/compliance/freeze", &[Operator], "Freeze a party.", party::freeze),
        Route::write(
            "/api/v1/compliance/unfreeze",
            &[Operator],
            "Unfreeze a party.",
            party::unfreeze,
        ),
    ]
}

fn batches() -> Vec<Route> {
    const STEPS: &[Role] = &[Issuer, Operator];
    vec![
        Route::write("/api/v1/coupons/batches", &[Issuer], "Draft a batch.", issuance::draft)
            .creates(),
        Route::read("/api/v1/coupons/batches/{batch}", EVERYBODY, "A batch.", issuance::batch),
        Route::write(
            "/api/v1/coupons/batches/{batch}/submit",
            STEPS,
            "Submit a drafted batch for review.",
            issuance::submit,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/review",
            &[Operator],
            "Approve a submitted batch; two persons must.",
            issuance::review,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/fund",
            STEPS,
            "Set the reserve aside from the issuer's deposit.",
            issuance::fund,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/mint",
            &[Operator],
            "Register the coupons of a funded batch.",
            issuance::mint,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/list",
            STEPS,
            "Open the book and offer the coupons at the issue price.",
            issuance::list,
        ),
    ]
}

fn coupons() -> Vec<Route> {
    vec![
        Route::read("/api/v1/coupons/search", EVERYBODY, "Series that trade.", issuance::search),
        Route::write(
            "/api/v1/coupons/{series}/transfer",
            &[User],
            "Give coupons away.",
            redemption::gift,
        ),
        Route::write(
            "/api/v1/coupons/{series}/redeem/lock",
            &[User],
            "Lock a coupon for redemption at a merchant.",
            redemption::lock,
        )
        .creates(),
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
        Route::write(
            "/api/v1/refunds",
            &[User, Operator],
            "Hand coupons of a primary purchase back.",
            redemption::refund,
        ),
    ]
}

fn trades() -> Vec<Route> {
    const PARTIES: &[Role] = &[User, Issuer, Operator, Regulator];
    vec![
        Route::write("/api/v1/trades/orders", &[User], "Place an order.", trading::place).creates(),
        Route::read("/api/v1/trades/orders", HOLDERS, "The caller's open orders.", trading::orders),
        Route::read(
            "/api/v1/trades/orders/{order}",
            &[User, Issuer, Operator],
            "An open order.",
            trading::order,
        ),
        Route::write(
            "/api/v1/trades/orders/{order}",
            &[User, Operator],
            "Take an open order out of its book.",
            trading::cancel,
        )
        .by_delete(),
        Route::read(
            "/api/v1/trades",
            PARTIES,
            "Trades, newest first: the caller's own, or all for staff and supervisors.",
            trading::trades,
        ),
        Route::read("/api/v1/trades/{trade}", PARTIES, "A trade.", trading::trade),
        Route::read(
            "/api/v1/trades/{trade}/receipt",
            PARTIES,
            "The proof of a trade, for `gcfn verify`.",
            trading::receipt,
        ),
        Route::read(
            "/api/v1/market/depth/{series}",
            EVERYBODY,
            "The best prices of a book.",
            trading::depth,
        ),
        Route::write(
            "/api/v1/settle/xborder/quotes",
            &[User],
            "Have a rate locked, to buy coupons of another node.",
            trading::lock_rate,
        )
        .creates(),
    ]
}

fn money() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/payments/withdrawals",
            &[User],
            "Withdraw money to the caller's bank account.",
            settlement::withdraw,
        )
        .creates(),
        Route::read("/api/v1/payments/deposits", HOLDERS, "How to pay in.", settlement::deposits),
        Route::read(
            "/api/v1/settle/cycles",
            OVERSEERS,
            "The cycles of this node's clearing house.",
            settlement::cycles,
        ),
        Route::read(
            "/api/v1/settle/instructions",
            OVERSEERS,
            "Payments that a bank has not finished, with their age.",
            settlement::instructions,
        ),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        Route::read("/api/v1/node", EVERYBODY, "Who the node is.", node::node),
        Route::read(
            "/api/v1/node/conservation",
            &[Operator, Regulator],
            "Whether every total holds.",
            node::conservation,
        ),
        Route::read("/api/v1/dev/status", EVERYBODY, "Whether the API serves.", node::status),
        Route::open(Method::Get, "/healthz", "Whether the process lives.", node::healthz),
        Route::open(Method::Get, "/readyz", "Whether the node takes commands.", node::readyz),
        Route::open(Method::Get, "/openapi.json", "This description.", node::openapi),
        Route::read("/metrics", &[Operator], "Figures, for Prometheus.", node::metrics),
    ]
}
