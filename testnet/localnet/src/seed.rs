//! A small generator for order flows: the same seed gives the same orders on every machine.

/// SplitMix64 (Steele, Lea and Flood, 2014): one word of state, good enough to vary a demo and
/// for nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Seed(u64);

impl Seed {
    /// A generator.
    #[must_use]
    pub(crate) const fn new(seed: u64) -> Seed {
        Seed(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of `0..below`. The bias is below one in 2^32 for what is asked here.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.bits() % below }
    }

    /// One of `items`.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.below(items.len() as u64);
        items.get(usize::try_from(index).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn a_seed_gives_what_the_paper_gives() {
        let mut seed = Seed::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| seed.bits()).collect();
        assert_eq!(drawn, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
    }

    #[test]
    fn draws_stay_below_their_bound() {
        let mut seed = Seed::new(7);
        assert!((0..1000).all(|_| seed.below(10) < 10));
        assert_eq!(seed.pick::<u8>(&[]), None);
    }
}
