//! Checks of `spin_lock`.
//!
//! What could block runs as a model even on one thread: there, a thread that waits for itself is a
//! deadlock with a picture, and not a check that hangs.
#![allow(
    unsafe_code,
    reason = "what the lock guards is shared without another lock"
)]

use std::cell::Cell;
use std::iter;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Mutex, mpsc};

use kit::cell::UnsafeCell;
use kit::explore::{Explorer, forget, in_each_turn};
use kit::spec::{Scope, conforms};
use kit::sync::Arc;
use kit::{explore, thread};
use locks::spin_lock::{Guard, SpinLock};

#[path = "../../../../../labs/locks/tests/spec/spin_lock.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    a_guard_reaches_the_value,
    the_value_is_dropped_once,
    try_lock_is_refused_while_held,
    a_refused_try_lock_unlocks_nothing,
    a_refused_try_lock_leaves_no_trace,
    shared_exactly_if_the_value_may_be_sent,
    a_guard_is_lent_only_if_the_value_may_be,
    a_guard_is_sent_only_if_the_value_may_be,
    two_that_add_lose_no_update,
    the_next_holder_sees_the_last_write,
    try_lock_sees_the_last_write,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 4).within(10_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&SpinLock<u8>) -> Guard<'_, u8> = |lock| lock.lock();
const _: fn(&SpinLock<u8>) -> Option<Guard<'_, u8>> = |lock| lock.try_lock();
const _: fn(SpinLock<u8>) -> u8 = |lock| lock.into_inner();

/// A value that the model checker watches wherever a lock keeps it: in the kit's cell, which it
/// watches anyway, or behind a pointer of the lock's own, which it cannot see.
struct Watched(UnsafeCell<u32>);

// SAFETY: not true of every lock. It is here so that a lock which asks for more than it has to
// builds, and is told so by the one check that asks.
unsafe impl Sync for Watched {}

impl Watched {
    fn lock(value: u32) -> Arc<SpinLock<Watched>> {
        Arc::new(SpinLock::new(Watched(UnsafeCell::new(value))))
    }

    fn get(&self) -> u32 {
        // SAFETY: whoever has a guard is alone with the value. Whether that is so is what the
        // models find out, and they stop before an access that is not.
        self.0.with(|value| unsafe { *value })
    }

