//! What checks of several exercises use to make thousands of calls: numbers that have nothing to do
//! with one another, and are the same in every run.

/// A row of numbers (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    /// The row of this number.
    pub(crate) fn new(row: u64) -> Self {
        Random(row)
    }

    /// The next number below this limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}
