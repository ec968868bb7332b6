//! Is what concurrent clients saw what one after the other could have seen?
//!
//! A history of operations is *linearizable* (Herlihy and Wing 1990) if each seems to take effect at one moment between its
//! begin and its end. [`Recorder`] writes a history down, [`check`] looks for an order: it tries operations that may come next,
//! remembers which sets of operations led to which state, and goes back where nothing fits (Wing and Gong 1993, with the
//! memo of Lowe 2017).
//!
//! An operation that never got a reply, because it was lost or its client gave up, may have taken effect at any moment
//! after it began, or never.
//!
//! Not here: what the operations do. That is the [`Specification`].
use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Debug, Write};
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
    /// Which part of the state a call is about. Operations on different parts are checked apart, which is allowed (a
    /// history is linearizable if that of each object is) and much faster.
    type Part: Ord;

    /// The part that a call is about; [`apply`](Specification::apply) must not look at others.
    fn part(call: &Self::Call) -> Self::Part;

    /// Executes a call.
    fn apply(state: &mut Self::State, call: &Self::Call) -> Self::Reply;
}

/// One operation of a history. Times are numbers of events: of the beginnings and ends of all operations, in order.
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

/// Writes down a history while it happens. Threads share it.
///
/// It is invisible to a search: it takes no step and orders no memory, so a scenario may use one that was made outside.
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

/// Looks for an order of the operations in which each takes effect between its begin and its end, and that gives the replies
/// that were given.
///
/// Takes a time that grows with the number of operations that run at once; a tenth of a second for 5,000 of eight clients.
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
        if let Err(order) = search::<S>(history, part) {
            return Err(explain(history, part, order));
        }
    }
    Ok(())
}

/// A place in the search: what is in order so far has led to `state`; of those that may come next, `next` have been tried.
struct Place<S> {
    state: S,
    next: usize,
}

/// Finds an order of one part, or the longest there is. `part` is in the order of beginnings.
fn search<S: Specification>(
    history: &[Operation<S::Call, S::Reply>],
    part: &[usize],
) -> Result<(), Vec<usize>> {
    let ended = |at: usize| {
        let operation: &Operation<S::Call, S::Reply> = &history[part[at]];
        operation
            .reply
            .as_ref()
            .map_or(u64::MAX, |(_, ended)| *ended)
    };
    let must = (0..part.len()).filter(|&at| ended(at) != u64::MAX).count();
    let mut done = Done::new(part.len());
    let mut tried = HashSet::new();
    let mut order: Vec<usize> = Vec::new();
    let mut longest: Vec<usize> = Vec::new();
    let mut answered = 0;
    let mut places = vec![Place {
        state: S::State::default(),
        next: 0,
    }];
    while let Some(place) = places.last_mut() {
        if answered == must {
            return Ok(());
        }
        // What comes next began before any other that is left had ended.
        let first_end = (0..part.len())
            .filter(|&at| !done.has(at))
            .map(ended)
            .min()
            .unwrap_or(u64::MAX);
        let mut found = None;
        while found.is_none() && place.next < part.len() {
            let at = place.next;
            let operation = &history[part[at]];
            if operation.began > first_end {
                place.next = part.len();
                break;
            }
            place.next += 1;
            if done.has(at) {
                continue;
            }
            let mut state = place.state.clone();
            let reply = S::apply(&mut state, &operation.call);
            let fits = operation
                .reply
                .as_ref()
                .is_none_or(|(seen, _)| *seen == reply);
            if fits && tried.insert((done.with(at), state.clone())) {
                found = Some((at, state));
            }
        }
        match found {
            Some((at, state)) => {
                done.put(at);
                order.push(at);
                answered += usize::from(ended(at) != u64::MAX);
                if order.len() > longest.len() {
                    longest.clone_from(&order);
                }
                places.push(Place { state, next: 0 });
            }
            None => {
                places.pop();
                if let Some(at) = order.pop() {
                    done.remove(at);
                    answered -= usize::from(ended(at) != u64::MAX);
                }
            }
        }
    }
    Err(longest.into_iter().map(|at| part[at]).collect())
}

/// A set of operations, one bit each.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Done(Vec<u64>);

impl Done {
    fn new(count: usize) -> Done {
        Done(vec![0; count.div_ceil(64)])
    }

    fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    fn put(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn remove(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }

    fn with(&self, at: usize) -> Done {
        let mut with = self.clone();
        with.put(at);
        with
    }
}

/// Columns for the time line of a drawing.
const WIDTH: u64 = 40;
/// Operations in a drawing before and with the misfit.
const SHOWN: usize = 12;

/// Names the operation that fits nowhere: of those that have no place in the longest order, the one that ended first, for
/// something else may come before it, but not for ever.
fn explain<C: Debug, R: Debug>(
    history: &[Operation<C, R>],
    part: &[usize],
    order: Vec<usize>,
) -> NotLinearizable {
    let ended = |at: usize| history[at].reply.as_ref().map_or(u64::MAX, |reply| reply.1);
    let misfit = part
        .iter()
        .copied()
        .filter(|at| !order.contains(at))
        .min_by_key(|&at| ended(at))
        .expect("a history with a place for everything is linearizable");
    let mut shown: Vec<usize> = part
        .iter()
        .copied()
        .filter(|&at| history[at].began <= ended(misfit))
        .collect();
    let left_out = shown.len().saturating_sub(SHOWN);
    shown.sort_by_key(|&at| (ended(at), at));
    shown.drain(..left_out);
    shown.sort_by_key(|&at| history[at].began);

    let from = shown.iter().map(|&at| history[at].began).min().unwrap_or(0);
    let to = ended(misfit) + 1;
    let column = |time: u64| {
        let time = time.clamp(from, to) - from;
        (time * WIDTH / (to - from).max(1)) as usize
    };
    let texts: Vec<(String, String)> = shown
        .iter()
        .map(|&at| {
            let operation = &history[at];
            let reply = match &operation.reply {
                Some((reply, _)) => format!("{reply:?}"),
                None => "no reply".to_owned(),
            };
            let text = format!("{:?} -> {reply}", operation.call);
            (format!("client {}", operation.client), text)
        })
        .collect();
    let widest = |part: fn(&(String, String)) -> &str| {
        texts
            .iter()
            .map(|text| part(text).chars().count())
            .max()
            .unwrap_or(0)
    };
    let (who, what) = (widest(|text| &text.0), widest(|text| &text.1));
    let operation = &history[misfit];
    let mut drawing = format!(
        "not linearizable: {:?} of client {} fits nowhere\n",
        operation.call, operation.client
    );
    if left_out > 0 {
        writeln!(drawing, "  ({left_out} earlier operations left out)")
            .expect("a string takes all");
    }
    for (&at, (client, text)) in shown.iter().zip(&texts) {
        let (begin, end) = (column(history[at].began), column(ended(at)).max(1));
        let length = end.saturating_sub(begin + 1);
        let bar = match history[at].reply {
            Some(_) => format!("|{}|", "-".repeat(length)),
            // It may take effect at any later time.
            None => format!("|{}>", "-".repeat(length)),
        };
        let mark = if at == misfit {
            "  <- fits nowhere"
        } else {
            ""
        };
        writeln!(
            drawing,
            "  {client:who$}  {text:what$}  {:begin$}{bar}{mark}",
            ""
        )
        .expect("a string takes all");
    }
    NotLinearizable {
        misfit,
        order,
        drawing,
    }
}
