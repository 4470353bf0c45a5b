//! The canonical encoding, many times over.

use alloc::vec::Vec;
use serde::Serialize;

/// Encodes one value after the other into the same memory: what is encoded to be hashed, for
/// every event and every request, is not worth an allocation that grows with every few bytes.
#[derive(Clone, Debug, Default)]
pub struct Encoder(Vec<u8>);

/// Room for most values.
const ROOM: usize = 256;

impl Encoder {
    /// The canonical bytes of `value` (postcard), until the next are asked for.
    ///
    /// # Panics
    /// When `value` is not plain data: a sequence that does not know its length.
    pub fn encode(&mut self, value: &impl Serialize) -> &[u8] {
        loop {
            match postcard::to_slice(value, &mut self.0).map(|bytes| bytes.len()) {
                Ok(len) => return self.0.get(..len).expect("it was written there"),
                Err(postcard::Error::SerializeBufferFull) => {
                    self.0.resize(self.0.len().saturating_mul(2).max(ROOM), 0);
                }
                Err(fault) => panic!("plain data always encodes: {fault}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_length_have_their_canonical_bytes() {
        let mut encoder = Encoder::default();
        for len in [0usize, 1, 255, 256, 257, 10_000, 3] {
            let value: Vec<u16> = (0..).take(len).collect();
            let bytes = postcard::to_allocvec(&value).unwrap();
            assert_eq!(encoder.encode(&value), bytes, "{len} numbers");
        }
    }
}
