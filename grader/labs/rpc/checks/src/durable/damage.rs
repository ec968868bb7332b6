//! Of files that are not as the server left them.

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::OpenError;
use rpc::log;

use super::crash::{all, live, note, open, started};
use super::end;

/// A disk on which a server has rotated, and made two calls behind that.
pub(super) fn some_files() -> CrashDisk {
    let disk = Arc::new(CrashDisk::new());
    live(&disk, 0, "nothing crashes");
    let server = open(&disk).expect("it starts again");
    let _ = server.call(None, "Note", &5.into());
    let _ = server.call(None, "Note", &6.into());
    disk.after_crash(Unsynced::Kept)
}

/// The same files with other contents.
fn with(disk: &CrashDisk, mut change: impl FnMut(&str, &mut Vec<u8>) -> bool) -> Arc<CrashDisk> {
    let copy = CrashDisk::new();
    for file in disk.files().expect("it works") {
        let mut bytes = disk.read(&file).expect("it works").expect("it is there");
        if change(&file, &mut bytes) {
            copy.append(&file, &bytes).expect("it works");
        }
    }
    Arc::new(copy.after_crash(Unsynced::Kept))
}

pub(super) fn a_damaged_file_is_named() {
    let disk = some_files();
    for name in disk.files().expect("it works") {
        let length = disk.read(&name).expect("it works").map_or(0, |b| b.len());
        for at in 0..length {
            let damaged = with(&disk, |file, bytes| {
                if file == name {
                    bytes[at] ^= 1;
                }
                true
            });
            match open(&damaged) {
                Err(OpenError::Damaged { file, offset, .. }) => assert!(
                    file == name && offset <= at,
                    "byte {at} of {name} is damaged, and not byte {offset} of {file}"
                ),
                Err(OpenError::Disk(error)) => panic!("byte {at} of {name} is damaged: {error}"),
                Ok(server) => panic!(
                    "byte {at} of {name} is damaged, and the server starts with {:?}",
                    all(&server)
                ),
            }
            let left = with(&damaged, |_, _| true);
            assert_eq!(
                left.read(&name).expect("it works").map_or(0, |b| b.len()),
                length,
                "{name} is damaged, and no evidence may be lost"
            );
        }
    }
}

pub(super) fn a_record_that_is_no_call_is_refused() {
    let disk = some_files();
    for name in disk.files().expect("it works") {
        let bytes = disk.read(&name).expect("it works").unwrap_or_default();
        // Whatever a server writes, this is none of it.
        let alone = log::records(&bytes).is_ok_and(|records| records.payloads.len() == 1);
        let mut longer = bytes.clone();
        log::append(&mut longer, b"\xff\xfe no call \xff");
        let changed = with(&disk, |file, bytes| {
            if file == name {
                bytes.clone_from(&longer);
            }
            true
        });
        match open(&changed) {
            // A file that has one record and no more may be refused as a whole.
            Err(OpenError::Damaged { file, offset, .. }) => assert!(
                file == name && (offset == bytes.len() || alone),
                "the record at byte {} of {name} is no call, and not byte {offset} of {file}",
                bytes.len()
            ),
            Err(OpenError::Disk(error)) => panic!("the last record of {name} is no call: {error}"),
            Ok(_) => panic!("the last record of {name} is no call, and the server starts"),
        }
    }
}

pub(super) fn a_missing_file_is_refused() {
    for disk in [some_files(), all_in_a_snapshot()] {
        let before = all(&open(&with(&disk, |_, _| true)).expect("nothing is missing"));
        let names = disk.files().expect("it works");
        // A server that has one file only is a new one without it.
        for name in names.iter().filter(|_| names.len() > 1) {
            let rest = with(&disk, |file, _| file != name);
            expect_refused_or(&rest, &format!("{name} is missing"), |found| {
                found == before
            });
        }
    }
    a_file_that_is_cut_short_is_refused();
}

/// A disk on which a server has rotated after each of three calls.
fn all_in_a_snapshot() -> CrashDisk {
    let disk = Arc::new(CrashDisk::new());
    let server = started(&disk, 0);
    for seq in 1..=3 {
        assert_eq!(note(&server, seq), Ok(Ok(seq.into())), "the disk works");
    }
    disk.after_crash(Unsynced::Kept)
}

fn a_file_that_is_cut_short_is_refused() {
    let disk = all_in_a_snapshot();
    for name in disk.files().expect("it works") {
        let length = disk.read(&name).expect("it works").map_or(0, |b| b.len());
        for cut in 0..length {
            let rest = with(&disk, |file, bytes| {
                if file == name {
                    bytes.truncate(cut);
                }
                true
            });
            let story = format!("{name} is cut off after {cut} of {length} bytes");
            // Who rotates before a call and not behind it has the last one in a log, and takes it
            // for torn.
            expect_refused_or(&rest, &story, |found| found == [1, 2, 3] || found == [1, 2]);
        }
    }
}

/// The server refuses what is there, changes nothing of it, and refuses it once more; or it has
/// what it must have.
fn expect_refused_or(disk: &Arc<CrashDisk>, story: &str, is_right: impl Fn(&[u64]) -> bool) {
    let before = contents(disk);
    for start in ["", "; a second start"] {
        match open(disk) {
            Err(OpenError::Damaged { .. }) => assert_eq!(
                contents(disk),
                before,
                "{story}, and what was there was changed"
            ),
            Err(OpenError::Disk(error)) => panic!("{story}{start}: {error}"),
            Ok(server) => {
                let found = all(&server);
                assert!(
                    is_right(&found),
                    "{story}{start}, and the server starts with {found:?}"
                );
                return;
            }
        }
    }
}

fn contents(disk: &CrashDisk) -> Vec<(String, Option<Vec<u8>>)> {
    let names = disk.files().expect("it works").into_iter();
    names
        .map(|name| (name.clone(), disk.read(&name).expect("it works")))
        .collect()
}

pub(super) fn other_files_are_left_alone() {
    let disk = Arc::new(CrashDisk::new());
    disk.append("notes.txt", b"not yours").expect("it works");
    live(&disk, 0, "nothing crashes");
    end(open(&disk).expect("it starts again"));
    let notes = disk.read("notes.txt").expect("it works");
    assert_eq!(notes.as_deref(), Some(b"not yours".as_slice()));
}
