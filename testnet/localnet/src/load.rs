//! Load on one trading node, from outside: commands a second, and how long each takes.
//!
//! Every client places an order that rests far from the market, then takes it out again: each is
//! one command through the node's log with its own outcome, and the book stays as small as it
//! was. Over REST one command is one call; over gRPC a call carries a batch.

use crate::client::Api;
use crate::contract::account;
use crate::layout::Layout;
use crate::network::{Localnet, Wait};
use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use gcfn_api_wire::issuance::{BatchReport, Drafted};
use gcfn_api_wire::party::{Assets, Registered};
use gcfn_api_wire::proto::outcome::Result as Told;
use gcfn_api_wire::proto::trading_client::TradingClient;
use gcfn_api_wire::proto::{
    Cancel, CancelOrdersRequest, NewOrder, Outcomes, PlaceOrdersRequest, Side,
};
use gcfn_api_wire::trading::{OrderCancelled, Placed};
use gcfn_model::{CommandId, Currency, NodeId, Pool, SeriesId};
use gcfn_template::RegionTemplate;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tonic::metadata::MetadataValue;
use tonic::transport::{Certificate, Channel, ClientTlsConfig};

/// Which door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// One command a call.
    Rest,
    /// A batch of commands a call.
    Grpc,
}

/// What load.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Through which door.
    pub door: Door,
    /// How many clients at a time.
    pub clients: usize,
    /// How many commands in a call, over gRPC.
    pub batch: usize,
    /// For how long.
    pub time: Duration,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Through which door.
    pub door: Door,
    /// How many clients.
    pub clients: usize,
    /// How many commands a call carried.
    pub batch: usize,
    /// How many commands were answered.
    pub commands: u64,
    /// For how long, in milliseconds.
    pub milliseconds: u64,
    /// Commands a second.
    pub per_second: u64,
    /// How long half of all calls took at most, in microseconds.
    pub p50_us: u64,
    /// How long 99 of 100 calls took at most, in microseconds.
    pub p99_us: u64,
    /// How long the slowest took, in microseconds.
    pub max_us: u64,
}

/// A book to trade on and users to do it.
#[derive(Debug)]
pub struct Ground {
    node: NodeId,
    currency: Currency,
    series: SeriesId,
    users: Vec<(Api, String)>,
}

const FACE: &str = "100.00";
const PRICE: &str = "95.00";
/// Far below the offer: it rests.
const BID: &str = "1.00";
const MONEY: &str = "1000000.00";

impl Ground {
    /// Lists a series of its own at `node`, with `clients` users who have money.
    ///
    /// # Errors
    /// What was refused.
    pub async fn prepare(net: &mut Localnet, node: NodeId, clients: usize) -> Result<Ground> {
        let rules = Layout::rules(net.layout.node(node)?)?;
        let currency = rules.currency;
        let (issuer, _) = register(net, node, "issuer").await?;
        pay_in(net, (node, currency, Pool::IssuerEscrow), &issuer).await?;
        let series = list(net, (node, &rules), &issuer).await?;
        let mut users = Vec::new();
        for _ in 0..clients {
            let (registered, api) = register(net, node, "user").await?;
            pay_in(net, (node, currency, Pool::UserCustody), &registered).await?;
            users.push((api, registered.api_key));
        }
        Ok(Ground { node, currency, series, users })
    }

    /// Puts the load on and measures.
    ///
    /// # Errors
    /// The first call that was not answered as it should be.
    pub async fn measure(&self, net: &mut Localnet, load: Load) -> Result<Measured> {
        ensure!(load.clients <= self.users.len(), "more clients than users");
        let users = self.users.iter().take(load.clients);
        let address = net.layout.node(self.node)?.api;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(net.authority()));
        let endpoint = Channel::from_shared(format!("https://{address}"))?.tls_config(tls)?;
        let mut runs = Vec::new();
        for (place, (api, key)) in users.enumerate() {
            let seed = net.fresh_key();
            let client = Client { ground: self, api, key, seed, place: place as u64 };
            let endpoint = endpoint.clone();
            runs.push(async move {
                match load.door {
                    Door::Rest => client.over_rest(load).await,
                    Door::Grpc => client.over_grpc(endpoint.connect().await?, load).await,
                }
            });
        }
        let started = Instant::now();
        let taken = try_join_all(runs).await?;
        Ok(measured(load, started.elapsed(), taken.into_iter().flatten().collect()))
    }
}

