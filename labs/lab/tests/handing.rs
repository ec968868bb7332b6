//! What comes from the course and goes back to it: the kit, the file to hand in, the answers.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use std::fs;
use std::path::Path;

use parcel::{Files, LISTING, Listing, PRISTINE};
use support::{Course, FAILS, PASSES};

const VISITED: &str = "labs/locks/src/visited.rs";

/// Makes a course a kit: with copies of the files to edit, and a listing.
fn as_kit(course: &Course) -> Files {
    let mut files = Files::new();
    for path in [
        VISITED,
        "labs/locks/src/bank.rs",
        "labs/locks/src/untested.rs",
    ] {
        files.insert(path.to_owned(), course.read(path).into_bytes());
        files.insert(format!("{PRISTINE}/{path}"), course.read(path).into_bytes());
    }
    let given = "labs/locks/src/lib.rs";
    files.insert(given.to_owned(), course.read(given).into_bytes());
    files.insert(LISTING.to_owned(), Listing::of(&files).text().into_bytes());
    for (path, bytes) in &files {
        course.write(path, std::str::from_utf8(bytes).expect("text"));
    }
    files
}

#[test]
fn what_is_written_is_never_called_not_started() {
    let course = Course::new();
    as_kit(&course);
    course.lab(&[]).says(&["visited", "- not started"]);
    course.write(VISITED, PASSES);
    course.lab(&[]).says(&["> visited", "~ not checked yet"]);
}

#[test]
fn reset_gives_back_what_was_handed_out_also_after_a_commit() {
    let course = Course::new();
    as_kit(&course);
    let stub = course.read(VISITED);
    course.write(VISITED, PASSES);
    course.git(&["init", "--quiet"]);
    course.git(&["add", "."]);
    course.git(&["commit", "--quiet", "--message", "mine"]);
    let kept = ".weft-backup/labs/locks/src/visited.rs.1";
    course
        .lab(&["reset"])
        .exits(0)
        .says(&[kept, "as the course has it"]);
    assert_eq!(
        (course.read(VISITED), course.read(kept)),
        (stub, PASSES.to_owned())
    );
}

#[test]
fn what_was_edited_last_is_checked_where_nothing_is_named() {
    let course = Course::new();
    as_kit(&course);
    course.write(
        "labs/locks/src/bank.rs",
        "pub fn total() -> u64 {\n    3\n}\n",
    );
    course.lab(&["check"]).exits(0).says(&["locks/bank passes"]);
    // The first of the lab that does not pass: none is skipped.
    course.lab(&["next"]).says(&["locks/visited"]);
    course
        .lab(&["check", "--all"])
        .exits(0)
        .says(&["locks/bank passes"]);
}

#[test]
fn one_test_is_checked_by_its_name_and_its_failure_explained() {
    let course = Course::new();
    course.write(VISITED, FAILS);
    let said = course.lab(&["check", "visited::new_at_first"]);
    said.exits(1).says(&["locks/visited: 1 of 1 test failed"]);
    course
        .lab(&["check", "visited::nothing"])
        .exits(3)
        .says(&["has no test with `nothing`"]);
    course.lab(&["check", "visited"]).exits(1);
    course
        .lab(&["explain", "visited"])
        .says(&["deadlock", "fails too: visited::a_url_is_new"]);
    let named = course.lab(&["explain", "visited::new_at_first"]);
    named.exits(0).says(&[
        "visited::a_url_is_new_at_first fails",
        "nobody has marked it yet",
    ]);
    let short = course.lab(&["check", "--short", VISITED]);
    short
        .exits(1)
        .says(&["labs/locks/src/visited.rs:1:1: error: locks/visited: a url is new"]);
}

#[test]
fn what_the_models_cannot_see_is_no_pass() {
    let course = Course::new();
    let past =
        format!("{PASSES}pub static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());\n");
    course.write(VISITED, &past);
    course.lab(&["check", "visited"]).exits(1).says(&[
        "locks/visited uses what it must not\n",
        "labs/locks/src/visited.rs:4:",
        "`kit::sync::Mutex`",
        "The grader refuses",
    ]);
    course.lab(&[]).says(&["x failing"]);
}

#[test]
fn the_hand_in_has_the_files_to_edit_and_says_what_is_missing() {
    let course = Course::new();
    as_kit(&course);
    course
        .lab(&["pack"])
        .exits(1)
        .says(&["nothing is written yet"]);
    course.write(VISITED, PASSES);
    course.write(
        "labs/locks/src/lib.rs",
        "pub mod bank;\npub mod untested;\npub mod visited;\n//\n",
    );
    course.lab(&["pack"]).exits(0).says(&[
        "hand-in/locks.zip: 3 files\n",
        "visited          not checked as it is now",
        "bank             not written\n",
        "Not in it, because the grader uses its own: labs/locks/src/lib.rs.",
    ]);
    let zip = || fs::read(course.path().join("hand-in/locks.zip")).expect("packed");
    let first = zip();
    let files = parcel::read(&first).expect("an archive");
    assert_eq!(files.len(), 3);
    course.lab(&["pack", "locks"]).exits(0);
    assert_eq!(first, zip(), "the same files give the same bytes");
    course.write(VISITED, "pub fn mark() -> bool {\n    3\n}\n");
    course
        .lab(&["pack"])
        .exits(1)
        .says(&["error[E0308]", "nothing was packed"]);
    course
        .lab(&["pack", "--anyway"])
        .exits(0)
        .says(&["hand-in/locks.zip"]);
}

#[test]
fn a_newer_kit_keeps_the_work() {
    let course = Course::new();
    let mut files = as_kit(&course);
    course.write(VISITED, PASSES);
    let newer = "//! You write this file. Read twice.\n";
    for path in [
        VISITED.to_owned(),
        format!("{PRISTINE}/{VISITED}"),
        "labs/locks/new.md".to_owned(),
    ] {
        files.insert(path, newer.as_bytes().to_vec());
    }
    files.insert(LISTING.to_owned(), Listing::of(&files).text().into_bytes());
    let kit = course.path().join("kit.zip");
    fs::write(&kit, parcel::write(&files, "weft").expect("packed")).expect("written");
    let update = |kit: &Path| course.lab(&["update", kit.to_str().expect("text")]);
    update(&kit).exits(0).says(&[
        "new       labs/locks/new.md\n",
        "yours     labs/locks/src/visited.rs",
    ]);
    assert_eq!(course.read(VISITED), PASSES);
    update(&kit).exits(0).says(&["nothing changed"]);
    update(course.path()).exits(0);
    update(&course.path().join("labs"))
        .exits(3)
        .says(&["it has no .pristine/files"]);
}

#[test]
fn our_answer_is_shown_after_yours_passes_and_where_it_is_shipped() {
    let course = Course::new();
    course.write(VISITED, PASSES);
    course
        .lab(&["compare", "visited"])
        .exits(1)
        .says(&["does not ship its answers"]);
    let ours = "//! Ours.\npub fn mark() -> bool {\n    !false\n}\n";
    course.write(&format!(".solutions/{VISITED}"), ours);
    course
        .lab(&["compare", "visited"])
        .exits(1)
        .says(&["does not pass as it is now"]);
    course
        .lab(&["check", "visited"])
        .exits(0)
        .says(&["ours  cargo lab compare visited"]);
    let shown = course.lab(&["compare"]);
    shown.exits(0).says(&[
        "!false",
        "ours: 3 lines of code; yours: 3 lines",
        "Look at:",
        "The idea.",
    ]);
    assert!(!shown.stdout.contains("//! Ours"));
}
