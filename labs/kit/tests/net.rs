//! The simulated network does to frames what it was told, and nothing else; what it does is
//! searched, drawn and repeated.
mod support;

use kit::channel::{self, RecvTimeoutError};
use kit::explore::{Explorer, Failure, FailureKind, seeds};
use kit::net::{Connection, Faults, Listener, Network};
use kit::sync::{Arc, Mutex};
use kit::thread::{self, JoinHandle};
use kit::time::Duration;
use kit::{explore, possible};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::{failure_of, finds};

/// How long a client waits for a reply. On real threads it takes that long when one is lost.
const PATIENCE: Duration = Duration::from_millis(500);

fn text(frame: Option<Vec<u8>>) -> Option<String> {
    frame.map(|frame| String::from_utf8(frame).unwrap())
}

/// A server that takes one connection and answers each request: `deduct 10` with what is left.
fn bank(listener: Listener, remembers: bool) -> JoinHandle<u32> {
    let server = thread::Builder::new().name("server".to_owned());
    let serve = move || {
        let connection = listener.accept().unwrap();
        let (mut balance, mut done) = (100, false);
        while let Ok(Some(_)) = connection.receive() {
            if !(remembers && done) {
                balance -= 10;
                done = true;
            }
            let _ = connection.send(format!("{balance}").as_bytes());
        }
        balance
    };
    server.spawn(serve).unwrap()
}

/// At least once, two tries at most: sends again when no reply comes in time.
fn deduct(connection: Connection) -> bool {
    let connection = Arc::new(connection);
    let (says, hears) = channel::unbounded();
    let reads = Arc::clone(&connection);
    let reader = thread::spawn(move || {
        while let Ok(Some(reply)) = reads.receive() {
            let _ = says.send(reply);
        }
    });
    let mut answered = false;
    for _try in 0..2 {
        connection.send(b"deduct 10").unwrap();
        answered = hears.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout);
        if answered {
            break;
        }
    }
    connection.close();
    reader.join().unwrap();
    answered
}

/// One client deducts once, over a network with these faults.
fn one_deduction(faults: Faults, remembers: bool) {
    let network = Network::new(faults);
    let listener = network.node("bank").listen().unwrap();
    let server = bank(listener, remembers);
    let connection = network.node("client").connect("bank").unwrap();
    let answered = deduct(connection);
    let balance = server.join().unwrap();
    assert!(
        !answered || balance == 90,
        "{balance} are left: one call was executed more than once"
    );
}

const LOSE_REPLIES: Faults = Faults::none().lose_replies(40).at_most(1);

#[test]
fn a_retry_after_a_lost_reply_is_found_by_an_exhaustive_search() {
    finds(FailureKind::Assertion, "a_lost_reply_on_a_network", || {
        one_deduction(LOSE_REPLIES, false);
    });
}

#[test]
fn a_retry_after_a_lost_reply_is_found_by_a_sampled_search() {
    let failure = failure_of(Explorer::new().sampled(), || {
        one_deduction(Faults::none().lose_replies(40), false);
    });
    assert_eq!(failure.kind, FailureKind::Assertion);
    assert!(failure.replay.is_some());
    // The lost reply is missed in the column of whoever waits for it.
    let lost = failure
        .steps
        .iter()
        .position(|step| step.action.starts_with("LOST"));
    let lost = lost.expect("a reply is lost in the picture");
    let edge = failure.edges.iter().find(|edge| edge.to == lost);
    let edge = edge.expect("it was sent in another column");
    assert_ne!(failure.steps[edge.from].thread, failure.steps[lost].thread);
}

#[test]
fn a_server_that_remembers_is_right_whatever_is_lost() {
    let faults = Faults::none().lose_requests(20).lose_replies(20).at_most(1);
    Explorer::new()
        .preemptions(1)
        .explore(move || one_deduction(faults, true));
    Explorer::new()
        .sampled()
        .explore(move || one_deduction(faults, true));
    seeds(6, move |_| one_deduction(faults, true));
}

