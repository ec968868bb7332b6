use kit::explore::panic_on_purpose;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};
use std::panic::catch_unwind;
use threads::parallel_map::parallel_map;

rules::test!("src/parallel_map.rs");

#[test]
fn results_come_in_the_order_of_the_items() {
    let items: Vec<u32> = (0..100).collect();
    let squares: Vec<u32> = items.iter().map(|n| n * n).collect();
    for workers in [0, 1, 3, 200] {
        assert_eq!(
            parallel_map(&items, workers, |n| n * n),
            squares,
            "{workers} workers"
        );
    }
}

#[test]
fn no_items_make_no_results() {
    let nothing: [u32; 0] = [];
    assert!(
        parallel_map(&nothing, 4, |n| n * n).is_empty(),
        "there are no items: there must be no results"
    );
}

#[test]
fn whoever_is_faster_the_order_stays() {
    explore(|| {
        let doubled = parallel_map(&[1, 2, 3], 2, |n| {
            thread::yield_now();
            2 * n
        });
        assert_eq!(
            doubled,
            [2, 4, 6],
            "another item may be done first: each must have its own result all the same"
        );
    });
}

#[test]
fn two_items_are_worked_on_at_once() {
    possible(|goal| {
        let inside = AtomicUsize::new(0);
        parallel_map(&[1, 2], 2, |_| {
            if inside.fetch_add(1, SeqCst) == 1 {
                goal.reached();
            }
            inside.fetch_sub(1, SeqCst);
        });
    });
}

#[test]
fn a_panic_reaches_the_caller() {
    explore(|| {
        let fails = |n: &u32| match n {
            1 => panic_on_purpose("it fails"),
            n => *n,
        };
        assert_eq!(parallel_map(&[2], 1, fails), [2], "nothing fails yet");
        let results = catch_unwind(|| parallel_map(&[1, 2], 2, fails));
        assert!(results.is_err(), "the panic was lost");
    });
}
