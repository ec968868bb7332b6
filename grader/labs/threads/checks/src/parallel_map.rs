//! Hidden checks of `parallel_map`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::channel;
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};
use threads::parallel_map::parallel_map;

use crate::seen::{Inside, Threads};

harness::checks![
    results_have_the_order_of_the_items,
    nothing_to_do,
    no_workers_count_as_one,
    few_threads_for_many_items,
    no_more_threads_than_items,
    the_order_stays_whoever_is_faster,
    each_item_is_worked_on_once,
    a_slow_item_holds_up_no_other,
    a_slow_item_holds_up_none_of_a_hundred,
    no_more_than_so_many_at_once,
    a_panic_reaches_the_caller,
    a_panic_for_every_item_reaches_the_caller,
    two_items_at_once,
];

// What the file has to offer, to the letter.
type Map = fn(&[u8], usize, fn(&u8) -> u16) -> Vec<u16>;
const _: Map = |items, workers, f| parallel_map(items, workers, f);

fn results_have_the_order_of_the_items() {
    let items: Vec<usize> = (0..97).collect();
    for workers in [1, 2, 7, 97, 200] {
        let results = parallel_map(&items, workers, |n| 3 * n);
        let expected: Vec<usize> = items.iter().map(|n| 3 * n).collect();
        assert_eq!(results, expected, "with {workers} workers");
    }
}

fn nothing_to_do() {
    let nothing: [u8; 0] = [];
    for workers in [0, 1, 3] {
        let results: Vec<u8> = parallel_map(&nothing, workers, |_| panic!("there is no item"));
        assert!(results.is_empty(), "results without items: {results:?}");
    }
}

fn no_workers_count_as_one() {
    assert_eq!(parallel_map(&[1, 2, 3], 0, |n| n + 1), [2, 3, 4]);
}

fn few_threads_for_many_items() {
    explore(|| {
        let threads = Threads::default();
        parallel_map(&[1, 2, 3], 2, |_| threads.here());
        let count = threads.count();
        assert!(count <= 2, "{count} threads worked, and two may");
    });
}

fn no_more_threads_than_items() {
    // A search takes four threads at most.
    explore(|| assert_eq!(parallel_map(&[7], 1_000, |n| n + 1), [8]));
    Explorer::new().preemptions(1).possible(|goal| {
        assert_eq!(parallel_map(&[1, 2, 3, 4], 4, |n| n + 1), [2, 3, 4, 5]);
        goal.reached();
    });
}

fn the_order_stays_whoever_is_faster() {
    explore(|| {
        let results = parallel_map(&[1, 2, 3], 2, |n| {
            thread::yield_now();
            10 * n
        });
        assert_eq!(results, [10, 20, 30]);
    });
}

fn each_item_is_worked_on_once() {
    explore(|| {
        let counts = [
            AtomicUsize::new(0),
            AtomicUsize::new(0),
            AtomicUsize::new(0),
        ];
        parallel_map(&[0, 1, 2], 2, |n: &usize| counts[*n].fetch_add(1, SeqCst));
        let counts = counts.map(|count| count.load(SeqCst));
        assert_eq!(counts, [1, 1, 1], "how often each item was worked on");
    });
}

fn a_slow_item_holds_up_no_other() {
    for slow in 0..3 {
        explore(move || {
            let (done, others) = channel::bounded(2);
            parallel_map(&[0, 1, 2], 2, |n| {
                if *n == slow {
                    // So slow that all others are done before it.
                    for _ in 0..2 {
                        others.recv().expect("the sender lives");
                    }
                } else {
                    done.send(()).expect("the receiver lives");
                }
            });
        });
    }
}

fn a_slow_item_holds_up_none_of_a_hundred() {
    // Real threads: a search takes few items, and portions begin where there are many.
    let items: Vec<usize> = (0..100).collect();
    for slow in [0, 50] {
        let (done, others) = channel::unbounded();
        parallel_map(&items, 2, |n| {
            if *n == slow {
                for _ in 1..items.len() {
                    others.recv().expect("the sender lives");
                }
            } else {
                done.send(()).expect("the receiver lives");
            }
        });
    }
}

fn no_more_than_so_many_at_once() {
    explore(|| {
        let inside = Inside::default();
        parallel_map(&[1, 2, 3], 2, |_| inside.pass());
        let most = inside.most();
        assert!(most <= 2, "{most} items at once, and two workers");
    });
}

fn a_panic_reaches_the_caller() {
    let fails = |n: &u8| match n {
        2 => panic_on_purpose("it fails for 2"),
        n => *n,
    };
    assert_eq!(parallel_map(&[1, 3], 2, fails), [1, 3]);
    explore(move || {
        let results = catch_unwind(AssertUnwindSafe(|| parallel_map(&[1, 2, 3], 2, fails)));
        assert!(results.is_err(), "the panic was lost: {results:?}");
    });
}

fn a_panic_for_every_item_reaches_the_caller() {
    assert_eq!(parallel_map(&[1, 3], 2, |n| *n), [1, 3]);
    explore(|| {
        let fails = |_: &u8| -> u8 { panic_on_purpose("it fails") };
        let results = catch_unwind(AssertUnwindSafe(|| parallel_map(&[1, 2, 3], 2, fails)));
        assert!(results.is_err(), "the panic was lost: {results:?}");
    });
}

fn two_items_at_once() {
    possible(|goal| {
        let inside = Inside::default();
        parallel_map(&[1, 2], 2, |_| {
            if inside.pass() == 2 {
                goal.reached();
            }
        });
    });
}
