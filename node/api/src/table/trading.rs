//! The routes of trading: orders, what is agreed outside the book, market makers, the market.

use super::{EVERYBODY, HOLDERS};
use crate::handlers::{desk, gifts, makers, market, offers, orders, stream, trading};
use crate::route::Route;
use gcfn_venue::Role::{self, Issuer, Operator, Regulator, User};

const PARTIES: &[Role] = &[User, Issuer, Operator, Regulator];
/// Those who act for themselves, and the staff, who may act for them.
const ACTORS: &[Role] = &[User, Issuer, Operator];
/// A market maker is a user; staff and supervisors look at all of them.
const MAKERS: &[Role] = &[User, Operator, Regulator];
const STAFF: &[Role] = &[Operator];

/// Everything about trading.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = orders();
    routes.extend(trades());
    routes.extend(offers());
    routes.extend(auctions());
    routes.extend(making());
    routes.extend(makers());
    routes.extend(duties());
    routes.extend(market());
    routes.extend(fees());
    routes.extend(halts());
    routes
}

fn orders() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/trades/orders",
            HOLDERS,
            "Place an order; an issuer offers new coupons by it.",
            orders::place,
        )
        .creates(),
        Route::read(
            "/api/v1/trades/orders",
            HOLDERS,
            "The caller's orders: open ones, or those that have ended.",
            orders::list,
        ),
        Route::write(
            "/api/v1/trades/orders",
            ACTORS,
            "Take all open orders of a party back, in one book or in all.",
            orders::cancel_all,
        )
        .by_delete(),
        Route::read("/api/v1/trades/orders/{order}", PARTIES, "An order.", orders::show),
        Route::read(
            "/api/v1/trades/orders/{order}/proof",
            PARTIES,
            "The proof that an order is open, for `gcfn verify`; takes until the next round.",
            orders::proof,
        ),
        Route::write(
            "/api/v1/trades/orders/{order}",
            HOLDERS,
            "Change an open order in place.",
            orders::amend,
        )
        .by_patch(),
        Route::write(
            "/api/v1/trades/orders/{order}",
            ACTORS,
            "Take an open order out of its book.",
            orders::cancel,
        )
        .by_delete(),
        Route::write(
            "/api/v1/trades/buyback",
            &[Issuer],
            "Buy own coupons back in the book.",
            orders::buy_back,
        )
        .creates(),
        Route::write(
            "/api/v1/coupons/gifts",
            &[User],
            "Give coupons to several; each gift has its own answer.",
            gifts::give,
        ),
    ]
}

fn trades() -> Vec<Route> {
    vec![
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
        Route::write(
            "/api/v1/settle/xborder/quotes",
            &[User, Operator],
            "Have a rate locked, to buy coupons of another node.",
            trading::lock_rate,
        )
        .creates(),
        Route::read(
            "/api/v1/settle/xborder/deals",
            &[Operator, Regulator],
            "The deals with other nodes that have not settled, and the rates held for them.",
            trading::deals,
        ),
    ]
}

fn offers() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/trades/offers",
            HOLDERS,
            "Offer coupons outside the book, or to buy own ones back.",
            offers::make,
        )
        .creates(),
        Route::read(
            "/api/v1/trades/offers",
            PARTIES,
            "The offers that stand and that the caller may see.",
            offers::list,
        ),
        Route::read("/api/v1/trades/offers/{offer}", PARTIES, "An offer.", offers::show),
        Route::write(
            "/api/v1/trades/offers/{offer}",
            ACTORS,
            "Take an own offer back.",
            offers::withdraw,
        )
        .by_delete(),
        Route::write(
            "/api/v1/trades/offers/{offer}/take",
            HOLDERS,
            "Take an offer, or a part of a listing or a buy-back.",
            offers::take,
        ),
        Route::write(
            "/api/v1/trades/offers/{offer}/decline",
            HOLDERS,
            "Say no to an offer that is for the caller alone.",
            offers::decline,
        ),
        Route::write(
            "/api/v1/trades/swaps",
            HOLDERS,
            "Offer another business coupons for coupons.",
            offers::swap,
        )
        .creates(),
        Route::read(
            "/api/v1/trades/swaps",
            PARTIES,
            "The swaps that are offered and that the caller may see.",
            offers::swaps,
        ),
    ]
}

fn auctions() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/trades/auctions",
            HOLDERS,
            "Sell coupons to the highest bidder.",
            offers::open_auction,
        )
        .creates(),
        Route::read("/api/v1/trades/auctions", PARTIES, "The auctions that run.", offers::auctions),
        Route::read("/api/v1/trades/auctions/{auction}", PARTIES, "An auction.", offers::auction),
        Route::write(
            "/api/v1/trades/auctions/{auction}",
            ACTORS,
            "Call an auction off that has no bid.",
            offers::cancel_auction,
        )
        .by_delete(),
        Route::write(
            "/api/v1/trades/auctions/{auction}/bids",
            HOLDERS,
            "Bid in an auction.",
            offers::bid,
        )
        .creates(),
        Route::read(
            "/api/v1/trades/auctions/{auction}/bids",
            PARTIES,
            "The bid that stands.",
            offers::bids,
        ),
    ]
}

