//! What to say of a test on real threads that does not end.
use super::request;
use crate::waiting;
use picture::{Failure, FailureKind, Wait};
use std::sync::Once;
use std::time::Duration;

/// How it shows that a test hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hang {
    /// It has not ended after this long.
    After(Duration),
    /// All its threads wait for each other.
    Deadlock,
}

/// The failure of a test that does not end: where each thread waits, and for what.
pub fn hung(claim: &str, hang: Hang) -> Failure {
    let (message, otherwise) = match hang {
        Hang::After(time) => (
            format!("hung: it did not end within {} s", time.as_secs()),
            "so one of them runs on",
        ),
        Hang::Deadlock => (
            "hung: every thread waits, and none can go on".to_owned(),
            "so it is something else that they wait for",
        ),
    };
    let mut failure = Failure::bare(claim, FailureKind::Hung, message);
    let wait = |sentence| Wait {
        thread: 0,
        on: None,
        sentence,
    };
    failure.waits = waiting::sentences().into_iter().map(wait).collect();
    if failure.waits.is_empty() {
        failure.message.push_str(&format!(
            "; no thread waits in an operation of the kit, {otherwise}"
        ));
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
            let failure = hung(&claim, Hang::After(after));
            if !failure.waits.is_empty() {
                request::answer(&claim, |answer| answer.failure = Some(failure));
            }
        });
    });
}
