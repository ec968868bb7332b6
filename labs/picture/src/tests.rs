//! Small failures for the unit tests.
use crate::{Effect, Failure, FailureKind, Object, Step, Thread};

/// A failure of these steps on one object, by threads `T0`, `T1`, …
pub(crate) fn failure_with(threads: usize, steps: Vec<Step>) -> Failure {
    let mut failure = Failure::bare("a_claim", FailureKind::Assertion, "a message".to_owned());
    let name = |thread| Thread {
        name: format!("T{thread}"),
    };
    failure.threads = (0..threads).map(name).collect();
    failure.objects = vec![Object {
        name: "thing".to_owned(),
        kind: "Mutex".to_owned(),
        made: None,
    }];
    failure.steps = steps;
    failure
}

/// A step of a thread on that object.
pub(crate) fn step(thread: usize, effect: Effect) -> Step {
    Step {
        thread,
        object: Some(0),
        event: 0,
        action: format!("{effect:?}"),
        effect,
        value: None,
        at: None,
        code: None,
        switched: false,
        stuck: false,
        part: true,
        ordering: None,
        touched: None,
        saw: None,
    }
}
