//! How late a mirror is: from the close of an epoch to its verification.

use gcfn_model::Millis;

/// The upper bounds of the classes, in milliseconds; one more class has everything above.
const BOUNDS: [u64; 14] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 3_000, 5_000, 10_000];

/// Lags counted by class. Enough for percentiles to look at, in a fixed few bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; BOUNDS.len() + 1],
    max: u64,
}

impl Histogram {
    /// Counts one lag.
    pub fn record(&mut self, Millis(lag): Millis) {
        let class = BOUNDS.partition_point(|bound| *bound < lag);
        self.counts[class] = self.counts[class].saturating_add(1);
        self.max = self.max.max(lag);
    }

    /// The lag that `percent` of all did not exceed, rounded up to the bound of its class or to
    /// the greatest lag seen; `None` before the first.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<Millis> {
        let total: u64 = self.counts.iter().sum();
        let rank = total.saturating_mul(percent).div_ceil(100);
        let mut below = 0;
        let class = self.counts.iter().position(|count| {
            below += count;
            0 < rank && rank <= below
        })?;
        Some(Millis(BOUNDS.get(class).copied().unwrap_or(self.max).min(self.max)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_bounds_of_classes() {
        let mut lags = Histogram::default();
        assert_eq!(lags.percentile(50), None);
        for lag in 1..=100 {
            lags.record(Millis(lag));
        }
        assert_eq!(lags.percentile(50), Some(Millis(50)));
        assert_eq!(lags.percentile(99), Some(Millis(100)));
        lags.record(Millis(60_000));
        assert_eq!(lags.percentile(100), Some(Millis(60_000)));
    }

    #[test]
    fn a_single_lag_is_every_percentile() {
        let mut lags = Histogram::default();
        lags.record(Millis(0));
        assert_eq!(lags.percentile(1), Some(Millis(0)));
        assert_eq!(lags.percentile(100), Some(Millis(0)));
    }
}
