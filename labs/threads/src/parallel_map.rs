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

// You will want: use kit::thread; and use kit::sync::atomic::{AtomicUsize, Ordering::Relaxed};

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
    let _ = (items, f);
    todo!("call the function for every item, on at most {workers} threads")
}
