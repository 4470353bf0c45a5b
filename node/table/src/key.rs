//! What rows are found by.

use gcfn_model::Id;

/// A key of an [`Index`](crate::Index).
pub trait Key: Copy + Ord {
    /// 128 bits that tell keys apart, as many of them as may be: the hash mixes them.
    ///
    /// Equal keys have equal bits. Different keys with equal bits are told apart all the same,
    /// at the price of a tree.
    fn bits(self) -> u128;
}

impl<K> Key for Id<K> {
    fn bits(self) -> u128 {
        u128::from_be_bytes(*self.as_bytes())
    }
}

impl Key for u64 {
    fn bits(self) -> u128 {
        u128::from(self)
    }
}

impl Key for u128 {
    fn bits(self) -> u128 {
        self
    }
}

/// Spreads keys that are counted: 128 bits of the golden ratio's fraction.
pub(crate) const MASKS: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Mixes all bits of `key`: one half times the other in 128 bits, the product folded. Never 0.
pub(crate) fn hash<K: Key>(key: K) -> u32 {
    const HALF: u128 = 0xffff_ffff_ffff_ffff;
    let bits = key.bits() ^ MASKS;
    let product = (bits >> 64).wrapping_mul(bits & HALF);
    let folded = (product ^ (product >> 64)) & HALF;
    u32::try_from(folded >> 32).expect("32 bits are left of 64") | 0x8000_0000
}
