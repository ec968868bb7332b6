//! Gradescope's autograder, in a tree laid out as theirs, and what is known after each check.

use std::cell::RefCell;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use grader::export;
use grader::grade::{Effort, Grader, Only};
use grader::report::Report;
use grader::verdict::Verdict;
use serde_json::Value;
use tempfile::TempDir;

use super::{Course, Form, Subject, Submission, answer, common, course, stage};

/// Unpacks the zip as Gradescope does, with what can be started.
fn unpack(zip: &Path, to: &Path) {
    let file = std::fs::File::open(zip).expect("the zip");
    let mut archive = zip::ZipArchive::new(file).expect("it is one");
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("an entry");
        let path = to.join(entry.enclosed_name().expect("a name that stays inside"));
        std::fs::create_dir_all(path.parent().expect("a file")).expect("room");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("it can be read");
        std::fs::write(&path, bytes).expect("room");
        let mode = entry.unix_mode().expect("its mode");
        let mode = std::fs::Permissions::from_mode(mode & 0o777);
        std::fs::set_permissions(&path, mode).expect("it is ours");
    }
}

/// `/autograder` with the autograder of `tiny` in it, as if setup.sh had run.
fn autograder(rubric: &str) -> TempDir {
    let dir = TempDir::new().expect("a place for files");
    let (zip, rules) = (dir.path().join("zip"), dir.path().join("rubric.toml"));
    std::fs::write(&rules, rubric).expect("room");
    export::autograder(&course().tree, "tiny", Some(&rules), &zip).expect("it is written");
    unpack(&zip, &dir.path().join("source"));
    for folder in ["submission", "results", "source/course/target/release"] {
        std::fs::create_dir_all(dir.path().join(folder)).expect("room");
    }
    let grader = dir.path().join("source/course/target/release/grader");
    symlink(env!("CARGO_BIN_EXE_grader"), grader).expect("room");
    let setup = Command::new("bash")
        .arg("-n")
        .arg(dir.path().join("source/setup.sh"))
        .status();
    assert!(setup.expect("bash").success());
    dir
}

/// Runs it, and gives results.json.
fn run(autograder: &TempDir) -> Value {
    let run = autograder.path().join("source/run_autograder");
    let output = Command::new(run)
        .env("AUTOGRADER", autograder.path())
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("grading/target"),
        )
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let results = std::fs::read_to_string(autograder.path().join("results/results.json"));
    serde_json::from_str(&results.expect("results")).expect("JSON")
}

/// The tests whose names begin so.
fn tests<'r>(results: &'r Value, begin: &str) -> Vec<&'r Value> {
    let all = results["tests"].as_array().expect("tests").iter();
    let named = |test: &&Value| {
        test["name"]
            .as_str()
            .is_some_and(|name| name.starts_with(begin))
    };
    all.filter(named).collect()
}

#[test]
fn gradescope_gets_its_results_with_lateness_from_its_own_time_stamp() {
    let rubric = "due = 2026-11-30T12:00:00Z\n[late]\npercent = 50\n\
                  [exercise.two]\nvisible = \"after_due_date\"\n";
    let autograder = autograder(rubric);
    let metadata = "{\"created_at\": \"2026-11-30T13:22:32.365935Z\", \"users\": \
                    [{\"email\": \"jane@example.edu\", \"id\": 1}]}";
    common::put(
        autograder.path(),
        &[
            ("submission/one.rs", &answer("one", "2")),
            ("submission/two.rs", &answer("two", "2")),
            ("submission_metadata.json", metadata),
        ],
    );
    let results = run(&autograder);
    let (one, two) = (tests(&results, "one"), tests(&results, "two"));
    assert!(
        two.iter().all(|test| test["status"] == "passed"),
        "{results:#}"
    );
    assert!(
        two.iter()
            .all(|test| test["visibility"] == "after_due_date"),
        "{results:#}"
    );
    assert!(
        one.iter().all(|test| test["visibility"] == "visible"),
        "{results:#}"
    );
    assert!(
        one.iter().any(|test| test["status"] == "failed"),
        "{results:#}"
    );
    let all = tests(&results, "");
    let sum: f64 = all.iter().filter_map(|test| test["score"].as_f64()).sum();
    assert_eq!(results["score"].as_f64(), Some(sum / 2.0), "{results:#}");
    assert_eq!(results["stdout_visibility"], "hidden");
    assert!(!results.to_string().contains("grader/labs"), "{results:#}");
}

#[test]
fn gradescope_is_told_what_could_not_be_taken_in() {
    let autograder = autograder("");
    common::put(
        autograder.path(),
        &[("submission/notes.txt", "I am done.\n")],
    );
    let results = run(&autograder);
    assert_eq!(results["score"].as_f64(), Some(0.0));
    let output = results["output"].as_str().expect("words");
    assert!(
        output.contains("holds none of the files of lab `tiny`"),
        "{output}"
    );
}

#[test]
fn after_each_check_everything_before_it_is_known() {
    let dir = TempDir::new().expect("a place for files");
    let (one, two) = (answer("one", "1"), answer("two", "2"));
    common::put(dir.path(), &[("src/one.rs", &one), ("src/two.rs", &two)]);
    let Course { tree, lab, .. } = course();
    let grader = Grader {
        tree,
        lab,
        only: Only::Checks(["one::is_one", "two::is_two"].map(str::to_owned).into()),
        effort: Effort::Full,
        cache: None,
        form: Form::Mark,
    };
    let known = RefCell::new(Vec::new());
    let told = |report: &Report| {
        let open = report
            .checks()
            .filter(|check| check.judged.verdict == Verdict::Broken);
        known.borrow_mut().push(open.count());
    };
    let subject = Subject::Submission(Submission::at(dir.path()));
    let graded = grader.grade_and_tell(&mut stage(), &subject, Some(&told));
    assert!(!graded.expect("it is graded").report.broken());
    assert_eq!(known.into_inner(), [1, 0]);
}
