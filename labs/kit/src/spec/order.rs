//! Is there an order of the calls that explains what they returned?
//!
//! A history is *linearizable* if each call seems to take effect at one moment between its begin
//! and its end (Herlihy and Wing 1990). The search is that of Wing and Gong (1993): of the calls
//! that may come next it tries each, remembers where it was, and goes back where nothing fits. A
//! call that has not returned may have taken effect or not.
//!
//! Not here: histories of thousands of operations, which [`history`](crate::history) checks.
use std::collections::HashSet;

use super::At;
use super::automaton::{Automaton, CallId, Plan, ReturnId, StateId};

/// What a history consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Event {
    /// The next call of this thread.
    Begins(usize),
    Returns(usize, ReturnId),
    /// Nobody moves any more: each call that has begun has returned, or sleeps.
    Quiet,
}

impl Event {
    pub(super) fn thread(self) -> Option<usize> {
        match self {
            Event::Begins(thread) | Event::Returns(thread, _) => Some(thread),
            Event::Quiet => None,
        }
    }
}

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
    pub(super) misfits: Vec<Misfit>,
}

/// A call, what it returned, and what it can return.
pub(super) type Misfit = (At, ReturnId, Vec<ReturnId>);

/// Looks for an order. With `real_time`, a call that ended before another began comes before it.
pub(super) fn explain(
    automaton: &mut Automaton,
    plan: &Plan,
    events: &[Event],
    real_time: bool,
) -> Result<Explained, Unexplained> {
    let history = History::new(plan, events, real_time);
    let begun = history.calls.iter().flatten().count();
    let answers = history.calls.iter().flatten();
    let wanted = answers.filter(|call| call.returned.is_some()).count();
    let ends_quiet = begun == wanted || events.last() == Some(&Event::Quiet);
    let mut nodes = vec![Node::first(plan)];
    let mut seen = HashSet::from([(nodes[0].done.clone(), 0, plan.begin)]);
    let (mut explained, mut best): (Option<Explained>, _) = (None, 0);
    let mut left = vec![0];
    while let Some(here) = left.pop() {
        let node = &nodes[here];
        if node.answered == wanted && node.quiets == history.quiets.len() {
            let end = history.end(automaton, node);
            if ends_quiet {
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
        if node.answered > nodes[best].answered {
            best = here;
        }
        for next in history.after(automaton, node, here) {
            if seen.insert((next.done.clone(), next.quiets, next.state)) {
                left.push(nodes.len());
                nodes.push(next);
            }
        }
    }
    explained.ok_or_else(|| Unexplained {
        order: order_to(&nodes, best),
        misfits: history.misfits(automaton, &nodes[best]),
    })
}

/// One call of a history: the events by which it begins and returns.
#[derive(Clone, Copy)]
struct Call {
    began: usize,
    ended: usize,
    returned: Option<ReturnId>,
}

/// Where a search has come to.
struct Node {
    /// How many calls of each thread are in the order.
    done: Vec<usize>,
    /// How many quiet moments are.
    quiets: usize,
    state: StateId,
    /// How many calls that have returned are.
    answered: usize,
    /// The node before this one, and the step from there; `None` for a quiet moment.
    from: Option<(usize, Option<Step>)>,
}

impl Node {
    fn first(plan: &Plan) -> Node {
        Node {
            done: vec![0; plan.threads.len()],
            quiets: 0,
            state: plan.begin,
            answered: 0,
            from: None,
        }
    }
}

/// What happened, sorted by thread.
struct History<'a> {
    plan: &'a Plan,
    calls: Vec<Vec<Call>>,
    quiets: Vec<usize>,
    real_time: bool,
}

impl<'a> History<'a> {
    fn new(plan: &'a Plan, events: &[Event], real_time: bool) -> Self {
        let mut history = History {
            plan,
            calls: vec![Vec::new(); plan.threads.len()],
            quiets: Vec::new(),
            real_time,
        };
        for (now, &event) in events.iter().enumerate() {
            match event {
                Event::Begins(thread) => history.calls[thread].push(Call {
                    began: now,
                    ended: usize::MAX,
                    returned: None,
                }),
                Event::Returns(thread, returned) => {
                    let call = history.calls[thread].last_mut();
                    let call = call.expect("a call begins before it returns");
                    (call.ended, call.returned) = (now, Some(returned));
                }
                Event::Quiet => history.quiets.push(now),
            }
        }
        history
    }

    /// The next call of each thread that has begun one.
    fn begun(&self, node: &Node) -> Vec<(At, CallId, Call)> {
        let next = self.plan.next(&node.done);
        let begun = |(at, id): (At, _)| Some((at, id, *self.calls[at.thread].get(at.index)?));
        next.filter_map(begun).collect()
    }

    /// Those of them that may come next.
    fn next(&self, node: &Node) -> Vec<(At, CallId, Call)> {
        let mut next = self.begun(node);
        if self.real_time {
            let ends = next.iter().map(|(_, _, call)| call.ended);
            let quiet = self.quiets.get(node.quiets).copied();
            let first = ends.chain(quiet).min().unwrap_or(usize::MAX);
            next.retain(|(_, _, call)| call.began <= first);
        }
        next
    }

    /// Where a search can go from `node`, which is the one of number `here`.
    fn after(&self, automaton: &mut Automaton, node: &Node, here: usize) -> Vec<Node> {
        let mut after = Vec::new();
        for (at, id, call) in self.next(node) {
            for &(state, returned) in &automaton.moves(node.state, at, id).steps {
                if returned.is_some() && call.returned.is_some() && returned != call.returned {
                    continue;
                }
                let fits = returned.is_some() && call.returned.is_some();
                let mut done = node.done.clone();
                done[at.thread] += usize::from(returned.is_some());
                after.push(Node {
                    done,
                    quiets: node.quiets,
                    state,
                    answered: node.answered + usize::from(fits),
                    from: Some((here, Some((at, returned)))),
                });
            }
        }
        if self.may_be_quiet(automaton, node) {
            after.push(Node {
                done: node.done.clone(),
                quiets: node.quiets + 1,
                from: Some((here, None)),
                ..*node
            });
        }
        after
    }

    /// Whether the next quiet moment may be here: whoever has begun has come to where it sleeps,
    /// and is right to sleep.
    fn may_be_quiet(&self, automaton: &mut Automaton, node: &Node) -> bool {
        let Some(&now) = self.quiets.get(node.quiets) else {
            return false;
        };
        let early = |thread: usize| {
            let mut done = self.calls[thread][..node.done[thread]].iter();
            done.any(|call| call.ended > now)
        };
        let sleeps = |(at, id, call): (At, CallId, Call)| {
            let moves = automaton.moves(node.state, at, id);
            let arrived = moves.steps.iter().all(|(_, returned)| returned.is_some());
            let right = arrived && (!moves.must || moves.steps.is_empty());
            call.began > now || (call.ended > now && right)
        };
        !(0..node.done.len()).any(early) && self.begun(node).into_iter().all(sleeps)
    }

    /// What becomes of the calls that have not returned, where all others have their place.
    fn end(&self, automaton: &mut Automaton, node: &Node) -> Explained {
        let mut explained = Explained {
            state: node.state,
            may_go: Vec::new(),
            taken: Vec::new(),
        };
        for (thread, calls) in self.calls.iter().enumerate() {
            let Some(index) = calls.iter().position(|call| call.returned.is_none()) else {
                continue;
            };
            let at = At { thread, index };
            if node.done[thread] > index {
                explained.taken.push(at);
                continue;
            }
            let moves = automaton.moves(node.state, at, self.plan.threads[thread][index]);
            if moves.must && moves.steps.iter().any(|(_, returned)| returned.is_some()) {
                explained.may_go.push(at);
            }
        }
        explained
    }

    /// Why no call can come next that has returned.
    fn misfits(&self, automaton: &mut Automaton, node: &Node) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        for (at, id, call) in self.next(node) {
            if let Some(returned) = call.returned {
                let moves = automaton.moves(node.state, at, id);
                let can = moves.steps.iter().filter_map(|(_, returned)| *returned);
                misfits.push((at, returned, can.collect()));
            }
        }
        misfits
    }
}

fn order_to(nodes: &[Node], mut here: usize) -> Vec<Step> {
    let mut order = Vec::new();
    while let Some((before, step)) = nodes[here].from {
        order.extend(step);
        here = before;
    }
    order.reverse();
    order
}
