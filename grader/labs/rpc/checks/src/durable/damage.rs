//! Of files that are not as the server left them.

use std::collections::BTreeSet;

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::OpenError;
use rpc::log::{self, HEADER};

use super::crash::{all, note, open, started};
use super::lives::Step::{New, Restart, Unnamed};
use super::lives::{Client, Life, lives, moments};

/// Rotates twice, and makes two calls behind that.
fn long() -> Life {
    Life::of(&[New, New, New, New, Restart, Unnamed, Unnamed])
}

/// A disk on which a server has rotated, and made two calls behind that.
pub(super) fn some_files() -> CrashDisk {
    let disk = Arc::new(CrashDisk::new());
    let _ = long().lead(&disk, |_| ());
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

/// What may have become of the first `whole` bytes of a file, with the first byte that has changed:
/// a bit is flipped, or some bytes are zeros. (The last ones are not: that is a torn tail.)
fn damages(bytes: &[u8], whole: usize) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let flipped = (0..whole).map(|at| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1 << (at % 8);
        (at, bytes)
    });
    let ranges = (0..whole).flat_map(|at| [1, 4, HEADER, 40].map(|length| at..at + length));
    let ranges = ranges.filter(move |range| range.end < whole);
    let zeroed = ranges.filter_map(|range| {
        let first = range.clone().find(|&at| bytes[at] != 0)?;
        let mut bytes = bytes.to_vec();
        bytes[range].fill(0);
        Some((first, bytes))
    });
    flipped.chain(zeroed)
}

/// Where the record begins that the byte is in; `None` if the file does not consist of records.
fn record_at(file: &[u8], at: usize) -> Option<usize> {
    let records = log::records(file).ok()?;
    let mut begin = 0;
    for payload in records.payloads {
        let end = begin + HEADER + payload.len();
        if at < end {
            return Some(begin);
        }
        begin = end;
    }
    None
}

pub(super) fn a_damaged_file_is_named() {
    expect_named(&some_files(), |_, bytes| bytes.len());
    // Behind a torn tail, too, which stays where it is.
    let life = [long()];
    let moments: Vec<_> = moments(&life).collect();
    let before = &moments[0].disk;
    let whole = |name: &str, _: &[u8]| before.read(name).expect("it works").map_or(0, |b| b.len());
    let is_torn = |disk: &CrashDisk| {
        disk.files().ok() == before.files().ok() && contents(disk) != contents(before)
    };
    // The first has one byte of the next record, the second half of it.
    let torn = moments.iter().map(|moment| &moment.disk);
    if let Some(torn) = torn.filter(|disk| is_torn(disk)).nth(1) {
        expect_named(torn, whole);
    }
}

/// Damages each file of the disk in every way, in the first that many bytes.
fn expect_named(disk: &CrashDisk, whole: impl Fn(&str, &[u8]) -> usize) {
    for (name, bytes) in contents(disk) {
        for (at, changed) in damages(&bytes, whole(&name, &bytes)) {
            let damaged = with(disk, |file, bytes| {
                if file == name {
                    bytes.clone_from(&changed);
                }
                true
            });
            let begin = record_at(&bytes, at);
            match open(&damaged) {
                Err(OpenError::Damaged { file, offset, .. }) => assert!(
                    file == name && begin.map_or(offset <= at, |begin| offset == begin),
                    "byte {at} of {name} is damaged, in the record at {begin:?}; not at byte \
                     {offset} of {file}"
                ),
                Err(OpenError::Disk(error)) => panic!("byte {at} of {name} is damaged: {error}"),
                Ok(server) => panic!(
                    "byte {at} of {name} is damaged, and the server starts with {:?}",
                    all(&server)
                ),
            }
            let left = contents(&damaged);
            let here = left
                .iter()
                .any(|file| *file == (name.clone(), changed.clone()));
            let others = left.len() == disk.files().expect("it works").len();
            assert!(
                here && others,
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
                "the record at byte {} of {name} is not a call, and not byte {offset} of {file}",
                bytes.len()
            ),
            Err(OpenError::Disk(error)) => {
                panic!("the last record of {name} is not a call: {error}")
            }
            Ok(_) => panic!("the last record of {name} is not a call, and the server starts"),
        }
    }
}

