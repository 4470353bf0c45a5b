//! What is shown while something takes time: on standard error, because results are elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const BETWEEN: Duration = Duration::from_millis(200);

/// Where progress is shown, if anywhere.
#[derive(Debug)]
pub struct Screen {
    live: bool,
    shown: Option<Instant>,
}

impl Screen {
    /// A line that is drawn again and again, on a terminal; nothing anywhere else.
    #[must_use]
    pub fn new(quiet: bool) -> Screen {
        Screen { live: !quiet && std::io::stderr().is_terminal(), shown: None }
    }

    /// Shows what is waited for and since when.
    pub fn show(&mut self, what: &str, since: Instant) {
        let now = Instant::now();
        if !self.live || self.shown.is_some_and(|last| now < last + BETWEEN) {
            return;
        }
        self.shown = Some(now);
        let seconds = since.elapsed().as_secs();
        // Progress that cannot be shown is no failure.
        write!(std::io::stderr(), "\r\x1b[2K  … {what} ({seconds} s)").ok();
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.live && self.shown.take().is_some() {
            write!(std::io::stderr(), "\r\x1b[2K").ok();
        }
    }
}
