//! Holders and merchants: prices, orders, coupons, money.

use crate::door::{Desk, money_of};
use crate::failure::{Ended, Failure};
use crate::federation::{list, text_of};
use clap::{Args, Subcommand, ValueEnum};
use gcfn_api_wire::term::Money;
use gcfn_model::{
    Amount, Currency, Digest, LockId, OrderId, PartyId, RedemptionId, SeriesId, TradeId,
};
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(super) struct Quote {
    /// Which book
    series: SeriesId,
    /// How many prices of each side
    #[arg(long, default_value_t = 5)]
    levels: usize,
}

#[derive(Debug, Args)]
pub(super) struct Trade {
    /// Which book
    series: SeriesId,
    /// How many coupons
    quantity: u64,
    /// The worst price accepted, per coupon, in the node's currency unless said; at the market
    /// when left out
    #[arg(long, value_name = "PRICE")]
    limit: Option<String>,
    /// What becomes of the part that cannot trade at once
    #[arg(long, value_enum, default_value_t = Rest::GoodTillCancelled)]
    rest: Rest,
}

#[derive(Debug, Args)]
pub(super) struct Buy {
    #[command(flatten)]
    trade: Trade,
    /// The locked rate that pays for coupons of another node in another currency
    #[arg(long, value_name = "LOCK")]
    rate: Option<LockId>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rest {
    /// It waits in the book
    GoodTillCancelled,
    /// The same, and it must not trade at once
    PostOnly,
    /// It is cancelled
    ImmediateOrCancel,
    /// There is none: all or nothing
    FillOrKill,
}

#[derive(Debug, Args)]
pub(super) struct Cancel {
    /// The order
    order: OrderId,
}

#[derive(Debug, Args)]
pub(super) struct Gift {
    /// Of which series
    series: SeriesId,
    /// How many coupons
    quantity: u64,
    /// Who receives them
    #[arg(long)]
    to: PartyId,
}

#[derive(Debug, Subcommand)]
pub(super) enum Redeem {
    /// Lock a coupon for a merchant, and show the token to hand over
    Lock {
        /// Of which series
        series: SeriesId,
        /// Where it will be redeemed
        #[arg(long)]
        merchant: PartyId,
        /// Which coupon; the lowest serial held when left out
        #[arg(long)]
        serial: Option<u64>,
        /// How much of its face; all that is left when left out
        #[arg(long)]
        amount: Option<String>,
    },
    /// Confirm what a holder has locked, as the merchant: the coupon is used up
    Confirm {
        /// The token that the holder has shown
        redemption: RedemptionId,
        /// The digest of what was bought, if one is to be recorded
        #[arg(long, value_name = "HASH")]
        detail: Option<Digest>,
    },
    /// Release a locked coupon
    Cancel {
        /// The token
        redemption: RedemptionId,
    },
}

#[derive(Debug, Args)]
pub(super) struct Refund {
    /// The purchase
    trade: TradeId,
}

#[derive(Debug, Args)]
pub(super) struct Withdraw {
    /// How much leaves the balance, fee included
    amount: String,
}

pub(super) fn wallet(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/users/me/assets")?;
    let money = list(&document, "money")
        .map(|bucket| vec![text_of(bucket, "bucket"), money_of(bucket, "money"), String::new()]);
    let coupons = list(&document, "coupons").map(|holding| {
        let count = |field| text_of(holding, field);
        let apart = format!(
            "{} in orders, {} in offers, {} locked",
            count("in_orders"),
            count("in_offers"),
            count("in_redemption")
        );
        vec![count("series"), format!("{} coupons", count("free")), apart]
    });
    desk.list(&document, &["WHAT", "FREE", "APART"], money.chain(coupons))
}

pub(super) fn orders(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/trades/orders")?;
    let row = |order: &Value| {
        let field = |name| text_of(order, name);
        vec![
            field("order"),
            field("side"),
            field("remaining"),
            money_of(order, "price"),
            field("series"),
        ]
    };
    let header = ["ORDER", "SIDE", "LEFT", "PRICE", "SERIES"];
    desk.list(&document, &header, list(&document, "orders").map(row))
}

pub(super) fn trades(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/trades")?;
    let row = |trade: &Value| {
        let field = |name| text_of(trade, name);
        vec![
            field("trade"),
            field("quantity"),
            money_of(trade, "price"),
            field("state"),
            field("value_date"),
            field("series"),
        ]
    };
    let header = ["TRADE", "COUPONS", "PRICE", "STATE", "VALUE DATE", "SERIES"];
    desk.list(&document, &header, list(&document, "trades").map(row))
}

pub(super) fn deposit(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/payments/deposits")?;
    let account = document.get("account").unwrap_or(&Value::Null);
    let line = format!(
        "pay {} to account {} at {}, with the reference {}",
        text_of(&document, "currency"),
        text_of(account, "number"),
        text_of(account, "bic"),
        text_of(&document, "reference")
    );
    desk.tell(&document, &line)
}

impl Quote {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        let path = format!("/api/v1/market/depth/{}?levels={}", self.series, self.levels);
        let document: Value = desk.get(&path)?;
        let side = |name: &'static str, shown: &'static str| {
            let level = move |level: &Value| {
                vec![shown.to_owned(), money_of(level, "price"), text_of(level, "quantity")]
            };
            list(&document, name).map(level).collect::<Vec<_>>()
        };
        let asks = side("asks", "sell").into_iter().rev();
        let rows: Vec<_> = asks.chain(side("bids", "buy")).collect();
        desk.list(&document, &["SIDE", "PRICE", "COUPONS"], rows)
    }
}

