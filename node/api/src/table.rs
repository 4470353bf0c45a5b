//! Every route, and who may call it: the one place to look.
//!
//! A supervisor may call nothing that changes anything; a test holds the table to it.

mod clearing;
mod coupons;
mod issuing;
mod money;
mod people;
mod trading;

use crate::gateway::Parts;
use crate::handlers::{bank, federation, log, node, registration, supervision};
use crate::route::{Access, Method, Route};
use gcfn_api_wire::staff::{RoleTable, RouteRoles};
use gcfn_venue::Role::{self, Bank, Issuer, Operator, Regulator, User};

const EVERYBODY: &[Role] = &[User, Issuer, Operator, Bank, Regulator];
const HOLDERS: &[Role] = &[User, Issuer];
const OVERSEERS: &[Role] = &[Bank, Operator, Regulator];
const PARTIES: &[Role] = &[User, Issuer, Operator, Regulator];

/// The routes of a node with these parts, grouped as the business is.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let mut routes = operations();
    routes.extend(network());
    routes.extend(log());
    routes.extend(membership());
    routes.extend(exchange());
    // The house of a node that trades, or, of one that does not, the federation's.
    routes.extend(house());
    if parts.venue.is_some() {
        routes.extend(venue());
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

/// What is seen and done at the house that a node runs, and at its banks.
fn house() -> Vec<Route> {
    let groups = [clearing::of_house(), people::proposals(), money::ties(), money::banks()];
    groups.into_iter().flatten().collect()
}

/// The routes of a venue.
fn venue() -> Vec<Route> {
    let groups = [
        people::parties(),
        people::personal(),
        people::wallets(),
        people::compliance(),
        people::staff(),
        people::custody(),
        people::node(),
        issuing::issuers(),
        issuing::standing(),
        issuing::issuer_money(),
        issuing::templates(),
        issuing::batches(),
        issuing::reviews(),
        issuing::listed_batches(),
        issuing::promotions(),
        issuing::papers(),
        issuing::alliances(),
        coupons::coupons(),
        coupons::used(),
        coupons::held_in_place(),
        trading::routes(),
        money::payments(),
        money::suspense(),
        money::entries(),
        money::fees(),
        money::disputes(),
        money::risk(),
        clearing::terms(),
    ];
    groups.into_iter().flatten().collect()
}

/// Which roles may call which of `routes`.
pub(crate) fn roles(routes: &[Route]) -> RoleTable {
    let lines = routes.iter().filter_map(|route| {
        let Access::Roles(roles) = route.access else { return None };
        Some(RouteRoles {
            method: route.method.as_str().to_owned(),
            path: route.path.to_owned(),
            roles: roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect(),
        })
    });
    RoleTable { routes: lines.collect() }
}

/// What log clients ask that know nothing of this network, below a prefix of its own.
fn log() -> Vec<Route> {
    vec![
        Route::open(
            Method::Get,
            "/tlog/checkpoint",
            "The head of the node's own cell, signed: a C2SP tlog-checkpoint.",
            log::checkpoint,
        ),
        Route::open(
            Method::Get,
            "/tlog/tile/{tile}",
            "Hashes or headers of that cell's epochs, as C2SP tlog-tiles names them.",
            log::tile,
        ),
    ]
}

fn network() -> Vec<Route> {
    vec![
        Route::read("/api/v1/node", EVERYBODY, "Who the node is.", node::node),
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
            "/api/v1/federation/calendars",
            &[Operator],
            "Let these be a currency's business days from a day on, as a validator.",
            federation::change_calendar,
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

/// What validators decide of members, two thirds of them together.
fn membership() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/federation/decisions",
            &[Operator, Regulator],
            "What waits for the word of more validators, where the node has a replica of the \
             federation.",
            federation::decisions,
        ),
        Route::write(
            "/api/v1/federation/members/{node}/suspend",
            &[Operator],
            "Let a member not act until it is resumed, as a validator.",
            federation::suspend,
        )
        .accepts(),
        Route::write(
            "/api/v1/federation/members/{node}/resume",
            &[Operator],
            "Let a suspended member act again, as a validator.",
            federation::resume,
        )
        .accepts(),
        Route::write(
            "/api/v1/federation/members/{node}/remove",
            &[Operator],
            "Let a member or an applicant leave for good, as a validator.",
            federation::remove,
        )
        .accepts(),
        Route::write(
            "/api/v1/federation/members/{node}/key",
            &[Operator],
            "Let a node sign with another key from now on, as a validator.",
            federation::rotate_key,
        )
        .by_put()
        .accepts(),
        Route::write(
            "/api/v1/federation/members/{node}/debit-cap",
            &[Operator],
            "Let a member owe no more than this for purchases in a currency, as a validator.",
            federation::cap_debit,
        )
        .by_put()
        .accepts(),
    ]
}

fn exchange() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/federation/quotes",
            &[User, Operator, Regulator],
            "What dealers offer to exchange currencies at.",
            federation::quotes,
        ),
        Route::read(
            "/api/v1/federation/locks",
            &[Operator, Regulator],
            "The rates that dealers hold for nodes, where the node has a replica of the federation.",
            federation::locks,
        ),
        Route::write(
            "/api/v1/federation/quotes",
            &[Operator],
            "Offer to exchange two currencies, as a dealer.",
            federation::quote,
        )
        .accepts(),
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

/// What every node answers, also one whose replica has halted: none of it is of the state.
fn operations() -> Vec<Route> {
    let routes = vec![
        Route::open(
            Method::Post,
            "/api/v1/users/token",
            "Exchange an API key for a token.",
            registration::token,
        ),
        Route::read("/api/v1/dev/status", EVERYBODY, "Whether the API serves.", node::status),
        Route::open(Method::Get, "/healthz", "Whether the process lives.", node::healthz),
        Route::open(Method::Get, "/readyz", "Whether the node takes commands.", node::readyz),
        Route::open(Method::Get, "/openapi.json", "This description.", node::openapi),
        Route::read(
            "/api/v1/node/condition",
            &[Operator],
            "How the node does: cells, finality, channels, certificate, disk.",
            node::condition,
        ),
        Route::read("/metrics", &[Operator], "Figures, for Prometheus.", node::metrics),
    ];
    routes.into_iter().map(Route::while_halted).collect()
}
