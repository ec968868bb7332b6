//! A scenario on real threads, once for each seed.
use super::repeat::within;
use super::{Failure, FailureKind, request};
use crate::net::{Entry, What, take_log};
use picture::{Edge, EdgeKind, Effect, Step, Thread};
use protocol::variables::SEED;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long one run may take before it counts as hung. It decides nothing but that.
const DEADLINE: Duration = Duration::from_secs(20);

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The seed of this run, or 0.
pub(crate) fn current_seed() -> u64 {
    CURRENT.get()
}

/// Runs `scenario` on real threads with each seed from 0 to `count - 1`;
/// [`Network::new`](crate::net::Network::new) takes the seed, too.
///
/// A seed repeats what a simulated network does to the frames; how fast the threads are is the
/// machine's affair. When a run fails, its network's messages are drawn, and the command is printed
/// that runs this seed alone.
///
/// # Panics
///
/// As `scenario` does, or if it hangs.
pub fn seeds(count: u64, scenario: impl Fn(u64) + Send + Sync + 'static) {
    let claim = super::claim();
    let scenario = Arc::new(scenario);
    let wanted = request::seed(&claim);
    let all = wanted.map_or(0..count, |seed| seed..seed.saturating_add(1));
    for seed in all {
        let scenario = Arc::clone(&scenario);
        let log: Arc<Mutex<Vec<Entry>>> = Arc::default();
        let entries = Arc::clone(&log);
        let run = move || {
            CURRENT.set(seed);
            let result = catch_unwind(AssertUnwindSafe(|| scenario(seed)));
            *entries.lock().unwrap_or_else(PoisonError::into_inner) = take_log();
            result.unwrap_or_else(|payload| resume_unwind(payload));
        };
        let Err(payload) = catch_unwind(AssertUnwindSafe(|| within(DEADLINE, run))) else {
            continue;
        };
        let log = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));
        draw_and_fail(&claim, seed, payload, &log);
    }
}

/// Draws the run that failed, and fails.
fn draw_and_fail(claim: &str, seed: u64, payload: Box<dyn Any + Send>, log: &[Entry]) -> ! {
    let message = crate::model::text(&*payload).unwrap_or("it does not hold");
    let package = std::env::var("CARGO_PKG_NAME");
    let package = package.map_or(String::new(), |package| format!(" -p {package}"));
    let again = format!("{SEED}='{claim}@{seed}' cargo test{package} {claim} -- --exact");
    let mut failure = match payload.downcast_ref::<Failure>() {
        Some(hung) => hung.clone(),
        None if protocol::todo(message).is_some() => {
            let message = protocol::still_to_do(message);
            super::fail(Box::new(Failure::bare(claim, FailureKind::Todo, message)))
        }
        None => Failure::bare(claim, FailureKind::Assertion, message.to_owned()),
    };
    failure
        .message
        .push_str(&format!("\nwith seed {seed}; to run it again: {again}"));
    draw(&mut failure, log);
    super::fail(Box::new(failure))
}

/// The messages as steps, each node a thread.
fn draw(failure: &mut Failure, log: &[Entry]) {
    let mut nodes: Vec<&str> = Vec::new();
    for entry in log {
        if !nodes.contains(&entry.node.as_str()) {
            nodes.push(&entry.node);
        }
    }
    let thread = |entry: &Entry| {
        nodes
            .iter()
            .position(|node| *node == entry.node)
            .unwrap_or(0)
    };
    for (at, entry) in log.iter().enumerate() {
        let before = failure.steps.last().map(|step| step.thread);
        failure.steps.push(Step {
            thread: thread(entry),
            object: None,
            event: at,
            action: in_words(entry),
            effect: effect(entry.what),
            value: None,
            at: None,
            code: None,
            switched: before.is_some_and(|before| before != thread(entry)),
            stuck: false,
            part: true,
            ordering: None,
            touched: None,
            saw: None,
        });
        let sent = |other: &&Entry| other.what == What::Sent && other.number == entry.number;
        if matches!(
            entry.what,
            What::Received | What::ReceivedAgain | What::Lost
        ) && let Some(from) = log[..at].iter().position(|other| sent(&other))
        {
            failure.edges.push(Edge {
                from,
                to: at,
                kind: EdgeKind::Message,
            });
        }
    }
    let name = |node: &&str| Thread {
        name: (*node).to_owned(),
    };
    failure.threads = nodes.iter().map(name).collect();
}

fn in_words(entry: &Entry) -> String {
    let text = &entry.text;
    match entry.what {
        What::Sent => format!("send \"{text}\""),
        What::Received => format!("receive \"{text}\""),
        What::ReceivedAgain => format!("comes twice: \"{text}\""),
        What::Lost => format!("LOST: \"{text}\""),
        What::Noted => text.clone(),
    }
}

fn effect(what: What) -> Effect {
    match what {
        What::Sent => Effect::Send,
        What::Received => Effect::Receive,
        What::ReceivedAgain => Effect::Duplicated,
        What::Lost => Effect::Lost,
        What::Noted => Effect::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Faults, Network};

    #[test]
    fn a_failure_draws_only_what_is_wanted_and_the_last_of_it() {
        let failing = || {
            seeds(1, |_| {
                let label = |from: &str, to: &str, frame: &[u8]| {
                    format!("{} of {from} to {to}", String::from_utf8_lossy(frame))
                };
                let network = Network::labelled(0, Faults::none(), label);
                let listener = network.node("server").listen().unwrap();
                let connection = network.node("client").connect("server").unwrap();
                let accepted = listener.accept().unwrap();
                for frame in ["a", "b", "c"] {
                    connection.send(frame.as_bytes()).unwrap();
                    accepted.receive().unwrap();
                }
                let left_out = network.draw_only(3, |text| !text.starts_with("b"));
                connection.send(b"d").unwrap();
                panic!("{left_out} left out");
            })
        };
        let payload = catch_unwind(failing).unwrap_err();
        let failure = payload.downcast::<Failure>().unwrap();
        assert!(
            failure.message.starts_with("3 left out"),
            "{}",
            failure.message
        );
        let actions = failure.steps.iter().map(|step| step.action.as_str());
        let expected = [
            "receive \"a of client to server\"",
            "send \"c of client to server\"",
            "receive \"c of client to server\"",
            "send \"d of client to server\"",
        ];
        assert_eq!(actions.collect::<Vec<_>>(), expected);
    }
}
