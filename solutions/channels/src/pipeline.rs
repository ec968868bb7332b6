//! You write this file: one stage of a pipeline, whose workers are many and whose order is one.
//!
//! A stage takes values from a channel, lets several threads work on them, and puts the results
//! into another channel, in the order in which the values came. What comes out of one stage goes
//! into the next, so a pipeline is stages in a row, and nobody has to tell it to end: each stage
//! ends when its input does.
//!
//! Watch for:
//! - the order is that of the input, however long each value takes;
//! - a result whose turn has not come waits somewhere, and there is room for a few only;
//! - who waits for a turn waits for ever if the one before it never comes: it may have panicked;
//! - a worker that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - the output is at its end when its last sender is gone, and not before the last result.
//!
//! Not here: the channel. It is the kit's, so that your own need not be done.
//!
//! Read: notes/channels.md, "Pipelines".

// LAB: // You will want: use kit::channel::bounded; use kit::sync::{Arc, Mutex};
use std::mem;

use kit::channel::{Receiver, Sender, bounded};
use kit::sync::{Arc, Mutex};
// LAB: end
// LAB: use kit::channel::Receiver;
// LAB: end
use kit::thread::Scope;

/// Starts a stage: `workers` threads in `scope`, each of which takes values from `input` and does
/// `work` on them, one at a time. Returns where the results come out, in the order of the values.
/// Never blocks.
///
/// **At once.** As many values are worked on at once as there are workers, if that many are there.
/// A worker whose result waits for its turn is still at work on it.
///
/// **Back-pressure.** At most `workers + capacity` values are under way: taken from `input`, and
/// their result not received yet. As many can be, but no more: the stage waits then, and so does
/// whoever fills `input`. Any capacity will do, `usize::MAX` too.
///
/// **End.** When no sender of `input` is left, the results of what it still holds come out, and
/// then the output is disconnected. When the output's receivers are gone, the workers end, each
/// with the next value that it takes at the latest, and then `input` is disconnected. Either way
/// every worker ends; one that waits for a value may wait until it comes, or `input` ends.
///
/// # Panics
///
/// If `workers` is 0.
///
/// If `work` panics on a value, the results before it come out and none after it: the output is
/// disconnected, and the stage ends as if its receivers were gone. The scope panics, as it does
/// whenever a thread in it has.
///
/// # Examples
///
/// ```no_run
/// use channels::pipeline::stage;
/// use kit::channel::bounded;
/// use kit::thread;
///
/// let (sender, urls) = bounded(8);
/// thread::scope(|s| {
///     let pages = stage(s, urls, 4, 8, |url: &str| format!("the page at {url}"));
///     let lengths = stage(s, pages, 2, 8, |page: String| page.len());
///     s.spawn(move || {
///         for url in ["/a", "/b", "/c"] {
///             if sender.send(url).is_err() {
///                 break; // A stage has panicked.
///             }
///         }
///     });
///     for length in lengths {
///         println!("{length}");
///     }
/// });
/// ```
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
    // LAB: let _ = (scope, input, work);
    assert!(workers > 0, "a stage needs a worker");
    let (results, output) = bounded(capacity);
    let (first, turn) = bounded(1);
    first.send(results).expect("its other end is here");
    drop(first);
    let source = Arc::new(Mutex::new(Source { input, turn }));
    let work = Arc::new(work);
    // LAB: end
    // LAB: todo!("start {workers} workers, with room for {capacity} results")
    for _ in 0..workers {
        let (source, work) = (source.clone(), work.clone());
        scope.spawn(move || serve(&source, &*work));
    }
    output
    // LAB: end
}

// LAB:
/// Where values come from, and whose turn it is after the last one taken. Both are under one lock,
/// because taking a value and getting in line for its result are one step.
struct Source<I, O> {
    input: Receiver<I>,
    /// Where the output's only sender arrives when all results before the next value's have gone.
    turn: Receiver<Sender<O>>,
}

/// What a worker does until the input is at its end, or the output is.
///
/// The output has one sender, and the workers hand it on from value to value, like the baton in a
/// relay. Whoever has it sends. If a worker panics its leg of the way is gone: the baton is dropped
/// there, and the output ends, just after the last result that could come out in order.
fn serve<I, O>(source: &Mutex<Source<I, O>>, work: impl Fn(I) -> O) {
    loop {
        let mut guard = source.lock();
        let Ok(value) = guard.input.recv() else {
            return;
        };
        let (pass, next_turn) = bounded(1);
        let turn = mem::replace(&mut guard.turn, next_turn);
        drop(guard);
        let result = work(value);
        // Blocks until the results before this one have gone: a worker carries one result at most.
        let Ok(results) = turn.recv() else {
            return;
        };
        if results.send(result).is_err() {
            return; // Nobody receives any more.
        }
        if pass.send(results).is_err() {
            return; // Whoever had the next value has panicked.
        }
    }
}
// LAB: end
