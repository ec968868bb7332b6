//! You write this file: one stage of a pipeline, whose workers are many and whose order is one.
//!
//! A stage takes values from a channel, lets several threads work on them, and puts the results into
//! another channel, in the order in which the values came. What comes out of one stage goes into the next,
//! so a pipeline is stages in a row, and nobody has to tell it to end: each stage ends when its input does.
//!
//! Watch for:
//! - the order is that of the input, however long each value takes;
//! - a result whose turn has not come waits somewhere, and there is room for a few only;
//! - who waits for a turn waits for ever if the one before it never comes: it may have panicked;
//! - the output is at its end when its last sender is gone, and not before the last result.
//!
//! Not here: the channel. It is the kit's, so that your own need not be done.
//!
//! Read: notes/channels.md, "Pipelines".

use kit::channel::{Receiver, Sender, bounded};
use kit::sync::{Arc, Mutex};
use kit::thread::Scope;

/// Starts a stage: `workers` threads in `scope`, each of which takes values from `input` and does `work` on
/// them, one at a time. Returns where the results come out, in the order of the values. Never blocks.
///
/// **At once.** As many values are worked on at once as there are workers, if so many are there.
///
/// **Back-pressure.** At most `workers + capacity` values are under way: taken from `input`, and their result
/// not received yet. As many can be, but no more: the stage waits then, and so does whoever fills `input`.
///
/// **End.** When no sender of `input` is left, the results of what it still holds come out, and then the
/// output is disconnected. When the output's receivers are gone, the workers end, each with the next value that it
/// takes at the latest, and then `input` is disconnected. Either way every worker ends.
///
/// # Panics
///
/// If `workers` is 0.
///
/// If `work` panics on a value, the results before it come out and none after it: the output is
/// disconnected, and the stage ends as if its receivers were gone. The scope panics, as it does whenever a
/// thread in it has.
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
    assert!(workers > 0, "a stage needs a worker");
    let (results, output) = bounded(capacity);
    let line = Arc::new(Mutex::new(Line {
        input,
        last: Place::first(results),
    }));
    let work = Arc::new(work);
    for _ in 0..workers {
        let (line, work) = (line.clone(), work.clone());
        scope.spawn(move || while one_value(&line, &*work).is_some() {});
    }
    output
}

/// The values that nobody has taken yet, and the place behind the last one taken.
struct Line<I, O> {
    input: Receiver<I>,
    last: Place<O>,
}

/// A place in the line: where the right to send arrives when it is this one's turn.
struct Place<O>(Receiver<Sender<O>>);

impl<O> Place<O> {
    fn first(results: Sender<O>) -> Self {
        let (whoever_is_before, place) = Self::behind();
        let handed_on = whoever_is_before.send(results);
        handed_on.expect("the place has room for it");
        place
    }

    /// A place, and what the one before it hands the right to send on with.
    fn behind() -> (Sender<Sender<O>>, Self) {
        let (before, place) = bounded(1);
        (before, Place(place))
    }
}

/// Takes a value, works on it, and sends its result in its turn. `None` once nothing more can come out.
///
/// There is one right to send, so a panic in `work` loses it: the place behind is dropped unserved, and so
/// are all behind that one.
fn one_value<I, O>(line: &Mutex<Line<I, O>>, work: impl Fn(I) -> O) -> Option<()> {
    let (value, mine, next) = {
        let mut line = line.lock();
        let value = line.input.recv().ok()?;
        let (next, place) = Place::behind();
        (value, std::mem::replace(&mut line.last, place), next)
    };
    let result = work(value);
    let results = mine.0.recv().ok()?;
    results.send(result).ok()?;
    next.send(results).ok()
}
