//! From one business day to the next: cut-offs pass, bundles reach their houses, banks send
//! statements, and the morning's cycles are paid in and out.

use super::{Demo, ensure};
use crate::contract::account;
use crate::days::{EVENING, MIDDAY, instant};
use crate::network::Wait;
use anyhow::{Result, anyhow};
use gcfn_api_wire::settlement::{CycleList, InstructionList};
use gcfn_api_wire::trading::{Settlement, TradeList};
use gcfn_link::identity::Role;
use gcfn_model::{Amount, BusinessDate, Currency, NodeId, Pool};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A cycle, whichever house runs it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Cycle {
    pub(super) value_date: BusinessDate,
    pub(super) phase: String,
    pub(super) bundles: usize,
}

#[derive(Deserialize)]
struct Cycles {
    cycles: Vec<Cycle>,
}

/// An account as its bank shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AccountRow {
    pub(super) number: String,
    pub(super) balance: String,
}

const PAID_OUT: [&str; 3] = ["pay_out", "reconciled", "final"];

impl Demo {
    /// Ends the business day and begins the next one; everything due then has settled.
    pub(super) async fn overnight(&mut self) -> Result<()> {
        let next = self.date.plus_days(1);
        self.net.move_clocks(instant(self.date, EVENING)?).await?;
        self.until_bundled(next).await?;
        self.until_banks_silent().await?;
        self.net.end_bank_day().await?;
        self.until_final(self.date).await?;

        self.date = next;
        self.net.move_clocks(instant(next, MIDDAY)?).await?;
        self.lose_leader(next).await?;
        self.net.begin_bank_day(next).await?;
        self.until_settled(next).await?;
        self.figures.add("business_days", 1);
        Ok(())
    }

    /// The nodes that run a house, the federation's last.
    pub(super) fn houses(&self) -> Result<Vec<NodeId>> {
        let regionals = self.net.layout.with_role(&[Role::Regional]).map(|node| node.name);
        let mut houses: Vec<NodeId> = regionals.collect();
        houses.push(self.net.root()?);
        Ok(houses)
    }

    /// The cycles of the house that `node` runs.
    pub(super) async fn cycles_of(&self, node: NodeId) -> Result<Vec<Cycle>> {
        let operator = self.net.operator(node)?;
        if node == self.net.root()? {
            let cycles: Cycles = operator.get("/api/v1/federation/cycles").await?;
            return Ok(cycles.cycles);
        }
        let list: CycleList = operator.get("/api/v1/settle/cycles").await?;
        let cycle = |cycle: &gcfn_api_wire::settlement::CycleReport| Cycle {
            value_date: cycle.value_date.0,
            phase: phase(cycle),
            bundles: cycle.bundles,
        };
        Ok(list.cycles.iter().map(cycle).collect())
    }

    /// Waits until what was traded for `value_date` has come to its houses in bundles.
    pub(super) async fn until_bundled(&mut self, value_date: BusinessDate) -> Result<()> {
        let mut expected = BTreeMap::<NodeId, usize>::new();
        for node in self.net.layout.traders() {
            if self.cast.traded.get(&node.name) == Some(&self.date) {
                *expected.entry(node.regional).or_default() += 1;
            }
        }
        for (house, bundles) in expected {
            let wait = Wait::new(house, format!("{bundles} bundles for {value_date} at {house}"));
            let operator = self.net.operator(house)?;
            let there = async || {
                let list: CycleList = operator.get("/api/v1/settle/cycles").await?;
                let cycle = list.cycles.iter().find(|cycle| cycle.value_date.0 == value_date);
                Ok(cycle.filter(|cycle| bundles <= cycle.bundles).map(drop))
            };
            self.net.until(wait, there).await?;
        }
        Ok(())
    }

    /// Waits until every bank has nothing more to say.
    pub(super) async fn until_banks_silent(&mut self) -> Result<()> {
        for bank in self.net.layout.banks.clone() {
            let api = self.net.bank(bank.currency)?;
            let wait = Wait::new(bank.name, format!("{} to have delivered", bank.name));
            let silent = async || {
                let waiting: Vec<Value> = api.get("/control/outbox").await?;
                Ok(waiting.is_empty().then_some(()))
            };
            self.net.until(wait, silent).await?;
        }
        Ok(())
    }

    /// Waits until every house has paid out what fell due on `date`, keeps nothing itself, and
    /// no payment is under way.
    async fn until_settled(&mut self, date: BusinessDate) -> Result<()> {
        for house in self.houses()? {
            let wait = Wait::new(house, format!("the cycle of {date} at {house} to be paid out"));
            self.until_phase(wait, (house, date), &PAID_OUT).await?;
        }
        for node in self.net.layout.traders().cloned().collect::<Vec<_>>() {
            let operator = self.net.operator(node.name)?;
            let wait = Wait::new(node.name, format!("no payment of {} under way", node.name));
            let done = async || {
                let list: InstructionList = operator.get("/api/v1/settle/instructions").await?;
                Ok(list.instructions.is_empty().then_some(()))
            };
            self.net.until(wait, done).await?;
        }
        for bank in self.net.layout.banks.clone() {
            self.until_houses_empty(bank.currency, bank.name).await?;
        }
        self.until_banks_silent().await?;
        self.check_settled(date).await
    }

