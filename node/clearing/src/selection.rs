//! Which bundles to settle when there is not money for all: the most value that the funds carry.
//!
//! To find the best set is NP-hard (the "bank clearing problem"). Of a dozen bundles every set is
//! tried. For more, what is done is the known remedy: start from everything and take out, account by account, what its shortfall asks for;
//! start from nothing and put in the largest first; then improve both by putting in what was left
//! out and repairing what that breaks, for as long as it gains value and the steps last. The
//! first start finds circles that settle only as a whole (gridlock), the second what single
//! payments do; the better of the two is taken. The same input gives the same answer.
//!
//! Sources: U. Güntzer, D. Jungnickel, M. Leclerc, "Efficient algorithms for the clearing of
//! interbank payments", European Journal of Operational Research 106 (1998); M. Bech, K. Soramäki,
//! "Gridlock resolution in interbank payment systems", Bank of Finland Discussion Paper 9/2001.

mod scales;

use crate::Bundle;
use crate::netting::{Netting, Positions};
use alloc::vec::Vec;
use core::cmp::Reverse;
use scales::{Items, Scales};

/// Of so many bundles every set is tried.
const TRIED_ALL_MAX: usize = 12;

/// How many steps the improvement of one start takes at most, beside some for each bundle: it
/// bounds the time. A quiet cycle never comes near it.
const STEPS: u64 = 400_000;
const STEPS_PER_BUNDLE: u64 = 2;

/// Which of `bundles` settle: the most value that `funds` carry under these terms, as good as the
/// heuristic finds it. An account that `funds` does not name has nothing.
///
/// What counts as value is, in one currency, the amount; across currencies, the part that it is
/// of all that the bundles owe in that currency, for a house knows no exchange rates.
///
/// Every single bundle left out would make somebody short if it were added to those kept.
pub(crate) fn most_value(bundles: &[&Bundle], funds: &Positions, netting: Netting) -> Vec<bool> {
    let items = Items::new(bundles, funds);
    if items.len() <= TRIED_ALL_MAX {
        let mut scales = Scales::new(&items, netting);
        scales.try_all();
        return scales.into_kept();
    }
    by_exchange(&items, netting)
}

/// The heuristic, for more bundles than can be tried in every way.
fn by_exchange(items: &Items, netting: Netting) -> Vec<bool> {
    let mut from_all = Scales::new(items, netting);
    (0..items.len()).for_each(|item| from_all.put(item));
    if from_all.is_balanced() {
        return from_all.into_kept();
    }
    let mut by_value: Vec<usize> = (0..items.len()).collect();
    by_value.sort_by_key(|&item| (Reverse(items.value(item)), item));

    from_all.reduce();
    improve(&mut from_all, &by_value);
    let mut from_nothing = Scales::new(items, netting);
    improve(&mut from_nothing, &by_value);
    match from_all.value() < from_nothing.value() {
        true => from_nothing.into_kept(),
        false => from_all.into_kept(),
    }
}

/// Puts in what fits, then what gains value although others have to leave for it.
fn improve(scales: &mut Scales<'_>, by_value: &[usize]) {
    scales.fill(by_value);
    let each = STEPS_PER_BUNDLE.saturating_mul(by_value.len() as u64);
    scales.allow(STEPS.saturating_add(each));
    let mut gains = true;
    while gains {
        gains = false;
        for &item in by_value {
            if !scales.keeps(item) && scales.has_steps() {
                gains |= scales.exchange(item);
            }
        }
    }
    scales.fill(by_value);
}

#[cfg(test)]
mod tests;
