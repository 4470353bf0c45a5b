//! Tasks that do not die unseen.
//!
//! A task is started under a name. If it fails or panics that is logged once, with the whole
//! chain of causes; if the node cannot do without it, the node shuts down in order. (Release
//! builds abort on a panic: there the operating system restarts the whole node.)

use crate::{Counter, ErrorChain};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::timeout;
use tracing::Instrument;

/// What an error becomes, so that tasks can fail with any.
type Failure = Box<dyn Error + Send + Sync>;

/// Starts a task that the node can do without, and logs its failure under `name`.
#[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
pub fn spawn<E: Into<Failure>>(
    name: &'static str,
    future: impl Future<Output = Result<(), E>> + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        report(name, run(name, future).await);
    })
}

/// Whether a node goes on when a task has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// The node shuts down when this task ends, well or badly.
    Critical,
    /// The node goes on.
    Optional,
}

/// The tasks of one node and its shutdown. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Supervisor(Arc<Shared>);

/// A task that the node cannot do without has ended, and with it the node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task {task} {how}")]
pub struct CriticalEnd {
    /// Its name.
    pub task: &'static str,
    /// How it ended, with its causes.
    pub how: String,
}

#[derive(Debug)]
struct Shared {
    shutdown: watch::Sender<bool>,
    /// The first task for whose end nobody had asked.
    lost: OnceLock<CriticalEnd>,
    running: watch::Sender<BTreeMap<u64, &'static str>>,
    next: AtomicU64,
}

impl Default for Supervisor {
    fn default() -> Supervisor {
        Supervisor::new()
    }
}

impl Supervisor {
    /// A supervisor of no tasks yet.
    #[must_use]
    pub fn new() -> Supervisor {
        Supervisor(Arc::new(Shared {
            shutdown: watch::Sender::new(false),
            lost: OnceLock::new(),
            running: watch::Sender::default(),
            next: AtomicU64::new(0),
        }))
    }

    /// Turns true when the node is to shut down: to be waited for by whoever must end in order.
    #[must_use]
    pub fn shutdown(&self) -> watch::Receiver<bool> {
        self.0.shutdown.subscribe()
    }

    /// Asks everybody to end. The first reason is the one that is logged.
    pub fn shut_down(&self, reason: &str) {
        if !self.0.shutdown.send_replace(true) {
            tracing::info!(reason, "shut down");
        }
    }

    /// What the node shut down for, if it was the end of a task and not somebody's wish.
    #[must_use]
    pub fn lost(&self) -> Option<CriticalEnd> {
        self.0.lost.get().cloned()
    }

    /// Starts a task under `name`.
    ///
    /// A task ends in order when it ends without an error after a shutdown was asked for.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
    pub fn spawn<E: Into<Failure>>(
        &self,
        name: &'static str,
        importance: Importance,
        future: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let supervisor = self.clone();
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.0.running.send_modify(|running| {
            running.insert(id, name);
        });
        tokio::spawn(async move {
            let ended = run(name, future).await;
            let how = told(&ended);
            report(name, ended);
            if importance == Importance::Critical {
                if !*supervisor.0.shutdown.borrow() {
                    // The first one explains the others.
                    supervisor.0.lost.get_or_init(|| CriticalEnd { task: name, how });
                }
                supervisor.shut_down(&format!("task {name} has ended"));
            }
            supervisor.0.running.send_modify(|running| {
                running.remove(&id);
            });
        });
    }

    /// Waits until every task has ended, for `limit` at most; names those that have not.
    pub async fn drained(&self, limit: Duration) -> Vec<&'static str> {
        let mut running = self.0.running.subscribe();
        let empty = async { running.wait_for(BTreeMap::is_empty).await.is_ok() };
        if timeout(limit, empty).await.is_ok() {
            return Vec::new();
        }
        self.0.running.borrow().values().copied().collect()
    }
}

/// Runs the future as a task of its own, so that its panic ends it and not its supervisor.
async fn run<E: Into<Failure>>(
    name: &'static str,
    future: impl Future<Output = Result<(), E>> + Send + 'static,
) -> Result<Result<(), Failure>, JoinError> {
    let mut task = JoinSet::new();
    let span = tracing::info_span!("task", name);
    task.spawn(async move { future.await.map_err(E::into) }.instrument(span));
    task.join_next().await.expect("one task was started and none was taken")
}

