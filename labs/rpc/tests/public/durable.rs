use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::Durable;
use rpc::machine::Machine;
use rpc::message::{CallId, ClientId, Reply};
use serde_json::Value;

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

fn call(seq: u64) -> CallId {
    CallId {
        client: ClientId(7),
        seq,
        seen: seq.saturating_sub(2),
    }
}

/// Deducts 1 for each of six calls, starting again after each crash; `disk` crashes once.
fn run(disk: Arc<CrashDisk>, unsynced: Unsynced) {
    let mut disk = disk;
    let mut server = None;
    let mut restarts = 0;
    for seq in 1..=6 {
        loop {
            let done = match &server {
                None => {
                    match Durable::open(Arc::clone(&disk) as Arc<dyn Disk>, Account(100), 150) {
                        Ok(opened) => {
                            server = Some(opened);
                            continue;
                        }
                        Err(error) => {
                            assert!(disk.has_crashed(), "{error}");
                            false
                        }
                    }
                }
                Some(server) => match server.call(Some(call(seq)), "Deduct", &1.into()) {
                    Ok(reply) => {
                        assert_eq!(reply, Ok((100 - seq).into()), "call {seq}");
                        true
                    }
                    Err(_) => false,
                },
            };
            if done {
                break;
            }
            restarts += 1;
            assert!(restarts < 5);
            server = None;
            disk = Arc::new(disk.after_crash(unsynced));
        }
    }
}

#[test]
fn no_call_is_lost_or_runs_twice_wherever_the_machine_crashes() {
    let disk = Arc::new(CrashDisk::new());
    run(Arc::clone(&disk), Unsynced::Kept);
    let steps = disk.steps();
    eprintln!("{steps} steps, {:?}", disk.files());
    for step in 1..=steps {
        for unsynced in [Unsynced::Kept, Unsynced::Lost] {
            run(Arc::new(CrashDisk::crashing_before(step)), unsynced);
        }
    }
}
