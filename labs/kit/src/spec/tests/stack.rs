//! A stack that looks and takes in two steps.
use super::super::{At, Scenario, Scope, Spec, Steps, Subject};
use super::{failure_of, outcome_of};
use crate::explore::FailureKind;
use crate::sync::Mutex;

/// Last in, first out.
struct Lifo;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Push,
    Pop,
}

/// Each push has a value of its own.
type Value = (usize, usize);

impl Spec for Lifo {
    type Start = ();
    type State = Vec<Value>;
    type Call = Call;
    type Return = Option<Value>;
    const STARTS: &[()] = &[()];
    const CALLS: &[Call] = &[Call::Push, Call::Pop];

    fn begin(_: &Scenario<Lifo>) -> Vec<Value> {
        Vec::new()
    }

    fn step(values: &Vec<Value>, at: At, call: Call) -> Steps<Lifo> {
        let mut values = values.clone();
        match call {
            Call::Push => {
                values.push((at.thread, at.index));
                Steps::gives(values, None)
            }
            Call::Pop => {
                let top = values.pop();
                Steps::gives(values, top)
            }
        }
    }
}

/// `ONE`: whether the look and the taking are one step.
struct Stack<const ONE: bool>(Mutex<Vec<Value>>);

impl<const ONE: bool> Subject for Stack<ONE> {
    type Spec = Lifo;
    type Hand<'a> = ();

    fn new(_: &Scenario<Lifo>) -> Self {
        Stack(Mutex::new(Vec::new()))
    }

    fn hands(&self, scenario: &Scenario<Lifo>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), at: At, call: Call) -> Option<Value> {
        match call {
            Call::Push => {
                self.0.lock().push((at.thread, at.index));
                None
            }
            Call::Pop if ONE => self.0.lock().pop(),
            Call::Pop => {
                let top = self.0.lock().last().copied();
                self.0.lock().pop();
                top
            }
        }
    }
}

#[test]
fn a_stack_that_looks_and_takes_in_two_steps_is_not_linearizable() {
    let failure = failure_of::<Stack<false>>(Scope::new(2, 2, 3));
    assert_eq!(failure.kind, FailureKind::Assertion, "{}", failure.message);
    let message = &failure.message;
    let first = "no order of these calls explains what they returned\n";
    assert!(message.starts_with(first), "{message}");
    assert!(message.contains("the best order: "), "{message}");
    let rows = message.lines().filter(|line| line.ends_with('|'));
    assert_eq!(rows.count(), 3, "three calls, each with a bar: {message}");
}

#[test]
fn a_stack_that_looks_and_takes_in_one_step_is() {
    let outcome = outcome_of::<Stack<true>>(Scope::new(2, 2, 4));
    let scenarios = outcome.scenarios.expect("it ran scenarios");
    assert_eq!(scenarios.run, scenarios.of);
}
