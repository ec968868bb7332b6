//! Hidden checks of `durable`: of the records (`log`), and of the server.

mod crash;
mod damage;
mod lives;
mod models;
mod records;
mod watched;

use std::fmt::Display;
use std::sync::atomic::Ordering::SeqCst;

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault, OpenError};
use rpc::machine::{Entry, Machine};
use rpc::message::{CallId, ClientId, Reply};
use serde_json::Value;

use crate::memory;
use crash::{Journal, Server, all, id, note, open, started, told};
use damage::{
    a_damaged_file_is_named, a_missing_file_is_refused, a_record_that_is_no_call_is_refused,
    other_files_are_left_alone, some_files,
};
use lives::Step::{New, Restart, Retry};
use lives::{Client, Failed, Image, Life, Moment, STEPS, Step, images, lives, moments};
use models::{
    a_call_beside_a_rotation, a_call_can_run_during_a_sync, a_failed_disk_tells_all_who_wait,
    a_logged_order_is_the_executed_one, a_read_waits_for_what_it_saw, a_retry_waits_for_the_disk,
    no_reply_before_its_sync, three_who_wait_are_told, two_calls_can_share_a_sync,
    who_is_answered_syncs_for_nobody,
};
use records::{
    a_damaged_length_is_no_torn_tail, a_payload_that_looks_torn_is_refused,
    every_flipped_bit_is_damage, every_prefix_is_a_torn_tail, records_come_back,
    the_format_is_as_documented, zeros_at_the_end_are_a_torn_tail,
};
use watched::{Failing, Filmed, Watched};

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
    a_log_that_is_too_long_is_replaced,
    the_disk_does_not_fill_up,
    a_disk_that_failed_is_not_believed,
    no_reply_before_its_sync,
    a_logged_order_is_the_executed_one,
    a_retry_waits_for_the_disk,
    a_read_waits_for_what_it_saw,
    a_call_beside_a_rotation,
    a_failed_disk_tells_all_who_wait,
    three_who_wait_are_told,
    who_is_answered_syncs_for_nobody,
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
    assert_eq!(
        note(&server, 1),
        Ok(Ok(1.into())),
        "the first call must be executed and answered with 1"
    );
    assert_eq!(
        note(&server, 2),
        Ok(Ok(2.into())),
        "the second call must be executed and answered with 2"
    );
    assert_eq!(note(&server, 1), Ok(Ok(1.into())), "a retry");
    let unnamed = || server.call(None, "Note", &9.into());
    assert_eq!(
        unnamed(),
        Ok(Ok(3.into())),
        "a call without a name is always new: it must be executed and answered with 3"
    );
    assert_eq!(unnamed(), Ok(Ok(4.into())), "without a name it is new");
    let refused = server.call(Some(id(3)), "Forget", &Value::Null);
    assert!(
        matches!(refused, Ok(Err(_))),
        "the machine refuses the call: its error must be the reply, and not {refused:?}"
    );
    assert_eq!(note(&server, 3), refused, "an error is a reply");
    let large = Value::from("x".repeat(300_000));
    let refused_large = server.call(Some(id(4)), "Forget", &large);
    assert!(matches!(refused_large, Ok(Err(_))), "of a large argument");
    assert_eq!(
        all(&server),
        [1, 2, 9, 9],
        "a retry and a refused call note nothing down: these numbers must be there, in order"
    );
    end(server);
    let server = open(&Arc::new(disk.after_crash(Unsynced::Lost))).expect("it must start again");
    assert_eq!(all(&server), [1, 2, 9, 9], "after a restart");
    assert_eq!(note(&server, 2), Ok(Ok(2.into())), "a retry after it");
    assert_eq!(note(&server, 3), refused, "a retry of what was refused");
    let retry = note(&server, 4);
    assert_eq!(retry, refused_large, "a retry of what was large");
}

fn no_crash_loses_or_repeats_a_call() {
    images(&lives(&STEPS, 3), |image| {
        let Image { moment, disk, .. } = &image;
        moment.client.expect_goes_on(moment.life, disk, &image);
    });
}

fn a_crash_in_the_recovery_changes_nothing() {
    images(&lives(&[New, Restart], 3), |image| {
        let Moment { life, client, .. } = image.moment;
        let second = Arc::new(Filmed::on(image.disk.after_kill()));
        let _ = life.open(&second);
        for (at, disk) in second.pictures() {
            let disk = Arc::new(disk.after_crash(Unsynced::Lost));
            let story = format_args!("{image}; a second crash in the restart, {at}");
            client.expect_found(life, &disk, &story);
        }
    });
}

