//! Books, offers, market makers, disputes and what rules have noticed, as staff oversee them.

use crate::verbs::{Entry, act, group, remove, show};
use gcfn_api_wire::coupon::PledgeRelease;
use gcfn_api_wire::dispute::{DisputeDecision, DisputePage};
use gcfn_api_wire::makers::{Appointment, DutyOf, DutyPage, MakerPenalty, NewDuty};
use gcfn_api_wire::market::BookAct;
use gcfn_api_wire::offers::{AuctionFilter, OfferFilter};
use gcfn_api_wire::redemption::{RedemptionPage, RefundPage, RefundRequest};
use gcfn_api_wire::risk::{AlertReview, LiquidityStress};
use gcfn_api_wire::trading::{OrdersToCancel, TradePage};

pub(super) fn books() -> Entry {
    group(
        "book",
        "Books, orders and trades.",
        vec![
            show("show", "/api/v1/mm/orderbook/{series}", "A whole book."),
            show("halts", "/api/v1/market/halts", "The books that do not trade continuously.")
                .list("books", &["series", "phase", "until"]),
            act("halt", "/api/v1/market/halts", "Halt a book.").body::<BookAct>().at(&["series"]),
            remove("resume", "/api/v1/market/halts/{series}", "Let it go on, with a call."),
            remove("empty", "/api/v1/market/orders/{series}", "Take every order out of it."),
            show("order", "/api/v1/trades/orders/{order}", "An order."),
            remove("cancel", "/api/v1/trades/orders/{order}", "Take an order out of its book."),
            remove("cancel-all", "/api/v1/trades/orders", "Take all orders of a party back.")
                .query::<OrdersToCancel>(),
            show("trades", "/api/v1/trades", "Trades, newest first.")
                .query::<TradePage>()
                .list("trades", &["trade", "quantity", "price", "state", "buyer", "seller"]),
            show("trade", "/api/v1/trades/{trade}", "A trade."),
            show("receipt", "/api/v1/trades/{trade}/receipt", "Its proof, for `gcfn verify`."),
            act("refund", "/api/v1/refunds", "Undo a first purchase.")
                .body::<RefundRequest>()
                .at(&["trade"]),
            show("refunds", "/api/v1/refunds", "Purchases that were undone.")
                .query::<RefundPage>()
                .list("refunds", &["trade", "bought_at", "quantity", "value", "buyer"]),
            show("redemptions", "/api/v1/redemptions", "Redemptions, open or past.")
                .query::<RedemptionPage>()
                .list("redemptions", &["redemption", "state", "value", "holder", "merchant"]),
            show("redemption", "/api/v1/redemptions/{redemption}", "A redemption."),
            act(
                "release",
                "/api/v1/redemptions/{redemption}/cancel",
                "Release a coupon that is locked for redemption.",
            ),
        ],
    )
}

pub(super) fn offers() -> Entry {
    group(
        "offer",
        "Offers, auctions and pledges outside the book.",
        vec![
            show("list", "/api/v1/trades/offers", "The offers that stand.")
                .query::<OfferFilter>()
                .list("offers", &["offer", "kind", "remaining", "price", "by", "to"]),
            show("show", "/api/v1/trades/offers/{offer}", "An offer."),
            remove("end", "/api/v1/trades/offers/{offer}", "Take an offer back for its maker."),
            show("auctions", "/api/v1/trades/auctions", "The auctions that run.")
                .query::<AuctionFilter>()
                .list("auctions", &["auction", "series", "best", "ends_at", "seller"]),
            show("auction", "/api/v1/trades/auctions/{auction}", "An auction."),
            remove("end-auction", "/api/v1/trades/auctions/{auction}", "Call one without bid off."),
            show("pledges", "/api/v1/coupons/pledges", "All pledges.")
                .list("pledges", &["pledge", "holder", "pledgee", "series", "serials"]),
            act("release-pledge", "/api/v1/coupons/pledges/release", "Give a pledge up.")
                .body::<PledgeRelease>()
                .at(&["pledge"]),
        ],
    )
}

pub(super) fn makers() -> Entry {
    group(
        "maker",
        "Market makers and their duties.",
        vec![
            show("list", "/api/v1/mm/applications", "Market makers and applicants.")
                .list("makers", &["maker", "status", "own", "deposit", "duties"]),
            act("admit", "/api/v1/mm/applications/{maker}/approve", "Admit an applicant."),
            act("appoint", "/api/v1/mm/appointments", "Appoint an account of the node itself.")
                .body::<Appointment>()
                .at(&["maker"]),
            act("suspend", "/api/v1/mm/makers/{maker}/suspend", "Suspend one."),
            act("resume", "/api/v1/mm/makers/{maker}/resume", "Let a suspended one go on."),
            act(
                "terminate",
                "/api/v1/mm/makers/{maker}/terminate",
                "End one; its deposit returns.",
            ),
            act("penalise", "/api/v1/mm/makers/{maker}/penalties", "Take from its deposit.")
                .body::<MakerPenalty>()
                .at(&["amount"]),
            show("duties", "/api/v1/mm/obligations", "Duties, and how they are met.")
                .list("duties", &["maker", "series", "state", "uptime_today", "lapses_today"]),
            act("oblige", "/api/v1/mm/obligations", "Give one a duty in a series.")
                .body::<NewDuty>()
                .at(&["maker", "series"]),
            remove("relieve", "/api/v1/mm/obligations/{series}", "Take that duty from it.")
                .query::<DutyOf>()
                .at(&["maker"]),
            show("reports", "/api/v1/mm/obligations/reports", "How duties were met.")
                .query::<DutyPage>()
                .list("reports", &["maker", "series", "date", "uptime", "owed", "met"]),
        ],
    )
}

pub(super) fn disputes() -> Entry {
    group(
        "dispute",
        "Disputes about trades.",
        vec![
            show("list", "/api/v1/disputes", "All disputes.")
                .query::<DisputePage>()
                .list("disputes", &["dispute", "trade", "kind", "stage"]),
            show("show", "/api/v1/disputes/{dispute}", "A dispute."),
            act("take-up", "/api/v1/disputes/{dispute}/take-up", "Take it up."),
            act("arbitrate", "/api/v1/disputes/{dispute}/arbitrate", "Close its evidence."),
            act(
                "decide",
                "/api/v1/disputes/{dispute}/decision",
                "Decide it; two persons must who have not handled it.",
            )
            .body::<DisputeDecision>(),
        ],
    )
}

pub(super) fn risk() -> Entry {
    group(
        "alert",
        "What rules have noticed.",
        vec![
            show("list", "/api/v1/risk/alerts", "What nobody has reviewed.")
                .list("alerts", &["party", "rule", "level", "at"]),
            show("liquidity", "/api/v1/risk/liquidity", "Whether issuers could pay all at once.")
                .query::<LiquidityStress>()
                .list("issuers", &["issuer", "called", "reserves", "own_means", "shortfall"]),
            show("rules", "/api/v1/risk/limits", "What parties may do here, and what is noticed."),
            act("review", "/api/v1/risk/alerts/review", "Close the review of what was noticed.")
                .body::<AlertReview>()
                .at(&["party", "rule"]),
        ],
    )
}
