//! What wishes were answered, so that the same wish sent again is answered alike.
//!
//! The machine keeps outcomes; what it cannot keep is the log entry that the first answer named.
//! In memory: after a restart a repeat names a later entry, which is as true and less exact.

use gcfn_model::CommandId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

/// The `as_of` of the first answer to each of the last wishes.
#[derive(Debug)]
pub(crate) struct Answers {
    kept_max: usize,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    as_of: BTreeMap<CommandId, u64>,
    oldest_first: VecDeque<CommandId>,
}

impl Answers {
    pub(crate) fn new(kept_max: usize) -> Answers {
        Answers { kept_max, given: Mutex::default() }
    }

    /// The `as_of` that `command` was answered with first: `now`, unless it was answered before.
    pub(crate) fn as_of(&self, command: CommandId, now: u64) -> u64 {
        let mut given = self.given.lock().expect("nothing panics while it writes");
        if let Some(first) = given.as_of.get(&command) {
            return *first;
        }
        if given.oldest_first.len() == self.kept_max
            && let Some(oldest) = given.oldest_first.pop_front()
        {
            given.as_of.remove(&oldest);
        }
        given.as_of.insert(command, now);
        given.oldest_first.push_back(command);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_stands_until_many_others_have_followed() {
        let answers = Answers::new(2);
        let [a, b, c] = ["a", "b", "c"].map(|name| CommandId::derive(&[name.as_bytes()]));
        assert_eq!((answers.as_of(a, 1), answers.as_of(a, 9)), (1, 1));
        assert_eq!((answers.as_of(b, 2), answers.as_of(a, 9)), (2, 1));
        assert_eq!((answers.as_of(c, 3), answers.as_of(b, 9)), (3, 2));
        assert_eq!(answers.as_of(a, 9), 9, "forgotten");
    }
}
