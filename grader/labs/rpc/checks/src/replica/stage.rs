//! What the checks of `replica` play on: replicas that count what they execute, and the ways
//! between them.

use std::collections::VecDeque;
use std::sync::Mutex as Unseen;
use std::sync::atomic::AtomicBool;

use kit::channel::Receiver;
use kit::sync::Arc;
use kit::sync::atomic::{AtomicU64, Ordering::SeqCst};
use kit::thread::ThreadId;
use kit::{note, thread};
use rpc::machine::{Entry, Executor, Machine};
use rpc::message::{CallId, ClientId, Reply};
use rpc::replica::{Backup, Fault, Refused, Replica};
use rpc::view::{NodeId, View};
use serde_json::{Value, json};

pub(super) const A: NodeId = NodeId(1);
pub(super) const B: NodeId = NodeId(2);
pub(super) const C: NodeId = NodeId(3);

pub(super) fn view(number: u64, primary: NodeId, backup: Option<NodeId>) -> View {
    View {
        number,
        primary,
        backup,
    }
}

/// The reply that says how much is left.
pub(super) fn left(balance: i64) -> Result<Reply, Fault> {
    Ok(Ok(balance.into()))
}

/// An account that can be overdrawn. The reply to each call is what is left.
pub(super) struct Account {
    pub(super) balance: i64,
    /// How many deductions made it: executed here, or come with a state.
    pub(super) runs: Arc<AtomicU64>,
}

impl Machine for Account {
    fn apply(&mut self, method: &str, amount: &Value) -> Reply {
        if method == "Deduct" {
            self.runs.fetch_add(1, SeqCst);
            self.balance -= amount.as_i64().ok_or("no number")?;
        }
        match method {
            "Refuse" => Err(self.balance.to_string()),
            _ => Ok(self.balance.into()),
        }
    }

    fn save(&self) -> Value {
        json!([self.balance, self.runs.load(SeqCst)])
    }

    fn load(&mut self, saved: &Value) -> Result<(), String> {
        let balance = saved[0].as_i64().ok_or("no balance")?;
        let runs = saved[1].as_u64().ok_or("no runs")?;
        self.balance = balance;
        self.runs.store(runs, SeqCst);
        Ok(())
    }
}

fn call(seq: u64, seen: u64) -> Option<CallId> {
    Some(CallId {
        client: ClientId(7),
        seq,
        seen,
    })
}

/// A replica of an account with 100.
pub(super) struct Node {
    me: NodeId,
    pub(super) replica: Replica<Account>,
    runs: Arc<AtomicU64>,
}

impl Node {
    pub(super) fn new(me: NodeId) -> Arc<Node> {
        let runs = Arc::new(AtomicU64::new(0));
        let account = Account {
            balance: 100,
            runs: Arc::clone(&runs),
        };
        let replica = Replica::new(me, account);
        Arc::new(Node { me, replica, runs })
    }

    /// Takes up a view in which it needs no way to a backup.
    #[track_caller]
    pub(super) fn adopt(&self, view: View) {
        self.adopt_by(view, None);
    }

    /// Takes up a view as primary, on whose way to the backup nothing is lost.
    #[track_caller]
    pub(super) fn adopt_with(&self, view: View, backup: &Arc<Node>) {
        self.adopt_by(view, Some(Way::to(backup)));
    }

    /// Takes up a view with this way to its backup, on which messages arrive.
    #[track_caller]
    pub(super) fn adopt_by(&self, view: View, backup: Option<Arc<dyn Backup>>) {
        let (me, number) = (self.me.0, view.number);
        let adopted = self.replica.adopt(view, backup);
        let wanted = "all messages arrive, so `adopt` must succeed";
        assert_eq!(
            adopted,
            Ok(()),
            "replica {me} is given view {number}: {wanted}"
        );
    }

    /// A try of that call, which takes 10.
    pub(super) fn deduct(&self, seq: u64) -> Result<Reply, Fault> {
        self.deduct_seen(seq, 0)
    }

    /// The same, and the client has seen the replies up to `seen`.
    pub(super) fn deduct_seen(&self, seq: u64, seen: u64) -> Result<Reply, Fault> {
        self.replica.call(call(seq, seen), "Deduct", &10.into())
    }

    pub(super) fn get(&self) -> Result<Reply, Fault> {
        self.replica.call(None, "Get", &Value::Null)
    }

    /// How many deductions made its state.
    pub(super) fn runs(&self) -> u64 {
        self.runs.load(SeqCst)
    }
}

/// A is primary of view 1 and B its backup.
pub(super) fn pair() -> (Arc<Node>, Arc<Node>, Arc<Way>) {
    let (a, b) = (Node::new(A), Node::new(B));
    let way = Way::to(&b);
    b.adopt(view(1, A, Some(B)));
    a.adopt_by(view(1, A, Some(B)), Some(way.clone()));
    (a, b, way)
}

/// Hands a state to a replica, as the primary of that view would: an account with 100, and no
/// replies.
pub(super) fn install(to: &Node, view: u64, executed: u64) -> Result<(), Refused> {
    let runs = Arc::new(AtomicU64::new(0));
    let account = Account { balance: 100, runs };
    let state = Executor::new(account).save();
    to.replica.install(view, executed, &state)
}

