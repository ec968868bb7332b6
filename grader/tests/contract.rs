//! What `verify` says about a contract and its checks, on the fixture course. Nothing here is
//! compiled.

mod common;

use std::process::Command;

use grader::contract::review;
use grader::error::Exit;
use grader::lab::Lab;
use grader::tree::Tree;
use tempfile::TempDir;

const SOLUTION: &str = "solutions/tiny/src/one.rs";
const CHECKS: &str = "grader/labs/tiny/checks/checks.toml";
const CONTRACT: &str = "grader/labs/tiny/contract.toml";

/// The fixture's exercise `one`, whose contract says two things, with what is claimed about it.
struct Course {
    dir: TempDir,
    tree: Tree,
}

impl Course {
    fn claiming(contract: &str) -> Course {
        let dir = TempDir::new().expect("a place for files");
        let tree = common::course(dir.path());
        let course = Course { dir, tree };
        course.edit(
            SOLUTION,
            "/// The number one.",
            "/// The number one. Blocks, e.g. on Sundays.",
        );
        for check in ["is_one", "is_one_however_searched", "does_not_spin"] {
            course.says(check, "The number one");
        }
        common::put(course.tree.root(), &[(CONTRACT, contract)]);
        course
    }

    fn edit(&self, path: &str, find: &str, replace: &str) {
        common::edit(&self.dir.path().join("course").join(path), find, replace);
    }

    fn says(&self, check: &str, quote: &str) {
        let id = format!("id = \"one::{check}\"\n");
        self.edit(CHECKS, &id, &format!("{id}says = [\"{quote}\"]\n"));
    }

    fn complaints(&self) -> Vec<String> {
        let lab = Lab::read(&self.tree, "tiny").expect("the lab is well formed");
        let one = lab.exercise("one").into_iter();
        review(&self.tree, &lab, one)
            .expect("it can be read")
            .complaints
    }
}

const SUNDAYS: &str = "
complete = true

[[no_promise]]
exercise = \"one\"
says = [\"Blocks, e.g. on Sundays\"]
reason = \"no check runs for so long\"
";

#[test]
fn a_contract_whose_every_word_is_quoted_is_as_it_must_be() {
    assert!(Course::claiming(SUNDAYS).complaints().is_empty());
}

#[test]
fn what_no_check_quotes_is_told_where_it_is_promised() {
    let course = Course::claiming("complete = false\n");
    assert_eq!(
        course.complaints(),
        [
            "solutions/tiny/src/one.rs:3: nothing checks what `one` promises: `Blocks, e.g. on Sundays`; \
          quote it under `says` of a check that would fail, or in contract.toml"
        ]
    );
}

#[test]
fn a_hole_is_a_complaint_only_where_the_contract_is_said_to_be_complete() {
    let hole = SUNDAYS
        .replace("no_promise", "hole")
        .replace("reason", "needs");
    assert_eq!(
        Course::claiming(&hole).complaints(),
        [
            "grader/labs/tiny/contract.toml:6: nothing checks `Blocks, e.g. on Sundays`; \
          write the check: no check runs for so long"
        ]
    );
    let honest = hole.replace("true", "false");
    assert!(Course::claiming(&honest).complaints().is_empty());
}

#[test]
fn a_check_that_quotes_nothing_is_unfair() {
    let course = Course::claiming(SUNDAYS);
    course.edit(
        CHECKS,
        "id = \"one::is_one\"\nsays = [\"The number one\"]\n",
        "id = \"one::is_one\"\n",
    );
    assert_eq!(
        course.complaints(),
        [
            "grader/labs/tiny/checks/checks.toml:2: check `one::is_one` quotes nothing, so it is unfair; \
          quote under `says` what it checks, or write it into the contract"
        ]
    );
}

#[test]
fn a_sentence_that_changes_loses_its_quotes() {
    let course = Course::claiming(SUNDAYS);
    course.edit(SOLUTION, "e.g. on Sundays", "e.g. on Mondays");
    assert_eq!(
        course.complaints(),
        [
            "grader/labs/tiny/contract.toml:6: the contract does not say `Blocks, e.g. on Sundays`; \
             the nearest is `Blocks, e.g. on Mondays.`",
            "solutions/tiny/src/one.rs:3: nothing checks what `one` promises: `Blocks, e.g. on Mondays`; \
             quote it under `says` of a check that would fail, or in contract.toml",
        ]
    );
}

#[test]
fn a_lab_that_claims_nothing_is_told_of_wrong_quotes_only() {
    let course = Course::claiming(SUNDAYS);
    std::fs::remove_file(course.tree.root().join(CONTRACT)).expect("it is there");
    assert!(course.complaints().is_empty());
    course.edit(SOLUTION, "The number one", "The number 1");
    assert_eq!(course.complaints().len(), 3, "each check quotes it");
}

#[test]
fn the_contract_is_listed_with_what_covers_it() {
    let course = Course::claiming(SUNDAYS);
    let output = Command::new(env!("CARGO_BIN_EXE_grader"))
        .args(["list", "--contract"])
        .current_dir(course.tree.root())
        .output()
        .expect("the grader runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(Exit::Done as i32), "{said}");
    for line in [
        "  one: 2 sentences: 1 checked, 1 no promise, 0 with a hole, 0 not looked at",
        "      The number one.\n        is_one: The number one\n",
        "        no promise (no check runs for so long): Blocks, e.g. on Sundays\n",
    ] {
        assert!(said.contains(line), "`{line}` is not in:\n{said}");
    }
}
