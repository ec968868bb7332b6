//! From how a check's process ended to its verdict.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use picture::{Certainty, Failure, FailureKind, Outcome};
use protocol::{End, Line, Panic};

use super::{Judged, Verdict};
use crate::lab::Kind;
use crate::process::Cause;
use crate::run::{MEMORY, Run};

/// Judges a run. `yours` says whether a file (from the stage's root) is one that the student wrote.
pub fn judge(run: &Run, kind: Kind, yours: impl Fn(&str) -> bool) -> Judged {
    let judged = match own_word(run) {
        Ok(Some(line)) => Judged {
            used: Some(Duration::from_millis(line.used_ms)),
            ..reported(line.report, kind, yours)
        },
        Ok(None) => silent(run),
        Err(()) => Judged::new(
            Verdict::Forged,
            "something other than the check wrote to the grader's private channel",
        ),
    };
    bounded(judged)
}

/// What an answer made it say is of any length.
fn bounded(mut judged: Judged) -> Judged {
    let cut = |text: &mut String| *text = protocol::capped(text, LONGEST);
    cut(&mut judged.why);
    judged.detail.iter_mut().for_each(cut);
    if let Some(failure) = &mut judged.failure {
        cut(&mut failure.message);
    }
    judged
}

/// A sentence in a report may be so long, in bytes.
const LONGEST: usize = 8000;

/// The check's own word: exactly one line with the right token; nothing at all; or something else.
fn own_word(run: &Run) -> Result<Option<Line>, ()> {
    let channel = &run.ended.stdout;
    if channel.is_empty() {
        return Ok(None);
    }
    let text = channel.strip_suffix(b"\n").ok_or(())?;
    if text.contains(&b'\n') {
        return Err(());
    }
    let line: Line = serde_json::from_slice(text).map_err(|_| ())?;
    if line.token == run.token {
        Ok(Some(line))
    } else {
        Err(())
    }
}

fn reported(report: End, kind: Kind, yours: impl Fn(&str) -> bool) -> Judged {
    match report {
        End::Returned { searches } => returned(searches, kind),
        End::Found { failure } => found(failure),
        End::Panicked { panics } => panicked(&panics, yours),
        End::Broken { why } => Judged::new(Verdict::Broken, why),
    }
}

fn returned(searches: Vec<Outcome>, kind: Kind) -> Judged {
    // Of several searches in one check, the least certain says what is proven.
    let weakest = searches
        .iter()
        .map(|search| search.certainty)
        .min_by_key(strength);
    let interleavings = searches.iter().map(|search| search.interleavings).sum();
    let scenarios = match searches[..] {
        [search] => search.scenarios,
        _ => None,
    };
    match (kind, weakest) {
        (Kind::Model | Kind::Possible, None) => Judged::new(
            Verdict::Broken,
            "the check searched nothing, so it proves nothing",
        ),
        (_, certainty) => Judged {
            search: certainty.map(|certainty| Outcome {
                certainty,
                interleavings,
                scenarios,
            }),
            ..Judged::new(Verdict::Pass, "")
        },
    }
}

/// How much a search proves, to be compared.
fn strength(certainty: &Certainty) -> (u8, u64) {
    match *certainty {
        Certainty::Blind => (0, 0),
        Certainty::Sampled { schedules } => (1, schedules),
        Certainty::Bounded { preemptions } => (2, preemptions as u64),
        Certainty::Witnessed => (3, 0),
        Certainty::Exhaustive => (4, 0),
    }
}

fn found(failure: Box<Failure>) -> Judged {
    let verdict = match failure.kind {
        FailureKind::Todo => {
            let at = failure.at.as_ref();
            return unwritten(at.map(|at| (at.file.as_str(), at.line)));
        }
        FailureKind::Race => Verdict::Race,
        FailureKind::Deadlock => Verdict::Deadlock,
        FailureKind::NotExplored => Verdict::NotExplored,
        FailureKind::Hung => Verdict::Hung,
        FailureKind::Assertion | FailureKind::Leak | FailureKind::Unreached => Verdict::Fail,
    };
    let why = failure.message.clone();
    Judged {
        failure: Some(failure),
        ..Judged::new(verdict, why)
    }
}

