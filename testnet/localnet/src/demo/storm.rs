//! Business days on which every bank does everything wrong, at random by the seed, while users pay
//! in, withdraw and buy at other nodes.
//!
//! Nothing is waited for that a bank may hold back. What a statement says comes in the end, late
//! perhaps and perhaps wrong: a statement that never came could only be asked for by hand.

use super::{Demo, Told, ensure, is_refusal};
use crate::client::CallError;
use crate::contract::account;
use crate::days::{EVENING, MIDDAY, calendars, instant, next_day};
use crate::misbehave::misbehave;
use crate::scenario::Party;
use crate::seed::Seed;
use anyhow::{Context, Result};
use gcfn_api_wire::settlement::{InstructionList, WithdrawalTaken};
use gcfn_model::{Amount, NodeId, Pool};
use serde_json::{Value, json};
use std::fmt::Write;

/// Hours of a day on which banks book and users do something.
const HOURS: u32 = 6;
/// How many events of each kind a bank's script has a line for at most.
const SCRIPTED: [(&str, u64); 5] =
    [("payment", 40), ("deposit", 20), ("question", 20), ("request", 6), ("statement", 40)];

/// What happened in the storm.
#[derive(Clone, Copy, Debug, Default)]
struct Weather {
    deposits: u64,
    withdrawals: u64,
    recalls: u64,
    purchases: u64,
    refused: u64,
}

impl Demo {
    /// Everybody registers, pays in and trades, while the banks still behave.
    pub(super) async fn open_up(&mut self) -> Told {
        let users = self.users();
        self.settle_in(&users).await?;
        let orders = self.scenario.orders.len();
        self.place_orders().await?;
        self.fund_dealers().await?;
        Ok(format!("{} users paid in; {orders} orders by hand", users.len()))
    }

    pub(super) async fn storm(&mut self, days: u32) -> Told {
        let (mut weather, mut faults) = (Weather::default(), 0);
        for _ in 0..days {
            faults += self.unleash().await?;
            self.live(&mut weather).await?;
            self.go_to_next_day().await?;
        }
        let Weather { deposits, withdrawals, recalls, purchases, refused } = weather;
        ensure(0 < withdrawals && 0 < purchases, || "nothing was withdrawn or bought".to_owned())?;
        Ok(format!(
            "{days} days, {faults} faults in the scripts of {} banks: {deposits} deposits, {withdrawals} \
             withdrawals, {purchases} purchases at another node, {recalls} payments asked back; \
             {refused} wishes were refused",
            self.net.layout.banks.len(),
        ))
    }

    /// Gives every bank a script of its own for the day; returns how many faults stand in them.
    async fn unleash(&mut self) -> Result<usize> {
        let mut count = 0;
        for bank in self.net.layout.banks.clone() {
            let script = faults(&mut self.seed);
            count += script.lines().count();
            misbehave(&self.net, bank.currency, Some(&script), false).await?;
        }
        Ok(count)
    }

    /// A day in the life of everybody, hour by hour.
    async fn live(&mut self, weather: &mut Weather) -> Result<()> {
        let users = self.users();
        for hour in 0..HOURS {
            self.net.move_clocks(instant(self.date, MIDDAY + hour * 3600)?).await?;
            for user in &users {
                match self.seed.below(6) {
                    0 => self.deposit_some(user, weather).await?,
                    1 => self.withdraw_some(user, weather).await?,
                    _ => {}
                }
            }
            if hour == 0 {
                self.buy_elsewhere(weather).await?;
            }
            for node in self.net.layout.traders().map(|node| node.name).collect::<Vec<_>>() {
                if self.seed.below(8) == 0 {
                    self.ask_one_back(node, weather).await?;
                }
            }
        }
        Ok(())
    }

    async fn deposit_some(&mut self, user: &Party, weather: &mut Weather) -> Result<()> {
        let currency = self.currency(user.node)?;
        let amount = Amount::from_minor(10_000 + self.seed.below(90_000)).context("an amount")?;
        let body = json!({
            "account": account(user.node, Pool::UserCustody, currency),
            "amount": amount.decimal(currency),
            "reference": self.cast.actor(user.node, &user.handle)?.party,
            "name": user.name,
            "iban": user.account,
        });
        self.net.bank(currency)?.tell("/control/deposit", &body).await?;
        weather.deposits += 1;
        Ok(())
    }

