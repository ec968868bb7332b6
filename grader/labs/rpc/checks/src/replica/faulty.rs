//! A whole system: three replicas and two clients on a network that loses, repeats and delays, a
//! partition, and a crash.

use kit::channel;
use kit::linearizability::{self, Recorder, Specification};
use kit::net::{Connection, Faults, Network, Node};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicU64, Ordering::SeqCst};
use kit::time::Duration;
use kit::{seeds, thread};
use rpc::machine::Entry;
use rpc::message::{CallId, ClientId};
use rpc::replica::{Backup, Refused, Replica};
use rpc::view::{NodeId, View, ViewService};
use serde_json::{Value, json};

use super::stage::{A, Account, B, C};

const FAULTS: Faults = Faults::none()
    .lose_requests(2)
    .lose_replies(2)
    .repeat(10)
    .delay(5, Duration::from_millis(1));
/// How long a node waits for an answer. If it is there later, the question was asked once more in
/// vain.
const PATIENCE: Duration = Duration::from_millis(2);
const CALLS: u64 = 3;

/// What a single account would answer.
struct OneAccount;

impl Specification for OneAccount {
    type State = i64;
    type Call = i64;
    type Reply = i64;
    type Part = ();

    fn part(_: &i64) {}

    /// A deduction, or with 0 a look.
    fn apply(balance: &mut i64, amount: &i64) -> i64 {
        *balance -= amount;
        *balance
    }
}

fn name(node: NodeId) -> &'static str {
    ["a", "b", "c"][node.0 as usize - 1]
}

/// Asks another node over a connection of its own. `None` if no answer came.
fn ask(from: &Node, to: &str, question: &Value) -> Option<Value> {
    let connection = Arc::new(from.connect(to).ok()?);
    let (tell, told) = channel::bounded(1);
    let reads = Arc::clone(&connection);
    let reader = thread::spawn(move || {
        if let Ok(Some(answer)) = reads.receive() {
            let _ = tell.send(answer);
        }
    });
    let sent = connection.send(question.to_string().as_bytes());
    let answer = sent.ok().and_then(|()| told.recv_timeout(PATIENCE).ok());
    connection.close();
    reader.join().unwrap();
    serde_json::from_slice(&answer?).ok()
}

/// The way from one replica to another.
struct Peer {
    from: Node,
    to: &'static str,
}

impl Peer {
    fn ask(&self, question: &Value) -> Result<(), Refused> {
        match ask(&self.from, self.to, question) {
            Some(Value::Bool(true)) => Ok(()),
            Some(_) => Err(Refused::NotBackup),
            None => Err(Refused::NoReply),
        }
    }
}

impl Backup for Peer {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.ask(&json!({ "install": [view, executed, state] }))
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        self.ask(&json!({ "replicate": [view, first, entries] }))
    }
}

/// Answers what comes over one connection.
fn serve(replica: &Replica<Account>, connection: &Connection) {
    while let Ok(Some(frame)) = connection.receive() {
        let question: Value = serde_json::from_slice(&frame).unwrap();
        let answer = if let Some([view, executed, state]) = parts(&question["install"]) {
            let [view, executed] = [view, executed].map(number);
            json!(replica.install(view, executed, state).is_ok())
        } else if let Some([view, first, entries]) = parts(&question["replicate"]) {
            let entries: Vec<Entry> = serde_json::from_value(entries.clone()).unwrap();
            let [view, first] = [view, first].map(number);
            json!(replica.replicate(view, first, &entries).is_ok())
        } else {
            let call: CallId = serde_json::from_value(question["call"].clone()).unwrap();
            let reply = replica.call(Some(call), "Deduct", &question["amount"]);
            json!(reply.ok().and_then(Result::ok))
        };
        let _ = connection.send(answer.to_string().as_bytes());
    }
}

