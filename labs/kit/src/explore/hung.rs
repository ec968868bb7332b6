//! What to say of a test on real threads that does not end.
use super::request;
use crate::waiting;
use picture::{Failure, FailureKind, Wait};
use std::sync::Once;
use std::time::Duration;

/// The failure of a test that has not ended after this long: where each thread waits, and for what.
pub fn hung(claim: &str, after: Duration) -> Failure {
    let message = format!("hung: it did not end within {} s", after.as_secs());
    let mut failure = Failure::bare(claim, FailureKind::Hung, message);
    let wait = |sentence| Wait {
        thread: 0,
        on: None,
        sentence,
    };
    failure.waits = waiting::sentences().into_iter().map(wait).collect();
    if failure.waits.is_empty() {
        failure
            .message
            .push_str("; no thread waits in an operation of the kit, so one of them runs on");
    }
    failure
}

/// Hands over where the threads stand when the time is up, if somebody asked for that: a process
/// that hangs is ended from outside, and cannot say it then. Called when a thread is about to
/// block.
pub(crate) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let Some((claim, after)) = request::tell_after() else {
            return;
        };
        std::thread::spawn(move || {
            std::thread::sleep(after);
            let failure = hung(&claim, after);
            if !failure.waits.is_empty() {
                request::answer(&claim, |answer| answer.failure = Some(failure));
            }
        });
    });
}
