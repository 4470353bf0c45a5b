//! The clearing house that a node runs: a regional's own, or, where a node trades nothing and has a
//! replica of it, the federation's: the root. Both have the same paths.

use crate::handlers::clearing;
use crate::route::Route;
use gcfn_venue::Role::{self, Operator, Regulator};

const SEERS: &[Role] = &[Operator, Regulator];
const STAFF: &[Role] = &[Operator];

const POSITIONS: (&str, &str) = (
    "/api/v1/settle/house/positions",
    "Where everybody stands in a cycle of this node's clearing house.",
);
const PREVIEW: (&str, &str) =
    ("/api/v1/settle/house/preview", "How a cycle would go on from here; changes nothing.");
const REPLAY: (&str, &str) =
    ("/api/v1/settle/house/replay", "A cycle's netting done again from its obligations.");
const QUEUE: (&str, &str) = (
    "/api/v1/settle/house/queue",
    "What waits at the clearing house because it would exceed a cap.",
);
const RUN: (&str, &str) = (
    "/api/v1/settle/house/run",
    "Settle now what the money at hand carries: a liquidity-saving run.",
);
const REORDER: (&str, &str) =
    ("/api/v1/settle/house/queue/{bundle}/reorder", "Say how urgent a bundle in the queue is.");
const HOLD: (&str, &str) = (
    "/api/v1/settle/house/queue/{bundle}/hold",
    "Let a bundle in the queue wait whatever the caps allow.",
);
const RELEASE: (&str, &str) =
    ("/api/v1/settle/house/queue/{bundle}/release", "Let a held bundle wait for the caps alone.");
const CANCEL: (&str, &str) =
    ("/api/v1/settle/house/queue/{bundle}/cancel", "Take a bundle out of the queue and its cycle.");
const CAPS: &str = "/api/v1/settle/house/caps";
const DEPOSITS: (&str, &str) = (
    "/api/v1/settle/house/deposits",
    "What members keep at the clearing house, and the references to pay it in with.",
);
const CLAIMS: (&str, &str) = (
    "/api/v1/settle/house/claims",
    "What members owe the clearing house because a bank has taken a pay-in back.",
);

/// The house that the node runs, whichever it is.
pub(super) fn of_house() -> Vec<Route> {
    let mut routes = vec![
        Route::read(POSITIONS.0, SEERS, POSITIONS.1, clearing::positions),
        Route::read(PREVIEW.0, SEERS, PREVIEW.1, clearing::preview),
        Route::read(REPLAY.0, SEERS, REPLAY.1, clearing::replay),
        Route::read(QUEUE.0, SEERS, QUEUE.1, clearing::queue),
        Route::read(
            CAPS,
            SEERS,
            "What accounts may owe at the clearing house, and what counts against it.",
            clearing::caps,
        ),
        Route::read(DEPOSITS.0, SEERS, DEPOSITS.1, clearing::deposits),
        Route::read(CLAIMS.0, SEERS, CLAIMS.1, clearing::claims),
        Route::write(RUN.0, STAFF, RUN.1, clearing::run),
        Route::write(REORDER.0, STAFF, REORDER.1, clearing::reorder),
        Route::write(HOLD.0, STAFF, HOLD.1, clearing::hold),
        Route::write(RELEASE.0, STAFF, RELEASE.1, clearing::release),
        Route::write(CANCEL.0, STAFF, CANCEL.1, clearing::cancel),
        Route::write(
            DEPOSITS.0,
            STAFF,
            "Let an account keep money at the clearing house.",
            clearing::open_deposit,
        ),
        Route::write(
            "/api/v1/settle/house/deposits/pay-back",
            STAFF,
            "Pay an account back what it keeps and is not needed for; two persons must.",
            clearing::pay_back,
        ),
    ];
    routes.extend(suspense());
    routes
}

/// Money on the house's account that nobody has explained.
fn suspense() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/settle/house/suspense",
            SEERS,
            "Money on the clearing house's account that nobody has explained, with age and owner.",
            clearing::suspense,
        ),
        Route::write(
            "/api/v1/settle/house/suspense/match",
            STAFF,
            "Let two items in the house's suspense explain each other; two persons must.",
            clearing::match_suspense,
        ),
        Route::write(
            "/api/v1/settle/house/suspense/{item}/assign",
            STAFF,
            "Say who of the staff looks after an item in the house's suspense.",
            clearing::assign_suspense,
        ),
        Route::write(
            "/api/v1/settle/house/suspense/{item}/resolve",
            STAFF,
            "Say whose deposit an item in the house's suspense is, or who bears it; two persons must.",
            clearing::resolve_suspense,
        ),
    ]
}

/// What only the staff of a regional decide: at the federation's house caps are the validators'.
pub(super) fn terms() -> Vec<Route> {
    vec![
        Route::write(
            CAPS,
            STAFF,
            "Let an account owe no more than this, or anything; two persons must.",
            clearing::set_cap,
        )
        .by_put(),
        Route::write(
            "/api/v1/settle/house/netting",
            STAFF,
            "Say how cycles that close from now on are netted; two persons must.",
            clearing::set_netting,
        )
        .by_put(),
    ]
}
