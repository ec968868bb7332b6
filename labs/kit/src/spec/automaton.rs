//! A specification as an automaton of numbers, worked out as far as it was asked for.
//!
//! The one idea: tens of thousands of scenarios ask for the same few hundred steps. So states,
//! calls and results are numbered, the specification says once what a call does in a state, and
//! whatever searches orders ([`order`](super::order), [`progress`](super::progress)) is compiled
//! once, for all specifications.
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{At, Scenario, Spec};

/// A state, by its number.
pub(super) type StateId = usize;
/// A call, by its place among all calls; the last number is what a thread does at its end.
pub(super) type CallId = usize;
/// What a call returned, by its number.
pub(super) type ReturnId = usize;

/// What a call may do in a state.
#[derive(Debug)]
pub(super) struct Moves {
    /// The state that each choice leads to, and what it returns; `None` if the call goes on.
    pub(super) steps: Vec<(StateId, Option<ReturnId>)>,
    /// Whether every right object lets it go on.
    pub(super) must: bool,
}

/// A scenario in numbers.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) begin: StateId,
    pub(super) threads: Vec<Vec<CallId>>,
}

impl Plan {
    /// How many calls there are.
    pub(super) fn size(&self) -> usize {
        self.threads.iter().map(Vec::len).sum()
    }

    /// The call at a place, if there is one.
    pub(super) fn call(&self, at: At) -> Option<CallId> {
        self.threads[at.thread].get(at.index).copied()
    }

    /// The next call of each thread that has one, after its `done` ones.
    pub(super) fn next<'a>(&'a self, done: &'a [usize]) -> impl Iterator<Item = (At, CallId)> + 'a {
        let at = |(thread, &index)| At { thread, index };
        let places = done.iter().enumerate().map(at);
        places.filter_map(|at| Some((at, self.call(at)?)))
    }
}

/// Says what a call does in a state.
pub(super) trait Rules: Send {
    fn moves(&mut self, state: StateId, at: At, call: CallId) -> Moves;
}

/// The steps of a specification that are known.
pub(super) struct Automaton {
    rules: Box<dyn Rules>,
    known: HashMap<(StateId, At, CallId), Arc<Moves>>,
}

impl Automaton {
    pub(super) fn new(rules: Box<dyn Rules>) -> Automaton {
        let known = HashMap::new();
        Automaton { rules, known }
    }

    /// What a call may do in a state.
    pub(super) fn moves(&mut self, state: StateId, at: At, call: CallId) -> Arc<Moves> {
        let rules = &mut self.rules;
        let moves = self.known.entry((state, at, call));
        Arc::clone(moves.or_insert_with(|| Arc::new(rules.moves(state, at, call))))
    }
}

/// The numbers of a specification's states and results. All clones are the same.
pub(super) struct Numbers<S: Spec>(Arc<Mutex<Tables<S>>>);

struct Tables<S: Spec> {
    states: Table<S::State>,
    returns: Table<S::Return>,
}

impl<S: Spec> Numbers<S> {
    pub(super) fn new() -> Numbers<S> {
        Numbers(Arc::new(Mutex::new(Tables {
            states: Table::new(),
            returns: Table::new(),
        })))
    }

    fn tables(&self) -> MutexGuard<'_, Tables<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A scenario in numbers.
    pub(super) fn plan(&self, scenario: &Scenario<S>) -> Plan {
        let of_call = |call: S::Call| {
            let among = S::CALLS.iter().position(|known| *known == call);
            among.unwrap_or(S::CALLS.len())
        };
        let threads = 0..scenario.threads.len();
        Plan {
            begin: self.tables().states.number(S::begin(scenario)),
            threads: threads
                .map(|thread| scenario.calls(thread).map(of_call).collect())
                .collect(),
        }
    }

    /// The number of a result.
    pub(super) fn of_return(&self, returned: S::Return) -> ReturnId {
        self.tables().returns.number(returned)
    }

    /// The result of that number.
    pub(super) fn return_of(&self, number: ReturnId) -> S::Return {
        self.tables().returns.all[number].clone()
    }

    /// The state of that number.
    pub(super) fn state_of(&self, number: StateId) -> S::State {
        self.tables().states.all[number].clone()
    }
}

impl<S: Spec> Clone for Numbers<S> {
    fn clone(&self) -> Self {
        Numbers(Arc::clone(&self.0))
    }
}

impl<S: Spec> Rules for Numbers<S> {
    fn moves(&mut self, state: StateId, at: At, call: CallId) -> Moves {
        let state = self.state_of(state);
        let end = || S::END.expect("a call that is not among the calls is the end");
        let call = S::CALLS.get(call).copied().unwrap_or_else(end);
        let steps = S::step(&state, at, call).0;
        let must = S::must(&state, at, call);
        let mut tables = self.tables();
        let in_numbers = |(state, returned): (S::State, Option<S::Return>)| {
            let returned = returned.map(|returned| tables.returns.number(returned));
            (tables.states.number(state), returned)
        };
        let steps = steps.into_iter().map(in_numbers).collect();
        Moves { steps, must }
    }
}

/// Values, and their numbers.
struct Table<T> {
    all: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T: Clone + Eq + Hash> Table<T> {
    fn new() -> Table<T> {
        Table {
            all: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    fn number(&mut self, value: T) -> usize {
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        self.all.push(value.clone());
        self.numbers.insert(value, self.all.len() - 1);
        self.all.len() - 1
    }
}
