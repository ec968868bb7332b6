//! Of the log's records.

use std::panic::catch_unwind;

use rpc::log::{self, Damaged, HEADER, Records};

// What the file has to offer, to the letter.
const _: fn(&mut Vec<u8>, &[u8]) = |file, payload| log::append(file, payload);
const _: fn(&[u8]) -> Result<Records<'_>, Damaged> = |file| log::records(file);

const PAYLOADS: [&[u8]; 3] = [b"a", b"two\0words", &[0xff; 300]];

/// A file of three records, and where each begins; last, where the file ends.
fn three() -> (Vec<u8>, [usize; 4]) {
    let mut file = Vec::new();
    let mut ends = [0; 4];
    for (end, payload) in ends[1..].iter_mut().zip(PAYLOADS) {
        log::append(&mut file, payload);
        *end = file.len();
    }
    (file, ends)
}

/// The file has its first `count` records, and what is behind them is torn.
fn expect_torn(file: &[u8], count: usize, what: &str) {
    let (_, ends) = three();
    let expected = Records {
        payloads: PAYLOADS[..count].to_vec(),
        whole: ends[count],
    };
    assert_eq!(
        log::records(file),
        Ok(expected),
        "{what}: the whole records must come back, and how many bytes they take"
    );
}

pub(super) fn records_come_back() {
    expect_torn(&[], 0, "an empty file");
    let (file, _) = three();
    expect_torn(&file, 3, "a file of three records");

    let lengths = [1, 255, 256, 65_535, 65_536, 1 << 20];
    let payloads = lengths.map(|length| [b'x'].repeat(length));
    let mut file = Vec::new();
    for payload in &payloads {
        log::append(&mut file, payload);
    }
    let records = log::records(&file).expect("a whole file must be read");
    assert_eq!(
        records.whole,
        file.len(),
        "nothing is torn: all bytes of the file must count as whole"
    );
    assert!(records.payloads == payloads, "records of {lengths:?} bytes");
}

pub(super) fn the_format_is_as_documented() {
    let mut file = b"before".to_vec();
    log::append(&mut file, b"weft");
    let expected = [
        b"before".as_slice(),
        &[4, 0, 0, 0],
        &[0x4b, 0x48, 0x26, 0xae],
        &[0xf6, 0x37, 0x7f, 0xfd],
        b"weft",
    ];
    assert_eq!(
        file,
        expected.concat(),
        "a record that was appended must stand behind what was there, as the format says"
    );
}

pub(super) fn a_payload_that_looks_torn_is_refused() {
    log::append(&mut Vec::new(), b"\0ends in a letter");
    for payload in [b"".as_slice(), b"ends in\0"] {
        let appended = catch_unwind(|| log::append(&mut Vec::new(), payload));
        assert!(appended.is_err(), "{payload:?} was appended");
    }
}

pub(super) fn every_prefix_is_a_torn_tail() {
    let (file, ends) = three();
    for length in 0..=file.len() {
        let whole = ends[1..].iter().filter(|&&end| end <= length).count();
        expect_torn(&file[..length], whole, &format!("the first {length} bytes"));
    }
}

pub(super) fn zeros_at_the_end_are_a_torn_tail() {
    let (file, ends) = three();
    for length in 0..=file.len() {
        let whole = ends[1..].iter().filter(|&&end| end <= length).count();
        for zeros in [1, 11, 12, 13, 400] {
            let mut longer = file[..length].to_vec();
            longer.resize(length + zeros, 0);
            let what = format!("the first {length} bytes, and {zeros} zeros");
            expect_torn(&longer, whole, &what);
        }
    }
}

pub(super) fn every_flipped_bit_is_damage() {
    let (file, ends) = three();
    for at in 0..file.len() {
        let begin = *ends.iter().rfind(|&&end| end <= at).expect("0 is");
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            assert_eq!(
                log::records(&damaged),
                Err(Damaged { offset: begin }),
                "bit {bit} of byte {at} was flipped, of a record that begins at byte {begin}"
            );
        }
    }
    // A header that is whole, and nothing behind it.
    for begin in ends[..3].iter().copied() {
        let whole = &file[..begin + HEADER];
        assert_ne!(whole.last(), Some(&0), "its last byte was written");
        for (at, bit) in (begin..begin + 8).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut damaged = whole.to_vec();
            damaged[at] ^= 1 << bit;
            assert_eq!(
                log::records(&damaged),
                Err(Damaged { offset: begin }),
                "bit {bit} of byte {at} was flipped, and the file ends with that header"
            );
        }
    }
}

pub(super) fn a_damaged_length_is_no_torn_tail() {
    let (file, ends) = three();
    for (count, begin) in ends[..3].iter().copied().enumerate() {
        for length in [0, 2, 400, 1 << 20, u32::MAX] {
            let mut damaged = file.clone();
            damaged[begin..begin + 4].copy_from_slice(&u32::to_le_bytes(length));
            assert_eq!(
                log::records(&damaged),
                Err(Damaged { offset: begin }),
                "record {count} says that it has {length} bytes"
            );
        }
    }
    // A sector of zeros, and something was written behind it.
    for (count, begin) in ends[..3].iter().copied().enumerate() {
        for end in [begin + HEADER, ends[count + 1]] {
            let mut damaged = file.clone();
            damaged[begin..end].fill(0);
            if end < file.len() {
                assert_eq!(
                    log::records(&damaged),
                    Err(Damaged { offset: begin }),
                    "bytes {begin} to {end} are zeros, and record {count} begins at byte {begin}"
                );
            }
        }
    }
}
