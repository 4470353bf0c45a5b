//! Step 7: a trading node is killed in the middle of a burst of orders. Whatever it had
//! acknowledged is there when it comes back, and nothing is there twice.

use super::{Demo, Told, ensure, log_of};
use crate::client::Api;
use crate::contract;
use crate::layout::folder;
use anyhow::{Context, Result};
use futures::stream::{StreamExt, iter};
use gcfn_api_wire::trading::{Placed, TradeReport};
use gcfn_model::{CommandId, NodeId, TradeId};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How many orders the burst has, and how many are under way at a time.
const ORDERS: usize = 240;
const AT_A_TIME: usize = 16;
/// How many are acknowledged when the node is killed.
const KILLED_AFTER: usize = 80;

/// How much later than its answers a node's list may be.
const LIST_LIMIT: Duration = Duration::from_secs(10);

/// One order of the burst.
#[derive(Clone, Debug)]
struct Wish {
    key: CommandId,
    api: Api,
    body: Value,
}

impl Wish {
    async fn send(&self) -> Result<Placed, crate::client::CallError> {
        self.api.post("/api/v1/trades/orders", self.key, &self.body).await
    }
}

impl Demo {
    pub(super) async fn crash(&mut self) -> Told {
        let flow = self.scenario.flow.first().context("flow.csv names no book")?.clone();
        let node = flow.node;
        let ids = |trades: Vec<TradeReport>| trades.iter().map(|trade| trade.trade.0).collect();
        let before: BTreeSet<TradeId> = ids(self.trades_of(node).await?);
        let wishes = self.wishes(node, &flow.batch)?;
        let running = contract::running(&folder(&self.net.dir, node))?;
        ensure(Some(running.pid) == self.net.processes.pid(node), || {
            format!("run.json of {node} names process {}", running.pid)
        })?;
        let acknowledged = self.burst(node, &wishes).await?;
        let downtime = self.restart(node).await?;
        let mut trades = self.ask_again(node, &wishes, &acknowledged).await?;
        self.check_trades(node, before.union(&trades).copied().collect()).await?;
        let expected = trades.len();
        self.cast.told.append(&mut trades);
        let known = acknowledged.iter().flatten().count();
        self.figures.add("orders", ORDERS as u64);
        self.figures.set("restart_ms", u64::try_from(downtime.as_millis())?);
        Ok(format!(
            "{node} killed (SIGKILL) after {known} of {ORDERS} concurrent orders were \
             acknowledged; back after {} ms; every acknowledged order is there with the same \
             outcome, {expected} trades, none doubled",
            downtime.as_millis()
        ))
    }

    /// Sends every order again under its key: what was acknowledged must be answered the same.
    /// Returns all trades of the burst.
    async fn ask_again(
        &mut self,
        node: NodeId,
        wishes: &[Wish],
        acknowledged: &[Option<Placed>],
    ) -> Result<BTreeSet<TradeId>> {
        let mut trades = BTreeSet::new();
        for (wish, first) in wishes.iter().zip(acknowledged) {
            let again = wish
                .send()
                .await
                .with_context(|| format!("ask {node} again for an order{}", log_of(self, node)))?;
            if let Some(first) = first {
                let same = (first.order, first.filled, &first.trades)
                    == (again.order, again.filled, &again.trades);
                ensure(same, || format!("{first:?} was acknowledged, now it is {again:?}"))?;
            }
            for trade in &again.trades {
                ensure(trades.insert(trade.0), || format!("{} is told twice", trade.0))?;
            }
        }
        Ok(trades)
    }

    /// That the node lists exactly `expected`, each once.
    async fn check_trades(&mut self, node: NodeId, expected: BTreeSet<TradeId>) -> Result<()> {
        let mut after: Vec<TradeId> = Vec::new();
        let since = Instant::now();
        while after.len() < expected.len() && since.elapsed() < LIST_LIMIT {
            after = self.trades_of(node).await?.iter().map(|trade| trade.trade.0).collect();
        }
        let distinct: BTreeSet<TradeId> = after.iter().copied().collect();
        ensure(distinct.len() == after.len(), || "a trade is there twice".to_owned())?;
        let missing = expected.difference(&distinct).count();
        ensure(missing == 0, || format!("{missing} of {} trades are missing", expected.len()))?;
        let more = distinct.difference(&expected).count();
        ensure(more == 0, || format!("{more} trades are there that nobody was told of"))
    }

    /// Orders of one coupon each by everybody in turn; every one matches the issuer's offer.
    fn wishes(&mut self, node: NodeId, batch: &str) -> Result<Vec<Wish>> {
        let series = self.cast.listed(node, batch)?.series;
        let users = self.scenario.parties.iter();
        let users: Vec<String> = users
            .filter(|party| party.node == node && party.kind == "user")
            .map(|party| party.handle.clone())
            .collect();
        let body = json!({
            "series": series,
            "side": "buy",
            "quantity": 1,
            "time_in_force": "immediate_or_cancel",
        });
        let mut wishes = Vec::new();
        for handle in users.iter().cycle().take(ORDERS) {
            let api = self.cast.actor(node, handle)?.api.clone();
            wishes.push(Wish { key: self.net.fresh_key(), api, body: body.clone() });
        }
        Ok(wishes)
    }

    /// Sends the orders and kills the node in their midst; returns what it had acknowledged.
    async fn burst(&mut self, node: NodeId, wishes: &[Wish]) -> Result<Vec<Option<Placed>>> {
        let mut acknowledged: Vec<Option<Placed>> = vec![None; wishes.len()];
        let mut known = 0;
        let mut killed = false;
        let mut sent = iter(wishes.iter().enumerate())
            .map(|(place, wish)| async move { (place, wish.send().await) })
            .buffer_unordered(AT_A_TIME);
        while let Some((place, answer)) = sent.next().await {
            match answer {
                Ok(placed) => {
                    known += 1;
                    acknowledged[place] = Some(placed);
                }
                Err(fault) if killed && fault.is_passing() => {}
                Err(fault) => return Err(fault).context("an order of the burst"),
            }
            if known == KILLED_AFTER && !killed {
                self.net.processes.kill(node)?;
                killed = true;
            }
        }
        let lost = wishes.len() - known;
        ensure(killed && 0 < lost, || "the burst was over before the kill".to_owned())?;
        Ok(acknowledged)
    }

    /// Starts the node again; returns how long it took until it served.
    async fn restart(&mut self, node: NodeId) -> Result<Duration> {
        let started = Instant::now();
        self.net.processes.start(node, false)?;
        self.net.until_ready(node).await?;
        Ok(started.elapsed())
    }
}
