//! How far a search of scenarios goes.

/// Which scenarios a search runs: all up to a size, or as many of them as it may.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub(super) threads: usize,
    pub(super) calls: usize,
    pub(super) interleavings: u64,
}

impl Scope {
    /// Every scenario of up to so many threads and so many calls, those of all threads together.
    ///
    /// # Panics
    ///
    /// If there are more threads than a model can have, which is five.
    pub fn new(threads: usize, calls: usize) -> Scope {
        assert!(
            (1..=5).contains(&threads),
            "a model has one to five threads"
        );
        Scope {
            threads,
            calls,
            interleavings: u64::MAX,
        }
    }

    /// Begins no scenario any more when so many interleavings were run. What was left out is said
    /// by the outcome. (Not a time: the same answer gets the same verdict on every machine.)
    #[must_use]
    pub fn within(mut self, interleavings: u64) -> Scope {
        self.interleavings = interleavings;
        self
    }
}
