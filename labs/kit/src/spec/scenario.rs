//! A scenario: who calls what, and when.
use std::fmt;

use super::{Scope, Spec};

/// What each of some threads calls, one call after the other.
pub struct Scenario<S: Spec> {
    /// How the object is when the threads come to it.
    pub start: S::Start,
    /// The calls of each thread. The last thread is the one that runs the scenario.
    pub threads: Vec<Vec<S::Call>>,
    /// When they call it, and until when they keep what they hold.
    pub manner: Manner,
}

/// When the threads of a scenario call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// All at once. Each gives back what it holds as it ends.
    AtOnce,
    /// All at once. Each keeps what it holds until all have ended.
    Keeping,
    /// First one after the other, by these threads: each call begins when nobody moves any more. So
    /// it is known who sleeps, and in which order they came. Then what is left, at once. All keep
    /// what they hold.
    InTurn(Vec<usize>),
}

impl<S: Spec> Scenario<S> {
    /// How many calls there are.
    pub(super) fn size(&self) -> usize {
        self.threads.iter().map(Vec::len).sum()
    }

    /// How many of its calls are not among the plainest.
    pub(super) fn fancy(&self) -> usize {
        let plain = &S::CALLS[..S::PLAIN.min(S::CALLS.len())];
        let calls = self.threads.iter().flatten();
        calls.filter(|call| !plain.contains(call)).count()
    }

    /// Whether it has no more than `short` calls, or is made of plain calls only.
    pub(super) fn is_plain(&self, short: usize) -> bool {
        self.size() <= short || self.fancy() == 0
    }

    /// Whether it is one of those in `scope`.
    pub(super) fn is_in(&self, scope: Scope) -> bool {
        let fits = match self.manner {
            Manner::AtOnce | Manner::Keeping => {
                let each = self.threads.iter().map(Vec::len).max();
                self.size() <= scope.calls && each.is_none_or(|each| each <= scope.each)
            }
            Manner::InTurn(_) => self.size() <= scope.turns,
        };
        fits && self.threads.len() <= scope.threads && self.is_plain(scope.short)
    }

    /// The calls of a thread, and what it does at its end.
    pub(super) fn calls(&self, thread: usize) -> impl Iterator<Item = S::Call> {
        let end = S::END.filter(|_| self.manner == Manner::AtOnce);
        self.threads[thread].iter().copied().chain(end)
    }

    /// The same calls, with everything kept.
    pub(super) fn kept(&self) -> Self {
        Scenario {
            manner: Manner::Keeping,
            ..self.clone()
        }
    }

    /// What a picture calls a thread.
    pub(super) fn name(&self, thread: usize) -> String {
        match self.manner {
            Manner::AtOnce | Manner::Keeping if thread + 1 == self.threads.len() => {
                "main".to_owned()
            }
            _ => format!("T{}", thread + 1),
        }
    }
}

impl<S: Spec> Clone for Scenario<S> {
    fn clone(&self) -> Self {
        Scenario {
            start: self.start,
            threads: self.threads.clone(),
            manner: self.manner.clone(),
        }
    }
}

impl<S: Spec> fmt::Debug for Scenario<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scenario {
            start,
            threads,
            manner,
        } = self;
        write!(f, "{start:?}: {threads:?} {manner:?}")
    }
}