    fn add_one(&mut self) {
        // SAFETY: as in `get`.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }
}

/// Whether a type has a trait, as a constant: asking does not need the answer to be yes. An
/// inherent constant is preferred to a trait's, and this one exists only where the bound holds.
macro_rules! is {
    ($type:ty: $trait:ident) => {{
        #[allow(dead_code)]
        trait Otherwise {
            const ANSWER: bool = false;
        }
        impl<T> Otherwise for T {}
        struct Ask<T>(PhantomData<T>);
        #[allow(dead_code)]
        impl<T: $trait> Ask<T> {
            const ANSWER: bool = true;
        }
        <Ask<$type>>::ANSWER
    }};
}

fn a_guard_reaches_the_value() {
    explore(|| {
        let lock = SpinLock::new(1);
        *lock.lock() += 1;
        assert_eq!(*lock.lock(), 2, "what one guard wrote, the next one reads");
        *lock.try_lock().expect("nobody holds the lock") += 1;
        assert_eq!(lock.into_inner(), 3, "into_inner gives the value back");
        // A guard that was forgotten is in nobody's way: the caller owns the lock.
        let (lock, other) = (SpinLock::new(4), SpinLock::new(5));
        forget((lock.lock(), other.try_lock()));
        assert_eq!(lock.into_inner(), 4, "into_inner gives the value back");
        drop(other);
    });
    // However often it was used.
    let lock = SpinLock::new(0);
    for round in 0..70_000 {
        let mut guard = lock.try_lock().expect("nobody holds the lock");
        *guard += 1;
        drop(guard);
        let mut guard = lock.lock();
        assert_eq!(*guard, 2 * round + 1, "each guard has added one");
        *guard += 1;
    }
}

fn the_value_is_dropped_once() {
    let value = Arc::new(());
    let lock = SpinLock::new(value.clone());
    drop(lock.lock());
    drop(lock);
    assert_eq!(Arc::strong_count(&value), 1, "the lock was dropped");
    let inner = SpinLock::new(value.clone()).into_inner();
    assert_eq!(Arc::strong_count(&value), 2, "its value was taken out");
    drop(inner);
    assert_eq!(Arc::strong_count(&value), 1, "and dropped after that");
}

fn try_lock_is_refused_while_held() {
    explore(|| {
        let lock = SpinLock::new(());
        let guard = lock.lock();
        assert!(lock.try_lock().is_none(), "it is held: answer `None`");
        drop(guard);
        let guard = lock.try_lock();
        assert!(guard.is_some(), "nobody holds it: answer with a guard");
        assert!(lock.try_lock().is_none(), "that guard holds it now");
    });
}

fn a_refused_try_lock_unlocks_nothing() {
    explore(|| {
        let lock = SpinLock::new(());
        let _guard = lock.lock();
        for _ in 0..3 {
            let second = lock.try_lock();
            let why = "a try_lock that was refused unlocked the lock of another";
            assert!(second.is_none(), "{why}: was a guard made and dropped?");
        }
    });
}

fn a_refused_try_lock_leaves_no_trace() {
    // While it is refused, another thread begins to wait.
    Explorer::new().preemptions(1).explore(|| {
        let lock = SpinLock::new(());
        thread::scope(|s| {
            let guard = lock.lock();
            let tries = s.spawn(|| lock.try_lock().is_some());
            let waits = s.spawn(|| drop(lock.lock()));
            let got_in = tries.join().unwrap();
            drop(guard);
            waits.join().unwrap();
            assert!(!got_in, "it is held: answer `None`");
        });
    });
}

/// What may be lent to another thread, and not sent there.
type LentOnly = std::sync::MutexGuard<'static, ()>;

fn shared_exactly_if_the_value_may_be_sent() {
    let why = "an `Rc` may not change threads, and a shared lock lets it";
    assert!(!is!(SpinLock<Rc<()>>: Sync), "{why}: bound `T`");
    assert!(!is!(SpinLock<Rc<()>>: Send), "`SpinLock<Rc<()>>` is `Send`");
    let why = "a guard of the standard library may be lent and not sent, and a shared lock sends";
    assert!(!is!(SpinLock<LentOnly>: Sync), "{why}: `T: Send`?");
    assert!(!is!(SpinLock<LentOnly>: Send), "{why}: `T: Send`?");
    let why = "one thread at a time reaches the `Cell`: `T: Send` is enough";
    assert!(is!(SpinLock<Cell<u32>>: Sync), "{why}");
    assert!(
        is!(SpinLock<Cell<u32>>: Send),
        "a lock moves as its value does"
    );
    assert!(is!(SpinLock<u32>: Send), "a lock moves as its value does");
}

fn a_guard_is_lent_only_if_the_value_may_be() {
    let why = "with a `&Guard` two threads reach one value at once";
    assert!(!is!(Guard<'static, Cell<u32>>: Sync), "{why}: `T: Sync`?");
    assert!(!is!(Guard<'static, Rc<()>>: Sync), "{why}: `T: Sync`?");
}

fn a_guard_is_sent_only_if_the_value_may_be() {
    let why = "whoever sends the guard of a value sends the value";
    assert!(!is!(Guard<'static, Rc<()>>: Send), "{why}: `T: Send`?");
    assert!(!is!(Guard<'static, LentOnly>: Send), "{why}: `T: Send`?");
}

fn two_that_add_lose_no_update() {
    explore(|| {
        let lock = Watched::lock(0);
        let other = thread::spawn({
            let lock = lock.clone();
            move || lock.lock().add_one()
        });
        lock.lock().add_one();
        other.join().unwrap();
        let sum = lock.lock().get();
        assert_eq!(sum, 2, "both were inside at once, and one sum was lost");
    });
    a_crowd_waits();
}

/// However long a thread waits, and however many do: nobody is tired of trying, and nobody inside
/// beside the holder. The first tries a million times, then each of 300 begins to wait.
fn a_crowd_waits() {
    let lock = std::sync::Arc::new(SpinLock::new(()));
    let held = std::sync::Arc::new(Mutex::new(()));
    let (hold_all, guard) = (held.lock().unwrap(), lock.lock());
    let begin_to_wait = |turns| {
        let (tell, told) = mpsc::channel();
        let (taken, held) = (Cell::new(0), held.clone());
        let turn = move || {
            taken.set(taken.get() + 1);
            if taken.get() == turns {
                tell.send(()).expect("the holder hears how it goes");
                drop(held.lock());
            }
            if taken.get() > turns {
                std::thread::yield_now();
            }
        };
        // The channel ends with the turns, when the thread waits no longer.
        let lock = lock.clone();
        let thread = std::thread::spawn(move || drop(in_each_turn(turn, || lock.lock())));
        let why = "the lock is held, and whoever waited for it does not wait any more";
        assert_eq!(told.recv(), Ok(()), "{why}");
        thread
    };
    let turns = iter::once(1_000_000).chain(iter::repeat_n(1, 299));
    let crowd: Vec<_> = turns.map(begin_to_wait).collect();
    drop((guard, hold_all));
    for thread in crowd {
        thread.join().expect("each gets in, one after the other");
    }
}

fn the_next_holder_sees_the_last_write() {
    explore(|| {
        let lock = Watched::lock(0);
        let writer = thread::spawn({
            let lock = lock.clone();
            move || lock.lock().add_one()
        });
        let first = lock.lock().get();
        let second = lock.lock().get();
        assert!(first <= second, "a write that was seen is gone again");
        writer.join().unwrap();
    });
}

fn try_lock_sees_the_last_write() {
    explore(|| {
        let lock = Watched::lock(0);
        let writer = thread::spawn({
            let lock = lock.clone();
            move || lock.lock().add_one()
        });
        if let Some(guard) = lock.try_lock() {
            assert!(
                guard.get() <= 1,
                "one thread adds 1: a guard must see the value before or after that, and no other"
            );
        }
        writer.join().unwrap();
    });
}
