//! Step 9: nothing was made and nothing was lost, on every node and over the whole network.

use super::days::AccountRow;
use super::{Demo, Told, ensure};
use crate::contract::account;
use anyhow::{Context, Result};
use gcfn_api_wire::node::{Conservation, NodeReport, SeriesCount};
use gcfn_api_wire::term::SignedMoney;
use gcfn_model::{Amount, Currency, NodeId, Pool, SeriesId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a bank's word may be on its way.
const LIMIT: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);

/// The answer of `GET /api/v1/trust/accounts`.
#[derive(Deserialize)]
struct Pools {
    pools: Vec<PoolRow>,
}

/// What a node's books say of one of its accounts.
#[derive(Deserialize)]
struct PoolRow {
    pool: String,
    at_bank: SignedMoney,
}

impl Demo {
    pub(super) async fn check_conservation(&mut self) -> Told {
        let mut counts = BTreeMap::<NodeId, Vec<SeriesCount>>::new();
        let nodes: Vec<NodeId> = self.net.layout.traders().map(|node| node.name).collect();
        for node in &nodes {
            let conservation = self.conservation(*node).await?;
            let broken = conservation.imbalances.len();
            ensure(broken == 0, || {
                format!("{node} has {broken} imbalances: {:?}", conservation.imbalances)
            })?;
            counts.insert(*node, conservation.series);
        }
        let mut authorised = 0u64;
        let listed: Vec<_> = self.cast.listed.iter().map(|(key, l)| (key.clone(), *l)).collect();
        for ((home, batch), series) in &listed {
            authorised += check_series(&counts, *home, series.series)
                .with_context(|| format!("series {batch} of {home}"))?;
        }
        let accounts = self.until_pools_equal_banks(&nodes).await?;
        self.count_work().await?;
        Ok(format!(
            "{} nodes: debits equal credits, and {accounts} pools hold to the cent what their \
             banks say of the accounts; {} series, {authorised} coupons, each in exactly one \
             state over the whole network",
            nodes.len(),
            listed.len()
        ))
    }

    /// Waits until every pool in the books of every node has what its bank has in the account;
    /// returns how many accounts were compared.
    async fn until_pools_equal_banks(&mut self, nodes: &[NodeId]) -> Result<usize> {
        let mut compared = 0;
        for node in nodes {
            for currency in self.net.layout.node(*node)?.banks.clone() {
                let (operator, bank) = (self.net.operator(*node)?, self.net.bank(currency)?);
                let since = Instant::now();
                // The bank's word may be on its way: what differs must stop to do so.
                compared += loop {
                    let books: Pools = operator.get("/api/v1/trust/accounts").await?;
                    let accounts: Vec<AccountRow> = bank.get("/accounts").await?;
                    match compare(*node, currency, &books.pools, &accounts) {
                        Ok(compared) => break compared,
                        Err(_) if since.elapsed() < LIMIT => tokio::time::sleep(LOOK).await,
                        Err(fault) => return Err(fault),
                    }
                };
            }
        }
        Ok(compared)
    }

    async fn conservation(&self, node: NodeId) -> Result<Conservation> {
        Ok(self.net.operator(node)?.get("/api/v1/node/conservation").await?)
    }

    async fn count_of(&self, node: NodeId, series: SeriesId) -> Result<SeriesCount> {
        let conservation = self.conservation(node).await?;
        let found = conservation.series.into_iter().find(|count| count.series.0 == series);
        found.with_context(|| format!("{node} does not know the series"))
    }

    /// How many coupons of a series of `node` have expired; none is with a holder any more.
    pub(super) async fn expired_of(&self, node: NodeId, series: SeriesId) -> Result<u64> {
        let count = self.count_of(node, series).await?;
        let alive = count.inventory + count.held + count.locked;
        ensure(alive == 0, || format!("{alive} coupons of an expired batch are still alive"))?;
        Ok(count.expired)
    }

    /// How many coupons of a series of `home` are with `node`, as the home counts them.
    pub(super) async fn abroad_of(
        &self,
        home: NodeId,
        series: SeriesId,
        node: NodeId,
    ) -> Result<u64> {
        Ok(abroad(&self.count_of(home, series).await?, node))
    }

    /// What the nodes say they have done, for the table.
    async fn count_work(&mut self) -> Result<()> {
        let mut entries = 0;
        for node in self.net.layout.traders().map(|node| node.name).collect::<Vec<_>>() {
            let report: NodeReport = self.net.operator(node)?.get("/api/v1/node").await?;
            entries += report.as_of;
        }
        self.figures.set("log_entries", entries);
        self.figures.set("commands", self.net.commands());
        let messages = self.messages_by_kind().await?;
        self.figures.set("messages", messages.values().sum::<usize>());
        self.figures.set("trades", self.cast.told.len() + self.crossed.len());
        Ok(())
    }
}

