//! Many items at once, on as many threads as are asked for.

use std::sync::Mutex;
use std::sync::mpsc;

/// Does `work` for every item on at most `jobs` threads, each with something of its own that
/// `start` makes, and hands each result to `done`, in the items' order, as soon as it and all
/// before it are known. Blocks until all are done.
pub fn each<W, T: Sync, R: Send>(
    jobs: usize,
    items: &[T],
    start: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &T) -> R + Sync,
    mut done: impl FnMut(&T, R),
) {
    let next = Mutex::new(0..items.len());
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let (send, next, start, work) = (send.clone(), &next, &start, &work);
            workers.push(scope.spawn(move || {
                let mut own = start();
                loop {
                    let Some(at) = next.lock().expect("no worker panics here").next() else {
                        return;
                    };
                    if send.send((at, work(&mut own, &items[at]))).is_err() {
                        return;
                    }
                }
            }));
        }
        drop(send);
        let mut waiting: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let mut handed = 0;
        for (at, result) in receive {
            waiting[at] = Some(result);
            while let Some(result) = waiting.get_mut(handed).and_then(Option::take) {
                done(&items[handed], result);
                handed += 1;
            }
        }
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

/// How many workers keep this machine busy.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_handed_over_in_the_items_order_whichever_is_known_first() {
        let (tell, wait) = mpsc::channel();
        let wait = Mutex::new(wait);
        let mut order = Vec::new();
        // Whoever has the first item waits until the other has the third, and so is done with the
        // second.
        let work = |(): &mut (), item: &usize| match item {
            0 => wait
                .lock()
                .expect("one waits")
                .recv()
                .expect("the other tells"),
            2 => tell.send(()).expect("one waits"),
            _ => {}
        };
        each(2, &[0, 1, 2], || (), work, |item, ()| order.push(*item));
        assert_eq!(order, [0, 1, 2]);
    }
}
