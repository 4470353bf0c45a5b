//! `gcfn app`: what holders, merchants and issuers do every day, at the node that serves them.

mod holder;
mod issuer;
pub(crate) mod more;

use crate::door::Door;
use crate::failure::Ended;
use crate::output::Format;
use crate::verbs::Chosen;
use clap::{Args, Subcommand};
use more::OfParties;

const EXAMPLES: &str = "\
Examples, at a node of `gcfn testnet up --dir /tmp/net`; GCFN_API_KEY or --key FILE says who asks:
  export GCFN_DIR=/tmp/net/cn-sha
  gcfn app search
  gcfn app quote ser-2f0gc8m3q6w1zy5rjb7x4k9nde
  gcfn app buy ser-2f0gc8m3q6w1zy5rjb7x4k9nde 3 --limit 95.00
  gcfn app wallet";
const BUY: &str = "\
Examples:
  gcfn app buy ser-2f0gc8m3q6w1zy5rjb7x4k9nde 3 --limit 95.00
  gcfn app buy ser-2f0gc8m3q6w1zy5rjb7x4k9nde 3 --rest fill-or-kill --once birthday
What another node lists in the same currency is bought like that too; in another currency, at a
rate that `gcfn fx lock` has locked, with the limit in that currency:
  gcfn app search
  gcfn app buy ser-0h7r2k9w4m1x8c5v3z6n0btyed 3 --limit '95.00 HKD' --rate fxl-3x9k1m7w5c2v8z4n6q0hbtyerd";
const SELL: &str = "\
Example:
  gcfn app sell ser-2f0gc8m3q6w1zy5rjb7x4k9nde 2 --limit 97.50";
const WALLET: &str = "\
Examples:
  gcfn app wallet
  gcfn app wallet --output json
See also: gcfn app statement, gcfn app me worth, gcfn app me portfolio";
const QUOTE: &str = "\
Example, the best ten prices of each side:
  gcfn app quote ser-2f0gc8m3q6w1zy5rjb7x4k9nde --levels 10";
const ORDERS: &str = "\
Example:
  gcfn app orders";
const CANCEL: &str = "\
Example, an order as `gcfn app orders` lists it:
  gcfn app cancel ord-5v8n2q7c1x4m9k6w3z0hbtyerd";
const TRADES: &str = "\
Example:
  gcfn app trades";
const GIFT: &str = "\
Example:
  gcfn app gift ser-2f0gc8m3q6w1zy5rjb7x4k9nde 2 --to pty-1zp8k3hq0w9m4x7c2v6b5n8tfj";
const REFUND: &str = "\
Example, a first purchase as `gcfn app trades` lists it, within its refund window:
  gcfn app refund trd-9k6w3z0hbtyerd5v8n2q7c1x4m";
const DEPOSIT: &str = "\
Example:
  gcfn app deposit";
const WITHDRAW: &str = "\
Example, with `gcfn app me pay-out-to IBAN` said before:
  gcfn app withdraw 250.00
See also: gcfn app withdrawals, gcfn app stop-withdrawal";
const REDEEM: &str = "\
Example, the holder and then the merchant:
  gcfn app redeem lock ser-2f0gc8m3q6w1zy5rjb7x4k9nde --merchant pty-1zp8k3hq0w9m4x7c2v6b5n8tfj
  gcfn app redeem confirm rdm-0a7w3n9k5c1x8v4z2m6q0hbtye";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct App {
    #[command(flatten)]
    door: Door,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the caller's money and coupons.
    #[command(after_help = WALLET)]
    Wallet,
    /// Show the best prices of a book.
    #[command(after_help = QUOTE)]
    Quote(holder::Quote),
    /// Buy coupons, of this node or of another.
    #[command(after_help = BUY)]
    Buy(holder::Buy),
    /// Sell coupons.
    #[command(after_help = SELL)]
    Sell(holder::Trade),
    /// List the caller's open orders.
    #[command(after_help = ORDERS)]
    Orders,
    /// Take an open order out of its book.
    #[command(after_help = CANCEL)]
    Cancel(holder::Cancel),
    /// List the caller's trades, the newest first.
    #[command(after_help = TRADES)]
    Trades,
    /// Give coupons away.
    #[command(after_help = GIFT)]
    Gift(holder::Gift),
    /// Redeem a coupon: the holder locks it, the merchant confirms.
    #[command(subcommand, after_help = REDEEM)]
    Redeem(holder::Redeem),
    /// Hand the coupons of a first purchase back.
    #[command(after_help = REFUND)]
    Refund(holder::Refund),
    /// Say how to pay money in.
    #[command(after_help = DEPOSIT)]
    Deposit,
    /// Have money paid out to the caller's bank account.
    #[command(after_help = WITHDRAW)]
    Withdraw(holder::Withdraw),
    #[command(flatten)]
    More(Chosen<OfParties>),
}

impl App {
    pub(crate) fn run(self, format: Format) -> Ended {
        let desk = self.door.open(format, None)?;
        match self.verb {
            Verb::Wallet => holder::wallet(&desk),
            Verb::Quote(quote) => quote.run(&desk),
            Verb::Buy(buy) => buy.run(&desk),
            Verb::Sell(trade) => trade.run(&desk, "sell", None),
            Verb::Orders => holder::orders(&desk),
            Verb::Cancel(cancel) => cancel.run(&desk),
            Verb::Trades => holder::trades(&desk),
            Verb::Gift(gift) => gift.run(&desk),
            Verb::Redeem(redeem) => redeem.run(&desk),
            Verb::Refund(refund) => refund.run(&desk),
            Verb::Deposit => holder::deposit(&desk),
            Verb::Withdraw(withdraw) => withdraw.run(&desk),
            Verb::More(verb) => verb.run(&desk),
        }
    }
}
