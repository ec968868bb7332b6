//! `cargo lab`, as a student runs it, in a course of its own.

mod support;

use support::{CLAIM, Course, FAILS, PASSES};

#[test]
fn the_list_says_where_you_stand_and_where_you_are() {
    Course::new().lab(&[]).exits(0).says(&[
        "Locks (labs/locks)  passing: 0 of 25 points\n",
        "> visited   10 points   20 min  - not started\n",
        "  bank      15 points   60 min  - not started\n",
        "challenge\n",
        "untested   5 bonus     5 min  - not started\n",
        "0 of 3 exercises pass. You are at: Check and mark in one step\n  labs/locks/src/visited.rs:4:5\n",
    ]);
}

#[test]
fn a_pass_says_what_was_proven_and_what_comes_next() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", PASSES);
    course.lab(&["check", "visited"]).exits(0).says(&[
        "locks/visited passes: 2 tests\n",
        "ok     a url is new at first\n",
        "ok     two markers have one winner  exhaustive: 414 interleavings\n",
        "exhaustive: every order",
        "read  notes/locks.md:3:1\n",
        "next  labs/locks/src/bank.rs:4:5  Two locks, one order\n",
    ]);
    course
        .lab(&[])
        .says(&["passing: 10 of 25", "visited", "+ passing", "> bank"]);
    assert!(course.read(".weft").contains("locks/visited passed "));
}

#[test]
fn an_edit_after_a_pass_is_seen() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", PASSES);
    course.lab(&["check", "visited"]).exits(0);
    course.write("labs/locks/src/visited.rs", FAILS);
    course
        .lab(&[])
        .says(&["passing: 0 of 25", "visited", "~ passed, changed since"]);
}

#[test]
fn a_failure_is_shown_simplest_first_with_what_the_test_printed() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", FAILS);
    course.lab(&["check", "visited"]).exits(1).says(&[
        "locks/visited: 2 of 2 tests failed\n",
        "visited::a_url_is_new_at_first fails\n  nobody has marked it yet\n",
        "  at labs/locks/tests/public/visited.rs:6:5\n",
        "it printed:\n    about to mark\n",
        "fails  two markers have one winner  deadlock\n",
        "open  labs/locks/src/visited.rs:1:1\n",
    ]);
    course.lab(&[]).says(&["> visited", "x failing"]);
}

#[test]
fn the_last_failing_interleaving_can_be_seen_again() {
    let course = Course::new();
    course
        .lab(&["explain", "visited"])
        .exits(0)
        .says(&["no interleaving to explain"]);
    course.write("labs/locks/src/visited.rs", FAILS);
    course.lab(&["check", "visited"]).exits(1);
    let token = format!("cargo lab replay {CLAIM}@1.0.2.ab\n");
    course.lab(&["explain"]).exits(0).says(&[
        CLAIM,
        "deadlock: no thread can go on",
        "Found in interleaving 2",
        "lock balance#1: taken, waits",
        &token,
    ]);
    let page = format!("target/lab/{}.html", CLAIM.replace("::", "."));
    course.lab(&["explain", "--html"]).exits(0).says(&[&page]);
    assert!(course.read(&page).contains("lock balance#1: taken, waits"));
    course.write("labs/locks/src/visited.rs", PASSES);
    course.lab(&["explain"]).says(&["You have edited it since"]);
    course.lab(&["check"]).exits(0);
    course
        .lab(&["explain", "visited"])
        .says(&["no interleaving to explain"]);
}

#[test]
fn a_token_runs_its_interleaving_and_leaves_what_was_found() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", FAILS);
    course.lab(&["check", "visited"]).exits(1);
    let token = format!("{CLAIM}@1.0.2.ab");
    let replaying = format!("replaying {token}\n");
    course
        .lab(&["replay", &token])
        .exits(1)
        .says(&[&replaying, "lock balance#1: taken, waits"]);
    course
        .lab(&["explain"])
        .says(&["lock balance#1: taken, waits"]);
    course
        .lab(&["replay", "nonsense"])
        .exits(2)
        .says(&["`nonsense` is not a token"]);
    course
        .lab(&["replay", "bank::gone@1.0.2.ab"])
        .exits(2)
        .says(&["no test `bank::gone` any more"]);
}

