//! What a new backup gets, and when its primary may rest on it.

use kit::{channel, explore, thread};
use rpc::replica::{Fault, Refused};

use super::stage::{A, B, C, Fate, Hangs, Node, Way, install, left, pair, replicate, view};

pub(super) fn a_new_backup_gets_everything() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        a.adopt(view(1, A, None));
        assert_eq!(
            a.deduct(1),
            left(90),
            "a primary without a backup must answer call 1: 90 are left of 100"
        );
        b.adopt(view(2, A, Some(B)));
        a.adopt_with(view(2, A, Some(B)), &b);
        assert_eq!(
            a.deduct(2),
            left(80),
            "the backup has the state now: call 2 must be answered with 80"
        );
        b.adopt(view(3, B, None));
        assert_eq!(b.get(), left(80), "the data is there");
        assert_eq!(b.deduct(1), left(90), "so are the replies");
        assert_eq!(
            b.deduct(3),
            left(70),
            "the new primary goes on from 80: call 3 must be answered with 70"
        );
    });
}

pub(super) fn a_transfer_that_failed_is_tried_again() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let way = Way::to(&b);
        let adopt = || a.replica.adopt(view(1, A, Some(B)), Some(way.clone()));
        b.adopt(view(1, A, Some(B)));
        for fate in [Fate::RequestLost, Fate::ReplyLost] {
            way.next(&[fate]);
            assert_eq!(
                adopt(),
                Err(Refused::NoReply),
                "the transfer got no reply: `adopt` must say so"
            );
            let reply = a.deduct(1);
            assert!(reply.is_err(), "the backup is not known to have anything");
        }
        adopt().expect("nothing is lost now");
        assert_eq!(
            a.deduct(1),
            left(90),
            "the transfer has succeeded: call 1 must be answered with 90, having run once"
        );
        assert_eq!(
            b.runs(),
            1,
            "the transfer has succeeded and one call was answered: the backup must have it, once"
        );
    });
}

pub(super) fn what_comes_before_must_be_there() {
    explore(|| {
        let (b, c) = (Node::new(B), Node::new(C));
        let refused = Err(Refused::NotBackup);
        b.adopt(view(1, A, Some(B)));
        let nothing = replicate(&b, 1, 0, &[1]);
        assert_eq!(nothing, refused, "it has no state yet");
        c.adopt(view(1, A, Some(C)));
        install(&c, 1, 0).expect("it is the backup");
        let gap = replicate(&c, 1, 1, &[2]);
        assert_eq!(gap, refused, "call 0 has not come");
        for first in [1 << 32, u64::MAX] {
            let gap = replicate(&c, 1, first, &[2]);
            assert_eq!(gap, refused, "a large number of calls have not come");
        }
        assert_eq!(
            replicate(&c, 1, 0, &[1]),
            Ok(()),
            "the next call in order, from the primary of its view: the backup must take it"
        );
        assert_eq!(
            replicate(&c, 1, 0, &[1, 2]),
            Ok(()),
            "call 0 comes again, with the next one: the backup must take the message"
        );
        c.adopt(view(3, A, Some(C)));
        let nothing = replicate(&c, 3, 2, &[3]);
        assert_eq!(nothing, refused, "it has no state of this view's primary");
        assert_eq!((b.runs(), c.runs()), (0, 2), "two calls, each once");
    });
}

pub(super) fn what_was_not_confirmed_is_taken_back() {
    explore(|| {
        let (a, b, way) = pair();
        way.next(&[Fate::RequestLost, Fate::RequestLost]);
        assert_eq!(
            a.deduct(1),
            Err(Fault::Unconfirmed),
            "the backup was not reached: call 1 must not be answered"
        );
        assert_eq!(
            a.deduct(2),
            Err(Fault::Unconfirmed),
            "the backup was not reached: call 2 must not be answered"
        );
        b.adopt(view(2, B, None));
        assert_eq!(b.deduct(2), left(90), "the first call that was answered");
        a.adopt(view(3, B, Some(A)));
        b.adopt_with(view(3, B, Some(A)), &a);
        a.adopt(view(4, A, None));
        assert_eq!(a.get(), left(90), "what the view before had");
        assert_eq!(a.deduct(2), left(90), "with the replies that were given");
        assert_eq!(a.deduct(1), left(80), "call 1 is new again");
    });
}

