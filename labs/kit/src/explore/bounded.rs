//! Two schedulers for shuttle: depth-first search up to a number of preemptions, and any scheduler
//! with an end.
//!
//! The first is after Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of
//! Multithreaded Programs" (PLDI 2007).
use super::budget::Deadline;
use crate::model;
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use std::mem::ManuallyDrop;

/// A point of the current execution at which more than one thread could have run.
struct Branch {
    choices: Vec<TaskId>,
    taken: usize,
    /// Whether another choice than the first takes the processor from a thread that could go on.
    preempts: bool,
}

/// Runs what another scheduler chooses, until `deadline` or for `left` schedules.
pub(super) struct Limited<S> {
    /// Never dropped: shuttle's random ones print their seed then, and nobody here can use it.
    inner: ManuallyDrop<S>,
    deadline: Deadline,
    left: usize,
    /// See [`Limited::needing_choices`].
    needs_choices: bool,
    /// Whether more than one thread could ever have run.
    chooses: bool,
    started: bool,
}

impl<S> Limited<S> {
    pub(super) fn new(inner: S, deadline: Deadline, left: usize) -> Limited<S> {
        Limited {
            inner: ManuallyDrop::new(inner),
            deadline,
            left,
            needs_choices: false,
            chooses: false,
            started: false,
        }
    }

    /// For a scheduler that panics if it is asked for a second schedule and there was nothing to
    /// choose in the first.
    pub(super) fn needing_choices(self) -> Limited<S> {
        Limited {
            needs_choices: true,
            ..self
        }
    }

    /// Whether no other schedule than the one that was run is to be had of a scheduler that needs
    /// choices.
    fn has_run_all(&self) -> bool {
        self.needs_choices && self.started && !self.chooses
    }
}

impl<S: Scheduler> Scheduler for Limited<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.left = self.left.checked_sub(1)?;
        if self.deadline.has_passed() || self.has_run_all() || self.started && model::over() {
            return None;
        }
        self.started = true;
        self.inner.new_execution()
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        // Whoever runs comes to its end. Then shuttle hears of the failure by a panic out of its
        // scheduler, for which it has no words of its own. (For a deadlock it has, and finds that
        // without asking.)
        if model::over() {
            let goes_on = current.filter(|me| runnable.iter().any(|task| task.id() == *me));
            return Some(goes_on.unwrap_or_else(|| model::tell_shuttle()));
        }
        self.chooses |= runnable.len() > 1;
        self.inner.next_task(runnable, current, is_yielding)
    }

    fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }
}

/// Runs every schedule with at most `bound` preemptions.
pub(super) struct PreemptionBounded {
    bound: usize,
    branches: Vec<Branch>,
    depth: usize,
    preemptions: usize,
    started: bool,
}

impl PreemptionBounded {
    pub(super) fn new(bound: usize) -> PreemptionBounded {
        PreemptionBounded {
            bound,
            branches: Vec::new(),
            depth: 0,
            preemptions: 0,
            started: false,
        }
    }

    /// Who may run now, the default first; and whether choosing another one is a preemption.
    fn choices(
        &self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> (Vec<TaskId>, bool) {
        let (mine, mut others): (Vec<TaskId>, Vec<TaskId>) = runnable
            .iter()
            .map(|task| task.id())
            .partition(|id| Some(*id) == current);
        if mine.is_empty() || (is_yielding && !others.is_empty()) {
            return (others, false);
        }
        if self.preemptions == self.bound {
            others.clear();
        }
        ([mine, others].concat(), true)
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
            if self.branches.is_empty() {
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
