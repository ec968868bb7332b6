//! Hidden checks of `durable`: of the records (`log`), and of the server.

mod crash;
mod damage;
mod models;
mod records;
mod watched;

use std::sync::atomic::Ordering::SeqCst;

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault, OpenError};
use rpc::machine::Machine;
use rpc::message::{CallId, ClientId, Reply};
use serde_json::Value;

use crate::memory;
use crash::{
    CALLS, Crashed, Journal, ROTATE_AFTER, all, crashes, expect_found, expect_goes_on, id, note,
    open, some_crashes, started, told,
};
use damage::{
    a_damaged_file_is_named, a_missing_file_is_refused, a_record_that_is_no_call_is_refused,
    other_files_are_left_alone, some_files,
};
use models::{
    a_call_beside_a_rotation, a_call_can_run_during_a_sync, a_failed_disk_tells_all_who_wait,
    a_logged_order_is_the_executed_one, a_read_waits_for_what_it_saw, a_retry_waits_for_the_disk,
    no_reply_before_its_sync, three_who_wait_are_told, two_calls_can_share_a_sync,
};
use records::{
    a_damaged_length_is_no_torn_tail, a_payload_that_looks_torn_is_refused,
    every_flipped_bit_is_damage, every_prefix_is_a_torn_tail, records_come_back,
    the_format_is_as_documented, zeros_at_the_end_are_a_torn_tail,
};
use watched::Watched;

harness::checks![
    records_come_back,
    the_format_is_as_documented,
    a_payload_that_looks_torn_is_refused,
    every_prefix_is_a_torn_tail,
    zeros_at_the_end_are_a_torn_tail,
    every_flipped_bit_is_damage,
    a_damaged_length_is_no_torn_tail,
    calls_run_once_and_in_order,
    no_crash_loses_or_repeats_a_call,
    a_crash_in_the_recovery_changes_nothing,
    a_killed_process_leaves_its_log_to_the_next,
    a_damaged_file_is_named,
    a_record_that_is_no_call_is_refused,
    a_missing_file_is_refused,
    other_files_are_left_alone,
    what_was_seen_is_forgotten_after_a_restart,
    the_disk_does_not_fill_up,
    a_disk_that_failed_is_not_believed,
    no_reply_before_its_sync,
    a_logged_order_is_the_executed_one,
    a_retry_waits_for_the_disk,
    a_read_waits_for_what_it_saw,
    a_call_beside_a_rotation,
    a_failed_disk_tells_all_who_wait,
    three_who_wait_are_told,
    two_calls_can_share_a_sync,
    a_call_can_run_during_a_sync,
];

// What the file has to offer, to the letter.
type Call = fn(&crash::Server, Option<CallId>, &str, &Value) -> Result<Reply, Fault>;
const _: Call = |server, call, method, param| server.call(call, method, param);

/// The process ends.
fn end<M>(server: Durable<M>) {
    let _ = server;
}

fn calls_run_once_and_in_order() {
    let disk = Arc::new(CrashDisk::new());
    // However long the log, there is never a snapshot.
    let server = started(&disk, usize::MAX);
    assert_eq!(note(&server, 1), Ok(Ok(1.into())));
    assert_eq!(note(&server, 2), Ok(Ok(2.into())));
    assert_eq!(note(&server, 1), Ok(Ok(1.into())), "a retry");
    let unnamed = || server.call(None, "Note", &9.into());
    assert_eq!(unnamed(), Ok(Ok(3.into())));
    assert_eq!(unnamed(), Ok(Ok(4.into())), "without a name it is new");
    let refused = server.call(Some(id(3)), "Forget", &Value::Null);
    assert!(matches!(refused, Ok(Err(_))), "{refused:?}");
    assert_eq!(note(&server, 3), refused, "an error is a reply");
    assert_eq!(all(&server), [1, 2, 9, 9]);
    end(server);
    let server = open(&Arc::new(disk.after_crash(Unsynced::Lost))).expect("it starts again");
    assert_eq!(all(&server), [1, 2, 9, 9], "after a restart");
    assert_eq!(note(&server, 2), Ok(Ok(2.into())), "a retry after it");
    assert_eq!(note(&server, 3), refused, "a retry of what was refused");
}

fn no_crash_loses_or_repeats_a_call() {
    for crash in crashes() {
        for &unsynced in crash.unsynced() {
            let story = format!("{}; {}", crash.story, told(unsynced));
            let disk = Arc::new(crash.disk.after_crash(unsynced));
            expect_goes_on(&disk, crash.answered, &story);
        }
    }
}