#[test]
fn a_seed_that_fails_is_named_drawn_and_fails_again() {
    let run = || {
        let failing = || {
            seeds(50, |_| {
                one_deduction(Faults::none().lose_replies(40), false)
            })
        };
        let payload = catch_unwind(AssertUnwindSafe(failing)).unwrap_err();
        *payload.downcast::<Failure>().unwrap()
    };
    let failure = run();
    assert!(
        failure.message.contains("executed more than once"),
        "{}",
        failure.message
    );
    assert!(
        failure.message.contains("WEFT_SEED="),
        "{}",
        failure.message
    );
    let names: Vec<&str> = failure
        .threads
        .iter()
        .map(|node| node.name.as_str())
        .collect();
    assert_eq!(names, ["client", "bank"]);
    let told = failure.to_text(kit::explore::Style::default());
    assert!(told.contains("LOST: "), "{told}");
    let seed = |failure: &Failure| failure.message.split("with seed").nth(1).map(str::to_owned);
    assert_eq!(seed(&run()), seed(&failure));
}

/// Sends these frames over a network with these faults, and returns what arrives.
fn arrives(faults: Faults, frames: &[&str]) -> Vec<String> {
    let network = Network::new(faults);
    let listener = network.node("server").listen().unwrap();
    let connection = network.node("client").connect("server").unwrap();
    for frame in frames {
        connection.send(frame.as_bytes()).unwrap();
    }
    drop(connection);
    let accepted = listener.accept().unwrap();
    std::iter::from_fn(|| text(accepted.receive().unwrap())).collect()
}

#[test]
fn without_faults_all_arrives_once_and_in_order() {
    explore(|| assert_eq!(arrives(Faults::none(), &["a", "b"]), ["a", "b"]));
    seeds(5, |_| {
        assert_eq!(arrives(Faults::none(), &["a", "b", "c"]), ["a", "b", "c"])
    });
}

#[test]
fn each_fault_can_happen_and_no_more_than_were_allowed() {
    let expected: [(Faults, &[&str]); 4] = [
        (Faults::none().lose_requests(50), &["b"]),
        (Faults::none().repeat(50), &["a", "a", "b"]),
        (Faults::none().repeat(50), &["a", "b", "a"]),
        (Faults::none().hold_back(50), &["b", "a"]),
    ];
    for (faults, outcome) in expected {
        possible(move |goal| {
            if arrives(faults.at_most(1), &["a", "b"]) == outcome {
                goal.reached();
            }
        });
        Explorer::new().sampled().possible(move |goal| {
            if arrives(faults, &["a", "b"]) == outcome {
                goal.reached();
            }
        });
    }
    explore(|| {
        let arrived = arrives(
            Faults::none().lose_requests(50).at_most(1),
            &["a", "b", "c"],
        );
        assert!(arrived.len() >= 2, "{arrived:?}");
    });
}

#[test]
fn a_delay_changes_nothing_but_the_time() {
    let faults = Faults::none().delay(50, Duration::from_millis(2));
    seeds(5, move |_| {
        assert_eq!(arrives(faults, &["a", "b", "c"]), ["a", "b", "c"])
    });
    explore(move || assert_eq!(arrives(faults, &["a", "b"]), ["a", "b"]));
}

#[test]
fn who_is_cut_off_hears_nothing_until_the_network_is_whole() {
    explore(|| {
        let network = Network::new(Faults::none());
        let listener = network.node("b").listen().unwrap();
        let connection = network.node("a").connect("b").unwrap();
        let accepted = listener.accept().unwrap();
        network.isolate(&["a"]);
        connection.send(b"lost").unwrap();
        let refused = network.node("a").connect("b").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::TimedOut);
        network.heal();
        connection.send(b"heard").unwrap();
        assert_eq!(text(accepted.receive().unwrap()).as_deref(), Some("heard"));
    });
}

#[test]
fn a_crash_resets_connections_and_a_restart_makes_new_ones() {
    explore(|| {
        let network = Network::new(Faults::none());
        let server = network.node("server");
        let old = server.listen().unwrap();
        let connection = network.node("client").connect("server").unwrap();
        let accepted = old.accept().unwrap();
        let waits = thread::spawn(move || accepted.receive().map_err(|error| error.kind()));
        network.crash("server");
        assert_eq!(waits.join().unwrap(), Err(ErrorKind::ConnectionReset));
        assert_eq!(
            connection.receive().unwrap_err().kind(),
            ErrorKind::ConnectionReset
        );
        assert!(connection.send(b"anybody").is_err() && old.accept().is_err());
        let refused = network.node("client").connect("server").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(server.listen().unwrap_err().kind(), ErrorKind::NetworkDown);
        network.restart("server");
        let new = server.listen().unwrap();
        drop(old);
        let connection = network.node("client").connect("server").unwrap();
        connection.send(b"hello").unwrap();
        let accepted = new.accept().unwrap();
        assert_eq!(text(accepted.receive().unwrap()).as_deref(), Some("hello"));
    });
}

