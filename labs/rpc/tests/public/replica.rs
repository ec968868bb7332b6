use kit::sync::Arc;
use kit::{explore, thread};
use rpc::machine::Machine;
use rpc::message::{CallId, ClientId, Reply};
use rpc::replica::{Backup, Replica};
use rpc::view::{NodeId, ViewService};
use serde_json::Value;

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
        first.adopt(views.view(), None).unwrap();
        let view = views.join(b);
        second.adopt(view, None).unwrap();
        first
            .adopt(view, Some(Arc::clone(&second) as Arc<dyn Backup>))
            .unwrap();
        views.ready(a, view.number);
        thread::scope(|s| {
            let calling = s.spawn(|| first.call(call(7, 1), "Deduct", &10.into()));
            second.adopt(views.failed(a), None).unwrap();
            let answered = calling.join().unwrap();
            let again = second.call(call(7, 1), "Deduct", &10.into()).unwrap();
            assert_eq!(again, Ok(90.into()));
            if let Ok(reply) = answered {
                assert_eq!(reply, again);
            }
        });
    });
}
