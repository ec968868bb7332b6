//! Three replicas on the simulated network, of which two serve; twice the view service takes the
//! primary for dead.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use kit::net::Network;
use kit::sync::Arc;
use kit::thread;
use rpc::dial::Dial;
use rpc::kv::Store;
use rpc::link::Link;
use rpc::machine::Entry;
use rpc::message::{CallError, Reply, Request};
use rpc::replica::{Backup, Fault as Unanswered, Refused, Replica};
use rpc::retry::Caller;
use rpc::server::Server;
use rpc::view::{NodeId, View, ViewService};
use serde_json::{Value, json};

use crate::drawing;
use crate::stack::{self, Clients, ELSEWHERE, PATIENCE, Servers, Trouble};
use crate::{Fault, METHODS};

const NAMES: [&str; 3] = ["a", "b", "c"];
const A: NodeId = NodeId(1);
const B: NodeId = NodeId(2);
const C: NodeId = NodeId(3);
const INSTALL: &str = "Replica.Install";
const REPLICATE: &str = "Replica.Replicate";

fn name(node: NodeId) -> &'static str {
    NAMES[node.0 as usize - 1]
}

/// The way from a primary to its backup.
pub(crate) struct Peer(Dial);

impl Peer {
    fn ask(&self, method: &str, param: &Value) -> Result<(), Refused> {
        match self.0.call(method, param, None) {
            Ok(_) => Ok(()),
            Err(CallError::Refused(_)) => Err(Refused::NotBackup),
            Err(CallError::TimedOut | CallError::Lost) => Err(Refused::NoReply),
        }
    }
}

impl Backup for Peer {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        let param = json!({ "view": view, "executed": executed, "state": state });
        self.ask(INSTALL, &param)
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        let param = json!({ "view": view, "first": first, "entries": entries });
        self.ask(REPLICATE, &param)
    }
}

/// Makes a primary's way to its backup.
type MakeWay = fn(Peer) -> Arc<dyn Backup>;

struct System {
    network: Network,
    views: ViewService,
    replicas: [Arc<Replica<Store>>; 3],
    make: MakeWay,
}

impl System {
    fn replica(&self, node: NodeId) -> &Arc<Replica<Store>> {
        &self.replicas[node.0 as usize - 1]
    }

    /// Tells a view to its backup, and to its primary until the backup is up to date.
    fn take_up(&self, view: View) {
        let adopt = |node: NodeId, way| self.replica(node).adopt(view, way);
        if let Some(backup) = view.backup {
            adopt(backup, None).expect("a backup has nobody to bring up to date");
        }
        let way = || {
            let (from, to) = (self.network.node(name(view.primary)), name(view.backup?));
            let connect = move || Ok(Arc::new(from.connect(to)?) as Arc<dyn Link>);
            // Less than a client waits, or none would hear what a primary makes of silence.
            let patience = PATIENCE / 2;
            Some((self.make)(Peer(Dial::new(connect, patience))))
        };
        while adopt(view.primary, way()).is_err() {}
        self.views.ready(view.primary, view.number);
    }

    /// A is gone, or only seems to be.
    fn begin(&self, fault: Fault) {
        match fault {
            // A goes on for a client that sees it alone, and neither knows that it is cut off.
            Fault::Partition => self.network.isolate(&[name(A), "client 1"]),
            Fault::Pause => self.network.pause(name(A)),
            Fault::Crash => self.network.crash(name(A)),
            _ => {}
        }
        self.take_up(self.views.failed(A));
    }

    /// A is back, unless it is dead for good, and gets everything anew: B is gone.
    fn end(&self, fault: Fault) {
        match fault {
            Fault::Partition => self.network.heal(),
            Fault::Pause => self.network.resume(name(A)),
            Fault::Crash => self.network.crash(name(B)),
            _ => {}
        }
        if fault != Fault::Crash {
            self.views.join(A);
        }
        self.take_up(self.views.failed(B));
    }

