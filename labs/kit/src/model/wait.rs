//! What the façade's own blocking objects (condvar, barrier, channel, park) are built from: one
//! visible operation, plain data, and a queue of sleeping threads.
//!
//! Between two visible operations a modelled thread runs alone, so plain data needs no lock of its
//! own.
use super::unwinding::contained;
use super::{Checker, either, over};
use crate::record::{self, ThreadId, switching};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::task::{Poll, Waker};

/// The point at which the checker may let another thread go first.
#[derive(Debug)]
pub(crate) struct Word {
    ordering: Ordering,
    word: Checker<loom::sync::atomic::AtomicUsize, shuttle::sync::atomic::AtomicUsize>,
}

impl Word {
    /// A word whose steps order nothing but themselves, as notifying a condvar does.
    pub(crate) fn relaxed() -> Word {
        Word::new(Ordering::Relaxed)
    }

    /// A word each of whose steps happens-before the later ones, as sending does.
    pub(crate) fn synchronizing() -> Word {
        Word::new(Ordering::AcqRel)
    }

    fn new(ordering: Ordering) -> Word {
        let word = Checker::new(
            || loom::sync::atomic::AtomicUsize::new(0),
            || shuttle::sync::atomic::AtomicUsize::new(0),
        );
        Word { ordering, word }
    }

    /// Takes one visible step; all until this thread's next is atomic.
    pub(crate) fn step(&self) {
        // A destructor goes on when the execution is over.
        if over() {
            return;
        }
        switching(|| either!(&self.word, word => word.fetch_add(1, self.ordering)));
    }
}

/// A thread that sleeps, or has been woken and has not run yet.
#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) thread: ThreadId,
    woken: Cell<bool>,
    /// By which of the queues that it sleeps in it was woken, or is going to be.
    case: Cell<Option<usize>>,
    // shuttle's own `park` wakes spuriously and then never counts as deadlocked; a future's waker
    // does neither.
    wake: Checker<loom::thread::Thread, RefCell<Option<Waker>>>,
}

impl Waiter {
    pub(super) fn new() -> Rc<Waiter> {
        Rc::new(Waiter {
            thread: record::current(),
            woken: Cell::new(false),
            case: Cell::new(None),
            wake: Checker::new(loom::thread::current, RefCell::default),
        })
    }

    pub(crate) fn woken(&self) -> bool {
        self.woken.get()
    }

    pub(super) fn case(&self) -> Option<usize> {
        self.case.get()
    }

    /// Whether it is certain that somebody wakes it.
    pub(super) fn is_taken(&self) -> bool {
        self.woken() || self.case.get().is_some()
    }

    /// Blocks until another thread wakes this one; or returns because the execution is over.
    pub(crate) fn sleep(&self) {
        if !over() {
            contained(|| self.sleep_here(), || ());
        }
    }

    fn sleep_here(&self) {
        switching(|| match &self.wake {
            Checker::Loom(_) => {
                while !self.woken() {
                    loom::thread::park();
                }
            }
            Checker::Shuttle(slot) => {
                shuttle::future::block_on(std::future::poll_fn(|context| {
                    if self.woken() {
                        return Poll::Ready(());
                    }
                    *slot.borrow_mut() = Some(context.waker().clone());
                    Poll::Pending
                }));
            }
        });
    }

    /// Lets the thread go on; it runs when the checker picks it.
    pub(crate) fn wake(&self) {
        self.woken.set(true);
        match &self.wake {
            Checker::Loom(thread) => thread.unpark(),
            Checker::Shuttle(slot) => {
                if let Some(waker) = slot.borrow_mut().take() {
                    switching(|| waker.wake());
                }
            }
        }
    }
}

/// Sleeping threads, the longest sleeper first, each with its number for this queue. One that
/// sleeps in several queues stays in the others when it is taken out of one; they pass it over.
#[derive(Debug, Default)]
pub(crate) struct Queue(RefCell<VecDeque<(Rc<Waiter>, usize)>>);

impl Queue {
    /// Adds the current thread; it still has to [`Waiter::sleep`].
    pub(crate) fn join(&self) -> Rc<Waiter> {
        let waiter = Waiter::new();
        self.add(&waiter, 0);
        waiter
    }

    /// Adds a thread that sleeps in other queues, too.
    pub(super) fn add(&self, waiter: &Rc<Waiter>, case: usize) {
        self.0.borrow_mut().push_back((Rc::clone(waiter), case));
    }

    /// Whether a thread sleeps here that nobody has taken.
    pub(super) fn has_sleeper(&self) -> bool {
        self.0.borrow().iter().any(|(waiter, _)| !waiter.is_taken())
    }

    /// How many threads sleep here that nobody has taken.
    pub(super) fn sleepers(&self) -> usize {
        let queue = self.0.borrow();
        queue
            .iter()
            .filter(|(waiter, _)| !waiter.is_taken())
            .count()
    }

    /// Takes the longest sleeper out, for whoever is going to wake it.
    pub(super) fn take_one(&self) -> Option<Rc<Waiter>> {
        let (waiter, case) = self.next_sleeper()?;
        waiter.case.set(Some(case));
        Some(waiter)
    }

    fn next_sleeper(&self) -> Option<(Rc<Waiter>, usize)> {
        let mut queue = self.0.borrow_mut();
        std::iter::from_fn(|| queue.pop_front()).find(|(waiter, _)| !waiter.is_taken())
    }

    /// Takes a thread out that waits no longer.
    pub(crate) fn leave(&self, waiter: &Rc<Waiter>) {
        self.0
            .borrow_mut()
            .retain(|(other, _)| !Rc::ptr_eq(other, waiter));
    }

    /// Takes the longest sleeper out, says who it is to `log`, then wakes it.
    pub(crate) fn wake_one(&self, log: impl FnOnce(Option<ThreadId>)) -> bool {
        self.wake_one_after(0, log)
    }

    /// As [`Queue::wake_one`], but skips the first `before` sleepers.
    pub(super) fn wake_one_after(&self, before: usize, log: impl FnOnce(Option<ThreadId>)) -> bool {
        let earlier: Vec<_> = std::iter::from_fn(|| self.next_sleeper())
            .take(before)
            .collect();
        let waiter = self.take_one();
        let mut queue = self.0.borrow_mut();
        earlier
            .into_iter()
            .rev()
            .for_each(|entry| queue.push_front(entry));
        drop(queue);
        log(waiter.as_ref().map(|waiter| waiter.thread));
        if let Some(waiter) = &waiter {
            waiter.wake();
        }
        waiter.is_some()
    }

    /// Takes all sleepers out, says how many to `log`, then wakes them.
    pub(crate) fn wake_all(&self, log: impl FnOnce(usize)) -> usize {
        let waiters: Vec<_> = std::iter::from_fn(|| self.take_one()).collect();
        log(waiters.len());
        waiters.iter().for_each(|waiter| waiter.wake());
        waiters.len()
    }
}
