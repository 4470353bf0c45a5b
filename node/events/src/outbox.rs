//! The walk along the journal: read, publish, wait until taken, move the cursor.

use crate::event::Event;
use crate::kafka::{Config, Producer};
use core::convert::Infallible;
use core::pin::pin;
use gcfn_store::{Cursors, StoreError};
use rdkafka::error::KafkaError;
use rdkafka::producer::DeliveryFuture;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// The name of the cursor in the store.
pub const CURSOR: &str = "kafka";

/// Events asked for at a time: what is repeated at most after a crash.
const BATCH_EVENTS_MAX: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(1);
const BACKOFF_FIRST: Duration = Duration::from_millis(200);
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// Why a source could not be read.
pub type SourceError = Box<dyn core::error::Error + Send + Sync>;

/// A journal as the outbox sees it.
pub trait Source: Send {
    /// The events of some entries after `after`, whole entries only, in journal order; about
    /// `limit` of them. Waits until there is an entry, and may be dropped while it waits.
    fn read(
        &mut self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Batch, SourceError>> + Send;

    /// The last entry that there is.
    fn head(&self) -> u64;
}

/// A stretch of the journal.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its events, by entry and ordinal.
    pub events: Vec<Event>,
    /// The last entry of the stretch. Entries without events count too.
    pub upto: u64,
}

/// How far the outbox has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last entry that the brokers have whole.
    pub position: u64,
    /// The last entry of the journal.
    pub head: u64,
    /// Whether the brokers do not answer, or refused.
    pub stalled: bool,
}

impl Progress {
    /// How many entries wait.
    #[must_use]
    pub fn lag(self) -> u64 {
        self.head.saturating_sub(self.position)
    }
}

/// Why publishing stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// The operator's Kafka settings are not accepted.
    #[error("kafka settings are not accepted; correct them and start the node again")]
    Settings(#[source] KafkaError),
    /// The brokers refused an event. It is tried again: the operator looks at topic, rights and
    /// size limits.
    #[error("kafka refused event {id}; it waits, and all after it")]
    Refused {
        /// Which.
        id: String,
        /// What the library says.
        source: KafkaError,
    },
    /// The cursor cannot be read or written.
    #[error("keep the outbox cursor")]
    Cursor(#[from] StoreError),
    /// The journal cannot be read.
    #[error("read the journal")]
    Source(#[source] SourceError),
    /// The source broke its contract: a fault of this program.
    #[error("journal gave entry {seq} outside ({after}, {upto}] or out of order")]
    Disorder {
        /// The entry.
        seq: u64,
        /// What was asked for.
        after: u64,
        /// Where the stretch was to end.
        upto: u64,
    },
}

impl OutboxError {
    /// Whether the same may succeed later without anybody changing this node.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            OutboxError::Refused { .. } => true,
            OutboxError::Cursor(fault) => fault.may_pass(),
            _ => false,
        }
    }
}

/// Publishes a journal to Kafka, at least once, in order per key.
#[derive(Debug)]
pub struct Publisher<S> {
    source: S,
    cursors: Cursors,
    config: Config,
    progress: watch::Sender<Progress>,
}

impl<S: Source> Publisher<S> {
    /// A publisher of `source` that keeps its place in `cursors`, and a view of its progress.
    pub fn new(
        source: S,
        cursors: Cursors,
        config: Config,
    ) -> (Publisher<S>, watch::Receiver<Progress>) {
        let (progress, view) = watch::channel(Progress::default());
        (Publisher { source, cursors, config, progress }, view)
    }

