//! Step 4: a user buys a coupon that another node lists, through its own node alone.

use super::cast::{bucket_of, coupons_of};
use super::{Demo, Told, ensure};
use crate::contract::account;
use crate::network::Wait;
use crate::scenario::{Purchase, Quote};
use anyhow::{Context, Result};
use gcfn_api_wire::federation::{Heard, NewQuote, QuotedPair, Ratio};
use gcfn_api_wire::listing::SeriesList;
use gcfn_api_wire::term::Money;
use gcfn_api_wire::trading::{Placed, RateLock, Settlement, TradeList, TradeReport};
use gcfn_model::{Amount, Millis, Pool, Rate, SeriesId};
use serde_json::json;

/// A purchase that was matched at the coupon's home.
#[derive(Clone, Debug)]
pub(super) struct Crossing {
    purchase: Purchase,
    series: SeriesId,
    /// What it was paid at; none where both nodes keep one currency.
    lock: Option<RateLock>,
    /// What was held of the buyer's money, fee included.
    held: Amount,
    /// One for each order that it met: at least one.
    trades: Vec<TradeReport>,
}

/// How long a quote is good: less than the network's longest.
const QUOTE_LIFE: Millis = Millis(45_000);

fn ratio(rate: Rate) -> Ratio {
    Ratio { numerator: rate.numerator(), denominator: rate.denominator() }
}

impl Demo {
    pub(super) async fn buy_abroad(&mut self) -> Told {
        self.fund_dealers().await?;
        let mut crossings = Vec::new();
        for purchase in self.scenario.abroad.clone() {
            let held_before = self.held_by(&purchase).await?;
            let crossing = self.cross(purchase).await?;
            self.until_committed(&crossing, held_before).await?;
            crossings.push(crossing);
        }
        self.figures.set("trades_across_borders", self.crossed.len());
        let dates = crossings.iter().flat_map(|crossing| &crossing.trades);
        let last = dates.map(|trade| trade.value_date.0).max().context("no trade abroad")?;
        while self.date < last {
            self.overnight().await?;
        }
        let mut told = Vec::new();
        for crossing in &crossings {
            self.until_delivered(crossing).await?;
            told.push(self.tell_of(crossing)?);
        }
        Ok(told.join("; "))
    }

    /// Orders at the other node, and waits for the match.
    pub(super) async fn cross(&mut self, purchase: Purchase) -> Result<Crossing> {
        let series = self.cast.listed(purchase.home, &purchase.batch)?.series;
        self.until_listed(&purchase, series).await?;
        let lock = match self.currency(purchase.node)? == self.currency(purchase.home)? {
            true => None,
            false => Some(self.lock(&purchase).await?),
        };
        let held = self.order_abroad(&purchase, series, lock.as_ref()).await?;
        let trades = self.matched(&purchase, series).await?;
        self.crossed.extend(trades.iter().map(|trade| (purchase.home, trade.trade.0)));
        Ok(Crossing { purchase, series, lock, held, trades })
    }

    fn tell_of(&self, crossing: &Crossing) -> Told {
        let Crossing { purchase, lock, held, trades, .. } = crossing;
        let (pays, needs) = (self.currency(purchase.node)?, self.currency(purchase.home)?);
        let value = trades.iter().map(|trade| trade.price.amount.checked_mul(trade.quantity));
        let value = value.collect::<Option<Vec<_>>>().and_then(Amount::sum);
        let value = value.context("price times quantity")?.decimal(needs);
        let value_date = trades.first().context("no trade")?.value_date.0;
        let (paid, cleared) = match lock {
            Some(lock) => {
                let rate = format!("at the locked rate {}/{}", lock.numerator, lock.denominator);
                (format!("paid with {pays} {rate}"), "the federation")
            }
            None => ("paid as it is".to_owned(), "the house of both"),
        };
        Ok(format!(
            "{} bought {} {} of {} through {} alone: {value} {needs} in {} trades, {paid} ({} \
             held, fee included); affirmed by both sides, cleared by {cleared}, delivered against \
             payment on {value_date}",
            purchase.who,
            purchase.quantity,
            purchase.batch,
            purchase.home,
            purchase.node,
            trades.len(),
            held.decimal(pays),
        ))
    }

