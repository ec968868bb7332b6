//! Hidden checks of `map_reduce`.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic;

use kit::channel;
use kit::explore::panic_on_purpose;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible};
use threads::map_reduce::{self, partition, word_count};

use crate::inputs::{self, Others};
use crate::seen::Inside;

harness::checks![
    words_are_counted,
    values_come_in_the_order_of_the_inputs,
    nothing_to_map,
    none_counts_as_one,
    no_more_than_so_many_at_once,
    a_partition_is_reduced_in_one_task,
    no_reduce_before_the_last_map_has_ended,
    the_result_is_the_same_whoever_is_faster,
    each_task_runs_once,
    a_slow_task_holds_up_no_other,
    a_slow_task_holds_up_none_of_many,
    as_many_tasks_at_once_as_workers,
    a_panic_of_map_reaches_the_caller,
    a_panic_of_reduce_reaches_the_caller,
    two_map_tasks_at_once,
    two_reduce_tasks_at_once,
];

/// The types that the contract names. A type of the answer's own in their place could be equal to
/// whatever a check expects.
const _: fn() = || {
    let pair = |n: &u32| vec![(*n, *n)];
    let _: usize = partition(&1, 1);
    let _: BTreeMap<String, usize> = word_count(&[], 1, 1);
    let _: BTreeMap<u32, Vec<u32>> = map_reduce::map_reduce(&[1], 1, 1, pair, collect);
};

/// The function under test, compiled once for each type of keys and values and not for each
/// closure: most of what compiling these checks takes.
fn map_reduce<I: Sync, K: Hash + Ord + Send, V: Send, R: Send>(
    inputs: &[I],
    reducers: usize,
    workers: usize,
    map: impl Fn(&I) -> Vec<(K, V)> + Sync,
    reduce: impl Fn(&K, Vec<V>) -> R + Sync,
) -> BTreeMap<K, R> {
    let map: &(dyn Fn(&I) -> Vec<(K, V)> + Sync) = &map;
    let reduce: &(dyn Fn(&K, Vec<V>) -> R + Sync) = &reduce;
    map_reduce::map_reduce(inputs, reducers, workers, map, reduce)
}

/// All values of a key, as they come.
fn collect(_: &u32, values: Vec<u32>) -> Vec<u32> {
    values
}

/// A key of each of that many reduce tasks, in their order.
fn a_key_of_each(reducers: usize) -> Vec<u32> {
    let mut keys = vec![None; reducers];
    let (mut missing, mut candidates) = (reducers, 0..200_000);
    while missing > 0
        && let Some(key) = candidates.next()
    {
        let place = &mut keys[partition(&key, reducers)];
        missing -= usize::from(place.is_none());
        place.get_or_insert(key);
    }
    let keys = keys.into_iter();
    keys.map(|key| key.expect("some key belongs to each task"))
        .collect()
}

/// A map task that makes work for each of two reduce tasks.
fn both_keys(n: &u32) -> Vec<(u32, u32)> {
    let keys = a_key_of_each(2);
    keys.into_iter().map(|key| (key, *n)).collect()
}

/// Map tasks of which each calls `f`.
fn run_maps(tasks: usize, workers: usize, f: &(dyn Fn(usize) + Sync)) {
    let inputs: Vec<usize> = (0..tasks).collect();
    let map = |input: &usize| {
        f(*input);
        vec![(0, 1)]
    };
    map_reduce(&inputs, 1, workers, map, collect);
}

/// Reduce tasks of which each calls `f`.
fn run_reduces(tasks: usize, workers: usize, f: &(dyn Fn(usize) + Sync)) {
    let keys = a_key_of_each(tasks);
    let map = |(): &()| keys.iter().map(|key| (*key, 1)).collect();
    let reduce = |key: &u32, _: Vec<u32>| f(partition(key, tasks));
    map_reduce(&[()], tasks, workers, map, reduce);
}

fn words_are_counted() {
    let documents = ["a b a", "", "b c", "a"];
    let expected = [("a", 3), ("b", 2), ("c", 1)].map(|(word, count)| (word.to_owned(), count));
    for (reducers, workers) in [(1, 1), (2, 3), (5, 2), (9, 9)] {
        let counts = word_count(&documents, reducers, workers);
        assert_eq!(
            counts,
            BTreeMap::from(expected.clone()),
            "{reducers} reducers, {workers} workers"
        );
    }
}

