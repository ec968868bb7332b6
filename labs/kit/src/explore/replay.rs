//! One interleaving once more: the one that a token names.
use super::budget::Budget;
use super::found::{Found, without_interleaving};
use super::pass::passes;
use super::run::{Ended, Focus, Scenario, run};
use super::{Explorer, Failure, FailureKind, Outcome};
use crate::model::Learned;
use protocol::Token;

/// Runs exactly the interleaving that a token names, aloud. What comes of it is printed by the
/// caller if it fails; if it does not, the failure says so.
pub(super) fn replay(
    explorer: &Explorer,
    scenario: &Scenario,
    token: &Token,
) -> Result<Outcome, Box<Failure>> {
    let passes = passes(explorer);
    // Beyond the last one come the same passes with every atomic `SeqCst`: see `Found::blamed`.
    let sequential = || {
        Some(
            passes
                .get(token.pass.checked_sub(passes.len())?)?
                .sequential(),
        )
    };
    let Some(pass) = passes
        .get(token.pass)
        .copied()
        .or_else(sequential)
        .map(|pass| pass.with_seed(token.seed))
    else {
        let message = format!(
            "this search has no pass {}: the token is of another version",
            token.pass
        );
        return Err(without_interleaving(FailureKind::NotExplored, message));
    };
    let focus = Focus::Replay(token.interleaving);
    let learned = &mut Learned::default();
    let ran = run(pass, scenario, Budget::ample(), focus, learned);
    let execution = ran.executions;
    let Ended::Failed(panic) = ran.ended else {
        eprintln!(
            "the interleaving {token} does not fail any more: the code has changed since the token \
             was made. Check the exercise again to search all interleavings"
        );
        return Ok(Outcome {
            certainty: pass.certainty(execution),
            interleavings: execution,
            scenarios: None,
        });
    };
    let again = Token {
        interleaving: execution,
        ..token.clone()
    };
    let found = Found {
        panic,
        pass,
        execution,
        undecided: false,
    };
    let mut failure = found.failure(execution, again);
    if failure.replay.as_deref() != Some(token.to_string().as_str()) {
        failure.message.push_str(
            "\n(the code has changed since the token was made: this is the failure it leads to now)",
        );
    }
    Err(Box::new(failure))
}
