//! One watched cell: its stream into its mirror, its mirror onto disk, its heads compared.

use crate::alarm::Alarm;
use crate::file::{self, FileFault};
use crate::findings::FindingsFault;
use crate::lag::Histogram;
use crate::regnode::{Clock, Watched};
use crate::source::{Items, Journals, Rounds};
use crate::{Findings, SourceFault};
use gcfn_anchor::header_log::CellHead;
use gcfn_audit::{AnchoredHead, Finding, FindingKind, Item, Mirror, Status, genesis_digest};
use gcfn_model::{Digest, Millis, NodeId, Timestamp};
use gcfn_telemetry::Gauge;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// The pause before a stream is begun again, doubled up to [`PAUSE_MAX`] while it does not work.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How long a mirror that has found something rests before the node is asked again.
const REST: Duration = Duration::from_secs(60);
/// How often the lag is looked at while nothing comes.
const LOOK: Duration = Duration::from_secs(1);
/// A mirror is saved at the ends of epochs, for at most one part in so many of the task's time: a
/// small one every time, a large one every so often.
const SAVING_SHARE: u32 = 20;

/// Why a cell is not watched at the moment.
#[derive(Debug, thiserror::Error)]
pub enum WatchFault {
    /// The source gives nothing.
    #[error("follow {cell}")]
    Source {
        /// The cell.
        cell: NodeId,
        /// What the source says.
        source: SourceFault,
    },
    /// The source has ended the stream.
    #[error("{0} has ended its stream")]
    Ended(NodeId),
    /// The mirror cannot be saved or read.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The mirror of another cell, or one with another genesis, stands where this one's should.
    #[error("{path} is a mirror of {found}, begun at genesis {genesis}")]
    OtherMirror {
        /// The file.
        path: PathBuf,
        /// The cell that it mirrors.
        found: NodeId,
        /// The genesis that it began with.
        genesis: Digest,
    },
    /// A finding cannot be filed. What was found is found again.
    #[error(transparent)]
    Findings(#[from] FindingsFault),
    /// Something was found, and filed.
    #[error("{0}")]
    Found(Box<Finding>),
}

impl WatchFault {
    /// Whether only a person can put it right.
    fn is_lasting(&self) -> bool {
        matches!(
            self,
            WatchFault::OtherMirror { .. }
                | WatchFault::File(FileFault::Damaged { .. } | FileFault::Version { .. })
        )
    }
}

/// What is known of a watched cell, for the console.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) cell: NodeId,
    /// How far the mirror is; `None` before the genesis.
    pub(crate) status: Option<Status>,
    /// The head of the mirrored header log.
    pub(crate) head: Option<CellHead>,
    /// The last epoch that is on disk.
    pub(crate) saved_epoch: Option<u64>,
    pub(crate) lag: Millis,
    pub(crate) lags: Histogram,
    /// Whether the stream is open.
    pub(crate) following: bool,
    /// Whether the mirror still catches up with what happened before it was started.
    pub(crate) catching_up: bool,
    /// Why it is not watched at the moment, in words.
    pub(crate) fault: Option<String>,
}

/// A view that the console reads and a watcher writes.
#[derive(Debug)]
pub(crate) struct Board(watch::Sender<View>);

impl Board {
    pub(crate) fn new(cell: NodeId) -> Board {
        Board(watch::Sender::new(View {
            cell,
            status: None,
            head: None,
            saved_epoch: None,
            lag: Millis(0),
            lags: Histogram::default(),
            following: false,
            catching_up: true,
            fault: None,
        }))
    }

    pub(crate) fn read(&self) -> View {
        self.0.borrow().clone()
    }

    fn write(&self, change: impl FnOnce(&mut View)) {
        self.0.send_modify(change);
    }

    /// Waits until the view is as `wanted`.
    #[cfg(test)]
    pub(crate) async fn until(&self, wanted: impl FnMut(&View) -> bool) -> View {
        self.0.subscribe().wait_for(wanted).await.expect("the board is there").clone()
    }
}

