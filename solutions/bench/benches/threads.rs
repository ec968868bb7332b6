//! Given: the exercises of the lab `threads` next to what a professional would use.
//!
//! One operation is one whole call: all items, or all jobs. In every exercise the peer comes first:
//! see `Suite::measure`.

use std::hint::black_box;

use bench::{Suite, compute};
use rayon::prelude::*;

/// As many threads as small machines have cores.
const WORKERS: usize = 2;

/// Who is measured by one call of theirs.
const ONE: usize = 1;

/// How many items, and how long each computes: few long ones, and many for which taking the next
/// costs as much as the work.
const ITEMS: [(&str, usize, u64); 2] = [
    ("64 long items", 64, 50_000),
    ("10,000 short items", 10_000, 50),
];

const JOBS: u64 = 1_000;
const ROUNDS_OF_A_JOB: u64 = 500;

fn items(count: usize, rounds: u64) -> Vec<u64> {
    vec![rounds; count]
}

fn sum(results: &[u64]) {
    black_box(
        results
            .iter()
            .fold(0, |sum: u64, result| sum.wrapping_add(*result)),
    );
}

/// The same benchmarks for the reference and for the student: only the crate differs.
macro_rules! of_the_course {
    ($module:ident, $crate_:ident) => {
        mod $module {
            use super::*;
            use $crate_::parallel_map::parallel_map;
            use $crate_::thread_pool::ThreadPool;

            const NAME: &str = stringify!($module);

            pub(crate) fn map(suite: &mut Suite, exercise: &'static str, items: &[u64]) {
                suite.measure(exercise, ONE, NAME, |_, _| {
                    sum(&parallel_map(items, WORKERS, |rounds| compute(*rounds)));
                });
            }

            pub(crate) fn pool(suite: &mut Suite) {
                let pool = ThreadPool::new(WORKERS);
                suite.measure("thread_pool", ONE, NAME, |_, _| {
                    for _ in 0..JOBS {
                        pool.execute(|| {
                            black_box(compute(ROUNDS_OF_A_JOB));
                        });
                    }
                    pool.join();
                });
            }
        }
    };
}

of_the_course!(reference, threads_solution);
#[cfg(feature = "student")]
of_the_course!(student, threads);

fn peers() -> rayon::ThreadPool {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(WORKERS);
    builder.build().expect("two threads can be started")
}

fn map(suite: &mut Suite, exercise: &'static str, items: &[u64]) {
    let pool = peers();
    suite.measure(exercise, ONE, "rayon par_iter", |_, _| {
        let results: Vec<u64> =
            pool.install(|| items.par_iter().map(|rounds| compute(*rounds)).collect());
        sum(&results);
    });
    suite.measure(exercise, ONE, "crossbeam scope, halves", |_, _| {
        let halves = crossbeam::thread::scope(|scope| {
            let halves = items.chunks(items.len().div_ceil(WORKERS));
            let threads: Vec<_> = halves
                .map(|half| {
                    scope.spawn(|_| {
                        half.iter()
                            .map(|rounds| compute(*rounds))
                            .collect::<Vec<u64>>()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("nobody panics"))
                .collect::<Vec<u64>>()
        });
        sum(&halves.expect("nobody panics"));
    });
    suite.measure(exercise, ONE, "one thread", |_, _| {
        sum(&items
            .iter()
            .map(|rounds| compute(*rounds))
            .collect::<Vec<u64>>());
    });
    reference::map(suite, exercise, items);
    #[cfg(feature = "student")]
    student::map(suite, exercise, items);
}

fn pool(suite: &mut Suite) {
    let pool = peers();
    suite.measure("thread_pool", ONE, "rayon ThreadPool", |_, _| {
        pool.in_place_scope(|scope| {
            for _ in 0..JOBS {
                scope.spawn(|_| {
                    black_box(compute(ROUNDS_OF_A_JOB));
                });
            }
        });
    });
    suite.measure("thread_pool", ONE, "a thread for each job", |_, _| {
        std::thread::scope(|scope| {
            for _ in 0..JOBS {
                scope.spawn(|| {
                    black_box(compute(ROUNDS_OF_A_JOB));
                });
            }
        });
    });
    reference::pool(suite);
    #[cfg(feature = "student")]
    student::pool(suite);
}

fn main() {
    let mut suite = Suite::from_args();
    for (exercise, count, rounds) in ITEMS {
        map(&mut suite, exercise, &items(count, rounds));
    }
    pool(&mut suite);
    suite.finish();
}
