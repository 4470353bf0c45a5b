//! The disk alone: how long it takes to make one small block durable.

use anyhow::{Context, Result, ensure};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

const BLOCK: usize = 4096;
/// As many blocks as are overwritten in turn, as a log is that was laid out ahead.
const BLOCKS: usize = 1024;
/// Nothing that is a disk is faster.
const LEAST: Duration = Duration::from_micros(5);

/// A file that is laid out, so that only data has to be written.
#[derive(Debug)]
pub(crate) struct Disk(File);

impl Disk {
    /// In `dir`.
    pub(crate) fn lay_out(dir: &Path) -> Result<Disk> {
        let path = dir.join("blocks");
        let file = File::options().create_new(true).write(true).open(&path);
        let file = file.with_context(|| format!("make {}", path.display()))?;
        file.write_all_at(&vec![1; BLOCK * BLOCKS], 0)?;
        file.sync_all()?;
        Ok(Disk(file))
    }

    /// How long `count` times a block and an fdatasync took, shortest first.
    pub(crate) fn sync(&self, count: usize) -> Result<Vec<Duration>> {
        let mut took = Vec::with_capacity(count);
        for number in 0..count {
            let block = [u8::try_from(number % 251)?; BLOCK];
            let begin = Instant::now();
            self.0.write_all_at(&block, (number % BLOCKS * BLOCK).try_into()?)?;
            self.0.sync_data()?;
            took.push(begin.elapsed());
        }
        took.sort_unstable();
        let middle = took[count / 2];
        ensure!(LEAST < middle, "the folder is not on a disk: {middle:?} a sync; set TMPDIR");
        Ok(took)
    }
}
