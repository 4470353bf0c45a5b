//! What holders, merchants and issuers do less often, one verb for each route.

use crate::verbs::{Entry, Table, act, alter, group, remove, set, show};
use gcfn_api_wire::coupon::{PledgeRelease, Pledging};
use gcfn_api_wire::dispute::{DisputeOpening, DisputePage, Evidence};
use gcfn_api_wire::fee_quote::FeeQuestion;
use gcfn_api_wire::issuer::IssuerFilter;
use gcfn_api_wire::listing::SeriesFilter;
use gcfn_api_wire::makers::DutyPage;
use gcfn_api_wire::market::{CurveFilter, PricePage, SuggestionRequest};
use gcfn_api_wire::notices::NoticePrefs;
use gcfn_api_wire::offers::{
    AuctionFilter, NewAuction, NewBid, NewOffer, NewSwap, OfferFilter, Taking,
};
use gcfn_api_wire::party::{BankAccount, Invitation};
use gcfn_api_wire::personal::{LogPage, ProfileChange};
use gcfn_api_wire::redemption::{RedemptionPage, RefundPage};
use gcfn_api_wire::settlement::WithdrawalPage;
use gcfn_api_wire::statement::StatementPage;
use gcfn_api_wire::template::VersionWanted;
use gcfn_api_wire::wallet::PointPayout;

/// The verbs of `gcfn app` that are routes as they are.
#[derive(Debug)]
pub(crate) struct OfParties;

impl Table for OfParties {
    const BEFORE: &'static str = "gcfn app";

    fn entries() -> Vec<Entry> {
        let mut entries = prices();
        entries.extend(proofs());
        entries.extend(past());
        entries.extend([
            offers(),
            swaps(),
            auctions(),
            super::issuer::issuing(),
            templates(),
            pledges(),
            disputes(),
            makers(),
            own(),
        ]);
        entries
    }
}

fn prices() -> Vec<Entry> {
    vec![
        Entry::Verb(
            show("search", "/api/v1/coupons/search", "The series that can be bought.")
                .query::<SeriesFilter>()
                .with(&[("reach", "everywhere")])
                .list("series", &["series", "home", "issuer", "face", "last_price", "expires_at"]),
        ),
        Entry::Verb(show("price", "/api/v1/market/quotes/{series}", "The price of a series.")),
        Entry::Verb(show("book", "/api/v1/mm/orderbook/{series}", "A whole book.")),
        Entry::Verb(
            show("curve", "/api/v1/market/curve", "What coupons cost by the time they have left.")
                .query::<CurveFilter>()
                .list("points", &["series", "days_left", "price", "face", "discount", "grade"]),
        ),
        Entry::Verb(
            show("prices", "/api/v1/market/prices/{series}", "What it was traded at.")
                .query::<PricePage>()
                .list("trades", &["at", "price", "quantity", "primary"]),
        ),
        Entry::Verb(
            show("issuers", "/api/v1/issuers", "Who issues here, and how far it is trusted.")
                .query::<IssuerFilter>()
                .list("issuers", &["issuer", "status", "grade", "score", "in_default", "since"]),
        ),
        Entry::Verb(
            show("promotions", "/api/v1/issuers/{issuer}/promotions", "What one sells cheaper.")
                .list("promotions", &["series", "kind", "price", "face", "left", "ends_at"]),
        ),
        Entry::Verb(show("credit", "/api/v1/issuers/{issuer}/credit", "Why it is graded so.")),
        Entry::Verb(
            show("fees", "/api/v1/fees", "Everything that is charged here.")
                .list("trade", &["market", "side", "liquidity", "rate_bp"]),
        ),
        Entry::Verb(
            show("suggest", "/api/v1/market/price-suggestion", "What one might be worth, and why.")
                .query::<SuggestionRequest>()
                .at(&["series"]),
        ),
        Entry::Verb(
            show("fee", "/api/v1/fees/quote", "What a trade would cost.").query::<FeeQuestion>(),
        ),
        Entry::Verb(show("coupon", "/api/v1/coupons/{xqid}", "One coupon.")),
        Entry::Verb(
            show("history", "/api/v1/coupons/{xqid}/history", "The trades it went through.")
                .query::<LogPage>()
                .list("trades", &["at", "price", "resales", "seller", "buyer", "trade"]),
        ),
    ]
}

