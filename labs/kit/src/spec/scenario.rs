//! A scenario, and every scenario up to a size.
use std::fmt;

use super::Spec;
use super::scope::Scope;

/// What each of some threads calls, one call after the other.
pub struct Scenario<S: Spec> {
    /// How the object is when the threads come to it.
    pub start: S::Start,
    /// The calls of each thread. The last thread is the one that runs the scenario.
    pub threads: Vec<Vec<S::Call>>,
    /// Whether a thread keeps what it holds until all have ended, and gives back nothing itself.
    pub keeps: bool,
}

impl<S: Spec> Scenario<S> {
    /// How many calls there are.
    pub(super) fn size(&self) -> usize {
        self.threads.iter().map(Vec::len).sum()
    }

    /// The calls of a thread, and what it does at its end.
    pub(super) fn calls(&self, thread: usize) -> impl Iterator<Item = S::Call> {
        let end = S::END.filter(|_| !self.keeps);
        self.threads[thread].iter().copied().chain(end)
    }

    /// The same calls, with everything kept.
    pub(super) fn kept(&self) -> Self {
        Scenario {
            keeps: true,
            ..self.clone()
        }
    }

    /// What a picture calls a thread.
    pub(super) fn name(&self, thread: usize) -> String {
        match thread + 1 == self.threads.len() {
            true => "main".to_owned(),
            false => format!("T{}", thread + 1),
        }
    }
}

impl<S: Spec> Clone for Scenario<S> {
    fn clone(&self) -> Self {
        Scenario {
            start: self.start,
            threads: self.threads.clone(),
            keeps: self.keeps,
        }
    }
}

impl<S: Spec> fmt::Debug for Scenario<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<S: Spec> fmt::Display for Scenario<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.start)?;
        for (thread, calls) in self.threads.iter().enumerate() {
            f.write_str(if thread == 0 { ": " } else { " | " })?;
            for (at, call) in calls.iter().enumerate() {
                let space = if at == 0 { "" } else { " " };
                write!(f, "{space}{call:?}")?;
            }
        }
        f.write_str(if self.keeps { ", kept" } else { "" })
    }
}

/// Every scenario within `scope`, up to the order of threads that the start does not tell apart:
/// smallest first, and those of one size in mixed order, so that a search that ends early has seen
/// all smaller ones and a fair sample of the last size.
pub(super) fn all<S: Spec>(scope: Scope) -> Vec<Scenario<S>> {
    let mut found = Vec::new();
    for &start in S::STARTS {
        for threads in 1..=scope.threads.min(scope.calls) {
            let most = scope.calls - (threads - 1);
            let rows: Vec<_> = (0..threads)
                .map(|thread| rows::<S>(start, thread, most))
                .collect();
            choose::<S>(start, &rows, scope.calls, &mut Vec::new(), &mut found);
        }
    }
    let mut numbered: Vec<_> = found.into_iter().enumerate().collect();
    numbered.sort_by_key(|(number, scenario)| (scenario.size(), mixed(*number)));
    numbered.into_iter().map(|(_, scenario)| scenario).collect()
}

/// All that one thread may do, in up to `most` calls.
fn rows<S: Spec>(start: S::Start, thread: usize, most: usize) -> Vec<Vec<S::Call>> {
    let mut rows: Vec<Vec<S::Call>> = vec![Vec::new()];
    let mut longer = 0..1;
    for _ in 0..most {
        for at in longer.clone() {
            for &call in S::CALLS {
                let mut row = rows[at].clone();
                row.push(call);
                if S::sensible(start, thread, &row) {
                    rows.push(row);
                }
            }
        }
        longer = longer.end..rows.len();
    }
    rows.remove(0);
    rows
}

/// Chooses a row for each thread that has none in `chosen` yet. Threads that are alike come in the
/// order of their rows.
fn choose<S: Spec>(
    start: S::Start,
    rows: &[Vec<Vec<S::Call>>],
    calls: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Scenario<S>>,
) {
    let thread = chosen.len();
    let Some(mine) = rows.get(thread) else {
        let threads = chosen.iter().zip(rows);
        found.push(Scenario {
            start,
            threads: threads.map(|(&at, rows)| rows[at].clone()).collect(),
            keeps: false,
        });
        return;
    };
    let alike = thread > S::distinct(start);
    let first = if alike { chosen[thread - 1] } else { 0 };
    let left = rows.len() - thread - 1;
    for (at, row) in mine.iter().enumerate().skip(first) {
        if row.len() + left <= calls {
            chosen.push(at);
            choose(start, rows, calls - row.len(), chosen, found);
            chosen.pop();
        }
    }
}

/// A number that has nothing to do with its neighbours', always the same (SplitMix64).
fn mixed(number: usize) -> u64 {
    let mut z = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
