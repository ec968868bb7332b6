//! You write this file: the same function for many items, on several threads.
//!
//! Threads share memory, so they can read one slice without a copy, if the compiler can see that
//! they end before the slice does. That is what *scoped* threads are: `kit::thread::scope` returns
//! when all threads that were started in it have ended.
//!
//! Watch for:
//! - items take different times: who is done takes the next item, instead of going home with half
//!   of the work left;
//! - threads end in any order, and results come in the order of the items;
//! - a thread for each item is a thousand threads for a thousand items;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - `f` can panic. The caller has to hear of it, and must not wait for ever.
//!
//! Not here: items that come one by one (`thread_pool`), and functions that can fail (`fetch_all`).
//!
//! Read: notes/threads.md, "Many cores".

// LAB: // You will want: use kit::thread; and use kit::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kit::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kit::thread;
use std::panic::resume_unwind;
// LAB: end

/// Calls `f` for every item, on at most `workers` threads (0 counts as 1), and gives the results in
/// the order of the items.
///
/// An item that takes long holds up no other: as long as an item is left that was not begun,
/// `workers` items are worked on at once. At most one thread is started for each item.
///
/// Blocks until all threads have ended.
///
/// # Panics
///
/// If `f` panics for an item, once all threads have ended. Items that were not begun before may be
/// left.
///
/// # Examples
///
/// ```no_run
/// use threads::parallel_map::parallel_map;
///
/// let words = ["weft".to_owned(), "warp and weft".to_owned()];
/// let lengths = parallel_map(&words, 4, |word| word.len());
/// assert_eq!(lengths, [4, 13]);
/// ```
pub fn parallel_map<T, R>(items: &[T], workers: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R>
where
    T: Sync,
    R: Send,
{
    // LAB: let _ = (items, f);
    // LAB: end
    // LAB: todo!("call the function for every item, on at most {workers} threads")
    let workers = workers.max(1).min(items.len());
    // The first item that nobody has begun.
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                // ORDERING: no other memory hangs on this number, it only has to be another one for
                // each thread. The results become visible when the thread is joined.
                let index = next.fetch_add(1, Relaxed);
                let Some(item) = items.get(index) else {
                    return done;
                };
                done.push((index, f(item)));
            }
        };
        // All of them are started before the first is waited for.
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            // A panic of `f` goes on in the caller. The scope waits for the other threads all the
            // same.
            let done = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            for (index, result) in done {
                results[index] = Some(result);
            }
        }
    });
    let results = results.into_iter();
    results
        .map(|result| result.expect("every item was begun, and all threads have ended"))
        .collect()
    // LAB: end
}
