//! One follower: which books it follows, and what it is told next.

use super::Membership;
use crate::Api;
use crate::auth::Caller;
use gcfn_api_wire::feed::{FeedEnd, FeedEndReason, FeedMessage, FeedSnapshot, Followed, Following};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::{SeriesId, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How many books one follower may follow.
const BOOKS_MAX: usize = 100;
/// How long nothing may be told before the follower is looked at.
const BEAT: Duration = Duration::from_secs(20);

/// A conversation with one follower.
pub(crate) struct Session {
    api: Api,
    caller: Caller,
    /// When the follower must come back and prove again who it is: its key may be revoked, and
    /// nothing that a revoked key has opened outlives a token.
    ends: Timestamp,
    membership: Membership,
    /// The last change of each book that was told; none before its snapshot was.
    books: BTreeMap<SeriesId, Option<u64>>,
    /// What is told before anything new.
    waiting: VecDeque<Arc<FeedMessage>>,
}

/// What a follower is told next.
#[derive(Debug)]
pub(crate) enum Told {
    /// A message.
    Message(Arc<FeedMessage>),
    /// Nothing has happened for a while.
    Quiet,
    /// The last message.
    End(FeedEnd),
}

impl Session {
    /// A conversation with `caller`, who follows nothing yet.
    pub(crate) fn open(api: Api, caller: Caller) -> Result<Session, Problem> {
        if api.node().is_halted() {
            return Err(Code::Halted.into());
        }
        let membership = api.gateway().feed().join().ok_or(Code::Busy)?;
        let now = api.node().now();
        let ends = now.checked_add(api.settings().token_lifetime).unwrap_or(now);
        let (books, waiting) = (BTreeMap::new(), VecDeque::new());
        Ok(Session { api, caller, ends, membership, books, waiting })
    }

    /// Does what the follower says. Each book that it asks for counts as a request.
    pub(crate) fn hear(&mut self, said: &Following) -> Result<(), Problem> {
        for Text(series) in &said.unsubscribe {
            self.leave(*series);
        }
        let asked = u32::try_from(said.subscribe.len()).unwrap_or(u32::MAX);
        if let Some(asked) = NonZeroU32::new(asked) {
            self.api.limiters().admit(&self.caller, asked)?;
        }
        said.subscribe.iter().try_for_each(|followed| self.follow(*followed))
    }

    fn leave(&mut self, series: SeriesId) {
        self.membership.remove(series);
        self.books.remove(&series);
        self.waiting.retain(|message| series_of(message) != Some(series));
    }

    fn follow(&mut self, followed: Followed) -> Result<(), Problem> {
        let Followed { series: Text(series), last_sequence } = followed;
        let sequence = self
            .api
            .gateway()
            .read(|venue, _| venue.market(series).map(|market| market.book.sequence()));
        let sequence = sequence.ok_or_else(|| Problem::from(Code::NotFound).at("series"))?;
        self.leave(series);
        if BOOKS_MAX <= self.books.len() {
            return Err(Code::TooManyBooks.into());
        }
        let kept = self.membership.add(series, last_sequence);
        // Who names a change that has not been cannot have seen this book.
        match (last_sequence.filter(|last| *last <= sequence), kept) {
            (Some(last), Some(kept)) => {
                self.books.insert(series, Some(last));
                self.waiting.extend(kept);
            }
            (Some(last), None) if last == sequence && self.is_at(series, last) => {
                self.books.insert(series, Some(last));
            }
            _ => {
                self.books.insert(series, None);
                self.waiting.extend(self.snapshot(series));
            }
        }
        Ok(())
    }

    /// Whether the book has not moved since change `last`, looked at after joining.
    fn is_at(&self, series: SeriesId, last: u64) -> bool {
        self.api.gateway().read(|venue, _| {
            venue.market(series).is_some_and(|market| market.book.sequence() == last)
        })
    }

    fn snapshot(&self, series: SeriesId) -> Option<Arc<FeedMessage>> {
        let currency = self.api.terms().currency;
        let seen = self.api.gateway().read(|venue, _| {
            let book = &venue.market(series)?.book;
            Some((book.phase(), book.depth(usize::MAX)))
        });
        let (phase, depth) = seen?;
        let snapshot = FeedSnapshot::new(series, phase, &depth, currency);
        Some(Arc::new(FeedMessage::Snapshot(snapshot)))
    }

    /// What is told next; waits until there is something, or for a while. Cancelling loses
    /// nothing.
    pub(crate) async fn next(&mut self) -> Told {
        loop {
            let now = self.api.node().now();
            if self.ends <= now || !self.caller.is_current(now) {
                return ended(FeedEndReason::Expired);
            }
            if self.api.node().is_halted() {
                return ended(FeedEndReason::Closing);
            }
            let message = match self.waiting.pop_front() {
                Some(message) => message,
                None => match timeout(BEAT, self.membership.received.recv()).await {
                    Ok(Some(message)) => message,
                    Ok(None) if self.membership.is_closed() => {
                        return ended(FeedEndReason::Closing);
                    }
                    Ok(None) => return ended(FeedEndReason::TooSlow),
                    Err(_) => return Told::Quiet,
                },
            };
            if let Some(message) = self.in_order(message) {
                return Told::Message(message);
            }
        }
    }

    /// Passes what comes next of its book, and nothing that the follower has.
    fn in_order(&mut self, message: Arc<FeedMessage>) -> Option<Arc<FeedMessage>> {
        let series = series_of(&message)?;
        let last = self.books.get_mut(&series)?;
        match &*message {
            FeedMessage::Snapshot(snapshot) => *last = Some(snapshot.sequence),
            FeedMessage::Change(change) => {
                let known = (*last)?;
                if change.sequence <= known {
                    return None;
                }
                if change.sequence != known.saturating_add(1) {
                    tracing::error!(%series, known, found = change.sequence, "gap in the feed");
                    *last = None;
                    let snapshot = self.snapshot(series)?;
                    return self.in_order(snapshot);
                }
                *last = Some(change.sequence);
            }
            FeedMessage::Trade(trade) => {
                let known = (*last)?;
                if trade.sequence < known && trade.sequence != 0 {
                    return None;
                }
            }
            FeedMessage::Phase(phase) => {
                let known = (*last)?;
                if phase.sequence < known && phase.sequence != 0 {
                    return None;
                }
            }
            FeedMessage::End(_) => return None,
        }
        Some(message)
    }
}

fn ended(reason: FeedEndReason) -> Told {
    Told::End(FeedEnd { reason, code: None, field: None })
}

fn series_of(message: &FeedMessage) -> Option<SeriesId> {
    let Text(series) = match message {
        FeedMessage::Snapshot(snapshot) => snapshot.series,
        FeedMessage::Change(change) => change.series,
        FeedMessage::Trade(trade) => trade.series,
        FeedMessage::Phase(phase) => phase.series,
        FeedMessage::End(_) => return None,
    };
    Some(series)
}
