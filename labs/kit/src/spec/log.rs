//! What the calls of an execution returned, and whether some order explains that.
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::automaton::{Automaton, Plan, ReturnId};
use super::order::{Event, Explained, Unexplained, explain};
use crate::model;

/// What the panic says that ends an execution which no order explains.
pub(super) const UNEXPLAINED: &str = "no order of these calls explains what they returned";

/// The history of an execution. It is outside the model: it takes no step, and orders no memory.
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
    /// The threads only give back what they hold now.
    closed: bool,
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

    /// The scenario in numbers.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self) {
        let mut history = self.history();
        history.events.clear();
        history.closed = false;
        history.weak = !model::sequential();
    }

    /// A call begins.
    pub(super) fn begins(&self, thread: usize) {
        self.add(Event::Begins(thread));
    }

    /// A call returns.
    pub(super) fn returns(&self, thread: usize, returned: ReturnId) {
        self.add(Event::Returns(thread, returned));
    }

    fn add(&self, event: Event) {
        let mut history = self.history();
        // An execution that is given up unwinds its threads: nothing returns any more.
        if !model::over() && !history.closed {
            history.events.push(event);
        }
    }

    /// Nobody moves any more: whether all who sleep are right to. What comes next is not part of
    /// the history if they are not.
    pub(super) fn is_quiet(&self) -> bool {
        self.add(Event::Quiet);
        let right = self.is_explained();
        if !right {
            self.history().events.pop();
            self.close();
        }
        right
    }

    /// What comes from here on is not part of the history.
    pub(super) fn close(&self) {
        self.history().closed = true;
    }

    /// Whether the history is at its end.
    pub(super) fn is_closed(&self) -> bool {
        self.history().closed
    }

    /// Whether a call of that thread has begun and not returned.
    pub(super) fn sleeps(&self, thread: usize) -> bool {
        let history = self.history();
        let mine = |event: &&Event| event.thread() == Some(thread);
        let last = history.events.iter().rev().find(mine);
        last == Some(&Event::Begins(thread))
    }

    /// What happened in the last execution, whether it came to its end or not.
    pub(super) fn events(&self) -> Vec<Event> {
        self.history().events.clone()
    }

    /// Looks for an order that explains the last execution: on a thread of its own, for the stack
    /// of a modelled one is small.
    pub(super) fn explain(&self) -> Result<Explained, Unexplained> {
        std::thread::scope(|scope| {
            let explaining = scope.spawn(|| {
                let history = self.history();
                let automaton = self.automaton.lock();
                let mut automaton = automaton.unwrap_or_else(PoisonError::into_inner);
                explain(&mut automaton, &self.plan, &history.events, !history.weak)
            });
            let explained = explaining.join();
            explained.unwrap_or_else(|payload| std::panic::resume_unwind(payload))
        })
    }

    pub(super) fn is_explained(&self) -> bool {
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
