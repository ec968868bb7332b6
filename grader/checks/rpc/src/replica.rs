//! Hidden checks of `replica`.
//!
//! What could block runs as a model even on one thread: there, a thread that waits for itself is a deadlock with a picture, and
//! not a check that hangs.

mod faulty;
mod stage;

use std::ops::Range;

use kit::channel;
use kit::sync::Arc;
use kit::sync::atomic::{AtomicBool, Ordering::SeqCst};
use kit::{explore, thread};
use rpc::machine::Entry;
use rpc::replica::{Backup, Fault, Refused, Replica};
use rpc::view::View;
use serde_json::Value;

use crate::memory;
use faulty::a_system_of_three;
use stage::{A, Account, B, C, Fate, Node, Way, left, pair, view};

harness::checks![
    without_a_role_it_answers_nobody,
    alone_it_answers_by_itself,
    the_backup_has_what_was_answered,
    what_is_not_confirmed_is_not_answered,
    a_lost_confirmation_is_no_second_run,
    a_new_backup_gets_everything,
    a_transfer_that_failed_is_tried_again,
    an_old_primary_answers_nobody,
    an_old_view_changes_nothing,
    messages_of_another_view_are_refused,
    messages_that_come_again_change_nothing,
    what_comes_before_must_be_there,
    what_was_not_confirmed_is_taken_back,
    a_forgotten_call_is_refused,
    what_was_confirmed_is_let_go,
    an_answered_call_survives,
    a_retry_waits_for_the_confirmation,
    no_old_value_is_read,
    two_calls_have_one_order,
    a_lost_message_lets_nobody_wait,
    a_call_during_the_transfer,
    a_view_taken_up_twice,
    a_confirmation_counts_in_its_own_view,
    what_was_taken_back_is_not_answered,
    a_new_view_ends_calls_that_wait,
    a_backup_that_hangs_delays_no_new_view,
    a_transfer_that_hangs_delays_no_new_view,
    replicas_that_ask_each_other,
    a_system_of_three,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
type Taken = Result<(), Refused>;
type ToBackup = Option<Arc<dyn Backup>>;
const _: fn(&Replica<Account>, View, ToBackup) -> Taken = Replica::adopt;
const _: fn(&Replica<Account>, u64, u64, &Value) -> Taken = Backup::install;
const _: fn(&Replica<Account>, u64, u64, &[Entry]) -> Taken = Backup::replicate;

fn without_a_role_it_answers_nobody() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        assert_eq!(a.deduct(1), Err(Fault::NotPrimary), "it is in no view");
        b.adopt(view(1, A, Some(B))).unwrap();
        assert_eq!(b.deduct(1), Err(Fault::NotPrimary), "it is the backup");
        a.adopt(view(1, B, Some(C))).unwrap();
        assert_eq!(a.deduct(1), Err(Fault::NotPrimary), "it is neither");
        assert_eq!((a.runs(), b.runs()), (0, 0), "nothing was executed");
    });
}

fn alone_it_answers_by_itself() {
    explore(|| {
        let a = Node::new(A);
        a.adopt(view(1, A, None)).unwrap();
        assert_eq!(a.deduct(1), left(90));
        assert_eq!(a.deduct(2), left(80));
        assert_eq!(a.deduct(1), left(90), "a retry gets the first reply");
        assert_eq!(a.get(), left(80));
        assert_eq!(a.runs(), 2, "each call ran once");
    });
}

fn the_backup_has_what_was_answered() {
    explore(|| {
        let (a, b, _) = pair();
        for (call, balance) in [(1, 90), (2, 80)] {
            assert_eq!(a.deduct(call), left(balance));
            assert_eq!(b.runs(), call, "answered, and the backup has it");
        }
        b.adopt(view(2, B, None)).unwrap();
        assert_eq!(b.deduct(1), left(90), "a retry finds the reply there");
        assert_eq!(b.deduct(2), left(80), "a retry finds the reply there");
        assert_eq!(b.get(), left(80));
        assert_eq!((a.runs(), b.runs()), (2, 2), "each ran once on each");
    });
}