    async fn withdraw_some(&mut self, user: &Party, weather: &mut Weather) -> Result<()> {
        let currency = self.currency(user.node)?;
        let amount = Amount::from_minor(5_000 + self.seed.below(45_000)).context("an amount")?;
        let body = json!({ "amount": self.money(user.node, &amount.decimal(currency))? });
        let key = self.net.fresh_key();
        let api = self.cast.actor(user.node, &user.handle)?.api.clone();
        let asked = api.post::<WithdrawalTaken>("/api/v1/payments/withdrawals", key, &body).await;
        tally(asked, &mut weather.withdrawals, &mut weather.refused)
    }

    /// The scenario's purchases at another node, as far as the nodes still take them: who has failed
    /// a cycle buys nothing more.
    async fn buy_elsewhere(&mut self, weather: &mut Weather) -> Result<()> {
        for purchase in self.scenario.abroad.clone() {
            match self.cross(purchase).await {
                Ok(_) => weather.purchases += 1,
                Err(fault) if is_refusal(&fault) => weather.refused += 1,
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Two persons ask a bank not to make one of the payments that are under way.
    async fn ask_one_back(&mut self, node: NodeId, weather: &mut Weather) -> Result<()> {
        let operator = self.net.operator(node)?;
        let list: InstructionList = operator.get("/api/v1/settle/instructions").await?;
        let Some(payment) = self.seed.pick(&list.instructions) else { return Ok(()) };
        let path = format!("/api/v1/bank/payments/{}/recall", payment.uetr.0);
        let asked = self.by_two(node, &path, &json!({ "reason": "DUPL" })).await;
        tally(asked, &mut weather.recalls, &mut weather.refused)
    }

    /// Has two persons of a node say the same.
    pub(super) async fn by_two(
        &mut self,
        node: NodeId,
        path: &str,
        body: &Value,
    ) -> Result<(), CallError> {
        for person in ["operator", "approver"] {
            let key = self.net.fresh_key();
            let staff = self.net.staff(node, person).map_err(|fault| CallError::Garbled {
                call: path.to_owned(),
                reason: format!("{fault:#}"),
            })?;
            staff.post::<Value>(path, key, body).await?;
        }
        Ok(())
    }

    /// The banks end their day and begin the next one, whatever has not come.
    pub(super) async fn go_to_next_day(&mut self) -> Result<()> {
        let evening = instant(self.date, EVENING)?;
        let next = next_day(&calendars(&self.net.layout)?, self.date, evening)?;
        self.net.move_clocks(evening).await?;
        self.until_bundled(next).await?;
        self.net.end_bank_day().await?;
        self.date = next;
        self.net.move_clocks(instant(next, MIDDAY)?).await?;
        self.net.begin_bank_day(next).await?;
        self.figures.add("business_days", 1);
        Ok(())
    }
}

/// Counts what was taken, and what was refused; nothing else may happen.
pub(super) fn tally<T>(
    asked: Result<T, CallError>,
    taken: &mut u64,
    refused: &mut u64,
) -> Result<()> {
    match asked {
        Ok(_) => *taken += 1,
        Err(fault) if fault.code().is_some() && !fault.is_passing() => *refused += 1,
        Err(fault) => return Err(fault.into()),
    }
    Ok(())
}

/// A day's script of one bank.
fn faults(seed: &mut Seed) -> String {
    let mut lines = String::new();
    for (event, count) in SCRIPTED {
        for number in 1..=count {
            if let Some(what) = fault(seed, event) {
                writeln!(lines, "{event} {number}: {what}").expect("a string takes all");
            }
        }
    }
    lines
}

/// What goes wrong with one event, if anything.
fn fault(seed: &mut Seed, event: &str) -> Option<&'static str> {
    Some(match seed.below(20) {
        0 => "late",
        1 => "late by 1 day",
        2 | 3 => "twice",
        4 => "out of order",
        5 => "wrong amount",
        6 if event != "statement" => "wrong currency",
        7 if event != "statement" => "malformed",
        8 if event != "statement" => "silent",
        9 if event == "payment" => "reject AC04",
        10 if event == "payment" => "return AC04 after 2 days",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_can_read_every_script() {
        for seed in 0..50 {
            let script = faults(&mut Seed::new(seed));
            script.parse::<gcfn_simulator::FaultScript>().expect("a script of the guide");
            assert!(10 < script.lines().count(), "{script}");
        }
    }
}
