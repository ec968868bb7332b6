//! The name of the bug, where the steps leave no doubt.
//!
//! The one idea: each kind of bug has a rule of its own, a function that looks at the steps alone
//! and gives the ones that show it; a rule that is not sure gives nothing, and then nothing is
//! said.
//!
//! Not here: which mistake in the source that was; and who shows the name (the views do).
mod deadlock;
mod order;
mod state;

use crate::{Effect, Failure, FailureKind, Hold, Place, Step};
use std::fmt;

/// What kind of bug it is, as the field calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BugKind {
    /// A thread waits for a lock that it holds itself, or for its own end.
    SelfDeadlock,
    /// Threads take the same locks in different orders.
    LockOrder,
    /// A thread keeps a lock while it waits for somebody who needs that lock.
    HeldWhileWaiting,
    /// A notification came between the look and the sleep.
    LostWakeUp,
    /// What the sleeper waits for has changed, and nobody has notified it since.
    MissingNotification,
    /// What was looked at had changed when the thread acted on it.
    CheckThenAct,
    /// Two accesses that nothing orders.
    MissingHappensBefore,
    /// A thread that was woken went on without another look.
    EarlyReturn,
    /// A lock was given back by a thread that did not hold it any more.
    DoubleRelease,
}

impl BugKind {
    /// All of them.
    pub const ALL: [BugKind; 9] = [
        BugKind::SelfDeadlock,
        BugKind::LockOrder,
        BugKind::HeldWhileWaiting,
        BugKind::LostWakeUp,
        BugKind::MissingNotification,
        BugKind::CheckThenAct,
        BugKind::MissingHappensBefore,
        BugKind::EarlyReturn,
        BugKind::DoubleRelease,
    ];

    /// As the field calls it.
    pub fn name(self) -> &'static str {
        match self {
            BugKind::SelfDeadlock => "self-deadlock",
            BugKind::LockOrder => "lock-order deadlock",
            BugKind::HeldWhileWaiting => "lock held while waiting",
            BugKind::LostWakeUp => "lost wake-up",
            BugKind::MissingNotification => "missing notification",
            BugKind::CheckThenAct => "check-then-act",
            BugKind::MissingHappensBefore => "missing happens-before",
            BugKind::EarlyReturn => "early return",
            BugKind::DoubleRelease => "double release",
        }
    }

    /// Where the book explains it.
    pub fn page(self) -> &'static str {
        match self {
            BugKind::SelfDeadlock | BugKind::LockOrder => "notes/locks.md#deadlock",
            BugKind::HeldWhileWaiting => "notes/locks.md#granularity",
            BugKind::LostWakeUp | BugKind::MissingNotification | BugKind::EarlyReturn => {
                "notes/locks.md#waiting-for-others"
            }
            BugKind::CheckThenAct => "notes/locks.md#check-then-act",
            BugKind::MissingHappensBefore | BugKind::DoubleRelease => {
                "notes/locks.md#atomics-and-orderings"
            }
        }
    }
}

/// A bug that the steps show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bug {
    /// What it is.
    pub kind: BugKind,
    /// The steps that show it, in words.
    pub shown_by: String,
    /// The line to look at first, if that is not where the failure shows.
    pub at: Option<Place>,
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = match self.kind {
            BugKind::CheckThenAct => "",
            BugKind::EarlyReturn => "an ",
            _ => "a ",
        };
        let (name, page) = (self.kind.name(), self.kind.page());
        write!(f, "{}: {article}*{name}* ({page})", self.shown_by)
    }
}

/// A rule: the bug, if the steps show it beyond doubt.
type Rule = fn(&Failure) -> Option<Bug>;

const DEADLOCK: &[Rule] = &[
    deadlock::self_deadlock,
    deadlock::joins_itself,
    deadlock::lock_order,
    deadlock::held_while_waiting,
    deadlock::lost_wake_up,
    deadlock::missing_notification,
];
const RACE: &[Rule] = &[
    state::double_release,
    state::check_then_act_on_an_atomic,
    order::race,
];
const ASSERTION: &[Rule] = &[
    order::stale,
    state::double_release,
    state::check_then_act_on_an_atomic,
    state::check_then_act,
    state::early_return,
];

impl Failure {
    /// The bug, if the steps show beyond doubt which it is.
    pub fn bug(&self) -> Option<Bug> {
        let rules = match self.kind {
            FailureKind::Deadlock => DEADLOCK,
            FailureKind::Race => RACE,
            FailureKind::Assertion => ASSERTION,
            _ => return None,
        };
        rules.iter().find_map(|rule| rule(self))
    }

    /// `seen`, as sentences have it.
    fn quoted(&self, object: usize) -> String {
        self.objects
            .get(object)
            .map_or("it".to_owned(), |object| format!("`{}`", object.name))
    }

    /// The locks that are held to the end, each with its holder.
    fn held(&self) -> Vec<Hold> {
        let mut holds = self.holds();
        holds.retain(|hold| hold.to.is_none());
        holds
    }

    /// The step at which a thread is stuck.
    fn stuck(&self, thread: usize) -> Option<usize> {
        let stuck = |step: &Step| step.stuck && step.thread == thread;
        self.steps.iter().position(stuck)
    }

    /// Whether everybody else who is stuck waits for this thread, or for one that does.
    fn all_wait_for(&self, thread: usize) -> bool {
        let mut theirs = vec![thread];
        loop {
            let more: Vec<usize> = (self.waits.iter())
                .filter(|wait| wait.on.is_some_and(|on| theirs.contains(&on)))
                .map(|wait| wait.thread)
                .filter(|thread| !theirs.contains(thread))
                .collect();
            if more.is_empty() {
                return self.waits.iter().all(|wait| theirs.contains(&wait.thread));
            }
            theirs.extend(more);
        }
    }

    /// Every step at which a thread is stuck in a wait on a condvar: the step, the condvar and its
    /// mutex.
    fn asleep(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(|(at, step)| match (step.effect, step.object) {
            (
                Effect::Wait {
                    releases: Some(mutex),
                },
                Some(condvar),
            ) if step.stuck => Some((at, condvar, mutex)),
            _ => None,
        })
    }

    /// The critical sections on a lock, in the order in which they ended.
    fn sections(&self, lock: usize) -> Vec<Hold> {
        let mut sections = self.holds();
        sections.retain(|hold| hold.object == lock && hold.to.is_some());
        sections.sort_by_key(|hold| hold.to);
        sections
    }
}

/// A step's number, as pictures have it.
fn n(step: usize) -> usize {
    step + 1
}
