//! Routes of the REST API as gRPC methods.
//!
//! A message is the body, the query and the path of its route, field by field, so a method is a
//! line that names its route: who may call, what is refused and what is answered is decided in
//! one place for both doors. Written out by hand, each would be a second reader of the same
//! words, free to disagree. The detour by JSON is small beside the log's fsync; who sends orders
//! by the hundred has a service that does not take it.

use crate::Api;
use crate::route::{Asked, Head, Method, RequestId, Route, pass};
use axum::body::{Bytes, to_bytes};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::proto::venue::coupons_server::Coupons;
use gcfn_api_wire::proto::venue::issuance_server::Issuance;
use gcfn_api_wire::proto::venue::parties_server::Parties;
use gcfn_api_wire::proto::venue::records_server::Records;
use gcfn_api_wire::proto::venue::wallet_server::Wallet;
use gcfn_api_wire::proto::venue::{
    Accepted, Assets, Batch, BatchStep, BuyAbroadRequest, ConfirmRequest, Coupon, CycleList,
    DepositInstructions, DraftRequest, Drafted, FreezeRequest, GiftRequest, IdentifyRequest,
    ListCyclesRequest, ListTradesRequest, LockRateRequest, LockRedemptionRequest, Locked,
    MarketDepth, PartyReport, RateLock, Receipt, RedemptionReport, RedemptionStep, RefundRequest,
    RegisterRequest, Registered, SearchRequest, SentAbroad, SeriesList, ShowAssetsRequest,
    ShowBatchRequest, ShowCouponRequest, ShowDepositsRequest, ShowDepthRequest, ShowPartyRequest,
    ShowReceiptRequest, ShowRedemptionRequest, ShowTradeRequest, TradeDetail, TradeList,
    WithdrawRequest, WithdrawalStep, WithdrawalTaken,
};
use gcfn_telemetry::ErrorChain;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::error::Error;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// Carries calls of methods to their routes.
#[derive(Clone)]
pub(super) struct Relay {
    api: Api,
    routes: Arc<[Arc<Route>]>,
}

/// Declares a service: each method, what it takes and gives, and the route that it is. Words
/// after `saying` are what the route needs said and the method means anyway.
macro_rules! relayed {
    ($service:ident {
        $($method:ident($takes:ty) -> $gives:ty = $verb:ident $path:literal
            $(saying $field:literal $word:literal)?;)*
    }) => {
        #[tonic::async_trait]
        impl $service for Relay {
            $(async fn $method(
                &self,
                request: Request<$takes>,
            ) -> Result<Response<$gives>, Status> {
                let said = &[$(($field, $word))?];
                self.call((Method::$verb, $path), said, request).await
            })*
        }
    };
}

