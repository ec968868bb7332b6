//! Choices that the search makes: is this message lost, which of two ready channels is taken?
//!
//! shuttle has a source of numbers that belongs to the schedule. loom has none, but it tries every
//! value that a relaxed load may get; so a choice is the load of a fresh atomic that a thread of
//! its own has made, and into which it has stored another value after it synchronized with anybody.
//! A scenario that makes choices has one thread less for it.
use super::{Backend, backend, chooses, refuse, will_choose};
use crate::record::switching;
use loom::sync::atomic::AtomicBool;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// How many coins a search may toss in one interleaving: each doubles the search.
const COINS: usize = 24;
/// In words.
const STACK_WORDS: usize = 0x1000;

thread_local! {
    static TOSSES: RefCell<Arc<[AtomicBool]>> = RefCell::new(Arc::new([]));
    static TOSSED: Cell<usize> = const { Cell::new(0) };
}

/// A new execution has begun, on its first thread.
pub(super) fn begin_choices() {
    TOSSED.set(0);
    // Objects of the last execution are nothing to loom any more.
    std::mem::forget(TOSSES.replace(Arc::new([])));
    if backend() != Backend::Loom || !chooses() {
        return;
    }
    loom::stop_exploring();
    let scenario = loom::thread::current();
    let toss = move || {
        let coins: Arc<[AtomicBool]> = (0..COINS).map(|_| AtomicBool::new(false)).collect();
        TOSSES.set(Arc::clone(&coins));
        scenario.unpark();
        // ORDERING: read by `toss`, which must find either value: nothing may order the two.
        coins.iter().for_each(|coin| coin.store(true, Relaxed));
    };
    let tosser = loom::thread::Builder::new().stack_size(STACK_WORDS);
    drop(tosser.spawn(toss));
    switching(loom::thread::park);
    loom::explore();
}

/// One of `0..count`: the schedule decides, or chance where no model runs. The search tries 0
/// first.
pub(crate) fn choose(count: u64) -> u64 {
    use shuttle::rand::Rng;
    if count < 2 {
        return 0;
    }
    match backend() {
        Backend::Shuttle => shuttle::rand::thread_rng().gen_range(0..count),
        Backend::Loom => {
            will_choose();
            (0..count - 1).find(|_| !toss()).unwrap_or(count - 1)
        }
        Backend::Real => {
            use std::hash::{BuildHasher, RandomState};
            RandomState::new().hash_one(count) % count
        }
    }
}

/// Whether the stored value is seen; loom tries the one before it first.
fn toss() -> bool {
    let next = TOSSED.replace(TOSSED.get() + 1);
    let coins = TOSSES.with_borrow(Arc::clone);
    let Some(coin) = coins.get(next) else {
        refuse(format!(
            "a search runs at most {COINS} choices, and this scenario makes one more: sample it"
        ));
    };
    // ORDERING: reads what the tossing thread stored, or the value before it; nothing orders the
    // two.
    switching(|| coin.load(Relaxed))
}
