//! Whether a scenario can be judged: nobody in it may be left waiting, whatever the order.
//!
//! The one idea: in a scenario that no right object gets stuck in, a deadlock *is* the object's
//! fault. Nothing is lost by leaving out the others: that a call is right to sleep shows in the
//! scenario with one call more, the one that wakes it, before which it must not return.
use std::collections::HashSet;

use super::automaton::{Automaton, Plan, StateId};

/// What can become of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// In some order of its calls, everybody who is left may be waiting.
    pub(super) can_be_stuck: bool,
    /// In some order, what a thread does at its end changes the state.
    pub(super) end_matters: bool,
}

/// Runs the specification over every order of the calls. `end` is the number of a thread's end.
pub(super) fn progress(automaton: &mut Automaton, plan: &Plan, end: usize) -> Progress {
    let mut progress = Progress {
        can_be_stuck: false,
        end_matters: false,
    };
    let begin: (Vec<usize>, StateId) = (vec![0; plan.threads.len()], plan.begin);
    let mut seen = HashSet::from([begin.clone()]);
    let mut left = vec![begin];
    while let Some((done, state)) = left.pop() {
        let (mut anybody, mut goes) = (false, false);
        for (at, call) in plan.next(&done) {
            let moves = automaton.moves(state, at, call);
            anybody = true;
            goes |= moves.must;
            for &(next, returned) in &moves.steps {
                progress.end_matters |= call == end && next != state;
                let mut done = done.clone();
                done[at.thread] += usize::from(returned.is_some());
                if seen.insert((done.clone(), next)) {
                    left.push((done, next));
                }
            }
        }
        if anybody && !goes {
            progress.can_be_stuck = true;
            return progress;
        }
    }
    progress
}