relayed! { Issuance {
    draft(DraftRequest) -> Drafted = Post "/api/v1/coupons/batches";
    submit(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/submit";
    review(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/review";
    fund(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/fund";
    mint(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/mint";
    list(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/list";
    withdraw(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/withdraw";
    resume(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/resume";
    delist(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/delist";
    recall(BatchStep) -> Accepted = Post "/api/v1/coupons/batches/{batch}/recall";
    show_batch(ShowBatchRequest) -> Batch = Get "/api/v1/coupons/batches/{batch}";
} }

relayed! { Coupons {
    search(SearchRequest) -> SeriesList = Get "/api/v1/coupons/search";
    show_coupon(ShowCouponRequest) -> Coupon = Get "/api/v1/coupons/{xqid}";
    lock_rate(LockRateRequest) -> RateLock = Post "/api/v1/settle/xborder/quotes";
    buy_abroad(BuyAbroadRequest) -> SentAbroad = Post "/api/v1/trades/orders" saying "side" "buy";
    gift(GiftRequest) -> Accepted = Post "/api/v1/coupons/{series}/transfer";
    lock_redemption(LockRedemptionRequest) -> Locked
        = Post "/api/v1/coupons/{series}/redeem/lock";
    show_redemption(ShowRedemptionRequest) -> RedemptionReport
        = Get "/api/v1/redemptions/{redemption}";
    confirm_redemption(ConfirmRequest) -> Accepted
        = Post "/api/v1/redemptions/{redemption}/confirm";
    cancel_redemption(RedemptionStep) -> Accepted
        = Post "/api/v1/redemptions/{redemption}/cancel";
    refund(RefundRequest) -> Accepted = Post "/api/v1/refunds";
} }

relayed! { Parties {
    register(RegisterRequest) -> Registered = Post "/api/v1/users";
    show_party(ShowPartyRequest) -> PartyReport = Get "/api/v1/admin/users/{party}";
    identify(IdentifyRequest) -> Accepted = Post "/api/v1/compliance/kyc/{party}";
    freeze(FreezeRequest) -> Accepted = Post "/api/v1/compliance/freeze";
    unfreeze(FreezeRequest) -> Accepted = Post "/api/v1/compliance/unfreeze";
    show_receipt(ShowReceiptRequest) -> Receipt = Get "/api/v1/trades/{trade}/receipt";
} }

relayed! { Records {
    list_trades(ListTradesRequest) -> TradeList = Get "/api/v1/trades";
    show_trade(ShowTradeRequest) -> TradeDetail = Get "/api/v1/trades/{trade}";
    list_cycles(ListCyclesRequest) -> CycleList = Get "/api/v1/settle/cycles";
    show_depth(ShowDepthRequest) -> MarketDepth = Get "/api/v1/market/depth/{series}";
} }

relayed! { Wallet {
    show_assets(ShowAssetsRequest) -> Assets = Get "/api/v1/users/me/assets";
    show_deposits(ShowDepositsRequest) -> DepositInstructions = Get "/api/v1/payments/deposits";
    withdraw(WithdrawRequest) -> WithdrawalTaken = Post "/api/v1/payments/withdrawals";
    cancel_withdrawal(WithdrawalStep) -> Accepted
        = Post "/api/v1/payments/withdrawals/{withdrawal}/cancel";
} }

impl Relay {
    pub(super) fn new(api: Api, routes: Vec<Arc<Route>>) -> Relay {
        Relay { api, routes: routes.into() }
    }

    async fn call<T: Serialize, A: DeserializeOwned>(
        &self,
        (method, path): (Method, &str),
        said: &[(&str, &str)],
        request: Request<T>,
    ) -> Result<Response<A>, Status> {
        let route = self.routes.iter().find(|route| (route.method, route.path) == (method, path));
        let route = route.expect("a method is a route of every venue");
        let (metadata, extensions, message) = request.into_parts();
        let headers = &metadata.into_headers();
        let mut fields = fields(&message);
        fields.extend(said.iter().map(|(field, word)| ((*field).to_owned(), Value::from(*word))));
        let key = fields.remove("idempotency_key").map(text).filter(|key| !key.is_empty());
        let key = key.as_ref().map(String::as_bytes);
        let id = extensions.get().copied().unwrap_or_else(RequestId::fresh);
        let asked = asked(route, fields);
        let subject = asked.id.clone();
        let subject = subject.as_deref();
        let head = Head { id, headers, extensions: &extensions, key, subject };
        let answer = pass(&self.api, route, head, async { Ok(asked) }).await?;
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        let body = body.map_err(|fault| misfit(path, &fault))?;
        Ok(Response::new(serde_json::from_slice(&body).map_err(|fault| misfit(path, &fault))?))
    }
}

/// What is told of a route's answer that its method cannot give.
fn misfit(path: &str, fault: &(dyn Error + 'static)) -> Status {
    tracing::error!(route = path, error = %ErrorChain(fault), "answer does not fit the method");
    Problem::from(Code::Internal).into()
}

/// The fields of a message that were sent. A route tells what was left out from what is empty.
fn fields<T: Serialize>(message: &T) -> Map<String, Value> {
    match serde_json::to_value(message) {
        Ok(Value::Object(fields)) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).collect()
        }
        _ => unreachable!("a message is an object of numbers and text"),
    }
}

/// A value as a path or a query writes it.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// `fields` where `route` looks for them: one in the path, if it has a variable part, the others
/// in the query of a read and in the body of a wish.
fn asked(route: &Route, mut fields: Map<String, Value>) -> Asked {
    let variable = route.path.split(['{', '}']).nth(1);
    let id = variable.and_then(|name| fields.remove(name)).map(text);
    if route.method != Method::Get {
        let body = Bytes::from(Value::Object(fields).to_string());
        return Asked { id, query: Ok(Vec::new()), body, signature: None, upgrade: None };
    }
    let pairs = fields.into_iter().map(|(name, value)| (name, text(value)));
    Asked { id, query: Ok(pairs.collect()), body: Bytes::new(), signature: None, upgrade: None }
}