    /// Waits until the cycle of `date` at a house, if there is anything in it, is in one of
    /// `phases`.
    pub(super) async fn until_phase(
        &mut self,
        wait: Wait,
        (house, date): (NodeId, BusinessDate),
        phases: &[&str],
    ) -> Result<()> {
        loop {
            let cycles = self.cycles_of(house).await?;
            let cycle = cycles.into_iter().find(|cycle| cycle.value_date == date);
            let arrived = cycle
                .as_ref()
                .is_none_or(|cycle| cycle.bundles == 0 || phases.contains(&cycle.phase.as_str()));
            if arrived {
                return Ok(());
            }
            let stands = cycle.map(|cycle| cycle.phase).unwrap_or_default();
            let again = Wait { what: format!("{} (now {stands})", wait.what), ..wait.clone() };
            let operator = self.net.operator(house)?;
            let path = match house == self.net.root()? {
                true => "/api/v1/federation/cycles",
                false => "/api/v1/settle/cycles",
            };
            let moved = async || {
                let list: Value = operator.get(path).await?;
                let cycles: Cycles = serde_json::from_value(list)?;
                let now = cycles.cycles.into_iter().find(|cycle| cycle.value_date == date);
                Ok(now.filter(|cycle| cycle.phase != stands).map(drop))
            };
            self.net.until(again, moved).await?;
        }
    }

    /// The accounts of a bank, as its operator sees them.
    pub(super) async fn accounts_at(&self, currency: Currency) -> Result<Vec<AccountRow>> {
        Ok(self.net.bank(currency)?.get("/accounts").await?)
    }

    /// Waits until the accounts of all clearing houses at a bank are empty.
    async fn until_houses_empty(&mut self, currency: Currency, bank: NodeId) -> Result<()> {
        let customers = self.net.layout.founders().filter(|node| node.banks.contains(&currency));
        let houses: Vec<String> =
            customers.map(|node| account(node.name, Pool::ClearingHouse, currency)).collect();
        ensure(!houses.is_empty(), || format!("no clearing house has an account at {bank}"))?;
        let api = self.net.bank(currency)?;
        let wait = Wait::new(bank, format!("the clearing accounts in {currency} to be empty"));
        let empty = async || {
            let accounts: Vec<AccountRow> = api.get("/accounts").await?;
            for house in &houses {
                match accounts.iter().find(|row| row.number == *house) {
                    None => return Err(anyhow!("{bank} has no account {house}")),
                    Some(row) if Amount::parse(&row.balance, currency)?.is_zero() => {}
                    Some(_) => return Ok(None),
                }
            }
            Ok(Some(()))
        };
        self.net.until(wait, empty).await
    }

    /// Every trade that fell due has settled or was undone.
    async fn check_settled(&mut self, date: BusinessDate) -> Result<()> {
        for node in self.net.layout.traders().map(|node| node.name).collect::<Vec<_>>() {
            let operator = self.net.operator(node)?;
            let wait = Wait::new(node, format!("every trade of {node} for {date} to settle"));
            let settled = async || {
                let page: TradeList = operator.get("/api/v1/trades?limit=500").await?;
                let open = page.trades.iter().any(|trade| {
                    let done = matches!(trade.state, Settlement::Settled | Settlement::Reversed);
                    trade.value_date.0 <= date && !done
                });
                Ok((!open).then_some(()))
            };
            self.net.until(wait, settled).await?;
        }
        Ok(())
    }

    /// Waits until every cycle of `date` with anything in it is final: the banks' statements
    /// agree to the cent.
    pub(super) async fn until_final(&mut self, date: BusinessDate) -> Result<()> {
        for house in self.houses()? {
            let wait = Wait::new(house, format!("the cycle of {date} at {house} to be final"));
            self.until_phase(wait, (house, date), &["final"]).await?;
        }
        Ok(())
    }

    /// Every cycle up to `date`, with its house: how many had anything in them.
    pub(super) async fn final_cycles(&self, date: BusinessDate) -> Result<BTreeMap<NodeId, usize>> {
        let mut found = BTreeMap::new();
        for house in self.houses()? {
            for cycle in self.cycles_of(house).await? {
                if date < cycle.value_date || cycle.bundles == 0 {
                    continue;
                }
                let Cycle { value_date, phase, .. } = &cycle;
                ensure(phase == "final", || {
                    format!("the cycle of {value_date} at {house} is {phase}")
                })?;
                *found.entry(house).or_default() += 1;
            }
        }
        Ok(found)
    }
}

fn phase(cycle: &gcfn_api_wire::settlement::CycleReport) -> String {
    let word = serde_json::to_value(cycle.phase);
    word.ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