    /// Publishes until it is dropped, which is safe at any point: what was not taken by then is
    /// published again under the same ids. Waits out brokers that are away.
    ///
    /// # Errors
    /// [`OutboxError`] that time does not heal.
    pub async fn run(mut self) -> Result<Infallible, OutboxError> {
        let mut backoff = BACKOFF_FIRST;
        loop {
            let before = self.progress.borrow().position;
            let fault = match self.publish().await {
                Err(fault) if fault.may_pass() => fault,
                stopped => return stopped,
            };
            self.report(None, true);
            if before < self.progress.borrow().position {
                backoff = BACKOFF_FIRST;
            }
            tracing::warn!(
                fault = &fault as &dyn core::error::Error,
                lag = self.progress.borrow().lag(),
                backoff_ms = backoff.as_millis(),
                "kafka outbox waits"
            );
            sleep(backoff).await;
            backoff = backoff.saturating_mul(2).min(BACKOFF_MAX);
        }
    }

    /// Publishes with one producer until something goes wrong. A producer that failed once is
    /// given up: a new one begins at the cursor with a clean sequence.
    async fn publish(&mut self) -> Result<Infallible, OutboxError> {
        let producer = Producer::new(&self.config).map_err(OutboxError::Settings)?;
        let mut position = self.cursors.position(CURSOR).await?;
        self.report(Some(position), false);
        loop {
            let batch = self.source.read(position, BATCH_EVENTS_MAX).await;
            let batch = batch.map_err(OutboxError::Source)?;
            in_order(&batch, position)?;
            let (taken, result) = self.deliver(&producer, &batch).await;
            if position < taken {
                self.cursors.advance(CURSOR, taken).await?;
                position = taken;
                self.report(Some(position), false);
            }
            result?;
        }
    }

    /// Sends all of `batch` and waits for the answers in order. Returns the last entry that the
    /// brokers have whole, and what ended the batch there if it is not its end.
    async fn deliver(&self, producer: &Producer, batch: &Batch) -> (u64, Result<(), OutboxError>) {
        let mut sent = Vec::with_capacity(batch.events.len());
        for event in &batch.events {
            let delivery = producer.send(event);
            let refused = delivery.is_err();
            sent.push((event, delivery));
            // Nothing may follow what did not even get into the queue.
            if refused {
                break;
            }
        }
        for (event, delivery) in sent {
            let answer = match delivery {
                Ok(delivery) => self.answer(delivery).await,
                Err(fault) => Err(fault),
            };
            if let Err(source) = answer {
                let before = event.seq.saturating_sub(1);
                let id = event.id(self.config.node);
                return (before, Err(OutboxError::Refused { id, source }));
            }
        }
        (batch.upto, Ok(()))
    }

    /// Waits for the brokers' answer, however long it takes, and says so while it takes long.
    async fn answer(&self, delivery: DeliveryFuture) -> Result<(), KafkaError> {
        let mut delivery = pin!(delivery);
        loop {
            match timeout(PATIENCE, &mut delivery).await {
                Ok(Ok(Ok(_place))) => return Ok(()),
                Ok(Ok(Err((fault, _message)))) => return Err(fault),
                Ok(Err(_canceled)) => return Err(KafkaError::Canceled),
                Err(_elapsed) => self.report(None, true),
            }
        }
    }

    /// Shows where the outbox stands, and logs when it begins or ceases to stall.
    fn report(&self, position: Option<u64>, stalled: bool) {
        let before = *self.progress.borrow();
        let position = position.unwrap_or(before.position);
        let now = Progress { position, head: self.source.head(), stalled };
        self.progress.send_replace(now);
        let lag = now.lag();
        match (before.stalled, stalled) {
            (false, true) => tracing::warn!(lag, "kafka takes no events"),
            (true, false) => tracing::info!(lag, "kafka takes events again"),
            _ => {}
        }
    }
}

/// Refuses a stretch in which an event could be skipped or moved.
fn in_order(batch: &Batch, after: u64) -> Result<(), OutboxError> {
    let upto = batch.upto;
    let mut last = (after, u32::MAX);
    for event in &batch.events {
        let place = (event.seq, event.ordinal);
        if place <= last || upto < event.seq {
            return Err(OutboxError::Disorder { seq: event.seq, after, upto });
        }
        last = place;
    }
    if upto <= after {
        return Err(OutboxError::Disorder { seq: upto, after, upto });
    }
    Ok(())
}
