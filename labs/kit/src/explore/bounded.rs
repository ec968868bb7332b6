//! Exhaustive depth-first search up to a number of preemptions, as a shuttle scheduler.
//!
//! After Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded
//! Programs" (PLDI 2007).
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use std::time::Instant;

/// A point of the current execution at which more than one thread could have run.
struct Branch {
    choices: Vec<TaskId>,
    taken: usize,
    /// Whether another choice than the first takes the processor from a thread that could go on.
    preempts: bool,
}

/// Runs every schedule with at most `bound` preemptions, until `deadline`.
pub(super) struct PreemptionBounded {
    bound: usize,
    deadline: Instant,
    branches: Vec<Branch>,
    depth: usize,
    preemptions: usize,
    started: bool,
}

impl PreemptionBounded {
    pub(super) fn new(bound: usize, deadline: Instant) -> PreemptionBounded {
        let branches = Vec::new();
        PreemptionBounded {
            bound,
            deadline,
            branches,
            depth: 0,
            preemptions: 0,
            started: false,
        }
    }

    fn choices(
        &self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> (Vec<TaskId>, bool) {
        let others = || {
            runnable
                .iter()
                .map(|task| task.id())
                .filter(|id| Some(*id) != current)
        };
        let current = current.filter(|id| runnable.iter().any(|task| task.id() == *id));
        match current {
            Some(id) if !is_yielding => {
                let may_preempt = self.preemptions < self.bound;
                let others = others().filter(|_| may_preempt);
                (std::iter::once(id).chain(others).collect(), true)
            }
            // A thread that yields lets the others go first.
            Some(id) => (
                others()
                    .chain(std::iter::once(id))
                    .take(runnable.len().max(2) - 1)
                    .collect(),
                false,
            ),
            None => (others().collect(), false),
        }
    }
}

impl Scheduler for PreemptionBounded {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.started {
            while let Some(branch) = self.branches.last_mut() {
                branch.taken += 1;
                if branch.taken < branch.choices.len() {
                    break;
                }
                self.branches.pop();
            }
            if self.branches.is_empty() || Instant::now() > self.deadline {
                return None;
            }
        }
        self.started = true;
        self.depth = 0;
        self.preemptions = 0;
        Some(Schedule::new(0))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        if self.depth == self.branches.len() {
            let (choices, preempts) = self.choices(runnable, current, is_yielding);
            self.branches.push(Branch {
                choices,
                taken: 0,
                preempts,
            });
        }
        let branch = &self.branches[self.depth];
        self.depth += 1;
        if branch.preempts && branch.taken > 0 {
            self.preemptions += 1;
        }
        Some(branch.choices[branch.taken])
    }

    fn next_u64(&mut self) -> u64 {
        // Randomness of the scenario's own would be a choice that this search does not enumerate.
        4
    }
}
