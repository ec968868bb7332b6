use kit::sync::Arc;
use kit::{explore, thread};
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault, OpenError};
use rpc::log::{self, Damaged};
use rpc::machine::Machine;
use rpc::message::{CallId, ClientId, Reply};
use serde_json::Value;

rules::test!("src/durable.rs", "src/log.rs");

/// An account with 100 in it.
struct Account(i64);

impl Machine for Account {
    fn apply(&mut self, _method: &str, amount: &Value) -> Reply {
        self.0 -= amount.as_i64().ok_or("no number")?;
        Ok(self.0.into())
    }

    fn save(&self) -> Value {
        self.0.into()
    }

    fn load(&mut self, saved: &Value) -> Result<(), String> {
        self.0 = saved.as_i64().ok_or("no number")?;
        Ok(())
    }
}

fn open(disk: &Arc<CrashDisk>) -> Result<Durable<Account>, OpenError> {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    Durable::open(disk, Account(100), 150)
}

/// Deducts 1, as call `seq`.
fn deduct(server: &Durable<Account>, seq: u64) -> Result<Reply, Fault> {
    let client = ClientId(7);
    let seen = seq.saturating_sub(2);
    let call = CallId { client, seq, seen };
    server.call(Some(call), "Deduct", &1.into())
}

#[test]
fn a_torn_tail_is_cut_and_damage_is_refused() {
    let mut file = Vec::new();
    log::append(&mut file, b"first");
    let second = file.len();
    log::append(&mut file, b"second");
    for length in second..file.len() {
        let records = log::records(&file[..length]).expect("the rest is a torn tail");
        assert_eq!(records.payloads, [b"first"], "the first {length} bytes");
        assert_eq!(
            records.whole, second,
            "the torn tail does not count: `whole` must end behind the first record"
        );
    }
    let last = file.len() - 1;
    file[last] ^= 1;
    assert_eq!(
        log::records(&file),
        Err(Damaged { offset: second }),
        "a bit of the second record is flipped: that is damage, and must be named"
    );
    file[0] ^= 1;
    assert_eq!(
        log::records(&file),
        Err(Damaged { offset: 0 }),
        "a wrong length is not a torn tail"
    );
}

#[test]
fn a_retry_after_a_restart_gets_the_first_reply() {
    let disk = Arc::new(CrashDisk::new());
    {
        let server = open(&disk).expect("the disk is empty and works: the server must start");
        assert_eq!(
            deduct(&server, 1),
            Ok(Ok(99.into())),
            "the first call takes 1 of 100: it must be answered with 99"
        );
        assert_eq!(
            deduct(&server, 2),
            Ok(Ok(98.into())),
            "the second call takes 1 of 99: it must be answered with 98"
        );
    }
    let server = open(&Arc::new(disk.after_crash(Unsynced::Lost)))
        .expect("the machine has crashed: the server must start again");
    assert_eq!(deduct(&server, 2), Ok(Ok(98.into())), "it had run");
    assert_eq!(deduct(&server, 3), Ok(Ok(97.into())), "a new call");
}

#[test]
fn no_call_is_lost_or_runs_twice_wherever_the_machine_crashes() {
    let disk = Arc::new(CrashDisk::new());
    assert_eq!(live(&disk, 0, "no crash"), 4, "nothing crashes");
    for step in 1..=disk.steps() {
        let disk = Arc::new(CrashDisk::crashing_before(step));
        let answered = live(&disk, 0, "before the crash");
        for unsynced in Unsynced::ALL {
            let at = disk.crashed_at().unwrap();
            let story = format!(
                "crash before step {step} ({at}), what was not synced: {unsynced:?}, answered: {answered}"
            );
            let found = Arc::new(disk.after_crash(unsynced));
            assert_eq!(live(&found, answered, &story), 4, "{story}: it goes on");
        }
    }
}

/// Makes the calls behind those that were answered, each until it is answered or the machine
/// crashes. Returns how many are answered then.
fn live(disk: &Arc<CrashDisk>, mut answered: u64, story: &str) -> u64 {
    let server = match open(disk) {
        Ok(server) => server,
        Err(error) => {
            assert!(disk.has_crashed(), "{story}: no start: {error}");
            return answered;
        }
    };
    while answered < 4 {
        let seq = answered + 1;
        match deduct(&server, seq) {
            Ok(reply) => assert_eq!(reply, Ok((100 - seq).into()), "{story}: call {seq}"),
            Err(fault) => {
                assert!(disk.has_crashed(), "{story}: the disk works, and: {fault}");
                break;
            }
        }
        answered = seq;
    }
    answered
}

#[test]
fn of_two_calls_at_once_none_is_answered_before_its_sync() {
    explore(|| {
        let disk = Arc::new(CrashDisk::new());
        let server = open(&disk).expect("the disk is empty and works: the server must start");
        thread::scope(|s| {
            s.spawn(|| deduct(&server, 1));
            let reply = deduct(&server, 2).expect("the disk works: the call must be answered");
            let server = open(&Arc::new(disk.after_crash(Unsynced::Lost)))
                .expect("the machine has crashed: the server must start again");
            assert_eq!(
                deduct(&server, 2),
                Ok(reply),
                "a retry after a crash of what was answered before it"
            );
        });
    });
}