    fn handle(&self, node: NodeId, request: &Request) -> Reply {
        let replica = self.replica(node);
        match replica.call(request.call, &request.method, request.param()) {
            Ok(reply) => reply,
            Err(Unanswered::NotPrimary | Unanswered::Unconfirmed) => Err(ELSEWHERE.to_owned()),
            Err(Unanswered::Forgotten) => Err(Unanswered::Forgotten.to_string()),
        }
    }

    fn server(self: &Arc<Self>, node: NodeId) -> Server {
        let mut server = Server::new();
        for method in METHODS {
            let system = Arc::clone(self);
            server.register(method, move |request| system.handle(node, request));
        }
        let backup = Arc::clone(self.replica(node));
        server.register(INSTALL, move |request| {
            let param = request.param();
            let [view, executed] = ["view", "executed"].map(|key| number(&param[key]));
            told(backup.install(view, executed, &param["state"]))
        });
        let backup = Arc::clone(self.replica(node));
        server.register(REPLICATE, move |request| {
            let param = request.param();
            let [view, first] = ["view", "first"].map(|key| number(&param[key]));
            let entries: Vec<Entry> = serde_json::from_value(param["entries"].clone()).unwrap();
            told(backup.replicate(view, first, &entries))
        });
        server
    }

    /// The balance that the last primary has, confirmed by its backup if it has one.
    fn balance(&self) -> Option<String> {
        let replica = self.replica(self.views.view().primary);
        loop {
            if let Ok(left) = replica.call(None, "KV.Get", &json!({ "key": "a" })) {
                let left = left.expect("a get is not refused");
                break left["value"].as_str().map(str::to_owned);
            }
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number was sent")
}

fn told(taken: Result<(), Refused>) -> Reply {
    taken.map(|()| json!({})).map_err(|why| why.to_string())
}

/// Ends all servers when it is dropped, also if a client panics.
struct Stop<'s>(&'s System);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        let nobody = View {
            number: u64::MAX,
            primary: NodeId(0),
            backup: None,
        };
        for node in [A, B, C] {
            self.0.network.node(name(node)).stop_listening();
            // Whoever has a backup hangs up.
            let _ = self.0.replica(node).adopt(nobody, None);
        }
    }
}

/// Nothing is kept on a disk, two of three replicas have everything, and clients try without end.
pub(crate) fn what_is_answered_stays(fault: Fault, seed: u64, make: MakeWay) -> u64 {
    // Half as often as elsewhere: a call goes two ways.
    let network = drawing::network(seed, fault.of_frames(10));
    let system = Arc::new(System {
        network: network.clone(),
        views: ViewService::new(A),
        replicas: [A, B, C].map(|me| Arc::new(Replica::new(me, Store::new()))),
        make,
    });
    // A partition is between the nodes that are there.
    for node in ["setup", "client 1", "client 2", "client 3"] {
        network.node(node);
    }
    let (one, other) = (Arc::clone(&system), Arc::clone(&system));
    let ended = AtomicBool::new(false);
    let trouble = Trouble::new(
        seed,
        move || one.begin(fault),
        move || {
            if !ended.swap(true, SeqCst) {
                other.end(fault);
            }
        },
    );
    let how = Clients {
        tries: u32::MAX,
        forgetful: false,
    };
    let servers = [A, B, C].map(|node| system.server(node));
    thread::scope(|scope| {
        for (name, server) in NAMES.iter().zip(&servers) {
            let listener = network.node(name).listen().unwrap();
            scope.spawn(move || stack::serve(&listener, server));
        }
        let stop = Stop(&system);
        system.take_up(system.views.view());
        system.take_up(system.views.join(B));
        system.views.join(C);
        let clients_of = Servers {
            names: &NAMES,
            primary: &|| system.views.view().primary.0 as usize - 1,
        };
        let run = stack::clients(&network, clients_of, how, &trouble);
        let balance = system.balance();
        drop(stop);
        run.nothing_is_refused(&network);
        run.holds(&network, balance.as_deref());
        run.tries
    })
}
