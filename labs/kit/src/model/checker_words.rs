//! What loom, shuttle and the standard library say only in words, read here and nowhere else.
//!
//! The one idea: a checker's words count only if the checker that runs has raised them, which the
//! panic's location shows. A student chooses the text of a panic, and with `resume_unwind` its
//! payload, but not the location of one that is raised in the source of loom or shuttle: the
//! modelled primitives are not generic over the student's types, so no code of theirs is compiled
//! into those files.
use super::{Backend, Refusal, text};
use crate::cause::Cause;
use std::panic::PanicHookInfo;

/// Why a panic that the hook sees fails the execution, if nobody catches it.
pub(crate) fn cause_of(info: &PanicHookInfo<'_>, running: Backend) -> Cause {
    if info.payload().is::<Refusal>() {
        return Cause::Refused;
    }
    let message = text(info.payload()).unwrap_or_default();
    let file = info.location().map_or("", |at| at.file());
    if let Some(cause) = of_checker(message, file, running) {
        return cause;
    }
    match protocol::todo(message) {
        Some(_) => Cause::Todo,
        None => Cause::Panicked,
    }
}

/// What `message` means if the checker that runs has raised it in its source file `file`.
fn of_checker(message: &str, file: &str, running: Backend) -> Option<Cause> {
    let (crates, words) = match running {
        Backend::Real => return None,
        Backend::Loom => (LOOM, LOOM_SAYS),
        Backend::Shuttle => (SHUTTLE, SHUTTLE_SAYS),
    };
    if !crates.iter().any(|name| is_source_of(file, name)) {
        return None;
    }
    let message = message.trim_start();
    let said = words.iter().find(|(words, _)| message.starts_with(words));
    said.map(|(_, cause)| *cause)
}

/// How messages begin, and what they mean.
type Words = &'static [(&'static str, Cause)];

const LOOM: &[&str] = &["loom"];
const LOOM_SAYS: Words = &[
    ("deadlock; threads = ", Cause::Deadlock),
    ("Causality violation: ", Cause::Race),
    ("Model exceeded maximum number of branches", Cause::Endless),
    ("Reached unexpected exploration state", Cause::Differs),
    // Its counter of preemptions ends at 255.
    ("attempt to add with overflow", Cause::Endless),
];

const SHUTTLE: &[&str] = &["shuttle-engine", "shuttle-std"];
const SHUTTLE_SAYS: Words = &[
    ("deadlock! ", Cause::Deadlock),
    ("exceeded max_steps bound ", Cause::Endless),
];

/// Whether cargo has `file` from the package `name`: `…/<name>-<version>/src/…`.
fn is_source_of(file: &str, name: &str) -> bool {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    parts.windows(2).any(|pair| {
        let version = pair[0]
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('-'));
        pair[1] == "src" && version.is_some_and(|version| version.starts_with(char::is_numeric))
    })
}

/// Whether a panic's text is that of an `unwrap` or `expect` of what a thread panicked with.
///
/// A student can say it, too, and gains nothing: it counts only in a scenario that panics on
/// purpose, and there who has caught such a panic can pass it on by `resume_unwind` at any time.
pub(super) fn unwraps_a_payload(message: &str) -> bool {
    message.ends_with(": Any { .. }")
}

/// Whether a panic that the hook sees is the standard library's last word before it ends the
/// process: another panic has left a destructor while a thread unwinds, or a function that must not
/// unwind.
pub(crate) fn aborts(info: &PanicHookInfo<'_>) -> bool {
    let message = text(info.payload()).unwrap_or_default();
    let file = info.location().map_or("", |at| at.file());
    is_source_of_core(file) && ABORTING.iter().any(|words| message.starts_with(words))
}

const ABORTING: [&str; 2] = [
    "panic in a destructor during cleanup",
    "panic in a function that cannot unwind",
];

/// Where `core` raises what the compiler inserts.
fn is_source_of_core(file: &str) -> bool {
    file.replace('\\', "/")
        .ends_with("/library/core/src/panicking.rs")
}

/// The texts that a checker's panics begin with.
#[cfg(test)]
pub(crate) fn phrases() -> impl Iterator<Item = &'static str> {
    let said = LOOM_SAYS.iter().chain(SHUTTLE_SAYS);
    said.map(|(words, _)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKERS: [(Backend, Words, &str); 2] = [
        (
            Backend::Loom,
            LOOM_SAYS,
            "/r/registry/src/i/loom-0.7.3/src/rt/path.rs",
        ),
        (
            Backend::Shuttle,
            SHUTTLE_SAYS,
            "/r/registry/src/i/shuttle-engine-0.1.7/src/runtime/execution.rs",
        ),
    ];

    #[test]
    fn the_words_of_the_checker_that_runs_count_in_its_own_source_alone() {
        for (running, says, source) in CHECKERS {
            for (words, cause) in says {
                let of = |file, running| of_checker(words, file, running);
                assert_eq!(of(source, running), Some(*cause), "{words}");
                for (other, _, elsewhere) in CHECKERS {
                    if other != running {
                        assert_eq!(of(elsewhere, running), None, "{words}");
                        assert_eq!(of(source, other), None, "{words}");
                    }
                }
                for file in [
                    "labs/locks/src/bank.rs",
                    "labs/kit/src/model/lock.rs",
                    "/home/me/loom-labs/src/bank.rs",
                    "",
                ] {
                    assert_eq!(of(file, running), None, "{words} in {file}");
                }
                assert_eq!(of_checker(&format!("it {words}"), source, running), None);
            }
        }
    }
}
