//! Another right answer: numbered values, and a condvar on which workers wait until their number is
//! next.

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
        source: Mutex::new((0, input)),
        turn: Mutex::new(Turn {
            next: 0,
            results: Some(results),
        }),
        passed: Condvar::new(),
    });
    let work = Arc::new(work);
    for _ in 0..workers {
        let (stage, work) = (stage.clone(), work.clone());
        scope.spawn(move || while stage.one(&*work) {});
    }
    output
}

struct Stage<I, O> {
    /// The number of the next value, and where it comes from.
    source: Mutex<(u64, Receiver<I>)>,
    turn: Mutex<Turn<O>>,
    passed: Condvar,
}

struct Turn<O> {
    /// Whose result goes next.
    next: u64,
    /// `None` once no more results can come out in order: somebody has panicked, or nobody
    /// receives.
    results: Option<Sender<O>>,
}

/// Closes the output if it goes while its value is being worked on.
struct Whole<'a, I, O> {
    stage: &'a Stage<I, O>,
    number: u64,
    done: bool,
}

impl<I, O> Drop for Whole<'_, I, O> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let mut turn = self.stage.turn.lock();
        while turn.next != self.number && turn.results.is_some() {
            self.stage.passed.wait(&mut turn); // What comes before may still come out.
        }
        turn.results = None;
        self.stage.passed.notify_all();
    }
}

impl<I, O> Stage<I, O> {
    /// Does one value, and says whether to go on.
    fn one(&self, work: &impl Fn(I) -> O) -> bool {
        let mut source = self.source.lock();
        let Ok(value) = source.1.recv() else {
            return false;
        };
        let number = source.0;
        source.0 += 1;
        drop(source);
        let mut whole = Whole {
            stage: self,
            number,
            done: false,
        };
        let result = work(value);
        whole.done = true;
        let mut turn = self.turn.lock();
        while turn.next != number && turn.results.is_some() {
            self.passed.wait(&mut turn);
        }
        // Under the lock, which only those want who come later, and they have to wait anyway.
        let received = turn
            .results
            .as_ref()
            .is_some_and(|results| results.send(result).is_ok());
        turn.next += 1;
        if !received {
            turn.results = None;
        }
        self.passed.notify_all();
        received
    }
}
