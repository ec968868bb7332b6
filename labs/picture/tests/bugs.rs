//! What each kept failure is called: its bug's name, or nothing where the steps leave a doubt.
mod support;

use picture::{BugKind, BugKind::*, Effect, Failure};
use support::{failure, failures};

const CALLED: &[(&str, Option<BugKind>)] = &[
    ("a_lost_reply_and_a_retry", None),
    ("a_lost_reply_on_a_network", None),
    ("check_then_act", Some(CheckThenAct)),
    ("crowd", None),
    ("cycle_of_arcs", None),
    ("cycle_of_bounded_channels", None),
    ("double_checked_once", Some(CheckThenAct)),
    ("if_instead_of_while", Some(EarlyReturn)),
    ("load_then_store", Some(CheckThenAct)),
    ("lock_order", Some(LockOrder)),
    ("locking_twice", Some(SelfDeadlock)),
    ("lost_wakeup", Some(LostWakeUp)),
    ("notify_before_the_change", None),
    ("one_condvar_for_two_conditions", None),
    ("permit_leaked_by_a_panic", None),
    ("publication_without_release", Some(MissingHappensBefore)),
    ("read_lock_then_write_lock", Some(CheckThenAct)),
    ("relaxed_mailbox", Some(MissingHappensBefore)),
    ("relaxed_spin_lock", Some(MissingHappensBefore)),
    ("rpc_story", None),
    ("select_that_nobody_serves", None),
    ("shutdown_without_notify", Some(MissingNotification)),
    ("stack_with_a_relaxed_head", Some(MissingHappensBefore)),
    ("three_philosophers", Some(LockOrder)),
    ("worker_that_leaves_early", None),
];

fn called(failure: &Failure) -> Option<BugKind> {
    failure.bug().map(|bug| bug.kind)
}

#[test]
fn every_failure_has_its_name_or_none() {
    let all: Vec<(String, Option<BugKind>)> = failures()
        .into_iter()
        .map(|(name, failure)| (name, called(&failure)))
        .collect();
    let said: Vec<(&str, Option<BugKind>)> =
        all.iter().map(|(name, kind)| (&**name, *kind)).collect();
    let mut expected = CALLED.to_vec();
    expected.sort_by_key(|(name, _)| (*name == "crowd", *name));
    assert_eq!(said, expected);
}

#[test]
fn a_weak_ordering_is_pointed_at_and_not_the_access_that_suffered() {
    for name in ["publication_without_release", "relaxed_spin_lock"] {
        let failure = failure(name);
        let bug = failure.bug().expect("it has a name");
        let at = bug.at.as_ref().expect("a line");
        let step = failure
            .steps
            .iter()
            .find(|step| step.at.as_ref() == Some(at));
        assert_eq!(
            step.map(|step| step.effect),
            Some(Effect::Store),
            "{name}: {bug}"
        );
        assert!(bug.to_string().contains("Relaxed"), "{bug}");
    }
}

/// Each of these takes away what makes the name certain.
#[test]
fn where_there_is_a_doubt_nothing_is_said() {
    let mut looked_again = failure("lost_wakeup");
    let looks = looked_again
        .steps
        .iter()
        .position(|step| step.effect == (Effect::Load { stale: false }));
    let look = looked_again.steps.remove(looks.expect("a look"));
    let sleeps = looked_again.steps.len() - 1;
    looked_again.edges.clear();
    looked_again.steps.insert(sleeps, look);
    assert_eq!(called(&looked_again), None);

    let mut may_have_notified = failure("shutdown_without_notify");
    for source in may_have_notified.sources.values_mut() {
        *source = source.replace("*stop.0.lock() = true;", "change(|| stop.1.notify_one());");
    }
    assert_eq!(called(&may_have_notified), None);

    let mut notifies_another = may_have_notified.clone();
    for object in &mut notifies_another.objects {
        object.name = match object.kind.as_str() {
            "Condvar" => "stopped".to_owned(),
            _ => continue,
        };
    }
    assert_eq!(called(&notifies_another), None);
    let mut another = notifies_another.objects[1].clone();
    another.name = "started".to_owned();
    notifies_another.objects.push(another);
    for source in notifies_another.sources.values_mut() {
        *source = source.replace("stop.1.notify_one()", "started.notify_one()");
    }
    assert_eq!(called(&notifies_another), Some(MissingNotification));

    let mut one_lock = failure("lock_order");
    for step in &mut one_lock.steps {
        step.object = step.object.map(|_| 0);
    }
    assert_ne!(called(&one_lock), Some(LockOrder));

    let mut with_every_atomic_seqcst = failure("relaxed_mailbox");
    with_every_atomic_seqcst
        .search
        .as_mut()
        .expect("a search")
        .sequential = true;
    assert_eq!(called(&with_every_atomic_seqcst), None);

    let mut without_source = failure("if_instead_of_while");
    without_source.sources.clear();
    assert_eq!(called(&without_source), None);

    let mut another_change = failure("load_then_store");
    for step in &mut another_change.steps {
        if step.thread == 1 {
            step.object = None;
        }
    }
    assert_eq!(called(&another_change), None);
}

#[test]
fn a_notification_before_the_sleep_does_not_count_if_all_wait_for_the_sleeper() {
    let mut notified_before = failure("shutdown_without_notify");
    let mut notifies = notified_before.steps[0].clone();
    (notifies.object, notifies.effect) = (Some(1), Effect::Notify { woke: 0 });
    notified_before.edges.clear();
    notified_before.steps.insert(0, notifies);
    let bug = notified_before.bug().expect("it has a name");
    assert_eq!(bug.kind, MissingNotification);
    assert!(bug.to_string().contains("from then on nobody"), "{bug}");

    notified_before.waits[0].on = None;
    assert_eq!(called(&notified_before), None);
}

#[test]
fn a_thread_that_waits_for_its_own_end_waits_for_itself() {
    let mut failure = failure("shutdown_without_notify");
    failure.waits.remove(1);
    failure.waits[0].on = Some(0);
    assert_eq!(called(&failure), Some(SelfDeadlock));
}

/// Such as a gate that opens for two.
#[test]
fn a_lock_is_held_while_a_function_of_the_tests_waits() {
    let mut gate = failure("lock_order");
    for step in &mut gate.steps {
        let at = step.at.as_mut().expect("all steps have a place");
        at.file = "labs/locks/src/bank.rs".to_owned();
        if step.stuck && step.thread == 1 {
            step.effect = Effect::Receive;
            at.file = "labs/locks/tests/public/bank.rs".to_owned();
        }
    }
    for wait in &mut gate.waits {
        wait.on = (wait.thread == 0).then_some(1);
    }
    assert_eq!(called(&gate), Some(HeldWhileWaiting));

    gate.waits[0].on = None;
    assert_eq!(called(&gate), None);
}
