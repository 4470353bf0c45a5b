//! Issuers, templates and batches.

use super::{EVERYBODY, PARTIES};
use crate::handlers::{
    alliances, issuance, issuer_money, issuers, papers, promotions, statements, statistics,
    templates,
};
use crate::route::Route;
use gcfn_venue::Role::{self, Issuer, Operator, Regulator};

const STEPS: &[Role] = &[Issuer, Operator];
const VIEWERS: &[Role] = &[Issuer, Operator, Regulator];

pub(super) fn issuers() -> Vec<Route> {
    vec![
        Route::write("/api/v1/issuers", &[Issuer], "Apply to issue.", issuers::apply).creates(),
        Route::read("/api/v1/issuers/{issuer}", VIEWERS, "An issuer's account.", issuers::account),
        Route::read(
            "/api/v1/issuers/{issuer}/status",
            VIEWERS,
            "An issuer's account.",
            issuers::account,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/review",
            &[Operator],
            "Sign an application, or refuse it.",
            issuers::review,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/merchants",
            &[Issuer],
            "Let a merchant redeem the issuer's coupons.",
            issuers::authorise_merchant,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/quota",
            VIEWERS,
            "How an issuer's quota comes about.",
            issuers::quota,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/quota",
            &[Operator],
            "Grant another base quota; two persons must.",
            issuers::grant_quota,
        ),
        Route::read(
            "/api/v1/issuers",
            EVERYBODY,
            "The issuers of the node, with their grades.",
            issuers::list,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/credit",
            EVERYBODY,
            "How far an issuer is trusted, and why.",
            issuers::credit,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/reports",
            VIEWERS,
            "What an issuer's money has done, month by month, the latest first.",
            statements::months,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/bi",
            VIEWERS,
            "What an issuer's coupons have come to: sold, redeemed, expired, in circulation.",
            statistics::figures,
        ),
    ]
}

/// Whether an issuer may go on.
pub(super) fn standing() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/issuers/{issuer}/suspend",
            &[Operator],
            "Let an issuer issue nothing, and take its batches off the market.",
            issuers::suspend,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/reinstate",
            &[Operator],
            "Let an issuer issue again; two persons must.",
            issuers::reinstate,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/terminate",
            &[Operator],
            "End an issuer that has nothing outstanding; two persons must.",
            issuers::terminate,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/complaints",
            &[Operator],
            "Uphold a complaint about an issuer.",
            issuers::uphold_complaint,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/defaults",
            VIEWERS,
            "Whether an issuer performs.",
            issuer_money::default,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/defaults",
            &[Operator],
            "Declare an issuer in default, or an open default worse; two persons must.",
            issuers::declare_default,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/defaults/close",
            &[Operator],
            "Close an issuer's default; two persons must.",
            issuers::close_default,
        ),
    ]
}

pub(super) fn issuer_money() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/issuers/{issuer}/finance",
            VIEWERS,
            "An issuer's money, its reserves and what it is called for.",
            issuer_money::finance,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/deposit",
            VIEWERS,
            "What an issuer has deposited, and how to add to it.",
            issuer_money::deposit,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/deposit/withdraw",
            &[Issuer],
            "Take a voluntary deposit back into free money.",
            issuer_money::withdraw_deposit,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/deposit/assurance",
            &[Issuer],
            "Keep a share of what sales bring as deposit from now on.",
            issuer_money::keep_assurance,
        ),
        Route::read(
            "/api/v1/issuers/{issuer}/payouts",
            VIEWERS,
            "The proceeds that may be paid out, and those on their way.",
            issuer_money::proceeds,
        ),
        Route::write(
            "/api/v1/issuers/{issuer}/payouts",
            &[Issuer],
            "Have free proceeds paid to the issuer's bank.",
            issuer_money::pay_out,
        )
        .creates(),
    ]
}

pub(super) fn templates() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/coupons/templates",
            STEPS,
            "Publish a template: a JSON Schema with its bounds.",
            templates::publish,
        )
        .creates(),
        Route::read(
            "/api/v1/coupons/templates",
            PARTIES,
            "The templates that the caller may see.",
            templates::list,
        ),
        Route::read(
            "/api/v1/coupons/templates/{template}",
            PARTIES,
            "A version of a template with its schema.",
            templates::show,
        ),
        Route::write(
            "/api/v1/coupons/templates/{template}",
            STEPS,
            "Publish the next version of a template.",
            templates::revise,
        )
        .by_put(),
        Route::write(
            "/api/v1/coupons/templates/{template}/retire",
            STEPS,
            "Let no more batches be submitted under a version.",
            templates::retire,
        ),
    ]
}

