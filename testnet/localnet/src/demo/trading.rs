//! Step 3: users deposit, trade, give, redeem, hand back, withdraw; coupons expire (P-01, P-04 to
//! P-06, P-09 to P-11, P-13, P-14).

use super::cast::coupons_of;
use super::{Demo, Told, ensure, is_refusal};
use crate::network::Wait;
use crate::scenario::{Action, Flow, Order, Use};
use anyhow::{Context, Result};
use gcfn_api_wire::issuance::{Accepted, Stage};
use gcfn_api_wire::party::Assets;
use gcfn_api_wire::redemption::Locked;
use gcfn_api_wire::settlement::WithdrawalTaken;
use gcfn_api_wire::trading::{OrderCancelled, Placed, TradeList, TradeReport};
use gcfn_model::{Amount, Currency, NodeId, OrderId, Rounding, SeriesId};
use serde_json::json;
use std::collections::BTreeMap;

/// What was seen to have happened, at the nodes of those it happened to.
#[derive(Debug, Default)]
struct Seen {
    gifts: usize,
    redemptions: usize,
    refunds: usize,
}

impl Demo {
    pub(super) async fn trade(&mut self) -> Told {
        let users = self.users();
        self.settle_in(&users).await?;
        let cancelled = self.place_orders().await?;
        let before = self.private_accounts().await?;
        let mut seen = Seen::default();
        for act in self.scenario.uses.clone() {
            self.use_up(&act, &mut seen)
                .await
                .with_context(|| format!("{} at {}: {:?}", act.who, act.node, act.action))?;
        }
        self.overnight().await?;
        let withdrawn = self.check_withdrawn(&before).await?;
        let (expired, shared) = self.check_expiry().await?;
        let drawn = self.place_drawn().await?;
        let trades = self.cast.told.len();
        let Seen { gifts, redemptions, refunds } = seen;
        Ok(format!(
            "{} users paid in; {} orders by hand ({cancelled} cancelled), {drawn} drawn, {trades} \
             trades; {gifts} gifts received, {redemptions} redemptions and {refunds} refunds in \
             their holders' accounts, {withdrawn} withdrawals in the users' own accounts at the \
             banks; {expired} coupons expired, breakage of {shared} batches shared",
            users.len(),
            self.scenario.orders.len(),
        ))
    }

    /// The scenario's orders, one after the other, then the cancels; returns how many those were.
    pub(super) async fn place_orders(&mut self) -> Result<usize> {
        let mut to_cancel = Vec::new();
        for (place, order) in self.scenario.orders.clone().iter().enumerate() {
            let placed = self.place(order).await;
            let placed = placed.with_context(|| format!("order {} of the list", place + 1))?;
            ensure(placed.filled == order.filled, || {
                format!(
                    "{} of {} traded of {}'s order to {} {} {} at {}, {} expected",
                    placed.filled,
                    order.quantity,
                    order.who,
                    order.side,
                    order.quantity,
                    order.batch,
                    order.node,
                    order.filled
                )
            })?;
            if order.cancel {
                to_cancel.push((order.clone(), placed.order.0));
            }
        }
        self.figures.add("orders", self.scenario.orders.len() as u64);
        for (order, id) in &to_cancel {
            self.cancel(order, *id).await?;
        }
        Ok(to_cancel.len())
    }

    async fn place(&mut self, order: &Order) -> Result<Placed> {
        let series = self.cast.listed(order.node, &order.batch)?.series;
        let limit =
            order.limit.as_deref().map(|limit| self.money(order.node, limit)).transpose()?;
        let body = json!({
            "series": series,
            "side": order.side,
            "quantity": order.quantity,
            "limit": limit,
            "time_in_force": order.keep,
        });
        let key = self.net.fresh_key();
        let who = self.cast.actor(order.node, &order.who)?;
        let placed: Placed = who.api.post("/api/v1/trades/orders", key, &body).await?;
        if !placed.trades.is_empty() {
            self.cast.traded.insert(order.node, self.date);
        }
        self.cast.told.extend(placed.trades.iter().map(|trade| trade.0));
        Ok(placed)
    }

    async fn cancel(&mut self, order: &Order, id: OrderId) -> Result<()> {
        let key = self.net.fresh_key();
        let who = self.cast.actor(order.node, &order.who)?;
        let path = format!("/api/v1/trades/orders/{id}");
        let gone: OrderCancelled = who.api.delete(&path, key).await?;
        ensure(0 < gone.quantity, || format!("nothing was left of {}'s order", order.who))
    }

