//! A gate that is one atomic.
use super::super::{At, Canary, Scenario, Scope, Spec, Steps, Subject};
use super::{failure_of, outcome_of};
use crate::explore::FailureKind;
use crate::sync::atomic::{AtomicBool, Ordering};

/// Whoever finds the gate open sees what was done before it was opened.
struct Gate;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Open,
    IsOpen,
}

impl Spec for Gate {
    type Start = ();
    type State = bool;
    type Call = Call;
    type Return = bool;
    const STARTS: &[()] = &[()];
    const CALLS: &[Call] = &[Call::Open, Call::IsOpen];

    fn begin(_: &Scenario<Gate>) -> bool {
        false
    }

    /// Only one thread opens it.
    fn sensible((): (), thread: usize, calls: &[Call]) -> bool {
        let opens = calls.iter().filter(|call| **call == Call::Open);
        opens.count() <= usize::from(thread == 0)
    }

    fn distinct((): ()) -> usize {
        1
    }

    fn step(&open: &bool, _: At, call: Call) -> Steps<Gate> {
        match call {
            Call::Open => Steps::gives(true, true),
            Call::IsOpen => Steps::gives(open, open),
        }
    }
}

/// `RELEASES`: whether opening it releases what was done before.
struct OneAtomic<const RELEASES: bool> {
    open: AtomicBool,
    before: Canary,
}

impl<const RELEASES: bool> Subject for OneAtomic<RELEASES> {
    type Spec = Gate;
    type Hand<'a> = ();

    fn new(_: &Scenario<Gate>) -> Self {
        OneAtomic {
            open: AtomicBool::new(false),
            before: Canary::new(),
        }
    }

    fn hands(&self, scenario: &Scenario<Gate>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, call: Call) -> bool {
        match call {
            Call::Open => {
                self.before.write();
                // ORDERING: with `IsOpen` below. It releases the canary; the mistake does not.
                let ordering = match RELEASES {
                    true => Ordering::Release,
                    false => Ordering::Relaxed,
                };
                self.open.store(true, ordering);
                true
            }
            Call::IsOpen => {
                // ORDERING: with `Open` above, whose canary it may read then.
                let open = self.open.load(Ordering::Acquire);
                if open {
                    self.before.read();
                }
                open
            }
        }
    }
}

#[test]
fn a_missing_release_is_a_race_on_the_canary() {
    let failure = failure_of::<OneAtomic<false>>(Scope::new(2, 1, 2));
    assert_eq!(failure.kind, FailureKind::Race, "{}", failure.message);
    let sequential = failure.search.expect("it was searched").sequential;
    assert!(!sequential, "only the orderings as written show it");
    let message = &failure.message;
    assert!(message.contains("data race on `before`"), "{message}");
    assert!(message.contains("IsOpen"), "{message}");
}

#[test]
fn with_the_release_nothing_is_found() {
    outcome_of::<OneAtomic<true>>(Scope::new(2, 2, 3));
}
