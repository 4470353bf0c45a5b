//! Load on one trading node, from outside: commands a second, and how long each takes.
//!
//! Every client places an order that rests far from the market, then takes it out again: each is
//! one command through the node's log with its own outcome, and the book stays as small as it
//! was. Over REST one command is one call; over gRPC a call carries a batch. Clients ask as soon
//! as they are answered, or at a rate that does not wait for answers.

mod mirror;
mod pace;

pub use mirror::MirrorLag;

use crate::client::Api;
use crate::contract::account;
use crate::layout::Layout;
use crate::network::{Localnet, Wait};
use crate::spread::{Figures, at_per_mille};
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
use gcfn_model::{BusinessDate, CommandId, Currency, NodeId, Pool, SeriesId};
use gcfn_template::RegionTemplate;
use mirror::MirrorWatch;
use pace::Pace;
use serde::Serialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// When it is over.
    pub span: Span,
    /// Commands a second from all clients together, however fast they are answered; none for as
    /// many as are answered.
    pub rate: Option<u64>,
}

/// When a load is over.
#[derive(Clone, Copy, Debug)]
pub enum Span {
    /// After so long.
    Time(Duration),
    /// After so many commands, rounded up to a whole number of rounds: a round places as many
    /// orders as a call carries, and takes them out again.
    Commands(u64),
}

/// Says to all clients of a load when it is over.
struct Rounds {
    span: Span,
    started: Instant,
    commands_each: u64,
    begun: AtomicU64,
}

impl Rounds {
    fn new(load: Load) -> Rounds {
        let commands_each = load.commands_a_call().saturating_mul(2);
        let (span, begun) = (load.span, AtomicU64::new(0));
        Rounds { span, started: Instant::now(), commands_each, begun }
    }

    /// Whether there is another round; who is told so must do it.
    fn begin(&self) -> bool {
        match self.span {
            Span::Time(time) => self.started.elapsed() < time,
            Span::Commands(commands) => {
                self.begun.fetch_add(self.commands_each, Ordering::Relaxed) < commands
            }
        }
    }
}

impl Load {
    fn commands_a_call(&self) -> u64 {
        match self.door {
            Door::Rest => 1,
            Door::Grpc => self.batch as u64,
        }
    }
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
    /// How long 999 of 1000 calls took at most, in microseconds.
    pub p999_us: u64,
    /// How long the slowest took, in microseconds.
    pub max_us: u64,
    /// How far the supervisor that mirrors the node was behind; null where nobody mirrors it.
    pub mirror: Option<MirrorLag>,
}

impl Figures for Measured {
    fn figures(&self) -> Vec<(&'static str, u64)> {
        let mut figures = vec![
            ("commands", self.commands),
            ("milliseconds", self.milliseconds),
            ("per_second", self.per_second),
            ("p50_us", self.p50_us),
            ("p99_us", self.p99_us),
            ("p999_us", self.p999_us),
            ("max_us", self.max_us),
        ];
        if let Some(mirror) = &self.mirror {
            figures.extend([
                ("mirror_epochs", mirror.epochs),
                ("mirror_lag_p50_ms", mirror.lag_p50_ms),
                ("mirror_lag_p99_ms", mirror.lag_p99_ms),
                ("mirror_lag_max_ms", mirror.lag_max_ms),
                ("mirror_catch_up_ms", mirror.catch_up_ms),
            ]);
        }
        figures
    }
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
    /// Opens a day if the network's last one has ended, and lists a series of its own at `node`,
    /// with `clients` users who have money.
    ///
    /// # Errors
    /// What was refused.
    pub async fn prepare(net: &mut Localnet, node: NodeId, clients: usize) -> Result<Ground> {
        let today = net.open_day().await?;
        let rules = Layout::rules(net.layout.node(node)?)?;
        let currency = rules.currency;
        let (issuer, _) = register(net, node, "issuer").await?;
        pay_in(net, (node, currency, Pool::IssuerEscrow), &issuer).await?;
        let series = list(net, (node, &rules, today), &issuer).await?;
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
        let mut mirror = MirrorWatch::begin(net, self.node).await?;
        let address = net.layout.node(self.node)?.api;
        let runs = self.runs(net, load, address);
        let measured = match &mut mirror {
            None => runs.await?,
            Some(mirror) => tokio::select! {
                measured = runs => measured?,
                fault = mirror.watch() => return Err(fault),
            },
        };
        let mirror = match mirror {
            None => None,
            Some(mirror) => Some(mirror.catch_up(net).await?),
        };
        Ok(Measured { mirror, ..measured })
    }

    /// Puts the same load on whoever listens at `address` and answers as the node does.
    ///
    /// # Errors
    /// The first call that was not answered as it should be.
    pub async fn measure_at(
        &self,
        net: &mut Localnet,
        load: Load,
        address: SocketAddr,
    ) -> Result<Measured> {
        self.runs(net, load, address).await
    }

