//! Whatever is wrong with what the grader is given: one line with the path, the line and the
//! remedy, and a documented exit code. Nothing here is compiled.

mod common;

use std::process::{Command, Output};

use grader::error::Exit;
use grader::lab::Lab;
use grader::tree::Tree;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

struct Course(TempDir);

impl Course {
    fn new() -> Self {
        let dir = TempDir::new().expect("a place for files");
        common::course(dir.path());
        Course(dir)
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join("course").join(path)
    }

    fn edit(&self, path: &str, find: &str, replace: &str) {
        common::edit(&self.path(path), find, replace);
    }

    /// Runs the grader with the course as its own, and no cargo within reach.
    fn grader(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_grader"))
            .args(args)
            .current_dir(self.path(""))
            .env("CARGO_TARGET_DIR", self.0.path().join("target"))
            .env("PATH", "")
            .output()
            .expect("the grader runs")
    }
}

#[track_caller]
fn says(output: &Output, exit: Exit, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
    assert_eq!(output.status.code(), Some(exit as i32), "{said}");
}

#[test]
fn a_wrong_key_in_lab_toml_is_told_with_its_line() {
    let course = Course::new();
    course.edit(
        "labs/tiny/lab.toml",
        "title = \"Say two\"",
        "titel = \"Say two\"",
    );
    let output = course.grader(&["list"]);
    says(
        &output,
        Exit::BadInput,
        &["labs/tiny/lab.toml:19:", "`titel`", "another lab"],
    );
}

/// Pieces of such a file, and of others.
const PIECES: [&str; 16] = [
    "\n",
    "\"",
    "'''",
    "=",
    "[[check]]",
    "[[exercise]]",
    "[",
    "]",
    "-1",
    "99999999999999999999",
    "id = \"one::\"",
    "points = 4294967295",
    "..",
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
];

/// A text in which some pieces have gone, and others come.
fn damaged(text: &'static str) -> impl Strategy<Value = String> {
    let piece = select(&PIECES[..]);
    let cut = (any::<Index>(), 0..40_usize, piece);
    prop::collection::vec(cut, 1..4).prop_map(move |cuts| {
        let mut text: Vec<char> = text.chars().collect();
        for (at, many, piece) in cuts {
            let at = at.index(text.len());
            let end = (at + many).min(text.len());
            text.splice(at..end, piece.chars());
        }
        text.into_iter().collect()
    })
}

