//! What the node says about itself.

use crate::route::{Description, Figures, Open, Read};
use gcfn_api_wire::node::{ApiStatus, Conservation, NodeReport, Probe, ProbeStatus, SeriesCount};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;

pub(crate) async fn node(call: Read, (): ()) -> Result<NodeReport, Problem> {
    let (gateway, terms) = (call.api.gateway(), call.api.terms());
    let state_root = gateway.state_root().map(Text);
    Ok(gateway.read(|venue, as_of| NodeReport {
        node: Text(terms.node),
        region: Text(terms.region),
        role: call.api.settings().identity.role.to_string(),
        currency: Text(terms.currency),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time: Text(venue.now()),
        state_root,
        as_of,
    }))
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

pub(crate) async fn status(call: Read, (): ()) -> Result<ApiStatus, Problem> {
    let gateway = call.api.gateway();
    let health = gateway.health();
    let (time, as_of) = (Text(gateway.now()), gateway.applied());
    Ok(ApiStatus { ready: health.ready, leading: health.leading, time, as_of })
}

pub(crate) async fn healthz(_: Open, (): ()) -> Result<Probe, Problem> {
    Ok(Probe { status: ProbeStatus::Live })
}

pub(crate) async fn readyz(call: Open, (): ()) -> Result<Probe, Problem> {
    match call.api.gateway().health().ready {
        true => Ok(Probe { status: ProbeStatus::Ready }),
        false => Err(Code::NotLeading.into()),
    }
}

pub(crate) async fn openapi(call: Open, (): ()) -> Result<Description, Problem> {
    Ok(Description(call.api.openapi()))
}

pub(crate) async fn metrics(call: Read, (): ()) -> Result<Figures, Problem> {
    Ok(Figures(call.api.gateway().metrics()))
}