    /// Every client's calls, and how long each took.
    fn runs(
        &self,
        net: &mut Localnet,
        load: Load,
        address: SocketAddr,
    ) -> impl Future<Output = Result<Measured>> + use<'_> {
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(net.authority()));
        let users = self.users.iter().take(load.clients).enumerate();
        let clients: Vec<Client<'_>> = users
            .map(|(place, (api, key))| Client {
                ground: self,
                api: api.at(address),
                key,
                seed: net.fresh_key(),
                place: place as u64,
            })
            .collect();
        async move {
            ensure!(load.clients <= self.users.len(), "more clients than users");
            let endpoint = Channel::from_shared(format!("https://{address}"))?.tls_config(tls)?;
            let rounds = &Rounds::new(load);
            let runs = clients.into_iter().map(|client| {
                let pace = Pace::new(&load, client.place);
                let endpoint = &endpoint;
                async move {
                    match load.door {
                        Door::Rest => client.over_rest(rounds, pace).await,
                        Door::Grpc => {
                            let channel = endpoint.connect().await?;
                            client.over_grpc(channel, (load, rounds), pace).await
                        }
                    }
                }
            });
            let started = Instant::now();
            let taken = try_join_all(runs).await?;
            Ok(measured(load, started.elapsed(), taken.into_iter().flatten().collect()))
        }
    }
}

/// One caller.
struct Client<'g> {
    ground: &'g Ground,
    api: Api,
    key: &'g str,
    seed: CommandId,
    place: u64,
}

impl Client<'_> {
    fn command(&self, number: u64) -> CommandId {
        let (place, number) = (self.place.to_be_bytes(), number.to_be_bytes());
        CommandId::derive(&[self.seed.as_bytes(), &place, &number])
    }

    async fn over_rest(self, rounds: &Rounds, mut pace: Pace) -> Result<Vec<Duration>> {
        let order = json!({
            "series": self.ground.series,
            "side": "buy",
            "quantity": 1,
            "limit": { "amount": BID, "currency": self.ground.currency },
        });
        let mut taken = Vec::new();
        let mut number = 0;
        while rounds.begin() {
            let sent = pace.begin().await;
            let key = self.command(number);
            let placed: Placed = self.api.post("/api/v1/trades/orders", key, &order).await?;
            taken.push(sent.elapsed());
            let sent = pace.begin().await;
            let path = format!("/api/v1/trades/orders/{}", placed.order.0);
            let _gone: OrderCancelled = self.api.delete(&path, self.command(number + 1)).await?;
            taken.push(sent.elapsed());
            number += 2;
        }
        Ok(taken)
    }

    async fn over_grpc(
        self,
        channel: Channel,
        (load, rounds): (Load, &Rounds),
        mut pace: Pace,
    ) -> Result<Vec<Duration>> {
        let authorization: MetadataValue<_> = format!("ApiKey {}", self.key).parse()?;
        let mut client =
            TradingClient::with_interceptor(channel, move |mut call: tonic::Request<()>| {
                call.metadata_mut().insert("authorization", authorization.clone());
                Ok(call)
            });
        let mut taken = Vec::new();
        let mut number = 0;
        while rounds.begin() {
            let orders = (0..load.batch as u64).map(|_| {
                number += 1;
                self.order(number)
            });
            let orders = orders.collect();
            let sent = pace.begin().await;
            let placed = client.place_orders(PlaceOrdersRequest { orders }).await?.into_inner();
            taken.extend(std::iter::repeat_n(sent.elapsed(), load.batch));
            let cancels = placed_in(&placed)?.into_iter().map(|order| {
                number += 1;
                Cancel { idempotency_key: self.command(number).to_string(), order }
            });
            let cancels = cancels.collect();
            let sent = pace.begin().await;
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
            ..NewOrder::default()
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
    let at = |per_mille| at_per_mille(&taken, per_mille).map_or(0, micros);
    let commands = taken.len() as u64;
    let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Measured {
        door: load.door,
        clients: load.clients,
        batch: usize::try_from(load.commands_a_call()).unwrap_or(load.batch),
        commands,
        milliseconds,
        per_second: (commands * 1000).checked_div(milliseconds).unwrap_or(0),
        p50_us: at(500),
        p99_us: at(990),
        p999_us: at(999),
        max_us: taken.last().map_or(0, micros),
        mirror: None,
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
    (node, rules, today): (NodeId, &RegionTemplate, BusinessDate),
    issuer: &Registered,
) -> Result<SeriesId> {
    let api = net.api(node)?.with_key(&issuer.api_key);
    let operator = net.operator(node)?;
    let key = net.fresh_key();
    api.act::<Value>("/api/v1/issuers", key).await?;
    let money = |amount: &str| json!({ "amount": amount, "currency": rules.currency });
    // No more than one person may grant alone.
    let review = json!({ "tier": "gold", "quota": money("5000000.00") });
    let key = net.fresh_key();
    let path = format!("/api/v1/issuers/{}/review", issuer.party.0);
    operator.post::<Value>(&path, key, &review).await?;
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
        let span = Span::Time(Duration::from_secs(1));
        let load = Load { door: Door::Grpc, clients: 2, batch: 10, span, rate: None };
        let taken = (1..=2000).map(Duration::from_millis).collect();
        let measured = measured(load, Duration::from_millis(500), taken);
        assert_eq!((measured.commands, measured.per_second), (2000, 4000));
        assert_eq!((measured.p50_us, measured.p99_us), (1_000_000, 1_980_000));
        assert_eq!((measured.p999_us, measured.max_us), (1_998_000, 2_000_000));
    }

    #[test]
    fn a_load_of_so_many_commands_ends_with_the_round_that_reaches_them() {
        let rounds = |door, commands| {
            let span = Span::Commands(commands);
            let load = Load { door, clients: 1, batch: 100, span, rate: None };
            let rounds = Rounds::new(load);
            std::iter::from_fn(|| rounds.begin().then_some(())).count()
        };
        assert_eq!(rounds(Door::Grpc, 100_000), 500, "of 200 commands each");
        assert_eq!(rounds(Door::Grpc, 100_001), 501);
        assert_eq!(rounds(Door::Rest, 10), 5, "of two commands each");
    }
}
