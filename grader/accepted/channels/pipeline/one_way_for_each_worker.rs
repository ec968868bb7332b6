//! Another right answer: values are dealt out to the workers in turn, and their results collected in turn.

use kit::channel::{Receiver, Sender, bounded};
use kit::sync::{Arc, Mutex};
use kit::thread::Scope;

/// Starts a stage of `workers` threads that do `work` on what comes from `input`: worker 0 takes the first
/// value, worker 1 the second, and so on round. So does the turn to send.
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
    let input = Arc::new(Mutex::new(input));
    let work = Arc::new(work);
    // Two relays go round: the right to take, and the only sender of the output.
    let takes = ring(workers, ());
    let sends = ring(workers, results);
    for (take, send) in takes.into_iter().zip(sends) {
        let (input, work) = (input.clone(), work.clone());
        scope.spawn(move || serve(&input, take, send, &*work));
    }
    output
}

/// One place in a relay: where the thing comes from, and where it goes.
type Place<B> = (Receiver<B>, Sender<B>);

/// Places in a circle; the first of them has the thing.
fn ring<B>(places: usize, thing: B) -> Vec<Place<B>> {
    let (mut senders, mut receivers): (Vec<_>, Vec<_>) = (0..places).map(|_| bounded(1)).unzip();
    senders[0].send(thing).expect("there is room");
    senders.rotate_left(1);
    receivers.drain(..).zip(senders).collect()
}

fn serve<I, O>(
    input: &Mutex<Receiver<I>>,
    take: Place<()>,
    send: Place<Sender<O>>,
    work: impl Fn(I) -> O,
) {
    while take.0.recv().is_ok() {
        let Ok(value) = input.lock().recv() else {
            return;
        };
        take.1.send(()).ok(); // Without a next worker this value may still come out.
        let result = work(value);
        let Ok(results) = send.0.recv() else {
            return;
        };
        if results.send(result).is_err() {
            return;
        }
        // In a circle of one it comes back to this worker.
        if send.1.send(results).is_err() {
            return;
        }
    }
}
