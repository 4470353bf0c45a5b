//! Where log lines go and what they look like.
//!
//! Levels: ERROR, a person must look now; WARN, a person should look some time; INFO, what the
//! operator asked for or will want to have seen; DEBUG and TRACE, for whoever looks for a fault.
//! No line at any level carries personal data.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// Words, for people.
    Text,
}

/// Where log lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTarget {
    /// Standard error.
    Stderr,
    /// A file, which is appended to.
    File(PathBuf),
}

/// Why logging did not begin.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// The filter is not understood.
    #[error("log filter {filter:?}")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// The file cannot be written.
    #[error("open log file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Logging has begun already.
    #[error("begin logging a second time")]
    Twice(#[source] TryInitError),
}

/// Begins logging, for the whole process and once.
///
/// `filter` is in the form of `tracing_subscriber::EnvFilter`: `info,gcfn_cell=debug`.
///
/// # Errors
/// [`LogFault`].
pub fn init_logs(format: LogFormat, filter: &str, target: &LogTarget) -> Result<(), LogFault> {
    let wrong = |source| LogFault::Filter { filter: filter.to_owned(), source };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter).map_err(wrong)?)
        .with_ansi(false)
        .with_writer(writer(target)?);
    let begun = match format {
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
        LogFormat::Text => builder.finish().try_init(),
    };
    begun.map_err(LogFault::Twice)
}

fn writer(target: &LogTarget) -> Result<BoxMakeWriter, LogFault> {
    match target {
        LogTarget::Stderr => Ok(BoxMakeWriter::new(io::stderr)),
        LogTarget::File(path) => {
            let opened: io::Result<File> = OpenOptions::new().append(true).create(true).open(path);
            let file = opened.map_err(|source| LogFault::File { path: path.clone(), source })?;
            Ok(BoxMakeWriter::new(Mutex::new(file)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorChain;

    #[test]
    fn what_is_wrong_is_named_before_anything_is_logged() {
        let told = |filter, target: &LogTarget| {
            let fault = init_logs(LogFormat::Json, filter, target).expect_err("refused");
            ErrorChain(&fault).to_string()
        };
        assert!(told("gcfn=loud", &LogTarget::Stderr).starts_with("log filter \"gcfn=loud\": "));
        let nowhere = LogTarget::File("/nowhere/at/all.log".into());
        let text = told("info", &nowhere);
        assert!(text.starts_with("open log file /nowhere/at/all.log: No such file"), "{text}");
    }
}
