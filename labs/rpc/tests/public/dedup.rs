use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, thread};
use rpc::dedup::Dedup;
use rpc::message::{CallId, ClientId, Forgotten};

rules::test!("src/dedup.rs");

fn call(seq: u64, seen: u64) -> CallId {
    let client = ClientId(7);
    CallId { client, seq, seen }
}

#[test]
fn a_retry_gets_the_reply_of_the_first_try() {
    let dedup = Dedup::new();
    assert_eq!(
        dedup.call(call(1, 0), || Ok(1.into())),
        Ok(Ok(1.into())),
        "the first try must run its handler and have that reply"
    );
    assert_eq!(
        dedup.call(call(1, 0), || Ok(2.into())),
        Ok(Ok(1.into())),
        "it had run"
    );
    assert_eq!(
        dedup.call(call(2, 0), || Ok(3.into())),
        Ok(Ok(3.into())),
        "a new call"
    );
}

#[test]
fn a_retry_beside_the_original_runs_once_and_both_get_one_reply() {
    explore(|| {
        let dedup = Dedup::new();
        let runs = AtomicUsize::new(0);
        let deduct = || Ok(runs.fetch_add(1, SeqCst).into());
        thread::scope(|s| {
            let retry = s.spawn(|| dedup.call(call(1, 0), deduct));
            let original = dedup.call(call(1, 0), deduct);
            assert_eq!(
                original,
                Ok(Ok(0.into())),
                "whichever try runs the handler, it runs once: the reply must be 0"
            );
            assert_eq!(retry.join().unwrap(), original, "both tries get one reply");
        });
        assert_eq!(runs.load(SeqCst), 1, "it ran once");
    });
}

#[test]
fn what_the_client_has_seen_is_forgotten_and_refused() {
    let dedup = Dedup::new();
    for seq in 1..=3 {
        let reply = dedup.call(call(seq, seq - 1), || Ok(seq.into()));
        assert_eq!(
            reply,
            Ok(Ok(seq.into())),
            "call {seq} is new: its handler must run"
        );
        assert_eq!(dedup.len(), 1, "only the newest reply is kept");
    }
    let late = dedup.call(call(1, 0), || Ok(0.into()));
    assert_eq!(
        late,
        Err(Forgotten),
        "the first call is older than what was seen"
    );
}

#[test]
fn three_tries() {
    explore(|| {
        let dedup = Dedup::new();
        let runs = AtomicUsize::new(0);
        let deduct = || Ok(runs.fetch_add(1, SeqCst).into());
        thread::scope(|s| {
            s.spawn(|| dedup.call(call(1, 0), deduct));
            s.spawn(|| dedup.call(call(1, 0), deduct));
            let _ = dedup.call(call(1, 0), deduct);
        });
        assert_eq!(runs.load(SeqCst), 1, "it ran once");
    });
}

#[path = "../spec/dedup.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 1, 2).in_turn(3));
}
