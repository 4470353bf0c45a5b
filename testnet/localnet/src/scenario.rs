//! What happens in the demo, as people write it: `scenario/*.csv` and `scenario/network.toml`.
//!
//! Reads text and nothing else. Every mistake in every file is reported at once, with file,
//! line and column, so that whoever edits a scenario edits once.

mod network;
mod table;

pub use network::{BankEntry, NetworkFile, NodeEntry};
pub use table::{Problem, Problems};

use gcfn_model::{Amount, Currency, NodeId, Rate};
use std::path::Path;
use table::{Row, Table};

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Who is in the network.
    pub network: NetworkFile,
    /// Who takes part.
    pub parties: Vec<Party>,
    /// What is issued.
    pub batches: Vec<Batch>,
    /// The first day's orders.
    pub orders: Vec<Order>,
    /// What is done with coupons and money.
    pub uses: Vec<Use>,
    /// What dealers quote.
    pub rates: Vec<Quote>,
    /// What dealers put in.
    pub funds: Vec<Fund>,
    /// Purchases across a border.
    pub abroad: Vec<Purchase>,
    /// Orders to be drawn from the seed.
    pub flow: Vec<Flow>,
}

/// A user, an issuer or a merchant.
#[derive(Clone, Debug)]
pub struct Party {
    /// At which node.
    pub node: NodeId,
    /// What the other files call it.
    pub handle: String,
    /// `user`, `issuer` or `merchant`.
    pub kind: String,
    /// Its identity level.
    pub kyc: u8,
    /// Its name.
    pub name: String,
    /// Its telephone number.
    pub phone: String,
    /// Its e-mail address.
    pub email: String,
    /// Its account at the bank of its node.
    pub account: String,
    /// What it pays in, decimal.
    pub deposit: Option<String>,
}

/// A batch of coupons.
#[derive(Clone, Debug)]
pub struct Batch {
    /// At which node.
    pub node: NodeId,
    /// What the other files call it.
    pub name: String,
    /// Who issues it.
    pub issuer: String,
    /// The issuer's tier.
    pub tier: String,
    /// The issuer's quota.
    pub quota: String,
    /// Face value of one.
    pub face: String,
    /// How many.
    pub quantity: u64,
    /// What the first buyer pays for one.
    pub price: String,
    /// For how many days.
    pub days: u32,
    /// Whether it can be redeemed in parts.
    pub divisible: bool,
    /// Who redeems it beside the issuer.
    pub merchants: Vec<String>,
}

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// At which node.
    pub node: NodeId,
    /// Whose.
    pub who: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Which batch.
    pub batch: String,
    /// How many.
    pub quantity: u64,
    /// The worst price; none for a market order.
    pub limit: Option<String>,
    /// The API's word for what becomes of the rest.
    pub keep: &'static str,
    /// Whether the rest is cancelled at the end.
    pub cancel: bool,
    /// How many must trade at once.
    pub filled: u64,
}

/// One use of coupons or money.
#[derive(Clone, Debug)]
pub struct Use {
    /// At which node.
    pub node: NodeId,
    /// Whose.
    pub who: String,
    /// What is done.
    pub action: Action,
}

/// What is done with coupons or money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Coupons are given away.
    Gift {
        /// Of which batch.
        batch: String,
        /// How many.
        quantity: u64,
        /// To whom.
        to: String,
    },
    /// One coupon is redeemed.
    Redeem {
        /// Of which batch.
        batch: String,
        /// How much of it; all when left out.
        amount: Option<String>,
        /// Where.
        at: String,
    },
    /// The first primary purchase is handed back.
    Refund {
        /// Of which batch.
        batch: String,
    },
    /// Money is paid to the party's bank.
    Withdraw {
        /// How much.
        amount: String,
    },
}

/// A dealer's rates.
#[derive(Clone, Debug)]
pub struct Quote {
    /// The dealer.
    pub dealer: NodeId,
    /// What is bought and sold.
    pub base: Currency,
    /// What it is paid in.
    pub counter: Currency,
    /// At which the dealer buys.
    pub bid: Rate,
    /// At which it sells.
    pub ask: Rate,
    /// How much of the base currency.
    pub size: String,
}

/// A dealer's money.
#[derive(Clone, Debug)]
pub struct Fund {
    /// Whose.
    pub node: NodeId,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub amount: String,
}

/// A purchase across a border.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The buyer's node.
    pub node: NodeId,
    /// The buyer.
    pub who: String,
    /// The node that lists the series.
    pub home: NodeId,
    /// Which batch.
    pub batch: String,
    /// How many.
    pub quantity: u64,
    /// The worst price, in the home's currency.
    pub limit: String,
}

