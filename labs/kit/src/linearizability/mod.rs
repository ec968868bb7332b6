//! Is what concurrent clients saw what one after the other could have seen?
//!
//! A history of operations is *linearizable* (Herlihy and Wing 1990) if each seems to take effect
//! at one moment between its beginning and its end. [`Recorder`] writes a history down, [`check`]
//! looks for an order that explains it.
//!
//! An operation that never got a reply, because it was lost or its client gave up, may have taken
//! effect at any moment after it began, or never.
//!
//! Not here: what the operations do. That is the [`Specification`].
mod drawing;
mod search;

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// What a single thread would see.
pub trait Specification {
    /// What the operations work on. It begins with the default.
    type State: Clone + Eq + Hash + Default;
    /// What is asked.
    type Call: Debug;
    /// What is answered.
    type Reply: Debug + PartialEq;
    /// Which part of the state a call is about. Operations on different parts are checked apart,
    /// which is allowed (a history is linearizable if that of each object is) and much faster.
    type Part: Ord;

    /// The part that a call is about; [`apply`](Specification::apply) must not look at others.
    fn part(call: &Self::Call) -> Self::Part;

    /// Executes a call.
    fn apply(state: &mut Self::State, call: &Self::Call) -> Self::Reply;
}

/// One operation of a history. Times are numbers of events: of the beginnings and ends of all
/// operations, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation<C, R> {
    /// Who called.
    pub client: usize,
    /// What was asked.
    pub call: C,
    /// When it was asked.
    pub began: u64,
    /// What was answered, and when; `None` if nothing was.
    pub reply: Option<(R, u64)>,
}

impl<C, R> Operation<C, R> {
    /// When it was answered; later than anything if it was not.
    fn ended(&self) -> u64 {
        self.reply.as_ref().map_or(u64::MAX, |(_, ended)| *ended)
    }
}

/// Writes down a history while it happens. Threads share it.
///
/// It is invisible to a search: it takes no step and orders no memory, so a scenario may use one
/// that was made outside.
#[derive(Debug)]
pub struct Recorder<C, R> {
    state: Mutex<(u64, Vec<Operation<C, R>>)>,
}

/// An operation that has begun.
#[derive(Debug)]
#[must_use = "an operation that is not ended counts as one without a reply"]
pub struct Begun(usize);

impl<C, R> Recorder<C, R> {
    /// Nothing has happened.
    pub fn new() -> Self {
        Recorder {
            state: Mutex::new((0, Vec::new())),
        }
    }

    /// A client is about to ask.
    pub fn begin(&self, client: usize, call: C) -> Begun {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (clock, operations) = &mut *state;
        *clock += 1;
        operations.push(Operation {
            client,
            call,
            began: *clock,
            reply: None,
        });
        Begun(operations.len() - 1)
    }

    /// It has its answer.
    pub fn end(&self, begun: Begun, reply: R) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (clock, operations) = &mut *state;
        *clock += 1;
        operations[begun.0].reply = Some((reply, *clock));
    }

    /// All operations, in the order in which they began. The recorder is as new then.
    pub fn take(&self) -> Vec<Operation<C, R>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *state).1
    }
}

impl<C, R> Default for Recorder<C, R> {
    fn default() -> Self {
        Recorder::new()
    }
}

/// A history that no order explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotLinearizable {
    /// The operation that fits nowhere, as its place in the history.
    pub misfit: usize,
    /// The longest order that was found without it, as places in the history: all of one part.
    pub order: Vec<usize>,
    /// Both, drawn.
    pub drawing: String,
}

impl fmt::Display for NotLinearizable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.drawing)
    }
}

impl std::error::Error for NotLinearizable {}

/// Looks for an order of the operations in which each takes effect between its beginning and its
/// end, and that gives the replies that were given.
///
/// Takes a time that grows with the number of operations that run at once; a tenth of a second for
/// 5,000 of eight clients.
///
/// # Errors
///
/// [`NotLinearizable`], with the operation that fits nowhere.
pub fn check<S: Specification>(
    history: &[Operation<S::Call, S::Reply>],
) -> Result<(), NotLinearizable> {
    let mut parts: BTreeMap<S::Part, Vec<usize>> = BTreeMap::new();
    for (at, operation) in history.iter().enumerate() {
        parts.entry(S::part(&operation.call)).or_default().push(at);
    }
    for part in parts.values() {
        if let Err(order) = search::order::<S>(history, part) {
            return Err(drawing::explain(history, part, order));
        }
    }
    Ok(())
}
