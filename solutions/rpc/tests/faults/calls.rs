//! A client alone: one connection, no retries.

use std::sync::Mutex as Plain;

use kit::sync::Arc;
use kit::sync::atomic::{AtomicU64, Ordering::SeqCst};
use kit::thread;
use rpc::client::Client;
use rpc::link::Link;
use rpc::message::CallError;
use rpc::server::Server;
use serde_json::{Value, json};

use crate::stack::{PATIENCE, SERVER};
use crate::{Fault, drawing};

/// Calls `Echo` on one connection.
pub(crate) type Calls = Box<dyn Fn(&Value) -> Result<Value, CallError> + Sync>;

/// Makes a client.
pub(crate) type MakeClient = fn(Arc<dyn Link>) -> Calls;

pub(crate) const OURS: MakeClient = |link| {
    let client = Client::new(link, Some(PATIENCE));
    Box::new(move |asked| client.call("Echo", asked, None))
};

/// One connection, three threads, no retries.
pub(crate) fn calls_end(fault: Fault, seed: u64, make: MakeClient) -> u64 {
    let network = drawing::network(seed, fault.of_frames(20));
    if fault == Fault::Crash {
        network.crash_instead_of_frame(SERVER, 1 + seed % 10);
    }
    let trouble = fault.trouble(&network, seed);
    let listener = network.node(SERVER).listen().unwrap();
    let mut server = Server::new();
    server.register("Echo", |request| Ok(request.param().clone()));
    let unanswered = AtomicU64::new(0);
    // The first reply that is wrong. A panic would not be heard outside of the scope.
    let wrong: Plain<Option<(String, [Value; 2])>> = Plain::default();
    thread::scope(|scope| {
        scope.spawn(|| server.serve(&listener.accept().unwrap()));
        let link = network.node("client").connect(SERVER).unwrap();
        let client = make(Arc::new(link));
        thread::scope(|scope| {
            for caller in 1..=3 {
                let (client, trouble, unanswered) = (&client, &trouble, &unanswered);
                let wrong = &wrong;
                scope.spawn(move || {
                    for number in 1..=6 {
                        trouble.one_more();
                        let asked = json!(10 * caller + number);
                        let (found, reply) = match client(&asked) {
                            Ok(reply) if reply == asked => continue,
                            Err(CallError::TimedOut | CallError::Lost) => {
                                unanswered.fetch_add(1, SeqCst);
                                continue;
                            }
                            Ok(reply) => ("got the reply to another call".to_owned(), reply),
                            Err(CallError::Refused(why)) => (why, Value::Null),
                        };
                        let mut wrong = wrong.lock().unwrap();
                        wrong.get_or_insert((format!("Echo {asked}: {found}"), [asked, reply]));
                    }
                });
            }
        });
        trouble.end();
    });
    if let Some((why, calls)) = wrong.into_inner().unwrap() {
        let about = calls.map(|call| format!(" {call}"));
        let wanted = |text: &str| about.iter().any(|call| text.ends_with(call));
        drawing::fail(&network, &why, wanted);
    }
    unanswered.into_inner()
}
