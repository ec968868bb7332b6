//! What the student's commands ask of a search, by the environment, and what it answers, in a file.
//!
//! | variable | asks |
//! |---|---|
//! | `WEFT_FAILURES=DIR` | write outcomes and failure to `DIR/<claim>.json`, and do not print the picture |
//! | `WEFT_REPLAY=TOKEN` | run exactly the interleaving that the token names |
//! | `WEFT_STOP_AT=EVENT` | in a replay, call `weft_stop_here` at this event, for a debugger |
//! | `WEFT_SEED=CLAIM@N` | run the scenarios of that test that take seeds with this one alone |
//! | `WEFT_STRESS=N` | run the scenario N times on real threads first |
//! | `WEFT_TELL_AFTER=N` | after N seconds, say where the threads of the test `WEFT_CLAIM` wait |
use super::{Failure, Outcome};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::Duration;

/// What the searches of one test came to, as the file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The name of the test.
    pub claim: String,
    /// What the searches say that found nothing.
    pub outcomes: Vec<Outcome>,
    /// What the last search found, if it found something.
    pub failure: Option<Failure>,
    /// How the scenarios did on real threads, if that was asked for.
    pub stress: Option<Stress>,
}

/// How scenarios did on real threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stress {
    /// How often they were run.
    pub runs: u64,
    /// How many of the runs failed.
    pub failed: u64,
    /// Whether one did not end.
    pub hung: bool,
}

/// One interleaving of one search of one test:
/// `<claim>@<search>.<pass>[s<seed>].<interleaving>.<hash of the sources>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) claim: String,
    /// Which search of the test.
    pub(super) search: usize,
    /// Which pass of the search.
    pub(super) pass: usize,
    /// Where a random pass started, if not where it usually does.
    pub(super) seed: Option<u64>,
    pub(super) interleaving: u64,
    pub(super) sources: String,
}

impl Token {
    pub(super) fn parse(text: &str) -> Option<Token> {
        let (claim, rest) = text.trim().rsplit_once('@')?;
        let mut parts = rest.split('.');
        let search = parts.next()?.parse().ok()?;
        let (pass, seed) = match parts.next()?.split_once('s') {
            Some((pass, seed)) => (pass, Some(seed.parse().ok()?)),
            None => (rest.split('.').nth(1)?, None),
        };
        let token = Token {
            claim: claim.to_owned(),
            search,
            pass: pass.parse().ok()?,
            seed,
            interleaving: parts.next()?.parse().ok()?,
            sources: parts.next()?.to_owned(),
        };
        parts.next().is_none().then_some(token)
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Token {
            claim,
            search,
            pass,
            seed,
            interleaving,
            sources,
        } = self;
        let seed = seed.map_or(String::new(), |seed| format!("s{seed}"));
        write!(f, "{claim}@{search}.{pass}{seed}.{interleaving}.{sources}")
    }
}

thread_local! {
    static SEARCHES: Cell<usize> = const { Cell::new(0) };
    static ANSWER: RefCell<Answer> = RefCell::default();
}

/// Counts the searches of this test, the first being 1.
pub(super) fn next_search() -> usize {
    SEARCHES.set(SEARCHES.get() + 1);
    SEARCHES.get()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The token to replay, if it is one of this test.
pub(super) fn replay(claim: &str) -> Option<Token> {
    let token = Token::parse(&variable("WEFT_REPLAY")?)?;
    (token.claim == claim).then_some(token)
}

/// The only seed to run this test with, if somebody said one.
pub(super) fn seed(claim: &str) -> Option<u64> {
    let wanted = variable("WEFT_SEED")?;
    let (test, seed) = wanted.rsplit_once('@')?;
    (test == claim).then(|| seed.parse().ok())?
}

/// How often to run the scenario on real threads first.
pub(super) fn stress() -> Option<u64> {
    variable("WEFT_STRESS")?.parse().ok()
}

/// Of which test to say where its threads wait, and when.
pub(super) fn tell_after() -> Option<(String, Duration)> {
    let seconds = variable("WEFT_TELL_AFTER")?.parse().ok()?;
    Some((variable("WEFT_CLAIM")?, Duration::from_secs(seconds)))
}

/// At which event of a replay to stop for a debugger.
pub(super) fn stop_at() -> Option<usize> {
    variable("WEFT_STOP_AT")?.parse().ok()
}

/// Adds to the answer, and writes it; whether somebody asked for it.
pub(super) fn answer(claim: &str, add: impl FnOnce(&mut Answer)) -> bool {
    let Some(dir) = variable("WEFT_FAILURES").map(PathBuf::from) else {
        return false;
    };
    ANSWER.with_borrow_mut(|answer| {
        claim.clone_into(&mut answer.claim);
        add(answer);
        let json = serde_json::to_vec_pretty(answer).expect("an answer is plain data");
        let file = dir.join(format!("{}.json", claim.replace("::", ".")));
        // Whole or not at all: a reader may come at any time.
        let new = file.with_extension("new");
        let written = std::fs::create_dir_all(&dir)
            .and_then(|()| std::fs::write(&new, json))
            .and_then(|()| std::fs::rename(&new, &file));
        if let Err(error) = &written {
            eprintln!("cannot write {}: {error}", file.display());
        }
        written.is_ok()
    })
}