    async fn use_up(&mut self, act: &Use, seen: &mut Seen) -> Result<()> {
        let node = act.node;
        let who = self.cast.actor(node, &act.who)?.clone();
        let key = self.net.fresh_key();
        match &act.action {
            Action::Gift { batch, quantity, to } => {
                let series = self.cast.listed(node, batch)?.series;
                let to = self.cast.actor(node, to)?.clone();
                let had = coupons_of(&to.assets().await?, series);
                let body = json!({ "to": to.party, "quantity": quantity });
                let path = format!("/api/v1/coupons/{series}/transfer");
                who.api.post::<Accepted>(&path, key, &body).await?;
                let has = coupons_of(&to.assets().await?, series);
                ensure(had + quantity == has, || format!("{quantity} given, {has} after {had}"))?;
                seen.gifts += 1;
            }
            Action::Redeem { batch, amount, at } => {
                let series = self.cast.listed(node, batch)?.series;
                let amount =
                    amount.as_deref().map(|amount| self.money(node, amount)).transpose()?;
                let merchant = self.cast.actor(node, at)?.clone();
                let worth = worth_of(&who.assets().await?, series);
                let body = json!({ "merchant": merchant.party, "amount": amount });
                let path = format!("/api/v1/coupons/{series}/redeem/lock");
                let locked: Locked = who.api.post(&path, key, &body).await?;
                let path = format!("/api/v1/redemptions/{}/confirm", locked.redemption.0);
                let key = self.net.fresh_key();
                merchant.api.act::<Accepted>(&path, key).await?;
                let left = worth_of(&who.assets().await?, series);
                ensure(left < worth, || format!("{left:?} is left to redeem of {worth:?}"))?;
                seen.redemptions += 1;
            }
            Action::Refund { batch } => {
                let series = self.cast.listed(node, batch)?.series;
                let wait = Wait::new(node, format!("a primary purchase of {}", act.who));
                let bought = async || {
                    let trades: TradeList = who.api.get("/api/v1/trades?limit=500").await?;
                    let mut bought = trades.trades.iter().rev().filter(|t| t.buyer.is_some());
                    let first = bought.find(|trade| trade.primary && trade.series.0 == series);
                    Ok(first.map(|trade| trade.trade))
                };
                let trade = self.net.until(wait, bought).await?;
                let had = coupons_of(&who.assets().await?, series);
                let body = json!({ "trade": trade });
                who.api.post::<Accepted>("/api/v1/refunds", key, &body).await?;
                let has = coupons_of(&who.assets().await?, series);
                ensure(has < had, || format!("{has} coupons are left of {had}"))?;
                seen.refunds += 1;
            }
            Action::Withdraw { amount } => {
                let body = json!({ "amount": self.money(node, amount)? });
                let path = "/api/v1/payments/withdrawals";
                who.api.post::<WithdrawalTaken>(path, key, &body).await?;
            }
        }
        Ok(())
    }

    /// What the banks have in the accounts of the users who withdraw, by account.
    async fn private_accounts(&self) -> Result<BTreeMap<String, Amount>> {
        let mut balances = BTreeMap::new();
        for (account, currency, _) in self.withdrawals()? {
            let rows = self.accounts_at(currency).await?;
            let row = rows.into_iter().find(|row| row.number == account);
            let row = row.with_context(|| format!("the bank has no account {account}"))?;
            balances.insert(account, Amount::parse(&row.balance, currency)?);
        }
        Ok(balances)
    }

    /// Every withdrawal of the scenario: to which account, and how much arrives there.
    fn withdrawals(&self) -> Result<Vec<(String, Currency, Amount)>> {
        let mut withdrawals = Vec::new();
        for act in &self.scenario.uses {
            let Action::Withdraw { amount } = &act.action else { continue };
            let mut parties = self.scenario.parties.iter();
            let party = parties.find(|party| party.node == act.node && party.handle == act.who);
            let party = party.with_context(|| format!("no party {}", act.who))?;
            let rules = self.template(act.node)?;
            let asked = Amount::parse(amount, rules.currency)?;
            let fee = rules.fees.withdrawal.of(asked, Rounding::HalfUp).context("a fee")?;
            let paid = asked.saturating_sub(fee);
            withdrawals.push((party.account.clone(), rules.currency, paid));
        }
        Ok(withdrawals)
    }