#[test]
fn whatever_stands_in_a_lab_s_files_is_read_or_told_in_a_line_and_never_panics() {
    const FILES: [(&str, &str); 2] = [
        (
            "labs/tiny/lab.toml",
            include_str!("fixtures/course/labs/tiny/lab.toml"),
        ),
        (
            "grader/labs/tiny/checks/checks.toml",
            include_str!("fixtures/course/grader/labs/tiny/checks/checks.toml"),
        ),
    ];
    let course = Course::new();
    let tree = Tree::find(&course.path("")).expect("a course");
    for (path, text) in FILES {
        let config = Config {
            cases: 200,
            failure_persistence: None,
            ..Config::default()
        };
        let tried = TestRunner::new(config).run(&damaged(text), |damaged| {
            std::fs::write(course.path(path), damaged).expect("room");
            if let Err(error) = Lab::read(&tree, "tiny") {
                let told = error.to_string();
                prop_assert!(told.contains(".toml") && told.contains("; "), "{told}");
                prop_assert_eq!(told.lines().count(), 1, "{}", told);
            }
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{error}"));
        std::fs::write(course.path(path), text).expect("room");
    }
}

#[test]
fn a_check_that_is_named_twice_is_told_with_both_lines() {
    let course = Course::new();
    course.edit(
        "grader/labs/tiny/checks/checks.toml",
        "\"two::is_even\"",
        "\"two::is_two\"",
    );
    let output = course.grader(&["list"]);
    says(
        &output,
        Exit::BadInput,
        &[
            "checks.toml:27:",
            "named twice (first on line 21)",
            "rename",
        ],
    );
}

#[test]
fn points_that_do_not_add_up_are_told() {
    let course = Course::new();
    course.edit("labs/tiny/lab.toml", "points = 5", "points = 6");
    let output = course.grader(&["list"]);
    says(
        &output,
        Exit::BadInput,
        &["lab.toml:5:", "promises 6 points, but its checks sum to 5"],
    );
}

#[test]
fn a_check_of_an_unknown_exercise_is_told() {
    let course = Course::new();
    course.edit(
        "grader/labs/tiny/checks/checks.toml",
        "\"two::is_even\"",
        "\"tow::is_even\"",
    );
    let output = course.grader(&["list"]);
    says(
        &output,
        Exit::BadInput,
        &["checks.toml:27:", "`tow::is_even` belongs to no exercise"],
    );
}

#[test]
fn a_lint_that_forbids_nothing_is_told() {
    let course = Course::new();
    let forbid = "forbid = [\"kit::hint::spin_loop\"]\n";
    course.edit("grader/labs/tiny/checks/checks.toml", forbid, "");
    says(
        &course.grader(&["list"]),
        Exit::BadInput,
        &["checks.toml:14:", "`forbid = [paths]`"],
    );
}

#[test]
fn an_edit_file_that_the_lab_does_not_have_is_told() {
    let course = Course::new();
    course.edit("labs/tiny/lab.toml", "src/two.rs", "../two.rs");
    says(
        &course.grader(&["list"]),
        Exit::BadInput,
        &["lab.toml:17:", "`../two.rs`"],
    );
}

#[test]
fn a_mutant_that_matches_nowhere_is_told_with_the_line_of_its_find() {
    let course = Course::new();
    course.edit("solutions/tiny/src/two.rs", "    2\n", "    1 + 1\n");
    let output = course.grader(&["verify"]);
    says(
        &output,
        Exit::BadInput,
        &["two.toml:6:", "mutant `three`", "nowhere", "two.rs"],
    );
}

#[test]
fn a_mutant_that_matches_twice_is_told() {
    let course = Course::new();
    course.edit(
        "solutions/tiny/src/two.rs",
        "    2\n",
        "    2;\n    2\n    2\n",
    );
    says(
        &course.grader(&["verify"]),
        Exit::BadInput,
        &["two.toml:6:", "2 times"],
    );
}

#[test]
fn a_mutant_that_is_caught_by_an_unknown_check_is_told() {
    let course = Course::new();
    course.edit(
        "grader/labs/tiny/mutants/two.toml",
        "\"is_even\"",
        "\"is_odd\"",
    );
    says(
        &course.grader(&["verify"]),
        Exit::BadInput,
        &["two.toml:2:", "no check `two::is_odd`"],
    );
}

#[test]
fn a_mutant_that_mistakes_nothing_or_the_same_twice_is_told() {
    let course = Course::new();
    course.edit(
        "grader/labs/tiny/mutants/two.toml",
        "replace = \"    3\\n\"",
        "replace = \"    // Two.\\n    2\\n\"",
    );
    says(
        &course.grader(&["verify"]),
        Exit::BadInput,
        &["two.toml:2:", "does not change the solution's code"],
    );
    let course = Course::new();
    let path = "grader/labs/tiny/mutants/two.toml";
    let text = std::fs::read_to_string(course.path(path)).expect("mutants");
    let twice = format!("{text}\n{}", text.replace("\"three\"", "\"drei\""));
    std::fs::write(course.path(path), twice).expect("room");
    says(
        &course.grader(&["verify"]),
        Exit::BadInput,
        &["mutant `drei`", "the same code as mutant `three`"],
    );
}

#[test]
fn another_design_that_is_the_solution_is_told() {
    let course = Course::new();
    let (solution, design) = (
        course.path("solutions/tiny/src/one.rs"),
        course.path("grader/labs/tiny/accepted/one/by_subtraction.rs"),
    );
    std::fs::copy(solution, design).expect("room");
    says(
        &course.grader(&["verify"]),
        Exit::BadInput,
        &["one/by_subtraction.rs", "is the solution's code"],
    );
}

#[test]
fn another_design_with_a_file_of_no_exercise_is_told() {
    let course = Course::new();
    let design = course.path("grader/labs/tiny/accepted/one/by_subtraction");
    std::fs::create_dir(&design).expect("room");
    std::fs::rename(design.with_extension("rs"), design.join("one.rs")).expect("it is there");
    std::fs::write(design.join("three.rs"), "").expect("room");
    says(
        &course.grader(&["verify"]),
        Exit::BadInput,
        &[
            "by_subtraction/three.rs",
            "is not a file of exercise `one`",
            "src/one.rs",
        ],
    );
}

#[test]
fn a_filter_that_fits_nothing_is_told_with_the_nearest_name() {
    let course = Course::new();
    for (filter, parts) in [
        (
            &["--exercise", "too"][..],
            ["no exercise `too`", "did you mean `two`?"],
        ),
        (
            &["--mutant", "tree"],
            ["no mutant `tree`", "did you mean `two::three`?"],
        ),
        (
            &["--mutant", "one::three"],
            ["no mutant `one::three`", "did you mean `two::three`?"],
        ),
        (
            &["--exercise", "one", "--mutant", "three"],
            [
                "no mutant `three` in exercise `one`",
                "leave the filter out",
            ],
        ),
        (
            &["--accepted", "by_addition"],
            [
                "no other design `by_addition`",
                "did you mean `one::by_subtraction`?",
            ],
        ),
    ] {
        let output = course.grader(&[&["verify"], filter].concat());
        says(&output, Exit::BadInput, &parts);
    }
}

#[test]
fn a_lab_that_is_not_there_is_told_with_those_that_are() {
    let output = Course::new().grader(&["list", "--lab", "huge"]);
    says(
        &output,
        Exit::BadInput,
        &["huge", "is not a lab", "name one of tiny"],
    );
}

#[test]
fn a_folder_outside_a_course_is_told() {
    let elsewhere = TempDir::new().expect("a place for files");
    let output = Command::new(env!("CARGO_BIN_EXE_grader"))
        .arg("list")
        .current_dir(elsewhere.path())
        .output()
        .expect("the grader runs");
    says(
        &output,
        Exit::BadInput,
        &["is not inside a course", "--root"],
    );
}

#[test]
fn a_missing_cargo_is_told_with_where_to_get_it() {
    let course = Course::new();
    let output = course.grader(&["grade", "labs/tiny"]);
    says(
        &output,
        Exit::Internal,
        &["was not found", "https://rustup.rs"],
    );
}

#[test]
fn a_wrong_command_line_exits_as_documented() {
    let output = Course::new().grader(&["grade"]);
    says(&output, Exit::Usage, &["PATH"]);
}

#[test]
fn a_region_that_does_not_end_is_told_with_its_line() {
    let course = Course::new();
    course.edit("solutions/tiny/src/two.rs", "    // LAB: end\n", "");
    says(
        &course.grader(&["handout"]),
        Exit::BadInput,
        &["two.rs:5:", "does not end"],
    );
}

#[test]
fn every_exit_code_is_documented_in_the_help() {
    let output = Course::new().grader(&["--help"]);
    let help = String::from_utf8_lossy(&output.stdout);
    for code in [
        Exit::Done,
        Exit::Internal,
        Exit::Usage,
        Exit::BadInput,
        Exit::NotGraded,
        Exit::Broken,
        Exit::Stale,
        Exit::Unproven,
    ] {
        assert!(
            help.contains(&format!("\n  {}  ", code as u8)),
            "{code:?} is not in:\n{help}"
        );
    }
}

#[test]
fn whatever_a_sample_leaves_open_is_told_with_its_line() {
    for (find, replace, parts) in [
        (
            "mutant = \"three\"",
            "mutant = \"tree\"",
            [
                "samples.toml:13:",
                "sample `three`: exercise `two` has no mutant `tree`",
            ],
        ),
        (
            "one.accepted = \"by_subtraction\"",
            "one.accepted = \"by_addition\"",
            ["samples.toml:5:", "no accepted design `by_addition`"],
        ),
        (
            "points = 0\nv",
            "v",
            ["samples.toml:13:", "give `exercise.two` its `points`"],
        ),
        (
            "points = 0\nv",
            "points = 5\nv",
            ["samples.toml:13:", "at most 4"],
        ),
        (
            "{ is_two = \"fail\"",
            "{ is_too = \"fail\"",
            ["samples.toml:13:", "no check `two::is_too`"],
        ),
        (
            "[sample.exercise.two]",
            "[sample.exercise.tow]",
            ["samples.toml:13:", "the lab has no exercise `tow`"],
        ),
        (
            "one.base = \"solution\"",
            "one = { base = \"solution\", mutant = \"zero\" }",
            ["samples.toml:28:", "exercise `one` is answered in two ways"],
        ),
        (
            "find = \"    2\\n\"",
            "find = \"    4\\n\"",
            ["samples.toml:33:", "its `find` is nowhere"],
        ),
        (
            "file = \"src/two.rs\"",
            "file = \"src/too.rs\"",
            ["samples.toml:33:", "`src/too.rs` is not handed in"],
        ),
        (
            "folder = \"labs/tiny\"",
            "folder = \"elsewhere\"",
            [
                "samples.toml:8:",
                "the lab is not looked for in `elsewhere`",
            ],
        ),
        (
            "path = \"labs",
            "path = \"../labs",
            ["samples.toml:19:", "is not inside the submission"],
        ),
        (
            "name = \"three\"",
            "name = \"complete\"",
            ["samples.toml:8:", "`complete`: is named twice"],
        ),
        (
            "name = \"three\"",
            "name = \"../3\"",
            ["samples.toml:8:", "cannot be a folder's name"],
        ),
        (
            "base = \"skeleton\"",
            "base = \"skeletons\"",
            ["samples.toml:25:", "notes/architecture.md"],
        ),
    ] {
        let course = Course::new();
        course.edit("grader/labs/tiny/samples.toml", find, replace);
        says(&course.grader(&["verify"]), Exit::BadInput, &parts);
    }
}