/// What a stranger can be shown.
fn proofs() -> Vec<Entry> {
    vec![
        Entry::Verb(show(
            "proof",
            "/api/v1/coupons/{xqid}/proof",
            "The proof of who holds it, for `gcfn verify`.",
        )),
        Entry::Verb(show(
            "order-proof",
            "/api/v1/trades/orders/{order}/proof",
            "The proof that an order is open, for `gcfn verify`.",
        )),
        Entry::Verb(show(
            "receipt",
            "/api/v1/trades/{trade}/receipt",
            "The proof of a trade, for `gcfn verify`.",
        )),
    ]
}

/// What has become of what the caller did.
fn past() -> Vec<Entry> {
    let verbs = vec![
        show("statement", "/api/v1/wallets/me/statement", "What your money has done.")
            .query::<StatementPage>()
            .list("lines", &["at", "reason", "total", "changes"]),
        show("redemptions", "/api/v1/redemptions", "Your redemptions, as holder or merchant.")
            .query::<RedemptionPage>()
            .list("redemptions", &["redemption", "state", "value", "series", "serial", "until"]),
        show("redemption", "/api/v1/redemptions/{redemption}", "What a token is for."),
        show("refunds", "/api/v1/refunds", "Your purchases that were undone.")
            .query::<RefundPage>()
            .list("refunds", &["bought_at", "quantity", "value", "series", "trade"]),
        show("withdrawals", "/api/v1/payments/withdrawals", "What is not yet with your bank.")
            .query::<WithdrawalPage>()
            .list("withdrawals", &["withdrawal", "amount", "fee", "state", "at"]),
        act(
            "stop-withdrawal",
            "/api/v1/payments/withdrawals/{withdrawal}/cancel",
            "Stop a withdrawal that has not left.",
        ),
    ];
    verbs.into_iter().map(Entry::Verb).collect()
}

fn offers() -> Entry {
    group(
        "offer",
        "Sell and buy outside the book: listings, blocks, buy-backs.",
        vec![
            show("list", "/api/v1/trades/offers", "The offers that stand.")
                .query::<OfferFilter>()
                .list("offers", &["offer", "kind", "series", "remaining", "price", "expires_at"]),
            show("show", "/api/v1/trades/offers/{offer}", "An offer."),
            act("sell", "/api/v1/trades/offers", "Offer coupons to everybody at a fixed price.")
                .body::<NewOffer>()
                .at(&["series"])
                .with(&[("kind", "listing")]),
            act("block", "/api/v1/trades/offers", "Offer a block of coupons to one buyer.")
                .body::<NewOffer>()
                .at(&["series", "to"])
                .with(&[("kind", "block")]),
            act("buy-back", "/api/v1/trades/offers", "Offer money for own coupons, as an issuer.")
                .body::<NewOffer>()
                .at(&["series", "then"])
                .with(&[("kind", "buy_back")]),
            act("take", "/api/v1/trades/offers/{offer}/take", "Take an offer, or a part of it.")
                .body::<Taking>(),
            act("decline", "/api/v1/trades/offers/{offer}/decline", "Say no to one for you alone."),
            remove("end", "/api/v1/trades/offers/{offer}", "Take an own offer back."),
        ],
    )
}

fn swaps() -> Entry {
    group(
        "swap",
        "Coupons for coupons, between businesses.",
        vec![
            show("list", "/api/v1/trades/swaps", "The swaps that are offered.")
                .query::<OfferFilter>()
                .list("offers", &["offer", "series", "remaining", "wants", "equaliser", "by"]),
            act("offer", "/api/v1/trades/swaps", "Offer a swap; it is taken as any offer is.")
                .body::<NewSwap>(),
        ],
    )
}

fn auctions() -> Entry {
    group(
        "auction",
        "Sell coupons to the highest bidder.",
        vec![
            show("list", "/api/v1/trades/auctions", "The auctions that run.")
                .query::<AuctionFilter>()
                .list("auctions", &["auction", "series", "serials", "best", "least", "ends_at"]),
            show("show", "/api/v1/trades/auctions/{auction}", "An auction."),
            act("open", "/api/v1/trades/auctions", "Open one.")
                .body::<NewAuction>()
                .at(&["series"]),
            act("bid", "/api/v1/trades/auctions/{auction}/bids", "Bid in one.")
                .body::<NewBid>()
                .at(&["price"]),
            show("bids", "/api/v1/trades/auctions/{auction}/bids", "The bid that stands.")
                .list("bids", &["price", "own"]),
            remove("end", "/api/v1/trades/auctions/{auction}", "Call one without a bid off."),
        ],
    )
}

fn templates() -> Entry {
    group(
        "template",
        "Templates that a batch may be drafted by.",
        vec![
            show("list", "/api/v1/coupons/templates", "The templates that you may use.")
                .list("templates", &["template", "version", "shared", "retired"]),
            show("show", "/api/v1/coupons/templates/{template}", "A version with its schema.")
                .query::<VersionWanted>(),
            act("publish", "/api/v1/coupons/templates", "Publish one of your own.")
                .body::<gcfn_api_wire::template::TemplateDraft>(),
        ],
    )
}