    /// That the banks have paid every withdrawal, to the cent; returns how many there were.
    async fn check_withdrawn(&self, before: &BTreeMap<String, Amount>) -> Result<usize> {
        let withdrawals = self.withdrawals()?;
        let now = self.private_accounts().await?;
        for (account, balance) in before {
            let paid = withdrawals.iter().filter(|(to, ..)| to == account);
            let sum = Amount::sum(paid.map(|(.., paid)| *paid).chain([*balance]));
            let (sum, now) = (sum.context("in range")?, now.get(account).copied());
            ensure(now == Some(sum), || format!("{now:?} is in {account}, {sum:?} expected"))?;
        }
        Ok(withdrawals.len())
    }

    /// The batches whose time was over have no living coupon left and have shared their reserve;
    /// returns how many coupons of how many batches.
    async fn check_expiry(&mut self) -> Result<(u64, usize)> {
        let over = self.scenario.batches.iter().filter(|batch| batch.days == 1);
        let over: Vec<_> = over.cloned().collect();
        let mut coupons = 0;
        for batch in &over {
            let report = self.batch(batch.node, &batch.name).await?;
            let wait = Wait::new(batch.node, format!("{} to be closed", batch.name));
            let path = format!("/api/v1/coupons/batches/{}", report.batch.0);
            let operator = self.net.operator(batch.node)?;
            let closed = async || {
                let report: gcfn_api_wire::issuance::BatchReport = operator.get(&path).await?;
                Ok((report.state == Stage::Closed).then_some(()))
            };
            self.net.until(wait, closed).await?;
            coupons += self.expired_of(batch.node, report.series.0).await?;
        }
        Ok((coupons, over.len()))
    }

    /// The orders that the seed draws; returns how many.
    async fn place_drawn(&mut self) -> Result<u64> {
        let mut placed = 0;
        for flow in self.scenario.flow.clone() {
            for _ in 0..flow.orders {
                let order = self.draw(&flow).context("nobody to draw orders for")?;
                match self.place(&order).await {
                    Ok(_) => placed += 1,
                    // What a drawn order is not covered for is no failure of the network.
                    Err(fault) if is_refusal(&fault) => self.figures.add("orders_refused", 1),
                    Err(fault) => return Err(fault.context("a drawn order")),
                }
            }
        }
        self.figures.add("orders", placed);
        Ok(placed)
    }

    fn draw(&mut self, flow: &Flow) -> Option<Order> {
        let users: Vec<String> = self
            .scenario
            .parties
            .iter()
            .filter(|party| party.node == flow.node && party.kind == "user")
            .map(|party| party.handle.clone())
            .collect();
        let who = self.seed.pick(&users)?.clone();
        let sells = self.seed.below(2) == 0;
        let is_market = self.seed.below(4) == 0;
        let low = flow.price.minor().saturating_sub(flow.spread.minor());
        let price = low + self.seed.below(flow.spread.minor() * 2 + 1);
        let currency = self.currency(flow.node).ok()?;
        let limit = Amount::from_minor(price)?.decimal(currency);
        Some(Order {
            node: flow.node,
            who,
            side: if sells { "sell" } else { "buy" }.to_owned(),
            batch: flow.batch.clone(),
            quantity: 1 + self.seed.below(flow.quantity_max),
            limit: (!is_market).then_some(limit),
            keep: if is_market { "immediate_or_cancel" } else { "good_till_cancelled" },
            cancel: false,
            filled: 0,
        })
    }

    /// Every trade of a node, newest first.
    pub(super) async fn trades_of(&self, node: NodeId) -> Result<Vec<TradeReport>> {
        let operator = self.net.operator(node)?;
        let mut trades = Vec::new();
        let mut path = "/api/v1/trades?limit=500".to_owned();
        loop {
            let page: TradeList = operator.get(&path).await?;
            trades.extend(page.trades);
            match page.next {
                Some(next) => path = format!("/api/v1/trades?limit=500&before={next}"),
                None => return Ok(trades),
            }
        }
    }
}

/// What the free coupons of a series may still be redeemed for.
fn worth_of(assets: &Assets, series: SeriesId) -> Amount {
    let found = assets.coupons.iter().find(|holding| holding.series.0 == series);
    found.map_or(Amount::ZERO, |holding| holding.redeemable.amount)
}
