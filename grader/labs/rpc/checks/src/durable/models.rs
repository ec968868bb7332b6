//! Of calls at the same time: what is on the disk when one is answered.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use kit::explore::Explorer;
use kit::sync::Arc;
use kit::{channel, explore, possible, thread};
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault};
use rpc::machine::Machine;
use rpc::message::Reply;
use serde_json::{Value, json};

use super::crash::{Journal, Server, all, note, open, started, unnamed};
use super::damage::contents;
use super::end;
use super::watched::{Held, Memory, Watched};

/// Numbers that nothing else on a disk looks like.
const ONE: u64 = 700_001;
const TWO: u64 = 700_002;

/// The call that notes `number` was answered, so it is there, whatever crashes now: its number is.
/// Only where it is not, a server is asked, which may have threads of its own to be searched.
fn expect_synced(disk: &CrashDisk, number: u64) {
    let disk = disk.after_crash(Unsynced::Lost);
    let word = number.to_string();
    let has_it = |bytes: &[u8]| {
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    if contents(&disk).iter().any(|(_, bytes)| has_it(bytes)) {
        return;
    }
    let server = open(&Arc::new(disk)).expect("the server must start again after a crash");
    let found = all(&server);
    assert!(
        found.iter().filter(|&&found| found == number).count() == 1,
        "call {number} was answered; after a crash now, {found:?} is there"
    );
}

/// Each of two calls is there once, when both were answered and the machine crashes.
fn expect_both(disk: &CrashDisk, server: Server) {
    end(server);
    let found = open(&Arc::new(disk.after_crash(Unsynced::Lost))).expect("it must start again");
    let mut found = all(&found);
    found.sort_unstable();
    assert_eq!(found, [ONE, TWO], "two calls were answered");
}

/// Makes a call on a disk that works.
#[track_caller]
fn answered(server: &Server, number: u64) {
    let reply = unnamed(server, number);
    let right = matches!(reply, Ok(Ok(_)));
    assert!(
        right,
        "the disk works: the call must be answered, not {reply:?}"
    );
}

pub(super) fn no_reply_before_its_sync() {
    explore(|| {
        let disk = Arc::new(CrashDisk::new());
        let server = started(&disk, 1000);
        thread::scope(|s| {
            s.spawn(|| {
                answered(&server, ONE);
                expect_synced(&disk, ONE);
            });
            answered(&server, TWO);
            expect_synced(&disk, TWO);
        });
        expect_both(&disk, server);
    });
}

pub(super) fn a_logged_order_is_the_executed_one() {
    explore(|| {
        let disk = Arc::new(CrashDisk::new());
        let server = started(&disk, 1000);
        thread::scope(|s| {
            s.spawn(|| unnamed(&server, 1));
            answered(&server, 2);
        });
        let executed = all(&server);
        let found = all(&open(&Arc::new(disk.after_crash(Unsynced::Lost)))
            .expect("the server must start again after a crash"));
        assert_eq!(found, executed, "after a crash, and before it");
    });
}

pub(super) fn three_who_wait_are_told() {
    Explorer::new().preemptions(1).explore(|| {
        let disk = Arc::new(Watched::default());
        let shared = Arc::clone(&disk) as Arc<dyn Disk>;
        let server = Durable::open(shared, Journal::default(), 1000).expect("it must start");
        disk.fail_next();
        thread::scope(|s| {
            for number in 1..=2 {
                let server = &server;
                s.spawn(move || unnamed(server, number));
            }
            assert_eq!(unnamed(&server, 3), Err(Fault::Disk), "the disk has failed");
        });
    });
}

pub(super) fn a_retry_waits_for_the_disk() {
    explore(|| {
        let disk = Arc::new(CrashDisk::new());
        let server = started(&disk, 1000);
        thread::scope(|s| {
            s.spawn(|| note(&server, ONE));
            assert_eq!(note(&server, ONE), Ok(Ok(1.into())), "original and retry");
            expect_synced(&disk, ONE);
        });
    });
}

pub(super) fn a_read_waits_for_what_it_saw() {
    explore(|| {
        let disk = Arc::new(CrashDisk::new());
        let server = started(&disk, 1000);
        thread::scope(|s| {
            s.spawn(|| unnamed(&server, ONE));
            if all(&server) == [ONE] {
                expect_synced(&disk, ONE);
            }
        });
    });
}

pub(super) fn a_call_beside_a_rotation() {
    // Without a bound it takes seconds.
    Explorer::new().preemptions(2).explore(|| {
        let disk = Arc::new(CrashDisk::new());
        let server = started(&disk, 0);
        thread::scope(|s| {
            s.spawn(|| {
                answered(&server, ONE);
                expect_synced(&disk, ONE);
            });
            answered(&server, TWO);
            expect_synced(&disk, TWO);
        });
        expect_both(&disk, server);
    });
}

pub(super) fn a_failed_disk_tells_all_who_wait() {
    explore(|| {
        let disk = Arc::new(Watched::default());
        let shared = Arc::clone(&disk) as Arc<dyn Disk>;
        let server = Durable::open(shared, Journal::default(), 1000).expect("it must start");
        disk.fail_next();
        thread::scope(|s| {
            let other = s.spawn(|| unnamed(&server, 1));
            assert_eq!(unnamed(&server, 2), Err(Fault::Disk), "the disk has failed");
            assert_eq!(other.join().unwrap(), Err(Fault::Disk), "for both");
        });
    });
    a_failed_rotation_tells_all_who_wait();
}

/// Whichever operation of a call and its rotation fails, nobody waits for ever beside it.
fn a_failed_rotation_tells_all_who_wait() {
    let disk = Arc::new(Watched::default());
    let server = started(&disk, 0);
    let before = disk.operations.load(SeqCst);
    answered(&server, 1);
    let operations = disk.operations.load(SeqCst) - before;
    for fails_at in 1..=operations {
        Explorer::new().preemptions(1).explore(move || {
            let disk = Arc::new(Watched::default());
            let server = started(&disk, 0);
            let before = disk.operations.load(SeqCst);
            disk.fails_at.store(before + fails_at, SeqCst);
            disk.keeps_going.store(true, SeqCst);
            thread::scope(|s| {
                s.spawn(|| unnamed(&server, 1));
                let _ = unnamed(&server, 2);
            });
        });
    }
}

/// Whoever writes for all stops when its own call is on disk: each sync is held until those before
/// it have brought one answer each. (If a call takes several, that many.)
pub(super) fn who_is_answered_syncs_for_nobody() {
    Explorer::new().preemptions(1).explore(|| {
        let (answer, answers) = channel::unbounded();
        let of_one = Arc::new(AtomicU64::new(u64::MAX));
        let known = Arc::clone(&of_one);
        let disk = Arc::new(Held::on(CrashDisk::new(), move |before| {
            let of_one = known.load(SeqCst);
            if before >= of_one && before.is_multiple_of(of_one) {
                let _ = answers.recv();
            }
        }));
        let server = started(&disk, usize::MAX);
        disk.syncs.store(0, SeqCst);
        answered(&server, 1);
        of_one.store(disk.syncs.swap(0, SeqCst).max(1), SeqCst);
        thread::scope(|s| {
            let call = |number| {
                answered(&server, number);
                let _ = answer.send(());
            };
            for number in 2..=3 {
                s.spawn(move || call(number));
            }
            call(4);
        });
    });
}

pub(super) fn two_calls_can_share_a_sync() {
    Explorer::new().preemptions(1).possible(|goal| {
        let disk = Arc::new(Watched::default());
        let shared = Arc::clone(&disk) as Arc<dyn Disk>;
        let server = Durable::open(shared, Journal::default(), 1000).expect("it must start");
        let before = disk.syncs.load(SeqCst);
        thread::scope(|s| {
            for number in 1..=2 {
                let server = &server;
                s.spawn(move || unnamed(server, number));
            }
            let _ = unnamed(&server, 3);
        });
        if disk.syncs.load(SeqCst) < before + 3 {
            goal.reached();
        }
    });
    many_can_share_a_sync();
}

/// However many wait, and however much they have to write: the first sync, one for what is appended
/// meanwhile, and one for the rest. A thread may be late, but not each time.
fn many_can_share_a_sync() {
    const CALLS: u64 = 300;
    let syncs: Vec<u64> = (0..20)
        .map(|_| syncs_for(CALLS))
        .take_while(|&syncs| syncs > 3)
        .collect();
    assert!(
        syncs.len() < 20,
        "{CALLS} calls come during a sync: those that wait must be able to share the next, and in \
         20 attempts they took {syncs:?} in all"
    );
}

/// How many syncs that many calls of 8 KiB take on real threads. The first sync lets others go
/// first until all calls are executed, or for long (calls may be executed when they are on disk).
fn syncs_for(calls: u64) -> u64 {
    let executed = Arc::new(AtomicU64::new(calls));
    let so_far = Arc::clone(&executed);
    let disk = Arc::new(Held::on(Memory::default(), move |before| {
        if before == 0 {
            let waits = |_: &i32| so_far.load(SeqCst) < calls;
            (0..100_000)
                .take_while(waits)
                .chain(0..1_000)
                .for_each(|_| thread::yield_now());
        }
    }));
    let count = Arc::clone(&executed);
    let machine = Meanwhile(move || _ = count.fetch_add(1, SeqCst));
    let shared = Arc::clone(&disk) as Arc<dyn Disk>;
    let server = Durable::open(shared, machine, usize::MAX).expect("the server must start");
    executed.store(0, SeqCst);
    disk.syncs.store(0, SeqCst);
    let param = Value::from("x".repeat(8 << 10));
    thread::scope(|s| {
        for _ in 0..calls {
            s.spawn(|| server.call(None, "Call", &param));
        }
    });
    disk.syncs.load(SeqCst)
}

/// Says when it executes a call although the disk works.
struct Meanwhile<F>(F);

impl<F: FnMut() + Send> Machine for Meanwhile<F> {
    fn apply(&mut self, _method: &str, _param: &Value) -> Reply {
        (self.0)();
        Ok(Value::Null)
    }

    fn save(&self) -> Value {
        json!({})
    }

    fn load(&mut self, _saved: &Value) -> Result<(), String> {
        Ok(())
    }
}

pub(super) fn a_call_can_run_during_a_sync() {
    possible(|goal| {
        let disk = Arc::new(Watched::default());
        let shared = Arc::clone(&disk) as Arc<dyn Disk>;
        let machine = Meanwhile(|| {
            if disk.syncing.load(SeqCst) {
                goal.reached();
            }
        });
        let server = Durable::open(shared, machine, 1000).expect("the server must start");
        thread::scope(|s| {
            s.spawn(|| server.call(None, "Call", &Value::Null));
            let _ = server.call(None, "Call", &Value::Null);
        });
    });
}
