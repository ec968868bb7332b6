//! Faults of network and server, each with 200 seeds, against what each layer promises.
//!
//! | layer | what must hold |
//! |---|---|
//! | client | every call ends, and a reply is never another call's |
//! | retry, dedup, kv | each deduct is executed at most once, and once if its call returned; histories are linearizable |
//! | durable | the same, through crashes, and with endless retries: exactly once |
//! | replica | the same without a disk, through two failovers |
//!
//! It is a test of the solution and no hidden check, because a check's subject has the *student's* files in all layers: a
//! mistake in `wire` would cost the points of `dedup`. What each layer alone owes is checked at that layer.
//!
//! That it can fail is shown at the end, with a layer broken or left out. `cargo test -p rpc-solution --test faults --
//! --nocapture` prints a line for each fault.

// The tests say `use rpc::…`, as those of students do.
extern crate rpc_solution as rpc;

mod careless;
mod drawing;
mod replicas;
mod stack;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex as Plain;

use careless::{Careless, Mistake};
use kit::explore::{Failure, seeds};
use kit::net::{Faults, Network};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicU64, Ordering::SeqCst};
use kit::thread;
use kit::time::Duration;
use replicas::{Peer, what_is_answered_stays};
use rpc::client::Client;
use rpc::dedup::Dedup;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault as Broken};
use rpc::kv::Store;
use rpc::link::Link;
use rpc::machine::Entry;
use rpc::message::{CallError, Reply, Request};
use rpc::replica::{Backup, Refused};
use rpc::server::Server;
use serde_json::{Value, json};
use stack::{Clients, Life, ONE_SERVER, PATIENCE, SERVER, Trouble};

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

/// Calls `Echo` on one connection.
type Calls = Box<dyn Fn(&Value) -> Result<Value, CallError> + Sync>;

/// Makes a client.
type MakeClient = fn(Arc<dyn Link>) -> Calls;

const OURS: MakeClient = |link| {
    let client = Client::new(link, Some(PATIENCE));
    Box::new(move |asked| client.call("Echo", asked, None))
};

