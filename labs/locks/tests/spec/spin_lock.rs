//! What a spin lock promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Canary, Scenario, Spec, Steps, Subject};
use locks::spin_lock::SpinLock;

pub(crate) struct Contract;

/// Whoever gets in writes, and leaves: in one call, because a guard need not be `Send`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Lock,
    TryLock,
    /// Tries again while it is inside.
    LockAndTry,
    /// Panics while it is inside.
    LockAndPanic,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    WasIn,
    Refused,
    /// It was inside, and got in a second time.
    WasInTwice,
}

impl Spec for Contract {
    type Start = ();
    /// Who is inside.
    type State = Option<usize>;
    type Call = Call;
    type Return = Return;
    const STARTS: &[()] = &[()];
    const CALLS: &[Call] = &[Lock, TryLock, LockAndTry, LockAndPanic];
    const PLAIN: usize = 2;

    fn begin(_: &Scenario<Contract>) -> Option<usize> {
        None
    }

    fn step(&inside: &Option<usize>, At { thread: me, .. }: At, call: Call) -> Steps<Contract> {
        match inside {
            None => Steps::goes_on(Some(me)),
            Some(who) if who == me => Steps::gives(None, Return::WasIn),
            Some(_) if call == TryLock => Steps::gives(inside, Return::Refused),
            Some(_) => Steps::waits(),
        }
    }
}

/// Your lock, with what it guards.
pub(crate) struct Yours(SpinLock<Canary>);

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(_: &Scenario<Contract>) -> Yours {
        Yours(SpinLock::new(Canary::new()))
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, call: Call) -> Return {
        let Yours(lock) = self;
        match call {
            Lock => lock.lock().write(),
            TryLock => match lock.try_lock() {
                Some(guard) => guard.write(),
                None => return Return::Refused,
            },
            LockAndTry => {
                let guard = lock.lock();
                guard.write();
                if lock.try_lock().is_some() {
                    return Return::WasInTwice;
                }
            }
            LockAndPanic => {
                let panics = AssertUnwindSafe(|| {
                    let guard = lock.lock();
                    guard.write();
                    panic_on_purpose("inside")
                });
                let _: Result<(), _> = catch_unwind(panics);
            }
        }
        Return::WasIn
    }
}
