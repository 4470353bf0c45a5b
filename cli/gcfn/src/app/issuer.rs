//! Issuers: from an application to coupons that trade.

use crate::verbs::{Entry, Row, act, group, set, show};
use gcfn_api_wire::alliance::AllianceInvitation;
use gcfn_api_wire::issuance::{BatchDraft, ReserveTopUp};
use gcfn_api_wire::issuer::{Assurance, IssuerAmount, MerchantGrant};
use gcfn_api_wire::papers::NewPaper;
use gcfn_api_wire::promotion::{NewPromotion, PromotionChange};
use gcfn_api_wire::statement::StatementPage;
use gcfn_api_wire::trading::BuyBackOrder;

pub(super) fn issuing() -> Entry {
    let rows = [account(), alliances(), batches(), promotions(), money()];
    group(
        "issue",
        "Issue coupons, step by step; the operator reviews, approves and registers in between.",
        rows.into_iter().flatten().collect(),
    )
}

/// The issuer itself: its application and who redeems its coupons.
fn account() -> Vec<Row> {
    vec![
        act("apply", "/api/v1/issuers", "Apply to issue; the operator decides."),
        act("hand-in", "/api/v1/issuers/{issuer}/documents", "Hand a qualification paper in.")
            .of_caller("issuer")
            .body::<NewPaper>()
            .at(&["kind", "digest"]),
        show("papers", "/api/v1/issuers/{issuer}/documents", "The papers that you handed in.")
            .of_caller("issuer")
            .list("papers", &["at", "kind", "digest"]),
        show("status", "/api/v1/issuers/{issuer}", "Your account.").of_caller("issuer"),
        act(
            "merchant",
            "/api/v1/issuers/{issuer}/merchants",
            "Let a merchant redeem your coupons.",
        )
        .of_caller("issuer")
        .body::<MerchantGrant>()
        .at(&["merchant"]),
    ]
}

/// With whom the issuer accepts coupons.
fn alliances() -> Vec<Row> {
    vec![
        show("alliances", "/api/v1/alliances", "Which issuers accept each other's coupons.")
            .list("alliances", &["alliance", "members", "invited"]),
        act("found-alliance", "/api/v1/alliances", "Found an alliance, and be its first member."),
        act(
            "invite-ally",
            "/api/v1/alliances/{alliance}/invitations",
            "Invite another issuer into your alliance.",
        )
        .body::<AllianceInvitation>()
        .at(&["issuer"]),
        act("join-alliance", "/api/v1/alliances/{alliance}/join", "Join one that has invited you."),
        act("leave-alliance", "/api/v1/alliances/{alliance}/leave", "Leave one, or decline."),
    ]
}

/// Batches, from draft to recall.
fn batches() -> Vec<Row> {
    vec![
        act("draft", "/api/v1/coupons/batches", "Draft a batch.").body::<BatchDraft>(),
        set("amend", "/api/v1/coupons/batches/{batch}", "Draft it anew.").body::<BatchDraft>(),
        act("submit", "/api/v1/coupons/batches/{batch}/submit", "Submit it for review."),
        act("fund", "/api/v1/coupons/batches/{batch}/fund", "Set its reserve aside."),
        act("list", "/api/v1/coupons/batches/{batch}/list", "Offer its coupons."),
        show("show", "/api/v1/coupons/batches/{batch}", "Where a batch stands."),
        show("batches", "/api/v1/coupons/batches", "Your batches.")
            .list("batches", &["batch", "state", "face", "quantity", "series"]),
        act("withdraw", "/api/v1/coupons/batches/{batch}/withdraw", "Give a batch up."),
        act("delist", "/api/v1/coupons/batches/{batch}/delist", "Take it off the market."),
        act("recall", "/api/v1/coupons/batches/{batch}/recall", "Take its coupons back, paid."),
        act("top-up", "/api/v1/coupons/batches/{batch}/top-up", "Add to its reserve.")
            .body::<ReserveTopUp>()
            .at(&["amount"]),
        act("buy-back", "/api/v1/trades/buyback", "Buy own coupons back in the book.")
            .body::<BuyBackOrder>()
            .at(&["series", "quantity"]),
    ]
}

/// What is sold cheaper for a time.
fn promotions() -> Vec<Row> {
    vec![
        show("promotions", "/api/v1/issuers/{issuer}/promotions", "What you sell cheaper.")
            .of_caller("issuer")
            .list("promotions", &["promotion", "series", "price", "begins_at", "ends_at", "left"]),
        act("promote", "/api/v1/issuers/{issuer}/promotions", "Sell some cheaper for a time.")
            .of_caller("issuer")
            .body::<NewPromotion>()
            .at(&["series", "quantity", "discount_bp"]),
        set("change-promotion", "/api/v1/issuers/{issuer}/promotions", "Change such an offer.")
            .of_caller("issuer")
            .body::<PromotionChange>()
            .at(&["promotion"]),
    ]
}

/// What the issuer has and owes.
fn money() -> Vec<Row> {
    vec![
        show("quota", "/api/v1/issuers/{issuer}/quota", "How your quota comes about.")
            .of_caller("issuer"),
        show("finance", "/api/v1/issuers/{issuer}/finance", "Your money and reserves.")
            .of_caller("issuer"),
        show("figures", "/api/v1/issuers/{issuer}/bi", "What your coupons have come to.")
            .of_caller("issuer"),
        show("reports", "/api/v1/issuers/{issuer}/reports", "Your money, month by month.")
            .of_caller("issuer")
            .query::<StatementPage>()
            .list("months", &["month", "opening", "closing"]),
        show("default", "/api/v1/issuers/{issuer}/defaults", "Whether you perform.")
            .of_caller("issuer"),
        show("deposit", "/api/v1/issuers/{issuer}/deposit", "Your deposit, and its account.")
            .of_caller("issuer"),
        act("take-deposit", "/api/v1/issuers/{issuer}/deposit/withdraw", "Free a part of it.")
            .of_caller("issuer")
            .body::<IssuerAmount>()
            .at(&["amount"]),
        act("assure", "/api/v1/issuers/{issuer}/deposit/assurance", "Keep a share of sales there.")
            .of_caller("issuer")
            .body::<Assurance>()
            .at(&["share"]),
        show("payouts", "/api/v1/issuers/{issuer}/payouts", "What may be paid to your bank.")
            .of_caller("issuer"),
        act("pay-out", "/api/v1/issuers/{issuer}/payouts", "Have it paid to your bank.")
            .of_caller("issuer")
            .body::<IssuerAmount>()
            .at(&["amount"]),
    ]
}
