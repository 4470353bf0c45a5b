//! The feed: what becomes of every book, told to whoever follows it, in order and without a gap.
//!
//! Whoever reads the journal publishes its events here; a follower has a queue of its own, which
//! is bounded. A follower whose queue is full is cut off: publishing never waits, so the slowest
//! reader costs nobody but itself. What was told last of each book is kept for a while, for
//! followers who come back.
//!
//! A follower joins the feed first and looks at the book then. What is published before it joined
//! was applied before it looked, so that no change can fall between the two.

mod session;

pub(crate) use session::{Session, Told};

use gcfn_api_wire::feed::{FeedChange, FeedMessage, FeedPhase, FeedTrade};
use gcfn_model::{Currency, SeriesId};
use gcfn_venue::{Event, IssuingEvent};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many messages may wait for one follower.
const QUEUE_MAX: usize = 4_096;
/// How many messages of each book are kept for those who come back.
const KEPT_MAX: usize = 512;
/// How many may follow at a time.
const FOLLOWERS_MAX: usize = 1_000;

/// The feed of one venue. Clones share it.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    currency: Currency,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    books: BTreeMap<SeriesId, Past>,
    followers: BTreeMap<u64, Follower>,
    joined: u64,
    closed: bool,
}

/// What was told of a book last.
#[derive(Default)]
struct Past {
    /// The last change that was told, since the node has started.
    sequence: Option<u64>,
    kept: VecDeque<Arc<FeedMessage>>,
}

struct Follower {
    queue: Sender<Arc<FeedMessage>>,
    books: BTreeSet<SeriesId>,
}

impl Feed {
    /// A feed that has told nothing, of books in `currency`.
    #[must_use]
    pub fn new(currency: Currency) -> Feed {
        Feed(Arc::new(Shared { currency, state: Mutex::default() }))
    }

    /// Tells the followers what has happened. Events are published once each, in their order.
    pub fn publish(&self, event: &Event) {
        let currency = self.0.currency;
        let mut state = self.state();
        match event {
            Event::BookMoved { series, sequence, levels } => {
                state.books.entry(*series).or_default().sequence = Some(*sequence);
                let change = FeedChange::new(*series, *sequence, levels, currency);
                state.tell(*series, FeedMessage::Change(change));
            }
            Event::TradeMatched(trade) => {
                let sequence = state.last(trade.series);
                let told = FeedTrade::new(trade, sequence, currency);
                state.tell(trade.series, FeedMessage::Trade(told));
            }
            Event::PhaseChanged { series, phase, until, .. } => {
                let sequence = state.last(*series);
                let turned = FeedPhase::new(*series, sequence, *phase, *until);
                state.tell(*series, FeedMessage::Phase(turned));
            }
            // No coupon of it is alive: nobody comes back to its book.
            Event::Issuing(IssuingEvent::BatchClosed { series, .. }) => {
                state.books.remove(series);
            }
            _ => {}
        }
    }

    /// Sends every follower away: nothing will be published any more.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.followers.clear();
    }

    /// Joins the feed; `None` when too many follow, or it is closed.
    fn join(&self) -> Option<Membership> {
        let mut state = self.state();
        if state.closed || FOLLOWERS_MAX <= state.followers.len() {
            return None;
        }
        let (queue, received) = channel(QUEUE_MAX);
        state.joined = state.joined.wrapping_add(1);
        let number = state.joined;
        state.followers.insert(number, Follower { queue, books: BTreeSet::new() });
        Some(Membership { feed: self.clone(), number, received })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics while it holds this")
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("currency", &self.0.currency).finish_non_exhaustive()
    }
}

impl State {
    fn last(&self, series: SeriesId) -> u64 {
        self.books.get(&series).and_then(|past| past.sequence).unwrap_or(0)
    }

    /// Puts a message into every queue of its book, and cuts off whose queue is full.
    fn tell(&mut self, series: SeriesId, message: FeedMessage) {
        let message = Arc::new(message);
        self.followers.retain(|_, follower| {
            !follower.books.contains(&series) || follower.queue.try_send(message.clone()).is_ok()
        });
        let past = self.books.entry(series).or_default();
        if past.kept.len() == KEPT_MAX {
            past.kept.pop_front();
        }
        past.kept.push_back(message);
    }
}

impl Past {
    /// What was told after change `last`; `None` when some of it is not kept.
    fn since(&self, last: u64) -> Option<Vec<Arc<FeedMessage>>> {
        let told = self.sequence?;
        let next = last.checked_add(1)?;
        let changes = self.kept.iter().filter_map(|message| match &**message {
            FeedMessage::Change(change) => Some(change.sequence),
            _ => None,
        });
        let whole = told <= last || changes.min().is_some_and(|first| first <= next);
        let later = |message: &&Arc<FeedMessage>| match &***message {
            FeedMessage::Change(change) => last < change.sequence,
            FeedMessage::Trade(trade) => last <= trade.sequence,
            FeedMessage::Phase(phase) => last <= phase.sequence,
            FeedMessage::Snapshot(_) | FeedMessage::End(_) => false,
        };
        whole.then(|| self.kept.iter().filter(later).cloned().collect())
    }
}

/// A place in the feed: given up when it is dropped.
struct Membership {
    feed: Feed,
    number: u64,
    received: Receiver<Arc<FeedMessage>>,
}

impl Membership {
    /// Follows a book from now on. Gives what was told after change `last`, if that is asked for
    /// and all of it is kept.
    fn add(&self, series: SeriesId, last: Option<u64>) -> Option<Vec<Arc<FeedMessage>>> {
        let mut state = self.feed.state();
        if let Some(follower) = state.followers.get_mut(&self.number) {
            follower.books.insert(series);
        }
        state.books.get(&series)?.since(last?)
    }

    fn remove(&self, series: SeriesId) {
        if let Some(follower) = self.feed.state().followers.get_mut(&self.number) {
            follower.books.remove(&series);
        }
    }

    /// Whether the feed has ended, and not this follower alone.
    fn is_closed(&self) -> bool {
        self.feed.state().closed
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.feed.state().followers.remove(&self.number);
    }
}
