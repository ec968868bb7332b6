//! Frames that `grader new` writes into a throw-away course: whole, and never over what is there.

mod common;

use std::path::PathBuf;
use std::process::{Command, Output};

use grader::error::Exit;
use grader::lab::Lab;
use grader::mutant::Mutant;
use grader::samples;
use grader::tree::Tree;
use tempfile::TempDir;

struct Course {
    dir: TempDir,
    tree: Tree,
}

impl Course {
    fn new() -> Self {
        let dir = TempDir::new().expect("a place for files");
        let tree = common::course(dir.path());
        Course { dir, tree }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.tree.root().join(path)
    }

    fn read(&self, path: &str) -> String {
        let full = self.path(path);
        std::fs::read_to_string(full).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn grader(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_grader"))
            .args(args)
            .current_dir(self.tree.root())
            .env("CARGO_TARGET_DIR", self.dir.path().join("target"))
            .output()
            .expect("the grader runs")
    }

    #[track_caller]
    fn new_one(&self, args: &[&str]) -> String {
        let output = self.grader(&[&["new"], args].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(Exit::Done as i32), "{told}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[track_caller]
    fn refuses(&self, args: &[&str], parts: &[&str]) {
        let before = grader::tree::files_below(self.tree.root()).expect("files");
        let output = self.grader(&[&["new"], args].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(Exit::BadInput as i32), "{told}");
        for part in parts {
            assert!(told.contains(part), "`{part}` is not in:\n{told}");
        }
        let after = grader::tree::files_below(self.tree.root()).expect("files");
        assert_eq!(before, after, "nothing is written");
    }

    fn lab(&self, name: &str) -> Lab {
        Lab::read(&self.tree, name).expect("a lab")
    }
}

#[test]
fn a_new_mutant_is_an_entry_that_the_grader_points_to_until_it_is_written() {
    let course = Course::new();
    course.new_one(&["mutant", "tiny", "two::forgets_one"]);
    let told = course.grader(&["verify", "--mutant", "two::forgets_one"]);
    let told = String::from_utf8_lossy(&told.stderr);
    let parts = [
        "mutants/two.toml:10: mutant `forgets_one`",
        "list the checks that must catch it",
    ];
    assert!(parts.iter().all(|part| told.contains(part)), "{told}");

    let file = course.path("grader/labs/tiny/mutants/two.toml");
    common::edit(&file, "killed_by = []", "killed_by = [\"is_two\"]");
    let told = course.grader(&["verify", "--mutant", "two::forgets_one"]);
    let told = String::from_utf8_lossy(&told.stderr);
    assert!(
        told.contains("mutants/two.toml:14:") && told.contains("`find` is empty"),
        "{told}"
    );

    common::edit(
        &file,
        "find = '''\n'''\nreplace = '''\n'''",
        "find = \"    2\\n\"\nreplace = \"    1\\n\"",
    );
    let mutants = Mutant::all(&course.tree, &course.lab("tiny")).expect("mutants");
    let own = mutants
        .iter()
        .find(|mutant| mutant.name == "forgets_one")
        .expect("it is there");
    assert_eq!(
        (own.mistake.as_str(), own.file.as_str()),
        ("Forgets one.", "src/two.rs")
    );
    // An exercise that has no file of mutants yet gets one.
    course.new_one(&["mutant", "tiny", "raw::two_and_a_half"]);
    assert!(
        course
            .read("grader/labs/tiny/mutants/raw.toml")
            .starts_with("[[mutant]]\n")
    );
}

#[test]
fn a_new_check_has_a_promise_a_name_a_body_and_its_points() {
    let course = Course::new();
    let claim = "Two is \"small\".";
    course.new_one(&[
        "check",
        "tiny",
        "two::is_small",
        "--kind",
        "model",
        "--points",
        "3",
        "--claim",
        claim,
    ]);
    let lab = course.lab("tiny");
    let two = lab.exercise("two").expect("an exercise");
    assert_eq!(two.points, 7);
    let last = two.checks.last().expect("a check");
    assert_eq!(
        (last.id(), last.claim.as_str(), last.points),
        ("two::is_small", claim, 3)
    );
    let promises = course.read("grader/labs/tiny/checks/checks.toml");
    let at = |id: &str| promises.find(id).expect("it is promised");
    assert!(at("two::is_even") < at("two::is_small") && at("two::is_small") < at("raw::is_three"));
    let bodies = course.read("grader/labs/tiny/checks/src/two.rs");
    assert!(
        bodies.contains("harness::checks!(is_two, is_even, is_small);"),
        "{bodies}"
    );
    assert!(
        bodies.contains("fn is_small() {\n    kit::explore(|| todo!("),
        "{bodies}"
    );

    let before = course.read("grader/labs/tiny/checks/src/one.rs");
    course.new_one(&[
        "check",
        "tiny",
        "one::sleeps_not",
        "--kind",
        "lint",
        "--forbid",
        "kit::thread::sleep",
    ]);
    assert_eq!(
        course.read("grader/labs/tiny/checks/src/one.rs"),
        before,
        "a lint has no body"
    );
    let lab = course.lab("tiny");
    let lint = lab
        .checks()
        .find(|check| check.id() == "one::sleeps_not")
        .expect("a check");
    assert_eq!(lint.claim, "Sleeps not.");
    assert_eq!(lint.forbid, ["kit::thread::sleep"]);
}

#[test]
fn a_new_exercise_is_whole() {
    let course = Course::new();
    let said = course.new_one(&["exercise", "tiny", "half", "--title", "Half of it, at once"]);
    for path in [
        "solutions/tiny/src/half.rs",
        "labs/tiny/src/half.rs",
        "labs/tiny/tests/public/half.rs",
        "grader/labs/tiny/checks/src/half.rs",
        "grader/labs/tiny/mutants/half.toml",
        "notes/tiny.md",
    ] {
        assert!(said.contains(&format!("wrote {path}\n")), "{said}");
    }
    assert!(
        course
            .read("labs/tiny/src/half.rs")
            .contains("todo!(\"give the answer\")")
    );
    assert!(
        course
            .read("labs/tiny/src/lib.rs")
            .contains("pub mod habits;\npub mod half;\n")
    );
    assert!(
        course
            .read("grader/labs/tiny/checks/src/main.rs")
            .contains("habits, half]")
    );
    assert!(
        course
            .read("labs/tiny/lab.toml")
            .contains("read = \"notes/tiny.md#half-of-it-at-once\"")
    );
    assert!(
        course
            .read("notes/tiny.md")
            .contains("\n## Half of it, at once\n")
    );
    assert_eq!(
        course.lab("tiny").exercises.last().expect("some").name,
        "half"
    );
    assert_eq!(
        Mutant::all(&course.tree, &course.lab("tiny"))
            .expect("mutants")
            .len(),
        8
    );
    let handout = course.grader(&["handout", "--check"]);
    assert_eq!(
        handout.status.code(),
        Some(Exit::Done as i32),
        "nothing is stale"
    );
}

#[test]
fn a_new_lab_is_whole_and_everywhere_it_has_to_be() {
    let course = Course::new();
    common::put(
        course.tree.root(),
        &[
            ("labs/course.toml", "# In their order.\nlabs = [\"tiny\"]\n"),
            (
                "notes/SUMMARY.md",
                "- [Tiny](tiny.md)\n- [Models](models.md)\n",
            ),
            ("README.md", "<!-- exercises: every lab -->\n"),
        ],
    );
    course.new_one(&["lab", "actors", "actors", "--title", "Actors and mailboxes"]);
    let lab = course.lab("actors");
    assert_eq!(
        (lab.title.as_str(), lab.exercises.len()),
        ("Actors and mailboxes", 1)
    );
    let manifest = course.read("Cargo.toml");
    for line in [
        "    \"labs/rpc\",\n    \"labs/actors\",\n",
        "    \"solutions/rpc\",\n    \"solutions/actors\",\n",
        "    \"grader/labs/rpc/checks\",\n    \"grader/labs/actors/checks\",\n",
        "\nactors = { path = \"labs/actors\" }\n\nanstream",
    ] {
        assert!(manifest.contains(line), "`{line}` is not in:\n{manifest}");
    }
    assert_eq!(
        manifest.matches("\"labs/actors\"").count(),
        2,
        "not a default member"
    );
    assert_eq!(
        manifest.matches("\"solutions/actors\"").count(),
        2,
        "a default member"
    );
    assert!(
        course
            .read("labs/course.toml")
            .ends_with("labs = [\"tiny\", \"actors\"]\n")
    );
    assert!(
        course
            .read("notes/SUMMARY.md")
            .contains("- [Actors and mailboxes](actors.md)\n- [Models]")
    );
    // It bears the exercise's name, which hides it.
    assert!(
        course
            .read("grader/labs/actors/checks/src/actors.rs")
            .contains("use ::actors::actors::")
    );
    let page = course.read("labs/actors/README.md");
    assert!(
        page.contains("| `actors` | actors | 1 | 1 | 1 line |\n\nThe points add up to 1."),
        "{page}"
    );
    assert!(
        course
            .read("README.md")
            .contains("| [actors](labs/actors/README.md) | `actors` |")
    );
    let sample = &samples::all(&course.tree, &lab).expect("samples")[0];
    assert_eq!((sample.files.len(), sample.expected[0].points), (1, 1));
}

#[test]
fn what_is_there_is_never_replaced() {
    let course = Course::new();
    for (args, parts) in [
        (
            &["mutant", "tiny", "two::three"][..],
            ["two.toml: has a mutant `three`", "apart"],
        ),
        (
            &["check", "tiny", "two::is_two", "--kind", "test"],
            ["checks.toml: `two::is_two` is there already", "name yours"],
        ),
        (
            &["exercise", "tiny", "two"],
            [
                "solutions/tiny/src/two.rs: is there already",
                "another name",
            ],
        ),
        (
            &["lab", "tiny", "one"],
            ["labs/tiny: is there already", "another name"],
        ),
        (
            &["lab", "kit", "one"],
            ["labs/kit: is there already", "another name"],
        ),
    ] {
        course.refuses(args, &parts);
    }
}

#[test]
fn a_name_that_cannot_be_one_is_told_with_a_remedy() {
    let course = Course::new();
    for (args, parts) in [
        (
            &["mutant", "tiny", "three"][..],
            ["lab.toml: `three` names no exercise", "exercise::name"],
        ),
        (
            &["mutant", "tiny", "tow::three"],
            ["no exercise `tow`", "name one of one, two, raw, habits"],
        ),
        (
            &["mutant", "tiny", "two::Three"],
            ["`Three` is not a name in snake case", "wait_group"],
        ),
        (
            &["exercise", "tiny", "spin-lock"],
            ["`spin-lock` is not a name", "lower-case"],
        ),
        (
            &["exercise", "tiny", "match"],
            ["`match` means something else to Rust", "choose another"],
        ),
        (
            &["lab", "core", "one"],
            ["`core` means something else", "choose another"],
        ),
        (
            &["lab", "actors", "2nd"],
            ["`2nd` is not a name", "a letter first"],
        ),
        (
            &["exercise", "huge", "one"],
            ["is not a lab", "name one of tiny"],
        ),
        (
            &["check", "tiny", "two::sleeps_not", "--kind", "lint"],
            ["`two::sleeps_not` forbids", "`--forbid PATH`"],
        ),
    ] {
        course.refuses(args, &parts);
    }
}
