//! openraft's own conformance suite, and what a crash may and may not leave behind.

use super::*;
use crate::halt::Halt;
use crate::journal::Journal;
use crate::replica::{Applier, Replica};
use crate::snapshot::Snapshots;
use crate::{CellConfig, SystemClock};
use gcfn_model::{Machine, Timestamp};
use openraft::StorageError;
use openraft::testing::log::{StoreBuilder, Suite};
use tempfile::TempDir;

/// A machine that does nothing, for a suite that asks nothing of it.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Nothing;

impl Machine for Nothing {
    type Command = ();
    type Outcome = ();
    type Event = ();
    fn apply(&mut self, _: Timestamp, (): &(), _: &mut Vec<()>) {}
}

struct Builder;

impl StoreBuilder<Types, Log, Applier<Nothing>, TempDir> for Builder {
    async fn build(&self) -> Result<(TempDir, Log, Applier<Nothing>), StorageError<Types>> {
        let dir = TempDir::new().unwrap();
        let mut config = CellConfig::new("suite", 1, dir.path(), Arc::new(SystemClock));
        config.limits.log_segment_bytes = 4096;
        config.limits.log_cache_bytes = 200;
        let halt = Arc::new(Halt::new("suite"));
        let lock = Arc::new(File::create(dir.path().join("lock")).unwrap());
        let (log, _ended) = Log::open(&config, halt.clone(), lock.clone()).unwrap();
        let snapshots = Snapshots::open(dir.path(), "suite", &config.disk).unwrap();
        let opening = Replica::open("suite", snapshots, || Nothing).unwrap();
        let journal = Journal::open(&config, &opening.covers).unwrap();
        let replica = opening.with(journal, halt, lock);
        Ok((dir, log, Applier(Arc::new(replica))))
    }
}

#[tokio::test]
async fn the_conformance_suite_of_openraft_passes() {
    Suite::test_all(Builder).await.unwrap();
}
