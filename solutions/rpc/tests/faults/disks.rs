//! A server with a disk, which crashes and comes back.

use kit::net::Network;
use kit::sync::Arc;
use kit::thread;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault as Broken};
use rpc::kv::Store;
use serde_json::json;

use crate::stack::{self, Clients, Life, ONE_SERVER, SERVER};
use crate::{Fault, drawing, with_handler};

/// Makes the disk of a durable server.
pub(crate) type MakeDisk = fn(Arc<CrashDisk>) -> Arc<dyn Disk>;

/// The server has a disk, crashes and comes back, and clients try without end.
pub(crate) fn exactly_once(fault: Fault, seed: u64, make: MakeDisk) -> u64 {
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
