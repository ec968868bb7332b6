//! A counter that somebody can wait for.
use super::super::{At, Canary, Scenario, Scope, Spec, Steps, Subject};
use super::{failure_of, outcome_of};
use crate::explore::FailureKind;
use crate::sync::{Condvar, Mutex};

/// Work that is added and done, and a wait until nothing is left.
struct Counter;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Done,
    Wait,
}

impl Spec for Counter {
    type Start = usize;
    type State = usize;
    type Call = Call;
    type Return = ();
    const STARTS: &[usize] = &[0, 1, 2];
    const CALLS: &[Call] = &[Call::Done, Call::Wait];

    fn begin(scenario: &Scenario<Counter>) -> usize {
        scenario.start
    }

    fn step(&count: &usize, _: At, call: Call) -> Steps<Counter> {
        match call {
            Call::Done => Steps::gives(count.saturating_sub(1), ()),
            Call::Wait if count > 0 => Steps::waits(),
            Call::Wait => Steps::gives(0, ()),
        }
    }
}

const RIGHT: u8 = 0;
/// The last `done` wakes one thread only.
const WAKES_ONE: u8 = 1;
/// `wait` does not wait.
const NEVER_WAITS: u8 = 2;

struct Group<const MISTAKE: u8> {
    count: Mutex<usize>,
    zero: Condvar,
    work: Canary,
}

impl<const MISTAKE: u8> Subject for Group<MISTAKE> {
    type Spec = Counter;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Counter>) -> Self {
        Group {
            count: Mutex::new(scenario.start),
            zero: Condvar::new(),
            work: Canary::new(),
        }
    }

    fn hands(&self, scenario: &Scenario<Counter>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, call: Call) {
        let mut count = self.count.lock();
        match call {
            Call::Done => {
                self.work.read();
                *count = count.saturating_sub(1);
                match MISTAKE {
                    _ if *count > 0 => {}
                    WAKES_ONE => drop(self.zero.notify_one()),
                    _ => drop(self.zero.notify_all()),
                }
            }
            Call::Wait if MISTAKE == NEVER_WAITS => {}
            Call::Wait => {
                while *count > 0 {
                    self.zero.wait(&mut count);
                }
            }
        }
    }

    fn release(&self) {
        *self.count.lock() = 0;
        self.zero.notify_all();
    }
}

#[test]
fn a_lost_wake_up_is_found_in_the_smallest_scenario_that_has_it() {
    let failure = failure_of::<Group<WAKES_ONE>>(Scope::new(3, 2, 4));
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    let message = &failure.message;
    assert!(message.starts_with("Wait of "), "{message}");
    assert!(
        message.contains("sleeps for ever, although it could go on"),
        "{message}"
    );
    assert!(message.contains("start: 1"), "{message}");
    let calls = message.matches("Wait").count() - 1 + message.matches("Done").count();
    assert_eq!(calls, 3, "two that wait, and one that wakes: {message}");
}

#[test]
fn the_outcome_says_how_many_scenarios_of_which_size() {
    let outcome = outcome_of::<Group<RIGHT>>(Scope::new(3, 2, 4));
    let said = outcome.to_string();
    let every = "every scenario of up to 3 threads, 2 calls each, 4 in all: ";
    assert!(said.starts_with(every), "{said}");
    assert!(said.ends_with(" interleavings (2 preemptions)"), "{said}");
}

#[test]
fn what_was_left_out_is_said() {
    let outcome = outcome_of::<Group<RIGHT>>(Scope::new(3, 2, 4).within(20));
    let scenarios = outcome.scenarios.expect("it ran scenarios");
    assert!(0 < scenarios.run && scenarios.run < scenarios.of);
    let said = outcome.to_string();
    let part = format!("{} of {} scenarios of up to", scenarios.run, scenarios.of);
    assert!(said.starts_with(&part), "{said}");
}

#[test]
fn who_is_right_to_sleep_is_left_asleep() {
    let outcome = outcome_of::<Group<RIGHT>>(Scope::new(3, 1, 1).in_turn(4));
    let scenarios = outcome.scenarios.expect("it ran scenarios");
    assert_eq!(scenarios.run, scenarios.of);
    assert!(scenarios.of > 100, "{outcome}");
}

#[test]
fn who_does_not_sleep_and_has_to_is_found() {
    let failure = failure_of::<Group<NEVER_WAITS>>(Scope::new(1, 1, 1).in_turn(1));
    assert_eq!(failure.kind, FailureKind::Assertion, "{}", failure.message);
    let message = &failure.message;
    let why = "whichever is the first: Wait of T1 has to wait there, and not ()";
    assert!(message.contains(why), "{message}");
}

#[test]
fn calls_in_turn_show_a_lost_wake_up_in_one_interleaving() {
    let failure = failure_of::<Group<WAKES_ONE>>(Scope::new(3, 1, 1).in_turn(3));
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    let message = &failure.message;
    assert!(message.contains("one call after the other"), "{message}");
    assert!(message.contains("> sleeps"), "{message}");
}