fn values_come_in_the_order_of_the_inputs() {
    let inputs: Vec<u32> = (0..40).collect();
    let result = map_reduce(
        &inputs,
        3,
        4,
        |n| vec![(n % 2, *n), (n % 2, 100 + n)],
        collect,
    );
    for (key, values) in &result {
        let expected: Vec<u32> = inputs
            .iter()
            .filter(|n| *n % 2 == *key)
            .flat_map(|n| [*n, 100 + n])
            .collect();
        assert_eq!(*values, expected, "the values of key {key}");
    }
    assert_eq!(
        result.len(),
        2,
        "the inputs have keys 0 and 1: the result must have both"
    );
    for (inputs, pairs) in [(1, 3_000), (2_000, 1), (300, 7), (3, 1_000)] {
        for (reducers, workers) in [(1, 1), (1, 4), (3, 2), (100, 3)] {
            many_pairs(inputs, pairs, reducers, workers);
        }
    }
}

/// Inputs with a number of pairs each, of a few keys in no order. Each value says where it
/// comes from.
fn many_pairs(inputs: u32, pairs: u32, reducers: usize, workers: usize) {
    let all: Vec<u32> = (0..inputs).collect();
    let map = |input: &u32| {
        let pair = |number: u32| {
            let value = input * pairs + number;
            (Key(value.wrapping_mul(2_654_435_761) >> 29), value)
        };
        (0..pairs).map(pair).collect::<Vec<_>>()
    };
    let mut expected = BTreeMap::<Key, Vec<u32>>::new();
    for (key, value) in all.iter().flat_map(map) {
        expected.entry(key).or_default().push(value);
    }
    let reduced = map_reduce(&all, reducers, workers, map, |_, values: Vec<u32>| values);
    let of = format!("of {inputs} inputs with {pairs} pairs, {reducers} reducers");
    assert!(reduced == expected, "keys or values are others, {of}");
}

/// A key that shares its hash with others.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0 % 4).hash(state);
    }
}

fn nothing_to_map() {
    let nothing: [u32; 0] = [];
    let result = map_reduce(&nothing, 2, 2, |n| vec![(*n, *n)], collect);
    assert!(
        result.is_empty(),
        "there are no inputs: there must be no results"
    );
    let result = map_reduce(&[1, 2], 2, 2, |_| Vec::new(), collect);
    assert!(result.is_empty(), "map tasks that make nothing");
}

fn none_counts_as_one() {
    let expected = BTreeMap::from([(1, vec![1]), (2, vec![2])]);
    assert_eq!(
        map_reduce(&[1, 2], 0, 2, |n| vec![(*n, *n)], collect),
        expected,
        "no reducers"
    );
    assert_eq!(
        map_reduce(&[1, 2], 2, 0, |n| vec![(*n, *n)], collect),
        expected,
        "no workers"
    );
}

fn no_more_than_so_many_at_once() {
    inputs::no_more_at_once_than_workers(run_maps);
    inputs::no_more_at_once_than_workers(run_reduces);
}

fn a_partition_is_reduced_in_one_task() {
    explore(|| {
        let (told, order) = channel::bounded(2);
        let map = |n: &u32| vec![(n + 1, 0), (*n, 0)];
        let reduce = |key: &u32, _: Vec<u32>| told.send(*key).expect("the receiver lives");
        map_reduce(&[3], 1, 2, map, reduce);
        assert_eq!(
            order.try_iter().collect::<Vec<_>>(),
            [3, 4],
            "two keys of one reduce task: they must be reduced in order, one after the other"
        );
    });
    for reducers in [1, 2, 3, 7] {
        (0..20).for_each(|slow| keys_wait_for_their_own_task_only(slow, reducers));
    }
}

/// Of twenty keys one is reduced when all keys are that belong to other tasks, or come before it:
/// so no other key is in its task, and those that come behind it are.
fn keys_wait_for_their_own_task_only(slow: u32, reducers: usize) {
    let mine = |key: u32| partition(&key, reducers) == partition(&slow, reducers);
    let behind = |key: u32| key > slow && mine(key);
    let others = Others::new((0..20).filter(|key| *key != slow && !behind(*key)).count());
    let early = atomic::AtomicBool::new(false);
    let over = atomic::AtomicBool::new(false);
    let reduce = |key: &u32, _: Vec<u32>| match *key {
        key if key == slow => {
            others.wait();
            over.store(true, SeqCst);
        }
        key if behind(key) => {
            early.fetch_or(!over.load(SeqCst), SeqCst);
        }
        _ => others.done(),
    };
    map_reduce(
        &[()],
        reducers,
        2,
        |()| (0..20).map(|key| (key, 0)).collect(),
        reduce,
    );
    let why = "a key was reduced before another that comes before it in its task";
    assert!(!early.load(SeqCst), "{why}: {slow} of {reducers} tasks");
}

