//! Many subjects at once, each worker with a stage of its own.

use std::sync::Mutex;
use std::sync::mpsc;

use anyhow::Result;

use crate::stage::{Stage, template::Template};

/// Does `work` for every item on at most `jobs` stages of a lab, and hands each result to `done`, in the items' order,
/// as soon as it and all before it are known. Blocks until all are done.
///
/// # Errors
///
/// The first failure to get a stage. What `work` gives is handed to `done`, failure or not.
pub fn each<T: Sync, R: Send>(
    template: &Template,
    lab: &str,
    jobs: usize,
    items: &[T],
    work: impl Fn(&mut Stage, &T) -> R + Sync,
    mut done: impl FnMut(&T, R),
) -> Result<()> {
    let next = Mutex::new(0..items.len());
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let (send, next, work) = (send.clone(), &next, &work);
            workers.push(scope.spawn(move || -> Result<()> {
                let mut stage = template.stage(lab)?;
                loop {
                    let Some(at) = next.lock().expect("no worker panics here").next() else {
                        return Ok(());
                    };
                    if send.send((at, work(&mut stage, &items[at]))).is_err() {
                        return Ok(());
                    }
                }
            }));
        }
        drop(send);
        let mut waiting: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let mut told = 0;
        for (at, result) in receive {
            waiting[at] = Some(result);
            while let Some(result) = waiting.get_mut(told).and_then(Option::take) {
                done(&items[told], result);
                told += 1;
            }
        }
        for worker in workers {
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(())
    })
}

/// How many workers keep this machine busy.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