fn a_crash_in_the_recovery_changes_nothing() {
    for Crashed {
        disk,
        answered,
        story,
        ..
    } in some_crashes()
    {
        for unsynced in Unsynced::ALL {
            let found = || disk.after_crash(unsynced);
            let whole = Arc::new(Watched::on(found()));
            let _ = open(&whole);
            for step in whole.steps_worth_a_crash() {
                let second = Arc::new(found());
                second.crash_before(step);
                let _ = open(&second);
                let at = second.crashed_at().unwrap_or_default();
                let story = format!(
                    "{story}; {}; second crash before step {step} of the restart ({at})",
                    told(unsynced)
                );
                let second = Arc::new(second.after_crash(Unsynced::Lost));
                expect_found(&second, answered, &story);
            }
        }
    }
}

fn a_killed_process_leaves_its_log_to_the_next() {
    for Crashed {
        disk,
        answered,
        story,
        ..
    } in some_crashes()
    {
        let next = answered + 1;
        let story = format!("{story}, of the process alone");
        crash_in_the_restart(&disk, answered, &story);
        let disk = Arc::new(disk.after_kill());
        let server = open(&disk).unwrap_or_else(|error| panic!("{story}\nno restart: {error}"));
        let answered = if next <= CALLS {
            let reply = note(&server, next);
            assert_eq!(reply, Ok(Ok(next.into())), "{story}\ncall {next}");
            next
        } else {
            answered
        };
        for unsynced in Unsynced::ALL {
            let story = format!(
                "{story}; the next one answers call {answered}, and the machine crashes; {}",
                told(unsynced)
            );
            expect_found(&Arc::new(disk.after_crash(unsynced)), answered, &story);
        }
    }
}

/// The machine crashes while the process starts that comes after the one that was killed.
fn crash_in_the_restart(disk: &CrashDisk, answered: u64, story: &str) {
    let whole = Arc::new(Watched::on(disk.after_kill()));
    drop(open(&whole));
    for step in whole.steps_worth_a_crash() {
        let disk = Arc::new(disk.after_kill());
        disk.crash_before(step);
        drop(open(&disk));
        let at = disk.crashed_at().unwrap_or_default();
        for unsynced in [Unsynced::Lost, Unsynced::RemovalsKept] {
            let story = format!(
                "{story}; crash of the machine before step {step} of the restart ({at}); {}",
                told(unsynced)
            );
            expect_found(&Arc::new(disk.after_crash(unsynced)), answered, &story);
        }
    }
}

fn what_was_seen_is_forgotten_after_a_restart() {
    let call = |seq, seen| {
        let client = ClientId(7);
        Some(CallId { client, seq, seen })
    };
    for rotate_after in [0, 1000] {
        let disk = Arc::new(CrashDisk::new());
        let open = |disk: Arc<CrashDisk>| {
            Durable::open(disk as Arc<dyn Disk>, Journal::default(), rotate_after).unwrap()
        };
        let server = open(Arc::clone(&disk));
        let _ = server.call(call(3, 2), "Note", &3.into());
        let late = |server: &crash::Server| server.call(call(2, 0), "Note", &2.into());
        assert_eq!(late(&server), Err(Fault::Forgotten), "call 2 was seen");
        end(server);
        let server = open(Arc::new(disk.after_crash(Unsynced::Lost)));
        assert_eq!(late(&server), Err(Fault::Forgotten), "after a restart");
        assert_eq!(all(&server), [3], "a call that is refused is not run");
    }
}

/// Adds up; its state stays small.
struct Sum(u64);

impl Machine for Sum {
    fn apply(&mut self, _method: &str, amount: &Value) -> Reply {
        self.0 += amount.as_u64().ok_or("no number")?;
        Ok(self.0.into())
    }

    fn save(&self) -> Value {
        self.0.into()
    }

    fn load(&mut self, saved: &Value) -> Result<(), String> {
        self.0 = saved.as_u64().ok_or("no number")?;
        Ok(())
    }
}

const SUM_ROTATES_AFTER: usize = 2_000;

fn sum(disk: &Arc<watched::Memory>) -> Durable<Sum> {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    Durable::open(disk, Sum(0), SUM_ROTATES_AFTER).expect("the disk works")
}

/// The client makes one call after the other.
fn add(server: &Durable<Sum>, seq: u64) -> Result<Reply, Fault> {
    let client = ClientId(7);
    let seen = seq - 1;
    server.call(Some(CallId { client, seq, seen }), "Add", &1.into())
}

fn expect_little(disk: &watched::Memory, after: &str) {
    let (bytes, files) = disk.holds();
    assert!(
        bytes < 3 * SUM_ROTATES_AFTER && files < 5,
        "after {after} there are {bytes} bytes in {files} files"
    );
}