pub(super) fn a_missing_file_is_refused() {
    for life in lives(&[New, Restart], 3) {
        let whole = Arc::new(CrashDisk::new());
        let (client, _) = life.lead(&whole, |_| ());
        let names = whole.files().expect("it works");
        // A server that has one file only is a new one without it.
        for name in names.iter().filter(|_| names.len() > 1) {
            let rest = with(&whole, |file, _| file != name);
            let story = format!("{life}; then {name} is missing");
            let is_there = |file: &str| file != name && names.iter().any(|name| name == file);
            let is_named = |file: &str, offset| !is_there(file) && offset == 0;
            expect_refused_or(&life, &rest, is_named, &story, |story| {
                client.expect_found(&life, &rest, &story);
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
            // Whoever rotates before a call and not behind it has the last one in a log, and takes
            // it for torn.
            let is_named = |file: &str, offset| file == name && offset <= cut;
            expect_refused_or(&Life::of(&[]), &rest, is_named, &story, |story| {
                let found = all(&open(&rest).expect("it has started"));
                let is_right = found == [1, 2, 3] || found == [1, 2];
                assert!(is_right, "{story}, and the server starts with {found:?}");
            });
        }
    }
}

/// The server refuses what is there, names what is wrong, changes nothing, and refuses it once
/// more; or it starts, and has what it must have.
fn expect_refused_or(
    life: &Life,
    disk: &CrashDisk,
    is_named: impl Fn(&str, usize) -> bool,
    story: &str,
    has_all: impl Fn(&str),
) {
    let before = contents(disk);
    let disk = Arc::new(disk.after_kill());
    for start in ["", "; a second start"] {
        let story = format!("{story}{start}");
        match life.open(&disk) {
            Err(OpenError::Damaged { file, offset, .. }) => {
                let changed = contents(&disk) != before;
                assert!(!changed, "{story}, and what was there was changed");
                let named = is_named(&file, offset);
                assert!(named, "{story}, and not {file} at byte {offset}");
            }
            Err(OpenError::Disk(error)) => {
                panic!("{story}: the disk works, and the server says: {error}")
            }
            Ok(_) => return has_all(&story),
        }
    }
}

pub(super) fn contents(disk: &CrashDisk) -> Vec<(String, Vec<u8>)> {
    let names = disk.files().expect("it works").into_iter();
    let read = |name: &str| disk.read(name).expect("it works").unwrap_or_default();
    names.map(|name| (name.clone(), read(&name))).collect()
}

/// Names that a server may take for its own and that are not.
fn others() -> BTreeSet<String> {
    let life = [long()];
    let pictures = moments(&life).map(|moment| moment.disk.files().expect("it works"));
    let own: BTreeSet<String> = pictures.flatten().collect();
    let alike = |name: &String| {
        let (letters, digits) = name.split_at(name.trim_end_matches(char::is_numeric).len());
        let other = ["0", "+", "-", " ", "x"].map(|sign| format!("{letters}{sign}{digits}"));
        let longer = ["~", ".bak", ".old", ".txt", "x"].map(|end| format!("{name}{end}"));
        let shorter = [letters.to_owned(), letters.trim_end_matches('.').to_owned()];
        other.into_iter().chain(longer).chain(shorter)
    };
    let mut others: BTreeSet<String> = own.iter().flat_map(alike).collect();
    others.insert("notes.txt".to_owned());
    others.retain(|name| !name.is_empty() && !own.contains(name));
    others
}

pub(super) fn other_files_are_left_alone() {
    for name in others() {
        let disk = Arc::new(CrashDisk::new());
        disk.append(&name, b"not yours").expect("it works");
        let life = long();
        let (client, end) = life.lead(&disk, |_: &Client| ());
        assert!(end.is_ok(), "{name} is there, and the server fails");
        let story = format!("{name} is there");
        client.expect_found(&life, &disk, &story);
        let left = disk.read(&name).expect("it works");
        assert_eq!(
            left.as_deref(),
            Some(b"not yours".as_slice()),
            "the file {name} is not the server's: it must stay as it was"
        );
    }
}
