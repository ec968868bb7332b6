//! All small inputs: what callbacks may do, for each of a few tasks and workers; and some large
//! ones.
//!
//! The one idea: that somebody is held up for no reason shows without a clock where tasks wait. One
//! task fewer than there are workers may wait until all the others are done, and as many tasks as
//! there are workers may wait for one another. Whoever cannot bear that does not end.
//!
//! A search takes few tasks and looks at every order; real threads take many, for designs that
//! begin to deal out portions there.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use kit::explore::{Explorer, panic_on_purpose};
use kit::sync::{Barrier, Condvar, Mutex};
use kit::thread;

use crate::seen::{Inside, Threads};

/// An answer: calls the function once for each of that many tasks, counted from 0, on that many
/// workers.
pub(crate) type Run = fn(tasks: usize, workers: usize, task: &(dyn Fn(usize) + Sync));

/// Tasks and workers that a search takes, with the preemptions that it has time for.
const SEARCHED: [(usize, usize, usize); 3] = [(2, 2, 2), (3, 2, 2), (3, 3, 1)];

/// Every set of some of that many tasks, of `most` at most, as the bits of a number.
fn sets(tasks: usize, most: usize) -> impl Iterator<Item = usize> {
    (0..1 << tasks).filter(move |set: &usize| set.count_ones() as usize <= most)
}

/// Whether a task is in a set, which has none above its bits.
fn has(set: usize, task: usize) -> bool {
    let bits = u32::try_from(task)
        .ok()
        .and_then(|task| set.checked_shr(task));
    bits.is_some_and(|bits| bits & 1 == 1)
}

/// Those whom somebody waits for.
pub(crate) struct Others {
    left: Mutex<usize>,
    none: Condvar,
}

impl Others {
    pub(crate) fn new(count: usize) -> Self {
        Others {
            left: Mutex::new(count),
            none: Condvar::new(),
        }
    }

    /// One of them is done.
    pub(crate) fn done(&self) {
        let mut left = self.left.lock();
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.none.notify_all();
        }
    }

    pub(crate) fn wait(&self) {
        let mut left = self.left.lock();
        while *left > 0 {
            self.none.wait(&mut left);
        }
    }
}

/// Tasks that take long: each of `slow` waits until all that are not are done.
fn with_slow_ones(run: Run, tasks: usize, workers: usize, slow: &[usize]) {
    let others = Others::new(tasks - slow.len());
    run(tasks, workers, &|task| match slow.contains(&task) {
        true => others.wait(),
        false => others.done(),
    });
}

/// Each task that is not `short` waits until as many of them as there are workers have begun.
fn with_meetings(run: Run, tasks: usize, workers: usize, short: usize) {
    let all_here = Barrier::new(workers);
    run(tasks, workers, &|task| {
        if !has(short, task) {
            all_here.wait();
        }
    });
}

fn members(set: usize, tasks: usize) -> Vec<usize> {
    (0..tasks).filter(|task| has(set, *task)).collect()
}

/// Searches every set of slow tasks.
pub(crate) fn slow_tasks_hold_up_no_other(run: Run) {
    for (tasks, workers, preemptions) in SEARCHED {
        for set in sets(tasks, workers - 1).skip(1) {
            Explorer::new()
                .preemptions(preemptions)
                .explore(move || with_slow_ones(run, tasks, workers, &members(set, tasks)));
        }
    }
    // Where each has some to itself, and helps the others afterwards: two slow ones of the first.
    for slow in 1..4 {
        Explorer::new()
            .preemptions(1)
            .explore(move || with_slow_ones(run, 12, 3, &[0, slow]));
    }
}

/// The same on real threads, with as many tasks as make a difference.
pub(crate) fn slow_tasks_hold_up_none_of_many(run: Run) {
    for workers in 2..=4 {
        for tasks in 1..=4 {
            for set in sets(tasks, workers - 1) {
                with_slow_ones(run, tasks, workers, &members(set, tasks));
            }
        }
    }
    for tasks in [100, 1_000, 5_000] {
        for slow in [0, 1, tasks / 3, tasks / 2, tasks - 2, tasks - 1] {
            with_slow_ones(run, tasks, 2, &[slow]);
        }
        with_slow_ones(run, tasks, 4, &[0, 1, 2]);
        with_slow_ones(run, tasks, 4, &[3, tasks / 2, tasks - 4]);
    }
}

