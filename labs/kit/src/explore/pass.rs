//! One pass of a search: which executions it runs, under which checker.
use super::{Brief, Certainty, Explorer};
use crate::model::Settings;

const SEED: u64 = 6824;

/// One pass of a search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    pub(super) strategy: Strategy,
    /// Where a random strategy starts.
    pub(super) seed: u64,
    pub(super) settings: Settings,
}

/// Which executions a pass runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Strategy {
    /// loom, up to a number of preemptions.
    Exhaust(Option<usize>),
    /// shuttle, up to a number of preemptions.
    Bounded(usize),
    /// shuttle, at random.
    Random,
    /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010) at this depth.
    Pct(usize),
    /// Uniform random walk.
    Urw,
    /// shuttle, once, on the way that is said.
    Directed,
}

/// What a search goes through, in this order.
pub(super) fn passes(explorer: &Explorer) -> Vec<Pass> {
    let usual = Settings::default();
    let pass = |strategy, settings| Pass {
        strategy,
        seed: SEED,
        settings,
    };
    if explorer.sampled {
        let strategies = [
            Strategy::Random,
            Strategy::Pct(2),
            Strategy::Pct(3),
            Strategy::Urw,
            Strategy::Bounded(1),
        ];
        return strategies.map(|strategy| pass(strategy, usual)).to_vec();
    }
    if let Some(Brief { preemptions, weak }) = explorer.brief {
        let exhaust = Strategy::Exhaust(Some(preemptions));
        let sequential = Settings {
            sequential: true,
            ..usual
        };
        let last_first = Settings {
            last_first: true,
            ..sequential
        };
        let mut passes = vec![pass(exhaust, sequential), pass(exhaust, last_first)];
        passes.extend(weak.then(|| pass(exhaust, usual)));
        return passes;
    }
    let limit = explorer.preemptions.unwrap_or(usize::MAX);
    let exhaust = |bound| Strategy::Exhaust(Some(limit.min(bound)));
    let sequential = Settings {
        sequential: true,
        ..usual
    };
    let spurious = Settings {
        spurious: true,
        ..sequential
    };
    let last_first = Settings {
        last_first: true,
        ..sequential
    };
    let mut passes = vec![pass(exhaust(1), sequential)];
    if limit > 1 {
        passes.push(pass(exhaust(2), sequential));
    }
    passes.push(pass(exhaust(1), spurious));
    passes.push(pass(exhaust(2), last_first));
    passes.push(pass(exhaust(2), usual));
    if limit > 2 {
        passes.push(pass(exhaust(3), usual));
    }
    if limit > 3 {
        passes.push(pass(Strategy::Exhaust(explorer.preemptions), usual));
    }
    passes
}

impl Pass {
    /// Whether condition variables and exchanges do what they mostly do.
    pub(super) fn is_usual(self) -> bool {
        !self.settings.spurious && !self.settings.last_first
    }

    /// What is known when the pass has found nothing.
    pub(super) fn certainty(self, schedules: u64) -> Certainty {
        match self.strategy {
            Strategy::Exhaust(None) => Certainty::Exhaustive,
            Strategy::Exhaust(Some(preemptions)) => Certainty::Bounded { preemptions },
            _ => Certainty::Sampled { schedules },
        }
    }

    /// The same pass from another start.
    pub(super) fn with_seed(self, seed: Option<u64>) -> Pass {
        match seed {
            Some(seed) => self.with_few_switches(seed),
            None => self,
        }
    }

    /// A random pass whose schedules switch seldom, for a failure that is shown; its own start is
    /// itself.
    pub(super) fn with_few_switches(self, seed: u64) -> Pass {
        if seed == self.seed {
            return self;
        }
        Pass {
            strategy: Strategy::Pct(2 + seed as usize % 2),
            seed,
            ..self
        }
    }

    /// Whether a failure with the orderings as written may be one of the interleaving still: no
    /// pass before it has run as much with every atomic `SeqCst`.
    pub(super) fn may_blame_orderings(self) -> bool {
        let Strategy::Exhaust(bound) = self.strategy else {
            return false;
        };
        let usual = Settings::default();
        let as_written = self.settings.sequential == usual.sequential
            && self.settings.spurious == usual.spurious
            && self.settings.last_first == usual.last_first;
        as_written && bound.is_none_or(|bound| bound > 2)
    }

    /// The same pass with every atomic `SeqCst`.
    pub(super) fn sequential(self) -> Pass {
        let settings = Settings {
            sequential: true,
            ..self.settings
        };
        Pass { settings, ..self }
    }

    pub(super) fn is_loom(self) -> bool {
        matches!(self.strategy, Strategy::Exhaust(_))
    }

    pub(super) fn in_data(self, interleaving: u64, interleavings: u64) -> picture::Search {
        picture::Search {
            preemptions: match self.strategy {
                Strategy::Exhaust(bound) => bound,
                Strategy::Bounded(bound) => Some(bound),
                _ => None,
            },
            sampled: !self.is_loom(),
            sequential: self.settings.sequential,
            spurious: self.settings.spurious,
            last_first: self.settings.last_first,
            undecided: false,
            interleaving,
            interleavings,
        }
    }
}
