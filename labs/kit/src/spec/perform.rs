//! Runs a scenario once, inside a model, and keeps what its calls returned.
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::automaton::{Automaton, Numbers, Plan, ReturnId};
use super::order::{Event, Explained, Unexplained, explain};
use super::{At, Scenario, Spec, Subject};
use crate::{message, model, record, thread};

/// What the panic says that ends an execution which no order explains.
pub(super) const UNEXPLAINED: &str = "no order of these calls explains what they returned";

/// What the calls of an execution returned, and whether some order explains that. Outside the model:
/// it takes no step, and orders no memory.
pub(super) struct Log {
    plan: Plan,
    automaton: Arc<Mutex<Automaton>>,
    history: Mutex<History>,
}

#[derive(Default)]
struct History {
    events: Vec<Event>,
    /// Whether atomics are as written. Then no clock says which call came first: only the order
    /// within a thread counts, and what canaries see.
    weak: bool,
    /// Histories that are explained.
    known: HashSet<(bool, Vec<Event>)>,
}

impl Log {
    pub(super) fn new(plan: Plan, automaton: Arc<Mutex<Automaton>>) -> Log {
        let history = Mutex::default();
        Log {
            plan,
            automaton,
            history,
        }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) {
        let mut history = self.history();
        history.events.clear();
        history.weak = !model::sequential();
    }

    fn add(&self, thread: usize, returned: Option<ReturnId>) {
        // An execution that is given up unwinds its threads: nothing returns any more.
        if !model::over() {
            self.history().events.push((thread, returned));
        }
    }

    /// What happened in the last execution, whether it came to its end or not.
    pub(super) fn events(&self) -> Vec<Event> {
        self.history().events.clone()
    }

    /// Looks for an order that explains the last execution.
    pub(super) fn explain(&self) -> Result<Explained, Unexplained> {
        let history = self.history();
        let mut automaton = self
            .automaton
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        explain(&mut automaton, &self.plan, &history.events, !history.weak)
    }

    fn is_explained(&self) -> bool {
        let history = self.history();
        let this = (history.weak, history.events.clone());
        let known = history.known.contains(&this);
        drop(history);
        if known {
            return true;
        }
        let explained = self.explain().is_ok();
        if explained {
            self.history().known.insert(this);
        }
        explained
    }
}

/// Runs a scenario once.
///
/// # Panics
///
/// If no order of the calls explains what they returned.
pub(super) fn perform<T: Subject>(
    scenario: &Scenario<T::Spec>,
    log: &Log,
    numbers: &Numbers<T::Spec>,
) {
    log.begin();
    let object = T::new(scenario);
    let mut hands = object.hands(scenario);
    let mine = hands.pop().expect("each thread has a hand");
    let last = hands.len();
    let run = |thread, hand| calls(&object, hand, thread, scenario, log, numbers);
    let run = &run;
    let kept = thread::scope(|scope| {
        let others = hands.into_iter().enumerate();
        let others = others.map(|(thread, hand)| scope.spawn(move || run(thread, hand)));
        let others: Vec<_> = others.collect();
        let mine = run(last, mine);
        let others = others.into_iter().map(|other| other.join());
        (mine, others.collect::<Vec<_>>())
    });
    drop(kept);
    assert!(log.is_explained(), "{UNEXPLAINED}");
}

/// Does all calls of one thread, and gives back what it holds then.
fn calls<'a, T: Subject>(
    object: &'a T,
    mut hand: T::Hand<'a>,
    thread: usize,
    scenario: &Scenario<T::Spec>,
    log: &Log,
    numbers: &Numbers<T::Spec>,
) -> T::Hand<'a> {
    for (index, call) in scenario.calls(thread).enumerate() {
        let at = At { thread, index };
        log.add(thread, None);
        let ends = Some(call) == <T::Spec as Spec>::END;
        if record::is_detailed() {
            message::note(&format!("{call:?} begins"));
        }
        let returned = object.call(&mut hand, at, call);
        if record::is_detailed() && !ends {
            message::note(&format!("{call:?} returns {returned:?}"));
        }
        log.add(thread, Some(numbers.of_return(returned)));
    }
    hand
}
