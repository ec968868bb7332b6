//! The search of a scope: scenario after scenario, until one fails.
use std::sync::{Arc, Mutex, PoisonError};

use super::automaton::{Automaton, Numbers, Plan};
use super::describe::describe;
use super::perform::{Log, perform};
use super::progress::progress;
use super::scenario::{self, Scenario};
use super::{Scope, Spec, Subject};
use crate::explore::{self, Failure, Outcome, PREEMPTIONS, Scenarios};
use picture::Certainty;

/// Runs every scenario of a scope in which nobody may be left waiting, and fails with the first in
/// which an object does what its specification does not allow.
///
/// Each is searched over all interleavings with up to two preemptions, atomics taken as sequentially
/// consistent; and once more with the orderings as written, if there are atomics.
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
                calls: scope.calls,
                run,
                of: all.len(),
            }),
        })
    }

    /// The scenarios of a scope that can be judged, in the order in which they are run.
    fn judged(&self, scope: Scope) -> Vec<(Scenario<T::Spec>, Plan)> {
        let mut automaton = self
            .automaton
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let end = T::Spec::CALLS.len();
        let mut judged = Vec::new();
        for scenario in scenario::all::<T::Spec>(scope) {
            let plan = self.numbers.plan(&scenario);
            let becomes = progress(&mut automaton, &plan, end);
            let kept = becomes.end_matters.then(|| scenario.kept());
            if !becomes.can_be_stuck {
                judged.push((scenario, plan));
            }
            if let Some(kept) = kept {
                let plan = self.numbers.plan(&kept);
                if !progress(&mut automaton, &plan, end).can_be_stuck {
                    judged.push((kept, plan));
                }
            }
        }
        judged
    }

    /// Searches one scenario; how many interleavings it has.
    fn one(&self, scenario: &Scenario<T::Spec>, plan: &Plan) -> Result<u64, Box<Failure>> {
        let log = Arc::new(Log::new(plan.clone(), Arc::clone(&self.automaton)));
        let searched = explore::one_of_many({
            let (scenario, log, numbers) =
                (scenario.clone(), Arc::clone(&log), self.numbers.clone());
            move || perform::<T>(&scenario, &log, &numbers)
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
