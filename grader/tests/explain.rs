//! `grader explain`: both drawings, and whatever is wrong with the file.

use std::path::Path;
use std::process::{Command, Output};

use grader::error::Exit;
use tempfile::TempDir;

/// Runs the grader in a folder that is in no course.
fn grader(folder: &TempDir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_grader"))
        .args(args)
        .current_dir(folder.path())
        .output()
        .expect("the grader runs")
}

#[track_caller]
fn says(output: &Output, exit: Exit, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
    assert_eq!(output.status.code(), Some(exit as i32), "{said}");
}

/// A failure that the kit's own tests keep.
fn kept_failure() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../labs/picture/tests/failures/lock_order.json")
}

#[test]
fn a_failure_is_explained_in_both_forms() {
    let folder = TempDir::new().expect("a place for files");
    let failure = kept_failure();
    let failure = failure.to_str().expect("a path in UTF-8");
    let output = grader(&folder, &["explain", failure]);
    says(&output, Exit::Done, &[]);
    let drawn = String::from_utf8_lossy(&output.stdout);
    assert!(drawn.contains("lock_order does not hold"), "{drawn}");
    says(
        &grader(&folder, &["explain", failure, "--html", "page.html"]),
        Exit::Done,
        &[],
    );
    let page = std::fs::read_to_string(folder.path().join("page.html")).expect("the page");
    assert!(page.starts_with("<!doctype html>"), "{}", &page[..80]);
}

#[test]
fn a_file_that_holds_no_failure_is_told() {
    let folder = TempDir::new().expect("a place for files");
    let text = std::fs::read_to_string(kept_failure()).expect("a failure");
    let cases = [
        ("none.json", None, "cannot be read"),
        (
            "cut.json",
            Some(text[..text.len() / 2].to_owned()),
            "is not JSON",
        ),
        (
            "other.json",
            Some("{\"a\": 1}".to_owned()),
            "is not a failure in JSON form",
        ),
        (
            "passed.json",
            Some("{\"failure\": null}".to_owned()),
            "found nothing",
        ),
        (
            "later.json",
            Some(text.replacen("\"version\": 3", "\"version\": 4", 1)),
            "has version 4",
        ),
        (
            "torn.json",
            Some(text.replacen("\"thread\": 1", "\"thread\": 9", 1)),
            "is not whole",
        ),
    ];
    for (name, content, problem) in cases {
        if let Some(content) = content {
            std::fs::write(folder.path().join(name), content).expect("room");
        }
        says(
            &grader(&folder, &["explain", name]),
            Exit::BadInput,
            &[name, problem],
        );
    }
}
