//! What a view is worth to those who are in another one.

use kit::sync::Arc;
use kit::sync::atomic::{AtomicBool, Ordering::SeqCst};
use kit::{channel, explore, thread};
use rpc::replica::{Backup, Refused};

use super::stage::{A, B, C, Hangs, Node, Way, install, left, pair, replicate, view};

pub(super) fn an_old_primary_answers_nobody() {
    explore(|| {
        let (a, b, _) = pair();
        assert_eq!(
            a.deduct(1),
            left(90),
            "the backup can be reached: call 1 must be answered with 90"
        );
        b.adopt(view(2, B, None));
        assert!(a.get().is_err(), "a get");
        assert!(a.deduct(2).is_err(), "a new call");
        assert!(a.deduct(2).is_err(), "its retry, which has a reply now");
        assert_eq!(b.deduct(2), left(80), "the new primary knows nothing of it");
        assert!(a.get().is_err(), "nor is it answered later");
    });
}

pub(super) fn an_old_view_changes_nothing() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        b.adopt(view(3, A, Some(B)));
        a.adopt_with(view(3, A, Some(B)), &b);
        a.adopt(view(2, C, Some(A)));
        b.adopt(view(2, C, None));
        assert_eq!(a.deduct(1), left(90), "it is primary of a newer view");
        a.adopt(view(2, A, None));
        assert_eq!(
            a.deduct(2),
            left(80),
            "a view that is older was handed over: the primary must go on, and answer with 80"
        );
        assert_eq!(b.runs(), 2, "the backup of the newer view has both");
        b.adopt(view(3, A, Some(B)));
        assert_eq!(a.deduct(3), left(70), "the backup is in this view already");
        a.adopt_with(view(3, A, Some(B)), &b);
        assert_eq!(a.deduct(4), left(60), "the primary is in this view already");
        assert_eq!(b.runs(), 4, "the backup has all");
    });
}

pub(super) fn messages_of_another_view_are_refused() {
    explore(|| {
        let (a, b, way) = pair();
        let c = Node::new(C);
        assert_eq!(
            a.deduct(1),
            left(90),
            "the backup can be reached: call 1 must be answered with 90"
        );
        let newer = Err(Refused::NotBackup);
        assert_eq!(install(&b, 2, 7), newer, "it is in view 1");
        assert_eq!(replicate(&b, 2, 1, &[7]), newer, "it is in view 1");
        b.adopt(view(2, B, None));
        let late = |node: &Node| {
            let answers = way
                .tape()
                .into_iter()
                .map(|sent| sent.deliver(&node.replica));
            answers.collect::<Vec<_>>()
        };
        let refused = vec![Err(Refused::NotBackup); way.tape().len()];
        assert_eq!(late(&b), refused, "the old backup is primary now");
        c.adopt(view(3, B, Some(C)));
        b.adopt_with(view(3, B, Some(C)), &c);
        assert_eq!(
            b.deduct(2),
            left(80),
            "the backup of the new view has the state: call 2 must be answered with 80"
        );
        assert_eq!(late(&c), refused, "the new backup has another primary");
        c.adopt(view(4, C, None));
        assert_eq!(c.get(), left(80), "nothing has changed");
    });
}

pub(super) fn an_answered_call_survives() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            let calling = s.spawn(|| a.deduct(1));
            b.adopt(view(2, B, None));
            assert!(b.deduct(2).is_ok(), "the new primary is alone");
            let again = b.deduct(1);
            assert_eq!(b.get(), left(80), "each ran once");
            if let Ok(reply) = calling.join().unwrap() {
                assert_eq!(Ok(reply), again, "what the old primary answered");
            }
        });
    });
}

pub(super) fn no_old_value_is_read() {
    explore(|| {
        let (a, b, _) = pair();
        let deducted = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                b.adopt(view(2, B, None));
                assert_eq!(
                    b.deduct(1),
                    left(90),
                    "the new primary is alone: it must answer call 1 with 90"
                );
                deducted.store(true, SeqCst);
            });
            let too_late = deducted.load(SeqCst);
            let read = a.get();
            assert!(!too_late || read.is_err(), "an old primary says {read:?}");
        });
    });
}

pub(super) fn a_confirmation_counts_in_its_own_view() {
    explore(|| {
        let (a, b, _) = pair();
        let c = Node::new(C);
        c.adopt(view(2, A, Some(C)));
        thread::scope(|s| {
            s.spawn(|| a.deduct(1));
            a.adopt_with(view(2, A, Some(C)), &c);
            let reply = a.deduct(2);
            assert!(
                reply.is_ok(),
                "the new backup answers, and this is {reply:?}"
            );
            c.adopt(view(3, C, None));
            assert_eq!(c.deduct(2), reply, "answered, and the new backup has it");
        });
        assert!(b.runs() <= 1, "the old one has at most what was sent to it");
    });
}

pub(super) fn what_was_taken_back_is_not_answered() {
    for backup in [None, Some(C)] {
        explore(move || {
            let (a, b, c) = (Node::new(A), Node::new(B), Node::new(C));
            let (release, released) = channel::bounded(1);
            b.adopt(view(1, A, Some(B)));
            let hangs = Hangs::on(&b, 1, released);
            a.adopt_by(view(1, A, Some(B)), Some(hangs));
            thread::scope(|s| {
                let calling = s.spawn(|| a.deduct(1));
                a.adopt(view(2, B, Some(A)));
                b.adopt_with(view(2, B, Some(A)), &a);
                assert_eq!(b.deduct(2), left(90), "call 1 has not come");
                let third = view(3, A, backup);
                c.adopt(third);
                let way = backup.map(|_| -> Arc<dyn Backup> { Way::to(&c) });
                a.adopt_by(third, way);
                let _ = release.send(());
                if let Ok(reply) = calling.join().unwrap() {
                    assert_eq!(a.deduct(1), Ok(reply), "what was answered");
                }
            });
        });
    }
}

pub(super) fn a_new_view_ends_calls_that_wait() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            for call in [1, 2] {
                let a = &a;
                s.spawn(move || a.deduct(call));
            }
            a.adopt(view(2, B, Some(C)));
        });
        assert!(a.get().is_err(), "it is not primary any more");
        assert!(
            b.runs() <= 2,
            "two calls were made: the backup must not have executed more"
        );
    });
}

pub(super) fn a_backup_that_hangs_delays_no_new_view() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let (release, released) = channel::bounded(1);
        b.adopt(view(1, A, Some(B)));
        let hangs = Hangs::on(&b, 1, released);
        a.adopt_by(view(1, A, Some(B)), Some(hangs));
        let c = Node::new(C);
        c.adopt(view(2, A, Some(C)));
        thread::scope(|s| {
            s.spawn(|| a.deduct(1));
            a.adopt_with(view(2, A, Some(C)), &c);
            let reply = a.deduct(2);
            assert!(
                reply.is_ok(),
                "the new backup answers, and this is {reply:?}"
            );
            // Only now does the old one, if it was asked at all.
            let _ = release.send(());
        });
    });
}

pub(super) fn replicas_that_ask_each_other() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            s.spawn(|| a.deduct(1));
            let early = b.replica.adopt(view(2, B, Some(A)), Some(Way::to(&a)));
            assert!(early.is_err(), "the other is in the old view");
            a.adopt(view(2, B, Some(A)));
            b.adopt_with(view(2, B, Some(A)), &a);
        });
        assert_eq!(
            b.deduct(2).map(|reply| reply.is_ok()),
            Ok(true),
            "both are in the new view: the new primary must answer a call"
        );
    });
}