/// Everything that the task of one cell needs.
pub(crate) struct Watcher<J> {
    pub(crate) watched: Watched,
    pub(crate) path: PathBuf,
    pub(crate) journals: Arc<J>,
    pub(crate) clock: Clock,
    pub(crate) findings: Findings,
    pub(crate) board: Arc<Board>,
    pub(crate) heads: watch::Receiver<Option<AnchoredHead>>,
    pub(crate) alarm: Alarm,
}

impl<J: Journals> Watcher<J> {
    /// Watches until the node shuts down.
    ///
    /// A stream that ends is begun again where it ended; after a finding the mirror begins again
    /// at what was last saved, so that a fault on the way is not held against the node for ever,
    /// and a real one is found again.
    ///
    /// # Errors
    /// [`WatchFault`] when only a person can put it right.
    pub(crate) async fn run(
        mut self,
        mut shutdown: watch::Receiver<bool>,
    ) -> Result<(), WatchFault> {
        let mut stopping = std::pin::pin!(shutdown.wait_for(|stopping| *stopping));
        let (mut mirror, mut pause) = (None, PAUSE_MIN);
        loop {
            let before = self.board.read().status.map(|status| status.place);
            let fault = tokio::select! {
                fault = self.follow(&mut mirror) => fault,
                _ = &mut stopping => return Ok(()),
            };
            self.board.write(|view| {
                view.following = false;
                view.fault = Some(chain(&fault));
            });
            if fault.is_lasting() {
                return Err(fault);
            }
            let progress = before != self.board.read().status.map(|status| status.place);
            pause = match (&fault, progress) {
                (WatchFault::Found(_), _) => {
                    mirror = None;
                    REST
                }
                (_, true) => PAUSE_MIN,
                (_, false) => pause.saturating_mul(2).min(PAUSE_MAX),
            };
            tracing::warn!(cell = %self.watched.cell, error = chain(&fault), "not watched");
            tokio::select! {
                () = sleep(pause) => {}
                _ = &mut stopping => return Ok(()),
            }
        }
    }

    /// Follows one stream until something ends it.
    async fn follow(&mut self, mirror: &mut Option<Mirror>) -> WatchFault {
        match self.follow_once(mirror).await {
            Err(fault) => fault,
            Ok(never) => match never {},
        }
    }

    async fn follow_once(
        &mut self,
        mirror: &mut Option<Mirror>,
    ) -> Result<std::convert::Infallible, WatchFault> {
        if mirror.is_none() {
            *mirror = self.load()?;
        }
        let cell = self.watched.cell;
        let from =
            mirror.as_ref().map_or(0, |mirror| mirror.status().place.index.saturating_add(1));
        let source = |source| WatchFault::Source { cell, source };
        let mut items = self.journals.follow(cell, from).await.map_err(source)?;
        self.board.write(|view| (view.following, view.fault) = (true, None));
        self.heads.mark_changed();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut saving = Saving::default();
        loop {
            tokio::select! {
                item = items.next() => {
                    let bytes = item.map_err(source)?.ok_or(WatchFault::Ended(cell))?;
                    self.take(mirror, &bytes, &mut saving).await?;
                }
                Ok(()) = self.heads.changed() => self.compare(mirror).await?,
                _ = look.tick() => {
                    self.look(mirror.as_ref()).await?;
                    self.save(mirror, &mut saving).await?;
                }
            }
        }
    }

    /// The mirror that was last saved.
    fn load(&self) -> Result<Option<Mirror>, WatchFault> {
        let Some(mirror) = file::load(&self.path)? else { return Ok(None) };
        let status = mirror.status();
        let Watched { cell, genesis } = self.watched;
        if status.cell != cell || genesis.is_some_and(|filed| filed != status.genesis) {
            let (path, found, genesis) = (self.path.clone(), status.cell, status.genesis);
            return Err(WatchFault::OtherMirror { path, found, genesis });
        }
        let saved = verified_epoch(&mirror);
        self.board.write(|view| view.saved_epoch = saved);
        self.show(&mirror);
        Ok(Some(mirror))
    }

