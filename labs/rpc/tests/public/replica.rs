//! Public tests of `replica`, and of the view service that it is given.

use kit::sync::Arc;
use kit::{explore, thread};
use rpc::machine::{Entry, Machine};
use rpc::message::{CallId, ClientId, Reply};
use rpc::replica::{Backup, Fault, Refused, Replica};
use rpc::view::{NodeId, View, ViewService};
use serde_json::Value;

rules::test!("src/replica.rs");

struct Account(i64);

impl Machine for Account {
    fn apply(&mut self, _method: &str, amount: &Value) -> Reply {
        self.0 -= amount.as_i64().ok_or("no number")?;
        Ok(self.0.into())
    }

    fn save(&self) -> Value {
        self.0.into()
    }

    fn load(&mut self, saved: &Value) -> Result<(), String> {
        self.0 = saved.as_i64().ok_or("no number")?;
        Ok(())
    }
}

fn call(client: u128, seq: u64) -> Option<CallId> {
    Some(CallId {
        client: ClientId(client),
        seq,
        seen: seq - 1,
    })
}

#[test]
fn a_call_that_was_answered_survives_the_primary() {
    explore(|| {
        let (a, b) = (NodeId(1), NodeId(2));
        let views = ViewService::new(a);
        let first = Replica::new(a, Account(100));
        let second = Arc::new(Replica::new(b, Account(100)));
        first
            .adopt(views.view(), None)
            .expect("view 1 has no backup: taking it up must succeed");
        let view = views.join(b);
        second
            .adopt(view, None)
            .expect("a backup has nobody to bring up to date: taking the view up must succeed");
        first
            .adopt(view, Some(Arc::clone(&second) as Arc<dyn Backup>))
            .expect("the backup can be reached: taking the view up must succeed");
        views.ready(a, view.number);
        thread::scope(|s| {
            let calling = s.spawn(|| first.call(call(7, 1), "Deduct", &10.into()));
            second
                .adopt(views.failed(a), None)
                .expect("the new primary is alone: taking the view up must succeed");
            let answered = calling.join().unwrap();
            let again = second
                .call(call(7, 1), "Deduct", &10.into())
                .expect("the new primary is alone: it must answer");
            assert_eq!(
                again,
                Ok(90.into()),
                "the call takes 10 of 100, once: 90 must be left"
            );
            if let Ok(reply) = answered {
                assert_eq!(
                    reply, again,
                    "the old primary has answered: the new one must give a retry the same reply"
                );
            }
        });
    });
}

/// A way to a backup on which every message is lost.
struct CutOff;

impl Backup for CutOff {
    fn install(&self, _: u64, _: u64, _: &Value) -> Result<(), Refused> {
        Err(Refused::NoReply)
    }

    fn replicate(&self, _: u64, _: u64, _: &[Entry]) -> Result<(), Refused> {
        Err(Refused::NoReply)
    }
}

#[test]
fn a_primary_alone_executes_each_call_once() {
    explore(|| {
        let a = NodeId(1);
        let only = Replica::new(a, Account(100));
        let refused = only.call(call(7, 1), "Deduct", &10.into());
        assert_eq!(refused, Err(Fault::NotPrimary), "it is in no view yet");
        only.adopt(ViewService::new(a).view(), None)
            .expect("the primary is alone: taking the view up must succeed");
        for _ in 0..2 {
            let reply = only.call(call(7, 1), "Deduct", &10.into());
            assert_eq!(reply, Ok(Ok(90.into())), "a retry gets the first reply");
        }
    });
}

#[test]
fn a_primary_whose_backup_has_nothing_answers_nobody() {
    explore(|| {
        let (a, b) = (NodeId(1), NodeId(2));
        let view = View {
            number: 1,
            primary: a,
            backup: Some(b),
        };
        let first = Replica::new(a, Account(100));
        let adopted = first.adopt(view, Some(Arc::new(CutOff)));
        assert_eq!(
            adopted,
            Err(Refused::NoReply),
            "no message reaches the backup: `adopt` must say so"
        );
        assert!(
            first.call(call(7, 1), "Deduct", &10.into()).is_err(),
            "the backup has no state: the primary must not answer"
        );
    });
}

#[test]
fn an_old_primary_answers_nobody() {
    explore(|| {
        let (a, b) = (NodeId(1), NodeId(2));
        let view = |number, primary, backup| View {
            number,
            primary,
            backup,
        };
        let first = Replica::new(a, Account(100));
        let second = Arc::new(Replica::new(b, Account(100)));
        second
            .adopt(view(1, a, Some(b)), None)
            .expect("a backup has nobody to bring up to date: taking the view up must succeed");
        let way = Arc::clone(&second) as Arc<dyn Backup>;
        first
            .adopt(view(1, a, Some(b)), Some(way))
            .expect("the backup can be reached: taking the view up must succeed");
        let reply = first.call(call(7, 1), "Deduct", &10.into());
        assert_eq!(
            reply,
            Ok(Ok(90.into())),
            "the backup can be reached: the call must be answered with what is left"
        );
        second
            .adopt(view(2, b, None), None)
            .expect("the new primary is alone: taking the view up must succeed");
        // It is cut off from the view service, and does not know.
        assert!(first.call(None, "Deduct", &0.into()).is_err(), "a look");
        let next = first.call(call(7, 2), "Deduct", &10.into());
        assert!(next.is_err(), "a call");
        let retry = first.call(call(7, 2), "Deduct", &10.into());
        assert!(retry.is_err(), "its retry, for which it has a reply");
    });
}

#[test]
fn the_view_service_makes_nobody_primary_that_could_lack_something() {
    let (a, b, c) = (NodeId(1), NodeId(2), NodeId(3));
    let views = ViewService::new(a);
    let with_b = views.join(b);
    assert_eq!(
        (with_b.primary, with_b.backup),
        (a, Some(b)),
        "a backup has joined: the primary must stay and have it"
    );
    assert_eq!(views.failed(a), with_b, "the backup may have nothing yet");
    assert_eq!(views.join(a), with_b, "it was only cut off");
    views.join(c);
    let with_c = views.failed(b);
    assert_eq!(
        (with_c.primary, with_c.backup),
        (a, Some(c)),
        "the backup has failed: the primary must stay and have the next one"
    );
    views.ready(a, with_b.number);
    assert_eq!(views.failed(a), with_c, "ready was an older view");
    let next = views.ready(a, with_c.number);
    assert_eq!(
        (next.primary, next.backup),
        (c, None),
        "the primary has failed and its backup had everything: it must be primary"
    );
    assert_eq!(views.failed(c), next, "nobody else has everything");
}
