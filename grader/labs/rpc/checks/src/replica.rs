//! Hidden checks of `replica`.
//!
//! What could block runs as a model even on one thread: there, a thread that waits for itself is a
//! deadlock with a picture, and not a check that hangs.

mod faulty;
mod model;
mod scripts;
mod stage;
mod transfer;
mod views;

use std::ops::Range;

use kit::explore::Explorer;
use kit::sync::Arc;
use kit::{explore, thread};
use rpc::machine::Entry;
use rpc::replica::{Backup, Fault, Refused, Replica};
use rpc::view::View;
use serde_json::Value;

use crate::memory;
use faulty::a_system_of_three;
use scripts::every_short_script_is_answered_rightly;
use stage::{A, Account, Attentive, B, C, Fate, Node, Straight, left, pair, view};
use transfer::{
    a_call_during_the_transfer, a_new_backup_gets_everything,
    a_transfer_that_failed_is_tried_again, a_transfer_that_hangs_delays_no_new_view,
    a_view_taken_up_twice, what_comes_before_must_be_there, what_was_not_confirmed_is_taken_back,
};
use views::{
    a_backup_that_hangs_delays_no_new_view, a_confirmation_counts_in_its_own_view,
    a_new_view_ends_calls_that_wait, an_answered_call_survives, an_old_primary_answers_nobody,
    an_old_view_changes_nothing, messages_of_another_view_are_refused, no_old_value_is_read,
    replicas_that_ask_each_other, what_was_taken_back_is_not_answered,
};

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
    who_is_answered_sends_for_nobody,
    a_lost_message_lets_nobody_wait,
    a_call_during_the_transfer,
    a_view_taken_up_twice,
    a_confirmation_counts_in_its_own_view,
    what_was_taken_back_is_not_answered,
    a_new_view_ends_calls_that_wait,
    a_backup_that_hangs_delays_no_new_view,
    a_transfer_that_hangs_delays_no_new_view,
    replicas_that_ask_each_other,
    every_short_script_is_answered_rightly,
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
        b.adopt(view(1, A, Some(B)));
        assert_eq!(b.deduct(1), Err(Fault::NotPrimary), "it is the backup");
        a.adopt(view(1, B, Some(C)));
        assert_eq!(a.deduct(1), Err(Fault::NotPrimary), "it is neither");
        assert_eq!((a.runs(), b.runs()), (0, 0), "nothing was executed");
    });
}

fn alone_it_answers_by_itself() {
    explore(|| {
        let a = Node::new(A);
        a.adopt(view(1, A, None));
        assert_eq!(
            a.deduct(1),
            left(90),
            "a primary without a backup must answer call 1: 90 are left of 100"
        );
        assert_eq!(
            a.deduct(2),
            left(80),
            "a primary without a backup must answer call 2: 80 are left"
        );
        assert_eq!(a.deduct(1), left(90), "a retry gets the first reply");
        assert_eq!(
            a.get(),
            left(80),
            "a get after two calls of 10 must find 80"
        );
        assert_eq!(a.runs(), 2, "each call ran once");
    });
}

fn the_backup_has_what_was_answered() {
    explore(|| {
        let (a, b, _) = pair();
        for (call, balance) in [(1, 90), (2, 80)] {
            assert_eq!(
                a.deduct(call),
                left(balance),
                "the backup can be reached: call {call} must be answered with what is left"
            );
            assert_eq!(b.runs(), call, "answered, and the backup has it");
        }
        b.adopt(view(2, B, None));
        assert_eq!(b.deduct(1), left(90), "a retry finds the reply there");
        assert_eq!(b.deduct(2), left(80), "a retry finds the reply there");
        assert_eq!(
            b.get(),
            left(80),
            "the new primary must have both calls: 80 are left"
        );
        assert_eq!((a.runs(), b.runs()), (2, 2), "each ran once on each");
    });
}

