//! The search of a scope: scenario after scenario, until one fails.
use std::sync::{Arc, Mutex, PoisonError};

use super::automaton::{Automaton, Numbers, Plan};
use super::describe::describe;
use super::enumerate;
use super::log::Log;
use super::perform::perform;
use super::progress::{progress, sleepers};
use super::scope::PREEMPTIONS;
use super::{Manner, SHORT, Scenario, Scope, Spec, Subject, in_turn};
use crate::explore::{self, Brief, Failure, Outcome, Scenarios};
use picture::Certainty;

/// Runs every scenario of a scope that can be judged, and fails with the first in which an object
/// does what its specification does not allow.
///
/// Each is searched over all interleavings with up to two preemptions, atomics taken as
/// sequentially consistent; and once more with the orderings as written, if there are atomics and
/// the calls come at once.
///
/// # Panics
///
/// If a scenario fails, or cannot be searched to its end.
pub fn conforms<T: Subject>(scope: Scope) -> Outcome {
    let numbers = Numbers::new();
    let automaton = Automaton::new(Box::new(numbers.clone()));
    let search = Search::<T> {
        numbers,
        automaton: Arc::new(Mutex::new(automaton)),
    };
    explore::conclude(search.run(scope))
}

/// Which comes first: by the number of calls, of more than two those that are not plain counted
/// twice; by how likely it is to tell something (each call meets another, several sleep); calls in
/// turn, which have few interleavings.
type Rank = (usize, usize, usize);

struct Search<T: Subject> {
    numbers: Numbers<T::Spec>,
    automaton: Arc<Mutex<Automaton>>,
}

impl<T: Subject> Search<T> {
    fn run(&self, scope: Scope) -> Result<Outcome, Box<Failure>> {
        let all = self.judged(scope);
        let (mut run, mut interleavings) = (0, 0);
        for (scenario, plan) in &all {
            if interleavings >= scope.interleavings {
                break;
            }
            interleavings += self.one(scenario, plan)?;
            run += 1;
        }
        Ok(Outcome {
            certainty: Certainty::Bounded {
                preemptions: PREEMPTIONS,
            },
            interleavings,
            scenarios: Some(Scenarios {
                threads: scope.threads,
                each: scope.each,
                calls: scope.calls,
                turns: scope.turns,
                plain: (scope.calls.max(scope.turns) > SHORT
                    && T::Spec::PLAIN < T::Spec::CALLS.len())
                .then_some((SHORT, T::Spec::PLAIN)),
                run,
                of: all.len(),
            }),
        })
    }

    /// The scenarios of a scope that can be judged, in the order in which they are run: the
    /// smallest and plainest first; then those that are likely to tell something; and among these a
    /// mixture, so that a search that ends early has seen a fair sample.
    fn judged(&self, scope: Scope) -> Vec<(Scenario<T::Spec>, Plan)> {
        let automaton = self.automaton.lock();
        let automaton = &mut *automaton.unwrap_or_else(PoisonError::into_inner);
        let mut judged: Vec<(Rank, Scenario<T::Spec>, Plan)> = Vec::new();
        let weight = |scenario: &Scenario<T::Spec>| match scenario.size() {
            size @ 0..=2 => size,
            size => size + scenario.fancy(),
        };
        for scenario in enumerate::in_turn::<T::Spec>(scope) {
            let plan = self.numbers.plan(&scenario);
            if let Manner::InTurn(turns) = &scenario.manner
                && let Some(sleepers) = sleepers(automaton, &plan, turns)
            {
                let rank = (weight(&scenario), 2 - sleepers.min(2), 0);
                judged.push((rank, scenario, plan));
            }
        }
        let mut judge = |scenario: Scenario<T::Spec>| {
            let plan = self.numbers.plan(&scenario);
            let becomes = progress(automaton, &plan, T::Spec::CALLS.len());
            if !becomes.can_be_stuck {
                let rank = (weight(&scenario), usize::from(!becomes.all_meet), 1);
                judged.push((rank, scenario, plan));
            }
            becomes.end_matters
        };
        for scenario in enumerate::at_once::<T::Spec>(scope) {
            let kept = scenario.kept();
            if judge(scenario) {
                judge(kept);
            }
        }
        let mut numbered: Vec<_> = judged.into_iter().enumerate().collect();
        numbered.sort_by_key(|&(number, (rank, ..))| (rank, mixed(number)));
        let judged = numbered.into_iter();
        judged
            .map(|(_, (_, scenario, plan))| (scenario, plan))
            .collect()
    }

    /// Searches one scenario; how many interleavings it has.
    fn one(&self, scenario: &Scenario<T::Spec>, plan: &Plan) -> Result<u64, Box<Failure>> {
        let log = Arc::new(Log::new(plan.clone(), Arc::clone(&self.automaton)));
        let brief = match &scenario.manner {
            // In a weak memory nobody would know that the others are quiet.
            Manner::InTurn(turns) => Brief {
                preemptions: PREEMPTIONS.min(scenario.size() - turns.len()),
                weak: false,
            },
            _ => Brief {
                preemptions: PREEMPTIONS,
                weak: true,
            },
        };
        let searched = explore::one_of_many(brief, {
            let (scenario, log) = (scenario.clone(), Arc::clone(&log));
            let numbers = self.numbers.clone();
            move || match &scenario.manner {
                Manner::InTurn(turns) => in_turn::perform::<T>(&scenario, turns, &log, &numbers),
                _ => perform::<T>(&scenario, &log, &numbers),
            }
        });
        match searched {
            Ok(outcome) => Ok(outcome.map_or(0, |outcome| outcome.interleavings)),
            Err(mut failure) => {
                describe(&mut failure, scenario, &log, &self.numbers);
                Err(failure)
            }
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
