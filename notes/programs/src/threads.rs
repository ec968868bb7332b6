//! The traps of the page on threads, in its order.
use crate::{Trap, traps};
use kit::channel;
use kit::explore::panic_on_purpose;
use kit::sync::atomic::{AtomicUsize, Ordering::*};
use kit::sync::{Condvar, Mutex};
use kit::{explore, possible, thread};
use std::collections::VecDeque;

fn half_for_each(items: &[u32], f: impl Fn(u32) + Sync) {
    thread::scope(|s| {
        for half in items.chunks(items.len().div_ceil(2)) {
            s.spawn(|| half.iter().for_each(|item| f(*item)));
        }
    });
}

fn a_slow_item_holds_up_its_half() {
    explore(|| {
        let (done, others) = channel::bounded(3);
        half_for_each(&[0, 1, 2, 3], |item| match item {
            0 => (0..3).for_each(|_| others.recv().unwrap()),
            _ => done.send(()).unwrap(),
        });
    });
}

fn next_in_line(items: &[u32], f: impl Fn(u32) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                    f(*item);
                }
            });
        }
    });
}

fn a_slow_item_holds_up_nobody() {
    explore(|| {
        let (done, others) = channel::bounded(3);
        next_in_line(&[0, 1, 2, 3], |item| match item {
            0 => (0..3).for_each(|_| others.recv().unwrap()),
            _ => done.send(()).unwrap(),
        });
    });
}

fn one_by_one(urls: &[&str], fetch: impl Fn(&str) + Sync) {
    thread::scope(|s| {
        for url in urls {
            s.spawn(|| fetch(url)).join().unwrap();
        }
    });
}

fn all_at_once(urls: &[&str], fetch: impl Fn(&str) + Sync) {
    thread::scope(|s| {
        for url in urls {
            s.spawn(|| fetch(url));
        }
    });
}

fn two_fetches_one_by_one() {
    possible(|goal| {
        let in_flight = AtomicUsize::new(0);
        one_by_one(&["/a", "/b"], |_| {
            if in_flight.fetch_add(1, SeqCst) == 1 {
                goal.reached();
            }
            in_flight.fetch_sub(1, SeqCst);
        });
    });
}

fn two_fetches_at_once() {
    possible(|goal| {
        let in_flight = AtomicUsize::new(0);
        all_at_once(&["/a", "/b"], |_| {
            if in_flight.fetch_add(1, SeqCst) == 1 {
                goal.reached();
            }
            in_flight.fetch_sub(1, SeqCst);
        });
    });
}

#[derive(Default)]
struct Pool {
    queue: Mutex<VecDeque<Box<dyn FnOnce() + Send>>>,
    changed: Condvar,
}

impl Pool {
    fn execute(&self, job: impl FnOnce() + Send + 'static) {
        self.queue.lock().push_back(Box::new(job));
        self.changed.notify_all();
    }

    fn work(&self) {
        let mut queue = self.queue.lock();
        while queue.is_empty() {
            self.changed.wait(&mut queue);
        }
        let job = queue.pop_front().unwrap();
        drop(queue);
        job();
        self.changed.notify_all();
    }

    fn join(&self) {
        let mut queue = self.queue.lock();
        while !queue.is_empty() {
            self.changed.wait(&mut queue);
        }
    }
}

fn an_empty_queue_is_not_the_end() {
    explore(|| {
        let pool = Pool::default();
        let (tell, told) = channel::bounded(1);
        thread::scope(|s| {
            s.spawn(|| pool.work());
            pool.execute(move || tell.send("done").unwrap());
            pool.join();
            assert_eq!(told.try_recv(), Ok("done"), "the job still runs");
        });
    });
}

fn a_panic_takes_the_thread() {
    explore(|| {
        let (jobs, queue) = channel::bounded::<fn()>(2);
        let (end, ended) = channel::bounded::<()>(0);
        let worker = thread::spawn(move || {
            let _end = end;
            for job in queue {
                job();
            }
        });
        jobs.send(|| panic_on_purpose("the job fails")).unwrap();
        let _ = ended.recv();
        let second = jobs.send(|| ());
        let _ = worker.join();
        assert_eq!(second.map_err(|_| "nobody is left"), Ok(()));
    });
}

fn reduces_when_it_has_mapped() {
    explore(|| {
        let mapped = Mutex::new(Vec::new());
        thread::scope(|s| {
            for word in ["weft", "weft"] {
                let mapped = &mapped;
                s.spawn(move || {
                    mapped.lock().push(word);
                    let count = mapped.lock().len();
                    assert_eq!(count, 2, "the other map task had not ended");
                });
            }
        });
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    a_slow_item_holds_up_its_half,
    a_slow_item_holds_up_nobody,
    two_fetches_one_by_one,
    two_fetches_at_once,
    an_empty_queue_is_not_the_end,
    a_panic_takes_the_thread,
    reduces_when_it_has_mapped,
];