fn no_reduce_before_the_last_map_has_ended() {
    explore(|| {
        let ended = AtomicUsize::new(0);
        let map = |n: &u32| {
            ended.fetch_add(1, SeqCst);
            vec![(*n, *n)]
        };
        let reduce = |_: &u32, _: Vec<u32>| {
            let ended = ended.load(SeqCst);
            assert_eq!(
                ended, 2,
                "reduce began when {ended} of 2 map tasks had ended"
            );
        };
        map_reduce(&[1, 2], 1, 2, map, reduce);
    });
}

fn the_result_is_the_same_whoever_is_faster() {
    explore(|| {
        let result = map_reduce(&[1, 2], 1, 2, |n| vec![(7, *n)], collect);
        assert_eq!(
            result,
            BTreeMap::from([(7, vec![1, 2])]),
            "the second input may be mapped first: the values must come in the inputs' order"
        );
    });
}

fn each_task_runs_once() {
    inputs::each_task_once(run_maps);
    inputs::each_task_once(run_reduces);
    explore(|| {
        let result = map_reduce(&[1, 2], 1, 2, |n| vec![(*n, *n)], collect);
        assert_eq!(
            result,
            BTreeMap::from([(1, vec![1]), (2, vec![2])]),
            "two inputs with a key each: both must be mapped and reduced, once"
        );
    });
}

fn a_slow_task_holds_up_no_other() {
    inputs::slow_tasks_hold_up_no_other(run_maps);
    inputs::slow_tasks_hold_up_no_other(run_reduces);
}

fn a_slow_task_holds_up_none_of_many() {
    inputs::slow_tasks_hold_up_none_of_many(run_maps);
    inputs::slow_tasks_hold_up_none_of_many(run_reduces);
}

fn as_many_tasks_at_once_as_workers() {
    inputs::as_many_at_once_as_workers(run_maps);
    inputs::as_many_at_once_as_workers(run_reduces);
}

fn a_panic_of_map_reaches_the_caller() {
    let result = map_reduce(&[1], 1, 2, |n| vec![(*n, *n)], collect);
    assert_eq!(
        result,
        BTreeMap::from([(1, vec![1])]),
        "no task panics: there must be a result for the one key"
    );
    explore(|| {
        let (tries, reduced) = (atomic::AtomicUsize::new(0), atomic::AtomicBool::new(false));
        let map = |n: &u32| match n {
            // Whoever tries again does not see it again.
            2 if tries.fetch_add(1, SeqCst) == 0 => panic_on_purpose("map fails for 2"),
            n => vec![(*n, *n)],
        };
        let reduce = |_: &u32, _: Vec<u32>| reduced.store(true, SeqCst);
        let result = catch_unwind(AssertUnwindSafe(|| map_reduce(&[1, 2], 1, 2, map, reduce)));
        assert!(result.is_err(), "the panic was lost: {result:?}");
        let reduced = reduced.load(SeqCst);
        assert!(!reduced, "values are missing, and reduce was called");
    });
    inputs::panics_reach_the_caller(run_maps);
}

fn a_panic_of_reduce_reaches_the_caller() {
    assert_eq!(
        map_reduce(&[0], 2, 2, both_keys, collect).len(),
        2,
        "no task panics: there must be a result for each of the two keys"
    );
    inputs::panics_reach_the_caller(run_reduces);
}

fn two_map_tasks_at_once() {
    possible(|goal| {
        let inside = Inside::default();
        let map = |n: &u32| {
            if inside.pass() == 2 {
                goal.reached();
            }
            vec![(*n, *n)]
        };
        map_reduce(&[1, 2], 1, 2, map, collect);
    });
}

fn two_reduce_tasks_at_once() {
    possible(|goal| {
        let inside = Inside::default();
        let reduce = |_: &u32, _: Vec<u32>| {
            if inside.pass() == 2 {
                goal.reached();
            }
        };
        map_reduce(&[0], 2, 2, both_keys, reduce);
    });
}
