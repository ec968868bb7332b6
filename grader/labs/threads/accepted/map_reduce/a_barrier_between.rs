//! The threads are started once, and meet at a barrier between the phases. A panic must not keep
//! anybody from the barrier.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kit::sync::{Barrier, Mutex};
use kit::thread;

/// Says which reduce task gets the pairs of `key`.
pub fn partition(key: &impl Hash, reducers: usize) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key) >> 32;
    (hash % reducers.max(1) as u64) as usize
}

/// Counts how often each word is in the documents.
pub fn word_count(documents: &[&str], reducers: usize, workers: usize) -> BTreeMap<String, usize> {
    let map = |document: &&str| {
        let words = document.split_whitespace();
        words.map(|word| (word.to_owned(), 1)).collect()
    };
    map_reduce(documents, reducers, workers, map, |_, ones: Vec<usize>| {
        ones.len()
    })
}

/// Maps, then reduces.
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
    let reducers = reducers.max(1);
    let workers = workers.max(1).min(inputs.len().max(reducers));
    let to_map = Mutex::new(inputs.iter().enumerate());
    // For each reduce task: each pair with the number of its input.
    let parts: Vec<Mutex<Vec<(usize, K, V)>>> =
        (0..reducers).map(|_| Mutex::new(Vec::new())).collect();
    let to_reduce = Mutex::new(parts.iter());
    let result = Mutex::new(BTreeMap::new());
    let barrier = Barrier::new(workers);
    let work = || {
        let mapping = catch_unwind(AssertUnwindSafe(|| {
            while let Some((number, input)) = take(&to_map) {
                for (key, value) in map(input) {
                    parts[partition(&key, reducers)]
                        .lock()
                        .push((number, key, value));
                }
            }
        }));
        if mapping.is_err() {
            // Values are missing: nothing is reduced.
            while take(&to_reduce).is_some() {}
        }
        barrier.wait();
        mapping.unwrap_or_else(|panic| resume_unwind(panic));
        while let Some(part) = take(&to_reduce) {
            let mut pairs = std::mem::take(&mut *part.lock());
            pairs.sort_by_key(|(number, _, _)| *number);
            let mut values = BTreeMap::<K, Vec<V>>::new();
            for (_, key, value) in pairs {
                values.entry(key).or_default().push(value);
            }
            for (key, values) in values {
                let reduced = reduce(&key, values);
                result.lock().insert(key, reduced);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    result.into_inner()
}

fn take<T>(from: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    from.lock().next()
}