fn the_disk_does_not_fill_up() {
    const CALLS: u64 = 100_000;
    short_lives_do_not_fill_the_disk();
    crashes_do_not_fill_the_disk();
    let disk = Arc::new(watched::Memory::default());
    let server = sum(&disk);
    let mut before = 0;
    for seq in 1..=CALLS {
        assert_eq!(add(&server, seq), Ok(Ok(seq.into())));
        let (bytes, files) = disk.holds();
        assert!(
            bytes < 3 * SUM_ROTATES_AFTER && files < 5,
            "after {seq} calls there are {bytes} bytes in {files} files"
        );
        if seq == CALLS / 10 {
            before = memory::live();
        }
    }
    let grown = memory::live().saturating_sub(before);
    assert!(
        grown < 100_000,
        "the last 90,000 calls have left {grown} bytes in memory"
    );
    end(server);
    let sum = sum(&disk).call(None, "Add", &0.into());
    assert_eq!(sum, Ok(Ok(CALLS.into())), "after a restart");
}

/// A process ends after each call.
fn short_lives_do_not_fill_the_disk() {
    let disk = Arc::new(watched::Memory::default());
    for restart in 1..=300_u64 {
        let server = sum(&disk);
        assert_eq!(add(&server, restart), Ok(Ok(restart.into())));
        end(server);
        expect_little(
            &disk,
            &format!("{restart} calls, with a restart after each"),
        );
    }
}

/// A process is killed before it has removed what a snapshot has replaced, each time.
fn crashes_do_not_fill_the_disk() {
    let disk = Arc::new(watched::Memory::default());
    let mut seq = 0;
    for _ in 0..10 {
        let server = sum(&disk);
        disk.keeps.store(true, SeqCst);
        // It ends with the first removal, or where there was time for some.
        for _ in 0..100 {
            seq += 1;
            if add(&server, seq).is_err() {
                break;
            }
        }
        end(server);
        disk.keeps.store(false, SeqCst);
    }
    let server = sum(&disk);
    for _ in 0..100 {
        seq += 1;
        assert!(add(&server, seq).is_ok(), "the disk works");
    }
    expect_little(&disk, "10 crashes, each before something was removed");
}

fn a_disk_that_failed_is_not_believed() {
    let healthy = Arc::new(Watched::default());
    fail_once(&healthy);
    let operations = healthy.operations.load(SeqCst);
    assert!(operations > 0, "something is written");
    for fails_at in 1..=operations {
        let disk = Arc::new(Watched::default());
        disk.fails_at.store(fails_at, SeqCst);
        let answered = fail_once(&disk);
        let story = format!("operation {fails_at} of the disk has failed");
        for unsynced in Unsynced::ALL {
            let story = format!("{story}; then a crash; {}", told(unsynced));
            expect_found(&Arc::new(disk.disk.after_crash(unsynced)), answered, &story);
        }
        let story = format!("{story}; then a new start");
        expect_goes_on(&Arc::new(disk.disk.after_kill()), answered, &story);
    }
    a_read_that_fails_loses_nothing();
}

fn a_read_that_fails_loses_nothing() {
    let disk = some_files();
    let whole = Arc::new(Watched::on(disk.after_kill()));
    let before = all(&open(&whole).expect("the disk works"));
    for fails_at in 1..=whole.reads.load(SeqCst) {
        let disk = Arc::new(Watched::on(disk.after_kill()));
        disk.read_fails_at.store(fails_at, SeqCst);
        let story = format!("read {fails_at} of the start has failed");
        match open(&disk) {
            Err(OpenError::Disk(_)) => {}
            Err(error) => panic!("{story}: {error}"),
            // It was not needed.
            Ok(server) => assert_eq!(all(&server), before, "{story}"),
        }
        let server = open(&disk).unwrap_or_else(|error| panic!("{story}; the next one: {error}"));
        assert_eq!(all(&server), before, "{story}; then a new start");
    }
}

/// Makes each call, and a retry of the one that was answered last; says how many were answered.
/// After the first fault there must be nothing but faults.
fn fail_once(disk: &Arc<Watched>) -> u64 {
    let shared = Arc::clone(disk) as Arc<dyn Disk>;
    let Ok(server) = Durable::open(shared, Journal::default(), ROTATE_AFTER) else {
        return 0;
    };
    let (mut answered, mut faults) = (0, 0);
    for seq in 1..=CALLS {
        for attempt in [seq, seq, answered.max(1)] {
            match note(&server, attempt) {
                Ok(reply) => {
                    assert_eq!(
                        faults, 0,
                        "the disk had failed, and call {attempt} is answered"
                    );
                    assert_eq!(reply, Ok(attempt.into()));
                    answered = answered.max(attempt);
                }
                Err(fault) => {
                    assert!(disk.failed.load(SeqCst), "the disk works, and: {fault}");
                    assert_eq!(fault, Fault::Disk, "call {attempt}");
                    faults += 1;
                }
            }
        }
    }
    if faults > 0 {
        // The client has seen it, but first of all the disk has failed.
        assert_eq!(note(&server, 1), Err(Fault::Disk), "an old call");
    }
    answered
}
