//! What waits for each bank of a node, and since when.

use crate::config::{BankLink, Way};
use gcfn_api_wire::bank::{BankQueue, BankWay};
use gcfn_api_wire::term::Text;
use gcfn_model::{Currency, Timestamp};
use gcfn_transport::Progress;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// The queues of one node. Clones share them.
#[derive(Clone)]
pub(super) struct Queues(Arc<BTreeMap<Currency, Queue>>);

struct Queue {
    bank: BankLink,
    /// How far its outbox has come, once that is open.
    progress: OnceLock<watch::Receiver<Progress>>,
}

impl Queues {
    pub(super) fn new(banks: &BTreeMap<Currency, BankLink>) -> Queues {
        let queue = |bank: &BankLink| Queue { bank: bank.clone(), progress: OnceLock::new() };
        let queues = banks.iter().map(|(currency, bank)| (*currency, queue(bank)));
        Queues(Arc::new(queues.collect()))
    }

    /// From now on the queue for the bank of `currency` is seen.
    pub(super) fn open(&self, currency: Currency, progress: watch::Receiver<Progress>) {
        if let Some(queue) = self.0.get(&currency) {
            // An outbox is opened once in a process.
            drop(queue.progress.set(progress));
        }
    }

    /// Whether the way to each bank takes nothing for too long at `now`, where `waiting` payments
    /// have not left; `None` where that is not known, for it has not been tried yet.
    pub(super) fn ways(
        &self,
        now: Timestamp,
        waiting: &BTreeMap<Currency, u64>,
    ) -> Vec<(Currency, Option<bool>)> {
        let way = |queue: BankQueue| {
            let Text(currency) = queue.currency;
            let is_new = queue.since.is_some() && queue.age_seconds < self.patience(currency);
            let known = queue.is_late || is_new || queue.waiting == 0;
            (currency, known.then_some(queue.is_late))
        };
        self.report(now, waiting).into_iter().map(way).collect()
    }

    /// How many seconds a payment may wait for the bank of `currency`.
    fn patience(&self, currency: Currency) -> u64 {
        self.0.get(&currency).map_or(0, |queue| queue.bank.alarm_after.0 / 1_000)
    }

    /// How they stand at `now`, where `waiting` payments have not left.
    pub(super) fn report(
        &self,
        now: Timestamp,
        waiting: &BTreeMap<Currency, u64>,
    ) -> Vec<BankQueue> {
        let report = |(currency, queue): (&Currency, &Queue)| {
            let Queue { bank, progress } = queue;
            let progress = progress.get().map(|seen| *seen.borrow()).unwrap_or_default();
            let (age, attempts) = (progress.age(now), progress.attempts);
            BankQueue {
                bank: bank.bic.clone(),
                currency: Text(*currency),
                way: match bank.way {
                    Way::Https(_) => BankWay::Https,
                    Way::Folder(_) => BankWay::Folder,
                    Way::Kafka(_) => BankWay::Kafka,
                },
                waiting: waiting.get(currency).copied().unwrap_or_default(),
                attempts,
                since: progress.oldest.map(Text),
                age_seconds: age.0 / 1_000,
                // What a node finds old when it comes back is no fault of the way: it is tried first.
                is_late: attempts != 0 && bank.alarm_after <= age,
            }
        };
        self.0.iter().map(report).collect()
    }
}
