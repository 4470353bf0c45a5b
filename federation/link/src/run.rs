//! One node, one run: the same keys started twice must not speak with two tongues.
//!
//! Whoever has a copy of a node's folder can start it a second time, on another machine, while
//! the first one runs. Both would show a certificate that is in order; a replica of a cell would
//! then vote twice. So every run draws a number, says it with each call, and whoever is called
//! listens to one run of a node at a time: the one whose connection is open.
//!
//! It knows nothing of which of the two is the right one; that is for a person to say.

use gcfn_model::NodeId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The header that carries a [`Run`].
pub(crate) const HEADER: &str = "gcfn-run";

/// One run of a node's program, from its start to its end. Text form: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Run(u128);

impl Run {
    pub(crate) fn draw() -> Result<Run, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Run(u128::from_be_bytes(bytes)))
    }

    pub(crate) fn parse(text: &str) -> Option<Run> {
        let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| u128::from_str_radix(text, 16).ok().map(Run)).flatten()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A connection, for as long as it is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Arc<()>);

/// The run of each node that is listened to, and its connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs(Arc<Mutex<BTreeMap<NodeId, Heard>>>);

#[derive(Debug)]
struct Heard {
    run: Run,
    connections: Vec<Weak<()>>,
}

impl Runs {
    /// Whether `node` is listened to in this `run`: not while another has a connection open.
    ///
    /// A run that has ended, however that happened, has none: the system closes them.
    pub(crate) fn admit(&self, node: NodeId, run: Run, connection: &Connection) -> bool {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = runs.entry(node).or_insert_with(|| Heard { run, connections: Vec::new() });
        heard.connections.retain(|open| 0 < open.strong_count());
        if heard.run != run {
            if !heard.connections.is_empty() {
                return false;
            }
            heard.run = run;
        }
        let known = |open: &Weak<()>| std::ptr::eq(open.as_ptr(), Arc::as_ptr(&connection.0));
        if !heard.connections.iter().any(known) {
            heard.connections.push(Arc::downgrade(&connection.0));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_is_listened_to_until_its_last_connection_is_closed() {
        let (runs, node) = (Runs::default(), "cn".parse().expect("a name"));
        let (first, second) = (Run(1), Run(2));
        let (one, two) = (Connection::default(), Connection::default());
        assert!(runs.admit(node, first, &one) && runs.admit(node, first, &two));
        assert!(!runs.admit(node, second, &Connection::default()));
        drop(one);
        assert!(!runs.admit(node, second, &Connection::default()));
        drop(two);
        let three = Connection::default();
        assert!(runs.admit(node, second, &three), "the first is gone");
        assert!(!runs.admit(node, first, &Connection::default()), "and does not come back");
        assert!(runs.admit("hk".parse().expect("a name"), first, &Connection::default()));
    }

    #[test]
    fn a_run_is_read_as_it_is_written() {
        let run = Run::draw().expect("random bytes");
        assert_eq!(Run::parse(&run.to_string()), Some(run));
        for wrong in ["", "12", &"g".repeat(32), &format!("+{}", "1".repeat(31))] {
            assert_eq!(Run::parse(wrong), None, "{wrong}");
        }
    }
}
