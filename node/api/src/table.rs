//! Every route, and who may call it: the one place to look.
//!
//! A supervisor may call nothing that changes anything; a test holds the table to it.

mod trading;

use crate::gateway::Parts;
use crate::handlers::{
    bank, federation, issuance, node, party, redemption, registration, settlement, staff,
    supervision,
};
use crate::route::{Method, Route};
use gcfn_venue::Role::{self, Bank, Issuer, Operator, Regulator, User};

const EVERYBODY: &[Role] = &[User, Issuer, Operator, Bank, Regulator];
const HOLDERS: &[Role] = &[User, Issuer];
const OVERSEERS: &[Role] = &[Bank, Operator, Regulator];

/// The routes of a node with these parts, grouped as the business is.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let mut routes = operations();
    routes.extend(network());
    if parts.venue.is_some() {
        routes.extend(parties());
        routes.extend(staff());
        routes.extend(batches());
        routes.extend(coupons());
        routes.extend(trading::routes());
        routes.extend(money());
    }
    if parts.mirrors.is_some() {
        routes.extend(mirrors());
    }
    if parts.banks.is_some() {
        routes.push(
            Route::deliver(
                "/api/v1/bank/iso20022/inbound",
                &[Bank],
                "Deliver an ISO 20022 message; its own identifier tells repeats.",
                bank::inbound,
            )
            .accepts(),
        );
    }
    if parts.testnet.is_some() {
        routes.push(Route::open(
            Method::Get,
            "/api/v1/testnet/clock",
            "What the node's clock shows: whoever joins must begin with it.",
            node::clock,
        ));
        routes.push(
            Route::write(
                "/api/v1/testnet/clock",
                &[Operator],
                "Move the node's clock ahead of real time; it never goes back.",
                node::shift,
            )
            .by_put(),
        );
    }
    if parts.testnet.is_some() && parts.venue.is_some() {
        routes.push(Route::write(
            "/api/v1/testnet/snapshot",
            &[Operator],
            "Take a snapshot of the venue and wait for it.",
            node::snapshot,
        ));
    }
    routes
}

fn parties() -> Vec<Route> {
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
            "Unfreeze a party; two persons must.",
            party::unfreeze,
        ),
    ]
}

/// What members of staff decide together.
fn staff() -> Vec<Route> {
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
            "/api/v1/node/conservation",
            &[Operator, Regulator],
            "Whether every total holds.",
            node::conservation,
        ),
        Route::read(
            "/api/v1/node/pools",
            &[Operator],
            "What the books say of the node's accounts at banks.",
            node::pools,
        ),
        Route::read(
            "/api/v1/settle/instructions",
            OVERSEERS,
            "Payments that a bank has not finished, with their age.",
            settlement::instructions,
        ),
    ]
}

/// What everybody may know of the network, and what a node's operator says in it.
fn network() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/federation/members",
            EVERYBODY,
            "Who belongs to the network.",
            federation::members,
        ),
        Route::read(
            "/api/v1/federation/anchors",
            EVERYBODY,
            "The last final round, and the validators' keys for `gcfn verify`.",
            federation::anchors,
        ),
        Route::read(
            "/api/v1/federation/series",
            EVERYBODY,
            "What the members list.",
            federation::series,
        ),
        Route::read(
            "/api/v1/federation/cycles",
            &[Operator, Regulator],
            "The cycles of the federation's house, where the node has a replica of it.",
            federation::cycles,
        ),
        Route::write(
            "/api/v1/federation/approvals",
            &[Operator],
            "Approve an applicant, as a validator.",
            federation::approve,
        )
        .accepts(),
        Route::write(
            "/api/v1/federation/quotes",
            &[Operator],
            "Offer to exchange two currencies, as a dealer.",
            federation::quote,
        )
        .accepts(),
        Route::open(
            Method::Post,
            "/api/v1/federation/join-requests",
            "Ask to be admitted; the same signed request is the same application.",
            federation::apply,
        )
        .accepts(),
        Route::open(
            Method::Get,
            "/api/v1/federation/join-requests/{node}",
            "How an application stands.",
            federation::application,
        ),
    ]
}

fn mirrors() -> Vec<Route> {
    const READERS: &[Role] = &[Operator, Regulator];
    vec![
        Route::read(
            "/api/v1/regnode/status",
            READERS,
            "How far every watched cell has been verified, and with which lag.",
            supervision::status,
        ),
        Route::read(
            "/api/v1/regnode/mirror",
            READERS,
            "The digests of what was verified.",
            supervision::mirrors,
        ),
        Route::read(
            "/api/v1/regnode/findings",
            READERS,
            "What does not agree with what the network has co-signed.",
            supervision::findings,
        ),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        Route::open(
            Method::Post,
            "/api/v1/users/token",
            "Exchange an API key for a token.",
            registration::token,
        ),
        Route::read("/api/v1/node", EVERYBODY, "Who the node is.", node::node),
        Route::read("/api/v1/dev/status", EVERYBODY, "Whether the API serves.", node::status),
        Route::open(Method::Get, "/healthz", "Whether the process lives.", node::healthz),
        Route::open(Method::Get, "/readyz", "Whether the node takes commands.", node::readyz),
        Route::open(Method::Get, "/openapi.json", "This description.", node::openapi),
        Route::read("/metrics", &[Operator], "Figures, for Prometheus.", node::metrics),
    ]
}
