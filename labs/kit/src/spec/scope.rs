//! How far a search of scenarios goes.

/// Up to this number of calls, scenarios are made of all calls; longer ones of the plainest only.
pub const SHORT: usize = 3;

/// With how many preemptions scenarios are searched: nearly all mistakes need no more.
pub(super) const PREEMPTIONS: usize = 2;

/// Which scenarios a search runs: all up to a size, or as many of them as it may.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub(super) threads: usize,
    pub(super) each: usize,
    pub(super) calls: usize,
    pub(super) interleavings: u64,
    pub(super) turns: usize,
    /// Scenarios of more calls are made of the plainest.
    pub(super) short: usize,
}

impl Scope {
    /// Every scenario of up to `threads` threads, with up to `each` calls each and `calls` in all.
    ///
    /// # Panics
    ///
    /// If there are more threads than a model can have, which is five.
    pub fn new(threads: usize, each: usize, calls: usize) -> Scope {
        let model = 1..=MOST_THREADS;
        assert!(model.contains(&threads), "a model has one to five threads");
        Scope {
            threads,
            each,
            calls,
            interleavings: u64::MAX,
            turns: 0,
            short: SHORT,
        }
    }

    /// And every scenario of up to `calls` calls, one after the other: each begins when every
    /// thread has returned or sleeps, but the last two may come at once. These have few
    /// interleavings.
    #[must_use]
    pub fn in_turn(mut self, calls: usize) -> Scope {
        self.turns = calls;
        self
    }

    /// Begins no further scenario once `interleavings` have been run; the outcome says what was
    /// left out. (It is not a time, so that the same answer gets the same verdict everywhere.)
    #[must_use]
    pub fn within(mut self, interleavings: u64) -> Scope {
        self.interleavings = interleavings;
        self
    }

    /// The next wider scope, after `step` of them: one call more in all, then one more in turn,
    /// then one thread or one call of each more, then one call more before only the plainest are
    /// used.
    pub(super) fn wider(mut self, step: usize) -> Scope {
        let thread = self.threads < MOST_THREADS;
        match step % 4 {
            0 => self.calls += 1,
            1 if self.turns > 0 => self.turns += 1,
            2 if thread => self.threads += 1,
            3 => self.short += 1,
            _ => self.each += 1,
        }
        self
    }
}

/// A model has no more.
const MOST_THREADS: usize = 5;