    /// Dealers put money in, so that they can pay in the other currency.
    pub(super) async fn fund_dealers(&mut self) -> Result<()> {
        for fund in self.scenario.funds.clone() {
            let body = json!({
                "account": account(fund.node, Pool::Dealer, fund.currency),
                "amount": fund.amount,
                "name": format!("dealer {}", fund.node),
            });
            self.net.bank(fund.currency)?.tell("/control/deposit", &body).await?;
        }
        Ok(())
    }

    /// Waits until the buyer's node shows the series of the other node.
    async fn until_listed(&mut self, purchase: &Purchase, series: SeriesId) -> Result<()> {
        let buyer = self.cast.actor(purchase.node, &purchase.who)?.api.clone();
        let wait = Wait::new(purchase.node, format!("{} in the search", purchase.batch));
        let listed = async || {
            let list: SeriesList = buyer.get("/api/v1/coupons/search?reach=everywhere").await?;
            let found = list.series.iter().find(|listing| listing.series.0 == series);
            Ok(found.filter(|listing| listing.home.0 == purchase.home).map(drop))
        };
        self.net.until(wait, listed).await
    }

    /// Every dealer's rates of the scenario, good from now on for a moment.
    async fn quote(&mut self) -> Result<()> {
        for Quote { dealer, base, counter, bid, ask, size } in self.scenario.rates.clone() {
            let status: gcfn_api_wire::node::NodeReport =
                self.net.operator(dealer)?.get("/api/v1/node").await?;
            let key = self.net.fresh_key();
            let valid_until = status.time.0.checked_add(QUOTE_LIFE).context("in range")?;
            let offer = NewQuote {
                pair: QuotedPair { base: base.into(), counter: counter.into() },
                bid: ratio(bid),
                ask: ratio(ask),
                size: Money::new(Amount::parse(&size, base)?, base),
                valid_until: valid_until.into(),
            };
            let operator = self.net.operator(dealer)?;
            let wait = Wait::new(dealer, format!("the quote of {dealer}"));
            let taken =
                async || Ok(Some(operator.post("/api/v1/federation/quotes", key, &offer).await?));
            let _: Heard = self.net.until(wait, taken).await?;
        }
        Ok(())
    }

    /// What is held for the buyer's own orders.
    async fn held_by(&self, purchase: &Purchase) -> Result<Amount> {
        let buyer = self.cast.actor(purchase.node, &purchase.who)?;
        Ok(bucket_of(&buyer.assets().await?, "hold"))
    }

    /// Has a rate locked for all that the purchase may cost.
    async fn lock(&mut self, purchase: &Purchase) -> Result<RateLock> {
        self.quote().await?;
        let buyer = self.cast.actor(purchase.node, &purchase.who)?.clone();
        let home_currency = self.currency(purchase.home)?;
        let needs = Amount::parse(&purchase.limit, home_currency)?;
        let needs = needs.checked_mul(purchase.quantity).context("price times quantity")?;
        let needs = needs.decimal(home_currency);
        let body = json!({ "needs": { "amount": needs, "currency": home_currency } });
        let key = self.net.fresh_key();
        let wait = Wait::new(purchase.node, "a locked rate");
        let locked =
            async || Ok(Some(buyer.api.post("/api/v1/settle/xborder/quotes", key, &body).await?));
        self.net.until(wait, locked).await
    }

