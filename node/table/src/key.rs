//! What rows are found by.

use core::hash::{Hash, Hasher};

/// A key of an [`Index`](crate::Index): small, with an order for the keys that share a hash.
pub trait Key: Copy + Ord + Hash {}

impl<T: Copy + Ord + Hash> Key for T {}

/// Spreads keys that are counted: 128 bits of the golden ratio's fraction.
pub(crate) const MASKS: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Mixes all bits of `key`: one half times the other in 128 bits, the product folded. Never 0.
#[inline]
pub(crate) fn hash<K: Key>(key: K) -> u32 {
    let mut folded = Fold(0);
    key.hash(&mut folded);
    u32::try_from(folded.finish() >> 32).expect("32 bits are left of 64") | 0x8000_0000
}

/// What is written, rotated and added up: keys are ids with little beside them, so this tells
/// them apart, and it costs next to nothing. Keys that it does not tell apart are found in a tree.
struct Fold(u128);

impl Fold {
    #[inline]
    fn add(&mut self, word: u128) {
        self.0 = self.0.rotate_left(29) ^ word;
    }
}

impl Hasher for Fold {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.add(u128::from_be_bytes(*word)));
        if !rest.is_empty() {
            let mut word = [0; 16];
            word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            self.add(u128::from_be_bytes(word));
        }
    }

    #[inline]
    fn write_u8(&mut self, n: u8) {
        self.add(u128::from(n));
    }

    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.add(u128::from(n));
    }

    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.add(u128::from(n));
    }

    #[inline]
    fn write_u128(&mut self, n: u128) {
        self.add(n);
    }

    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.add(n as u128);
    }

    #[inline]
    fn finish(&self) -> u64 {
        const HALF: u128 = 0xffff_ffff_ffff_ffff;
        let bits = self.0 ^ MASKS;
        let product = (bits >> 64).wrapping_mul(bits & HALF);
        u64::try_from((product ^ (product >> 64)) & HALF).expect("64 bits are left of 128")
    }
}