/// One caller.
struct Client<'g> {
    ground: &'g Ground,
    api: &'g Api,
    key: &'g str,
    seed: CommandId,
    place: u64,
}

impl Client<'_> {
    fn command(&self, number: u64) -> CommandId {
        let (place, number) = (self.place.to_be_bytes(), number.to_be_bytes());
        CommandId::derive(&[self.seed.as_bytes(), &place, &number])
    }

    async fn over_rest(self, load: Load) -> Result<Vec<Duration>> {
        let order = json!({
            "series": self.ground.series,
            "side": "buy",
            "quantity": 1,
            "limit": { "amount": BID, "currency": self.ground.currency },
        });
        let (mut taken, started) = (Vec::new(), Instant::now());
        let mut number = 0;
        while started.elapsed() < load.time {
            let sent = Instant::now();
            let key = self.command(number);
            let placed: Placed = self.api.post("/api/v1/trades/orders", key, &order).await?;
            taken.push(sent.elapsed());
            let sent = Instant::now();
            let path = format!("/api/v1/trades/orders/{}", placed.order.0);
            let _gone: OrderCancelled = self.api.delete(&path, self.command(number + 1)).await?;
            taken.push(sent.elapsed());
            number += 2;
        }
        Ok(taken)
    }

    async fn over_grpc(self, channel: Channel, load: Load) -> Result<Vec<Duration>> {
        let authorization: MetadataValue<_> = format!("ApiKey {}", self.key).parse()?;
        let mut client =
            TradingClient::with_interceptor(channel, move |mut call: tonic::Request<()>| {
                call.metadata_mut().insert("authorization", authorization.clone());
                Ok(call)
            });
        let (mut taken, started) = (Vec::new(), Instant::now());
        let mut number = 0;
        while started.elapsed() < load.time {
            let orders = (0..load.batch as u64).map(|_| {
                number += 1;
                self.order(number)
            });
            let orders = orders.collect();
            let sent = Instant::now();
            let placed = client.place_orders(PlaceOrdersRequest { orders }).await?.into_inner();
            taken.extend(std::iter::repeat_n(sent.elapsed(), load.batch));
            let cancels = placed_in(&placed)?.into_iter().map(|order| {
                number += 1;
                Cancel { idempotency_key: self.command(number).to_string(), order }
            });
            let cancels = cancels.collect();
            let sent = Instant::now();
            client.cancel_orders(CancelOrdersRequest { cancels }).await?;
            taken.extend(std::iter::repeat_n(sent.elapsed(), load.batch));
        }
        Ok(taken)
    }

    fn order(&self, number: u64) -> NewOrder {
        NewOrder {
            idempotency_key: self.command(number).to_string(),
            series: self.ground.series.to_string(),
            side: Side::Buy.into(),
            quantity: 1,
            limit: Some(BID.to_owned()),
            time_in_force: 0,
        }
    }
}

/// The ids of the orders that a batch has placed; every one must have been.
fn placed_in(outcomes: &Outcomes) -> Result<Vec<String>> {
    let placed = outcomes.outcomes.iter().map(|outcome| match &outcome.result {
        Some(Told::Placed(placed)) => Ok(placed.order.clone()),
        other => Err(anyhow::anyhow!("an order was not placed: {other:?}")),
    });
    placed.collect()
}

