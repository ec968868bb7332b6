//! You write this file: MapReduce, on the threads of one machine.
//!
//! The user gives two functions that know nothing of threads. `map` makes pairs of key and value of
//! one input; `reduce` makes one result of a key and all its values. Between them every pair goes
//! to the reduce task of its key. The lecture's labs do it on a thousand machines (Dean and
//! Ghemawat, 2004); here machines are threads and files are vectors.
//!
//! Watch for:
//! - a reduce task needs what *all* map tasks made: none may begin before the last map task has
//!   ended;
//! - each task runs once, on whichever thread is free;
//! - two map tasks that end at once must not lose each other's pairs;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - the result must not depend on who was faster: values come in the order of the inputs.
//!
//! Not here: tasks that fail and are tried again.
//!
//! Read: notes/threads.md, "Waiting for all of them".

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

// LAB: // You will want: use kit::sync::Mutex; and use kit::thread;
use kit::sync::Mutex;
use kit::thread;
// LAB: end

/// Says which of `reducers` reduce tasks (at least one) gets the pairs of `key`. Given.
pub fn partition(key: &impl Hash, reducers: usize) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key) >> 32;
    (hash % reducers.max(1) as u64) as usize
}

/// Counts how often each word is in the documents: the example of everybody, and of the benchmark.
/// Given.
///
/// # Examples
///
/// ```no_run
/// use threads::map_reduce::word_count;
///
/// let counts = word_count(&["to be or", "not to be"], 2, 4);
/// assert_eq!(counts["to"], 2);
/// assert_eq!(counts["or"], 1);
/// ```
pub fn word_count(documents: &[&str], reducers: usize, workers: usize) -> BTreeMap<String, usize> {
    let map = |document: &&str| {
        let words = document.split_whitespace();
        words.map(|word| (word.to_owned(), 1)).collect()
    };
    let reduce = |_: &String, ones: Vec<usize>| ones.iter().sum();
    map_reduce(documents, reducers, workers, map, reduce)
}

/// Calls `map` for each input, one map task each; then `reduce` for each key with all its values,
/// in `reducers` reduce tasks (0 counts as 1); both on at most `workers` threads at a time (0
/// counts as 1).
///
/// The values of a key come in the order of the inputs, and within one input as `map` gave them.
/// All keys of one [`partition`] are reduced by one task, in the order of the keys. No call of
/// `reduce` begins before all calls of `map` have ended. As long as a task is left that was not
/// begun, and may be, `workers` tasks run at once.
///
/// Blocks until all threads have ended.
///
/// # Panics
///
/// If `map` or `reduce` does, once all threads have ended. Tasks that were not begun before may be
/// left.
pub fn map_reduce<I, K, V, R>(
    inputs: &[I],
    reducers: usize,
    workers: usize,
    map: impl Fn(&I) -> Vec<(K, V)> + Sync,
    reduce: impl Fn(&K, Vec<V>) -> R + Sync,
) -> BTreeMap<K, R>
where
    I: Sync,
    K: Hash + Ord + Send,
    V: Send,
    R: Send,
{
    // LAB: let _ = (inputs, map, reduce);
    // LAB: end
    // LAB: todo!("map all inputs, then reduce in {reducers} tasks, on {workers} threads")
    let reducers = reducers.max(1);
    // For each map task, what it has made for each reduce task.
    let mapped = run(inputs.iter().collect(), workers, |input| {
        let mut parts: Vec<_> = (0..reducers).map(|_| Vec::new()).collect();
        for (key, value) in map(input) {
            parts[partition(&key, reducers)].push((key, value));
        }
        parts
    });
    // All map tasks have ended: `run` has waited for them. Turned around: for each reduce task,
    // what all map tasks have made for it, in the order of the inputs.
    let mut parts: Vec<Vec<(K, V)>> = (0..reducers).map(|_| Vec::new()).collect();
    for of_one_input in mapped {
        for (part, pairs) in parts.iter_mut().zip(of_one_input) {
            part.extend(pairs);
        }
    }
    let reduced = run(parts, workers, |pairs| {
        let mut values = BTreeMap::<K, Vec<V>>::new();
        for (key, value) in pairs {
            values.entry(key).or_default().push(value);
        }
        let reduce = |(key, values)| {
            let result = reduce(&key, values);
            (key, result)
        };
        values.into_iter().map(reduce).collect::<Vec<_>>()
    });
    reduced.into_iter().flatten().collect()
    // LAB: end
}
// LAB:

/// Does every task once, on at most `workers` threads, and gives what came of each, in their order.
/// Blocks until all are done, which is the barrier between the two phases.
fn run<T: Send, R: Send>(tasks: Vec<T>, workers: usize, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let workers = workers.max(1).min(tasks.len());
    let mut done: Vec<Option<R>> = tasks.iter().map(|_| None).collect();
    // Each task with the place for its result: whoever takes it owns both, so nothing has to be
    // merged.
    let left = Mutex::new(tasks.into_iter().zip(&mut done));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = left.lock().next();
                    let Some((task, place)) = next else {
                        return;
                    };
                    *place = Some(work(task));
                }
            });
        }
    });
    drop(left);
    let done = done.into_iter();
    done.map(|result| result.expect("every task was taken, and all threads have ended"))
        .collect()
}
// LAB: end