pub(super) fn batches() -> Vec<Route> {
    vec![
        Route::write("/api/v1/coupons/batches", &[Issuer], "Draft a batch.", issuance::draft)
            .creates(),
        Route::read(
            "/api/v1/coupons/batches",
            EVERYBODY,
            "The batches that the caller may see.",
            issuance::batches,
        ),
        Route::read(
            "/api/v1/coupons/batches/{batch}",
            EVERYBODY,
            "A batch, with the documents that make its promise.",
            issuance::batch,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}",
            &[Issuer],
            "Change the terms of a drafted batch.",
            issuance::amend,
        )
        .by_put(),
        Route::write(
            "/api/v1/coupons/batches/{batch}/submit",
            STEPS,
            "Submit a drafted batch for review.",
            issuance::submit,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/withdraw",
            &[Issuer],
            "Give up a batch that is not minted.",
            issuance::withdraw,
        ),
    ]
}

/// From a batch that was submitted to one that trades.
pub(super) fn reviews() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/coupons/batches/{batch}/screen",
            &[Operator],
            "Say whether compliance has found anything against a batch.",
            issuance::screen,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/review",
            &[Operator],
            "Approve a submitted batch; two persons must.",
            issuance::review,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/reject",
            &[Operator],
            "Reject a batch under review.",
            issuance::reject,
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

/// What may happen to a batch whose coupons exist.
pub(super) fn listed_batches() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/coupons/batches/{batch}/suspend",
            &[Operator],
            "Let the coupons of a listed batch stand still.",
            issuance::suspend,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/resume",
            &[Operator],
            "Put a suspended batch on the market again.",
            issuance::resume,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/delist",
            STEPS,
            "Take a batch off the market.",
            issuance::delist,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/recall",
            STEPS,
            "Take coupons back and pay their holders; two persons must.",
            issuance::recall,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/top-up",
            STEPS,
            "Add to the reserve of a batch.",
            issuance::top_up,
        ),
        Route::write(
            "/api/v1/coupons/batches/{batch}/compensate",
            &[Operator],
            "Share the reserve of a defaulted issuer's batch among its holders; two persons must.",
            issuance::compensate,
        ),
    ]
}

/// What issuers sell cheaper for a time.
pub(super) fn promotions() -> Vec<Route> {
    const PATH: &str = "/api/v1/issuers/{issuer}/promotions";
    vec![
        Route::read(
            PATH,
            EVERYBODY,
            "The promotions of an issuer that run or are to begin.",
            promotions::promotions,
        ),
        Route::write(
            PATH,
            &[Issuer],
            "Offer new coupons at a discount, for a time.",
            promotions::promote,
        )
        .creates(),
        Route::write(
            PATH,
            &[Issuer],
            "Change the discount or the size of one.",
            promotions::change,
        )
        .by_put(),
    ]
}

/// What issuers show of themselves.
pub(super) fn papers() -> Vec<Route> {
    const PATH: &str = "/api/v1/issuers/{issuer}/documents";
    vec![
        Route::read(
            PATH,
            VIEWERS,
            "The qualification papers that an issuer has handed in.",
            papers::papers,
        ),
        Route::write(PATH, &[Issuer], "Hand a qualification paper in.", papers::hand_in).creates(),
    ]
}

/// Issuers that accept each other's coupons.
pub(super) fn alliances() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/alliances",
            PARTIES,
            "Which issuers accept each other's coupons.",
            alliances::list,
        ),
        Route::write(
            "/api/v1/alliances",
            &[Issuer],
            "Found an alliance, and be its first member.",
            alliances::found,
        )
        .creates(),
        Route::read("/api/v1/alliances/{alliance}", PARTIES, "An alliance.", alliances::show),
        Route::write(
            "/api/v1/alliances/{alliance}/invitations",
            &[Issuer],
            "Invite another issuer, as a member.",
            alliances::invite,
        ),
        Route::write(
            "/api/v1/alliances/{alliance}/join",
            &[Issuer],
            "Join an alliance, as one that was invited.",
            alliances::join,
        ),
        Route::write(
            "/api/v1/alliances/{alliance}/leave",
            &[Issuer],
            "Leave an alliance, or decline an invitation.",
            alliances::leave,
        ),
    ]
}
