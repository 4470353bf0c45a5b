//! The answers that are remembered, so that a signature takes effect once and a sender who asks
//! again hears the same.

use crate::command::Request;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use alloc::collections::{BTreeMap, BTreeSet};
use gcfn_model::{CommandId, Digest, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// Every answer to a command that has not expired.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answers {
    given: BTreeMap<(NodeId, CommandId), Answer>,
    expiring: BTreeSet<(Timestamp, NodeId, CommandId)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answer {
    content: Digest,
    outcome: Outcome,
}

impl Answers {
    /// The answer to the author's command of this id, if there was one.
    pub(crate) fn find(&self, request: &Request, content: Digest) -> Option<Outcome> {
        let answer = self.given.get(&(request.author, request.id))?;
        Some(match answer.content == content {
            true => answer.outcome.clone(),
            false => Err(Refusal::IdempotencyConflict),
        })
    }

    /// Remembers an answer for as long as its command is good.
    pub(crate) fn remember(&mut self, request: &Request, content: Digest, outcome: Outcome) {
        let Request { author, id, expires_at, .. } = *request;
        self.given.insert((author, id), Answer { content, outcome });
        self.expiring.insert((expires_at, author, id));
    }

    /// Forgets the answers to commands that have expired.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        while let Some(&(at, author, id)) = self.expiring.first()
            && at <= now
        {
            self.expiring.pop_first();
            self.given.remove(&(author, id));
        }
    }
}
