//! Checks of `pipeline`. The thread that runs a scenario fills the input and receives the results,
//! so that the workers are the only threads that are started.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;

use channels::pipeline;
use kit::channel::{Receiver, Sender, TryRecvError, bounded};
use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::Barrier;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::thread::Scope;
use kit::time::Duration;
use kit::{explore, possible, thread};

harness::checks![
    every_small_input_comes_out_in_order,
    whoever_receives_may_stop_anywhere,
    the_work_on_any_values_may_panic,
    the_order_is_that_of_the_input,
    as_many_work_at_once_as_there_are_workers,
    as_many_can_be_under_way_as_may_be,
    any_capacity_will_do,
    a_slow_first_value_piles_nothing_up,
    an_end_reaches_the_input,
    a_value_that_comes_late_is_worked_on,
    two_stages_in_a_row,
    a_panic_reaches_who_fills_the_input,
    no_workers_is_an_error,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
fn _pinned<'scope>(scope: &'scope Scope<'scope, '_>, input: Receiver<usize>) {
    type Work = fn(usize) -> usize;
    let _: fn(_, Receiver<usize>, usize, usize, Work) -> Receiver<usize> = pipeline::stage;
    let work: Work = |number| number;
    let _: Receiver<usize> = pipeline::stage(scope, input, 1, 1, work);
}

/// The stage under test, compiled once for each type of values and not for each closure.
fn stage<'scope, I: Send + 'scope, O: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    input: Receiver<I>,
    workers: usize,
    capacity: usize,
    work: impl Fn(I) -> O + Send + Sync + 'scope,
) -> Receiver<O> {
    let work: Box<dyn Fn(I) -> O + Send + Sync + 'scope> = Box::new(work);
    pipeline::stage(scope, input, workers, capacity, work)
}

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

/// Runs a scope of which a thread panics on purpose, and says whether the scope did.
fn panics(scope: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(scope)).is_err()
}

/// A small input of a stage, and what becomes of its results.
#[derive(Clone, Copy)]
struct Small {
    workers: usize,
    capacity: usize,
    /// How many there are: 0, 1, 2, …
    values: usize,
    /// The bits of those on which the work panics.
    fails: usize,
    /// How often somebody receives, at most. Once more than there are values: up to the end.
    receives: usize,
}

impl Small {
    /// Searches every small input of which this is `wanted`.
    fn each(wanted: impl Fn(Small) -> bool) {
        for (workers, values) in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2)] {
            for (capacity, fails) in (0..2 << values).map(|i| (i % 2, i / 2)) {
                for receives in 0..=values + 1 {
                    let small = Small {
                        workers,
                        capacity,
                        values,
                        fails,
                        receives,
                    };
                    if wanted(small) {
                        search_three(move || small.run());
                    }
                }
            }
        }
    }

    fn run(self) {
        let (sender, input) = bounded(self.values);
        for value in 0..self.values {
            sender.send(value).expect("there is room");
        }
        let seen = Seen::default();
        let mut most = 0;
        let panicked = panics(|| {
            thread::scope(|s| {
                let work = |value| self.work(value, &seen);
                let results = stage(s, input, self.workers, self.capacity, work);
                most = self.receive(results, sender, &seen);
            });
        });
        let begun = seen.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = begun.iter().any(|value| self.fails >> value & 1 == 1);
        assert_eq!(
            panicked, failed,
            "whether the scope panics, as a worker does"
        );
        assert!(
            begun.len() <= most,
            "each worker takes one value more at the most"
        );
        if self.fails == 0 && self.receives > self.values {
            assert_eq!(begun.len(), self.values, "each value is worked on");
        }
    }

    /// What a worker does.
    fn work(self, value: usize, seen: &Seen) -> usize {
        let mut begun = seen.begun.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!begun.contains(&value), "{value} is worked on twice");
        begun.push(value);
        let most = seen.asked.load(SeqCst) + self.workers + self.capacity;
        assert!(begun.len() <= most, "more are under way than {most}");
        drop(begun);
        if self.fails >> value & 1 == 1 {
            panic_on_purpose("the work fails");
        }
        value
    }

    /// Receives, and goes. How many values may be worked on in all, then.
    fn receive(self, results: Receiver<usize>, sender: Sender<usize>, seen: &Seen) -> usize {
        let end = self.values.min(self.fails.trailing_zeros() as usize);
        let mut left = self.workers;
        let mut sender = Some(sender);
        // As long as there is a sender, what is left in the input is counted.
        let taken = |sender: &Option<Sender<usize>>| match sender {
            Some(sender) => self.values - sender.len(),
            None => self.values,
        };
        for next in 0..self.receives {
            let most = next + self.workers + self.capacity;
            assert!(taken(&sender) <= most, "more are under way than {most}");
            if next == self.values {
                sender = None;
            }
            seen.asked.fetch_add(1, SeqCst);
            let received = results.recv();
            if next == end {
                assert!(
                    received.is_err(),
                    "{received:?} comes after the last result"
                );
                left -= usize::from(end < self.values);
                break;
            }
            assert_eq!(received, Ok(next), "the result whose turn it is");
        }
        drop(results);
        // Whose turn has not come cannot know.
        let early = (self.workers - 1) * self.capacity;
        taken(&sender) + left + early
    }
}