/// Hands deductions to a replica, as the primary of that view would.
pub(super) fn replicate(to: &Node, view: u64, first: u64, calls: &[u64]) -> Result<(), Refused> {
    let entry = |&seq: &u64| Entry {
        call: call(seq, 0),
        method: "Deduct".to_owned(),
        param: 10.into(),
    };
    let entries: Vec<Entry> = calls.iter().map(entry).collect();
    to.replica.replicate(view, first, &entries)
}

/// What becomes of a message to the backup.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    RequestLost,
    ReplyLost,
}

/// A message to a backup.
#[derive(Clone)]
pub(super) enum Sent {
    Install(u64, u64, Value),
    Replicate(u64, u64, Vec<Entry>),
}

impl Sent {
    pub(super) fn deliver(&self, to: &impl Backup) -> Result<(), Refused> {
        match self {
            Sent::Install(view, executed, state) => to.install(*view, *executed, state),
            Sent::Replicate(view, first, entries) => to.replicate(*view, *first, entries),
        }
    }
}

/// The way to a backup. It loses what the check says, and keeps a copy of everything. Its locks are
/// the check's own: no step of a search.
pub(super) struct Way {
    to: Arc<Node>,
    fates: Unseen<VecDeque<Fate>>,
    tape: Unseen<Vec<Sent>>,
}

impl Way {
    pub(super) fn to(to: &Arc<Node>) -> Arc<Way> {
        Arc::new(Way {
            to: Arc::clone(to),
            fates: Unseen::default(),
            tape: Unseen::default(),
        })
    }

    /// What becomes of the next messages. Those after them arrive.
    pub(super) fn next(&self, fates: &[Fate]) {
        self.fates.lock().unwrap().extend(fates);
    }

    /// All messages so far.
    pub(super) fn tape(&self) -> Vec<Sent> {
        self.tape.lock().unwrap().clone()
    }

    fn send(&self, message: Sent) -> Result<(), Refused> {
        self.tape.lock().unwrap().push(message.clone());
        let fate = self.fates.lock().unwrap().pop_front();
        if fate == Some(Fate::RequestLost) {
            note("the message to the backup is lost");
            return Err(Refused::NoReply);
        }
        let answer = message.deliver(&self.to.replica);
        if fate == Some(Fate::ReplyLost) {
            note("the backup's answer is lost");
            return Err(Refused::NoReply);
        }
        answer
    }
}

impl Backup for Way {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.send(Sent::Install(view, executed, state.clone()))
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        self.send(Sent::Replicate(view, first, entries.to_vec()))
    }
}

/// A way on which nothing is lost or kept.
pub(super) struct Straight(Arc<Node>);

impl Straight {
    pub(super) fn to(to: &Arc<Node>) -> Arc<Straight> {
        Arc::new(Straight(Arc::clone(to)))
    }
}

impl Backup for Straight {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.0.replica.install(view, executed, state)
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        self.0.replica.replicate(view, first, entries)
    }
}

/// A way that sees who sends although its own call was confirmed to it.
pub(super) struct Attentive {
    to: Arc<Node>,
    /// Which call each thread makes.
    calls: Unseen<Vec<(ThreadId, u64)>>,
    /// The threads to which their own was confirmed.
    confirmed: Unseen<Vec<ThreadId>>,
    was_late: AtomicBool,
}

impl Attentive {
    pub(super) fn to(to: &Arc<Node>) -> Arc<Attentive> {
        Arc::new(Attentive {
            to: Arc::clone(to),
            calls: Unseen::default(),
            confirmed: Unseen::default(),
            was_late: AtomicBool::new(false),
        })
    }

    pub(super) fn this_thread_calls(&self, seq: u64) {
        let me = thread::current().id();
        self.calls.lock().unwrap().push((me, seq));
    }

    /// A thread has sent something after its own call was confirmed to it.
    pub(super) fn was_late(&self) -> bool {
        self.was_late.load(SeqCst)
    }
}

impl Backup for Attentive {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.to.replica.install(view, executed, state)
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        let me = thread::current().id();
        if self.confirmed.lock().unwrap().contains(&me) {
            note("its own call is confirmed, and it sends others");
            self.was_late.store(true, SeqCst);
        }
        self.to.replica.replicate(view, first, entries)?;
        let calls = self.calls.lock().unwrap();
        let is_mine = |call: CallId| calls.contains(&(me, call.seq));
        if entries.iter().any(|entry| entry.call.is_some_and(is_mine)) {
            self.confirmed.lock().unwrap().push(me);
        }
        Ok(())
    }
}

/// A backup that answers that many messages, and then none until it is released.
pub(super) struct Hangs {
    to: Arc<Node>,
    released: Receiver<()>,
    messages: AtomicU64,
    answers: u64,
}

impl Hangs {
    pub(super) fn on(to: &Arc<Node>, answers: u64, released: Receiver<()>) -> Arc<Hangs> {
        Arc::new(Hangs {
            to: Arc::clone(to),
            released,
            messages: AtomicU64::new(0),
            answers,
        })
    }

    fn wait(&self) {
        if self.messages.fetch_add(1, SeqCst) >= self.answers {
            let _ = self.released.recv();
        }
    }
}

impl Backup for Hangs {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.wait();
        self.to.replica.install(view, executed, state)
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        self.wait();
        self.to.replica.replicate(view, first, entries)
    }
}