/// Orders to be drawn.
#[derive(Clone, Debug)]
pub struct Flow {
    /// At which node.
    pub node: NodeId,
    /// On which book.
    pub batch: String,
    /// How many orders.
    pub orders: u64,
    /// For how many coupons at most.
    pub quantity_max: u64,
    /// Around which price.
    pub price: Amount,
    /// At most this far from it.
    pub spread: Amount,
}

const FILES: [(&str, &str); 9] = [
    ("network.toml", include_str!("../scenario/network.toml")),
    ("parties.csv", include_str!("../scenario/parties.csv")),
    ("batches.csv", include_str!("../scenario/batches.csv")),
    ("orders.csv", include_str!("../scenario/orders.csv")),
    ("uses.csv", include_str!("../scenario/uses.csv")),
    ("rates.csv", include_str!("../scenario/rates.csv")),
    ("funds.csv", include_str!("../scenario/funds.csv")),
    ("abroad.csv", include_str!("../scenario/abroad.csv")),
    ("flow.csv", include_str!("../scenario/flow.csv")),
];

/// What a chaos day adds to them.
const CHAOS: [(&str, &str); 2] = [
    ("network.toml", include_str!("../scenario/chaos/network.toml")),
    ("parties.csv", include_str!("../scenario/chaos/parties.csv")),
];

impl Scenario {
    /// The scenario that comes with the program.
    ///
    /// # Errors
    /// None, short of a defect: a test reads it.
    pub fn built_in() -> Result<Scenario, Problems> {
        Scenario::parse(|name| {
            let found = FILES.iter().find(|(known, _)| *known == name);
            Ok(found.map_or("", |(_, text)| text).to_owned())
        })
    }

    /// The scenario of a chaos day: the built-in one, with a bank more.
    ///
    /// # Errors
    /// None, short of a defect: a test reads it.
    pub fn chaos() -> Result<Scenario, Problems> {
        Scenario::parse(|name| {
            let of = |files: &[(&str, &'static str)]| {
                files.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
            };
            Ok([of(&FILES), of(&CHAOS)].concat())
        })
    }

    /// The scenario in `dir`, whose files are named as those of the built-in one.
    ///
    /// # Errors
    /// [`Problems`]: every mistake of every file.
    pub fn read(dir: &Path) -> Result<Scenario, Problems> {
        Scenario::parse(|name| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|fault| format!("{}: {fault}", path.display()))
        })
    }

    /// Reads every file that `text` gives by its name.
    ///
    /// # Errors
    /// [`Problems`]: every mistake of every file.
    pub fn parse(text: impl Fn(&str) -> Result<String, String>) -> Result<Scenario, Problems> {
        let mut problems = Problems::default();
        let mut load = |name: &'static str| {
            text(name).unwrap_or_else(|fault| {
                problems.add(name, 0, fault);
                String::new()
            })
        };
        let texts = FILES.map(|(name, _)| load(name));
        let [network, parties, batches, orders, uses, rates, funds, abroad, flow] = &texts;
        if !problems.is_empty() {
            return Err(problems);
        }
        let network = NetworkFile::parse(network, &mut problems);
        let rows = &mut problems;
        let scenario = Scenario {
            network: network.clone().unwrap_or_default(),
            parties: read("parties.csv", parties, PARTY, party, rows),
            batches: read("batches.csv", batches, BATCH, batch, rows),
            orders: read("orders.csv", orders, ORDER, order, rows),
            uses: read("uses.csv", uses, USE, use_of, rows),
            rates: read("rates.csv", rates, RATE, quote, rows),
            funds: read("funds.csv", funds, FUND, fund, rows),
            abroad: read("abroad.csv", abroad, ABROAD, purchase, rows),
            flow: read("flow.csv", flow, FLOW, flow_of, rows),
        };
        if problems.is_empty() { Ok(scenario) } else { Err(problems) }
    }

    /// The party that the files call `handle` at `node`.
    #[must_use]
    pub fn party(&self, node: NodeId, handle: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.node == node && party.handle == handle)
    }
}

const PARTY: &str = "node,handle,kind,kyc,name,phone,email,account,deposit";
const BATCH: &str = "node,batch,issuer,tier,quota,face,quantity,price,days,divisible,merchants";
const ORDER: &str = "node,who,side,batch,quantity,limit,keep,then,filled";
const USE: &str = "node,who,action,what,quantity,amount,with";
const RATE: &str = "dealer,base,counter,bid,ask,size";
const FUND: &str = "node,currency,amount";
const ABROAD: &str = "node,who,home,batch,quantity,limit";
const FLOW: &str = "node,batch,orders,quantity_max,price,spread";

