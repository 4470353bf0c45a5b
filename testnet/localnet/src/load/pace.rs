//! When a client makes its next call.

use super::Load;
use std::time::{Duration, Instant};

/// Calls at a rate, or each as soon as the last was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// When the next call is due, and how long after it the one that follows.
    due: Option<(Instant, Duration)>,
}

impl Pace {
    /// Of the client with this number. Those of one load begin one after the other, so that their
    /// calls do not come all at once.
    pub(super) fn new(load: &Load, place: u64) -> Pace {
        let clients = u64::try_from(load.clients).unwrap_or(u64::MAX).max(1);
        let Some(rate) = load.rate else { return Pace { due: None } };
        // A rate of `rate / (clients * commands)` calls a second for each client.
        let nanos = clients.saturating_mul(load.commands_a_call()).saturating_mul(1_000_000_000);
        let every = Duration::from_nanos(nanos / rate.max(1));
        let begins = Duration::from_nanos(nanos / rate.max(1) / clients * place);
        Pace { due: Some((Instant::now() + begins, every)) }
    }

    /// Waits until the next call is due. Returns the moment from which the call counts: now, or
    /// earlier where the last call was answered too late for this one to begin in time. So a
    /// server that stops for a while is charged with every call that it has kept waiting.
    pub(super) async fn begin(&mut self) -> Instant {
        let now = Instant::now();
        let Some((due, every)) = self.due else { return now };
        self.due = Some((due + every, every));
        if due < now {
            return due;
        }
        tokio::time::sleep_until(due.into()).await;
        Instant::now()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Door, Span};
    use super::*;

    fn pace(rate: Option<u64>, place: u64) -> Pace {
        let span = Span::Time(Duration::from_secs(1));
        Pace::new(&Load { door: Door::Grpc, clients: 4, batch: 10, span, rate }, place)
    }

    #[test]
    fn the_clients_share_the_rate() {
        let every = |rate| pace(Some(rate), 0).due.map(|(_, every)| every);
        assert_eq!(every(1_000), Some(Duration::from_millis(40)), "25 calls of 10 each");
        assert!(pace(None, 0).due.is_none());
    }

    #[tokio::test]
    async fn a_call_that_had_to_wait_for_the_last_counts_from_when_it_was_due() {
        let mut pace = pace(Some(1_000_000), 0);
        let first = pace.begin().await;
        std::thread::sleep(Duration::from_millis(2));
        let due = pace.due.expect("a rate").0;
        assert_eq!(pace.begin().await, due);
        assert!(due < first + Duration::from_millis(1));
    }
}
