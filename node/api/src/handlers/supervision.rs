//! What a supervisor's node has verified and found.

use crate::route::{Query, Read};
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::supervision::{FindingFilter, FindingList, MirrorList, WatchedCells};

pub(crate) async fn status(call: Read, (): ()) -> Result<WatchedCells, Problem> {
    Ok(call.api.mirrors().status().await)
}

pub(crate) async fn mirrors(call: Read, (): ()) -> Result<MirrorList, Problem> {
    Ok(call.api.mirrors().mirrors())
}

pub(crate) async fn findings(
    call: Read,
    Query(filter): Query<FindingFilter>,
) -> Result<FindingList, Problem> {
    Ok(call.api.mirrors().findings(filter).await)
}
