//! Issuers and what they issue, as staff decide about it.

use crate::verbs::{Entry, act, group, set, show};
use gcfn_api_wire::issuance::{BatchRejection, BatchScreening, BatchSuspension, ReserveTopUp};
use gcfn_api_wire::issuer::{DefaultDeclaration, IssuerFilter, IssuerReview, QuotaGrant};
use gcfn_api_wire::personal::LogPage;
use gcfn_api_wire::statement::StatementPage;
use gcfn_api_wire::template::{TemplateDraft, TemplateRetirement, TemplateRevision, VersionWanted};

pub(super) fn issuers() -> Entry {
    group(
        "issuer",
        "Issuers: applications, quotas, defaults.",
        vec![
            show("list", "/api/v1/issuers", "Issuers and applicants.")
                .query::<IssuerFilter>()
                .list("issuers", &["issuer", "status", "tier", "grade", "in_default", "since"]),
            show("show", "/api/v1/issuers/{issuer}", "An issuer's account."),
            show("papers", "/api/v1/issuers/{issuer}/documents", "The papers it has handed in.")
                .list("papers", &["at", "kind", "digest"]),
            act("review", "/api/v1/issuers/{issuer}/review", "Sign an application, or refuse it.")
                .body::<IssuerReview>(),
            show("quota", "/api/v1/issuers/{issuer}/quota", "How its quota comes about."),
            act("grant", "/api/v1/issuers/{issuer}/quota", "Grant another base quota.")
                .body::<QuotaGrant>()
                .at(&["quota"]),
            show("credit", "/api/v1/issuers/{issuer}/credit", "How far it is trusted, and why."),
            act("complain", "/api/v1/issuers/{issuer}/complaints", "Uphold a complaint about it."),
            show("figures", "/api/v1/issuers/{issuer}/bi", "What its coupons have come to."),
            show("reports", "/api/v1/issuers/{issuer}/reports", "Its money, month by month.")
                .query::<StatementPage>()
                .list("months", &["month", "opening", "closing"]),
            show("finance", "/api/v1/issuers/{issuer}/finance", "Its money and its reserves."),
            show("deposit", "/api/v1/issuers/{issuer}/deposit", "What it has deposited."),
            show("payouts", "/api/v1/issuers/{issuer}/payouts", "What may be paid out to it."),
            act("suspend", "/api/v1/issuers/{issuer}/suspend", "Let it issue nothing for now."),
            act("reinstate", "/api/v1/issuers/{issuer}/reinstate", "Let it issue again."),
            act("terminate", "/api/v1/issuers/{issuer}/terminate", "End one that owes nothing."),
            show("default", "/api/v1/issuers/{issuer}/defaults", "Whether it performs."),
            act("declare", "/api/v1/issuers/{issuer}/defaults", "Declare it in default.")
                .body::<DefaultDeclaration>()
                .at(&["severity"]),
            act("cure", "/api/v1/issuers/{issuer}/defaults/close", "Close its default."),
        ],
    )
}

pub(super) fn batches() -> Entry {
    group(
        "batch",
        "Batches: from review to recall.",
        vec![
            show("list", "/api/v1/coupons/batches", "All batches.")
                .list("batches", &["batch", "state", "face", "quantity", "issuer"]),
            show("show", "/api/v1/coupons/batches/{batch}", "A batch with its documents."),
            act("screen", "/api/v1/coupons/batches/{batch}/screen", "What compliance has found.")
                .body::<BatchScreening>(),
            act(
                "review",
                "/api/v1/coupons/batches/{batch}/review",
                "Approve it; two persons must.",
            ),
            act("reject", "/api/v1/coupons/batches/{batch}/reject", "Reject one under review.")
                .body::<BatchRejection>()
                .at(&["reason"]),
            act("submit", "/api/v1/coupons/batches/{batch}/submit", "Submit one for its issuer."),
            act("fund", "/api/v1/coupons/batches/{batch}/fund", "Set its reserve aside."),
            act("top-up", "/api/v1/coupons/batches/{batch}/top-up", "Add to its reserve.")
                .body::<ReserveTopUp>()
                .at(&["amount"]),
            act("mint", "/api/v1/coupons/batches/{batch}/mint", "Register its coupons."),
            act("list-for-sale", "/api/v1/coupons/batches/{batch}/list", "Open its book."),
            act(
                "suspend",
                "/api/v1/coupons/batches/{batch}/suspend",
                "Let its coupons stand still.",
            )
            .body::<BatchSuspension>()
            .at(&["reason"]),
            act("resume", "/api/v1/coupons/batches/{batch}/resume", "Let them trade again."),
            act("delist", "/api/v1/coupons/batches/{batch}/delist", "Take it off the market."),
            act("recall", "/api/v1/coupons/batches/{batch}/recall", "Take its coupons back, paid."),
            act(
                "compensate",
                "/api/v1/coupons/batches/{batch}/compensate",
                "Share the reserve of a defaulted issuer's batch among its holders.",
            ),
            show("coupon", "/api/v1/coupons/{xqid}", "One coupon."),
            show("proof", "/api/v1/coupons/{xqid}/proof", "The proof of who holds it."),
            show("history", "/api/v1/coupons/{xqid}/history", "The trades it went through.")
                .query::<LogPage>()
                .list("trades", &["at", "price", "resales", "seller", "buyer", "trade"]),
        ],
    )
}

pub(super) fn templates() -> Entry {
    group(
        "template",
        "Templates that every issuer may use.",
        vec![
            show("list", "/api/v1/coupons/templates", "All templates.")
                .list("templates", &["template", "version", "shared", "retired", "publisher"]),
            show("show", "/api/v1/coupons/templates/{template}", "A version with its schema.")
                .query::<VersionWanted>(),
            act("publish", "/api/v1/coupons/templates", "Publish a template.")
                .body::<TemplateDraft>(),
            set("revise", "/api/v1/coupons/templates/{template}", "Publish its next version.")
                .body::<TemplateRevision>(),
            act("retire", "/api/v1/coupons/templates/{template}/retire", "End a version.")
                .body::<TemplateRetirement>()
                .at(&["version"]),
        ],
    )
}