fn measured(load: Load, time: Duration, mut taken: Vec<Duration>) -> Measured {
    taken.sort_unstable();
    let micros = |took: &Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let at = |percent: usize| {
        let index = (taken.len() * percent).div_ceil(100).saturating_sub(1);
        taken.get(index).map_or(0, micros)
    };
    let commands = taken.len() as u64;
    let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Measured {
        door: load.door,
        clients: load.clients,
        batch: if load.door == Door::Grpc { load.batch } else { 1 },
        commands,
        milliseconds,
        per_second: (commands * 1000).checked_div(milliseconds).unwrap_or(0),
        p50_us: at(50),
        p99_us: at(99),
        max_us: taken.last().map_or(0, micros),
    }
}

async fn register(net: &mut Localnet, node: NodeId, kind: &str) -> Result<(Registered, Api)> {
    let body = json!({ "kind": kind, "kyc": 2, "name": "load" });
    let key = net.fresh_key();
    let registered: Registered = net.operator(node)?.post("/api/v1/users", key, &body).await?;
    let api = net.api(node)?.with_key(&registered.api_key);
    Ok((registered, api))
}

/// Has the bank book money for a party, and waits until the node has heard of it.
async fn pay_in(
    net: &mut Localnet,
    (node, currency, pool): (NodeId, Currency, Pool),
    to: &Registered,
) -> Result<()> {
    let body = json!({
        "account": account(node, pool, currency),
        "amount": MONEY,
        "reference": to.party,
    });
    net.bank(currency)?.tell("/control/deposit", &body).await?;
    let api = net.api(node)?.with_key(&to.api_key);
    let there = async || {
        let assets: Assets = api.get("/api/v1/users/me/assets").await?;
        Ok((!assets.money.is_empty()).then_some(()))
    };
    net.until(Wait::new(node, "a deposit"), there).await
}

/// Lists a batch of the issuer's.
async fn list(
    net: &mut Localnet,
    (node, rules): (NodeId, &RegionTemplate),
    issuer: &Registered,
) -> Result<SeriesId> {
    let api = net.api(node)?.with_key(&issuer.api_key);
    let operator = net.operator(node)?;
    let key = net.fresh_key();
    api.act::<Value>("/api/v1/issuers", key).await?;
    let money = |amount: &str| json!({ "amount": amount, "currency": rules.currency });
    let review = json!({ "tier": "gold", "quota": money("100000000.00") });
    let key = net.fresh_key();
    let path = format!("/api/v1/issuers/{}/review", issuer.party.0);
    operator.post::<Value>(&path, key, &review).await?;
    let (today, _) = crate::contract::now().utc();
    let ends = today.plus_days(90);
    let draft = json!({
        "face": money(FACE),
        "quantity": 1000,
        "issue_price": money(PRICE),
        "expires_at": rules.expiry_utc(ends).context("expiry")?,
        "breakage_at": rules.breakage_utc(ends).context("breakage")?,
    });
    let key = net.fresh_key();
    let drafted: Drafted = api.post("/api/v1/coupons/batches", key, &draft).await?;
    let path = format!("/api/v1/coupons/batches/{}", drafted.batch.0);
    let approver = net.staff(node, "approver")?;
    let steps = [
        (&api, "submit"),
        (&operator, "review"),
        (&approver, "review"),
        (&api, "fund"),
        (&operator, "mint"),
        (&api, "list"),
    ];
    for (who, step) in steps {
        let key = net.fresh_key();
        who.act::<Value>(&format!("{path}/{step}"), key).await?;
    }
    let report: BatchReport = operator.get(&path).await?;
    Ok(report.series.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_all_calls() {
        let load = Load { door: Door::Grpc, clients: 2, batch: 10, time: Duration::from_secs(1) };
        let taken = (1..=200).map(Duration::from_millis).collect();
        let measured = measured(load, Duration::from_millis(500), taken);
        assert_eq!((measured.commands, measured.per_second), (200, 400));
        assert_eq!(
            (measured.p50_us, measured.p99_us, measured.max_us),
            (100_000, 198_000, 200_000)
        );
    }
}
