//! Ways around the façade, and that each is found with its line.

use std::collections::{BTreeMap, BTreeSet};

use grader::build::Message;
use grader::stage::Lints;
use grader::verdict::Verdict;
use grader::vet::lints;

use super::{answer, check, course, grade_files, stage};

/// Each line that says FOUND has to be found, and no other.
const WAYS: &str = r#"//! You write this file: ways around the façade.
#![allow(warnings, clippy::all)]
use std::sync::Mutex; // FOUND
use std::sync::Mutex as Lock; // FOUND
use std::sync::*;
use core::sync::atomic::AtomicBool; // FOUND
use std::sync::atomic::{AtomicUsize, Ordering}; // FOUND
use std::sync as s;
use std as mine;
use std::thread;
type Alias = std::sync::RwLock<u8>; // FOUND
pub struct ByGlob { pub m: Condvar } // FOUND
pub fn by_alias_of_a_module(_: &s::Barrier) {} // FOUND
pub fn by_alias_of_std() -> Option<mine::sync::OnceLock<u8>> { None } // FOUND
pub fn in_an_expression() { let _ = s::Mutex::new(1); } // FOUND
pub fn by_renamed_import() { let _ = Lock::new(1); } // FOUND
macro_rules! make { () => { std::sync::Once::new() }; } pub fn by_macro() { let _ = make!(); } // FOUND
thread_local! { static LOCAL: u8 = 1; } // FOUND
pub fn spawns() { std::thread::spawn(|| {}); } // FOUND
pub fn as_a_value() { let f = std::thread::yield_now; f(); } // FOUND
pub fn by_module() { thread::sleep(std::time::Duration::ZERO); } // FOUND
pub fn scoped() { thread::scope(|_| {}); } // FOUND
pub fn builds() { let _ = thread::Builder::new(); } // FOUND
pub fn channels() { let (_a, _b) = std::sync::mpsc::channel::<u8>(); } // FOUND
pub fn bounded() { let (_a, _b) = std::sync::mpsc::sync_channel::<u8>(1); } // FOUND
pub fn fences() { std::sync::atomic::fence(Ordering::SeqCst); } // FOUND
pub fn spins() { core::hint::spin_loop(); } // FOUND
pub fn turbofish() -> usize { std::mem::size_of::<std::sync::atomic::AtomicU8>() } // FOUND
pub trait Has { type M; } impl Has for u8 { type M = std::sync::Mutex<u8>; } // FOUND
pub fn bound<M: Into<std::sync::Mutex<u8>>>(_: M) {} // FOUND
static LAZY: std::sync::LazyLock<u8> = std::sync::LazyLock::new(|| 1); // FOUND
pub fn dynamic(_: Box<dyn Fn(std::thread::Thread)>) {} // FOUND
pub use std::sync::Barrier as Public; // FOUND
pub fn by_own_re_export(_: self::Public) {} // FOUND
pub mod inner { pub use std::sync::atomic::AtomicI8 as A; } // FOUND
pub fn through_a_module(_: inner::A) {} // FOUND
#[allow(clippy::disallowed_types)] pub fn allowed(_: std::sync::Mutex<u8>) {} // FOUND
pub fn absolute(_: ::std::sync::atomic::AtomicPtr<u8>) {} // FOUND
pub fn clock() { let _ = std::time::Instant::now(); } // FOUND
pub fn wall_clock() -> std::time::SystemTime { std::time::UNIX_EPOCH } // FOUND
pub fn exits() { std::process::exit(0) } // FOUND
pub fn reads() { let _ = std::fs::read("x"); } // FOUND
pub fn looks() -> bool { std::path::Path::new("x").exists() } // FOUND
pub fn connects() { let _ = std::net::TcpStream::connect("x:1"); } // FOUND
pub fn arguments() { let _ = std::env::args(); } // FOUND
pub fn input() { let _ = std::io::stdin(); } // FOUND
pub fn hooks() { std::panic::set_hook(Box::new(|_| {})); } // FOUND
pub fn drains() { let _ = kit::explore::take_outcomes(); } // FOUND
pub fn resolves() { use std::net::*; let _ = "x:1".to_socket_addrs(); } // FOUND
pub fn descriptor() { use std::os::fd::*; let _ = std::io::stdout().as_raw_fd(); } // FOUND
pub fn lends() { use std::os::fd::*; let _ = std::io::stdout().as_fd().try_clone_to_owned(); } // FOUND
pub fn here() { let _ = std::path::absolute("x"); } // FOUND
pub fn trace() -> String { std::backtrace::Backtrace::force_capture().to_string() } // FOUND
pub fn counts(arc: &Arc<u8>) -> usize { Arc::strong_count(arc) } // FOUND
pub fn counts_of_a_weak(weak: &std::sync::Weak<u8>) -> usize { weak.strong_count() } // FOUND
pub fn fine() { let _ = (Arc::new(1), Ordering::SeqCst, std::cell::Cell::new(1), thread::panicking()); }
pub fn one() -> u32 { 1 }
"#;

