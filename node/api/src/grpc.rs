//! The gRPC services.

mod trading;

use crate::Api;
use crate::route::{RequestId, count};
use axum::Router;
use axum::middleware::{Next, from_fn};
use gcfn_api_wire::proto::trading_server::TradingServer;
use std::time::Instant;
use tonic::service::Routes;
use tracing::Instrument;
use trading::Desk;

/// The routes of the gRPC services.
pub(crate) fn router(api: Api) -> Router<Api> {
    let bytes_max = api.settings().body_bytes_max;
    let trading = TradingServer::new(Desk(api)).max_decoding_message_size(bytes_max);
    Routes::new(trading).into_axum_router().layer(from_fn(traced)).with_state(())
}

/// Gives a call its name in the log and counts it, as REST does.
async fn traced(request: axum::extract::Request, next: Next) -> axum::response::Response {
    let (started, id) = (Instant::now(), RequestId::fresh());
    let span = tracing::info_span!("request", %id);
    let mut response = next.run(request).instrument(span).await;
    id.mark(&mut response);
    count(response.status(), started);
    response
}