    /// Sends the order; returns what is held for it.
    async fn order_abroad(
        &mut self,
        purchase: &Purchase,
        series: SeriesId,
        lock: Option<&RateLock>,
    ) -> Result<Amount> {
        let buyer = self.cast.actor(purchase.node, &purchase.who)?.clone();
        let before = bucket_of(&buyer.assets().await?, "avail");
        let limit = self.money(purchase.home, &purchase.limit)?;
        let body = json!({
            "series": series,
            "side": "buy",
            "quantity": purchase.quantity,
            "limit": limit,
            "rate_lock": lock.map(|lock| lock.lock),
        });
        let keys: Vec<_> = (0..500).map(|_| self.net.fresh_key()).collect();
        let mut keys = keys.into_iter();
        let wait = Wait::new(purchase.node, "the lock to be final at the buyer's node");
        // A refusal is remembered under its key: each try is a new wish.
        let placed = async || {
            let key = keys.next().context("fewer tries than keys")?;
            match buyer.api.post::<Placed>("/api/v1/trades/orders", key, &body).await {
                Err(fault) if fault.code() == Some("UnknownLock") => Ok(None),
                other => Ok(Some(other?)),
            }
        };
        let placed: Placed = self.net.until(wait, placed).await?;
        ensure(placed.sent_to.map(|to| to.0) == Some(purchase.home), || {
            format!("the order went to {:?}", placed.sent_to)
        })?;
        let after = bucket_of(&buyer.assets().await?, "avail");
        Ok(before.saturating_sub(after))
    }

    /// Waits for the match at home.
    async fn matched(&mut self, purchase: &Purchase, series: SeriesId) -> Result<Vec<TradeReport>> {
        let operator = self.net.operator(purchase.home)?;
        let mut known = self.cast.told.clone();
        known.extend(self.crossed.iter().map(|(_, trade)| *trade));
        let wait = Wait::new(purchase.home, "the order to match at home");
        let met = async || {
            let page: TradeList = operator.get("/api/v1/trades?limit=100").await?;
            let fresh = page.trades.into_iter().filter(|t| !known.contains(&t.trade.0));
            let fresh: Vec<TradeReport> = fresh.filter(|t| t.series.0 == series).collect();
            let filled: u64 = fresh.iter().map(|trade| trade.quantity).sum();
            Ok((filled == purchase.quantity).then_some(fresh))
        };
        self.net.until(wait, met).await
    }

    /// Waits until the buyer's node has committed the money, without giving the coupons out.
    async fn until_committed(&mut self, crossing: &Crossing, held_before: Amount) -> Result<()> {
        let Crossing { purchase, series, .. } = crossing;
        let buyer = self.cast.actor(purchase.node, &purchase.who)?.clone();
        let wait = Wait::new(purchase.node, "the buyer's money to be committed");
        let committed = async || {
            let assets = buyer.assets().await?;
            let nothing = coupons_of(&assets, *series) == 0;
            let committed = !bucket_of(&assets, "commit").is_zero();
            let answered = bucket_of(&assets, "hold") == held_before;
            Ok((answered && committed && nothing).then_some(()))
        };
        self.net.until(wait, committed).await
    }

    /// Waits until the buyer has the coupons, the home counts them abroad, and the trade has
    /// settled there.
    async fn until_delivered(&mut self, crossing: &Crossing) -> Result<()> {
        let Crossing { purchase, series, trades, .. } = crossing;
        let (series, value_date) = (*series, trades.first().context("no trade")?.value_date.0);
        let buyer = self.cast.actor(purchase.node, &purchase.who)?.clone();
        let what = format!("delivery to {} on {value_date}", purchase.who);
        let wait = Wait::new(purchase.node, what);
        let delivered = async || {
            let assets = buyer.assets().await?;
            Ok((coupons_of(&assets, series) == purchase.quantity).then_some(()))
        };
        self.net.until(wait, delivered).await?;
        let home = self.trades_of(purchase.home).await?;
        let due = home.iter().filter(|trade| trade.value_date.0 == value_date);
        let open = due.filter(|trade| trade.state != Settlement::Settled).count();
        ensure(open == 0, || format!("{open} trades for {value_date} have not settled at home"))?;
        let abroad = self.abroad_of(purchase.home, series, purchase.node).await?;
        ensure(abroad == purchase.quantity, || {
            let node = purchase.node;
            format!("the home counts {abroad} coupons at {node}, not {}", purchase.quantity)
        })
    }
}