fn panicked(panics: &[Panic], yours: impl Fn(&str) -> bool) -> Judged {
    let Some(last) = panics.last() else {
        return Judged::new(Verdict::Fail, "it panicked");
    };
    let detail = format!(
        "{}:{}:{}: {}",
        last.file, last.line, last.column, last.message
    );
    let why = match panics.iter().rev().find(|panic| yours(&panic.file)) {
        Some(panic) if panic.todo => return unwritten(Some((&panic.file, panic.line))),
        Some(panic) => format!("{}:{} panicked: {}", panic.file, panic.line, panic.message),
        None => "the claim does not hold".to_owned(),
    };
    Judged::new(Verdict::Fail, why).detail(detail)
}

/// A stub was reached at this line.
fn unwritten(at: Option<(&str, u32)>) -> Judged {
    let place = at.map_or(String::new(), |(file, line)| format!(" at {file}:{line}"));
    Judged::new(Verdict::NotWritten, format!("the stub{place} was reached"))
}

/// The process ended without the check's word.
fn silent(run: &Run) -> Judged {
    // Only the standard library's own messages tell these ends apart, and an answer could print
    // them too. So they choose between names of a failure, never between a failure and a pass: a
    // process that has not sent its line has failed, whatever it printed.
    let printed = String::from_utf8_lossy(&run.ended.stderr);
    let says = |text: &str| printed.contains(text);
    let (status, seconds) = (run.ended.status, run.deadline.as_secs());
    let judged = match (run.ended.cause, status.signal(), status.code()) {
        (Cause::Deadline, ..) => Judged::new(
            Verdict::Hung,
            format!("it did not come to an end, long after its {seconds} s"),
        ),
        (Cause::Flood, ..) => Judged::new(Verdict::OutputFlood, "it printed more than 1 MiB"),
        (Cause::Itself, Some(SIGXCPU), _) => Judged::new(
            Verdict::Hung,
            format!("it used the processor for {seconds} s without coming to an end"),
        ),
        (Cause::Itself, Some(SIGABRT), _) if says("memory allocation of ") => Judged::new(
            Verdict::OutOfMemory,
            format!("it asked for more than {} GiB of memory", MEMORY >> 30),
        ),
        (Cause::Itself, Some(SIGABRT | SIGSEGV), _) if says("has overflowed its stack") => {
            Judged::new(
                Verdict::Crashed,
                "the stack overflowed: a recursion does not end",
            )
        }
        (Cause::Itself, Some(SIGABRT), _) if says("panic in a destructor during cleanup") => {
            Judged::new(
                Verdict::Crashed,
                "a destructor panicked while a panic was unwinding",
            )
        }
        (Cause::Itself, Some(signal), _) => Judged::new(
            Verdict::Crashed,
            format!("the program crashed: {}", named(signal)),
        ),
        (Cause::Itself, None, Some(0)) => Judged::new(
            Verdict::Forged,
            "the process ended itself with success before the check had come to its end",
        ),
        (Cause::Itself, None, code) => Judged::new(
            Verdict::Crashed,
            format!(
                "the process ended itself with exit code {}",
                code.unwrap_or_default()
            ),
        ),
    };
    match run.ended.complaint() {
        printed if printed.is_empty() => judged,
        printed => judged.detail(printed),
    }
}

const SIGABRT: i32 = 6;
const SIGSEGV: i32 = 11;
const SIGXCPU: i32 = 24;

fn named(signal: i32) -> &'static str {
    match signal {
        4 => "an illegal instruction",
        SIGABRT => "it aborted, by `abort` or by a panic where none may leave",
        7 => "it used memory that is not there (a bus error)",
        8 => "an arithmetic error",
        9 => "it was killed, most often for want of memory",
        SIGSEGV => "it used memory that is not its own (a segmentation fault)",
        25 => "it wrote too large a file",
        _ => "it was ended by a signal",
    }
}