/// One connection, three threads, no retries.
fn calls_end(fault: Fault, seed: u64, make: MakeClient) -> u64 {
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

/// Makes the disk of a durable server.
type MakeDisk = fn(Arc<CrashDisk>) -> Arc<dyn Disk>;

/// The server has a disk, crashes and comes back, and clients try without end.
fn exactly_once(fault: Fault, seed: u64, make: MakeDisk) -> u64 {
    let network = drawing::network(seed, fault.of_frames(20));
    let trouble = fault.trouble(&network, seed);
    let life = Life::default();
    let how = Clients {
        tries: u32::MAX,
        forgetful: false,
    };
    thread::scope(|scope| {
        let serving = scope.spawn(|| live(&life, &network, fault, seed, make));
        let stop = life.stop_at_the_end(&network);
        let run = stack::clients(&network, ONE_SERVER, how, &trouble);
        drop(stop);
        let disk = serving.join().unwrap();
        run.nothing_is_refused(&network);
        let left = Durable::open(make(Arc::new(disk)), Store::new(), ROTATE_AFTER)
            .expect("it can be read")
            .call(None, "KV.Get", &json!({ "key": "a" }));
        let left = left.expect("the disk lives").expect("there is such a key");
        run.holds(&network, left["value"].as_str());
        run.tries
    })
}

/// Bytes: a few calls, so that snapshots are taken between the crashes.
const ROTATE_AFTER: usize = 700;

/// One life of the server after the other. Returns what is on its disk in the end.
fn live(life: &Life, network: &Network, fault: Fault, seed: u64, make: MakeDisk) -> CrashDisk {
    let mut disk = Arc::new(CrashDisk::new());
    for lives in 1u64.. {
        let durable = Durable::open(make(Arc::clone(&disk)), Store::new(), ROTATE_AFTER);
        let durable = durable.expect("what is on the disk can be read");
        if fault == Fault::Crash && lives <= 3 {
            // Either it dies in the middle of a write, or when it has done everything but answer.
            if seed.is_multiple_of(2) {
                disk.crash_before(disk.steps() + 1 + (seed * 37 * lives) % 600);
            } else {
                network.crash_instead_of_frame(SERVER, 5 * lives + seed / 2 % 4);
            }
        }
        let dying = network.clone();
        let server = with_handler(move |request| {
            match durable.call(request.call, &request.method, request.param()) {
                Ok(reply) => reply,
                Err(Broken::Forgotten) => Err(Broken::Forgotten.to_string()),
                Err(Broken::Disk) => {
                    dying.crash(SERVER);
                    Err("nobody hears this".to_owned())
                }
            }
        });
        let stopped = life.serve(network, &server);
        let unsynced = match seed / 2 % 2 {
            0 => Unsynced::Lost,
            _ => Unsynced::Kept,
        };
        disk = Arc::new(disk.after_crash(unsynced));
        if stopped {
            break;
        }
        network.restart(SERVER);
    }
    Arc::into_inner(disk).expect("nobody else has it")
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
    // Most of it is waiting, so the two take hardly longer than one. By its name, a thread is part of the test.
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

/// A mistake is found with one of the seeds, and the failure says so.
fn is_found(says: &[&str], run: fn(u64)) {
    let failed = catch_unwind(AssertUnwindSafe(|| seeds(SEEDS, run)));
    let payload = failed.expect_err("no seed finds it");
    let failure = payload.downcast::<Failure>().expect("a failure is drawn");
    let said = says.iter().any(|text| failure.message.contains(text));
    assert!(said, "it says something else: {}", failure.message);
}

/// What is said of a deduct that was executed again. Four times look like none, and like one more of the next amount.
const TWICE: [&str; 2] = ["was executed", "is not there"];

#[test]
fn numbers_that_come_again_are_found_out() {
    is_found(&["the reply to another call"], |seed| {
        calls_end(Fault::Delays, seed, |link| {
            let client = Careless::new(link, Mistake::NumbersComeAgain);
            Box::new(move |asked| client.call("Echo", asked))
        });
    });
}

#[test]
fn replies_to_whoever_waits_longest_are_found_out() {
    is_found(&["the reply to another call"], |seed| {
        calls_end(Fault::RepliesLost, seed, |link| {
            let client = Careless::new(link, Mistake::FirstComeFirstServed);
            Box::new(move |asked| client.call("Echo", asked))
        });
    });
}

#[test]
fn without_dedup_a_lost_reply_is_found_out() {
    is_found(&TWICE, |seed| {
        at_most_once(Fault::RepliesLost, seed, FEW, Memory::None);
    });
}

#[test]
fn without_dedup_a_duplicate_is_found_out() {
    is_found(&TWICE, |seed| {
        at_most_once(Fault::Duplicates, seed, FEW, Memory::None);
    });
}

#[test]
fn a_new_number_for_each_try_is_found_out() {
    let forgetful = |seed| {
        let how = Clients {
            forgetful: true,
            ..FEW
        };
        at_most_once(Fault::RepliesLost, seed, how, Memory::Dedup);
    };
    is_found(&TWICE, forgetful);
}

/// What is said when something that was answered is lost, be it the balance itself.
const LOST: [&str; 3] = ["is not there", "is refused", "not linearizable"];

/// A disk that says that all is well, and writes when it likes.
struct Liar(Arc<CrashDisk>);

impl Disk for Liar {
    fn read(&self, file: &str) -> std::io::Result<Option<Vec<u8>>> {
        self.0.read(file)
    }
    fn append(&self, file: &str, bytes: &[u8]) -> std::io::Result<()> {
        self.0.append(file, bytes)
    }
    fn cut(&self, file: &str, length: u64) -> std::io::Result<()> {
        self.0.cut(file, length)
    }
    fn sync(&self, file: &str) -> std::io::Result<()> {
        match file.starts_with("log") {
            true => Ok(()),
            false => self.0.sync(file),
        }
    }
    fn rename(&self, from: &str, to: &str) -> std::io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, file: &str) -> std::io::Result<()> {
        self.0.remove(file)
    }
    fn sync_dir(&self) -> std::io::Result<()> {
        self.0.sync_dir()
    }
    fn files(&self) -> std::io::Result<Vec<String>> {
        self.0.files()
    }
}

#[test]
fn replies_before_the_sync_are_found_out() {
    is_found(&LOST, |seed| {
        exactly_once(Fault::Crash, seed, |disk| Arc::new(Liar(disk)));
    });
}

/// A primary that takes silence of its backup for a confirmation.
struct Hasty(Peer);

impl Backup for Hasty {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.0.install(view, executed, state)
    }
    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        match self.0.replicate(view, first, entries) {
            Err(Refused::NoReply) => Ok(()),
            answer => answer,
        }
    }
}

#[test]
fn replies_without_a_confirmation_are_found_out() {
    is_found(&LOST, |seed| {
        what_is_answered_stays(Fault::Partition, seed, |peer| Arc::new(Hasty(peer)));
    });
}
