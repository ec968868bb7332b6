//! The caller is the master: it collects over a channel what the workers send, and hands out the
//! second phase when it has everything of the first.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use kit::channel;
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
    let mapped = phase(inputs.iter(), workers, map);
    let mut parts: BTreeMap<usize, BTreeMap<K, Vec<V>>> = BTreeMap::new();
    for (key, value) in mapped.into_iter().flatten() {
        let part = parts.entry(partition(&key, reducers)).or_default();
        part.entry(key).or_default().push(value);
    }
    let reduced = phase(parts.into_values(), workers, |part| {
        let mut results = Vec::new();
        for (key, values) in part {
            let result = reduce(&key, values);
            results.push((key, result));
        }
        results
    });
    reduced.into_iter().flatten().collect()
}

/// One phase: tasks go out over one channel and results come back over another, with their numbers.
fn phase<T: Send, R: Send>(
    tasks: impl ExactSizeIterator<Item = T>,
    workers: usize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let workers = workers.max(1).min(tasks.len());
    let (hand_out, taken) = channel::unbounded();
    for task in tasks.enumerate() {
        hand_out.send(task).expect("the other end is here");
    }
    drop(hand_out);
    let (send, results) = channel::unbounded();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (taken, send, work) = (taken.clone(), send.clone(), &work);
            scope.spawn(move || {
                for (number, task) in taken {
                    send.send((number, work(task)))
                        .expect("the master receives to the end");
                }
            });
        }
    });
    drop(send);
    let results: BTreeMap<usize, R> = results.into_iter().collect();
    results.into_values().collect()
}
