//! The federation's leader is killed while a cross-border cycle has called its members and no bank
//! has paid: another one is elected, and the cycle goes on from where it was.
//!
//! Called in the morning of every day; does something on the first day on which the federation's
//! house has anything to settle. The banks' day has not begun then, so the cycle is certain to be
//! in the middle. That it becomes final, and that nothing was booked twice, is checked with all
//! the others in step 5.

use super::{Demo, ensure};
use crate::days::{MIDDAY, instant};
use crate::layout::folder;
use crate::network::Wait;
use anyhow::{Context, Result};
use gcfn_model::{BusinessDate, NodeId};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A leader that was killed in the middle of a cycle.
#[derive(Clone, Debug)]
pub(super) struct LostLeader {
    pub(super) was: NodeId,
    pub(super) is: NodeId,
    pub(super) after: Duration,
    pub(super) value_date: BusinessDate,
}

impl Demo {
    /// Kills the leader if the federation's cycle of `date` has anything in it, waits until
    /// another founder leads, and starts the killed one again.
    pub(super) async fn lose_leader(&mut self, date: BusinessDate) -> Result<()> {
        let root = self.net.root()?;
        let cycles = self.cycles_of(root).await?;
        let due = cycles.iter().any(|cycle| cycle.value_date == date && 0 < cycle.bundles);
        if self.lost_leader.is_some() || !due {
            return Ok(());
        }
        let wait = Wait::new(root, format!("the federation's cycle of {date} to call its members"));
        self.until_phase(wait, (root, date), &["pay_in"]).await?;
        let was = self.net.leader(root).await?.context("nobody leads the federation")?;
        self.net.processes.kill(was)?;
        let killed = Instant::now();
        let is = self.until_led_by_another(was).await?;
        let after = killed.elapsed();
        self.net.processes.start(was, false)?;
        self.net.until_ready(was).await?;
        self.net.move_clock(was, instant(date, MIDDAY)?).await?;
        self.figures.set("election_ms", u64::try_from(after.as_millis())?);
        self.lost_leader = Some(LostLeader { was, is, after, value_date: date });
        Ok(())
    }

    async fn until_led_by_another(&mut self, was: NodeId) -> Result<NodeId> {
        let others = self.net.layout.founders().map(|node| node.name).find(|node| *node != was);
        let asked = others.context("a network has several founders")?;
        let operator = self.net.operator(asked)?;
        let wait = Wait::new(asked, format!("another leader than {was}"));
        let led = async || {
            let members: crate::network::Members =
                operator.get("/api/v1/federation/members").await?;
            Ok(members.leader.filter(|leader| *leader != was))
        };
        self.net.until(wait, led).await
    }

    /// That the statements of all banks together tell of every booking once: the same payment on
    /// the same account twice would be one that was paid twice. A statement that comes again
    /// under its number takes the place of the one before. Returns how many bookings there are.
    pub(super) async fn booked_once(&self) -> Result<usize> {
        let mut stated = BTreeMap::<(NodeId, String, String), Vec<String>>::new();
        for node in &self.net.layout.nodes {
            let messages = super::export::messages_of(&folder(&self.net.dir, node.name)).await?;
            for message in messages.iter().filter(|message| message.is_kind("camt.053")) {
                let text = String::from_utf8_lossy(&message.bytes);
                let account = between(&text, "<Acct>", "</Acct>").next().unwrap_or_default();
                let number = between(&text, "<ElctrncSeqNb>", "</ElctrncSeqNb>").next();
                let number = number.context("a statement has a number")?;
                let payments = between(&text, "<UETR>", "</UETR>").map(str::to_owned).collect();
                stated.insert((node.name, account.to_owned(), number.to_owned()), payments);
            }
        }
        let mut booked = BTreeMap::<(NodeId, &str, &str), usize>::new();
        for ((node, account, _), payments) in &stated {
            for payment in payments {
                *booked.entry((*node, account, payment)).or_default() += 1;
            }
        }
        ensure(!booked.is_empty(), || "no statement names a payment".to_owned())?;
        for ((node, _, payment), times) in &booked {
            ensure(*times == 1, || format!("{payment} is booked {times} times at {node}"))?;
        }
        Ok(booked.len())
    }

    /// What is told of it, if it happened.
    pub(super) fn told_of_leader(&self) -> Option<String> {
        let LostLeader { was, is, after, value_date } = self.lost_leader.as_ref()?;
        Some(format!(
            "the federation's leader {was} killed in the cycle of {value_date}, {is} elected \
             after {} ms, the cycle final",
            after.as_millis()
        ))
    }
}

/// Every text between `from` and `to`, in order.
fn between<'a>(text: &'a str, from: &'a str, to: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(from).skip(1).filter_map(move |rest| rest.split(to).next())
}