    /// Takes one item of the stream.
    async fn take(
        &mut self,
        mirror: &mut Option<Mirror>,
        bytes: &[u8],
        saving: &mut Saving,
    ) -> Result<(), WatchFault> {
        let Watched { cell, genesis: filed } = self.watched;
        let taken = match (Item::decode(bytes), mirror.as_mut()) {
            (Ok(Item::Genesis(genesis)), None) => {
                tracing::info!(%cell, digest = %genesis_digest(&genesis), "begin at the genesis");
                Mirror::begin(cell, *genesis, filed).map(|begun| {
                    self.show(mirror.insert(begun));
                    // A head may have come before there was anything to compare it with.
                    self.heads.mark_changed();
                    None
                })
            }
            (Ok(Item::Record(record)), Some(mirror)) => {
                let taken = mirror.apply(&record);
                self.show(mirror);
                taken
            }
            (Ok(_), Some(mirror)) => Err(mirror.stop(FindingKind::Unreadable, "a second genesis")),
            (Err(fault), Some(mirror)) => {
                Err(mirror.stop(FindingKind::Unreadable, &fault.to_string()))
            }
            // Nothing was verified yet, so there is nothing to hold against the cell.
            (_, None) => {
                return Err(WatchFault::Source {
                    cell,
                    source: "stream does not begin with a genesis".into(),
                });
            }
        };
        match taken {
            Ok(None) => Ok(()),
            Ok(Some(header)) => {
                self.verified(header.closed_at).await?;
                self.save(mirror, saving).await
            }
            Err(finding) => self.found(finding).await,
        }
    }

    /// Files what stopped the mirror.
    async fn found<T>(&self, finding: Box<Finding>) -> Result<T, WatchFault> {
        self.findings.file(&finding, (self.clock)()).await?;
        Err(WatchFault::Found(finding))
    }

    /// An epoch that was closed at `closed_at` is verified.
    async fn verified(&mut self, closed_at: Timestamp) -> Result<(), WatchFault> {
        let lag = (self.clock)().since(closed_at);
        self.board.write(|view| view.lags.record(lag));
        self.late(lag).await
    }

    /// Looks at the lag while nothing comes: the network may know of epochs that were not shown.
    async fn look(&mut self, mirror: Option<&Mirror>) -> Result<(), WatchFault> {
        match mirror.and_then(|mirror| mirror.status().awaited) {
            Some(awaited) => self.late((self.clock)().since(awaited.closed_at())).await,
            None => {
                // However late the last epoch came, nothing is waited for now. That says nothing
                // of what a mirror that has just been started has still to catch up with.
                self.show_lag(Millis(0));
                Ok(())
            }
        }
    }

    async fn late(&mut self, lag: Millis) -> Result<(), WatchFault> {
        let (at, cell) = ((self.clock)(), self.watched.cell);
        let Millis(millis) = lag;
        self.show_lag(lag);
        if let Some(kind) = self.alarm.hear(at, lag) {
            let place = self.board.read().status.map(|status| status.place).unwrap_or_default();
            let detail = format!("the mirror is {millis} ms behind");
            let (expected, found) = (Digest::ZERO, Digest::ZERO);
            let finding = Finding { kind, cell, place, expected, found, detail };
            self.findings.file(&finding, at).await?;
            self.alarm.raise(kind);
        }
        let catching_up = !self.alarm.is_armed();
        self.board.write(|view| view.catching_up = catching_up);
        Ok(())
    }

    fn show_lag(&self, lag: Millis) {
        let Millis(millis) = lag;
        let seconds = i64::try_from(millis.div_ceil(1_000)).unwrap_or(i64::MAX);
        Gauge::MirrorLag.set(&[self.watched.cell.as_str()], seconds);
        self.board.write(|view| view.lag = lag);
    }

