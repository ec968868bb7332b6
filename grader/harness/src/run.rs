//! Runs one check for the grader.

use std::any::Any;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};

use kit::explore::{Failure, hung, outlive_destructors, take_outcomes};

use protocol::{End, Panic};

use crate::channel::Channel;
use crate::hang::{HangLimits, in_time, processor_time};
use crate::{Checks, ids, limits};

/// A check gets the stack that a program's main thread has.
const STACK: usize = 8 << 20;

/// Panics that are kept: the last ones, of which the very last ended the check.
const KEPT: usize = 4;

/// A panic's message may be so long, in bytes.
const LONGEST: usize = 4000;

pub(crate) fn run(checks: Checks, id: &str, bounds: &[&str]) {
    let channel = match Channel::take() {
        Ok(channel) => channel,
        Err(error) => {
            eprintln!("the harness cannot take its channel: {error}");
            std::process::exit(1);
        }
    };
    let report = match (
        limits::set(bounds),
        ids(checks).find(|(known, _)| known == id),
    ) {
        (Err(why), _) => End::Broken { why },
        (Ok(_), None) => End::Broken {
            why: format!("there is no check `{id}`"),
        },
        (Ok(limits), Some((_, body))) => watched(id, body, limits),
    };
    channel.report(report, processor_time())
}

/// The name of each check's thread: it tells an answer nothing.
const THREAD: &str = "check";

/// Runs the body on a thread of its own, and sees how it ends, or that it hangs.
fn watched(id: &str, body: fn(), limits: HangLimits) -> End {
    let panics = record_panics();
    outlive_destructors();
    let thread = std::thread::Builder::new()
        .name(THREAD.to_owned())
        .stack_size(STACK);
    let (running, ended) = channel::<()>();
    let thread = thread.spawn(move || {
        let _running = running;
        body();
        take_outcomes()
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => {
            let why = format!("starting the check's thread: {error}");
            return End::Broken { why };
        }
    };
    // The channel closes when the body has ended, whichever way.
    if let Err(hang) = in_time(&ended, limits) {
        return failed(Box::new(hung(id, hang)), &panics);
    }
    match thread.join() {
        Ok(searches) => End::Returned { searches },
        Err(payload) => failed(payload, &panics),
    }
}

/// How a body ended that unwound or hangs. If a stub was reached on any thread, that is why,
/// whatever the body itself then complained of.
fn failed(payload: Box<dyn Any + Send>, panics: &Mutex<Vec<Panic>>) -> End {
    let panics = panics
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match payload.downcast::<Failure>() {
        Ok(failure) if !panics.iter().any(|panic| panic.todo) => End::Found { failure },
        _ => End::Panicked { panics },
    }
}

/// Keeps message and place of the last panics. The verdict does not rest on this: it rests on
/// whether the body returned.
fn record_panics() -> Arc<Mutex<Vec<Panic>>> {
    let panics = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&panics);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let payload = info.payload_as_str().unwrap_or("a panic without a message");
        let (file, line, column) = info
            .location()
            .map_or(("", 0, 0), |at| (at.file(), at.line(), at.column()));
        let panic = Panic {
            message: protocol::capped(payload, LONGEST),
            todo: protocol::todo(payload).is_some(),
            file: file.to_owned(),
            line,
            column,
        };
        let mut panics = recorder.lock().unwrap_or_else(PoisonError::into_inner);
        if panics.len() == KEPT {
            panics.remove(0);
        }
        panics.push(panic);
        drop(panics);
        before(info);
    }));
    panics
}