/// What was seen of a stage. It is the standard library's, so the search need not see it.
#[derive(Default)]
struct Seen {
    /// The values that are worked on, or were.
    begun: std::sync::Mutex<Vec<usize>>,
    /// How many results somebody has begun to receive.
    asked: std::sync::atomic::AtomicUsize,
}

fn every_small_input_comes_out_in_order() {
    Small::each(|small| small.fails == 0 && small.receives > small.values);
}

fn whoever_receives_may_stop_anywhere() {
    Small::each(|small| small.fails == 0 && small.receives <= small.values);
}

fn the_work_on_any_values_may_panic() {
    Small::each(|small| {
        // Of the larger inputs only those whose results are received to the end.
        let few = small.workers * small.values < 3;
        small.fails > 0 && (few || small.receives > small.values)
    });
    // Two panics, and a worker between them that is done later.
    for order in [[0, 2, 1], [2, 0, 1]] {
        Explorer::new()
            .preemptions(1)
            .explore(move || some_panic(&order, 0b101));
    }
    // Any panics of four, in any order.
    for order in orders(4) {
        (1..1 << 4).for_each(|fails| some_panic(&order, fails));
    }
    // One panics for which many wait.
    Explorer::new()
        .preemptions(1)
        .explore(|| the_first_panics_as_the_last(3));
    for workers in [3, 5, 20] {
        the_first_panics_as_the_last(workers);
    }
}

/// Each worker has a value. The work on the first panics, when all others have done theirs and wait
/// for their turn.
fn the_first_panics_as_the_last(workers: usize) {
    let (done, others) = bounded(workers);
    let work = |number: usize| {
        if number > 1 {
            return done.send(()).expect("its other end is here");
        }
        for _ in 1..workers {
            others.recv().expect("its other end is here");
        }
        thread::sleep(Duration::from_millis(5)); // Time for the others to fall asleep.
        panic_on_purpose("the work fails");
    };
    let panicked = panics(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(workers), workers, workers, work);
            assert!(results.recv().is_err(), "the first value has no result");
        });
    });
    assert!(panicked, "the scope panics, as a worker does");
}

/// Every order of the values from 0 to `values`, which is not one of them.
fn orders(values: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for value in 0..values {
        let longer = |order: Vec<usize>| {
            (0..=value).map(move |place| {
                let mut order = order.clone();
                order.insert(place, value);
                order
            })
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    orders
}

/// Each worker has a value, and is done with it in this order; on those in `fails`, the bits of a
/// number, the work panics.
fn some_panic(order: &[usize], fails: usize) {
    let workers = order.len();
    let all_here = Barrier::new(workers);
    let turns: Vec<_> = order.iter().map(|_| bounded(1)).collect();
    let has = |value: usize| (fails >> value) & 1 == 1;
    let work = |number: usize| {
        let value = number - 1;
        all_here.wait();
        let place = order.iter().position(|other| *other == value);
        let place = place.expect("one of the values");
        if place > 0 {
            turns[place].1.recv().expect("its other end is here");
        }
        if let Some((next, _)) = turns.get(place + 1) {
            next.send(()).expect("its other end is here");
        }
        if has(value) {
            panic_on_purpose("the work fails");
        }
    };
    let panicked = panics(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(workers), workers, 0, work);
            for value in (0..workers).take_while(|value| !has(*value)) {
                assert!(results.recv().is_ok(), "value {value} has a result");
            }
            assert!(results.recv().is_err(), "nothing comes after a panic");
        });
    });
    assert!(panicked, "the scope panics, as a worker does");
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

fn as_many_work_at_once_as_there_are_workers() {
    possible(|goal| {
        let meeting = Barrier::new(3);
        thread::scope(|s| {
            let results = stage(s, numbers(3), 3, 0, |_| {
                meeting.wait();
                goal.reached(); // All three are at work.
            });
            assert_eq!(
                results.iter().count(),
                3,
                "three values went in: three results must come out"
            );
        });
    });
    // However many there are.
    for workers in [8, 20] {
        let meeting = Barrier::new(workers);
        thread::scope(|s| {
            let results = stage(s, numbers(3 * workers), workers, 1, |_| meeting.wait());
            assert_eq!(
                results.iter().count(),
                3 * workers,
                "each value that went in must have a result"
            );
        });
    }
}

