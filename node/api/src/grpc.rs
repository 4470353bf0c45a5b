//! The gRPC services: orders by the hundred, and the routes of the REST API as methods.

mod market_data;
mod relay;
mod trading;

use crate::Api;
use crate::route::{RequestId, Route, count};
use axum::Router;
use axum::middleware::{Next, from_fn};
use gcfn_api_wire::proto::market_data_server::MarketDataServer;
use gcfn_api_wire::proto::trading_server::TradingServer;
use gcfn_api_wire::proto::venue::coupons_server::CouponsServer;
use gcfn_api_wire::proto::venue::issuance_server::IssuanceServer;
use gcfn_api_wire::proto::venue::parties_server::PartiesServer;
use gcfn_api_wire::proto::venue::records_server::RecordsServer;
use gcfn_api_wire::proto::venue::wallet_server::WalletServer;
use market_data::Ticker;
use relay::Relay;
use std::sync::Arc;
use std::time::Instant;
use tonic::service::Routes;
use tracing::Instrument;
use trading::Desk;

/// The gRPC services in front of `routes`.
pub(crate) fn router(api: Api, routes: Vec<Arc<Route>>) -> Router<Api> {
    let bytes_max = api.settings().body_bytes_max;
    let relay = Relay::new(api.clone(), routes);
    let issuance = IssuanceServer::new(relay.clone()).max_decoding_message_size(bytes_max);
    let coupons = CouponsServer::new(relay.clone()).max_decoding_message_size(bytes_max);
    let wallet = WalletServer::new(relay.clone()).max_decoding_message_size(bytes_max);
    let parties = PartiesServer::new(relay.clone()).max_decoding_message_size(bytes_max);
    let records = RecordsServer::new(relay).max_decoding_message_size(bytes_max);
    let market_data = MarketDataServer::new(Ticker(api.clone()));
    let market_data = market_data.max_decoding_message_size(bytes_max);
    let trading = TradingServer::new(Desk(api)).max_decoding_message_size(bytes_max);
    let services = Routes::new(trading).add_service(issuance).add_service(coupons);
    let services = services.add_service(parties);
    let services = services.add_service(wallet).add_service(records).add_service(market_data);
    services.into_axum_router().layer(from_fn(traced)).with_state(())
}

/// Gives a call its name in the log and counts it, as REST does.
async fn traced(mut request: axum::extract::Request, next: Next) -> axum::response::Response {
    let (started, id) = (Instant::now(), RequestId::fresh());
    let span = tracing::info_span!("request", %id);
    request.extensions_mut().insert(id);
    let mut response = next.run(request).instrument(span).await;
    id.mark(&mut response);
    count(response.status(), started);
    response
}
