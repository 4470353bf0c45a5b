//! What became of requests, kept so that a sender who asks again gets the same answer.

use crate::command::Request;
use crate::outcome::Outcome;
use gcfn_model::{CommandId, Encoder, Hasher, Timestamp};
use gcfn_table::{Freeze, Row, Table};
use serde::{Deserialize, Serialize};

/// How many answers that are out of date are forgotten with one request: more than it adds, and
/// so few that nobody notices after a quiet hour.
const FORGOTTEN_AT_ONCE: usize = 4;

/// What was asked, hashed. 128 bits: who finds two requests of one hash, for 2^64 hashes, may send
/// both under an id of its own, and is given the first answer to the second.
pub(crate) type Content = [u8; 16];

/// Every answer that is kept, in the order in which they were given.
///
/// About 160 bytes each, for as long as the terms say: 14 GB a day at a thousand requests a
/// second, so whoever expects more keeps them for less.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answers {
    given: Table<CommandId, Answer>,
    oldest: Option<Row>,
    newest: Option<Row>,
    /// Room for the bytes of a request. Not state.
    #[serde(skip)]
    encoder: Encoder,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answer {
    content: Content,
    outcome: Outcome,
    /// Until when it is kept; `None` for as long as there is time.
    until: Option<Timestamp>,
    /// The one that was given next.
    next: Option<Row>,
}

/// What is known of a request.
#[derive(Debug)]
pub(crate) enum Known {
    /// It was answered.
    Answered(Outcome),
    /// Another request of the same id was.
    Conflict,
}

impl Answers {
    /// What `request` asks for, whatever its id.
    pub(crate) fn content_of(&mut self, request: &Request) -> Content {
        let bytes = self.encoder.encode(&(request.actor, &request.verb));
        let digest = Hasher::new("gcfn/request/v1").part(bytes).finish();
        *digest.as_bytes().first_chunk().expect("a digest has 32 bytes")
    }

    /// What is known at `now` of the request with this id.
    pub(crate) fn find(
        &mut self,
        id: CommandId,
        content: Content,
        now: Timestamp,
    ) -> Option<Known> {
        self.forget(now, FORGOTTEN_AT_ONCE);
        let answer = self.given.find(id)?;
        if answer.is_over(now) {
            self.forget(now, usize::MAX);
            return None;
        }
        Some(match answer.content == content {
            true => Known::Answered(answer.outcome.clone()),
            false => Known::Conflict,
        })
    }

    /// Keeps the answer to a request of which nothing is known. No later one is kept for less.
    pub(crate) fn keep(
        &mut self,
        id: CommandId,
        content: Content,
        outcome: Outcome,
        until: Option<Timestamp>,
    ) {
        let answer = Answer { content, outcome, until, next: None };
        let row = self.given.insert(id, answer).expect("nothing is known of the request");
        match self.newest.replace(row).and_then(|newest| self.given.at_mut(newest)) {
            Some(newest) => newest.next = Some(row),
            None => self.oldest = Some(row),
        }
    }

    /// Forgets answers that are not to be kept any longer, the oldest first and at most so many.
    fn forget(&mut self, now: Timestamp, most: usize) {
        for _ in 0..most {
            let oldest = self.oldest.and_then(|row| self.given.at(row));
            let Some((&id, answer)) = oldest.filter(|(_, answer)| answer.is_over(now)) else {
                return;
            };
            self.oldest = answer.next;
            if self.oldest.is_none() {
                self.newest = None;
            }
            self.given.remove(id);
        }
    }
}

impl Answer {
    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl Freeze for Answers {
    fn shared(&self) -> Answers {
        let encoder = Encoder::default();
        Answers { given: self.given.shared(), encoder, ..*self }
    }
}
