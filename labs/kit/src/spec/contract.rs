//! A sequential specification: what an object would do if its calls came one after the other.
use std::fmt::Debug;
use std::hash::Hash;

use super::Scenario;

/// What an object promises, as a program: its state, its calls, and what each call may do.
///
/// ```
/// use kit::spec::{At, Scenario, Spec, Steps};
///
/// /// A gate that is shut until somebody opens it.
/// struct Gate;
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Call {
///     Open,
///     Pass,
/// }
///
/// impl Spec for Gate {
///     type Start = bool;
///     type State = bool;
///     type Call = Call;
///     type Return = ();
///     const STARTS: &[bool] = &[false, true];
///     const CALLS: &[Call] = &[Call::Open, Call::Pass];
///
///     fn begin(scenario: &Scenario<Gate>) -> bool {
///         scenario.start
///     }
///
///     fn step(open: &bool, _: At, call: Call) -> Steps<Gate> {
///         match call {
///             Call::Open => Steps::gives(true, ()),
///             Call::Pass if *open => Steps::gives(true, ()),
///             Call::Pass => Steps::waits(),
///         }
///     }
/// }
/// ```
pub trait Spec: Sized + 'static {
    /// How an object may be when the threads come to it: empty, full, held by the first of them.
    type Start: Copy + Debug + Send + Sync;
    /// What the object is, between two calls.
    type State: Clone + Eq + Hash + Debug + Send;
    /// What can be called. Its debug form is what a student reads.
    type Call: Copy + PartialEq + Debug + Send + Sync;
    /// What a call can return.
    type Return: Clone + Eq + Hash + Debug + Send;

    /// Where scenarios start, the plainest first.
    const STARTS: &'static [Self::Start];
    /// What scenarios are made of, the plainest first.
    const CALLS: &'static [Self::Call];
    /// Of how many of these, from the first, scenarios of more than [`SHORT`](super::SHORT) calls
    /// are made: each more makes them many more.
    const PLAIN: usize = 4;
    /// What a thread does at its end, if it may then still hold something of the object.
    ///
    /// Scenarios in which that changes the state come twice: each thread gives back what it holds
    /// as it ends; or it keeps everything until all have ended.
    const END: Option<Self::Call> = None;

    /// How many threads, from the first, this start tells apart from the others.
    fn distinct(_start: Self::Start) -> usize {
        0
    }

    /// Whether a thread may do these calls in this order: nobody gives back what it cannot have.
    fn sensible(_start: Self::Start, _thread: usize, _calls: &[Self::Call]) -> bool {
        true
    }

    /// The state that a scenario begins in.
    fn begin(scenario: &Scenario<Self>) -> Self::State;

    /// All that a call may do next. If that is nothing, it waits.
    fn step(state: &Self::State, at: At, call: Self::Call) -> Steps<Self>;

    /// Whether every right object lets this call go on.
    ///
    /// It differs from "the call has a step" only where fairness is left open: a thread that stands
    /// behind another may go in one design, and waits its turn in another. Both are right.
    fn must(state: &Self::State, at: At, call: Self::Call) -> bool {
        Self::step(state, at, call).any()
    }
}

/// Which call of a scenario: the first of the second thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// Counted from 0. The last thread of a scenario is the one that runs it.
    pub thread: usize,
    /// Counted from 0, within the thread.
    pub index: usize,
}

/// What a call may do in a state: each choice with the state it leads to, and what it returns.
#[derive(Debug)]
pub struct Steps<S: Spec>(pub(super) Vec<(S::State, Option<S::Return>)>);

impl<S: Spec> Steps<S> {
    /// Nothing: the call waits until another one has changed the state.
    pub fn waits() -> Self {
        Steps(Vec::new())
    }

    /// The call takes effect and returns.
    pub fn gives(state: S::State, returns: S::Return) -> Self {
        Steps(vec![(state, Some(returns))])
    }

    /// A step by which the call does not return yet: it has joined a queue, and others can tell.
    pub fn goes_on(state: S::State) -> Self {
        Steps(vec![(state, None)])
    }

    /// Whether there is a step at all.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// One or the other: the specification leaves it open.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// One or the other, if `open`.
    #[must_use]
    pub fn or_if(self, open: bool, other: impl FnOnce() -> Self) -> Self {
        if open { self.or(other()) } else { self }
    }
}