/// That the books of a node have in every pool what the bank has in the pool's account. Returns
/// how many accounts there are.
fn compare(
    node: NodeId,
    currency: Currency,
    books: &[PoolRow],
    accounts: &[AccountRow],
) -> Result<usize> {
    for pool in Pool::ALL {
        let number = account(node, pool, currency);
        let at_bank = accounts.iter().find(|row| row.number == number);
        let at_bank = at_bank.with_context(|| format!("the bank has no account {number}"))?;
        let name = pool.to_string();
        let booked =
            books.iter().find(|row| row.pool == name && row.at_bank.currency.0 == currency);
        // A currency that no money has come in yet is not in the books at all.
        let booked =
            booked.map_or_else(|| Amount::ZERO.decimal(currency), |row| row.at_bank.amount.clone());
        ensure(booked == at_bank.balance, || {
            format!(
                "{node} has {booked} {currency} booked in {number}, its bank {}",
                at_bank.balance
            )
        })?;
    }
    Ok(Pool::ALL.len())
}

/// That every coupon of the series is somewhere, and that both sides of every border agree on
/// how many have crossed it. Returns how many coupons the series has.
fn check_series(
    counts: &BTreeMap<NodeId, Vec<SeriesCount>>,
    home: NodeId,
    series: SeriesId,
) -> Result<u64> {
    let count_at = |node: NodeId| {
        counts.get(&node).and_then(|of| of.iter().find(|count| count.series.0 == series))
    };
    let at_home = count_at(home).context("its home does not know it")?;
    let away: u64 = at_home.abroad.iter().map(|abroad| abroad.quantity).sum();
    let (sum, minted) = (here(at_home) + away, at_home.minted);
    ensure(sum == minted, || format!("{minted} were authorised, {sum} are anywhere"))?;
    for node in counts.keys().filter(|node| **node != home) {
        let held = count_at(*node).map_or(0, here);
        let said = abroad(at_home, *node);
        ensure(held == said, || {
            format!("{home} says that {said} are at {node}, which has {held}")
        })?;
    }
    Ok(minted)
}

fn abroad(count: &SeriesCount, node: NodeId) -> u64 {
    count.abroad.iter().filter(|abroad| abroad.node.0 == node).map(|abroad| abroad.quantity).sum()
}

/// Every state but being elsewhere.
fn here(count: &SeriesCount) -> u64 {
    let SeriesCount { inventory, held, locked, in_delivery, .. } = count;
    inventory + held + locked + in_delivery + count.redeemed + count.expired + count.recalled
}

#[cfg(test)]
mod tests {
    use super::*;
    use gcfn_api_wire::node::AbroadCount;

    fn count(series: SeriesId, held: u64, away: &[(&str, u64)]) -> SeriesCount {
        let node = |name: &str| gcfn_api_wire::term::Text(name.parse().expect("a name"));
        SeriesCount {
            series: gcfn_api_wire::term::Text(series),
            minted: 10,
            inventory: 5,
            held,
            locked: 0,
            in_delivery: 0,
            redeemed: 0,
            expired: 0,
            recalled: 0,
            abroad: away
                .iter()
                .map(|(name, quantity)| AbroadCount { node: node(name), quantity: *quantity })
                .collect(),
        }
    }

    fn check(home_held: u64, away: u64, foreign: u64) -> Result<u64> {
        let series = SeriesId::derive(&[b"s"]);
        let (home, de): (NodeId, NodeId) = ("cn".parse()?, "de".parse()?);
        let mut there = count(series, foreign, &[("cn", 10 - foreign)]);
        there.inventory = 0;
        let counts = [(home, vec![count(series, home_held, &[("de", away)])]), (de, vec![there])];
        check_series(&counts.into_iter().collect(), home, series)
    }

    #[test]
    fn a_lost_coupon_and_a_border_that_disagrees_are_found() {
        assert_eq!(check(2, 3, 3).expect("conserved"), 10);
        let lost = check(1, 3, 3).expect_err("one is lost").to_string();
        assert_eq!(lost, "10 were authorised, 9 are anywhere");
        let doubled = check(2, 3, 4).expect_err("one is doubled").to_string();
        assert_eq!(doubled, "cn says that 3 are at de, which has 4");
    }

    #[test]
    fn a_cent_that_the_bank_does_not_have_is_found() {
        let (node, currency) = ("cn".parse().expect("a name"), Currency::Cny);
        let row = |pool: Pool, balance: &str| AccountRow {
            number: account(node, pool, currency),
            balance: balance.to_owned(),
        };
        let mut accounts: Vec<AccountRow> = Pool::ALL.map(|pool| row(pool, "0.00")).to_vec();
        accounts[0] = row(Pool::ALL[0], "12.50");
        let books = |amount: &str| {
            let at_bank = SignedMoney {
                amount: amount.to_owned(),
                currency: gcfn_api_wire::term::Text(currency),
            };
            [PoolRow { pool: Pool::ALL[0].to_string(), at_bank }]
        };
        let equal = compare(node, currency, &books("12.50"), &accounts).expect("equal");
        assert_eq!(equal, Pool::ALL.len());
        let fault = compare(node, currency, &books("12.51"), &accounts).expect_err("a cent");
        assert!(fault.to_string().contains("has 12.51 CNY booked in"), "{fault}");
        let fault = compare(node, currency, &books("12.50"), &accounts[1..]).expect_err("gone");
        assert!(fault.to_string().contains("has no account"), "{fault}");
    }
}
