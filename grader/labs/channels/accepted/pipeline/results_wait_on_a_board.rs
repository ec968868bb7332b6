//! Another right answer: results that are early wait on a board, and whoever brings the next one
//! sends all that can go. No more values are taken than the board has places.

use std::collections::BTreeMap;

use kit::channel::{Receiver, Sender, bounded};
use kit::sync::{Arc, Condvar, Mutex};
use kit::thread::Scope;

/// Starts a stage of `workers` threads that do `work` on what comes from `input`.
pub fn stage<'scope, I, O, F>(
    scope: &'scope Scope<'scope, '_>,
    input: Receiver<I>,
    workers: usize,
    capacity: usize,
    work: F,
) -> Receiver<O>
where
    I: Send + 'scope,
    O: Send + 'scope,
    F: Fn(I) -> O + Send + Sync + 'scope,
{
    assert!(workers > 0, "a stage needs a worker");
    let (results, output) = bounded(capacity);
    let stage = Arc::new(Stage {
        input: Mutex::new(input),
        board: Mutex::new(Board {
            places: workers as u64,
            taken: 0,
            sent: 0,
            end: u64::MAX,
            sending: false,
            early: BTreeMap::new(),
            results: Some(results),
        }),
        moved: Condvar::new(),
    });
    let work = Arc::new(work);
    for _ in 0..workers {
        let (stage, work) = (Arc::clone(&stage), Arc::clone(&work));
        scope.spawn(move || while stage.one(&*work).is_some() {});
    }
    output
}

struct Stage<I, O> {
    /// Locked before the board.
    input: Mutex<Receiver<I>>,
    board: Mutex<Board<O>>,
    moved: Condvar,
}

struct Board<O> {
    places: u64,
    /// Values taken, and results sent: their numbers are below.
    taken: u64,
    sent: u64,
    /// The number of the first value that will have no result.
    end: u64,
    sending: bool,
    early: BTreeMap<u64, O>,
    /// `None` when nothing more will be sent.
    results: Option<Sender<O>>,
}

impl<O> Board<O> {
    fn cut(&mut self, at: u64) {
        self.end = self.end.min(at);
        if self.sent >= self.end {
            self.results = None;
        }
    }
}

/// Cuts the output at a value that has no result.
struct Missing<'a, I, O>(&'a Stage<I, O>, Option<u64>);

impl<I, O> Drop for Missing<'_, I, O> {
    fn drop(&mut self) {
        if let Some(number) = self.1 {
            self.0.board.lock().cut(number);
            self.0.moved.notify_all();
        }
    }
}

impl<I, O> Stage<I, O> {
    /// Does one value; `None` at the end.
    fn one(&self, work: &impl Fn(I) -> O) -> Option<()> {
        let (number, value) = self.take()?;
        let mut missing = Missing(self, Some(number));
        let result = work(value);
        missing.1 = None;
        self.bring(number, result);
        Some(())
    }

    fn take(&self) -> Option<(u64, I)> {
        let input = self.input.lock();
        let mut board = self.board.lock();
        while board.results.is_some() && board.taken - board.sent >= board.places {
            self.moved.wait(&mut board);
        }
        board.results.as_ref()?;
        drop(board);
        let value = input.recv().ok()?;
        let mut board = self.board.lock();
        board.taken += 1;
        Some((board.taken - 1, value))
    }

    fn bring(&self, number: u64, result: O) {
        let mut board = self.board.lock();
        board.early.insert(number, result);
        while !board.sending
            && let Some(results) = board.results.clone()
        {
            let next = board.sent;
            let Some(result) = board.early.remove(&next) else {
                return;
            };
            board.sending = true;
            drop(board);
            let received = results.send(result).is_ok();
            drop(results);
            board = self.board.lock();
            board.sending = false;
            board.sent += 1;
            let end = if received { board.end } else { 0 };
            board.cut(end);
            self.moved.notify_all();
        }
    }
}
