//! How a verb ends that was not done.

use gcfn_localnet::client::CallError;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a verb was not done. The exit code is a contract.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The network, or what was to be proven, says no.
    Refused(String),
    /// What was asked for makes no sense here.
    Usage(String),
    /// No node answered.
    Unreachable(String),
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

    /// What went wrong while talking to nodes: by the call that failed, if one did.
    pub(crate) fn of(fault: &anyhow::Error) -> Failure {
        let text = format!("{fault:#}");
        match fault.downcast_ref::<CallError>() {
            Some(CallError::Unreachable { .. } | CallError::Garbled { .. }) => {
                Failure::Unreachable(text)
            }
            Some(_) => Failure::Refused(text),
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
        Err(Failure::Output(fault)) => (1, format!("print results: {fault}")),
        Err(Failure::Refused(text)) => (1, text),
        Err(Failure::Usage(text)) => (2, text),
        Err(Failure::Unreachable(text)) => (3, text),
    };
    // Nobody is left to be told that this could not be told.
    writeln!(io::stderr(), "gcfn: {text}").ok();
    ExitCode::from(code)
}
