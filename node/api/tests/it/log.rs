//! The node's own log, at its most talkative, in one file for all tests of this process.

use gcfn_telemetry::{LogFormat, LogTarget, init_logs};
use std::path::PathBuf;
use std::sync::LazyLock;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gcfn-api.log");
    std::fs::write(&path, "").unwrap();
    init_logs(LogFormat::Json, "trace", &LogTarget::File(path.clone())).unwrap();
    path
});

/// Begins logging, unless a test has begun it.
pub(crate) fn begin() {
    LazyLock::force(&FILE);
}

/// Everything that was logged until now.
pub(crate) fn so_far() -> String {
    std::fs::read_to_string(&*FILE).unwrap()
}
