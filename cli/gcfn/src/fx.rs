//! `gcfn fx`: what dealers quote, rates that are held, and deals across nodes on their way.

use crate::door::{Desk, Door, money_of};
use crate::failure::{Ended, Failure};
use crate::federation::{list, text_of};
use crate::output::Format;
use clap::{Args, Subcommand};
use gcfn_daemon::init::{OPERATORS, read_config};
use gcfn_link::identity::Role;
use gcfn_model::{Amount, Currency};
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples, at a node of `gcfn testnet up --dir /tmp/net`; the folder holds the keys of its staff:
  export GCFN_DIR=/tmp/net/cn-sha
  gcfn fx quotes
  gcfn fx lock 1500.00 HKD
  gcfn fx deals";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Fx {
    #[command(flatten)]
    door: Door,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the quotes that are good now.
    #[command(after_help = QUOTES)]
    Quotes,
    /// Have the best rate held for this node, for a size.
    #[command(after_help = LOCK)]
    Lock(Lock),
    /// List the deals with other nodes that have not settled, and the rates held for them.
    #[command(after_help = DEALS)]
    Deals,
}

const QUOTES: &str = "\
BID and ASK are minor units of the second currency for minor units of the first; LEFT is what
no lock has reserved.
Example:
  gcfn fx quotes --dir ./cn-sha --output json";
const LOCK: &str = "\
The dealer with the best rate holds it until EXPIRES, for the purchases of this node's users,
and the size is taken off its quote. A purchase after that is refused.
Example:
  gcfn fx lock 1500.00 HKD --dir ./cn-sha";
const DEALS: &str = "\
A deal is locked (a rate is held), sent (the order is at the home node), matched, bundled (in
the cycle of its value date). At the root: the locks of all nodes, and what has used them.
Examples:
  gcfn fx deals --dir ./cn-sha
  gcfn fx deals --dir ./root";

#[derive(Debug, Args)]
struct Lock {
    /// How much the purchases may cost at most
    amount: String,
    /// In which currency: that of the coupons
    currency: Currency,
}

impl Fx {
    pub(crate) fn run(self, format: Format) -> Ended {
        let at_root = self
            .door
            .folder()
            .is_some_and(|dir| read_config(dir).is_ok_and(|config| config.role == Role::Root));
        let desk = self.door.open(format, Some(OPERATORS[0]))?;
        match self.verb {
            Verb::Quotes => quotes(&desk),
            Verb::Lock(lock) => lock.run(&desk),
            Verb::Deals if at_root => locks(&desk),
            Verb::Deals => deals(&desk),
        }
    }
}

fn ratio(object: &Value) -> String {
    format!("{}/{}", text_of(object, "numerator"), text_of(object, "denominator"))
}

fn quotes(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/federation/quotes")?;
    let header = ["PAIR", "DEALER", "BID", "ASK", "LEFT", "GOOD UNTIL"];
    let row = |quote: &Value| {
        let part = |field: &str| quote.get(field).unwrap_or(&Value::Null);
        let pair = part("pair");
        vec![
            format!("{}/{}", text_of(pair, "base"), text_of(pair, "counter")),
            text_of(quote, "dealer"),
            ratio(part("bid")),
            ratio(part("ask")),
            money_of(quote, "left"),
            text_of(quote, "valid_until"),
        ]
    };
    desk.list(&document, &header, list(&document, "quotes").map(row))
}

impl Lock {
    fn run(self, desk: &Desk) -> Ended {
        let Lock { amount, currency } = self;
        Amount::parse(&amount, currency)
            .map_err(|fault| Failure::Usage(format!("{amount} {currency}: {fault}")))?;
        let body = json!({ "needs": { "amount": amount, "currency": currency } });
        let lock = desk.post("/api/v1/settle/xborder/quotes", &body)?;
        let header = ["LOCK", "PAYS", "SIZE", "RATE", "EXPIRES", "VALUE DATE"];
        let row = vec![
            text_of(&lock, "lock"),
            text_of(&lock, "pays"),
            money_of(&lock, "size"),
            ratio(&lock),
            text_of(&lock, "expires_at"),
            text_of(&lock, "value_date"),
        ];
        desk.list(&lock, &header, [row])
    }
}

fn deals(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/settle/xborder/deals")?;
    let header = ["STAGE", "SIDE", "WITH", "DEALER", "PAYS", "FOR", "VALUE DATE", "ORDER"];
    let row = |deal: &Value| {
        let field = |name: &str| text_of(deal, name);
        vec![
            field("stage"),
            field("side"),
            field("with"),
            field("dealer"),
            money_of(deal, "pays"),
            money_of(deal, "needs"),
            field("value_date"),
            field("order"),
        ]
    };
    // What the two do not say alike stands below, with who says so in the place of the side.
    let differing = |of: &Value| {
        let field = |name: &str| text_of(of, name);
        let (in_what, none) = (format!("differs in {}", field("differs")), || "-".to_owned());
        let said = format!("said by {}", field("by"));
        vec![in_what, said, field("with"), none(), none(), none(), field("at"), field("bundle")]
    };
    let deals = list(&document, "deals").map(row);
    desk.list(&document, &header, deals.chain(list(&document, "exceptions").map(differing)))
}

fn locks(desk: &Desk) -> Ended {
    let document: Value = desk.get("/api/v1/federation/locks")?;
    let header = ["LOCK", "HOLDER", "DEALER", "PAYS", "SIZE", "EXPIRES", "VALUE DATE", "BUNDLE"];
    let row = |lock: &Value| {
        let field = |name: &str| text_of(lock, name);
        vec![
            field("lock"),
            field("holder"),
            field("dealer"),
            field("pays"),
            money_of(lock, "size"),
            field("expires_at"),
            field("value_date"),
            field("bundle"),
        ]
    };
    desk.list(&document, &header, list(&document, "locks").map(row))
}