fn parts(question: &Value) -> Option<[&Value; 3]> {
    let [one, two, three] = question.as_array()?.as_slice() else {
        return None;
    };
    Some([one, two, three])
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Three replicas, of which the first view's primary is A.
struct System {
    network: Network,
    views: ViewService,
    replicas: [Arc<Replica<Account>>; 3],
}

impl System {
    fn new() -> System {
        let replica = |me| {
            let account = Account {
                balance: 0,
                runs: Arc::new(AtomicU64::new(0)),
            };
            Arc::new(Replica::new(me, account))
        };
        System {
            network: Network::new(FAULTS),
            views: ViewService::new(A),
            replicas: [A, B, C].map(replica),
        }
    }

    /// Tells that view to those of its members, and to its primary until the backup is up to date.
    fn take_up(&self, view: View) {
        let adopt = |node: NodeId, backup| self.replicas[node.0 as usize - 1].adopt(view, backup);
        let peer = |to| -> Arc<dyn Backup> {
            let from = self.network.node(name(view.primary));
            Arc::new(Peer { from, to: name(to) })
        };
        if let Some(backup) = view.backup {
            adopt(backup, None).expect("a backup has nobody to bring up to date");
        }
        while adopt(view.primary, view.backup.map(peer)).is_err() {}
        self.views.ready(view.primary, view.number);
    }

    /// What a client does: asks one replica after the other until one answers.
    fn call(&self, client: usize, call: CallId, amount: i64) -> i64 {
        let from = self.network.node(["left", "right"][client]);
        let question = json!({ "call": call, "amount": amount });
        let mut replicas = ["a", "b", "c"].into_iter().cycle();
        let mut answers = replicas.by_ref().map(|to| ask(&from, to, &question));
        let answer = answers.find_map(|answer| answer?.as_i64());
        answer.expect("the replicas come round and round")
    }

    /// What happens to the machines while the clients call. `called` says that a call was answered.
    fn change(&self, called: &channel::Receiver<()>) {
        self.take_up(self.views.join(B));
        self.views.join(C);
        let _ = called.recv();
        // A goes on for a client that sees it alone, and does not know that it is cut off.
        self.network.isolate(&["a", "left"]);
        self.take_up(self.views.failed(A));
        let _ = called.recv();
        self.network.heal();
        self.views.join(A);
        let _ = called.recv();
        self.network.crash("b");
        self.take_up(self.views.failed(B));
    }
}

pub(super) fn a_system_of_three() {
    seeds(60, |_| {
        let system = System::new();
        let (history, answered) = (Recorder::new(), AtomicU64::new(0));
        let (tell, called) = channel::unbounded();
        thread::scope(|s| {
            for (node, replica) in [A, B, C].into_iter().zip(&system.replicas) {
                let listener = system.network.node(name(node)).listen().unwrap();
                s.spawn(move || {
                    while let Ok(connection) = listener.accept() {
                        let replica = Arc::clone(replica);
                        thread::spawn(move || serve(&replica, &connection));
                    }
                });
            }
            system.take_up(system.views.view());
            let clients = [0, 1].map(|client| {
                let (system, history, answered, tell) =
                    (&system, &history, &answered, tell.clone());
                s.spawn(move || {
                    for seq in 1..=CALLS {
                        let amount = [0, 10][(seq % 2) as usize];
                        let begun = history.begin(client, amount);
                        let id = CallId {
                            client: ClientId(client as u128),
                            seq,
                            seen: seq - 1,
                        };
                        history.end(begun, system.call(client, id, amount));
                        answered.fetch_add(1, SeqCst);
                        let _ = tell.send(());
                    }
                })
            });
            drop(tell);
            system.change(&called);
            for client in clients {
                client.join().unwrap();
            }
            for node in ["a", "b", "c"] {
                system.network.node(node).stop_listening();
            }
        });
        let history = history.take();
        assert_eq!(answered.load(SeqCst), 2 * CALLS, "every call was answered");
        if let Err(misfit) = linearizability::check::<OneAccount>(&history) {
            panic!("no single account answers so:\n{misfit}");
        }
    });
}
