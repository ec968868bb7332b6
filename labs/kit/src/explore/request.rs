//! What the student's commands ask of a search, and what it answers: both as `protocol` has it.
use protocol::{Searched, Token, variables};
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::Duration;

thread_local! {
    static SEARCHES: Cell<usize> = const { Cell::new(0) };
    static ANSWER: RefCell<Searched> = RefCell::default();
}

/// Counts the searches of this test, the first being 1.
pub(super) fn next_search() -> usize {
    SEARCHES.set(SEARCHES.get() + 1);
    SEARCHES.get()
}

/// How many searches this test has begun.
pub(super) fn searches() -> usize {
    SEARCHES.get()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The token to replay, if it is one of this test.
pub(super) fn replay(claim: &str) -> Option<Token> {
    let token = Token::parse(&variable(variables::REPLAY)?)?;
    (token.claim == claim).then_some(token)
}

/// The only seed to run this test with, if somebody said one.
pub(super) fn seed(claim: &str) -> Option<u64> {
    let wanted = variable(variables::SEED)?;
    let (test, seed) = wanted.rsplit_once('@')?;
    (test == claim).then(|| seed.parse().ok())?
}

/// How often to run the scenario on real threads first.
pub(super) fn stress() -> Option<u64> {
    variable(variables::STRESS)?.parse().ok()
}

/// Whether every order of the scenarios is wanted, to play with.
pub(super) fn play() -> bool {
    variable(variables::PLAY).is_some()
}

/// How long a search of scenarios goes on beyond its scope.
pub(super) fn deep() -> Option<Duration> {
    variable(variables::DEEP)?
        .parse()
        .ok()
        .map(Duration::from_secs)
}

/// Of which test to say where its threads wait, and when.
pub(super) fn tell_after() -> Option<(String, Duration)> {
    let seconds = variable(variables::TELL_AFTER)?.parse().ok()?;
    Some((variable(variables::CLAIM)?, Duration::from_secs(seconds)))
}

/// At which event of a replay to stop for a debugger.
pub(super) fn stop_at() -> Option<usize> {
    variable(variables::STOP_AT)?.parse().ok()
}

/// Adds to the answer, and writes it; whether somebody asked for it.
pub(super) fn answer(claim: &str, add: impl FnOnce(&mut Searched)) -> bool {
    let Some(dir) = variable(variables::FAILURES).map(PathBuf::from) else {
        return false;
    };
    ANSWER.with_borrow_mut(|answer| {
        claim.clone_into(&mut answer.claim);
        add(answer);
        let json = serde_json::to_vec_pretty(answer).expect("an answer is plain data");
        let file = Searched::path(&dir, claim);
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
