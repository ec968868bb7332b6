//! A small network that loses messages, told by the program itself: the picture is a sequence
//! diagram.
mod support;

use kit::channel::{self, Sender};
use kit::explore::{Explorer, FailureKind};
use kit::message::{Message, choose};
use kit::sync::{Arc, Mutex};
use kit::thread;

/// A request on its way, and where its reply goes.
struct Request {
    message: Message,
    reply: Sender<Message>,
}

/// At-least-once: sends again until a reply comes. The server executes whatever arrives.
fn call(server: &Sender<Request>) {
    loop {
        let (reply, replies) = channel::unbounded();
        let message = Message::sent("deduct 10");
        if choose(3) == 0 {
            message.lost();
            continue;
        }
        server.send(Request { message, reply }).unwrap();
        if let Ok(reply) = replies.recv() {
            return reply.delivered();
        }
    }
}

#[test]
fn a_lost_reply_and_a_retry_deduct_twice() {
    support::finds_with(
        Explorer::new().sampled(),
        FailureKind::Assertion,
        "a_lost_reply_and_a_retry",
        || {
            let balance = Arc::new(Mutex::new(100));
            let (to_server, requests) = channel::unbounded::<Request>();
            let account = Arc::clone(&balance);
            let server = thread::Builder::new().name("server".to_owned());
            let server = server.spawn(move || {
                for Request { message, reply } in requests {
                    message.delivered();
                    *account.lock() -= 10;
                    let answer = Message::sent("ok");
                    if choose(3) == 0 {
                        answer.lost();
                        continue;
                    }
                    let _ = reply.send(answer);
                }
            });
            let client = thread::Builder::new().name("client".to_owned());
            let client = client.spawn(move || call(&to_server)).unwrap();
            client.join().unwrap();
            server.unwrap().join().unwrap();
            assert_eq!(*balance.lock(), 90, "one call was executed more than once");
        },
    );
}
