//! The search for an order: tries operations that may come next, remembers which sets of operations
//! led to which state, and goes back where nothing fits (Wing and Gong 1993, with the memo of Lowe
//! 2017).
use super::{Operation, Specification};
use std::collections::HashSet;

/// Finds an order of one part, or the longest there is. `part` is in the order of beginnings.
pub(super) fn order<S: Specification>(
    history: &[Operation<S::Call, S::Reply>],
    part: &[usize],
) -> Result<(), Vec<usize>> {
    let operations: Vec<_> = part.iter().map(|&at| &history[at]).collect();
    let answered = |operation: &&&Operation<_, _>| operation.reply.is_some();
    let must = operations.iter().filter(answered).count();
    let mut search = Search::<S>::new(operations);
    let mut branches = vec![Branch {
        state: S::State::default(),
        next: 0,
    }];
    while let Some(branch) = branches.last_mut() {
        if search.answered == must {
            return Ok(());
        }
        match search.next_of(branch) {
            Some((at, state)) => {
                search.put(at);
                branches.push(Branch { state, next: 0 });
            }
            None => {
                search.take_back();
                branches.pop();
            }
        }
    }
    Err(search.longest.into_iter().map(|at| part[at]).collect())
}

/// Where the search may go on: what is in order so far has led to `state`; of those that may come
/// next, the ones before `next` have been tried.
struct Branch<S> {
    state: S,
    next: usize,
}

/// Operations are numbered by their index in `operations`.
struct Search<'a, S: Specification> {
    operations: Vec<&'a Operation<S::Call, S::Reply>>,
    order: Vec<usize>,
    /// What is in `order`, as a set.
    done: Done,
    /// How many of them got a reply.
    answered: usize,
    longest: Vec<usize>,
    tried: HashSet<(Done, S::State)>,
}

impl<'a, S: Specification> Search<'a, S> {
    fn new(operations: Vec<&'a Operation<S::Call, S::Reply>>) -> Self {
        Search {
            order: Vec::new(),
            done: Done::new(operations.len()),
            answered: 0,
            longest: Vec::new(),
            tried: HashSet::new(),
            operations,
        }
    }

    /// The next operation that may follow, fits its reply and was not tried here, and the state
    /// that it leads to.
    fn next_of(&mut self, branch: &mut Branch<S::State>) -> Option<(usize, S::State)> {
        // What comes next began before any other that is left had ended.
        let left = self.operations.iter().enumerate();
        let left = left.filter(|(at, _)| !self.done.has(*at));
        let first_end = left.map(|(_, operation)| operation.ended()).min();
        let first_end = first_end.unwrap_or(u64::MAX);
        while let Some(operation) = self.operations.get(branch.next) {
            if operation.began > first_end {
                return None;
            }
            let at = branch.next;
            branch.next += 1;
            if self.done.has(at) {
                continue;
            }
            let mut state = branch.state.clone();
            let reply = S::apply(&mut state, &operation.call);
            let seen = operation.reply.as_ref();
            let fits = seen.is_none_or(|(seen, _)| *seen == reply);
            if fits && self.tried.insert((self.done.with(at), state.clone())) {
                return Some((at, state));
            }
        }
        None
    }

    fn put(&mut self, at: usize) {
        self.done.put(at);
        self.order.push(at);
        self.answered += usize::from(self.operations[at].reply.is_some());
        if self.order.len() > self.longest.len() {
            self.longest.clone_from(&self.order);
        }
    }

    fn take_back(&mut self) {
        if let Some(at) = self.order.pop() {
            self.done.remove(at);
            self.answered -= usize::from(self.operations[at].reply.is_some());
        }
    }
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
