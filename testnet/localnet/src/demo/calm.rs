//! After the storm: the banks behave and say what they have held back, staff do what staff do, and
//! everything that was under way comes to an end of its own or stands as an exception with a name.

use super::storm::tally;
use super::{Demo, Told, ensure};
use crate::days::{MIDDAY, instant};
use crate::misbehave::misbehave;
use anyhow::Result;
use gcfn_api_wire::claims::ClaimList;
use gcfn_api_wire::settlement::InstructionList;
use gcfn_model::{BusinessDate, NodeId};
use serde::Deserialize;
use serde_json::{Value, json};

/// Business days after which everything is over: a bank that does not answer is asked ever less
/// often, at last after a day and a half.
const DAYS_MAX: u32 = 8;
/// Hours between two looks of a day.
const HOURS: [u32; 3] = [0, 3, 6];

/// The answer of `GET /api/v1/bank/reconciliation`.
#[derive(Deserialize)]
struct Breaks {
    breaks: Vec<Difference>,
}

/// A difference between a bank's books and a node's.
#[derive(Deserialize)]
struct Difference {
    id: String,
    account: String,
    class: String,
    date: BusinessDate,
}

/// The answer of `GET /api/v1/payments/suspense`.
#[derive(Deserialize)]
struct Suspense {
    items: Vec<Value>,
}

impl Demo {
    pub(super) async fn come_to_an_end(&mut self) -> Told {
        for bank in self.net.layout.banks.clone() {
            misbehave(&self.net, bank.currency, Some(""), true).await?;
        }
        let mut resolved = 0;
        for _ in 0..DAYS_MAX {
            for hour in HOURS {
                self.net.move_clocks(instant(self.date, MIDDAY + hour * 3600)?).await?;
                self.until_banks_silent().await?;
                self.net.until_quiet().await?;
                resolved += self.resolve_breaks().await?;
            }
            if self.unfinished().await?.is_empty() {
                return self.tell_of_the_end(resolved).await;
            }
            self.go_to_next_day().await?;
        }
        let left = self.unfinished().await?;
        ensure(left.is_empty(), || {
            format!("after {DAYS_MAX} days there is still: {}", left.join("; "))
        })?;
        self.tell_of_the_end(resolved).await
    }

    async fn tell_of_the_end(&self, resolved: u64) -> Told {
        let (mut cycles, mut suspended) = (0, 0);
        for house in self.houses()? {
            let found = self.cycles_of(house).await?;
            cycles += found.iter().filter(|cycle| 0 < cycle.bundles).count();
        }
        for node in self.net.layout.traders() {
            let operator = self.net.operator(node.name)?;
            suspended += operator.get::<Suspense>("/api/v1/payments/suspense").await?.items.len();
        }
        Ok(format!(
            "the clocks show {}; {cycles} cycles final; no payment under way; {resolved} \
             differences ended by two persons, none left; {suspended} items in suspense, each with \
             its name",
            self.date
        ))
    }

    /// Two persons let the statements count, difference by difference. What a bank's balance says
    /// follows from its entries, or the bank has it wrong.
    async fn resolve_breaks(&mut self) -> Result<u64> {
        let (mut resolved, mut refused) = (0, 0);
        for node in self.keepers()? {
            for found in self.breaks_of(node).await? {
                let (remedy, reason) = match found.class.as_str() {
                    "bank_only" => ("as_stated", "notification_missing"),
                    "wrong_amount" => ("as_stated", "notification_wrong"),
                    "sum_differs" | "opening_differs" | "out_of_sequence" => {
                        ("explained", "statement_wrong")
                    }
                    // Ends with the entries that it is the sum of.
                    _ => continue,
                };
                let path = format!("/api/v1/bank/reconciliation/{}/resolve", found.id);
                let evidence = "07".repeat(32);
                let end = json!({ "remedy": remedy, "reason": reason, "evidence": evidence });
                // Refused where the end of another one was the end of it: the list tells.
                let asked = self.by_two(node, &path, &end).await;
                tally(asked, &mut resolved, &mut refused)?;
            }
        }
        Ok(resolved)
    }

    /// Everything that has not come to its end, in words.
    async fn unfinished(&self) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for node in self.keepers()? {
            for found in self.breaks_of(node).await? {
                left.push(format!("{} of {} on {}", found.class, found.account, found.date));
            }
        }
        for node in self.net.layout.traders() {
            let operator = self.net.operator(node.name)?;
            let list: InstructionList = operator.get("/api/v1/settle/instructions").await?;
            left.extend(list.instructions.iter().map(|payment| {
                format!("payment {} of {} is {:?}", payment.uetr.0, payment.debtor, payment.state)
            }));
        }
        for house in self.houses()? {
            let open = self.cycles_of(house).await?.into_iter();
            let open = open.filter(|cycle| 0 < cycle.bundles && cycle.phase != "final");
            left.extend(open.map(|cycle| {
                format!("the cycle of {} at {house} is {}", cycle.value_date, cycle.phase)
            }));
            let operator = self.net.operator(house)?;
            let owed: ClaimList = operator.get("/api/v1/settle/house/claims").await?;
            left.extend(owed.claims.iter().map(|claim| {
                format!("{} owes {house} the pay-in {} again", claim.account, claim.returned.0)
            }));
        }
        Ok(left)
    }

    async fn breaks_of(&self, node: NodeId) -> Result<Vec<Difference>> {
        let operator = self.net.operator(node)?;
        Ok(operator.get::<Breaks>("/api/v1/bank/reconciliation").await?.breaks)
    }

    /// Who keeps accounts at banks.
    fn keepers(&self) -> Result<Vec<NodeId>> {
        let mut keepers: Vec<NodeId> = self.net.layout.traders().map(|node| node.name).collect();
        keepers.push(self.net.root()?);
        Ok(keepers)
    }
}
