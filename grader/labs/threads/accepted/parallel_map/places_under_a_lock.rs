//! Items and places for their results are handed out under one lock, and nothing has to be put in
//! order afterwards.

use kit::sync::Mutex;
use kit::thread;

/// Calls `f` for every item.
pub fn parallel_map<T, R>(items: &[T], workers: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R>
where
    T: Sync,
    R: Send,
{
    let mut places: Vec<Option<R>> = Vec::new();
    places.resize_with(items.len(), || None);
    let turns = Mutex::new(items.iter().zip(places.iter_mut()));
    thread::scope(|scope| {
        for _ in 0..items.len().min(workers.max(1)) {
            scope.spawn(|| {
                loop {
                    let turn = turns.lock().next();
                    match turn {
                        Some((item, place)) => *place = Some(f(item)),
                        None => break,
                    }
                }
            });
        }
        // A panic of a thread is the scope's.
    });
    drop(turns);
    places.into_iter().flatten().collect()
}