/// What clippy says of these files over the skeleton.
fn linted(files: &BTreeMap<&str, &str>, lists: &str) -> Vec<Message> {
    let mut stage = stage();
    let laid = stage.lay(files).expect("room");
    let compiled = laid.compile(Lints::Lists(lists)).expect("clippy runs");
    compiled.expect("it compiles").messages().to_vec()
}

#[test]
fn every_way_to_the_standard_librarys_primitives_is_found_with_its_line() {
    let lab = &course().lab;
    let messages = linted(&[("src/one.rs", WAYS)].into(), &lints::lists(lab));
    let exercise = lab.exercise("one").expect("an exercise");
    let findings = lints::bypasses(&messages, exercise, &lab.dir());
    let found: BTreeSet<usize> = findings.iter().map(|finding| finding.place.line).collect();
    let wanted: BTreeSet<usize> = WAYS
        .lines()
        .enumerate()
        .filter(|(_, line)| line.ends_with("// FOUND"))
        .map(|(at, _)| at + 1)
        .collect();
    let line = |at: &usize| WAYS.lines().nth(at - 1).unwrap_or_default();
    let missed: Vec<&str> = wanted.difference(&found).map(line).collect();
    let extra: Vec<&str> = found.difference(&wanted).map(line).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "missed: {missed:#?}\nextra: {extra:#?}"
    );
}

