//! Faults of network and server, each with 200 seeds, against what each layer promises.
//!
//! | layer | what must hold |
//! |---|---|
//! | client | every call ends, and a reply is never another call's |
//! | retry, dedup, kv | each deduct is executed at most once, and once if its call returned; histories are linearizable |
//! | durable | the same, through crashes, and with endless retries: exactly once |
//! | replica | the same without a disk, through two failovers |
//!
//! It is a test of the solution and no hidden check, because a check's subject has the *student's*
//! files in all layers: a mistake in `wire` would cost the points of `dedup`. What each layer alone
//! owes is checked at that layer.
//!
//! That it can fail is shown in `found_out`, with a layer broken or left out.
//! `cargo test -p rpc-solution --test faults -- --nocapture` prints a line for each fault.

// The tests say `use rpc::…`, as those of students do.
extern crate rpc_solution as rpc;

mod calls;
mod careless;
mod disks;
mod drawing;
mod found_out;
mod replicas;
mod run;
mod stack;

use std::panic::resume_unwind;

use calls::{OURS, calls_end};
use disks::exactly_once;
use kit::explore::seeds;
use kit::net::{Faults, Network};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicU64, Ordering::SeqCst};
use kit::thread;
use kit::time::Duration;
use replicas::what_is_answered_stays;
use rpc::dedup::Dedup;
use rpc::kv::Store;
use rpc::message::{Reply, Request};
use rpc::server::Server;
use stack::{Clients, Life, ONE_SERVER, SERVER, Trouble};

const SEEDS: u64 = 200;
const METHODS: [&str; 4] = ["KV.Get", "KV.Put", "KV.Append", "KV.Deduct"];

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    RequestsLost,
    RepliesLost,
    Delays,
    Duplicates,
    Reordering,
    Partition,
    Pause,
    Crash,
}

impl Fault {
    /// `percent` are lost, or twice as many come late or twice.
    fn of_frames(self, percent: u8) -> Faults {
        let twice = 2 * percent;
        match self {
            Fault::RequestsLost => Faults::none().lose_requests(percent),
            Fault::RepliesLost => Faults::none().lose_replies(percent),
            Fault::Delays => Faults::none().delay(twice, Duration::from_millis(3)),
            Fault::Duplicates => Faults::none().repeat(twice),
            Fault::Reordering => Faults::none().hold_back(twice - percent / 2),
            Fault::Partition | Fault::Pause | Fault::Crash => Faults::none(),
        }
    }

    /// What happens to the server for a while. A crash is for whoever starts it again.
    fn trouble(self, network: &Network, seed: u64) -> Arc<Trouble> {
        let (one, other) = (network.clone(), network.clone());
        match self {
            Fault::Partition => {
                Trouble::new(seed, move || one.isolate(&[SERVER]), move || other.heal())
            }
            Fault::Pause => Trouble::new(
                seed,
                move || one.pause(SERVER),
                move || other.resume(SERVER),
            ),
            _ => Trouble::new(seed, || (), || ()),
        }
    }
}

/// What stands between the dispatcher and the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// A mistake: nothing does.
    None,
    Dedup,
}

/// The server keeps everything in memory, and clients give up after `how.tries`.
fn at_most_once(fault: Fault, seed: u64, how: Clients, memory: Memory) -> u64 {
    let network = drawing::network(seed, fault.of_frames(20));
    let trouble = fault.trouble(&network, seed);
    let (dedup, store, life) = (Dedup::new(), Arc::new(Store::new()), Life::default());
    let (kept, noted) = (Arc::clone(&store), network.clone());
    let server = with_handler(move |request| {
        let execute = || execute(&noted, &kept, request);
        match request.call {
            Some(call) if memory == Memory::Dedup => dedup
                .call(call, execute)
                .unwrap_or_else(|forgotten| Err(forgotten.to_string())),
            _ => execute(),
        }
    });
    let run = thread::scope(|scope| {
        scope.spawn(|| life.serve(&network, &server));
        let stop = life.stop_at_the_end(&network);
        let run = stack::clients(&network, ONE_SERVER, how, &trouble);
        drop(stop);
        run
    });
    run.nothing_is_refused(&network);
    // No request is under way any more.
    run.holds(&network, store.get("a").as_deref());
    run.tries
}

fn execute(network: &Network, store: &Store, request: &Request) -> Reply {
    let reply = store.handle(&request.method, request.param());
    if request.method == "KV.Deduct" {
        drawing::executes(network, SERVER, request);
    }
    reply
}

fn with_handler(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    let handler = Arc::new(handler);
    let mut server = Server::new();
    for method in METHODS {
        let handler = Arc::clone(&handler);
        server.register(method, move |request| handler(request));
    }
    server
}

const FEW: Clients = Clients {
    tries: 3,
    forgetful: false,
};

/// One line of the matrix.
fn all_promises_hold(fault: Fault) {
    let counts: Arc<[AtomicU64; 4]> = Arc::default();
    let count = Arc::clone(&counts);
    // Most of it is waiting, so the two take hardly longer than one. By its name, a thread is part
    // of the test.
    let name = thread::current()
        .name()
        .expect("a test has a name")
        .to_owned();
    let replicas = thread::Builder::new().name(name).spawn(move || {
        seeds(SEEDS, move |seed| {
            let tries = what_is_answered_stays(fault, seed, |peer| Arc::new(peer));
            count[3].fetch_add(tries, SeqCst);
        });
    });
    let replicas = replicas.expect("the system can start a thread");
    let count = Arc::clone(&counts);
    seeds(SEEDS, move |seed| {
        count[0].fetch_add(calls_end(fault, seed, OURS), SeqCst);
        // A server without a disk promises nothing through a crash.
        if fault != Fault::Crash {
            count[1].fetch_add(at_most_once(fault, seed, FEW, Memory::Dedup), SeqCst);
        }
        count[2].fetch_add(exactly_once(fault, seed, |disk| disk), SeqCst);
    });
    if let Err(failure) = replicas.join() {
        resume_unwind(failure);
    }
    let [unanswered, few, endless, failover] = &*counts;
    let memory = match fault {
        Fault::Crash => "      not promised".to_owned(),
        _ => format!("{:6} tries", few.load(SeqCst)),
    };
    println!(
        "{:14} {SEEDS} seeds | client: {:4} of {} calls unanswered | dedup, kv: {memory:>12} | durable: {:6} tries | replica: {:6} tries",
        format!("{fault:?}"),
        unanswered.load(SeqCst),
        18 * SEEDS,
        endless.load(SeqCst),
        failover.load(SeqCst),
    );
}

#[test]
fn promises_hold_when_requests_are_lost() {
    all_promises_hold(Fault::RequestsLost);
}

#[test]
fn promises_hold_when_replies_are_lost() {
    all_promises_hold(Fault::RepliesLost);
}

#[test]
fn promises_hold_when_frames_are_late() {
    all_promises_hold(Fault::Delays);
}

#[test]
fn promises_hold_when_frames_come_twice() {
    all_promises_hold(Fault::Duplicates);
}

#[test]
fn promises_hold_when_frames_come_out_of_order() {
    all_promises_hold(Fault::Reordering);
}

#[test]
fn promises_hold_when_the_network_parts_and_heals() {
    all_promises_hold(Fault::Partition);
}

#[test]
fn promises_hold_when_the_server_is_paused() {
    all_promises_hold(Fault::Pause);
}

#[test]
fn promises_hold_when_the_server_crashes_and_comes_back() {
    all_promises_hold(Fault::Crash);
}
