//! Of files that are not as the server left them.

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::OpenError;
use rpc::log;

use super::crash::{all, live, open};
use super::end;

/// A disk on which a server has rotated, and made two calls behind that.
fn some_files() -> CrashDisk {
    let disk = Arc::new(CrashDisk::new());
    live(&disk, 0, "nothing crashes");
    let server = open(&disk).expect("it starts again");
    let _ = server.call(None, "Note", &5.into());
    let _ = server.call(None, "Note", &6.into());
    disk.after_crash(Unsynced::Lost)
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
    let disk = some_files();
    let before = {
        let server = open(&with(&disk, |_, _| true)).expect("nothing is missing");
        all(&server)
    };
    let names = disk.files().expect("it works");
    // A server that has one file only is a new one without it.
    for name in names.iter().filter(|_| names.len() > 1) {
        match open(&with(&disk, |file, _| file != name)) {
            Err(OpenError::Damaged { .. }) => {}
            Err(OpenError::Disk(error)) => panic!("{name} is missing: {error}"),
            Ok(server) => assert_eq!(all(&server), before, "{name} is missing"),
        }
    }
}

pub(super) fn other_files_are_left_alone() {
    let disk = Arc::new(CrashDisk::new());
    disk.append("notes.txt", b"not yours").expect("it works");
    live(&disk, 0, "nothing crashes");
    end(open(&disk).expect("it starts again"));
    let notes = disk.read("notes.txt").expect("it works");
    assert_eq!(notes.as_deref(), Some(b"not yours".as_slice()));
}
