//! Runs a scenario whose calls come one after the other: each begins when nobody moves any more,
//! but for the last, which come at once.
//!
//! The one idea: then it is known who sleeps, and in which order they came, which no history of
//! calls at once can tell. So these scenarios show whether a queue is kept, whether somebody who
//! sleeps is right to, and what counters of waiting threads say. How the threads came to where they
//! sleep is not searched: only what happens then.
use super::automaton::{Numbers, Plan};
use super::log::{Log, UNEXPLAINED};
use super::perform::one_call;
use super::scope::PREEMPTIONS;
use super::{At, Scenario, Spec, Subject};
use crate::channel::{self, Receiver, Sender};
use crate::{model, record, thread};

/// What a thread is asked to do.
enum Turn {
    Call,
    /// To make all calls that are left.
    Rest,
    /// To drop what it holds, and end.
    Leave,
}

/// Runs a scenario once.
///
/// # Panics
///
/// If no order of the calls explains what they returned. Whoever sleeps and may go sleeps on: that
/// is a deadlock.
pub(super) fn perform<T: Subject>(
    scenario: &Scenario<T::Spec>,
    turns: &[usize],
    log: &Log,
    numbers: &Numbers<T::Spec>,
) {
    log.begin();
    let object = &T::new(scenario);
    let hands = object.hands(scenario);
    let kept = thread::scope(|scope| {
        let mut asks = Vec::new();
        let mut threads = Vec::new();
        for (thread, hand) in hands.into_iter().enumerate() {
            let (ask, asked) = channel::own("turns");
            asks.push(ask);
            let follow = move || follow(object, hand, thread, &asked, scenario, log, numbers);
            threads.push(scope.spawn(follow));
        }
        if conduct(&asks, log.plan(), turns, log) {
            log.close();
            asks.iter().for_each(|ask| turn(ask, Turn::Leave));
            wait_until_quiet();
            object.release();
        }
        drop(asks);
        let threads = threads.into_iter();
        threads.map(|thread| thread.join()).collect::<Vec<_>>()
    });
    drop(kept);
}

/// Lets one thread after the other call, and then all who have calls left; whether all who sleep in
/// the end are right to.
fn conduct(asks: &[Sender<Turn>], plan: &Plan, turns: &[usize], log: &Log) -> bool {
    model::explore(false);
    for &thread in turns {
        if log.sleeps(thread) {
            return true;
        }
        turn(&asks[thread], Turn::Call);
        if !is_right(log) {
            return false;
        }
    }
    model::explore(true);
    for (thread, calls) in plan.threads.iter().enumerate() {
        let made = turns.iter().filter(|turn| **turn == thread).count();
        if made < calls.len() && !log.sleeps(thread) {
            turn(&asks[thread], Turn::Rest);
        }
    }
    let right = is_right(log);
    model::explore(false);
    right
}

/// Whether all who sleep are right to, once nobody moves any more.
fn is_right(log: &Log) -> bool {
    wait_until_quiet();
    assert!(log.is_explained(), "{UNEXPLAINED}");
    log.is_quiet()
}

fn turn(ask: &Sender<Turn>, turn: Turn) {
    // A thread whose execution is given up takes no more turns.
    let _ = ask.send(turn);
}

/// Does a call when it is asked to.
fn follow<'a, T: Subject>(
    object: &'a T,
    mut hand: T::Hand<'a>,
    thread: usize,
    asked: &Receiver<Turn>,
    scenario: &Scenario<T::Spec>,
    log: &Log,
    numbers: &Numbers<T::Spec>,
) -> Option<T::Hand<'a>> {
    let mut at_once = false;
    let mut at = At { thread, index: 0 };
    for call in scenario.calls(thread) {
        if !at_once || log.is_closed() {
            match asked.recv() {
                Ok(Turn::Call) => {}
                Ok(Turn::Rest) => at_once = true,
                Ok(Turn::Leave) => return leave(object, hand, at),
                Err(_) => return Some(hand),
            }
        }
        one_call(object, &mut hand, at, call, log, numbers);
        at.index += 1;
    }
    match asked.recv() {
        Ok(_) => leave(object, hand, at),
        Err(_) => Some(hand),
    }
}

/// Gives back what a thread holds. It is not part of the history any more.
fn leave<'a, T: Subject>(object: &'a T, mut hand: T::Hand<'a>, at: At) -> Option<T::Hand<'a>> {
    if let Some(end) = T::Spec::END {
        object.call(&mut hand, at, end);
    }
    None
}

/// Lets the other threads run until all of them sleep, or have ended.
///
/// Whoever yields runs again when the others cannot, or when the search takes the processor from
/// one of them; and that it does [`PREEMPTIONS`] times at most.
fn wait_until_quiet() {
    let steps = || record::with_trace(|trace| trace.events.len());
    let (mut before, mut in_vain) = (steps(), 0);
    while in_vain <= PREEMPTIONS {
        model::yield_quietly();
        in_vain = if steps() == before { in_vain + 1 } else { 0 };
        before = steps();
    }
}