/// As many tasks at once as there are workers, as long as there are that many: real threads.
pub(crate) fn as_many_at_once_as_workers(run: Run) {
    for workers in (1..=6).chain([16, 300]) {
        for rounds in [1, 2, 9] {
            with_meetings(run, rounds * workers, workers, 0);
        }
    }
    with_meetings(run, 1_040, 1_040, 0);
    // Also where some have had nothing but short tasks, and others still have long ones.
    for (workers, tasks) in [(2, 6), (3, 7), (3, 8), (4, 8)] {
        let meet = |set: &usize| (tasks - set.count_ones() as usize).is_multiple_of(workers);
        for short in sets(tasks, tasks).filter(meet) {
            with_meetings(run, tasks, workers, short);
        }
    }
}

/// Never more at once than workers, nor on more threads.
pub(crate) fn no_more_at_once_than_workers(run: Run) {
    for (tasks, workers) in [(2, 0), (2, 1), (3, 2)] {
        Explorer::new().preemptions(2).explore(move || {
            let (inside, threads) = (Inside::default(), Threads::default());
            run(tasks, workers, &|_| {
                inside.pass();
                threads.here();
            });
            let (most, count) = (inside.most(), threads.count());
            assert!(
                most <= workers.max(1),
                "{most} at once, and {workers} workers"
            );
            let why = "threads worked, and that many may:";
            assert!(count <= workers.max(1), "{count} {why} {}", workers.max(1));
        });
    }
}

/// Each task once, however many there are.
pub(crate) fn each_task_once(run: Run) {
    let once = move |tasks: usize, workers| {
        let counts: Vec<_> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
        run(tasks, workers, &|task| {
            counts[task].fetch_add(1, SeqCst);
        });
        let counts: Vec<_> = counts.iter().map(|count| count.load(SeqCst)).collect();
        assert_eq!(counts, vec![1; tasks], "how often each was worked on");
    };
    for (tasks, workers, preemptions) in SEARCHED {
        let search = Explorer::new().preemptions(preemptions);
        search.explore(move || once(tasks, workers));
    }
    for workers in [0, 1, 2, 5, 1_000, usize::MAX] {
        (0..=6).chain([100]).for_each(|tasks| once(tasks, workers));
    }
    // A task may be such a call itself.
    run(3, 2, &|_| once(3, 2));
}

/// Whatever set of tasks panics, the caller hears of it, and no task is tried again.
pub(crate) fn panics_reach_the_caller(run: Run) {
    let panics = move |tasks: usize, workers, set| {
        let begun: Vec<_> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
        let result = catch_unwind(AssertUnwindSafe(|| {
            run(tasks, workers, &|task| {
                // Whoever tries again does not see it again.
                if begun[task].fetch_add(1, SeqCst) == 0 && has(set, task) {
                    panic_on_purpose("it fails");
                }
            });
        }));
        assert!(result.is_err(), "the panic was lost");
        let most = begun.iter().map(|begun| begun.load(SeqCst)).max();
        assert!(most <= Some(1), "begun a second time after a panic");
    };
    for (tasks, workers) in [(1, 1), (2, 1), (2, 2), (3, 2)] {
        for set in sets(tasks, tasks).skip(1) {
            let search = Explorer::new().preemptions(2);
            search.explore(move || panics(tasks, workers, set));
        }
    }
    for workers in 0..=3 {
        for tasks in 1..=4 {
            sets(tasks, tasks)
                .skip(1)
                .for_each(|set| panics(tasks, workers, set));
        }
        panics(60, workers, 1 << 30);
        panics(60, workers, (1 << 60) - 1);
    }
    for payload in PAYLOADS {
        let result = catch_unwind(|| run(3, 2, &|_| resume_unwind(payload())));
        assert!(result.is_err(), "the panic was lost");
    }
}

/// What panics carry: those with a text, those with a text that was put together, and others.
pub(crate) const PAYLOADS: [fn() -> Box<dyn Any + Send>; 3] = [
    || Box::new("it fails"),
    || Box::new("it fails".to_owned()),
    || Box::new(1_u8),
];

/// How many threads a run starts in which these tasks panic.
fn started(run: Run, tasks: usize, workers: usize, panics: usize) -> usize {
    let before = thread::started();
    let ended = catch_unwind(|| {
        run(tasks, workers, &|task| {
            if has(panics, task) {
                panic_on_purpose("it fails");
            }
        });
    });
    match ended {
        // Nobody panicked on purpose.
        Err(panic) if panics == 0 => resume_unwind(panic),
        _ => thread::started() - before,
    }
}

/// At most one thread for each task, and for each worker.
pub(crate) fn no_more_threads_than_tasks_or_workers(run: Run) {
    for workers in (0..=5).chain([1_000, usize::MAX]) {
        for tasks in 0..=6 {
            let most = tasks.min(workers.max(1));
            for panics in sets(tasks, tasks) {
                let count = started(run, tasks, workers, panics);
                let with = format!("for {tasks} tasks, with {workers} workers");
                assert!(count <= most, "{count} threads were started {with}");
            }
        }
    }
}
