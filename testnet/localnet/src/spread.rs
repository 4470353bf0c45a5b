//! Figures of several runs: the one in the middle, and how far the others are from it.

use serde::Serialize;
use std::collections::BTreeMap;

/// One figure over all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// The one in the middle; the lower of the two in the middle of an even number.
    pub median: u64,
    /// The smallest.
    pub min: u64,
    /// The largest.
    pub max: u64,
}

/// What a run has measured.
pub trait Figures {
    /// Every figure that differs from run to run, by name.
    fn figures(&self) -> Vec<(&'static str, u64)>;
}

/// The spread of every figure of `runs`, by its name. A run that lacks one is not counted for it.
#[must_use]
pub fn spreads<R: Figures>(runs: &[R]) -> BTreeMap<&'static str, Spread> {
    let mut found = BTreeMap::<&'static str, Vec<u64>>::new();
    for (name, figure) in runs.iter().flat_map(Figures::figures) {
        found.entry(name).or_default().push(figure);
    }
    let spread = |mut figures: Vec<u64>| {
        figures.sort_unstable();
        let (min, max) = (*figures.first()?, *figures.last()?);
        Some(Spread { median: *at_percent(&figures, 50)?, min, max })
    };
    found.into_iter().filter_map(|(name, figures)| Some((name, spread(figures)?))).collect()
}

/// What `percent` of 100 do not exceed, of what is in order.
pub(crate) fn at_percent<T>(ordered: &[T], percent: usize) -> Option<&T> {
    at_per_mille(ordered, 10 * percent)
}

/// What `per_mille` of 1000 do not exceed, of what is in order.
#[must_use]
pub fn at_per_mille<T>(ordered: &[T], per_mille: usize) -> Option<&T> {
    ordered.get((ordered.len() * per_mille).div_ceil(1000).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Run(&'static str, u64);

    impl Figures for Run {
        fn figures(&self) -> Vec<(&'static str, u64)> {
            vec![(self.0, self.1)]
        }
    }

    #[test]
    fn the_median_is_a_run_that_there_was() {
        let runs = [40, 10, 30, 20].map(|figure| Run("ready_ms", figure));
        assert_eq!(spreads(&runs)["ready_ms"], Spread { median: 20, min: 10, max: 40 });
        let of_one = spreads(&runs[..1]);
        assert_eq!(of_one["ready_ms"], Spread { median: 40, min: 40, max: 40 });
    }

    #[test]
    fn a_figure_is_of_those_that_have_it() {
        let spreads = spreads(&[Run("a", 1), Run("b", 2)]);
        assert_eq!((spreads["a"].max, spreads["b"].min), (1, 2));
    }
}