pub(super) fn a_call_during_the_transfer() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        a.adopt(view(1, A, None));
        b.adopt(view(2, A, Some(B)));
        thread::scope(|s| {
            s.spawn(|| a.adopt_with(view(2, A, Some(B)), &b));
            let answered = a.deduct(1);
            assert!(
                answered.is_err() || answered == left(90),
                "during the transfer the call must fail or be answered with 90, not {answered:?}"
            );
        });
        let again = a.deduct(1);
        assert_eq!(again, left(90), "answered before, or new now");
        b.adopt(view(3, B, None));
        assert_eq!(b.deduct(1), again, "and the backup has it");
        assert_eq!(
            b.get(),
            left(90),
            "the call ran once, with a retry: 90 must be left on the new primary"
        );
    });
}

pub(super) fn a_view_taken_up_twice() {
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        b.adopt(view(1, A, Some(B)));
        thread::scope(|s| {
            s.spawn(|| a.adopt_with(view(1, A, Some(B)), &b));
            a.adopt_with(view(1, A, Some(B)), &b);
            assert_eq!(
                a.deduct(1),
                left(90),
                "the view was taken up, and the backup has the state: the call must be answered"
            );
        });
        b.adopt(view(2, B, None));
        assert_eq!(b.deduct(1), left(90), "the second state came late");
        assert_eq!(
            b.get(),
            left(90),
            "the call ran once: 90 must be left on the new primary"
        );
    });
    explore(|| {
        let (a, b) = (Node::new(A), Node::new(B));
        let way = Way::to(&b);
        b.adopt(view(1, A, Some(B)));
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

pub(super) fn a_transfer_that_hangs_delays_no_new_view() {
    for late in ["takes the state", "refuses it"] {
        explore(move || {
            let (a, b, c) = (Node::new(A), Node::new(B), Node::new(C));
            let (release, released) = channel::bounded(1);
            b.adopt(view(1, A, Some(B)));
            c.adopt(view(2, A, Some(C)));
            let hangs = Hangs::on(&b, 0, released);
            thread::scope(|s| {
                s.spawn(|| a.replica.adopt(view(1, A, Some(B)), Some(hangs)));
                a.adopt_with(view(2, A, Some(C)), &c);
                assert_eq!(a.deduct(1), left(90), "the new backup answers");
                if late == "refuses it" {
                    b.adopt(view(2, A, Some(C)));
                }
                // Only now does the old one, if it was asked at all.
                let _ = release.send(());
            });
            let next = a.deduct(2);
            assert_eq!(next, left(80), "the old backup {late}, and that is over");
            assert_eq!(c.runs(), 2, "the new one has both");
        });
    }
    a_late_transfer_gives_no_role_in_the_next_view();
}

fn a_late_transfer_gives_no_role_in_the_next_view() {
    // The old backup takes the state while the new one has not got it.
    explore(|| {
        let (a, b, c) = (Node::new(A), Node::new(B), Node::new(C));
        let [(old, released), (new, new_released)] = [1, 2].map(|_| channel::bounded::<()>(1));
        b.adopt(view(1, A, Some(B)));
        c.adopt(view(2, A, Some(C)));
        let (to_b, to_c) = (Hangs::on(&b, 0, released), Hangs::on(&c, 0, new_released));
        thread::scope(|s| {
            s.spawn(|| a.replica.adopt(view(1, A, Some(B)), Some(to_b)));
            s.spawn(|| a.adopt_by(view(2, A, Some(C)), Some(to_c)));
            drop(old);
            drop(new);
        });
        assert_eq!(a.deduct(1), left(90), "the new backup has the state");
        assert_eq!(c.runs(), 1, "and the call");
    });

    // In the next view this replica is nobody, or the backup.
    for backup in [None, Some(A)] {
        explore(move || {
            let (a, b) = (Node::new(A), Node::new(B));
            let (release, released) = channel::bounded::<()>(1);
            b.adopt(view(1, A, Some(B)));
            let hangs = Hangs::on(&b, 0, released);
            thread::scope(|s| {
                s.spawn(|| a.replica.adopt(view(1, A, Some(B)), Some(hangs)));
                a.adopt(view(2, B, backup));
                drop(release);
            });
            assert_eq!(a.deduct(1), Err(Fault::NotPrimary), "it knows the new view");
            assert_eq!(a.runs(), 0, "nothing was executed");
        });
    }
}
