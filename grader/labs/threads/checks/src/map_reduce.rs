//! Hidden checks of `map_reduce`.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic;
use std::time::Duration;

use kit::channel;
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible};
use threads::map_reduce::{map_reduce, partition, word_count};

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
    a_slow_map_task_holds_up_no_other,
    a_slow_task_holds_up_none_of_a_hundred,
    a_panic_of_map_reaches_the_caller,
    a_panic_of_reduce_reaches_the_caller,
    two_map_tasks_at_once,
    two_reduce_tasks_at_once,
];

/// Enough for all interleavings of most designs.
const BUDGET: Duration = Duration::from_secs(2);

/// All values of a key, as they come.
fn collect(_: &u32, values: Vec<u32>) -> Vec<u32> {
    values
}

/// A map task that makes work for each of two reduce tasks.
fn both_keys(n: &u32) -> Vec<(u32, u32)> {
    let key = |task| {
        (0..)
            .find(|key: &u32| partition(key, 2) == task)
            .expect("some key goes there")
    };
    vec![(key(0), *n), (key(1), *n)]
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
    assert_eq!(result.len(), 2);
}

fn nothing_to_map() {
    let nothing: [u32; 0] = [];
    let result = map_reduce(&nothing, 2, 2, |n| vec![(*n, *n)], collect);
    assert!(result.is_empty());
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
    explore(|| {
        let inside = Inside::default();
        let map = |n: &u32| {
            inside.pass();
            vec![(0, *n)]
        };
        map_reduce(&[1, 2], 1, 1, map, collect);
        let most = inside.most();
        assert!(most <= 1, "{most} map tasks at once, and one worker");
    });
    explore(|| {
        let inside = Inside::default();
        let reduce = |_: &u32, _: Vec<u32>| inside.pass();
        map_reduce(&[0], 2, 1, both_keys, reduce);
        let most = inside.most();
        assert!(most <= 1, "{most} reduce tasks at once, and one worker");
    });
}

fn a_partition_is_reduced_in_one_task() {
    explore(|| {
        let (told, order) = channel::bounded(2);
        let map = |n: &u32| vec![(n + 1, 0), (*n, 0)];
        let reduce = |key: &u32, _: Vec<u32>| told.send(*key).expect("the receiver lives");
        map_reduce(&[3], 1, 2, map, reduce);
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [3, 4]);
    });
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
        assert_eq!(result, BTreeMap::from([(7, vec![1, 2])]));
    });
}

fn each_task_runs_once() {
    explore(|| {
        let maps = AtomicUsize::new(0);
        let map = |n: &u32| {
            maps.fetch_add(1, SeqCst);
            vec![(*n, *n)]
        };
        let result = map_reduce(&[1, 2], 1, 2, map, collect);
        assert_eq!(result, BTreeMap::from([(1, vec![1]), (2, vec![2])]));
        assert_eq!(maps.load(SeqCst), 2, "calls of map for two inputs");
    });
    explore(|| {
        let reduces = AtomicUsize::new(0);
        let reduce = |_: &u32, values: Vec<u32>| {
            reduces.fetch_add(1, SeqCst);
            values
        };
        let result = map_reduce(&[7], 2, 2, both_keys, reduce);
        assert_eq!(
            result,
            both_keys(&7)
                .into_iter()
                .map(|(key, n)| (key, vec![n]))
                .collect()
        );
        assert_eq!(reduces.load(SeqCst), 2, "calls of reduce for two keys");
    });
}

fn a_slow_map_task_holds_up_no_other() {
    for slow in [0, 2] {
        // Of a design with channels it sees the interleavings with few preemptions, in this time.
        Explorer::new().budget(BUDGET).explore(move || {
            let (done, others) = channel::bounded(2);
            let map = |n: &u32| {
                if *n == slow {
                    for _ in 0..2 {
                        others.recv().expect("the sender lives");
                    }
                } else {
                    done.send(()).expect("the receiver lives");
                }
                vec![(0, *n)]
            };
            let result = map_reduce(&[0, 1, 2], 1, 2, map, collect);
            assert_eq!(result[&0], [0, 1, 2]);
        });
    }
}

fn a_slow_task_holds_up_none_of_a_hundred() {
    // Real threads: a search takes few tasks, and portions begin where there are many.
    let inputs: Vec<u32> = (0..100).collect();
    for slow in [0, 50] {
        let (done, others) = channel::unbounded();
        let wait_or_tell = |waits, tasks| {
            if waits {
                for _ in 1..tasks {
                    others.recv().expect("the sender lives");
                }
            } else {
                done.send(()).expect("the receiver lives");
            }
        };
        let map = |n: &u32| {
            wait_or_tell(*n == slow, inputs.len());
            vec![(*n, *n)]
        };
        map_reduce(&inputs, 1, 2, map, collect);
        // One key for each of a hundred reduce tasks.
        let key = |task| (0..).find(|key: &u32| partition(key, 100) == task);
        let keys: Vec<u32> = (0..100).filter_map(key).collect();
        let reduce = |key: &u32, _: Vec<u32>| {
            wait_or_tell(*key == keys[slow as usize], keys.len());
        };
        map_reduce(&keys, 100, 2, |key| vec![(*key, 0)], reduce);
    }
}

fn a_panic_of_map_reaches_the_caller() {
    let result = map_reduce(&[1], 1, 2, |n| vec![(*n, *n)], collect);
    assert_eq!(result, BTreeMap::from([(1, vec![1])]));
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
}

fn a_panic_of_reduce_reaches_the_caller() {
    assert_eq!(map_reduce(&[0], 2, 2, both_keys, collect).len(), 2);
    explore(|| {
        let reduce = |_: &u32, _: Vec<u32>| -> u32 { panic_on_purpose("reduce fails") };
        let result = catch_unwind(AssertUnwindSafe(|| {
            map_reduce(&[0], 2, 2, both_keys, reduce)
        }));
        assert!(result.is_err(), "the panic was lost: {result:?}");
    });
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
