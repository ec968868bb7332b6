//! Runs a scenario whose calls come one after the other: each begins when nobody moves any more.
//!
//! The one idea: then it is known who sleeps, and in which order they came, which no history of calls
//! at once can tell. So these scenarios show whether a queue is kept, whether somebody who sleeps is
//! right to, and what counters of waiting threads say.
use super::automaton::Numbers;
use super::log::{Log, UNEXPLAINED};
use super::perform::one_call;
use super::{At, Scenario, Subject};
use crate::channel::{self, Receiver, Sender};
use crate::{model, record, thread};

/// What a thread is asked to do.
enum Turn {
    Call,
    /// To drop what it holds, and end.
    Leave,
}

/// Runs a scenario once.
///
/// # Panics
///
/// If no order of the calls explains what they returned. Who sleeps and may go sleeps on: that is a
/// deadlock.
pub(super) fn perform<T: Subject>(
    object: &T,
    scenario: &Scenario<T::Spec>,
    turns: &[usize],
    log: &Log,
    numbers: &Numbers<T::Spec>,
) {
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
        if conduct(&asks, turns, log) {
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

/// Lets one thread after the other call; whether all who sleep in the end are right to.
fn conduct(asks: &[Sender<Turn>], turns: &[usize], log: &Log) -> bool {
    for &thread in turns {
        if log.sleeps(thread) {
            break;
        }
        turn(&asks[thread], Turn::Call);
        wait_until_quiet();
        assert!(log.is_explained(), "{UNEXPLAINED}");
        if !log.is_quiet() {
            return false;
        }
    }
    true
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
    for (index, call) in scenario.calls(thread).enumerate() {
        match asked.recv() {
            Ok(Turn::Call) => {
                let at = At { thread, index };
                one_call(object, &mut hand, at, call, log, numbers);
            }
            Ok(Turn::Leave) => return None,
            Err(_) => break,
        }
    }
    match asked.recv() {
        Ok(_) => None,
        Err(_) => Some(hand),
    }
}

/// Lets the other threads run until all of them sleep, or have ended.
fn wait_until_quiet() {
    let steps = || record::with_trace(|trace| trace.events.len());
    loop {
        let before = steps();
        model::yield_quietly();
        if steps() == before {
            return;
        }
    }
}
