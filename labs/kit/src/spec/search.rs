//! The search of a scope: scenario after scenario, until one fails.
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::automaton::{Automaton, Numbers, Plan};
use super::describe::describe;
use super::enumerate;
use super::log::Log;
use super::perform::perform;
use super::progress::{progress, sleepers};
use super::scope::PREEMPTIONS;
use super::{Manner, Scenario, Scope, Spec, Subject, in_turn};
use crate::explore::{self, Brief, Deep, Failure, FailureKind, Outcome, Scenarios};
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

/// Which comes first: by its weight; by how likely it is to tell something (each call meets
/// another, several sleep); calls in turn, which have few interleavings.
type Rank = (usize, usize, usize);

struct Search<T: Subject> {
    numbers: Numbers<T::Spec>,
    automaton: Arc<Mutex<Automaton>>,
}

/// Scenarios that can be judged, in the order in which they are run.
type Judged<S> = Vec<(Scenario<S>, Plan)>;

/// What was run so far.
#[derive(Clone, Copy, Debug, Default)]
struct Ran {
    scenarios: usize,
    interleavings: u64,
}

/// What becomes of a search with a scenario that cannot be searched to its end.
#[derive(Clone, Copy, Debug)]
enum TooLarge {
    Fails,
    /// And said not to have been run.
    IsLeftOut,
}

impl<T: Subject> Search<T> {
    /// Searches a scope; and goes on beyond it for as long as somebody asks for.
    fn run(&self, scope: Scope) -> Result<Outcome, Box<Failure>> {
        let all = self.judged(scope, None, || true);
        let all = all.expect("nobody stopped it");
        let mut ran = Ran::default();
        self.run_each(&all, &mut ran, TooLarge::Fails, |ran| {
            ran.interleavings < scope.interleavings
        })?;
        match explore::deep() {
            None => Ok(outcome::<T::Spec>(scope, ran, all.len())),
            Some(deep) => self.run_on(scope, &all, ran, deep),
        }
    }

    /// Runs what is left of a scope, and then wider ones step by step: in each what is new in it.
    fn run_on(
        &self,
        mut scope: Scope,
        all: &[(Scenario<T::Spec>, Plan)],
        mut ran: Ran,
        deep: Deep,
    ) -> Result<Outcome, Box<Failure>> {
        let left = &all[ran.scenarios..];
        self.run_each(left, &mut ran, TooLarge::IsLeftOut, |_| deep.goes_on())?;
        let mut of = all.len();
        for step in 0.. {
            let wider = scope.wider(step);
            let Some(new) = self.judged(wider, Some(scope), || deep.goes_on()) else {
                break;
            };
            (scope, of) = (wider, of + new.len());
            self.run_each(&new, &mut ran, TooLarge::IsLeftOut, |_| deep.goes_on())?;
        }
        Ok(outcome::<T::Spec>(scope, ran, of))
    }

    /// Runs scenarios while `goes_on`, until one fails.
    fn run_each(
        &self,
        scenarios: &[(Scenario<T::Spec>, Plan)],
        ran: &mut Ran,
        too_large: TooLarge,
        goes_on: impl Fn(&Ran) -> bool,
    ) -> Result<(), Box<Failure>> {
        for (scenario, plan) in scenarios {
            if !goes_on(ran) {
                break;
            }
            match (self.one(scenario, plan), too_large) {
                (Ok(interleavings), _) => {
                    ran.interleavings += interleavings;
                    ran.scenarios += 1;
                }
                (Err(failure), TooLarge::IsLeftOut) if failure.kind == FailureKind::NotExplored => {
                }
                (Err(failure), _) => return Err(failure),
            }
        }
        Ok(())
    }

    /// The scenarios of a scope that can be judged, without those of a scope that is `known`, in
    /// the order in which they are run: the smallest and plainest first; then those that are likely
    /// to tell something; and among these a mixture, so that a search that ends early has seen a
    /// fair sample. `None` if `goes_on` says no meanwhile.
    fn judged(
        &self,
        scope: Scope,
        known: Option<Scope>,
        goes_on: impl Fn() -> bool,
    ) -> Option<Judged<T::Spec>> {
        let automaton = self.automaton.lock();
        let automaton = &mut *automaton.unwrap_or_else(PoisonError::into_inner);
        let mut judged: Vec<(Rank, Scenario<T::Spec>, Plan)> = Vec::new();
        let whole = enumerate::each(scope, |scenario: Scenario<T::Spec>| {
            if !goes_on() {
                return ControlFlow::Break(());
            }
            if known.is_some_and(|known| scenario.is_in(known)) {
                return ControlFlow::Continue(());
            }
            let plan = self.numbers.plan(&scenario);
            let (rank, end_matters) = judge::<T::Spec>(automaton, &scenario, &plan);
            let kept = end_matters.then(|| scenario.kept());
            judged.extend(rank.map(|rank| (rank, scenario, plan)));
            if let Some(kept) = kept {
                let plan = self.numbers.plan(&kept);
                let (rank, _) = judge::<T::Spec>(automaton, &kept, &plan);
                judged.extend(rank.map(|rank| (rank, kept, plan)));
            }
            ControlFlow::Continue(())
        });
        let mut numbered: Vec<_> = judged.into_iter().enumerate().collect();
        numbered.sort_by_key(|&(number, (rank, ..))| (rank, mixed(number)));
        let judged = numbered.into_iter();
        let judged = judged.map(|(_, (_, scenario, plan))| (scenario, plan));
        whole.is_continue().then(|| judged.collect())
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

fn outcome<S: Spec>(scope: Scope, ran: Ran, of: usize) -> Outcome {
    let long = scope.calls.max(scope.turns) > scope.short;
    Outcome {
        certainty: Certainty::Bounded {
            preemptions: PREEMPTIONS,
        },
        interleavings: ran.interleavings,
        scenarios: Some(Scenarios {
            threads: scope.threads,
            each: scope.each,
            calls: scope.calls,
            turns: scope.turns,
            plain: (long && S::PLAIN < S::CALLS.len()).then_some((scope.short, S::PLAIN)),
            run: ran.scenarios,
            of,
        }),
    }
}

/// Where a scenario comes among the others, if it can be judged; and whether it matters until when
/// threads keep what they hold.
fn judge<S: Spec>(
    automaton: &mut Automaton,
    scenario: &Scenario<S>,
    plan: &Plan,
) -> (Option<Rank>, bool) {
    if let Manner::InTurn(turns) = &scenario.manner {
        let rank = sleepers(automaton, plan, turns)
            .map(|sleepers| (weight(scenario), 2 - sleepers.min(2), 0));
        return (rank, false);
    }
    let becomes = progress(automaton, plan, S::CALLS.len());
    let rank = (weight(scenario), usize::from(!becomes.all_meet), 1);
    ((!becomes.can_be_stuck).then_some(rank), becomes.end_matters)
}

/// How large a scenario is: of more than two calls those that are not plain count twice.
fn weight<S: Spec>(scenario: &Scenario<S>) -> usize {
    match scenario.size() {
        size @ 0..=2 => size,
        size => size + scenario.fancy(),
    }
}

/// A number that has nothing to do with its neighbours', always the same (SplitMix64).
fn mixed(number: usize) -> u64 {
    let mut z = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
