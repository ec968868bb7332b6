//! Checks of `pipeline`. The thread that runs a scenario fills the input and receives the results,
//! so that the workers are the only threads that are started.

use std::panic::{AssertUnwindSafe, catch_unwind};

use channels::pipeline::stage;
use kit::channel::{Receiver, TryRecvError, bounded};
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};

harness::checks![
    each_value_is_worked_on_once,
    the_order_is_that_of_the_input,
    the_last_results_come_before_the_end,
    an_input_without_values_ends_at_once,
    two_workers_can_work_at_once,
    a_worker_can_go_on_while_a_result_waits,
    what_is_under_way_is_bounded,
    a_slow_first_value_piles_nothing_up,
    who_stops_receiving_ends_the_workers,
    an_end_reaches_the_input,
    a_value_that_comes_late_is_worked_on,
    two_stages_in_a_row,
    a_panic_ends_the_output_in_its_place,
    a_panic_is_not_lost,
    a_panic_reaches_who_fills_the_input,
    no_workers_is_an_error,
];

/// Searches a scenario of three threads, with at most two preemptions.
fn search_three(scenario: impl Fn() + Send + Sync + 'static) {
    Explorer::new().preemptions(2).explore(scenario);
}

/// A channel that holds 1, 2, … up to `last`, and no more will come.
fn numbers(last: usize) -> Receiver<usize> {
    let (sender, receiver) = bounded(last);
    for number in 1..=last {
        sender.send(number).expect("there is room");
    }
    receiver
}

fn each_value_is_worked_on_once() {
    search_three(|| {
        let calls = Arc::new(AtomicUsize::new(0));
        thread::scope(|s| {
            let results = stage(s, numbers(2), 2, 2, |number| {
                calls.fetch_add(1, SeqCst);
                number * 10
            });
            assert_eq!(results.iter().sum::<usize>(), 30, "10 and 20 come out");
        });
        assert_eq!(calls.load(SeqCst), 2, "each value is worked on once");
    });
}

fn the_order_is_that_of_the_input() {
    search_three(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(2), 2, 1, |number| number);
            assert_eq!(
                results.recv(),
                Ok(1),
                "the first result is the first value's"
            );
            assert_eq!(
                results.recv(),
                Ok(2),
                "the second result is the second value's"
            );
        });
    });
}

fn the_last_results_come_before_the_end() {
    explore(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(3), 1, 1, |number| number);
            let all: Vec<_> = results.iter().collect();
            assert_eq!(all, [1, 2, 3], "all come out, and then the end");
        });
    });
}

fn an_input_without_values_ends_at_once() {
    search_three(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(0), 2, 1, |number| number);
            assert!(results.recv().is_err(), "nothing went in");
        });
    });
}

fn two_workers_can_work_at_once() {
    possible(|goal| {
        let inside = Arc::new(AtomicUsize::new(0));
        thread::scope(|s| {
            let results = stage(s, numbers(2), 2, 2, |_| {
                if inside.fetch_add(1, SeqCst) == 1 {
                    goal.reached();
                }
                inside.fetch_sub(1, SeqCst);
            });
            assert_eq!(results.iter().count(), 2);
        });
    });
}

fn a_worker_can_go_on_while_a_result_waits() {
    possible(|goal| {
        let begun = Arc::new(AtomicUsize::new(0));
        thread::scope(|s| {
            let results = stage(s, numbers(2), 1, 1, |_| begun.fetch_add(1, SeqCst));
            if begun.load(SeqCst) == 2 {
                goal.reached(); // And nobody has received the first result.
            }
            assert_eq!(results.iter().count(), 2);
        });
    });
}

fn what_is_under_way_is_bounded() {
    explore(|| {
        let input = numbers(3);
        let left = input.clone();
        thread::scope(|s| {
            let results = stage(s, input, 1, 1, |number| number);
            assert!(
                !left.is_empty(),
                "3 of 3 are taken by 1 worker with room for 1"
            );
            drop(left);
            assert_eq!(results.iter().count(), 3);
        });
    });
}