#[test]
fn every_path_of_the_lists_names_something() {
    let lists = lints::lists(&course().lab).replace(", allow-invalid = true", "");
    let messages = linted(&[].into(), &lists);
    let wrong: Vec<&str> = messages
        .iter()
        .map(|message| message.text.as_str())
        .filter(|text| text.contains("does not refer to") || text.contains("expected a"))
        // The fixture's kit has none of these, and what a lint forbids stands in all three lists.
        .filter(|text| !text.contains("`kit::"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_bypass_is_told_in_the_students_words_and_nothing_of_the_exercise_is_run() {
    let text =
        "use std::sync::Mutex;\n\npub fn one() -> u32 {\n    *Mutex::new(1).lock().unwrap()\n}\n";
    let report = grade_files(&[("src/one.rs", text), ("src/two.rs", &answer("two", "2"))]);
    for check in &report.exercises[0].checks {
        assert_eq!(check.judged.verdict, Verdict::Fail);
        let told = "labs/tiny/src/one.rs:1:16 takes `std::sync::Mutex`: the model checker cannot see it; \
                    take it from `kit::sync::Mutex`";
        assert_eq!(check.judged.why, told);
    }
    assert!(report.exercises[1].score.full());
}

#[test]
fn reaching_for_the_machine_is_forgery() {
    let exits = "pub fn one() -> u32 {\n    std::process::exit(0)\n}\n";
    let constructor = "#[used]\n#[unsafe(link_section = \".init_array\")]\nstatic FIRST: extern \"C\" fn() = first;\n\
                       extern \"C\" fn first() {\n    std::process::exit(0)\n}\npub fn three() -> u32 {\n    3\n}\n";
    let report = grade_files(&[("src/one.rs", exits), ("src/raw.rs", constructor)]);
    for id in ["one::is_one", "raw::is_three"] {
        assert_eq!(check(&report, id).judged.verdict, Verdict::Forged);
    }
}

#[test]
fn a_trusted_exercise_cannot_borrow_from_one_that_is_not() {
    let wrapper = "use std::sync::Mutex;\n\npub fn borrowed() -> Mutex<u32> {\n    Mutex::new(2)\n}\n\
                   pub fn one() -> u32 {\n    1\n}\n";
    let borrower = "pub fn two() -> u32 {\n    *crate::one::borrowed().lock().unwrap()\n}\n";
    let report = grade_files(&[("src/one.rs", wrapper), ("src/two.rs", borrower)]);
    assert_eq!(
        check(&report, "two::is_two").judged.verdict,
        Verdict::DoesNotBuild
    );
}

#[test]
fn an_exercise_cannot_borrow_from_one_that_teaches_unsafe() {
    let raw = "pub fn three() -> u32 {\n    3\n}\npub fn borrowed() -> u32 {\n    2\n}\n";
    let two = "pub fn two() -> u32 {\n    crate::raw::borrowed()\n}\n";
    let report = grade_files(&[("src/raw.rs", raw), ("src/two.rs", two)]);
    assert!(
        report
            .exercises
            .iter()
            .any(|exercise| exercise.name == "raw" && exercise.score.full())
    );
    let judged = &check(&report, "two::is_two").judged;
    assert_eq!(judged.verdict, Verdict::DoesNotBuild);
}

#[test]
fn what_cannot_be_read_is_not_built_and_is_nobodys_fault_but_its_own() {
    let one = "#!/bin/sh\n// a quote that does not end: \npub fn one() -> u32 {\n    \"\n}\n";
    let shebang = "#!/usr/bin/env \"\npub fn two() -> u32 {\n    2\n}\n";
    let report = grade_files(&[("src/one.rs", one), ("src/two.rs", shebang)]);
    let judged = &check(&report, "one::is_one").judged;
    assert_eq!(judged.verdict, Verdict::DoesNotBuild);
    assert!(
        judged.why.starts_with("labs/tiny/src/one.rs:4:"),
        "{}",
        judged.why
    );
    assert!(
        report.exercises[1].score.full(),
        "the compiler leaves that line out"
    );
}

#[test]
fn unsafe_is_refused_where_it_is_not_taught_and_graded_where_it_is() {
    let one = "pub fn one() -> u32 {\n    unsafe { *(&raw const ONE) }\n}\nstatic ONE: u32 = 1;\n";
    let three =
        "pub fn three() -> u32 {\n    unsafe { *(&raw const THREE) }\n}\nstatic THREE: u32 = 3;\n";
    let report = grade_files(&[("src/one.rs", one), ("src/raw.rs", three)]);
    assert_eq!(check(&report, "one::is_one").judged.verdict, Verdict::Fail);
    assert!(
        check(&report, "one::is_one")
            .judged
            .why
            .contains("one.rs:2:5 uses `unsafe`")
    );
    assert_eq!(
        check(&report, "raw::is_three").judged.verdict,
        Verdict::Pass
    );
}

#[test]
fn what_only_clippy_refuses_is_graded() {
    let one = "pub fn one() -> u32 {\n    let n: u32 = std::hint::black_box(1);\n    if n < 0 { 7 } else { n }\n}\n";
    let report = grade_files(&[("src/one.rs", one)]);
    assert_eq!(check(&report, "one::is_one").judged.verdict, Verdict::Pass);
}

#[test]
fn no_answer_asks_who_compiles_it() {
    let one = "pub fn one() -> u32 {\n    #[cfg(clippy)]\n    return 7;\n    1\n}\n";
    let report = grade_files(&[("src/one.rs", one)]);
    let judged = &check(&report, "one::is_one").judged;
    assert_eq!(judged.verdict, Verdict::Fail, "{judged:?}");
    assert!(judged.why.contains("uses `#[cfg]`"), "{judged:?}");
}
