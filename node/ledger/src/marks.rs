//! Which of many have changed.

use alloc::vec::Vec;

/// Small numbers, each at most once: a list of them, and a bit for each that tells whether it is
/// on the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    list: Vec<usize>,
    bits: Vec<u64>,
}

impl Marks {
    /// Adds `number`, if it is not there.
    pub(crate) fn add(&mut self, number: usize) {
        let (word, bit) = (number >> 6, 1u64 << (number & 63));
        if self.bits.len() <= word {
            self.bits.resize(word.saturating_add(1), 0);
        }
        let word = self.bits.get_mut(word).expect("there are as many as needed");
        if *word & bit == 0 {
            *word |= bit;
            self.list.push(number);
        }
    }

    /// Removes and gives all, the least first.
    pub(crate) fn take(&mut self) -> Vec<usize> {
        let mut list = core::mem::take(&mut self.list);
        for number in &list {
            if let Some(word) = self.bits.get_mut(number >> 6) {
                *word = 0;
            }
        }
        list.sort_unstable();
        list
    }
}
