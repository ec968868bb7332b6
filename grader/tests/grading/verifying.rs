//! What `verify` and `grade` say about the whole, through the command line.

use std::path::Path;
use std::process::{Command, Output};

use grader::error::Exit;
use grader::jail::Jail;
use grader::samples;
use grader::subject::Subject;
use grader::verdict::Verdict;
use tempfile::TempDir;

use super::{answer, common, course, grade};

fn grader(args: &[&str]) -> Output {
    let course = course();
    Command::new(env!("CARGO_BIN_EXE_grader"))
        .args(args)
        .current_dir(course.tree.root())
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("grading/target"),
        )
        .output()
        .expect("the grader runs")
}

#[test]
fn a_lab_that_does_not_keep_its_promises_is_told_check_by_check() {
    let output = grader(&["verify"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(Exit::Unproven as i32), "{said}");
    for row in [
        ["zero", "is_one", "(fail)"],
        ["spins", "does_not_spin", "(fail)"],
        ["three", "is_two", "(fail)"],
    ] {
        let mut lines = said.lines();
        let there = lines.any(|line| line.split_whitespace().eq(row));
        assert!(there, "`{row:?}` is not in:\n{said}");
    }
    // The fixture has no mutants of these two, and nothing else is wrong with it.
    let idle = said
        .lines()
        .filter(|line| line.contains("no mutant is caught by it"));
    let idle: Vec<&str> = idle.collect();
    assert!(
        idle.iter()
            .all(|line| line.contains("raw::") || line.contains("habits::")),
        "{said}"
    );
    // With its lab, and once more after the table of all labs.
    let (first, again) = idle.split_at(idle.len() / 2);
    assert_eq!(first, again, "{said}");
    let complaints = format!("complaints: {}", first.len());
    assert!(said.contains(&complaints), "{said}");
}

#[test]
fn under_a_filter_only_what_was_asked_for_is_proved() {
    let whole = grader(&["verify", "--exercise", "two"]);
    let said = String::from_utf8_lossy(&whole.stdout);
    assert_eq!(whole.status.code(), Some(Exit::Done as i32), "{said}");
    assert!(
        said.contains("two (mutants: 1)") && said.contains("tiny: 5 subjects, each as it must be"),
        "{said}"
    );
    // One mutant needs only some of the checks: that the others catch nobody says nothing.
    let mutant = grader(&["verify", "--lab", "tiny", "--mutant", "one::zero"]);
    let said = String::from_utf8_lossy(&mutant.stdout);
    assert_eq!(mutant.status.code(), Some(Exit::Done as i32), "{said}");
    assert!(
        said.contains("one (mutants: 1)") && said.contains("tiny: 1 subject, as it must be"),
        "{said}"
    );
    let design = grader(&["verify", "--accepted", "by_subtraction"]);
    let told = String::from_utf8_lossy(&design.stderr);
    assert_eq!(design.status.code(), Some(Exit::Done as i32), "{told}");
    assert!(
        told.contains("accepted one::by_subtraction: as it must be"),
        "{told}"
    );
}

#[test]
fn a_sample_that_comes_out_otherwise_is_told_with_what_it_earns() {
    let right = grader(&[
        "verify",
        "--sample",
        "three",
        "--sample",
        "does_not_compile",
    ]);
    let said = String::from_utf8_lossy(&right.stdout);
    assert_eq!(right.status.code(), Some(Exit::Done as i32), "{said}");
    assert!(
        said.contains("tiny: 2 subjects, each as it must be"),
        "{said}"
    );

    let course = course();
    let mut sample = samples::all(&course.tree, &course.lab).expect("samples")[1].clone();
    let two = sample
        .expected
        .iter_mut()
        .find(|expected| expected.exercise == "two");
    let two = two.expect("it says what `two` comes out as");
    two.points = 4;
    two.verdicts
        .insert("two::is_even".to_owned(), Verdict::Pass);
    let report = grade(&Subject::Sample(sample.clone()));
    let complaints = sample.complaints(&report);
    assert_eq!(
        complaints,
        [
            "two earns 0 points, and must earn 4 (two::is_two is `fail`, two::is_even is `fail`)",
            "two::is_even is `fail`, and must be `pass`",
        ]
    );
}

#[test]
fn a_sample_is_laid_out_as_it_is_handed_in() {
    let dir = TempDir::new().expect("a place for files");
    let out = dir.path().to_str().expect("a name");
    let laid = grader(&["sample", "--out", out]);
    assert_eq!(laid.status.code(), Some(Exit::Done as i32));
    let read = |path: &str| std::fs::read_to_string(dir.path().join(path)).expect("a file");
    let two = read("three/labs/tiny/src/two.rs");
    assert!(two.contains("    3\n") && !two.contains("LAB"), "{two}");
    assert!(read("three/labs/tiny/tests/public.rs").contains("passes"));
    assert!(!dir.path().join("three/labs/tiny/src/one.rs").exists());
    assert!(read("complete/src/one.rs").contains("3 - 2"));
    let three = dir.path().join("three");
    let graded = grader(&["grade", three.to_str().expect("a name")]);
    let said = String::from_utf8_lossy(&graded.stdout);
    assert!(said.contains("three: Tiny, 0 of 30 points"), "{said}");
    assert_eq!(
        grader(&["sample", "--out", out]).status.code(),
        Some(Exit::BadInput as i32)
    );
}

#[test]
fn mutants_that_share_a_build_come_out_as_they_do_alone() {
    let together = grader(&["verify", "--exercise", "one", "--all"]);
    let apart = grader(&["verify", "--exercise", "one", "--all", "--apart"]);
    let table = |output: &Output| {
        let said = String::from_utf8_lossy(&output.stdout);
        let timed = |line: &&str| !line.starts_with("slowest checks");
        let lines: Vec<&str> = said.lines().filter(timed).collect();
        lines.join("\n")
    };
    assert_eq!(together.status.code(), Some(Exit::Done as i32));
    assert!(table(&together).contains("one (mutants: 6)"));
    assert_eq!(table(&together), table(&apart));
    // A rule's is never in; neither are one that changes more than a body, and the second `impl`.
    let told = String::from_utf8_lossy(&together.stderr);
    let alone = "one: 3 of 5 mutants share a build, but not by_a_constant, marks_and_says_five";
    assert!(told.contains(alone), "{told}");
    assert!(!String::from_utf8_lossy(&apart.stderr).contains("share a build"));
}

#[test]
fn what_was_proven_is_told_again_and_not_proven_again() {
    let first = grader(&["verify", "--exercise", "one", "--all"]);
    let again = grader(&["verify", "--exercise", "one"]);
    assert_eq!(again.status.code(), Some(Exit::Done as i32));
    // Another test may prove it anew in between, and then the checks took other times.
    let said = |output: &Output| -> Vec<String> {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = text.lines().filter(|line| !line.starts_with("slowest"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(said(&first), said(&again));
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told(&first).contains("share a build"));
    let told_again = told(&again);
    assert!(
        told_again.contains("11 of 11 were graded before"),
        "{told_again}"
    );
    assert!(!told(&again).contains("share a build"));
}

#[test]
fn a_sample_that_does_not_build_is_proven_once() {
    let first = grader(&["verify", "--sample", "does_not_compile", "--all"]);
    let again = grader(&["verify", "--sample", "does_not_compile"]);
    let told = String::from_utf8_lossy(&again.stderr);
    assert_eq!(again.status.code(), Some(Exit::Done as i32), "{told}");
    assert!(told.contains("1 of 1 were graded before"), "{told}");
    assert_eq!(first.stdout, again.stdout);
}

#[test]
fn a_submission_that_cannot_be_graded_does_not_keep_others_from_being_graded() {
    let dir = TempDir::new().expect("a place for files");
    common::put(
        dir.path(),
        &[
            ("good/src/two.rs", &answer("two", "2")),
            ("empty/notes.txt", ""),
        ],
    );
    let path = |name: &str| dir.path().join(name).display().to_string();
    let output = grader(&["grade", &path("absent"), &path("empty"), &path("good")]);
    let (said, told) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(Exit::NotGraded as i32), "{told}");
    assert!(said.contains("good: Tiny, 4 of 30 points"), "{said}");
    assert!(
        told.contains("absent: is not there") && told.contains("empty: holds none"),
        "{told}"
    );
}

#[test]
fn json_goes_to_the_file_that_is_named() {
    let dir = TempDir::new().expect("a place for files");
    let out = dir.path().join("results.json");
    let out = out.to_str().expect("a name");
    let output = grader(&["grade", "solutions/tiny", "--format", "json", "--out", out]);
    assert_eq!(output.status.code(), Some(Exit::Done as i32));
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out).expect("a file")).expect("it is JSON");
    assert_eq!(json["results"][0]["score"]["earned"], 32);
    assert_eq!(json["results"][0]["sandbox"], Jail::here().stamp());
}