    /// Compares the mirror with the newest head of a final round.
    async fn compare(&mut self, mirror: &mut Option<Mirror>) -> Result<(), WatchFault> {
        let head = *self.heads.borrow_and_update();
        let (Some(mirror), Some(head)) = (mirror, head) else { return Ok(()) };
        let compared = mirror.checkpoint(&head);
        self.show(mirror);
        match compared {
            Ok(()) => Ok(()),
            Err(finding) => self.found(finding).await,
        }
    }

    /// Saves the mirror, if it is time to.
    async fn save(
        &self,
        mirror: &mut Option<Mirror>,
        saving: &mut Saving,
    ) -> Result<(), WatchFault> {
        let saved = self.board.read().saved_epoch;
        let new = |mirror: &Mirror| saved < verified_epoch(mirror) && mirror.is_at_epoch_end();
        let due = |mirror: &mut Mirror| saving.is_due() && new(mirror);
        let Some(mut own) = mirror.take_if(due) else { return Ok(()) };
        let (path, begun) = (self.path.clone(), Instant::now());
        let work = move || {
            let saved = own.save().map(|body| file::replace(&path, &body));
            (own, saved)
        };
        let (own, saved) =
            tokio::task::spawn_blocking(work).await.expect("saving neither panics nor is aborted");
        saving.took(begun);
        let own = mirror.insert(own);
        self.show(own);
        match saved {
            Ok(written) => written?,
            Err(finding) => return self.found(finding).await,
        }
        let epoch = verified_epoch(own);
        self.board.write(|view| view.saved_epoch = epoch);
        Ok(())
    }

    fn show(&self, mirror: &Mirror) {
        let (status, head) = (mirror.status(), mirror.headers().head());
        self.board.write(|view| (view.status, view.head) = (Some(status), Some(head)));
    }
}

/// When a mirror is saved next.
#[derive(Debug, Default)]
struct Saving {
    next: Option<Instant>,
}

impl Saving {
    fn is_due(&self) -> bool {
        self.next.is_none_or(|next| next <= Instant::now())
    }

    fn took(&mut self, begun: Instant) {
        let now = Instant::now();
        self.next = Some(now + now.duration_since(begun).saturating_mul(SAVING_SHARE));
    }
}

/// Gives a cell's watcher the newest head that the federation has made final, for ever.
pub(crate) async fn watch_heads<R: Rounds>(
    cell: NodeId,
    rounds: Arc<R>,
    to: watch::Sender<Option<AnchoredHead>>,
) -> Result<(), std::convert::Infallible> {
    let (mut round, mut pause) = (0, PAUSE_MIN);
    loop {
        match head_after(cell, rounds.as_ref(), round).await {
            Ok(head) => {
                (round, pause) = (head.round(), PAUSE_MIN);
                to.send_replace(Some(head));
            }
            Err(fault) => {
                tracing::warn!(%cell, error = %fault, "no final head");
                sleep(pause).await;
                pause = pause.saturating_mul(2).min(PAUSE_MAX);
            }
        }
    }
}

async fn head_after<R: Rounds>(
    cell: NodeId,
    rounds: &R,
    round: u64,
) -> Result<AnchoredHead, SourceFault> {
    let proof = rounds.head_after(cell, round).await?;
    let roster = rounds.roster(proof.round.roster).ok_or("round is of an unknown roster")?;
    let head = AnchoredHead::verify(&proof, &roster)?;
    if head.head().cell != cell || head.round() <= round {
        return Err("head is of another cell or of an earlier round".into());
    }
    Ok(head)
}

fn verified_epoch(mirror: &Mirror) -> Option<u64> {
    mirror.status().verified.map(|verified| verified.epoch)
}

/// A fault with all its causes, on one line.
fn chain(fault: &WatchFault) -> String {
    gcfn_telemetry::ErrorChain(fault).to_string()
}
