//! Step 9: nothing was made and nothing was lost, on every node and over the whole network.

use super::{Demo, Told, ensure};
use anyhow::{Context, Result};
use gcfn_api_wire::node::{Conservation, NodeReport, SeriesCount};
use gcfn_model::{NodeId, SeriesId};
use std::collections::BTreeMap;

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
        self.count_work().await?;
        Ok(format!(
            "{} nodes: debits equal credits and every pool equals its bank; {} series, \
             {authorised} coupons, each in exactly one state over the whole network",
            nodes.len(),
            listed.len()
        ))
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
        let crossing = self.crossing.as_ref().map_or(0, |crossing| crossing.trades.len());
        self.figures.set("trades", self.cast.told.len() + crossing);
        Ok(())
    }
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
}
