//! A scenario on real threads, again and again.
use super::hung::{Hang, hung};
use super::stuck::{Onlooker, TICK};
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

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
pub fn repeat(times: usize, scenario: impl Fn() + Send + Sync + 'static) {
    repeat_within(DEADLINE, times, scenario);
}

fn repeat_within(deadline: Duration, times: usize, scenario: impl Fn() + Send + Sync + 'static) {
    within(deadline, move || (0..times).for_each(|_| scenario()));
}

/// Runs `job` on a thread of its own, and waits for it until it counts as hung.
pub(super) fn within(deadline: Duration, job: impl FnOnce() + Send + 'static) {
    let (done, finished) = channel::<()>();
    let name = std::thread::current()
        .name()
        .unwrap_or("scenario")
        .to_owned();
    let runner = std::thread::Builder::new().name(name);
    let thread = runner
        .spawn(move || {
            let _done = done;
            job();
        })
        .expect("the operating system can start a thread");
    // The channel closes when the runner has ended, whichever way.
    if let Err(hang) = watch(&finished, deadline) {
        super::fail(Box::new(hung(&super::claim(), hang)));
    }
    if let Err(payload) = thread.join() {
        resume_unwind(payload);
    }
}

/// Waits until the job has ended, or is seen to hang.
fn watch(finished: &Receiver<()>, deadline: Duration) -> Result<(), Hang> {
    let began = Instant::now();
    let mut onlooker = Onlooker::new();
    loop {
        let left = deadline.saturating_sub(began.elapsed());
        if finished.recv_timeout(left.min(TICK)) != Err(RecvTimeoutError::Timeout) {
            return Ok(());
        }
        if onlooker.sees_a_deadlock() {
            return Err(Hang::Deadlock);
        }
        if left.is_zero() {
            return Err(Hang::After(deadline));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{Arc, Mutex};
    use crate::thread;
    use picture::{Failure, FailureKind};
    use std::panic::catch_unwind;

    #[test]
    fn a_scenario_that_hangs_says_where_each_thread_stands() {
        // It never ends, so how long the deadline is changes nothing.
        let hung = catch_unwind(|| {
            repeat_within(Duration::from_millis(200), 1, || {
                let lock = Arc::new(Mutex::new(()));
                let other = Arc::clone(&lock);
                let holder = thread::Builder::new().name("holder".to_owned());
                let holder = holder.spawn(move || {
                    let _guard = other.lock();
                    thread::park();
                });
                while lock.try_lock().is_some() {
                    thread::yield_now();
                }
                let _never = lock.lock();
                drop(holder);
            });
        });
        let failure = hung.unwrap_err().downcast::<Failure>().unwrap();
        assert_eq!(failure.kind, FailureKind::Hung);
        let text = failure.to_text(picture::Style {
            width: 200,
            ..picture::Style::default()
        });
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("holder is parked at labs/kit/src/explore/repeat.rs:"),
            "{text}"
        );
        assert!(text.contains("waits for the mutex `lock` at"), "{text}");
        assert!(
            text.contains(", held since labs/kit/src/explore/repeat.rs:"),
            "{text}"
        );
    }
}