fn as_many_can_be_under_way_as_may_be() {
    for (workers, capacity) in [(1, 0), (1, 2), (2, 1)] {
        possible(move |goal| {
            let begun = AtomicUsize::new(0);
            let (last, all) = bounded(1);
            thread::scope(|s| {
                let work = |_| {
                    if begun.fetch_add(1, SeqCst) + 1 == workers + capacity {
                        last.send(()).expect("somebody waits for it");
                    }
                };
                let results = stage(s, numbers(4), workers, capacity, work);
                all.recv().expect("that many are worked on");
                goal.reached(); // And nobody has received the first result.
                assert_eq!(
                    results.iter().count(),
                    4,
                    "four values went in: four results must come out"
                );
            });
        });
    }
    search_three(whose_result_is_received_goes_on);
}

/// Two workers have results. When the first of these is received, its worker is free: the result
/// behind it is the other one's.
fn whose_result_is_received_goes_on() {
    let ((done, second), (begun, third)) = (bounded(1), bounded(1));
    let work = |number| match number {
        1 => second.recv().expect("the second is worked on"),
        2 => done.send(()).expect("the first waits for it"),
        _ => begun.send(()).expect("somebody waits for it"),
    };
    thread::scope(|s| {
        let results = stage(s, numbers(3), 2, 0, work);
        results.recv().expect("the first result");
        third.recv().expect("the third value is worked on");
        assert_eq!(results.iter().count(), 2, "results of the other two");
    });
}

fn any_capacity_will_do() {
    explore(|| {
        thread::scope(|s| {
            let results = stage(s, numbers(1), 1, usize::MAX, |number| number);
            assert_eq!(
                results.iter().collect::<Vec<_>>(),
                [1],
                "one value went in: its result must come out, whatever the capacity"
            );
        });
    });
    for (workers, capacity) in [(1, 64), (1, 1_100), (2, 300), (3, 5_000)] {
        many_under_way(workers, capacity);
    }
}

/// As many values are worked on as may be, before anybody receives.
fn many_under_way(workers: usize, capacity: usize) {
    let most = workers + capacity;
    let begun = AtomicUsize::new(0);
    let (last, all) = bounded(1);
    thread::scope(|s| {
        let work = |number| {
            if begun.fetch_add(1, SeqCst) + 1 == most {
                last.send(()).expect("somebody waits for it");
            }
            number
        };
        let results = stage(s, numbers(most + 10), workers, capacity, work);
        all.recv().expect("that many are worked on");
        assert_eq!(begun.load(SeqCst), most, "values that are under way");
        let expected: Vec<usize> = (1..=most + 10).collect();
        assert_eq!(
            results.iter().collect::<Vec<_>>(),
            expected,
            "every value must have its result, in the order of the input"
        );
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
            finish.send(1).expect("the first value is still worked on");
            drop(left);
            assert_eq!(
                results.iter().collect::<Vec<_>>(),
                [1, 2, 3],
                "the first value was slow: its result must come first all the same"
            );
        });
    });
}

fn an_end_reaches_the_input() {
    explore(|| {
        let (sender, input) = bounded(0);
        thread::scope(|s| {
            drop(stage(s, input, 1, 1, |number| number));
            let sent = (1..4).take_while(|number| sender.send(*number).is_ok());
            assert!(sent.count() < 2, "nobody receives, and the stage goes on");
        });
    });
}

fn a_value_that_comes_late_is_worked_on() {
    search_three(|| {
        let (sender, input) = bounded(1);
        thread::scope(|s| {
            let results = stage(s, input, 2, 1, |number| number);
            assert_eq!(results.try_recv(), Err(TryRecvError::Empty), "it goes on");
            sender
                .send(1)
                .expect("the stage must still hold its input: a sender is left");
            assert_eq!(
                results.recv(),
                Ok(1),
                "a value came late: its result must be received"
            );
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
            assert_eq!(
                results.iter().collect::<Vec<_>>(),
                [11, 21],
                "each value must go through both stages, in the order of the input"
            );
        });
    });
}

fn a_panic_reaches_who_fills_the_input() {
    search_three(|| {
        let (sender, input) = bounded(0);
        panics(|| {
            thread::scope(|s| {
                let fail = |number| match number {
                    1 => panic_on_purpose("the first fails"),
                    _ => number,
                };
                let results = stage(s, input, 2, 1, fail);
                sender.send(1).expect("the workers wait");
                assert!(results.recv().is_err(), "nothing comes out");
                let sent = (2..5).take_while(|number| sender.send(*number).is_ok());
                assert!(
                    sent.count() < 2,
                    "the stage is at its end, and one worker is left"
                );
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