fn what_is_not_confirmed_is_not_answered() {
    explore(|| {
        let (a, b, way) = pair();
        for attempt in ["the call", "its retry"] {
            way.next(&[Fate::RequestLost]);
            assert_eq!(a.deduct(1), Err(Fault::Unconfirmed), "{attempt}");
        }
        way.next(&[Fate::RequestLost]);
        let read = a.get();
        assert_eq!(read, Err(Fault::Unconfirmed), "a get rests on the call");
        assert_eq!(a.deduct(1), left(90), "the backup can be reached again");
        assert_eq!((a.runs(), b.runs()), (1, 1), "it ran once on each");
    });
}

fn a_lost_confirmation_is_no_second_run() {
    explore(|| {
        let (a, b, way) = pair();
        way.next(&[Fate::ReplyLost, Fate::ReplyLost]);
        assert_eq!(a.deduct(1), Err(Fault::Unconfirmed), "no confirmation came");
        assert_eq!(a.deduct(2), Err(Fault::Unconfirmed), "no confirmation came");
        assert_eq!(a.deduct(3), left(70));
        assert_eq!(b.runs(), 3, "three calls on the backup");
        b.adopt(view(2, B, None)).unwrap();
        assert_eq!(b.deduct(2), left(80), "a retry finds the reply there");
        assert_eq!(b.get(), left(70));
    });
}

fn a_new_backup_gets_everything() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        a.adopt(view(1, A, None)).unwrap();
        assert_eq!(a.deduct(1), left(90));
        b.adopt(view(2, A, Some(B))).unwrap();
        a.adopt_with(view(2, A, Some(B)), &b).unwrap();
        assert_eq!(a.deduct(2), left(80));
        b.adopt(view(3, B, None)).unwrap();
        assert_eq!(b.get(), left(80), "the data is there");
        assert_eq!(b.deduct(1), left(90), "so are the replies");
        assert_eq!(b.deduct(3), left(70));
    });
}

fn a_transfer_that_failed_is_tried_again() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let way = Way::to(&b);
        let adopt = || a.replica.adopt(view(1, A, Some(B)), Some(way.clone()));
        b.adopt(view(1, A, Some(B))).unwrap();
        for fate in [Fate::RequestLost, Fate::ReplyLost] {
            way.next(&[fate]);
            assert_eq!(adopt(), Err(Refused::NoReply));
            let reply = a.deduct(1);
            assert!(reply.is_err(), "the backup is not known to have anything");
        }
        adopt().expect("nothing is lost now");
        assert_eq!(a.deduct(1), left(90));
        assert_eq!(b.runs(), 1);
    });
}

fn an_old_primary_answers_nobody() {
    explore(|| {
        let (a, b, _) = pair();
        assert_eq!(a.deduct(1), left(90));
        b.adopt(view(2, B, None)).unwrap();
        assert!(a.get().is_err(), "a get");
        assert!(a.deduct(2).is_err(), "a new call");
        assert!(a.deduct(2).is_err(), "its retry, which has a reply now");
        assert_eq!(b.deduct(2), left(80), "the new primary knows nothing of it");
        assert!(a.get().is_err(), "nor is it answered later");
    });
}

fn an_old_view_changes_nothing() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        b.adopt(view(3, A, Some(B))).unwrap();
        a.adopt_with(view(3, A, Some(B)), &b).unwrap();
        a.adopt(view(2, C, Some(A))).unwrap();
        b.adopt(view(2, C, None)).unwrap();
        assert_eq!(a.deduct(1), left(90), "it is primary of a newer view");
        a.adopt(view(2, A, None)).unwrap();
        assert_eq!(a.deduct(2), left(80));
        assert_eq!(b.runs(), 2, "the backup of the newer view has both");
        b.adopt(view(3, A, Some(B))).unwrap();
        assert_eq!(a.deduct(3), left(70), "the backup is in this view already");
        a.adopt_with(view(3, A, Some(B)), &b).unwrap();
        assert_eq!(a.deduct(4), left(60), "the primary is in this view already");
        assert_eq!(b.runs(), 4, "the backup has all");
    });
}