#[test]
fn a_crash_comes_before_or_after_what_is_sent() {
    for outcome in [true, false] {
        possible(move |goal| {
            let network = Network::new(Faults::none());
            let listener = network.node("server").listen().unwrap();
            let connection = network.node("client").connect("server").unwrap();
            let crashes = network.clone();
            let thread = thread::spawn(move || crashes.crash("server"));
            let sent = connection.send(b"hello").is_ok();
            thread.join().unwrap();
            drop(listener);
            if sent == outcome {
                goal.reached();
            }
        });
    }
}

#[test]
fn a_node_can_crash_between_what_it_does_and_what_it_says() {
    explore(|| {
        let network = Network::new(Faults::none());
        network.crash_instead_of_frame("bank", 1);
        let server = bank(network.node("bank").listen().unwrap(), false);
        let connection = network.node("client").connect("bank").unwrap();
        connection.send(b"deduct 10").unwrap();
        assert!(connection.receive().is_err());
        assert_eq!(server.join().unwrap(), 90);
    });
}

#[test]
fn a_node_that_is_paused_receives_when_it_goes_on() {
    explore(|| {
        let network = Network::new(Faults::none());
        let listener = network.node("server").listen().unwrap();
        let connection = network.node("client").connect("server").unwrap();
        let accepted = listener.accept().unwrap();
        network.pause("server");
        let resumed = Arc::new(Mutex::new(false));
        let seen = Arc::clone(&resumed);
        let thread = thread::spawn(move || {
            let frame = text(accepted.receive().unwrap());
            (frame, *seen.lock())
        });
        connection.send(b"hello").unwrap();
        *resumed.lock() = true;
        network.resume("server");
        assert_eq!(thread.join().unwrap(), (Some("hello".to_owned()), true));
    });
}

#[test]
fn who_closes_ends_both_sides_and_what_was_sent_arrives() {
    explore(|| {
        let network = Network::new(Faults::none());
        let listener = network.node("server").listen().unwrap();
        let connection = Arc::new(network.node("client").connect("server").unwrap());
        let accepted = listener.accept().unwrap();
        let reads = Arc::clone(&connection);
        let reader = thread::spawn(move || text(reads.receive().unwrap()));
        connection.send(b"last").unwrap();
        connection.close();
        connection.close();
        assert_eq!(reader.join().unwrap(), None);
        assert_eq!(text(accepted.receive().unwrap()).as_deref(), Some("last"));
        assert_eq!(text(accepted.receive().unwrap()), None);
        assert_eq!(text(accepted.receive().unwrap()), None);
        assert!(accepted.send(b"too late").is_err());
        assert!(connection.send(b"too late").is_err());
    });
}

#[test]
fn a_connection_keeps_its_network() {
    let (near, far) = {
        let network = Network::new(Faults::none());
        let listener = network.node("server").listen().unwrap();
        let near = network.node("client").connect("server").unwrap();
        (near, listener.accept().unwrap())
    };
    near.send(b"hello").unwrap();
    assert_eq!(text(far.receive().unwrap()).as_deref(), Some("hello"));
}

#[test]
fn a_connection_that_nobody_accepts_is_no_leak() {
    explore(|| {
        let network = Network::new(Faults::none());
        let _listener = network.node("server").listen().unwrap();
        let near = network.node("client").connect("server").unwrap();
        thread::spawn(move || near.send(b"hello").unwrap())
            .join()
            .unwrap();
    });
}

#[test]
fn a_listener_that_is_gone_is_told_on_both_sides() {
    explore(|| {
        let network = Network::new(Faults::none());
        let server = network.node("server");
        let listener = server.listen().unwrap();
        assert_eq!(server.listen().unwrap_err().kind(), ErrorKind::AddrInUse);
        let connection = network.node("client").connect("server").unwrap();
        let accepts = thread::spawn(move || {
            let first = listener.accept().is_ok();
            (first, listener.accept().is_err())
        });
        server.stop_listening();
        let (first, second) = accepts.join().unwrap();
        assert!(first && second);
        assert_eq!(text(connection.receive().unwrap()), None);
        assert!(network.node("client").connect("server").is_err());
    });
}

#[test]
fn threads_share_connections_listeners_and_networks() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Connection>();
    is_shared::<Listener>();
    is_shared::<Network>();
}