fn a_killed_process_leaves_its_log_to_the_next() {
    for moment in moments(&lives(&[New, Restart], 2)) {
        let Moment {
            life, client, disk, ..
        } = &moment;
        let disk = Arc::new(Filmed::on(disk.after_kill()));
        let story = format_args!("{moment}, of the process alone");
        let (server, mut next) = client.expect_found(life, &disk, &story);
        for (at, disk) in disk.pictures() {
            for unsynced in [Unsynced::Lost, Unsynced::RemovalsKept] {
                let disk = Arc::new(disk.after_crash(unsynced));
                let told = told(unsynced);
                let story = format_args!("{story}; the machine crashes after it, {at}; {told}");
                client.expect_found(life, &disk, &story);
            }
        }
        let call = next.entry(New).expect("it is a call");
        next.call(&server, call, &story)
            .expect("the disk works: the call must be answered");
        for unsynced in Unsynced::ALL {
            let disk = Arc::new(disk.disk.after_crash(unsynced));
            let told = told(unsynced);
            let story = format_args!("{story}; the next one answers, the machine crashes; {told}");
            next.expect_found(life, &disk, &story);
        }
        expect_retry_is_safe(&moment);
    }
}

/// The first thing that the next process is asked is a retry, of a call that the killed one has
/// written and perhaps not synced: what it answers survives the machine.
fn expect_retry_is_safe(moment: &Moment) {
    let Moment { life, client, .. } = moment;
    let (disk, mut client) = (Arc::new(moment.disk.after_kill()), client.clone());
    let story = format_args!("{moment}, of the process alone");
    let Some(retry) = client.entry(Retry) else {
        return;
    };
    let server = life
        .open(&disk)
        .unwrap_or_else(|error| panic!("{story}: the server must start again, and says: {error}"));
    let told_now = client.call(&server, retry, &story);
    told_now.expect("the disk works: a retry must be answered");
    for unsynced in Unsynced::ALL {
        let disk = Arc::new(disk.after_crash(unsynced));
        let told = told(unsynced);
        let story = format_args!("{story}; a retry is answered, the machine crashes; {told}");
        client.expect_found(life, &disk, &story);
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
            Durable::open(disk as Arc<dyn Disk>, Journal::default(), rotate_after)
                .expect("the disk works: the server must start")
        };
        let server = open(Arc::clone(&disk));
        let _ = server.call(call(3, 2), "Note", &3.into());
        let late = |server: &crash::Server| server.call(call(2, 0), "Note", &2.into());
        assert_eq!(late(&server), Err(Fault::Forgotten), "call 2 was seen");
        end(server);
        let disk = Arc::new(disk.after_crash(Unsynced::Lost));
        let server = open(Arc::clone(&disk));
        assert_eq!(late(&server), Err(Fault::Forgotten), "after a restart");
        assert_eq!(all(&server), [3], "a call that is refused is not run");
        // The largest number there is, and all before it were seen.
        let last = |server: &crash::Server| {
            let call = call(u64::MAX, u64::MAX - 1);
            server.call(call, "Note", &4.into())
        };
        assert_eq!(last(&server), Ok(Ok(2.into())), "a new call");
        end(server);
        let server = open(disk);
        assert_eq!(last(&server), Ok(Ok(2.into())), "a retry, after a restart");
        let mine = server.call(call(u64::MAX, u64::MAX), "Note", &5.into());
        assert_eq!(mine, Err(Fault::Forgotten), "seen by its own word");
        assert_eq!(all(&server), [3, 4], "a call that is refused is not run");
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
    Durable::open(disk, Sum(0), SUM_ROTATES_AFTER).expect("the disk works: the server must start")
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
        assert_eq!(
            add(&server, seq),
            Ok(Ok(seq.into())),
            "the disk works: call {seq} must be executed once and answered"
        );
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

/// A machine that does nothing; its state has that many bytes.
struct Idle(usize);

impl Machine for Idle {
    fn apply(&mut self, _method: &str, _param: &Value) -> Reply {
        Ok(Value::Null)
    }

    fn save(&self) -> Value {
        "x".repeat(self.0).into()
    }

    fn load(&mut self, _saved: &Value) -> Result<(), String> {
        Ok(())
    }
}

/// Reads the log by a word that is in each call and in no state.
fn a_log_that_is_too_long_is_replaced() {
    const WORD: &str = "a call of the log";
    for (rotate_after, state) in [(0, 9), (6_000, 9), (6_000, 20_000), (usize::MAX, 9)] {
        let disk = Arc::new(watched::Memory::default());
        let open = || {
            let disk = Arc::clone(&disk) as Arc<dyn Disk>;
            Durable::open(disk, Idle(state), rotate_after).expect("the server must start")
        };
        let mut server = open();
        // The calls in the log, and the bytes of the longest.
        let (mut calls, mut longest) = (0, WORD.len());
        for seq in 100..300 {
            if seq % 70 == 0 {
                end(server);
                server = open();
                calls = disk.count(WORD);
            }
            let bytes = disk.holds().0;
            let (client, seen) = (ClientId(7), seq - 1);
            let reply = server.call(Some(CallId { client, seq, seen }), "Call", &WORD.into());
            assert_eq!(reply, Ok(Ok(Value::Null)), "the disk works");
            let before = std::mem::replace(&mut calls, disk.count(WORD));
            let story = format!("rotate_after: {rotate_after}, records of {longest} bytes");
            // A call more or less: it may be replaced before the call that is too much, or by it.
            if calls == before + 1 {
                longest = longest.max(disk.holds().0 - bytes);
                let most = rotate_after.saturating_add(2 * longest);
                assert!(
                    calls * longest <= most,
                    "{story}: {calls} of them are there"
                );
            } else {
                let replaced = (before + 2) * longest > rotate_after;
                assert!(
                    replaced,
                    "{story}: after {before} of them there is a snapshot"
                );
            }
        }
    }
}

/// A process ends after each call.
fn short_lives_do_not_fill_the_disk() {
    let disk = Arc::new(watched::Memory::default());
    for restart in 1..=300_u64 {
        let server = sum(&disk);
        assert_eq!(
            add(&server, restart),
            Ok(Ok(restart.into())),
            "the server has started {restart} times: each call must be executed once and answered"
        );
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
    for life in lives(&STEPS, 2) {
        let healthy = Arc::new(Watched::default());
        let mut before = 0;
        let (_, end) = life.lead(&healthy, |_| before = healthy.operations.load(SeqCst));
        assert!(end.is_ok(), "{life}\non a disk that works");
        for fails_at in before + 1..=healthy.operations.load(SeqCst) {
            for failing in Failing::EACH {
                fail_once(&life, fails_at, failing);
            }
        }
    }
    a_read_that_fails_loses_nothing();
}

/// An operation of the disk fails in the last step of a life. After it there must be nothing but
/// faults, and after a restart all that was answered.
fn fail_once(life: &Life, fails_at: u64, failing: Failing) {
    let disk = Arc::new(Watched {
        failing,
        fails_at: fails_at.into(),
        ..Watched::default()
    });
    let (mut client, end) = life.lead(&disk, |_| ());
    let story = format_args!("{life}\noperation {fails_at} of the disk fails ({failing:?})");
    let failed = disk.failed.load(SeqCst);
    match end {
        Err(Failed::Start(OpenError::Disk(_))) if failed => {}
        Err(Failed::Start(error)) => {
            panic!("{story}: only the disk failed, and the server says: {error}")
        }
        Ok(server) | Err(Failed::Call(server)) if failed => {
            for step in [Step::New, Step::Retry, Step::Seen] {
                let call = client.entry(step);
                expect_fault(&mut client, &server, call, &story);
            }
            // Its client has let go of it; but first of all the disk has failed.
            let first = client.made.iter().find(|made| made.call.is_some()).cloned();
            expect_fault(&mut client, &server, first, &story);
        }
        Ok(_) => return,
        Err(Failed::Call(_)) => panic!("{story}\nthe disk works, and a call fails"),
    }
    for unsynced in [Unsynced::Kept, Unsynced::Lost] {
        let found = Arc::new(disk.disk.after_crash(unsynced));
        let story = format_args!("{story}; then a crash; {}", told(unsynced));
        client.expect_found(life, &found, &story);
    }
    let story = format_args!("{story}; then a new start");
    client.expect_goes_on(life, &Arc::new(disk.disk.after_kill()), &story);
}

fn expect_fault(client: &mut Client, server: &Server, call: Option<Entry>, story: &dyn Display) {
    if let Some(call) = call {
        let told = client.call(server, call.clone(), story);
        assert_eq!(told, Err(Fault::Disk), "{story}\nthen {call:?}");
    }
}

fn a_read_that_fails_loses_nothing() {
    let disk = some_files();
    let whole = Arc::new(Watched::on(disk.after_kill()));
    let before = all(&open(&whole).expect("the disk works: the server must start"));
    for fails_at in 1..=whole.reads.load(SeqCst) {
        let disk = Arc::new(Watched::on(disk.after_kill()));
        disk.read_fails_at.store(fails_at, SeqCst);
        let story = format!("read {fails_at} of the start has failed");
        match open(&disk) {
            Err(OpenError::Disk(_)) => {}
            Err(error) => panic!("{story}: only the disk failed, and the server says: {error}"),
            // It was not needed.
            Ok(server) => assert_eq!(
                all(&server),
                before,
                "{story}, and the server has started all the same: nothing may be missing"
            ),
        }
        let server = open(&disk).unwrap_or_else(|error| panic!("{story}; the next one: {error}"));
        assert_eq!(all(&server), before, "{story}; then a new start");
    }
}
