//! Hidden checks of `parallel_map`.

use kit::{explore, possible, thread};
use threads::parallel_map::parallel_map;

use crate::inputs;
use crate::seen::Inside;

harness::checks![
    results_have_the_order_of_the_items,
    nothing_to_do,
    no_workers_count_as_one,
    no_more_threads_than_items,
    the_order_stays_whoever_is_faster,
    each_item_is_worked_on_once,
    a_slow_item_holds_up_no_other,
    a_slow_item_holds_up_none_of_many,
    no_more_than_so_many_at_once,
    a_panic_reaches_the_caller,
    two_items_at_once,
    as_many_items_at_once_as_workers,
];

// What the file has to offer, to the letter.
type Map = fn(&[u8], usize, fn(&u8) -> u16) -> Vec<u16>;
const _: Map = |items, workers, f| parallel_map(items, workers, f);

/// Items that are their own numbers.
fn run(items: usize, workers: usize, f: &(dyn Fn(usize) + Sync)) {
    let items: Vec<usize> = (0..items).collect();
    parallel_map(&items, workers, |&item| f(item));
}

fn results_have_the_order_of_the_items() {
    let items: Vec<usize> = (0..97).collect();
    for workers in [1, 2, 7, 97, 200] {
        let results = parallel_map(&items, workers, |n| 3 * n);
        let expected: Vec<usize> = items.iter().map(|n| 3 * n).collect();
        assert_eq!(results, expected, "with {workers} workers");
        // Of items of no size, which all have one address, and of items that are all equal.
        let results = parallel_map(&[(); 97], workers, |()| 7);
        assert_eq!(results, [7; 97], "with {workers} workers");
        let results = parallel_map(&["a"; 97], workers, |item| item.len());
        assert_eq!(results, [1; 97], "with {workers} workers");
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
    assert_eq!(
        parallel_map(&[1, 2, 3], 0, |n| n + 1),
        [2, 3, 4],
        "no workers count as one: every item must have its result"
    );
}

fn no_more_threads_than_items() {
    inputs::no_more_threads_than_tasks_or_workers(run);
}

fn the_order_stays_whoever_is_faster() {
    explore(|| {
        let results = parallel_map(&[1, 2, 3], 2, |n| {
            thread::yield_now();
            10 * n
        });
        assert_eq!(
            results,
            [10, 20, 30],
            "the second item may be done first: each must have its own result all the same"
        );
    });
}

fn each_item_is_worked_on_once() {
    inputs::each_task_once(run);
}

fn a_slow_item_holds_up_no_other() {
    inputs::slow_tasks_hold_up_no_other(run);
}

fn a_slow_item_holds_up_none_of_many() {
    inputs::slow_tasks_hold_up_none_of_many(run);
}

fn no_more_than_so_many_at_once() {
    inputs::no_more_at_once_than_workers(run);
}

fn a_panic_reaches_the_caller() {
    assert_eq!(
        parallel_map(&[1, 3], 2, |n| *n),
        [1, 3],
        "no call panics: every item must have its result"
    );
    inputs::panics_reach_the_caller(run);
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

fn as_many_items_at_once_as_workers() {
    inputs::as_many_at_once_as_workers(run);
}
