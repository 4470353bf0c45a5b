//! What the node says about itself.

use crate::gateway::OwnCondition;
use crate::route::{Body, Description, Figures, Open, Read, Write};
use gcfn_api_wire::condition::{Condition, Finality};
use gcfn_api_wire::federation::{ClockShift, ClockShown, SnapshotTaken};
use gcfn_api_wire::node::{
    ApiStatus, Conservation, NodeReport, PoolBalance, PoolList, Probe, ProbeStatus, SeriesCount,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{SignedMoney, Text};
use gcfn_model::{Currency, Millis, Pool};
use std::collections::BTreeSet;

pub(crate) async fn node(call: Read, (): ()) -> Result<NodeReport, Problem> {
    let (node, own) = (call.api.node(), call.api.settings().identity);
    // Read first: what is shown afterwards may be newer, never older.
    let as_of = node.applied();
    let state_root = node.state_root().map(Text);
    let venue = call.api.venue();
    let venue = venue.map(|venue| venue.read(|venue, _| (venue.now(), venue.terms().currency)));
    Ok(NodeReport {
        node: Text(own.node),
        region: Text(own.region),
        role: own.role.to_string(),
        currency: venue.map(|(_, currency)| Text(currency)),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time: Text(venue.map_or_else(|| node.now(), |(now, _)| now)),
        state_root,
        as_of,
    })
}

/// Told by a halted node too: it says why.
pub(crate) async fn condition(call: Read, (): ()) -> Result<Condition, Problem> {
    let (node, own) = (call.api.node(), call.api.settings().identity);
    let OwnCondition { cells, channels, certificate, disk } = node.condition();
    let now = node.now();
    // A regional that does not answer leaves the rest to be seen.
    let anchors = call.api.federation().anchors().await.ok();
    let finality = anchors.and_then(|anchors| anchors.round).map(|round| Finality {
        round: round.number,
        closed_at: round.closed_at,
        age_ms: now.since(round.closed_at.0).0,
    });
    Ok(Condition {
        node: Text(own.node),
        role: own.role.to_string(),
        ready: node.health().ready,
        time: Text(now),
        cells,
        finality,
        channels,
        certificate,
        disk,
    })
}

pub(crate) async fn conservation(call: Read, (): ()) -> Result<Conservation, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let series = venue
            .books()
            .title
            .series()
            .filter_map(|(id, _)| Some(SeriesCount::new(id, venue.series_totals(id)?)));
        let imbalances = venue.imbalances().into_iter().map(Into::into);
        Conservation { imbalances: imbalances.collect(), series: series.collect(), as_of }
    }))
}

pub(crate) async fn pools(call: Read, (): ()) -> Result<PoolList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let money = &venue.books().money;
        let currencies: BTreeSet<Currency> = money.balances().map(|(code, ..)| code).collect();
        let rows = currencies.into_iter().flat_map(|currency| {
            Pool::ALL.map(|pool| {
                let position = money.pool_position(pool, currency);
                PoolBalance {
                    pool: pool.to_string(),
                    at_bank: SignedMoney::new(position.bank, currency),
                    in_transit: SignedMoney::new(position.transit, currency),
                }
            })
        });
        PoolList { pools: rows.collect(), as_of }
    }))
}

pub(crate) async fn status(call: Read, (): ()) -> Result<ApiStatus, Problem> {
    let node = call.api.node();
    let health = node.health();
    let (time, as_of) = (Text(node.now()), node.applied());
    let (ready, leading, halted) = (health.ready, health.leading, node.is_halted());
    Ok(ApiStatus { ready, leading, halted, time, as_of })
}

pub(crate) async fn healthz(_: Open, (): ()) -> Result<Probe, Problem> {
    Ok(Probe { status: ProbeStatus::Live })
}

pub(crate) async fn readyz(call: Open, (): ()) -> Result<Probe, Problem> {
    let node = call.api.node();
    match node.health().ready {
        true => Ok(Probe { status: ProbeStatus::Ready }),
        false if node.is_halted() => Err(Code::Halted.into()),
        false => Err(Code::NotLeading.into()),
    }
}

pub(crate) async fn openapi(call: Open, (): ()) -> Result<Description, Problem> {
    Ok(Description(call.api.openapi()))
}

pub(crate) async fn shift(
    call: Write,
    Body(shift): Body<ClockShift>,
) -> Result<ClockShown, Problem> {
    call.api.testnet().shift(Millis(shift.offset_ms))
}

/// Whoever joins must begin with it.
pub(crate) async fn clock(call: Open, (): ()) -> Result<ClockShown, Problem> {
    Ok(call.api.testnet().clock())
}

pub(crate) async fn snapshot(call: Write, (): ()) -> Result<SnapshotTaken, Problem> {
    let index = call.api.testnet().snapshot().await.map_err(Code::from)?;
    Ok(SnapshotTaken { index })
}

pub(crate) async fn metrics(call: Read, (): ()) -> Result<Figures, Problem> {
    Ok(Figures(call.api.node().metrics()))
}