fn what_is_not_confirmed_is_not_answered() {
    explore(|| {
        let (a, b, way) = pair();
        for attempt in ["the call", "its retry"] {
            way.next(&[Fate::RequestLost]);
            assert_eq!(
                a.deduct(1),
                Err(Fault::Unconfirmed),
                "the backup was not reached: {attempt} must not be answered"
            );
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
        assert_eq!(
            a.deduct(3),
            left(70),
            "the backup can be reached again: call 3 comes after the other two, so 70 are left"
        );
        assert_eq!(b.runs(), 3, "three calls on the backup");
        b.adopt(view(2, B, None));
        assert_eq!(b.deduct(2), left(80), "a retry finds the reply there");
        assert_eq!(
            b.get(),
            left(70),
            "the new primary must have all three calls: 70 are left"
        );
    });

    // However many were not confirmed: with the next they all are.
    const CALLS: u64 = 700;
    let (a, b, way) = pair();
    way.next(&[Fate::RequestLost; CALLS as usize]);
    for call in 1..=CALLS {
        assert_eq!(a.deduct(call), Err(Fault::Unconfirmed), "call {call}");
    }
    assert!(
        a.deduct(CALLS + 1).is_ok(),
        "the backup can be reached again"
    );
    assert_eq!(
        (a.runs(), b.runs()),
        (CALLS + 1, CALLS + 1),
        "the backup can be reached again: both must have executed each call once"
    );
}

fn messages_that_come_again_change_nothing() {
    explore(|| {
        let (a, b, way) = pair();
        for (call, balance) in [(1, 90), (2, 80)] {
            assert_eq!(
                a.deduct(call),
                left(balance),
                "the backup can be reached: call {call} must be answered with what is left"
            );
        }
        for late in way.tape().iter().rev() {
            let _ = late.deliver(&b.replica);
        }
        assert_eq!(
            a.deduct(3),
            left(70),
            "old messages have come again: call 3 must still find 80, and leave 70"
        );
        b.adopt(view(2, B, None));
        assert_eq!(b.get(), left(70), "each call is there once");
        assert_eq!(b.deduct(2), left(80), "and so is its reply");
    });
}

fn a_forgotten_call_is_refused() {
    explore(|| {
        let (a, b, _) = pair();
        assert_eq!(
            a.deduct(1),
            left(90),
            "the first call takes 10 of 100: it must be answered with 90"
        );
        assert_eq!(
            a.deduct_seen(3, 2),
            left(80),
            "call 3 takes 10 of 90, whatever the client has seen: it must be answered with 80"
        );
        let late = Err(Fault::Forgotten);
        assert_eq!(a.deduct(2), late, "the client has let go of it");
        b.adopt(view(2, B, None));
        assert_eq!(b.deduct(2), late, "and the next primary knows it");
        assert_eq!(
            (a.runs(), b.runs()),
            (2, 2),
            "two calls were executed and the late one refused: each replica must have two runs"
        );
    });
}

/// No model: it would note every step, and that is memory, too.
fn what_was_confirmed_is_let_go() {
    let (a, b, alone) = (Node::new(A), Node::new(B), Node::new(C));
    b.adopt(view(1, A, Some(B)));
    let way = Straight::to(&b);
    a.adopt_by(view(1, A, Some(B)), Some(way));
    alone.adopt(view(1, C, None));
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

fn a_retry_waits_for_the_confirmation() {
    explore(|| {
        let (a, b, _) = pair();
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    assert_eq!(
                        a.deduct(1),
                        left(90),
                        "two tries of one call: each must be answered with the 90 of its one run"
                    );
                    assert_eq!(b.runs(), 1, "answered, and the backup has it");
                });
            }
        });
        assert_eq!(a.runs(), 1, "two tries are one call");
    });
    // Of all that wait none is forgotten, whether the backup confirms or is not reached.
    for fate in [None, Some(Fate::RequestLost), Some(Fate::ReplyLost)] {
        Explorer::new().preemptions(1).explore(move || {
            let (a, _, way) = pair();
            way.next(fate.as_slice());
            thread::scope(|s| {
                for _ in 0..2 {
                    s.spawn(|| a.deduct(1));
                }
                let _ = a.deduct(1);
            });
        });
    }
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
            b.adopt(view(2, B, None));
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

fn who_is_answered_sends_for_nobody() {
    Explorer::new().preemptions(1).explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let way = Attentive::to(&b);
        b.adopt(view(1, A, Some(B)));
        a.adopt_by(view(1, A, Some(B)), Some(way.clone()));
        thread::scope(|s| {
            let call = |seq| {
                way.this_thread_calls(seq);
                let reply = a.deduct(seq);
                assert!(reply.is_ok(), "nothing is lost: {reply:?}");
            };
            for seq in 1..=2 {
                s.spawn(move || call(seq));
            }
            call(3);
        });
        assert!(
            !way.was_late(),
            "the backup has confirmed a call to who sent it, who goes on to send those of others"
        );
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
        assert!(
            again.iter().all(Result::is_ok),
            "the backup can be reached: a retry of each call must be answered, not {again:?}"
        );
        assert_eq!((a.runs(), b.runs()), (2, 2), "each once on each");
    });
}