#[test]
fn a_broken_check_has_its_own_exit_code() {
    let dir = TempDir::new().expect("a place for files");
    common::put(dir.path(), &[("src/one.rs", &answer("one", "13"))]);
    let output = grader(&["grade", dir.path().to_str().expect("a name")]);
    assert_eq!(output.status.code(), Some(Exit::Broken as i32));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("2 to be judged by the instructor"), "{said}");
}

#[test]
fn a_machines_change_is_caught_or_printed() {
    let dir = TempDir::new().expect("a place for files");
    let line = 1 + course_line("solutions/tiny/src/two.rs", "    2");
    let change = |name: &str, replacement: &str| {
        let place = |column: u32| serde_json::json!({ "line": line, "column": column });
        serde_json::json!({
            "name": format!("solutions/tiny/src/two.rs:{line}:5: {name}"),
            "file": "solutions/tiny/src/two.rs",
            "span": { "start": place(5), "end": place(6) },
            "replacement": replacement,
            "diff": format!("-    2\n+    {replacement}"),
        })
    };
    let list = serde_json::json!([
        change("replace 2 with 3", "3"),
        change("replace 2 with text", "\"two\""),
        change("replace 2 with a sum", "1 + 1"),
        { "name": "given", "file": "solutions/tiny/src/lib.rs", "replacement": "",
          "span": { "start": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 1 } } },
    ]);
    let path = dir.path().join("list.json");
    std::fs::write(&path, list.to_string()).expect("room");
    let output = grader(&["mutants", "--lab", "tiny", path.to_str().expect("a name")]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(Exit::Unproven as i32), "{said}");
    for part in [
        &format!("src/two.rs:{line}:5 replace 2 with a sum: survived"),
        "+    1 + 1",
        "tiny: 3 changes, 2 viable, 1 caught (0 of them do not end), 1 survive, 1 of them unexplained",
    ] {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

/// The place of a line of the course, counted from 0.
fn course_line(path: &str, wanted: &str) -> usize {
    let text = std::fs::read_to_string(course().tree.root().join(path)).expect("a file");
    text.lines()
        .position(|line| line == wanted)
        .expect("it is there")
}
