//! One string of bytes is all the chance there is. Its length is the size of
//! the test: when it runs out, the story ends. A seed is expanded into bytes; a
//! fuzzer brings its own.

/// Bytes that are used up from the front.
#[derive(Clone, Debug)]
pub(crate) struct Entropy {
    bytes: Vec<u8>,
    at: usize,
}

impl Entropy {
    /// Chance given from outside.
    pub(crate) const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }

    /// A seed, expanded by splitmix64.
    pub(crate) fn from_seed(seed: u64, len: usize) -> Self {
        let mut state = seed;
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
        }
        bytes.truncate(len);
        Self::from_bytes(bytes)
    }

    /// The next bytes as they are, at most this many.
    pub(crate) fn rest(&self, most: usize) -> Vec<u8> {
        let ahead = self.bytes.iter().skip(self.at);
        ahead.take(most).copied().collect()
    }

    /// The bytes are used up.
    pub(crate) const fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// A number from 0 to `last`, both included; 0 once the bytes are used up.
    pub(crate) fn upto(&mut self, last: u64) -> u64 {
        let mut value = 0_u64;
        let mut span = last;
        while span > 0 {
            value = (value << 8) | u64::from(self.byte());
            span >>= 8;
        }
        last.checked_add(1).map_or(value, |count| value % count)
    }

    /// True in `parts` of 256 cases.
    pub(crate) fn chance(&mut self, parts: u8) -> bool {
        self.byte() < parts
    }

    /// One of several; the first once the bytes are used up.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let last = of.len().checked_sub(1)?;
        let at = usize::try_from(self.upto(last as u64)).ok()?;
        of.get(at).copied()
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::Entropy;

    #[test]
    fn a_seed_gives_the_same_numbers_and_all_of_them() {
        let mut a = Entropy::from_seed(7, 400);
        let mut b = Entropy::from_seed(7, 400);
        let mut seen = [false; 10];
        while !a.is_over() {
            let number = a.upto(9);
            assert_eq!(number, b.upto(9));
            seen[usize::try_from(number).unwrap()] = true;
        }
        assert_eq!(seen, [true; 10]);
        assert_eq!(a.upto(9), 0);
    }
}