fn read<T>(
    file: &'static str,
    text: &str,
    columns: &'static str,
    one: fn(&mut Row<'_>) -> Option<T>,
    problems: &mut Problems,
) -> Vec<T> {
    let table = Table::parse(file, text, columns, problems);
    table.rows(problems, one)
}

fn party(row: &mut Row<'_>) -> Option<Party> {
    let kind =
        row.one_of("kind", &[("user", "user"), ("issuer", "issuer"), ("merchant", "merchant")]);
    let (node, kyc, deposit) =
        (row.parse("node"), row.parse("kyc"), row.decimal_or_none("deposit"));
    Some(Party {
        handle: row.text("handle")?,
        name: row.text("name")?,
        phone: row.text("phone")?,
        email: row.text("email")?,
        account: row.text("account")?,
        node: node?,
        kind: kind?.to_owned(),
        kyc: kyc?,
        deposit: deposit?,
    })
}

fn batch(row: &mut Row<'_>) -> Option<Batch> {
    let tiers = ["silver", "gold", "platinum", "diamond"].map(|tier| (tier, tier));
    let (tier, divisible) = (row.one_of("tier", &tiers), row.one_of("divisible", &YES_NO));
    let (quantity, days) = (row.parse("quantity"), row.parse("days"));
    let money = ["quota", "face", "price"].map(|column| row.decimal(column));
    let [quota, face, price] = money;
    Some(Batch {
        node: row.parse("node")?,
        name: row.text("batch")?,
        issuer: row.text("issuer")?,
        tier: tier?.to_owned(),
        quota: quota?,
        face: face?,
        quantity: quantity?,
        price: price?,
        days: days?,
        divisible: divisible?,
        merchants: row.words("merchants"),
    })
}

const YES_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];
const KEEP: [(&str, &str); 4] = [
    ("gtc", "good_till_cancelled"),
    ("ioc", "immediate_or_cancel"),
    ("fok", "fill_or_kill"),
    ("post", "post_only"),
];

fn order(row: &mut Row<'_>) -> Option<Order> {
    let side = row.one_of("side", &[("buy", "buy"), ("sell", "sell")]);
    let (keep, cancel) =
        (row.one_of("keep", &KEEP), row.one_of("then", &[("", false), ("cancel", true)]));
    let (quantity, filled) = (row.parse("quantity"), row.parse("filled"));
    let limit = row.decimal_or_none("limit");
    Some(Order {
        node: row.parse("node")?,
        who: row.text("who")?,
        side: side?.to_owned(),
        batch: row.text("batch")?,
        quantity: quantity?,
        limit: limit?,
        keep: keep?,
        cancel: cancel?,
        filled: filled?,
    })
}

fn use_of(row: &mut Row<'_>) -> Option<Use> {
    let words = ["gift", "redeem", "refund", "withdraw"].map(|word| (word, word));
    let action = match row.one_of("action", &words)? {
        "gift" => Action::Gift {
            batch: row.text("what")?,
            quantity: row.parse("quantity")?,
            to: row.text("with")?,
        },
        "redeem" => Action::Redeem {
            batch: row.text("what")?,
            amount: row.decimal_or_none("amount")?,
            at: row.text("with")?,
        },
        "refund" => Action::Refund { batch: row.text("what")? },
        _ => Action::Withdraw { amount: row.decimal("amount")? },
    };
    Some(Use { node: row.parse("node")?, who: row.text("who")?, action })
}

fn quote(row: &mut Row<'_>) -> Option<Quote> {
    let (base, counter) = (row.parse("base"), row.parse("counter"));
    let (bid, ask, size) = (row.rate("bid"), row.rate("ask"), row.decimal("size"));
    Some(Quote {
        dealer: row.parse("dealer")?,
        base: base?,
        counter: counter?,
        bid: bid?,
        ask: ask?,
        size: size?,
    })
}

fn fund(row: &mut Row<'_>) -> Option<Fund> {
    let (currency, amount) = (row.parse("currency"), row.decimal("amount"));
    Some(Fund { node: row.parse("node")?, currency: currency?, amount: amount? })
}

fn purchase(row: &mut Row<'_>) -> Option<Purchase> {
    let (home, quantity, limit) = (row.parse("home"), row.parse("quantity"), row.decimal("limit"));
    Some(Purchase {
        node: row.parse("node")?,
        who: row.text("who")?,
        home: home?,
        batch: row.text("batch")?,
        quantity: quantity?,
        limit: limit?,
    })
}

fn flow_of(row: &mut Row<'_>) -> Option<Flow> {
    let (orders, quantity_max) = (row.parse("orders"), row.parse("quantity_max"));
    let (price, spread) = (row.amount("price"), row.amount("spread"));
    Some(Flow {
        node: row.parse("node")?,
        batch: row.text("batch")?,
        orders: orders?,
        quantity_max: quantity_max?,
        price: price?,
        spread: spread?,
    })
}

#[cfg(test)]
mod tests;
