//! Is there an order of the calls that explains what they returned?
//!
//! A history is *linearizable* if each call seems to take effect at one moment between its begin and
//! its end (Herlihy and Wing 1990). The search is that of Wing and Gong (1993): of the calls that may
//! come next it tries each, remembers where it was, and goes back where nothing fits. A call that has
//! not returned may have taken effect or not.
//!
//! Not here: histories of thousands of operations, which [`history`](crate::history) checks.
use std::collections::HashSet;

use super::At;
use super::automaton::{Automaton, Plan, ReturnId, StateId};

/// A thread's next call begins, or it has returned this.
pub(super) type Event = (usize, Option<ReturnId>);

/// A step of an order: which call, and what it returned; `None` if it goes on.
pub(super) type Step = (At, Option<ReturnId>);

/// What an order that explains all results leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Explained {
    /// The state at its end.
    pub(super) state: StateId,
    /// Calls that have not returned, though every right object lets them go then.
    pub(super) may_go: Vec<At>,
    /// Calls that have not returned, though they have taken effect in the order.
    pub(super) taken: Vec<At>,
}

/// No order explains all results.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unexplained {
    /// The longest order that explains those in it.
    pub(super) order: Vec<Step>,
    /// Calls that could come next: what each returned, and what it can return after that order.
    pub(super) misfits: Vec<(At, ReturnId, Vec<ReturnId>)>,
}

/// One call of a history.
#[derive(Clone, Copy)]
struct Call {
    began: usize,
    ended: usize,
    returned: Option<ReturnId>,
}

/// Where a search has come to.
struct Node {
    done: Vec<usize>,
    state: StateId,
    /// How many calls that have returned are in the order.
    answered: usize,
    /// The node before this one, and the step from there.
    from: Option<(usize, Step)>,
}

/// Looks for an order. With `real_time`, a call that ended before another began comes before it.
pub(super) fn explain(
    automaton: &mut Automaton,
    plan: &Plan,
    events: &[Event],
    real_time: bool,
) -> Result<Explained, Unexplained> {
    let calls = calls(plan, events);
    let begun = calls.iter().flatten().count();
    let returned = calls
        .iter()
        .flatten()
        .filter(|call| call.returned.is_some());
    let wanted = returned.count();
    let mut nodes = vec![Node {
        done: vec![0; plan.threads.len()],
        state: plan.begin,
        answered: 0,
        from: None,
    }];
    let mut seen = HashSet::from([(nodes[0].done.clone(), plan.begin)]);
    let (mut explained, mut best): (Option<Explained>, _) = (None, 0);
    let mut left = vec![0];
    while let Some(here) = left.pop() {
        if nodes[here].answered == wanted {
            let end = end(automaton, plan, &calls, &nodes[here]);
            if wanted == begun {
                return Ok(end);
            }
            // Rather one after which somebody may go, and in which nobody has gone who sleeps.
            let rank = |end: &Explained| (end.may_go.is_empty(), end.taken.len());
            if explained
                .as_ref()
                .is_none_or(|known| rank(&end) < rank(known))
            {
                explained = Some(end);
            }
        }
        if nodes[here].answered > nodes[best].answered {
            best = here;
        }
        let next: Vec<_> = next(plan, &calls, &nodes[here].done, real_time).collect();
        for (at, call) in next {
            let moves = automaton.moves(nodes[here].state, at, plan.threads[at.thread][at.index]);
            for &(state, returned) in &moves.steps {
                if returned.is_some() && call.returned.is_some() && returned != call.returned {
                    continue;
                }
                let mut done = nodes[here].done.clone();
                done[at.thread] += usize::from(returned.is_some());
                if seen.insert((done.clone(), state)) {
                    left.push(nodes.len());
                    let fits = returned.is_some() && call.returned.is_some();
                    nodes.push(Node {
                        done,
                        state,
                        answered: nodes[here].answered + usize::from(fits),
                        from: Some((here, (at, returned))),
                    });
                }
            }
        }
    }
    explained.ok_or_else(|| Unexplained {
        order: order_to(&nodes, best),
        misfits: misfits(automaton, plan, &calls, &nodes[best], real_time),
    })
}

/// The calls of each thread that have begun.
fn calls(plan: &Plan, events: &[Event]) -> Vec<Vec<Call>> {
    let mut calls: Vec<Vec<Call>> = vec![Vec::new(); plan.threads.len()];
    for (now, &(thread, returned)) in events.iter().enumerate() {
        match (returned, calls[thread].last_mut()) {
            (Some(_), Some(call)) => (call.ended, call.returned) = (now, returned),
            _ => calls[thread].push(Call {
                began: now,
                ended: usize::MAX,
                returned: None,
            }),
        }
    }
    calls
}

/// The calls that may come next, when so many of each thread are done.
fn next<'a>(
    plan: &'a Plan,
    calls: &'a [Vec<Call>],
    done: &'a [usize],
    real_time: bool,
) -> impl Iterator<Item = (At, Call)> + 'a {
    let begun = move |(at, _): (At, usize)| Some((at, *calls[at.thread].get(at.index)?));
    let all = move || plan.next(done).filter_map(begun);
    let first_end = all().map(|(_, call)| call.ended).min();
    let first_end = first_end.filter(|_| real_time).unwrap_or(usize::MAX);
    all().filter(move |(_, call)| call.began <= first_end)
}

/// What becomes of the calls that have not returned, where all others have their place.
fn end(automaton: &mut Automaton, plan: &Plan, calls: &[Vec<Call>], node: &Node) -> Explained {
    let mut explained = Explained {
        state: node.state,
        may_go: Vec::new(),
        taken: Vec::new(),
    };
    for (thread, calls) in calls.iter().enumerate() {
        let Some(index) = calls.iter().position(|call| call.returned.is_none()) else {
            continue;
        };
        let at = At { thread, index };
        if node.done[thread] > index {
            explained.taken.push(at);
            continue;
        }
        let moves = automaton.moves(node.state, at, plan.threads[thread][index]);
        if moves.must && moves.steps.iter().any(|(_, returned)| returned.is_some()) {
            explained.may_go.push(at);
        }
    }
    explained
}

fn order_to(nodes: &[Node], mut here: usize) -> Vec<Step> {
    let mut order = Vec::new();
    while let Some((before, step)) = nodes[here].from {
        order.push(step);
        here = before;
    }
    order.reverse();
    order
}

/// Why no call can come next that has returned.
fn misfits(
    automaton: &mut Automaton,
    plan: &Plan,
    calls: &[Vec<Call>],
    node: &Node,
    real_time: bool,
) -> Vec<(At, ReturnId, Vec<ReturnId>)> {
    let mut misfits = Vec::new();
    for (at, call) in next(plan, calls, &node.done, real_time) {
        let moves = automaton.moves(node.state, at, plan.threads[at.thread][at.index]);
        if let Some(returned) = call.returned {
            let can = moves.steps.iter().filter_map(|(_, returned)| *returned);
            misfits.push((at, returned, can.collect()));
        }
    }
    misfits
}
