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

/// `ALL`: whether the last `done` wakes everybody.
struct Group<const ALL: bool> {
    count: Mutex<usize>,
    zero: Condvar,
    work: Canary,
}

impl<const ALL: bool> Subject for Group<ALL> {
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
                match ALL {
                    _ if *count > 0 => {}
                    true => drop(self.zero.notify_all()),
                    false => drop(self.zero.notify_one()),
                }
            }
            Call::Wait => {
                while *count > 0 {
                    self.zero.wait(&mut count);
                }
            }
        }
    }
}

#[test]
fn a_lost_wake_up_is_found_in_the_smallest_scenario_that_has_it() {
    let failure = failure_of::<Group<false>>(Scope::new(3, 4));
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    let message = &failure.message;
    assert!(message.starts_with("Wait of "), "{message}");
    assert!(
        message.contains("sleeps for ever, though it may go"),
        "{message}"
    );
    assert!(message.contains("start: 1"), "{message}");
    let calls = message.matches("Wait").count() - 1 + message.matches("Done").count();
    assert_eq!(calls, 3, "two that wait, and one that wakes: {message}");
}

#[test]
fn the_outcome_says_how_many_scenarios_of_which_size() {
    let outcome = outcome_of::<Group<true>>(Scope::new(3, 4));
    let said = outcome.to_string();
    let every = "every scenario of up to 3 threads and 4 calls: ";
    assert!(said.starts_with(every), "{said}");
    assert!(said.ends_with(" interleavings (2 preemptions)"), "{said}");
}

#[test]
fn what_was_left_out_is_said() {
    let outcome = outcome_of::<Group<true>>(Scope::new(3, 4).within(20));
    let scenarios = outcome.scenarios.expect("it ran scenarios");
    assert!(0 < scenarios.run && scenarios.run < scenarios.of);
    let said = outcome.to_string();
    let part = format!("{} of {} scenarios of up to", scenarios.run, scenarios.of);
    assert!(said.starts_with(&part), "{said}");
}
