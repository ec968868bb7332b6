//! Layers that are broken or left out: the matrix finds them out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::{Failure, seeds};
use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk};
use rpc::machine::Entry;
use rpc::replica::{Backup, Refused};
use serde_json::Value;

use crate::calls::calls_end;
use crate::careless::{Careless, Mistake};
use crate::disks::exactly_once;
use crate::replicas::{Peer, what_is_answered_stays};
use crate::stack::Clients;
use crate::{FEW, Fault, Memory, SEEDS, at_most_once};

/// A mistake is found with one of the seeds, and the failure says so.
fn is_found(says: &[&str], run: fn(u64)) {
    let failed = catch_unwind(AssertUnwindSafe(|| seeds(SEEDS, run)));
    let payload = failed.expect_err("no seed finds it");
    let failure = payload.downcast::<Failure>().expect("a failure is drawn");
    let said = says.iter().any(|text| failure.message.contains(text));
    assert!(said, "it says something else: {}", failure.message);
}

/// What is said of a deduct that was executed again. Four times look like none, and like one more
/// of the next amount.
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
