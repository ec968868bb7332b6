//! A scenario on real threads, again and again.
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long one call may take before it counts as hung. It decides nothing but that.
const DEADLINE: Duration = Duration::from_secs(20);

/// Runs `scenario` `times` times on real threads.
///
/// The operating system picks the schedules, so a rare bug may well stay hidden: that is what
/// [`explore`](crate::explore()) is for.
///
/// # Panics
///
/// As `scenario` does, or if it hangs.
#[track_caller]
pub fn repeat(times: usize, scenario: impl Fn() + Send + Sync + 'static) {
    let scenario = Arc::new(scenario);
    let (done, finished) = channel::<()>();
    let name = std::thread::current()
        .name()
        .unwrap_or("scenario")
        .to_owned();
    let runner = std::thread::Builder::new().name(name);
    let thread = runner
        .spawn(move || {
            let _done = done;
            (0..times).for_each(|_| scenario());
        })
        .expect("the operating system can start a thread");
    // The channel closes when the runner has ended, whichever way.
    if finished.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
        panic!(
            "hung: the scenario did not end within {} s, so a thread waits for something that never \
             comes; explore the same scenario to see which",
            DEADLINE.as_secs()
        );
    }
    if let Err(payload) = thread.join() {
        resume_unwind(payload);
    }
}
