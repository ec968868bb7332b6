//! Given: the exercises of the lab `locks` next to what a professional would use.
//!
//! In every exercise the peer comes first: see `Suite::measure`.

use std::collections::HashMap;
use std::hint::black_box;

use bench::{Suite, THREADS};

/// Keys of the map benchmarks: few enough to be in cache, so that the locks are what is measured.
const KEYS: u64 = 1024;
const SHARDS: usize = 16;

/// Whether this operation writes: one in ten.
fn writes(turn: u64) -> bool {
    turn.is_multiple_of(10)
}

/// Spreads the threads over the keys, each in an order of its own.
fn key(thread: usize, turn: u64) -> u64 {
    (turn.wrapping_mul(0x9E37_79B9) + 97 * thread as u64) % KEYS
}

/// How many may be inside, so that half of the threads wait.
fn permits(threads: usize) -> usize {
    threads / 2
}

/// The same benchmarks for the reference and for the student: only the crate differs.
macro_rules! of_the_course {
    ($module:ident, $crate_:ident) => {
        mod $module {
            use super::*;
            use $crate_::rw_lock::RwLock;
            use $crate_::semaphore::Semaphore;
            use $crate_::sharded_map::ShardedMap;
            use $crate_::spin_lock::SpinLock;
            use $crate_::wait_group::WaitGroup;

            const NAME: &str = stringify!($module);

            pub(crate) fn spin_lock(suite: &mut Suite, threads: usize) {
                let lock = SpinLock::new(0u64);
                suite.measure("spin_lock", threads, NAME, |_, _| *lock.lock() += 1);
            }

            pub(crate) fn semaphore(suite: &mut Suite, threads: usize) {
                let semaphore = Semaphore::new(permits(threads));
                suite.measure("semaphore", threads, NAME, |_, _| drop(semaphore.acquire()));
            }

            pub(crate) fn wait_group(suite: &mut Suite, threads: usize) {
                let group = WaitGroup::new();
                suite.measure("wait_group", threads, NAME, |_, _| {
                    group.add(1);
                    group.done().expect("one was added");
                });
                group.wait();
            }

            pub(crate) fn rw_lock(suite: &mut Suite, threads: usize) {
                let lock = RwLock::new();
                suite.measure("rw_lock", threads, NAME, |_, turn| {
                    if writes(turn) {
                        drop(lock.write());
                    } else {
                        drop(lock.read());
                    }
                });
            }

            pub(crate) fn sharded_map(suite: &mut Suite, threads: usize) {
                let map = ShardedMap::new(SHARDS);
                suite.measure("sharded_map", threads, NAME, |thread, turn| {
                    let key = key(thread, turn);
                    if writes(turn) {
                        map.insert(key, turn);
                    } else {
                        black_box(map.get(&key));
                    }
                });
            }
        }
    };
}

of_the_course!(reference, locks_solution);
#[cfg(feature = "student")]
of_the_course!(student, locks);

/// Runs an exercise for the reference and, if asked for, for the student.
macro_rules! course {
    ($exercise:ident($suite:expr, $threads:expr)) => {
        reference::$exercise($suite, $threads);
        #[cfg(feature = "student")]
        student::$exercise($suite, $threads);
    };
}

fn spin_lock(suite: &mut Suite, threads: usize) {
    let lock = parking_lot::Mutex::new(0u64);
    suite.measure("spin_lock", threads, "parking_lot::Mutex", |_, _| {
        *lock.lock() += 1
    });
    let lock = std::sync::Mutex::new(0u64);
    suite.measure("spin_lock", threads, "std::sync::Mutex", |_, _| {
        *lock.lock().expect("nobody panics") += 1
    });
    course!(spin_lock(suite, threads));
}

fn semaphore(suite: &mut Suite, threads: usize) {
    // A bounded channel is what many programs use as a semaphore: full is "no permit free".
    let (enter, leave) = crossbeam::channel::bounded(permits(threads));
    suite.measure("semaphore", threads, "crossbeam bounded", |_, _| {
        enter.send(()).expect("the other end is here");
        leave.recv().expect("the other end is here");
    });
    course!(semaphore(suite, threads));
}

fn wait_group(suite: &mut Suite, threads: usize) {
    let group = crossbeam::sync::WaitGroup::new();
    suite.measure("wait_group", threads, "crossbeam WaitGroup", |_, _| {
        drop(group.clone());
    });
    course!(wait_group(suite, threads));
}

fn rw_lock(suite: &mut Suite, threads: usize) {
    let lock = parking_lot::RwLock::new(());
    suite.measure("rw_lock", threads, "parking_lot::RwLock", |_, turn| {
        if writes(turn) {
            drop(lock.write());
        } else {
            drop(lock.read());
        }
    });
    let lock = std::sync::RwLock::new(());
    suite.measure("rw_lock", threads, "std::sync::RwLock", |_, turn| {
        if writes(turn) {
            drop(lock.write());
        } else {
            drop(lock.read());
        }
    });
    course!(rw_lock(suite, threads));
}

fn sharded_map(suite: &mut Suite, threads: usize) {
    let map = dashmap::DashMap::with_shard_amount(SHARDS);
    suite.measure("sharded_map", threads, "dashmap", |thread, turn| {
        let key = key(thread, turn);
        if writes(turn) {
            map.insert(key, turn);
        } else {
            black_box(map.get(&key).map(|value| *value));
        }
    });
    let map = parking_lot::Mutex::new(HashMap::new());
    suite.measure(
        "sharded_map",
        threads,
        "one parking_lot::Mutex",
        |thread, turn| {
            let key = key(thread, turn);
            if writes(turn) {
                map.lock().insert(key, turn);
            } else {
                black_box(map.lock().get(&key).copied());
            }
        },
    );
    course!(sharded_map(suite, threads));
}

fn main() {
    let mut suite = Suite::from_args();
    for exercise in [spin_lock, semaphore, wait_group, rw_lock, sharded_map] {
        for threads in THREADS {
            exercise(&mut suite, threads);
        }
    }
    suite.finish();
}