/// What market makers trade by.
fn making() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/mm/batch-orders",
            &[User],
            "Place, change and take back up to 100 orders; each act has its own answer.",
            orders::batch,
        ),
        Route::read(
            "/api/v1/mm/orderbook/{series}",
            EVERYBODY,
            "A whole book.",
            market::order_book,
        ),
        Route::read(
            "/api/v1/mm/stream",
            EVERYBODY,
            "Books as they move: a WebSocket on which books are subscribed to.",
            stream::open,
        )
        .upgrades(),
    ]
}

/// How one becomes a market maker, and ceases to be one.
fn makers() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/mm/applications",
            &[User],
            "Ask to be admitted as a market maker.",
            makers::apply,
        )
        .creates(),
        Route::read(
            "/api/v1/mm/applications",
            MAKERS,
            "Market makers and applicants: the caller, or all for staff and supervisors.",
            makers::list,
        ),
        Route::write(
            "/api/v1/mm/applications/{maker}/approve",
            STAFF,
            "Admit a market maker; its deposit is taken; two persons must.",
            makers::approve,
        ),
        Route::write(
            "/api/v1/mm/appointments",
            STAFF,
            "Appoint an account of the node itself as a market maker; two persons must.",
            makers::appoint,
        ),
        Route::write(
            "/api/v1/mm/departures",
            &[User],
            "Stop making markets; the deposit is returned.",
            makers::leave,
        ),
        Route::write(
            "/api/v1/mm/makers/{maker}/suspend",
            STAFF,
            "Suspend a market maker.",
            makers::suspend,
        ),
        Route::write(
            "/api/v1/mm/makers/{maker}/resume",
            STAFF,
            "Let a suspended market maker go on.",
            makers::resume,
        ),
        Route::write(
            "/api/v1/mm/makers/{maker}/terminate",
            STAFF,
            "Terminate a market maker; the deposit is returned.",
            makers::terminate,
        ),
        Route::write(
            "/api/v1/mm/makers/{maker}/penalties",
            STAFF,
            "Take a penalty out of a market maker's deposit; two persons must.",
            makers::penalise,
        ),
    ]
}

fn duties() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/mm/obligations",
            STAFF,
            "Give a market maker a duty in a series.",
            makers::set_duty,
        ),
        Route::read(
            "/api/v1/mm/obligations",
            MAKERS,
            "Duties, and how they are met: the caller's, or all for staff and supervisors.",
            makers::duties,
        ),
        Route::write(
            "/api/v1/mm/obligations/{series}",
            STAFF,
            "Take a duty in a series from a market maker.",
            makers::lift_duty,
        )
        .by_delete(),
        Route::read(
            "/api/v1/mm/obligations/reports",
            MAKERS,
            "How duties were met, by trading day or month, newest first.",
            makers::duty_reports,
        ),
    ]
}

fn market() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/market/quotes/{series}",
            EVERYBODY,
            "The price of a series.",
            market::quote,
        ),
        Route::read(
            "/api/v1/market/prices/{series}",
            EVERYBODY,
            "What a series was traded at, the latest first.",
            market::prices,
        ),
        Route::read(
            "/api/v1/market/depth/{series}",
            EVERYBODY,
            "The best prices of a book.",
            market::depth,
        ),
        Route::read(
            "/api/v1/market/curve",
            EVERYBODY,
            "What coupons cost by the time that they have left.",
            market::curve,
        ),
        Route::read(
            "/api/v1/market/price-suggestion",
            EVERYBODY,
            "What a coupon might be worth, and why; nobody is held to it.",
            market::suggest,
        ),
    ]
}

fn fees() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/fees",
            EVERYBODY,
            "Everything that the venue charges.",
            desk::fee_table,
        ),
        Route::read(
            "/api/v1/fees/quote",
            HOLDERS,
            "What a trade of the caller would cost.",
            market::quote_fee,
        ),
    ]
}

/// Books that stand still, or are made to.
fn halts() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/market/halts",
            EVERYBODY,
            "The books that do not trade continuously.",
            market::halts,
        ),
        Route::write("/api/v1/market/halts", STAFF, "Halt a book.", market::halt),
        Route::write(
            "/api/v1/market/halts/{series}",
            STAFF,
            "Let a halted book go on, with a call.",
            market::resume,
        )
        .by_delete(),
        Route::write(
            "/api/v1/market/orders/{series}",
            STAFF,
            "Empty a book: every party's orders.",
            market::empty,
        )
        .by_delete(),
    ]
}
