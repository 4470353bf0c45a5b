//! One line for an error and everything that caused it.

use std::error::Error;
use std::fmt;

/// Displays an error and its sources, outermost first, separated by `: `.
///
/// Errors of this house do not repeat their source in their own text, so the chain reads as
/// one sentence. It is printed once, where the error is handled.
#[derive(Clone, Copy, Debug)]
pub struct ErrorChain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("pay out cycle 7")]
    struct Outer(#[source] Middle);

    #[derive(Debug, thiserror::Error)]
    #[error("instruct bank")]
    struct Middle(#[source] std::io::Error);

    #[test]
    fn a_chain_reads_as_one_sentence() {
        let error = Outer(Middle(std::io::Error::other("connection refused")));
        let text = ErrorChain(&error).to_string();
        assert_eq!(text, "pay out cycle 7: instruct bank: connection refused");
    }
}
