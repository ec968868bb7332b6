//! What a readers-writer lock promises, as a program: the grader runs every small scenario against
//! it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Canary, Scenario, Spec, Steps, Subject};
use locks::rw_lock::{ReadGuard, RwLock, WriteGuard};

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    Read,
    Write,
    TryRead,
    TryWrite,
    Leave,
    Panic,
    WaitingReaders,
    WaitingWriters,
    End,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    In,
    Refused,
    Out,
    Waiting(usize),
}

/// A thread that waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiting {
    thread: usize,
    writes: bool,
    /// A writer has left while this reader waited: no writer that came later goes before it.
    turn: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    readers: usize,
    writing: bool,
    /// Whether a thread is inside: `true` if to write.
    inside: Vec<Option<bool>>,
    /// In the order in which they came.
    queue: Vec<Waiting>,
}

impl State {
    fn wait(&self, thread: usize, writes: bool) -> Steps<Contract> {
        let mut next = self.clone();
        let turn = false;
        next.queue.push(Waiting {
            thread,
            writes,
            turn,
        });
        Steps::goes_on(next)
    }

    fn enter(&self, me: usize, writes: bool) -> Steps<Contract> {
        let mut next = self.clone();
        next.queue.retain(|other| other.thread != me);
        next.inside[me] = Some(writes);
        match writes {
            true => next.writing = true,
            false => next.readers += 1,
        }
        Steps::gives(next, Return::In)
    }

    fn leave(&self, me: usize) -> State {
        let mut next = self.clone();
        match next.inside[me].take() {
            None => {}
            Some(false) => next.readers -= 1,
            Some(true) => {
                next.writing = false;
                for other in &mut next.queue {
                    other.turn |= !other.writes;
                }
            }
        }
        next
    }

    fn same(&self, returns: Return) -> Steps<Contract> {
        Steps::gives(self.clone(), returns)
    }
}

/// What the first thread is inside for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Start {
    Nobody,
    Reads,
    Writes,
}

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[Start::Nobody, Start::Writes, Start::Reads];
    const CALLS: &[Call] = &[
        Read,
        Write,
        Leave,
        TryRead,
        TryWrite,
        Panic,
        WaitingWriters,
        WaitingReaders,
    ];
    const PLAIN: usize = 3;
    const END: Option<Call> = Some(End);

    fn distinct(start: Start) -> usize {
        usize::from(start != Start::Nobody)
    }

    /// Nobody takes a second guard, or leaves where it cannot be.
    fn sensible(start: Start, thread: usize, calls: &[Call]) -> bool {
        let mut inside = thread == 0 && start != Start::Nobody;
        calls.iter().all(|call| {
            let (before, now) = match call {
                Read | Write | TryRead | TryWrite => (false, true),
                Leave | Panic => (true, false),
                WaitingReaders | WaitingWriters | End => return true,
            };
            std::mem::replace(&mut inside, now) == before
        })
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        let (reads, writes) = (
            scenario.start == Start::Reads,
            scenario.start == Start::Writes,
        );
        let mut inside = vec![None; scenario.threads.len()];
        inside[0] = (reads || writes).then_some(writes);
        State {
            readers: usize::from(reads),
            writing: writes,
            inside,
            queue: Vec::new(),
        }
    }

    fn step(state: &State, At { thread: me, .. }: At, call: Call) -> Steps<Contract> {
        let place = state.queue.iter().position(|other| other.thread == me);
        let before = &state.queue[..place.unwrap_or(state.queue.len())];
        let turn = place.is_some_and(|at| state.queue[at].turn);
        let empty = !state.writing && state.readers == 0;
        let waiting = |writes| {
            state
                .queue
                .iter()
                .filter(move |other| other.writes == writes)
        };
        match call {
            Read => {
                let behind = before.iter().any(|other| other.writes) && !turn;
                let steps = Steps::waits().or_if(place.is_none(), || state.wait(me, false));
                steps.or_if(!state.writing && !behind, || state.enter(me, false))
            }
            Write => {
                let behind = before.iter().any(|other| other.turn);
                let steps = Steps::waits().or_if(place.is_none(), || state.wait(me, true));
                steps.or_if(empty && !behind, || state.enter(me, true))
            }
            // Whoever serves in the order of arrival refuses as long as anybody waits.
            TryRead => {
                let may = !state.writing && waiting(true).next().is_none();
                let steps = Steps::waits().or_if(may, || state.enter(me, false));
                let refuse = !may || !state.queue.is_empty();
                steps.or_if(refuse, || state.same(Return::Refused))
            }
            TryWrite => {
                let may = empty && !state.queue.iter().any(|other| other.turn);
                let steps = Steps::waits().or_if(may, || state.enter(me, true));
                let refuse = !may || !state.queue.is_empty();
                steps.or_if(refuse, || state.same(Return::Refused))
            }
            // Whoever has its turn and has not woken yet counts as waiting or not.
            WaitingReaders => {
                let least = waiting(false).filter(|other| !other.turn).count();
                let counts = least..=waiting(false).count();
                counts.fold(Steps::waits(), |steps, count| {
                    steps.or(state.same(Return::Waiting(count)))
                })
            }
            WaitingWriters => state.same(Return::Waiting(waiting(true).count())),
            Leave | Panic | End => Steps::gives(state.leave(me), Return::Out),
        }
    }
}

pub(crate) enum Guard<'a> {
    Read(#[expect(dead_code, reason = "dropping it is what it is for")] ReadGuard<'a>),
    Write(#[expect(dead_code, reason = "dropping it is what it is for")] WriteGuard<'a>),
}

/// Your readers-writer lock.
pub(crate) struct Yours {
    lock: RwLock,
    /// What the lock guards.
    data: Canary,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = Option<Guard<'a>>;

    fn new(_: &Scenario<Contract>) -> Yours {
        Yours {
            lock: RwLock::new(),
            data: Canary::new(),
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<Option<Guard<'_>>> {
        let mut hands: Vec<_> = scenario.threads.iter().map(|_| None).collect();
        hands[0] = match scenario.start {
            Start::Nobody => None,
            Start::Reads => Some(Guard::Read(self.lock.read())),
            Start::Writes => Some(Guard::Write(self.lock.write())),
        };
        hands
    }

    fn call<'a>(&'a self, hand: &mut Option<Guard<'a>>, _: At, call: Call) -> Return {
        match call {
            Read => *hand = Some(Guard::Read(self.lock.read())),
            Write => *hand = Some(Guard::Write(self.lock.write())),
            TryRead => *hand = self.lock.try_read().map(Guard::Read),
            TryWrite => *hand = self.lock.try_write().map(Guard::Write),
            WaitingReaders => return Return::Waiting(self.lock.waiting_readers()),
            WaitingWriters => return Return::Waiting(self.lock.waiting_writers()),
            Panic => {
                let guard = hand.take();
                let panics = AssertUnwindSafe(|| {
                    let _guard = guard;
                    panic_on_purpose("inside")
                });
                let _: Result<(), _> = catch_unwind(panics);
                return Return::Out;
            }
            Leave | End => {
                *hand = None;
                return Return::Out;
            }
        }
        match hand {
            None => return Return::Refused,
            Some(Guard::Read(_)) => self.data.read(),
            Some(Guard::Write(_)) => self.data.write(),
        }
        Return::In
    }
}