#[test]
fn many_runs_and_a_search_stand_side_by_side() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", FAILS);
    course.lab(&["stress", "visited"]).exits(1).says(&[
        "two markers have one winner",
        "2,000 runs passed",
        "fails in interleaving 2",
        "1 scenario passed as often as you asked",
    ]);
    course.write(
        "labs/locks/src/bank.rs",
        "pub fn total() -> u64 {\n    3\n}\n",
    );
    course
        .lab(&["stress", "bank"])
        .exits(0)
        .says(&["no scenario that is searched"]);
}

#[test]
fn an_error_of_the_compiler_is_shown_once() {
    let course = Course::new();
    course.write(
        "labs/locks/src/visited.rs",
        "pub fn mark() -> bool {\n    3\n}\n",
    );
    let said = course.lab(&["check", "visited"]);
    said.exits(1).says(&[
        "error[E0308]",
        "locks/src/visited.rs:2:5",
        "locks does not compile",
    ]);
    assert_eq!(
        said.stdout.matches("error[E0308]").count(),
        1,
        "{}",
        said.stdout
    );
    course
        .lab(&["check", "bank"])
        .exits(1)
        .says(&["It is in", "all exercises", "together"]);
}

#[test]
fn only_warnings_about_the_exercise_are_shown() {
    let course = Course::new();
    course.write(
        "labs/locks/src/visited.rs",
        "pub fn mark() -> bool {\n    let x = 1;\n    true\n}\n",
    );
    course.write(
        "labs/locks/src/bank.rs",
        "pub fn total() -> u64 {\n    let y = 1;\n    3\n}\n",
    );
    let said = course.lab(&["check", "visited"]);
    said.exits(0)
        .says(&["unused variable: `x`", "locks/visited passes"]);
    assert_eq!(
        said.stdout.matches("unused variable").count(),
        1,
        "{}",
        said.stdout
    );
}

#[test]
fn a_lab_is_checked_with_a_line_for_each_exercise() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", PASSES);
    let toml = course.read("labs/locks/lab.toml");
    let tested = toml
        .split("[[exercise]]\nname = \"untested\"")
        .next()
        .expect("the first part");
    course.write("labs/locks/lab.toml", tested);
    course.lab(&["check", "locks"]).exits(1).says(&[
        "passes  locks/visited",
        "2 tests, 414 interleavings\n",
        "fails   locks/bank",
        "1 of 1 test failed\n",
    ]);
}

#[test]
fn an_exercise_without_a_test_is_an_error_and_no_pass() {
    let course = Course::new();
    course
        .lab(&["check", "untested"])
        .exits(3)
        .says(&["locks/untested has no tests"]);
    course.lab(&[]).says(&["untested", "not started"]);
}

#[test]
fn a_check_of_an_untouched_file_is_no_start() {
    let course = Course::new();
    course.git(&["init", "--quiet"]);
    course.git(&["add", "."]);
    course.git(&["commit", "--quiet", "--message", "the course"]);
    course
        .lab(&["check", "visited"])
        .exits(1)
        .says(&["still to do: say whether it is new"]);
    course.lab(&[]).says(&["visited", "- not started"]);
}

#[test]
fn hints_come_one_by_one_and_the_last_one_stays() {
    let course = Course::new();
    course
        .lab(&["hint", "visited"])
        .exits(0)
        .says(&["hint 1 of 3", "A question.", "2 more"]);
    course
        .lab(&["hint", "visited"])
        .says(&["hint 2 of 3", "The idea.", "One more"]);
    course
        .lab(&["hint", "visited"])
        .says(&["hint 3 of 3", "Nearly the code.", "the last one"]);
    course.lab(&["hint", "visited"]).says(&["hint 3 of 3"]);
    course
        .lab(&["hint", "visited", "--level", "1"])
        .says(&["hint 1 of 3"]);
    course
        .lab(&["hint", "visited", "--level", "4"])
        .exits(2)
        .says(&["they go from 1 to 3"]);
    assert!(
        course
            .read(".weft")
            .contains("locks/visited new - hints 3\n")
    );
}

