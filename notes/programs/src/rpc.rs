//! The traps of the page on remote procedure calls, in its order.
use crate::{Trap, traps};
use kit::channel::{self, Sender};
use kit::collections::HashMap;
use kit::explore::Explorer;
use kit::message::{Message, choose};
use kit::sync::atomic::{AtomicU32, Ordering::SeqCst};
use kit::sync::{Condvar, Mutex};
use kit::{explore, note, thread};

/// A request on its way, and where its reply goes.
struct Request {
    message: Message,
    reply: Sender<Message>,
}

fn call(server: &Sender<Request>) {
    loop {
        let (reply, replies) = channel::bounded(1);
        let message = Message::sent("deduct 10");
        server.send(Request { message, reply }).unwrap();
        if let Ok(reply) = replies.recv() {
            return reply.delivered();
        }
    }
}

fn serve(requests: channel::Receiver<Request>, balance: &Mutex<u32>) {
    for Request { message, reply } in requests {
        message.delivered();
        *balance.lock() -= 10;
        let answer = Message::sent("ok");
        if choose(2) == 0 {
            answer.lost();
        } else {
            reply.send(answer).unwrap();
        }
    }
}

fn a_lost_reply_is_no_lost_request() {
    Explorer::new().sampled().explore(|| {
        let balance = Mutex::new(100);
        let (to_server, requests) = channel::bounded(1);
        thread::scope(|s| {
            s.spawn(|| serve(requests, &balance));
            call(&to_server);
            drop(to_server);
        });
        assert_eq!(*balance.lock(), 90, "one call was executed more than once");
    });
}

#[derive(Default)]
struct Seen {
    replies: Mutex<HashMap<u64, u32>>,
}

impl Seen {
    fn call(&self, xid: u64, handler: impl FnOnce() -> u32) -> u32 {
        if let Some(reply) = self.replies.lock().get(&xid) {
            return *reply;
        }
        let reply = handler();
        self.replies.lock().insert(xid, reply);
        reply
    }
}

fn a_retry_beside_the_original() {
    explore(|| {
        let seen = Seen::default();
        let balance = AtomicU32::new(100);
        let deduct = || {
            note("deduct 10");
            balance.fetch_sub(10, SeqCst)
        };
        thread::scope(|s| {
            s.spawn(|| seen.call(1, deduct));
            seen.call(1, deduct);
        });
        assert_eq!(balance.load(SeqCst), 90, "one call was executed twice");
    });
}

#[derive(Default)]
struct OneBigLock {
    replies: Mutex<HashMap<u64, u32>>,
}

impl OneBigLock {
    fn call(&self, xid: u64, handler: impl FnOnce() -> u32) -> u32 {
        let mut replies = self.replies.lock();
        *replies.entry(xid).or_insert_with(handler)
    }
}

fn a_call_that_waits_for_another() {
    explore(|| {
        let server = OneBigLock::default();
        let (tell, told) = channel::bounded(1);
        thread::scope(|s| {
            s.spawn(|| server.call(1, || told.recv().unwrap()));
            server.call(2, || {
                tell.send(7).unwrap();
                0
            });
        });
    });
}

#[derive(Default)]
struct Pending {
    calls: Mutex<HashMap<u64, Option<u32>>>,
    finished: Condvar,
}

impl Pending {
    fn retry(&self, xid: u64, handler: impl FnOnce() -> u32) -> u32 {
        let mut calls = self.calls.lock();
        if let Some(Some(reply)) = calls.get(&xid) {
            return *reply;
        }
        if calls.contains_key(&xid) {
            self.finished.wait(&mut calls);
            return calls[&xid].unwrap();
        }
        calls.insert(xid, None);
        drop(calls);
        let reply = handler();
        self.calls.lock().insert(xid, Some(reply));
        self.finished.notify_all();
        reply
    }
}

fn woken_by_another_call() {
    explore(|| {
        let server = Pending::default();
        thread::scope(|s| {
            s.spawn(|| server.retry(1, || 1));
            s.spawn(|| server.retry(2, || 2));
            assert_eq!(server.retry(1, || 1), 1);
        });
    });
}

/// A register whose puts wait for the disk, and whose gets do not.
struct Register {
    value: Mutex<u32>,
    on_disk: Mutex<u32>,
}

impl Register {
    fn put(&self, value: u32) {
        *self.value.lock() = value;
        *self.on_disk.lock() = value;
    }

    fn get(&self) -> u32 {
        *self.value.lock()
    }
}

fn a_read_of_what_can_be_lost() {
    explore(|| {
        let register = Register {
            value: Mutex::new(0),
            on_disk: Mutex::new(0),
        };
        thread::scope(|s| {
            s.spawn(|| register.put(1));
            let told = register.get();
            note("crash");
            let found = *register.on_disk.lock();
            assert!(
                told <= found,
                "told {told}, and after a crash it is {found}"
            );
        });
    });
}

/// A replica that reads alone what it has, and a partition that it does not know of.
struct Replica {
    balance: Mutex<u32>,
}

impl Replica {
    fn get(&self) -> u32 {
        *self.balance.lock()
    }

    fn deduct(&self, amount: u32) {
        *self.balance.lock() -= amount;
    }
}

fn two_primaries() {
    explore(|| {
        let old_primary = Replica {
            balance: Mutex::new(100),
        };
        let new_primary = Replica {
            balance: Mutex::new(100),
        };
        let deducted = AtomicU32::new(0);
        thread::scope(|s| {
            s.spawn(|| {
                note("the old primary is cut off: a new view");
                note("the new primary takes 10");
                new_primary.deduct(10);
                deducted.store(10, SeqCst);
            });
            let before = deducted.load(SeqCst);
            let balance = old_primary.get();
            note(&format!("the old primary reads {balance}"));
            assert_eq!(balance + before, 100, "10 were taken, and are there");
        });
    });
}

pub(crate) const TRAPS: &[Trap] = traps![
    a_lost_reply_is_no_lost_request,
    a_retry_beside_the_original,
    a_call_that_waits_for_another,
    woken_by_another_call,
    a_read_of_what_can_be_lost,
    two_primaries,
];