fn messages_of_another_view_are_refused() {
    explore(|| {
        let (a, b, way) = pair();
        let c = Node::new(C);
        assert_eq!(a.deduct(1), left(90));
        let newer = Err(Refused::NotBackup);
        assert_eq!(stage::install(&b, 2, 7), newer, "it is in view 1");
        assert_eq!(stage::replicate(&b, 2, 1, &[7]), newer, "it is in view 1");
        b.adopt(view(2, B, None)).unwrap();
        let late = |node: &Node| {
            let answers = way
                .tape()
                .into_iter()
                .map(|sent| sent.deliver(&node.replica));
            answers.collect::<Vec<_>>()
        };
        let refused = vec![Err(Refused::NotBackup); way.tape().len()];
        assert_eq!(late(&b), refused, "the old backup is primary now");
        c.adopt(view(3, B, Some(C))).unwrap();
        b.adopt_with(view(3, B, Some(C)), &c).unwrap();
        assert_eq!(b.deduct(2), left(80));
        assert_eq!(late(&c), refused, "the new backup has another primary");
        c.adopt(view(4, C, None)).unwrap();
        assert_eq!(c.get(), left(80), "nothing has changed");
    });
}

fn messages_that_come_again_change_nothing() {
    explore(|| {
        let (a, b, way) = pair();
        for (call, balance) in [(1, 90), (2, 80)] {
            assert_eq!(a.deduct(call), left(balance));
        }
        for late in way.tape().iter().rev() {
            let _ = late.deliver(&b.replica);
        }
        assert_eq!(a.deduct(3), left(70));
        b.adopt(view(2, B, None)).unwrap();
        assert_eq!(b.get(), left(70), "each call is there once");
        assert_eq!(b.deduct(2), left(80), "and so is its reply");
    });
}

fn what_comes_before_must_be_there() {
    explore(|| {
        let (b, c) = (Node::new(B), Node::new(C));
        let refused = Err(Refused::NotBackup);
        b.adopt(view(1, A, Some(B))).unwrap();
        let nothing = stage::replicate(&b, 1, 0, &[1]);
        assert_eq!(nothing, refused, "it has no state yet");
        c.adopt(view(1, A, Some(C))).unwrap();
        stage::install(&c, 1, 0).expect("it is the backup");
        let gap = stage::replicate(&c, 1, 1, &[2]);
        assert_eq!(gap, refused, "call 0 has not come");
        assert_eq!(stage::replicate(&c, 1, 0, &[1]), Ok(()));
        assert_eq!(stage::replicate(&c, 1, 0, &[1, 2]), Ok(()));
        c.adopt(view(3, A, Some(C))).unwrap();
        let nothing = stage::replicate(&c, 3, 2, &[3]);
        assert_eq!(nothing, refused, "it has no state of this view's primary");
        assert_eq!((b.runs(), c.runs()), (0, 2), "two calls, each once");
    });
}

fn what_was_not_confirmed_is_taken_back() {
    explore(|| {
        let (a, b, way) = pair();
        way.next(&[Fate::RequestLost, Fate::RequestLost]);
        assert_eq!(a.deduct(1), Err(Fault::Unconfirmed));
        assert_eq!(a.deduct(2), Err(Fault::Unconfirmed));
        b.adopt(view(2, B, None)).unwrap();
        assert_eq!(b.deduct(2), left(90), "the first call that was answered");
        a.adopt(view(3, B, Some(A))).unwrap();
        b.adopt_with(view(3, B, Some(A)), &a).unwrap();
        a.adopt(view(4, A, None)).unwrap();
        assert_eq!(a.get(), left(90), "what the view before had");
        assert_eq!(a.deduct(2), left(90), "with the replies that were given");
        assert_eq!(a.deduct(1), left(80), "call 1 is new again");
    });
}

fn a_forgotten_call_is_refused() {
    explore(|| {
        let (a, b, _) = pair();
        assert_eq!(a.deduct(1), left(90));
        assert_eq!(a.deduct_seen(3, 2), left(80));
        let late = Err(Fault::Forgotten);
        assert_eq!(a.deduct(2), late, "the client has let go of it");
        b.adopt(view(2, B, None)).unwrap();
        assert_eq!(b.deduct(2), late, "and the next primary knows it");
        assert_eq!((a.runs(), b.runs()), (2, 2));
    });
}

/// Nothing can block here: a model would note every step, and that is memory, too.
fn what_was_confirmed_is_let_go() {
    let (a, b, _) = pair();
    let alone = Node::new(C);
    alone.adopt(view(1, C, None)).unwrap();
    // No way that keeps copies.
    let a2 = view(2, A, Some(B));
    b.adopt(a2).unwrap();
    a.replica.adopt(a2, Some(stage::Straight::to(&b))).unwrap();
    for (node, case) in [(&a, "with a backup"), (&alone, "alone")] {
        let run = |calls: Range<u64>| {
            for call in calls {
                let reply = node.deduct_seen(call, call - 1);
                assert!(reply.is_ok(), "{case}: call {call} gets {reply:?}");
            }
        };
        // Tables and queues have their size by then.
        run(1..100);
        let before = memory::live();
        run(100..2_100);
        let each = memory::live().saturating_sub(before) / 2_000;
        assert!(each < 8, "{case}: each call leaves {each} bytes behind");
    }
}