#[test]
fn reset_puts_the_file_back_and_keeps_every_version_of_yours() {
    let course = Course::new();
    course.git(&["init", "--quiet"]);
    course.git(&["add", "."]);
    course.git(&["commit", "--quiet", "--message", "the course"]);
    let stub = course.read("labs/locks/src/visited.rs");
    for (text, backup) in [(PASSES, "visited.rs.1"), (FAILS, "visited.rs.2")] {
        course.write("labs/locks/src/visited.rs", text);
        let backup = format!(".weft-backup/labs/locks/src/{backup}");
        course.lab(&["reset", "visited"]).exits(0).says(&[
            &format!("kept      {backup}\n"),
            "put back  labs/locks/src/visited.rs:4:5\n",
            "as the last commit has it",
        ]);
        assert_eq!(course.read(&backup), text);
        assert_eq!(course.read("labs/locks/src/visited.rs"), stub);
    }
    course
        .lab(&["reset", "visited"])
        .exits(0)
        .says(&["nothing to put back"]);
}

#[test]
fn reset_takes_the_courses_own_copy_first_and_touches_nothing_without_one() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", PASSES);
    course
        .lab(&["reset", "visited"])
        .exits(3)
        .says(&["cannot be put back"]);
    assert_eq!(course.read("labs/locks/src/visited.rs"), PASSES);
    course.write(".pristine/labs/locks/src/visited.rs", "// as handed out\n");
    course
        .lab(&["reset", "visited"])
        .exits(0)
        .says(&["as the course has it"]);
    assert_eq!(
        course.read("labs/locks/src/visited.rs"),
        "// as handed out\n"
    );
}

#[test]
fn next_names_the_file_to_open() {
    let course = Course::new();
    course.lab(&["next"]).exits(0).says(&[
        "locks/visited: Check and mark in one step\n",
        "open  labs/locks/src/visited.rs:4:5\n",
        "read  notes/locks.md:3:1\n",
    ]);
    course.write("labs/locks/src/visited.rs", PASSES);
    course.lab(&["check"]).exits(0);
    course
        .lab(&["next"])
        .says(&["locks/bank", "open  labs/locks/src/bank.rs:4:5\n"])
        .says(&[
            // Its page is not there: the lab's is.
            "read  labs/locks/README.md\n",
        ]);
}

#[test]
fn a_name_that_is_not_there_gets_a_suggestion() {
    let course = Course::new();
    course
        .lab(&["check", "visted"])
        .exits(2)
        .says(&["did you mean `visited`?"]);
    course
        .lab(&["hint", "qqq"])
        .exits(2)
        .says(&["there is no exercise `qqq`", "lists them all"]);
    course
        .lab(&["hint", "locks"])
        .exits(2)
        .says(&["`locks` is a lab", "`locks/visited`"]);
    course.lab(&["chekc"]).exits(2).says(&["check"]);
}

#[test]
fn outside_the_course_it_says_so() {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let said = Course::new().lab_with(&[], |command| {
        command.current_dir(elsewhere.path());
    });
    said.exits(3).says(&["is not inside the course"]);
}

#[test]
fn a_lab_that_cannot_be_read_is_told_with_its_line() {
    let course = Course::new();
    let toml = course
        .read("labs/locks/lab.toml")
        .replacen("points = 10", "points = ten", 1);
    course.write("labs/locks/lab.toml", &toml);
    course
        .lab(&[])
        .exits(3)
        .says(&["labs/locks/lab.toml:9:10: "]);
}

#[test]
fn without_cargo_it_says_how_to_get_it() {
    let said = Course::new().lab_with(&["check", "visited"], |command| {
        command.env_remove("CARGO").env("PATH", "");
    });
    said.exits(3).says(&["`cargo` was not found", "rustup.rs"]);
}

#[test]
fn colour_comes_only_where_it_is_wanted() {
    let course = Course::new();
    let escape = |said: support::Said| said.stdout.contains('\x1b');
    assert!(!escape(course.lab(&[])), "a pipe");
    let force = |command: &mut std::process::Command| {
        command.env("CLICOLOR_FORCE", "1");
    };
    assert!(escape(course.lab_with(&[], force)), "forced");
    let refused = course.lab_with(&[], |command| {
        command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    });
    assert!(!escape(refused), "refused");
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let course = Course::new();
    course.write("labs/locks/src/visited.rs", FAILS);
    for args in [
        &[][..],
        &["check", "visited"],
        &["stress", "visited"],
        &["hint", "visited"],
    ] {
        let said = course.lab(args);
        for line in said.stdout.lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}