fn pledges() -> Entry {
    group(
        "pledge",
        "Coupons that secure somebody's claim.",
        vec![
            show("list", "/api/v1/coupons/pledges", "The pledges that you have given or hold.")
                .list("pledges", &["pledge", "holder", "pledgee", "series", "serials"]),
            act("give", "/api/v1/coupons/{series}/pledge", "Pledge coupons.")
                .body::<Pledging>()
                .at(&["quantity", "pledgee"]),
            act("release", "/api/v1/coupons/pledges/release", "Give a pledge up that you hold.")
                .body::<PledgeRelease>()
                .at(&["pledge"]),
        ],
    )
}

fn disputes() -> Entry {
    group(
        "dispute",
        "Disputes about your trades.",
        vec![
            show("list", "/api/v1/disputes", "Your disputes.")
                .query::<DisputePage>()
                .list("disputes", &["dispute", "trade", "kind", "stage"]),
            show("show", "/api/v1/disputes/{dispute}", "A dispute."),
            act("open", "/api/v1/disputes", "Open one.")
                .body::<DisputeOpening>()
                .at(&["trade", "kind"]),
            act("show-evidence", "/api/v1/disputes/{dispute}/evidence", "Show something in one.")
                .body::<Evidence>()
                .at(&["evidence"]),
            act("withdraw", "/api/v1/disputes/{dispute}/withdraw", "Give one up."),
        ],
    )
}

fn makers() -> Entry {
    group(
        "maker",
        "Be a market maker.",
        vec![
            act("apply", "/api/v1/mm/applications", "Ask to be admitted."),
            show("status", "/api/v1/mm/applications", "Where you stand.")
                .list("makers", &["status", "deposit", "duties"]),
            show("duties", "/api/v1/mm/obligations", "Your duties, and how they are met.")
                .list("duties", &["series", "state", "uptime_today", "lapses_today"]),
            show("reports", "/api/v1/mm/obligations/reports", "How they were met.")
                .query::<DutyPage>()
                .list("reports", &["series", "date", "uptime", "owed", "met"]),
            act("leave", "/api/v1/mm/departures", "Stop; the deposit is returned."),
        ],
    )
}

fn own() -> Entry {
    group(
        "me",
        "Who you are to the node.",
        vec![
            show("show", "/api/v1/users/me", "Your own data."),
            alter("change", "/api/v1/users/me", "Change how you are reached.")
                .body::<ProfileChange>(),
            show("notices", "/api/v1/users/me/notifications", "What has happened to you.")
                .query::<LogPage>()
                .list("notices", &["at", "kind", "series", "quantity", "amount", "trade"]),
            show("reminders", "/api/v1/users/me/notifications", "What of yours ends soon.")
                .list("reminders", &["at", "kind", "series", "quantity"]),
            show("wants", "/api/v1/users/me/notification-prefs", "What you want to be told."),
            set("want", "/api/v1/users/me/notification-prefs", "Say what you want to be told.")
                .body::<NoticePrefs>(),
            show("erasure", "/api/v1/users/me/erasure", "How the erasure of your data stands."),
            act("erase", "/api/v1/users/me/erasure", "Ask that your data be erased."),
            show("identity", "/api/v1/users/me/kyc", "How well you are identified."),
            show("worth", "/api/v1/wallets/me/valuation", "What your money and coupons come to."),
            show("portfolio", "/api/v1/wallets/me/portfolio", "What your coupons have come to.")
                .list("positions", &["series", "bought", "paid", "held", "worth", "result"]),
            show("points", "/api/v1/wallets/me/points", "Your points, and what they bring."),
            act("pay-points", "/api/v1/wallets/me/points/payouts", "Be paid for points.")
                .body::<PointPayout>()
                .at(&["points"]),
            show("limits", "/api/v1/risk/limits", "What you may do."),
            show("bank-account", "/api/v1/users/me/bank-accounts", "Where you are paid out to."),
            act("pay-out-to", "/api/v1/users/me/bank-accounts", "Be paid out to this account.")
                .body::<BankAccount>()
                .at(&["iban"]),
            remove(
                "forget-bank-account",
                "/api/v1/users/me/bank-accounts",
                "Forget the account that you were paid out to.",
            ),
            act("invited-by", "/api/v1/users/me/invitation", "Say who brought you here.")
                .body::<Invitation>()
                .at(&["inviter"]),
        ],
    )
}