fn an_answered_call_survives() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            let calling = s.spawn(|| a.deduct(1));
            b.adopt(view(2, B, None)).unwrap();
            assert!(b.deduct(2).is_ok(), "the new primary is alone");
            let again = b.deduct(1);
            assert_eq!(b.get(), left(80), "each ran once");
            if let Ok(reply) = calling.join().unwrap() {
                assert_eq!(Ok(reply), again, "what the old primary answered");
            }
        });
    });
}

fn a_retry_waits_for_the_confirmation() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    assert_eq!(a.deduct(1), left(90));
                    assert_eq!(b.runs(), 1, "answered, and the backup has it");
                });
            }
        });
        assert_eq!(a.runs(), 1, "two tries are one call");
    });
}

fn no_old_value_is_read() {
    explore(|| {
        let (a, b, _) = pair();
        let deducted = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                b.adopt(view(2, B, None)).unwrap();
                assert_eq!(b.deduct(1), left(90));
                deducted.store(true, SeqCst);
            });
            let too_late = deducted.load(SeqCst);
            let read = a.get();
            assert!(!too_late || read.is_err(), "an old primary says {read:?}");
        });
    });
}

fn two_calls_have_one_order() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            let calls = [1, 2].map(|call| {
                let a = &a;
                s.spawn(move || (call, a.deduct(call)))
            });
            let answered = calls.map(|call| call.join().unwrap());
            b.adopt(view(2, B, None)).unwrap();
            for (call, reply) in answered {
                assert!(
                    reply.is_ok(),
                    "nothing is lost, and call {call} gets {reply:?}"
                );
                assert_eq!(b.deduct(call), reply, "call {call} on the backup");
            }
        });
        assert_eq!((a.runs(), b.runs()), (2, 2), "each once on each");
    });
}

fn a_lost_message_lets_nobody_wait() {
    explore(|| {
        let (a, b, way) = pair();
        way.next(&[Fate::RequestLost]);
        thread::scope(|s| {
            for call in [1, 2] {
                let a = &a;
                s.spawn(move || a.deduct(call));
            }
        });
        // Whoever was answered or not: the backup can be reached now.
        let again = [1, 2].map(|call| a.deduct(call));
        assert!(again.iter().all(Result::is_ok), "{again:?}");
        assert_eq!((a.runs(), b.runs()), (2, 2), "each once on each");
    });
}

fn a_call_during_the_transfer() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        a.adopt(view(1, A, None)).unwrap();
        b.adopt(view(2, A, Some(B))).unwrap();
        thread::scope(|s| {
            s.spawn(|| a.adopt_with(view(2, A, Some(B)), &b).unwrap());
            let answered = a.deduct(1);
            assert!(answered.is_err() || answered == left(90), "{answered:?}");
        });
        let again = a.deduct(1);
        assert_eq!(again, left(90), "answered before, or new now");
        b.adopt(view(3, B, None)).unwrap();
        assert_eq!(b.deduct(1), again, "and the backup has it");
        assert_eq!(b.get(), left(90));
    });
}

fn a_view_taken_up_twice() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        b.adopt(view(1, A, Some(B))).unwrap();
        thread::scope(|s| {
            s.spawn(|| a.adopt_with(view(1, A, Some(B)), &b).unwrap());
            a.adopt_with(view(1, A, Some(B)), &b).unwrap();
            assert_eq!(a.deduct(1), left(90));
        });
        b.adopt(view(2, B, None)).unwrap();
        assert_eq!(b.deduct(1), left(90), "the second state came late");
        assert_eq!(b.get(), left(90));
    });
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let way = Way::to(&b);
        b.adopt(view(1, A, Some(B))).unwrap();
        way.next(&[Fate::RequestLost, Fate::RequestLost]);
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let adopted = a.replica.adopt(view(1, A, Some(B)), Some(way.clone()));
                    assert_eq!(adopted, Err(Refused::NoReply), "the backup has nothing");
                });
            }
        });
        assert!(a.deduct(1).is_err(), "the backup has nothing");
    });
}