/// How a task ended, in words.
fn told(ended: &Result<Result<(), Failure>, JoinError>) -> String {
    match ended {
        Ok(Ok(())) => "has ended although nobody had asked it to".to_owned(),
        Ok(Err(failure)) => format!("failed: {}", ErrorChain(failure.as_ref())),
        Err(panic) => format!("panicked: {panic}"),
    }
}

/// Logs how a task ended, where that is worth a line.
fn report(name: &'static str, ended: Result<Result<(), Failure>, JoinError>) {
    match ended {
        Ok(Ok(())) => tracing::debug!(task = name, "task ended"),
        Ok(Err(failure)) => {
            Counter::TasksFailed.add(&[name], 1);
            tracing::error!(task = name, error = %ErrorChain(failure.as_ref()), "task failed");
        }
        Err(panic) => {
            Counter::TasksFailed.add(&[name], 1);
            tracing::error!(task = name, error = %panic, "task panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const LONG: Duration = Duration::from_secs(20);

    async fn ends(
        importance: Importance,
        future: impl Future<Output = Result<(), Failure>> + Send + 'static,
    ) -> bool {
        let supervisor = Supervisor::new();
        supervisor.spawn("tested", importance, future);
        assert_eq!(supervisor.drained(LONG).await, [""; 0]);
        *supervisor.shutdown().borrow()
    }

    #[tokio::test]
    async fn the_end_of_a_critical_task_shuts_the_node_down() {
        assert!(ends(Importance::Critical, async { Err("disk full".into()) }).await);
        assert!(ends(Importance::Critical, async { panic!("a broken invariant") }).await);
        assert!(ends(Importance::Critical, async { Ok(()) }).await);
    }

    #[tokio::test]
    async fn the_end_of_an_optional_task_does_not() {
        assert!(!ends(Importance::Optional, async { Err("no route".into()) }).await);
        assert!(!ends(Importance::Optional, async { panic!("a broken invariant") }).await);
        assert!(!ends(Importance::Optional, async { Ok(()) }).await);
    }

    #[tokio::test]
    async fn what_the_node_was_shut_down_for_is_remembered() {
        let supervisor = Supervisor::new();
        let full = async { Err::<(), Failure>("disk full".into()) };
        supervisor.spawn("log", Importance::Critical, full);
        assert_eq!(supervisor.drained(LONG).await, [""; 0]);
        let later = async { Err::<(), Failure>("log is closed".into()) };
        supervisor.spawn("prover", Importance::Critical, later);
        assert_eq!(supervisor.drained(LONG).await, [""; 0]);
        let lost = supervisor.lost().expect("a task was lost");
        assert_eq!(lost.to_string(), "task log failed: disk full");
    }

    #[tokio::test]
    async fn a_shutdown_that_was_asked_for_has_lost_nobody() {
        let supervisor = Supervisor::new();
        supervisor.shut_down("the test is over");
        supervisor.spawn("orderly", Importance::Critical, async { Ok::<(), Failure>(()) });
        assert_eq!(supervisor.drained(LONG).await, [""; 0]);
        assert_eq!(supervisor.lost(), None);
    }

    #[tokio::test]
    async fn at_shutdown_who_does_not_end_is_named() {
        let supervisor = Supervisor::new();
        let mut shutdown = supervisor.shutdown();
        supervisor.spawn("orderly", Importance::Critical, async move {
            drop(shutdown.wait_for(|down| *down).await);
            Ok::<(), Infallible>(())
        });
        supervisor.spawn("stubborn", Importance::Optional, async {
            std::future::pending::<Result<(), Infallible>>().await
        });
        supervisor.shut_down("the test is over");
        let mut running = supervisor.0.running.subscribe();
        let alone = running.wait_for(|running| running.len() == 1).await;
        drop(alone.expect("the supervisor lives"));
        assert_eq!(supervisor.drained(Duration::ZERO).await, ["stubborn"]);
    }

    #[tokio::test]
    async fn a_failure_outside_a_supervisor_does_not_reach_its_parent() {
        spawn("failing", async { Err::<(), _>("no route") }).await.expect("reported, not raised");
        spawn("panicking", async {
            assert!(std::hint::black_box(false), "a broken invariant");
            Ok::<(), Infallible>(())
        })
        .await
        .expect("reported, not raised");
    }
}
