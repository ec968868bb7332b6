//! What a semaphore promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use kit::spec::{At, Canary, Scenario, Spec, Steps, Subject};
use locks::semaphore::{Permit, Semaphore};

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Acquire,
    Acquire2,
    TryAcquire,
    Add1,
    Add2,
    Acquire0,
    Add0,
    Drop,
    Available,
    DropAll,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Permit,
    Refused,
    Done,
    Free(usize),
}

/// How many permits are free, and for how many others the first thread holds one permit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    free: usize,
    held: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    free: usize,
    /// The permits of each thread, the oldest first.
    held: Vec<VecDeque<usize>>,
    /// The threads that wait, in the order in which they came.
    queue: Vec<usize>,
}

impl State {
    fn take(&self, me: usize, count: usize) -> Steps<Contract> {
        let mut next = self.clone();
        next.free -= count;
        next.held[me].push_back(count);
        next.queue.retain(|&other| other != me);
        Steps::gives(next, Return::Permit)
    }

    fn wait(&self, me: usize) -> Steps<Contract> {
        let mut next = self.clone();
        next.queue.push(me);
        Steps::goes_on(next)
    }

    fn more(&self, count: usize) -> State {
        let free = self.free + count;
        State {
            free,
            ..self.clone()
        }
    }

    fn drop_oldest(&self, me: usize) -> State {
        let mut next = self.clone();
        next.free += next.held[me].pop_front().unwrap_or(0);
        next
    }
}

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[
        Start { free: 0, held: 0 },
        Start { free: 1, held: 0 },
        Start { free: 2, held: 0 },
        Start { free: 0, held: 1 },
        Start { free: 0, held: 2 },
    ];
    const CALLS: &[Call] = &[
        Acquire, Drop, Add1, Acquire2, Add2, TryAcquire, Available, Acquire0, Add0,
    ];
    const PLAIN: usize = 5;
    const END: Option<Call> = Some(DropAll);

    fn distinct(start: Start) -> usize {
        usize::from(start.held > 0)
    }

    /// Nobody drops a permit that it cannot have.
    fn sensible(start: Start, thread: usize, calls: &[Call]) -> bool {
        let mut permits = i32::from(thread == 0 && start.held > 0);
        calls.iter().all(|call| {
            permits += match call {
                Acquire | Acquire2 | Acquire0 | TryAcquire => 1,
                Drop => -1,
                _ => 0,
            };
            permits >= 0
        })
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        let Start { free, held } = scenario.start;
        let mut state = State {
            free,
            held: vec![VecDeque::new(); scenario.threads.len()],
            queue: Vec::new(),
        };
        state.held[0].extend((held > 0).then_some(held));
        state
    }

    fn step(state: &State, At { thread: me, .. }: At, call: Call) -> Steps<Contract> {
        let waits = state.queue.contains(&me);
        let acquire = |count| {
            let steps = Steps::waits().or_if(!waits, || state.wait(me));
            steps.or_if(state.free >= count, || state.take(me, count))
        };
        match call {
            Acquire => acquire(1),
            Acquire2 => acquire(2),
            Acquire0 => acquire(0),
            TryAcquire if state.free == 0 => Steps::gives(state.clone(), Return::Refused),
            // Whoever serves in the order of arrival refuses as long as others wait.
            TryAcquire => state.take(me, 1).or_if(!state.queue.is_empty(), || {
                Steps::gives(state.clone(), Return::Refused)
            }),
            Add0 => Steps::gives(state.clone(), Return::Done),
            Add1 => Steps::gives(state.more(1), Return::Done),
            Add2 => Steps::gives(state.more(2), Return::Done),
            Drop => Steps::gives(state.drop_oldest(me), Return::Done),
            Available => Steps::gives(state.clone(), Return::Free(state.free)),
            DropAll if state.held[me].len() > 1 => Steps::goes_on(state.drop_oldest(me)),
            DropAll => Steps::gives(state.drop_oldest(me), Return::Done),
        }
    }

    /// Whoever stands behind another may go, or wait for its turn: both are right.
    fn must(state: &State, at: At, call: Call) -> bool {
        let behind = state.queue.contains(&at.thread) && state.queue[0] != at.thread;
        !behind && Contract::step(state, at, call).any()
    }
}

/// Your semaphore.
pub(crate) struct Yours {
    semaphore: Semaphore,
    /// What the only permit guards, where there is never more than one.
    guarded: Option<Canary>,
    /// There are more now, so that everybody can go.
    released: AtomicBool,
}

impl Yours {
    fn touch(&self) {
        match &self.guarded {
            Some(canary) if !self.released.load(Relaxed) => canary.write(),
            _ => {}
        }
    }
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = VecDeque<Permit<'a>>;

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let permits = scenario.start.free + scenario.start.held;
        let mut calls = scenario.threads.iter().flatten();
        let alone = permits == 1 && !calls.any(|call| matches!(call, Add1 | Add2 | Acquire0));
        let guarded = alone.then(Canary::new);
        let semaphore = Semaphore::new(permits);
        Yours {
            semaphore,
            guarded,
            released: AtomicBool::new(false),
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<VecDeque<Permit<'_>>> {
        let mut hands: Vec<_> = scenario.threads.iter().map(|_| VecDeque::new()).collect();
        if scenario.start.held > 0 {
            hands[0].push_back(self.semaphore.acquire_many(scenario.start.held));
        }
        hands
    }

    fn call<'a>(&'a self, hand: &mut VecDeque<Permit<'a>>, _: At, call: Call) -> Return {
        let mut take = |permit| {
            self.touch();
            hand.push_back(permit);
            Return::Permit
        };
        match call {
            Acquire => take(self.semaphore.acquire()),
            Acquire2 => take(self.semaphore.acquire_many(2)),
            Acquire0 => take(self.semaphore.acquire_many(0)),
            TryAcquire => self.semaphore.try_acquire().map_or(Return::Refused, take),
            Add0 => self.add(0),
            Add1 => self.add(1),
            Add2 => self.add(2),
            Available => Return::Free(self.semaphore.available()),
            Drop | DropAll => {
                if !hand.is_empty() {
                    self.touch();
                }
                hand.drain(
                    ..if call == Drop {
                        hand.len().min(1)
                    } else {
                        hand.len()
                    },
                );
                Return::Done
            }
        }
    }

    fn release(&self) {
        self.released.store(true, Relaxed);
        self.add(8);
    }
}

impl Yours {
    fn add(&self, count: usize) -> Return {
        self.semaphore
            .add_permits(count)
            .expect("they can be counted");
        Return::Done
    }
}
