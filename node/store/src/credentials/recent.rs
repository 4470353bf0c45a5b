//! Credentials that were read a moment ago, so that a busy caller costs no query a call.

use super::Credential;
use gcfn_model::{Millis, Timestamp};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// For how long what was read is taken to be still so. Another replica on the same database may
/// revoke a credential meanwhile; this one hears of it when the time is over.
const FRESH: Millis = Millis(2_000);
/// Beyond this many, those that are stale are forgotten, or else all.
const KNOWN_MAX: usize = 20_000;

/// A credential as the database had it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) credential: Credential,
    pub(super) mac: Vec<u8>,
    pub(super) read_at: Timestamp,
}

impl Known {
    fn is_fresh(&self, at: Timestamp) -> bool {
        let until = self.read_at.checked_add(FRESH);
        self.read_at <= at && until.is_some_and(|until| at < until)
    }
}

/// What this process has read lately. Only what exists is kept: ids that were made up cannot
/// fill it.
#[derive(Debug, Default)]
pub(super) struct Recent(RwLock<BTreeMap<String, Known>>);

impl Recent {
    pub(super) fn find(&self, id: &str, at: Timestamp) -> Option<Known> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(id).filter(|known| known.is_fresh(at)).cloned()
    }

    pub(super) fn remember(&self, known: Known) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if KNOWN_MAX <= all.len() {
            all.retain(|_, other| other.is_fresh(known.read_at));
        }
        if KNOWN_MAX <= all.len() {
            all.clear();
        }
        all.insert(known.credential.id.clone(), known);
    }

    pub(super) fn forget(&self, id: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}
