//! What a wait group promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use kit::spec::{At, Canary, Scenario, Spec, Steps, Subject};
use locks::wait_group::WaitGroup;

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Add0,
    Add1,
    Add2,
    Done,
    Wait,
}
use Call::*;

/// What `done` says: `Ok` or `Err`. The others say `true`.
type Fine = bool;

impl Spec for Contract {
    /// How much was added before.
    type Start = usize;
    /// What is added and not done.
    type State = usize;
    type Call = Call;
    type Return = Fine;
    const STARTS: &[usize] = &[0, 1, 2];
    const CALLS: &[Call] = &[Done, Wait, Add1, Add2, Add0];
    const PLAIN: usize = 3;

    fn begin(scenario: &Scenario<Contract>) -> usize {
        scenario.start
    }

    fn step(&count: &usize, _: At, call: Call) -> Steps<Contract> {
        match call {
            Add0 => Steps::gives(count, true),
            Add1 => Steps::gives(count + 1, true),
            Add2 => Steps::gives(count + 2, true),
            Done if count == 0 => Steps::gives(0, false),
            Done => Steps::gives(count - 1, true),
            Wait if count == 0 => Steps::gives(0, true),
            Wait => Steps::waits(),
        }
    }
}

/// Your wait group.
pub(crate) struct Yours {
    group: WaitGroup,
    /// The work of each thread that comes before its `done`, where each `wait` waits for all of it.
    work: Option<Vec<Canary>>,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let group = WaitGroup::new();
        if scenario.start > 0 {
            group.add(scenario.start);
        }
        let all = || scenario.threads.iter().flatten();
        let adds = all().any(|call| matches!(call, Add1 | Add2));
        let dones = all().filter(|call| **call == Done).count();
        let work = || scenario.threads.iter().map(|_| Canary::new()).collect();
        let work = (!adds && dones == scenario.start).then(work);
        Yours { group, work }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), at: At, call: Call) -> Fine {
        let work = || self.work.iter().flatten();
        match call {
            Add0 => self.group.add(0),
            Add1 => self.group.add(1),
            Add2 => self.group.add(2),
            Done => {
                work()
                    .skip(at.thread)
                    .take(1)
                    .for_each(|canary| canary.write());
                return self.group.done().is_ok();
            }
            Wait => {
                self.group.wait();
                work().for_each(|canary| canary.read());
            }
        }
        true
    }

    fn release(&self) {
        // More than there can be.
        for _ in 0..16 {
            let _ = self.group.done();
        }
    }
}
