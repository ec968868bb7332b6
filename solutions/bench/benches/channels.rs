//! Given: the lab's channel next to what a professional would use.
//!
//! Half of the threads send and half receive, so 2 threads are one of each and 8 are four of each.
//! One operation is one send or one receive. In every row crossbeam comes first: see
//! `Suite::measure`.
//!
//! Where the threads run decides more than the code does. Pin the run, and say to how many cores:
//! `taskset -c 0 cargo bench --bench channels`.

use std::sync::{Mutex, mpsc};

use bench::{Suite, THREADS};

const CAPACITIES: [(&str, usize); 3] = [("capacity 0", 0), ("capacity 1", 1), ("capacity 64", 64)];

/// Measures one channel: `$send` on every other thread, `$recv` on the rest.
macro_rules! measure {
    ($suite:expr, $row:expr, $threads:expr, $name:expr, ($sender:ident, $receiver:ident) = $channel:expr) => {{
        let ($sender, $receiver) = $channel;
        $suite.measure($row, $threads, $name, |thread, turn| {
            if thread.is_multiple_of(2) {
                $sender.send(turn).expect("somebody receives");
            } else {
                $receiver.recv().expect("somebody sends");
            }
        });
    }};
}

/// The standard library's receiver is for one thread at a time, so threads that share it take
/// turns.
struct Shared<T>(Mutex<mpsc::Receiver<T>>);

impl<T> Shared<T> {
    fn recv(&self) -> Result<T, mpsc::RecvError> {
        self.0.lock().expect("nobody panics").recv()
    }
}

fn standard<T>(capacity: usize) -> (mpsc::SyncSender<T>, Shared<T>) {
    let (sender, receiver) = mpsc::sync_channel(capacity);
    (sender, Shared(Mutex::new(receiver)))
}

fn main() {
    let cores = std::thread::available_parallelism().map_or(0, |cores| cores.get());
    println!("the threads may run on {cores} core(s)");
    let mut suite = Suite::from_args();
    for (row, capacity) in CAPACITIES {
        for threads in THREADS {
            measure!(
                suite,
                row,
                threads,
                "crossbeam",
                (s, r) = crossbeam::channel::bounded(capacity)
            );
            measure!(
                suite,
                row,
                threads,
                "std::sync::mpsc",
                (s, r) = standard(capacity)
            );
            measure!(
                suite,
                row,
                threads,
                "flume",
                (s, r) = flume::bounded(capacity)
            );
            measure!(
                suite,
                row,
                threads,
                "kanal",
                (s, r) = kanal::bounded(capacity)
            );
            measure!(
                suite,
                row,
                threads,
                "reference",
                (s, r) = channels_solution::bounded(capacity)
            );
            #[cfg(feature = "student")]
            measure!(
                suite,
                row,
                threads,
                "student",
                (s, r) = channels::bounded(capacity)
            );
        }
    }
    suite.finish();
}
