//! Rules for deadlocks.
use super::{Bug, BugKind, n};
use crate::{Effect, Failure, Touched};

/// A thread waits for its own end.
pub(super) fn joins_itself(failure: &Failure) -> Option<Bug> {
    let mut waits = failure.waits.iter();
    let thread = waits.find(|wait| wait.on == Some(wait.thread))?.thread;
    let at = failure.stuck(thread)?;
    (failure.steps[at].effect == Effect::Join).then(|| Bug {
        kind: BugKind::SelfDeadlock,
        shown_by: format!(
            "at step {} {} waits for its own end",
            n(at),
            failure.name(thread)
        ),
        at: failure.steps[at].at.clone(),
    })
}

/// A thread is stuck at a lock that it holds.
pub(super) fn self_deadlock(failure: &Failure) -> Option<Bug> {
    failure.held().into_iter().find_map(|hold| {
        let at = failure.stuck(hold.thread)?;
        let step = &failure.steps[at];
        if step.effect != Effect::Blocked || step.object != Some(hold.object) {
            return None;
        }
        Some(Bug {
            kind: BugKind::SelfDeadlock,
            shown_by: format!(
                "step {} waits for {}, which {} itself has held since step {}",
                n(at),
                failure.quoted(hold.object),
                failure.name(hold.thread),
                n(hold.from)
            ),
            at: None,
        })
    })
}

/// A circle of threads, each stuck at a lock that the next one holds, each lock another.
pub(super) fn lock_order(failure: &Failure) -> Option<Bug> {
    let mut links: Vec<Link> = (0..failure.threads.len())
        .filter_map(|thread| link(failure, thread))
        .collect();
    // Whoever nobody in the rest waits for is not in the circle.
    loop {
        let all = links.len();
        let wanted: Vec<usize> = links.iter().map(|link| link.holder).collect();
        links.retain(|link| wanted.contains(&link.thread));
        let threads: Vec<usize> = links.iter().map(|link| link.thread).collect();
        links.retain(|link| threads.contains(&link.holder));
        if links.len() == all {
            break;
        }
    }
    let mut locks: Vec<usize> = links.iter().map(|link| link.lock).collect();
    locks.sort_unstable();
    locks.dedup();
    if links.len() < 2 || locks.len() < links.len() {
        return None;
    }
    let each = links.iter().map(|link| {
        let mine = links.iter().find(|other| other.holder == link.thread);
        let has = mine.map_or(String::new(), |mine| failure.quoted(mine.lock));
        let (who, wants) = (failure.name(link.thread), failure.quoted(link.lock));
        format!("{who} holds {has} and wants {wants} (step {})", n(link.at))
    });
    Some(Bug {
        kind: BugKind::LockOrder,
        shown_by: each.collect::<Vec<_>>().join(", "),
        at: None,
    })
}

/// A thread that is stuck at a lock, and who holds it.
struct Link {
    thread: usize,
    at: usize,
    lock: usize,
    holder: usize,
    /// The step that took it.
    since: usize,
}

fn link(failure: &Failure, thread: usize) -> Option<Link> {
    let at = failure.stuck(thread)?;
    let step = &failure.steps[at];
    let lock = step
        .object
        .filter(|_| matches!(step.effect, Effect::Blocked))?;
    let held = failure.held();
    let hold = held
        .iter()
        .find(|hold| hold.object == lock && hold.thread != thread)?;
    Some(Link {
        thread,
        at,
        lock,
        holder: hold.thread,
        since: hold.from,
    })
}

/// A thread is stuck at a lock whose holder waits for that very thread to end, or in a call of the
/// kit's (a fetch that is answered only when another one is under way), or in a function that the
/// test handed in, and everybody else waits for the holder.
pub(super) fn held_while_waiting(failure: &Failure) -> Option<Bug> {
    (0..failure.threads.len()).find_map(|thread| {
        let link = link(failure, thread)?;
        let waits = failure.stuck(link.holder)?;
        let step = &failure.steps[waits];
        let for_it = || {
            let mut waits = failure.waits.iter();
            waits.any(|wait| wait.thread == link.holder && wait.on == Some(thread))
        };
        let why = match step.effect {
            Effect::Join if for_it() => format!("waits for {} to end", failure.name(thread)),
            Effect::Within => "waits in this call".to_owned(),
            Effect::Wait { .. } | Effect::Receive
                if is_handed_in(failure, link.since, waits) && failure.all_wait_for(link.holder) =>
            {
                "waits in a call".to_owned()
            }
            _ => return None,
        };
        Some(Bug {
            kind: BugKind::HeldWhileWaiting,
            shown_by: format!(
                "{} wants {} (step {}), which {} has held since step {} and keeps while it {why} (step {})",
                failure.name(thread),
                failure.quoted(link.lock),
                n(link.at),
                failure.name(link.holder),
                n(link.since),
                n(waits)
            ),
            at: failure.steps[link.since].at.clone(),
        })
    })
}

