//! Runs a scenario once whose calls come at once, inside a model.
use super::automaton::Numbers;
use super::log::{Log, UNEXPLAINED};
use super::{At, Scenario, Spec, Subject};
use crate::{message, record, thread};

/// Runs a scenario once.
///
/// # Panics
///
/// If no order of the calls explains what they returned.
pub(super) fn perform<T: Subject>(
    scenario: &Scenario<T::Spec>,
    log: &Log,
    numbers: &Numbers<T::Spec>,
) {
    log.begin();
    let object = T::new(scenario);
    let mut hands = object.hands(scenario);
    let mine = hands.pop().expect("each thread has a hand");
    let last = hands.len();
    let run = |thread, hand| calls(&object, hand, thread, scenario, log, numbers);
    let run = &run;
    let kept = thread::scope(|scope| {
        let others = hands.into_iter().enumerate();
        let others = others.map(|(thread, hand)| scope.spawn(move || run(thread, hand)));
        let others: Vec<_> = others.collect();
        let mine = run(last, mine);
        let others = others.into_iter().map(|other| other.join());
        (mine, others.collect::<Vec<_>>())
    });
    drop(kept);
    assert!(log.is_explained(), "{UNEXPLAINED}");
}

/// Does all calls of one thread, and gives back what it holds then.
fn calls<'a, T: Subject>(
    object: &'a T,
    mut hand: T::Hand<'a>,
    thread: usize,
    scenario: &Scenario<T::Spec>,
    log: &Log,
    numbers: &Numbers<T::Spec>,
) -> T::Hand<'a> {
    for (index, call) in scenario.calls(thread).enumerate() {
        one_call(object, &mut hand, At { thread, index }, call, log, numbers);
    }
    hand
}

/// Does one call, and notes it.
pub(super) fn one_call<'a, T: Subject>(
    object: &'a T,
    hand: &mut T::Hand<'a>,
    at: At,
    call: <T::Spec as Spec>::Call,
    log: &Log,
    numbers: &Numbers<T::Spec>,
) {
    log.begins(at.thread);
    let pictured = record::is_detailed() && Some(call) != T::Spec::END;
    if pictured {
        message::note(&format!("{call:?} begins"));
    }
    let returned = object.call(hand, at, call);
    if pictured {
        message::note(&format!("{call:?} returns {returned:?}"));
    }
    log.returns(at.thread, numbers.of_return(returned));
}
