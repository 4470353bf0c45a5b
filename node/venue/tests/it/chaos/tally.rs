//! How often commands of each kind are asked for, and how often they are carried out.

use std::collections::BTreeMap;
use std::fmt;

/// By the name of the verb, or of the command where it is no request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(BTreeMap<String, Count>);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    asked: u64,
    done: u64,
}

impl Tally {
    /// Counts a command that was asked for, and whether it was carried out.
    pub(crate) fn note(&mut self, name: &str, done: bool) {
        let count = self.0.entry(name.to_owned()).or_default();
        count.asked += 1;
        count.done += u64::from(done);
    }

    /// Counts what another has counted.
    pub(crate) fn add(&mut self, other: &Tally) {
        for (name, more) in &other.0 {
            let count = self.0.entry(name.clone()).or_default();
            count.asked += more.asked;
            count.done += more.done;
        }
    }

    /// How often it was carried out.
    pub(crate) fn done(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |count| count.done)
    }

    /// How often any was asked for, and how often one was carried out.
    pub(crate) fn all(&self) -> (u64, u64) {
        let sum = |of: fn(&Count) -> u64| self.0.values().map(of).sum();
        (sum(|count| count.asked), sum(|count| count.done))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asked, done) = self.all();
        writeln!(f, "{done} of {asked} commands were carried out")?;
        for (name, Count { asked, done }) in &self.0 {
            writeln!(f, "{name:>28} {:>3} %  {done} of {asked}", done * 100 / asked)?;
        }
        Ok(())
    }
}
