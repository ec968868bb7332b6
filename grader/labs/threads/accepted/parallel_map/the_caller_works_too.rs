//! One thread fewer is started, because the caller works as well; results come over a channel and
//! are sorted.

use kit::channel;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::thread;

/// Calls `f` for every item.
pub fn parallel_map<T, R>(items: &[T], workers: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R>
where
    T: Sync,
    R: Send,
{
    let begun = AtomicUsize::new(0);
    let (tell, told) = channel::unbounded();
    let work = || {
        while let index = begun.fetch_add(1, SeqCst)
            && index < items.len()
        {
            if tell.send((index, f(&items[index]))).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers.min(items.len()) {
            scope.spawn(work);
        }
        work();
    });
    drop(tell);
    let mut results: Vec<(usize, R)> = told.iter().collect();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