fn a_slow_first_value_piles_nothing_up() {
    search_three(|| {
        let (input, (finish, slow)) = (numbers(3), bounded(1));
        let left = input.clone();
        thread::scope(|s| {
            let results = stage(s, input, 2, 0, move |number| match number {
                1 => slow.recv().expect("it is told to finish"),
                _ => number,
            });
            assert!(
                !left.is_empty(),
                "3 of 3 are taken by 2 workers, and none is received"
            );
            finish.send(1).unwrap();
            drop(left);
            assert_eq!(results.iter().collect::<Vec<_>>(), [1, 2, 3]);
        });
    });
}

fn who_stops_receiving_ends_the_workers() {
    search_three(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(3), 2, 0, |number| number);
            assert_eq!(results.recv(), Ok(1));
            drop(results); // And the scope waits for both.
        });
    });
}

fn an_end_reaches_the_input() {
    explore(|| {
        let (sender, input) = bounded(0);
        thread::scope(|s| {
            drop(stage(s, input, 1, 1, |number| number));
            let sent = (1..4).take_while(|number| sender.send(*number).is_ok());
            assert!(sent.count() < 3, "nobody receives, and the stage goes on");
        });
    });
}

fn a_value_that_comes_late_is_worked_on() {
    search_three(|| {
        let (sender, input) = bounded(1);
        thread::scope(|s| {
            let results = stage(s, input, 2, 1, |number| number);
            assert_eq!(results.try_recv(), Err(TryRecvError::Empty), "it goes on");
            sender.send(1).unwrap();
            assert_eq!(results.recv(), Ok(1));
            drop(sender);
            assert!(results.recv().is_err(), "and now it is at its end");
        });
    });
}

fn two_stages_in_a_row() {
    search_three(|| {
        thread::scope(|s| {
            let tens = stage(s, numbers(2), 1, 1, |number| number * 10);
            let results = stage(s, tens, 1, 1, |number| number + 1);
            assert_eq!(results.iter().collect::<Vec<_>>(), [11, 21]);
        });
    });
}

/// Runs a scope of which a thread panics on purpose, and says whether the scope did.
fn panics(scope: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(scope)).is_err()
}

fn a_panic_ends_the_output_in_its_place() {
    search_three(|| {
        panics(|| {
            thread::scope(|s| {
                let results = stage(s, numbers(3), 2, 2, |number| match number {
                    2 => panic_on_purpose("the second fails"),
                    _ => number,
                });
                assert_eq!(results.recv(), Ok(1), "it comes before the second");
                assert!(results.recv().is_err(), "there is no second, and no third");
            });
        });
    });
}

fn a_panic_is_not_lost() {
    search_three(|| {
        let panicked = panics(|| {
            thread::scope(|s| {
                let fail = |_| -> usize { panic_on_purpose("the only one fails") };
                let results = stage(s, numbers(1), 2, 1, fail);
                assert!(results.recv().is_err(), "nothing comes out");
            });
        });
        assert!(panicked, "a worker has panicked, and nobody learns of it");
    });
}

fn a_panic_reaches_who_fills_the_input() {
    search_three(|| {
        let (sender, input) = bounded(0);
        panics(|| {
            thread::scope(|s| {
                let fail = |_| -> usize { panic_on_purpose("each fails") };
                let results = stage(s, input, 2, 1, fail);
                sender.send(1).expect("the workers wait");
                assert!(results.recv().is_err(), "nothing comes out");
                let sent = (2..5).take_while(|number| sender.send(*number).is_ok());
                assert!(sent.count() < 3, "the stage is at its end");
            });
        });
    });
}

fn no_workers_is_an_error() {
    let with = |workers| {
        catch_unwind(|| {
            thread::scope(|s| drop(stage(s, numbers(1), workers, 1, |number| number)));
        })
    };
    assert!(with(1).is_ok(), "one worker is enough");
    let refused = with(0);
    assert!(
        refused.is_err(),
        "a stage without workers does nothing, and says so"
    );
}
