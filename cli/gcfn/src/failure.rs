//! How a verb ends that was not done.

use gcfn_localnet::client::CallError;
use gcfn_localnet::network::NotInTime;
use gcfn_localnet::processes::HasEnded;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a verb was not done. The exit code is a contract.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The network, or what was to be proven, says no.
    Refused(String),
    /// What was asked for makes no sense here.
    Usage(String),
    /// No node answered, or not in time.
    Unreachable(String),
    /// This machine could not do it: a file, an address in use, a damaged log.
    Machine(String),
    /// Somebody has sent this program a signal.
    Interrupted {
        /// Its number: 2 for Ctrl-C, 15 for SIGTERM.
        signal: u8,
        /// What has become of what was begun.
        text: String,
    },
    /// The results could not be printed.
    Output(io::Error),
}

pub(crate) type Ended = Result<(), Failure>;

impl From<io::Error> for Failure {
    fn from(fault: io::Error) -> Failure {
        Failure::Output(fault)
    }
}

impl From<CallError> for Failure {
    fn from(fault: CallError) -> Failure {
        match fault {
            CallError::Refused { .. } => Failure::Refused(fault.to_string()),
            CallError::Tls(_) => Failure::Usage(fault.to_string()),
            CallError::Unreachable { .. } | CallError::Garbled { .. } => {
                Failure::Unreachable(fault.to_string())
            }
        }
    }
}

impl Failure {
    /// What went wrong with the files or settings that were named.
    pub(crate) fn usage(fault: &anyhow::Error) -> Failure {
        Failure::Usage(format!("{fault:#}"))
    }

    /// What went wrong on this machine: neither the network nor whoever asks can mend it.
    pub(crate) fn machine(fault: &anyhow::Error) -> Failure {
        Failure::Machine(format!("{fault:#}"))
    }

    /// What went wrong while talking to nodes and starting them: by the call that failed, if one
    /// did.
    pub(crate) fn of(fault: &anyhow::Error) -> Failure {
        let text = format!("{fault:#}");
        if fault.is::<NotInTime>() || fault.is::<HasEnded>() {
            return Failure::Unreachable(text);
        }
        match fault.downcast_ref::<CallError>() {
            Some(CallError::Unreachable { .. } | CallError::Garbled { .. }) => {
                Failure::Unreachable(text)
            }
            Some(_) => Failure::Refused(text),
            None if fault.chain().any(<dyn std::error::Error>::is::<io::Error>) => {
                Failure::Machine(text)
            }
            None => Failure::Usage(text),
        }
    }
}

/// Tells standard error what went wrong, and the shell how it ended. A closed pipe is success:
/// whoever reads has read enough.
pub(crate) fn exit(ended: Ended) -> ExitCode {
    let (code, text) = match ended {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Output(fault)) if fault.kind() == io::ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Err(Failure::Output(fault)) => (4, format!("print results: {fault}")),
        Err(Failure::Refused(text)) => (1, text),
        Err(Failure::Usage(text)) => (2, text),
        Err(Failure::Unreachable(text)) => (3, text),
        Err(Failure::Machine(text)) => (4, text),
        // What a shell reports of a program that a signal has ended.
        Err(Failure::Interrupted { signal, text }) => (128 + signal, text),
    };
    // Nobody is left to be told that this could not be told.
    writeln!(io::stderr(), "gcfn: {text}").ok();
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;
    use gcfn_localnet::network::Wait;

    #[test]
    fn who_did_not_answer_in_time_was_not_reached() {
        let wait = Wait::new("cn".parse().expect("a name"), "cn to be ready");
        let late = NotInTime { wait, last: String::new(), log: "cn/log.txt".into() };
        let fault = anyhow::Error::from(late).context("start the network");
        let Failure::Unreachable(text) = Failure::of(&fault) else { panic!("{fault:#}") };
        assert!(text.contains("cn to be ready did not come within 30 s"), "{text}");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_no_wrong_usage() {
        let fault = Err::<(), _>(io::Error::other("disk full")).context("write a file");
        assert!(matches!(Failure::of(&fault.expect_err("failed")), Failure::Machine(_)));
    }
}
