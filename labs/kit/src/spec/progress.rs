//! Which scenarios are run.
//!
//! The one idea: where nobody is left waiting, whatever the order, a deadlock *is* the object's
//! fault, and needs no judge. Of scenarios whose calls come at once no others are run. Where
//! somebody is right to sleep, calls come in turn, and it is known who sleeps.
//!
//! And which scenario is likely to tell something: one in which each call meets another that it
//! does not commute with. (Only the order of a search rests on that: calls that ought to commute,
//! and do not, are a mistake, too.)
use std::collections::HashSet;

use super::At;
use super::automaton::{Automaton, CallId, Plan, ReturnId, StateId};

/// What can become of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// In some order of its calls, everybody who is left may be waiting.
    pub(super) can_be_stuck: bool,
    /// What a thread does at its end may change the state: it may matter when that is.
    pub(super) end_matters: bool,
    /// Each call meets one of another thread, somewhere, with which it does not commute.
    pub(super) all_meet: bool,
}

/// Runs the specification over every order of the calls. `end` is the number of a thread's end.
pub(super) fn progress(automaton: &mut Automaton, plan: &Plan, end: usize) -> Progress {
    let mut progress = Progress {
        can_be_stuck: false,
        end_matters: false,
        all_meet: false,
    };
    let ends = |calls: &Vec<CallId>| calls.iter().map(|&call| call == end).collect();
    let mut met: Vec<Vec<bool>> = plan.threads.iter().map(ends).collect();
    let begin: (Vec<usize>, StateId) = (vec![0; plan.threads.len()], plan.begin);
    let mut seen = HashSet::from([begin.clone()]);
    let mut left = vec![begin];
    while let Some((done, state)) = left.pop() {
        let next: Vec<_> = plan.next(&done).collect();
        for (place, &first) in next.iter().enumerate() {
            for &second in &next[place + 1..] {
                let known = [first, second].map(|(at, _)| met[at.thread][at.index]);
                if known != [true, true] && !commute(automaton, state, first, second) {
                    for (at, _) in [first, second] {
                        met[at.thread][at.index] = true;
                    }
                }
            }
        }
        let (mut anybody, mut goes) = (false, false);
        for (at, call) in next {
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
    progress.all_meet = met.iter().flatten().all(|met| *met);
    progress
}

/// Whether two calls do the same in either order.
fn commute(
    automaton: &mut Automaton,
    state: StateId,
    first: (At, CallId),
    second: (At, CallId),
) -> bool {
    let mut both = |one: (At, CallId), other: (At, CallId), swap: bool| {
        let mut ends: Vec<(StateId, [Option<ReturnId>; 2])> = Vec::new();
        for &(state, returned) in &automaton.moves(state, one.0, one.1).steps {
            for &(state, then) in &automaton.moves(state, other.0, other.1).steps {
                let returns = if swap {
                    [then, returned]
                } else {
                    [returned, then]
                };
                ends.push((state, returns));
            }
        }
        ends.sort_unstable();
        ends.dedup();
        ends
    };
    both(first, second, false) == both(second, first, true)
}

/// Where calls that come in turn have led to, when nobody moves any more.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Quiet {
    begun: Vec<usize>,
    done: Vec<usize>,
    state: StateId,
}

/// How many may sleep when calls have come one after the other, by these threads. `None` if nobody
/// does, not even in the last call that is left, if it is one: then calls at once show as much.
pub(super) fn sleepers(automaton: &mut Automaton, plan: &Plan, turns: &[usize]) -> Option<usize> {
    let threads = plan.threads.len();
    let mut now = HashSet::from([Quiet {
        begun: vec![0; threads],
        done: vec![0; threads],
        state: plan.begin,
    }]);
    let mut call = |now: HashSet<Quiet>, thread: usize| {
        let mut next = HashSet::new();
        for mut quiet in now {
            quiet.begun[thread] += 1;
            settle(automaton, plan, quiet, &mut next);
        }
        next
    };
    let asleep = |now: &HashSet<Quiet>| now.iter().map(Quiet::asleep).max().unwrap_or(0);
    for &thread in turns {
        now = call(now, thread);
    }
    let sleepers = asleep(&now);
    let made = |thread: usize| turns.iter().filter(|turn| **turn == thread).count();
    let mut left = (0..threads).filter(|&thread| made(thread) < plan.threads[thread].len());
    let last = left.next().filter(|_| turns.len() + 1 == plan.size());
    let last_sleeps = |last: usize| asleep(&call(now, last)) > 0;
    (sleepers > 0 || last.is_some_and(last_sleeps)).then_some(sleepers)
}

impl Quiet {
    fn asleep(&self) -> usize {
        let calls = self.done.iter().zip(&self.begun);
        calls.filter(|(done, begun)| done != begun).count()
    }
}

/// Runs the calls that have begun, in every order, until nobody moves.
fn settle(automaton: &mut Automaton, plan: &Plan, from: Quiet, quiet: &mut HashSet<Quiet>) {
    let mut left = vec![from];
    while let Some(here) = left.pop() {
        let mut moves = false;
        for (at, call) in plan.next(&here.done) {
            if at.index >= here.begun[at.thread] {
                continue;
            }
            for &(state, returned) in &automaton.moves(here.state, at, call).steps {
                moves = true;
                let mut next = here.clone();
                next.state = state;
                next.done[at.thread] += usize::from(returned.is_some());
                left.push(next);
            }
        }
        if !moves {
            quiet.insert(here);
        }
    }
}