/// Somebody changed what the sleeper waits for and notified, which woke nobody: after the sleeper's
/// last look, and before its sleep.
pub(super) fn lost_wake_up(failure: &Failure) -> Option<Bug> {
    failure.asleep().find_map(|(sleeps, condvar, mutex)| {
        let waiter = failure.steps[sleeps].thread;
        let others = (0..sleeps).rev().filter(|at| {
            let step = &failure.steps[*at];
            step.object == Some(condvar)
                && step.thread != waiter
                && step.effect == (Effect::Notify { woke: 0 })
        });
        let mut lost = others.filter_map(|woke_nobody| {
            let changed = change_before(failure, woke_nobody, mutex)?;
            let look = last_look(failure, sleeps, changed, mutex);
            match look {
                Look::Before(look) => Some((Some(look), woke_nobody)),
                Look::Never => Some((None, woke_nobody)),
                Look::Since => None,
            }
        });
        let (look, woke_nobody) = lost.next()?;
        let look = match look {
            Some(look) => format!("{} looked at step {}, ", failure.name(waiter), n(look)),
            None => String::new(),
        };
        Some(Bug {
            kind: BugKind::LostWakeUp,
            shown_by: format!(
                "{look}step {} woke nobody, step {} went to sleep",
                n(woke_nobody),
                n(sleeps)
            ),
            at: failure.steps[sleeps].at.clone(),
        })
    })
}

/// The last change that the thread of a notification made before it: of an atomic, or under the
/// sleeper's mutex. Of a critical section that it notifies in: where that begins.
fn change_before(failure: &Failure, notification: usize, mutex: usize) -> Option<usize> {
    let notifier = failure.steps[notification].thread;
    let sections = failure.sections(mutex);
    let around = sections.iter().find(|section| {
        let to = section.to.unwrap_or(0);
        section.thread == notifier && (section.from..to).contains(&notification)
    });
    if let Some(section) = around {
        let to = section.to?;
        return changes(failure.steps[to].touched).then_some(section.from);
    }
    (0..notification).rev().find(|at| {
        let step = &failure.steps[*at];
        step.thread == notifier
            && match step.effect {
                Effect::Store | Effect::Update => true,
                Effect::Release => step.object == Some(mutex) && changes(step.touched),
                _ => false,
            }
    })
}

/// When the sleeper looked last at what was changed.
enum Look {
    Before(usize),
    Since,
    Never,
}

fn last_look(failure: &Failure, sleeps: usize, changed: usize, mutex: usize) -> Look {
    let waiter = failure.steps[sleeps].thread;
    let on_atomic = matches!(
        failure.steps[changed].effect,
        Effect::Store | Effect::Update
    );
    let looks = |at: &usize| {
        let step = &failure.steps[*at];
        step.thread == waiter
            && match step.effect {
                Effect::Load { .. } | Effect::Update => {
                    on_atomic && step.object == failure.steps[changed].object
                }
                // A mutex's guard is asked when it is given back: by then it has been looked at.
                Effect::Release => {
                    !on_atomic && step.object == Some(mutex) && touches(step.touched)
                }
                Effect::Wait {
                    releases: Some(released),
                } => !on_atomic && released == mutex && touches(step.touched),
                _ => false,
            }
    };
    match (0..=sleeps).rev().find(looks) {
        Some(look) if look > changed => Look::Since,
        Some(look) => Look::Before(look),
        None => Look::Never,
    }
}

/// Whether a step is in a file of the test's, below a call that the student's code made.
fn is_handed_in(failure: &Failure, calls: usize, step: usize) -> bool {
    let file = |step: usize| failure.steps[step].at.as_ref().map(|at| at.file.as_str());
    let is_the_tests = |file: &str| file.starts_with("grader/") || file.contains("/tests/");
    file(calls).is_some_and(|file| !is_the_tests(file)) && file(step).is_none_or(is_the_tests)
}

/// What the sleeper's mutex protects was changed while it slept, by functions that do not notify
/// its condvar, and neither did anybody else from then on. Silent where it was notified before,
/// unless everybody else waits for the sleeper.
pub(super) fn missing_notification(failure: &Failure) -> Option<Bug> {
    let (sleeps, condvar, mutex) = failure.asleep().next()?;
    let sleeper = failure.steps[sleeps].thread;
    let notified = failure.steps.iter().rposition(|step| {
        step.object == Some(condvar) && matches!(step.effect, Effect::Notify { .. })
    });
    if notified.is_some_and(|at| at > sleeps || !failure.all_wait_for(sleeper)) {
        return None;
    }
    let sections = failure.sections(mutex);
    let changes = sections.iter().filter(|section| {
        let to = section.to.unwrap_or(0);
        section.from > sleeps && changes(failure.steps[to].touched)
    });
    let from: Vec<usize> = changes.map(|section| section.from).collect();
    let change = *from.last()?;
    // One that notifies it at times may have had its reason not to.
    let never = |change: &usize| failure.never_notifies(*change, condvar);
    if !from.iter().all(never) {
        return None;
    }
    let nobody = match notified {
        None => "nobody ever notifies",
        Some(_) => "from then on nobody notifies",
    };
    Some(Bug {
        kind: BugKind::MissingNotification,
        shown_by: format!(
            "{} has slept since step {}, step {} may have changed what it waits for, and {nobody} {}",
            failure.name(sleeper),
            n(sleeps),
            n(change),
            failure.quoted(condvar)
        ),
        at: failure.steps[change].at.clone(),
    })
}

/// Whether a section may have changed what its lock protects.
pub(super) fn changes(touched: Option<Touched>) -> bool {
    matches!(touched, Some(Touched::Written | Touched::Both))
}

/// Whether a section has done anything with what its lock protects.
fn touches(touched: Option<Touched>) -> bool {
    touched.is_none_or(|touched| touched != Touched::Nothing)
}