fn a_confirmation_counts_in_its_own_view() {
    explore(|| {
        let (a, b, _) = pair();
        let c = Node::new(C);
        c.adopt(view(2, A, Some(C))).unwrap();
        thread::scope(|s| {
            s.spawn(|| a.deduct(1));
            a.adopt_with(view(2, A, Some(C)), &c).unwrap();
            let reply = a.deduct(2);
            assert!(
                reply.is_ok(),
                "the new backup answers, and this is {reply:?}"
            );
            c.adopt(view(3, C, None)).unwrap();
            assert_eq!(c.deduct(2), reply, "answered, and the new backup has it");
        });
        assert!(b.runs() <= 1, "the old one has at most what was sent to it");
    });
}

fn what_was_taken_back_is_not_answered() {
    for backup in [None, Some(C)] {
        explore(move || {
            let (a, b, c) = (Node::new(A), Node::new(B), Node::new(C));
            let (release, released) = channel::bounded(1);
            b.adopt(view(1, A, Some(B))).unwrap();
            let hangs = stage::Hangs::on(&b, 1, released);
            a.replica.adopt(view(1, A, Some(B)), Some(hangs)).unwrap();
            thread::scope(|s| {
                let calling = s.spawn(|| a.deduct(1));
                a.adopt(view(2, B, Some(A))).unwrap();
                b.adopt_with(view(2, B, Some(A)), &a).unwrap();
                assert_eq!(b.deduct(2), left(90), "call 1 has not come");
                let third = view(3, A, backup);
                c.adopt(third).unwrap();
                let way = backup.map(|_| -> Arc<dyn Backup> { Way::to(&c) });
                a.replica.adopt(third, way).unwrap();
                let _ = release.send(());
                if let Ok(reply) = calling.join().unwrap() {
                    assert_eq!(a.deduct(1), Ok(reply), "what was answered");
                }
            });
        });
    }
}

fn a_new_view_ends_calls_that_wait() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            for call in [1, 2] {
                let a = &a;
                s.spawn(move || a.deduct(call));
            }
            a.adopt(view(2, B, Some(C))).unwrap();
        });
        assert!(a.get().is_err(), "it is not primary any more");
        assert!(b.runs() <= 2);
    });
}

fn a_backup_that_hangs_delays_no_new_view() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let (release, released) = channel::bounded(1);
        b.adopt(view(1, A, Some(B))).unwrap();
        let hangs = stage::Hangs::on(&b, 1, released);
        a.replica.adopt(view(1, A, Some(B)), Some(hangs)).unwrap();
        let c = Node::new(C);
        c.adopt(view(2, A, Some(C))).unwrap();
        thread::scope(|s| {
            s.spawn(|| a.deduct(1));
            a.adopt_with(view(2, A, Some(C)), &c).unwrap();
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

fn a_transfer_that_hangs_delays_no_new_view() {
    for late in ["takes the state", "refuses it"] {
        explore(move || {
            let (a, b, c) = (Node::new(A), Node::new(B), Node::new(C));
            let (release, released) = channel::bounded(1);
            b.adopt(view(1, A, Some(B))).unwrap();
            c.adopt(view(2, A, Some(C))).unwrap();
            let hangs = stage::Hangs::on(&b, 0, released);
            thread::scope(|s| {
                s.spawn(|| a.replica.adopt(view(1, A, Some(B)), Some(hangs)));
                a.adopt_with(view(2, A, Some(C)), &c).unwrap();
                assert_eq!(a.deduct(1), left(90), "the new backup answers");
                if late == "refuses it" {
                    b.adopt(view(2, A, Some(C))).unwrap();
                }
                // Only now does the old one, if it was asked at all.
                let _ = release.send(());
            });
            let next = a.deduct(2);
            assert_eq!(next, left(80), "the old backup {late}, and that is over");
            assert_eq!(c.runs(), 2, "the new one has both");
        });
    }
}

fn replicas_that_ask_each_other() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            s.spawn(|| a.deduct(1));
            let early = b.adopt_with(view(2, B, Some(A)), &a);
            assert!(early.is_err(), "the other is in the old view");
            a.adopt(view(2, B, Some(A))).unwrap();
            b.adopt_with(view(2, B, Some(A)), &a).unwrap();
        });
        assert_eq!(b.deduct(2).map(|reply| reply.is_ok()), Ok(true));
    });
}
