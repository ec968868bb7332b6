//! What a lock promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Scenario, Spec, Steps, Subject};
use locks::spin_lock::{Guard, SpinLock};

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    /// Locks, and adds one to the value.
    Lock,
    TryLock,
    Unlock,
    /// Unlocks because the holder panics.
    Panic,
    End,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    /// The value that was there.
    Locked(u32),
    Refused,
    Done,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    holder: Option<usize>,
    value: u32,
}

impl Spec for Contract {
    type Start = ();
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[()] = &[()];
    const CALLS: &[Call] = &[Lock, TryLock, Unlock, Panic];
    const END: Option<Call> = Some(End);

    /// Nobody locks what it holds, or unlocks what it cannot hold.
    fn sensible((): (), _: usize, calls: &[Call]) -> bool {
        let mut holds = false;
        calls.iter().all(|call| {
            let locks = matches!(call, Lock | TryLock);
            std::mem::replace(&mut holds, locks) != locks
        })
    }

    fn begin(_: &Scenario<Contract>) -> State {
        State {
            holder: None,
            value: 0,
        }
    }

    fn step(state: &State, At { thread: me, .. }: At, call: Call) -> Steps<Contract> {
        let State { holder, value } = *state;
        match call {
            Lock | TryLock if holder.is_none() => {
                let next = State {
                    holder: Some(me),
                    value: value + 1,
                };
                Steps::gives(next, Return::Locked(value))
            }
            Lock => Steps::waits(),
            TryLock => Steps::gives(state.clone(), Return::Refused),
            Unlock | Panic | End => {
                let holder = holder.filter(|&holder| holder != me);
                Steps::gives(State { holder, value }, Return::Done)
            }
        }
    }
}

/// Your lock.
pub(crate) struct Yours(SpinLock<u32>);

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = Option<Guard<'a, u32>>;

    fn new(_: &Scenario<Contract>) -> Yours {
        Yours(SpinLock::new(0))
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<Option<Guard<'_, u32>>> {
        scenario.threads.iter().map(|_| None).collect()
    }

    fn call<'a>(&'a self, hand: &mut Option<Guard<'a, u32>>, _: At, call: Call) -> Return {
        match call {
            Lock => *hand = Some(self.0.lock()),
            TryLock => *hand = self.0.try_lock(),
            Unlock | Panic | End => {
                let guard = hand.take();
                let panics = AssertUnwindSafe(|| {
                    let _guard = guard;
                    if call == Panic {
                        panic_on_purpose("the holder panics");
                    }
                });
                let _ = catch_unwind(panics);
                return Return::Done;
            }
        }
        hand.as_mut().map_or(Return::Refused, |value| {
            **value += 1;
            Return::Locked(**value - 1)
        })
    }
}
