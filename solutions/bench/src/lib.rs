//! Given: threads that work at the same time, and a table of who was how fast.
//!
//! Criterion measures one name at a time. What a reader wants to know is the ratio to the crate
//! that a professional would use, from the same run on the same machine: [`Suite`] keeps the
//! medians, and prints that table at the end.

pub mod calls;

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};

/// How many threads take part: as many as small machines have cores, and more than they have.
pub const THREADS: [usize; 2] = [2, 8];

/// Work that only computes: about a nanosecond for each round.
pub fn compute(rounds: u64) -> u64 {
    (0..rounds).fold(1, |number: u64, round| {
        black_box(
            number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(round),
        )
    })
}

/// Measures by criterion, and remembers what it measured.
pub struct Suite {
    criterion: Criterion,
    rows: Vec<Row>,
}

struct Row {
    exercise: &'static str,
    threads: usize,
    name: &'static str,
    /// Nanoseconds for each operation: the median over criterion's samples.
    median: f64,
}

impl Suite {
    /// Takes criterion's usual arguments from the command line; samples are few and short.
    pub fn from_args() -> Self {
        let criterion = Criterion::default()
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(600))
            .sample_size(10)
            .configure_from_args();
        Suite {
            criterion,
            rows: Vec::new(),
        }
    }

    /// Measures `work(thread, turn)` on `threads` threads at once, as `exercise/name/threads`. The
    /// first name of an exercise is the peer that the others are compared with.
    pub fn measure(
        &mut self,
        exercise: &'static str,
        threads: usize,
        name: &'static str,
        work: impl Fn(usize, u64) + Sync,
    ) {
        let mut samples = Vec::new();
        let mut group = self.criterion.benchmark_group(exercise);
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new(name, threads), |bencher| {
            bencher.iter_custom(|operations| {
                let took = together(threads, operations, &work);
                samples.push(took.as_nanos() as f64 / operations as f64);
                took
            });
        });
        group.finish();
        if !samples.is_empty() {
            samples.sort_by(f64::total_cmp);
            self.rows.push(Row {
                exercise,
                threads,
                name,
                median: samples[samples.len() / 2],
            });
        }
    }

    /// Prints the table: each row's time beside that of the peer in the same run.
    pub fn finish(self) {
        self.criterion.final_summary();
        println!(
            "\n{:<12} {:>7}  {:<24} {:>9}  time / peer's",
            "exercise", "threads", "", "ns/op"
        );
        for row in &self.rows {
            let peer = self
                .rows
                .iter()
                .find(|peer| (peer.exercise, peer.threads) == (row.exercise, row.threads));
            let ratio = peer.map_or(1.0, |peer| row.median / peer.median);
            println!(
                "{:<12} {:>7}  {:<24} {:>9.1}  {ratio:.2}",
                row.exercise, row.threads, row.name, row.median
            );
        }
    }
}

/// Shares `operations` out over `threads` threads that start together. Returns the time from the
/// start of the first to the end of the last, for exactly that many operations.
fn together(threads: usize, operations: u64, work: &(impl Fn(usize, u64) + Sync)) -> Duration {
    let each = operations.div_ceil(threads as u64);
    let gate = Barrier::new(threads);
    // Every thread takes its own times. One that looked from outside might not get a core when they
    // start, and would measure too little.
    let times: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let gate = &gate;
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    gate.wait();
                    let start = Instant::now();
                    for turn in 0..each {
                        work(thread, turn);
                    }
                    (start, Instant::now())
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("a benchmark panicked"))
            .collect()
    });
    let start = times.iter().map(|(start, _)| *start).min();
    let end = times.iter().map(|(_, end)| *end).max();
    let took = end.zip(start).map_or(Duration::ZERO, |(e, s)| e - s);
    took.mul_f64(operations as f64 / (each * threads as u64) as f64)
}