impl Trade {
    pub(super) fn run(&self, desk: &Desk, side: &str, rate: Option<LockId>) -> Ended {
        let rest = self.rest.to_possible_value().map(|value| value.get_name().replace('-', "_"));
        let mut body = json!({
            "series": self.series,
            "side": side,
            "quantity": self.quantity,
            "time_in_force": rest,
        });
        if let Some(limit) = &self.limit {
            body["limit"] = match limit.split_once(' ') {
                Some((amount, currency)) => money_in(amount, currency)?,
                None => desk.money(limit)?,
            };
        }
        if let Some(rate) = rate {
            body["rate_lock"] = json!(rate);
        }
        let placed = desk.post("/api/v1/trades/orders", &body)?;
        let count = |field| text_of(&placed, field);
        if let Some(home) = placed.get("sent_to").and_then(Value::as_str) {
            let line = format!("{}: sent to {home}; see gcfn app wallet", count("order"));
            return desk.tell(&placed, &line);
        }
        let line = format!(
            "{}: {} traded, {} in the book, {} cancelled",
            count("order"),
            count("filled"),
            count("resting"),
            count("cancelled")
        );
        desk.tell(&placed, &line)
    }
}

impl Buy {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        self.trade.run(desk, "buy", self.rate)
    }
}

/// An amount of a currency that need not be the node's.
fn money_in(amount: &str, currency: &str) -> Result<Value, Failure> {
    let unclear = |fault: String| Failure::Usage(format!("{amount} {currency}: {fault}"));
    let currency: Currency =
        currency.parse().map_err(|_| unclear("no such currency".to_owned()))?;
    let amount = Amount::parse(amount, currency).map_err(|fault| unclear(fault.to_string()))?;
    Ok(json!(Money::new(amount, currency)))
}

impl Cancel {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        let document = desk.delete(&format!("/api/v1/trades/orders/{}", self.order))?;
        let left = text_of(&document, "quantity");
        desk.tell(&document, &format!("{}: cancelled, {left} had not traded", self.order))
    }
}

impl Gift {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        let body = json!({ "to": self.to, "quantity": self.quantity });
        let document = desk.post(&format!("/api/v1/coupons/{}/transfer", self.series), &body)?;
        desk.tell(&document, &format!("{} coupons are with {} now", self.quantity, self.to))
    }
}

impl Redeem {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        match self {
            Redeem::Lock { series, merchant, serial, amount } => {
                let mut body = json!({ "merchant": merchant, "serial": serial });
                if let Some(amount) = amount {
                    body["amount"] = desk.money(amount)?;
                }
                let path = format!("/api/v1/coupons/{series}/redeem/lock");
                let locked = desk.post(&path, &body)?;
                let (token, value) = (text_of(&locked, "redemption"), money_of(&locked, "value"));
                desk.tell(&locked, &format!("{token}: {value}; show this token to the merchant"))
            }
            Redeem::Confirm { redemption, detail } => {
                let path = format!("/api/v1/redemptions/{redemption}/confirm");
                let done = desk.post(&path, &json!({ "detail": detail }))?;
                desk.tell(&done, &format!("{redemption}: confirmed, the coupon is used up"))
            }
            Redeem::Cancel { redemption } => {
                let done = desk.act(&format!("/api/v1/redemptions/{redemption}/cancel"))?;
                desk.tell(&done, &format!("{redemption}: released"))
            }
        }
    }
}

impl Refund {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        let done = desk.post("/api/v1/refunds", &json!({ "trade": self.trade }))?;
        desk.tell(&done, &format!("{}: handed back", self.trade))
    }
}

impl Withdraw {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        let body = json!({ "amount": desk.money(&self.amount)? });
        let taken = desk.post("/api/v1/payments/withdrawals", &body)?;
        let withdrawal = text_of(&taken, "withdrawal");
        desk.tell(&taken, &format!("{withdrawal}: on its way to the bank"))
    }
}
