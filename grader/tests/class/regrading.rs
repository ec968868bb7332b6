//! Results found with other checks, found again: only what has changed is run, and what was there
//! stays with the reason.

use std::path::Path;

use grader::results::{Outcome, Results, Row};
use grader::verdict::{Judged, Verdict};
use tempfile::TempDir;

use super::{bytes, common, program, row};

/// Graded by the program, not by this test: verdicts rest on who has judged.
fn graded(dir: &Path) -> Results {
    let [handed, out] = ["handed", "results"].map(|name| dir.join(name).display().to_string());
    let args = ["batch", "--lab", "tiny", "--out", &out, &handed];
    let output = program(&args).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    Results::open(Path::new(&out)).expect("results")
}

/// A class of two, whose results say that `two` was checked by something that failed everybody, and
/// of `one` what nobody would find today.
fn results_of_old(dir: &Path) -> Results {
    let (one, two) = (
        "pub fn one() -> u32 {\n    1\n}\n",
        "pub fn two() -> u32 {\n    2\n}\n",
    );
    let files = [
        ("handed/jane/src/one.rs", one),
        ("handed/jane/src/two.rs", two),
        ("handed/bo/src/one.rs", one),
    ];
    common::put(dir, &files);
    let mut results = graded(dir);
    let mut class = results.class().clone();
    class.basis = "old".to_owned();
    let two = class
        .exercises
        .iter_mut()
        .find(|exercise| exercise.name == "two");
    two.expect("it is there").basis = "old".to_owned();
    results.describe(class).expect("room");
    let old = Row {
        basis: "old".to_owned(),
        ..row(&results, "bo")
    };
    results.put(&old).expect("room");
    let mut old = Row {
        basis: "old".to_owned(),
        ..row(&results, "jane")
    };
    let Outcome::Graded(report) = &mut old.outcome else {
        panic!("jane was graded");
    };
    for check in report
        .exercises
        .iter_mut()
        .flat_map(|exercise| &mut exercise.checks)
    {
        let judged = match check.id.as_str() {
            "two::is_two" => Judged::new(Verdict::Fail, "it was wrong"),
            "one::is_one" => Judged::new(Verdict::Crashed, "planted"),
            _ => continue,
        };
        (check.judged, check.score.earned) = (judged, 0);
    }
    results.put(&old).expect("room");
    results
}

fn regrade(results: &Path, more: &[&str]) -> String {
    let path = results.to_str().expect("a name");
    let output = program(&["regrade", path])
        .args(more)
        .output()
        .expect("it runs");
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{out}{err}");
    out.into_owned()
}

fn verdict(row: &Row, id: &str) -> Verdict {
    let report = row.report().expect("it was graded");
    let check = report.checks().find(|check| check.id == id);
    check.expect("it is there").judged.verdict
}

#[test]
fn only_what_has_changed_is_run_and_old_rows_stay_with_the_reason() {
    let dir = TempDir::new().expect("a place for files");
    let results = results_of_old(dir.path());
    let path = results.dir().to_owned();
    let old = bytes(&path.join("rows"));
    let told = regrade(&path, &[]);
    assert!(told.contains("two::is_two: fail"), "{told}");
    assert!(told.contains("-> pass (2 of 2)"), "{told}");
    assert!(!told.contains("one::is_one"), "it was not run: {told}");
    assert!(told.contains("1 of 2 people have other results"), "{told}");
    assert_eq!(bytes(&path.join("rows")), old);

    let because = "two::is_two was wrong";
    let told = regrade(&path, &["--replace", "--because", because]);
    assert!(told.contains("history/0001"), "{told}");
    let new = Results::open(&path).expect("results");
    assert_eq!(verdict(&row(&new, "jane"), "two::is_two"), Verdict::Pass);
    assert_eq!(verdict(&row(&new, "jane"), "one::is_one"), Verdict::Crashed);
    assert_ne!(new.class().basis, "old");
    assert!(
        new.rows()
            .expect("rows")
            .iter()
            .all(|row| row.basis == new.class().basis)
    );
    let kept = path.join("history/0001");
    assert_eq!(bytes(&kept.join("rows")), old);
    let reason = std::fs::read_to_string(kept.join("because.txt"));
    assert_eq!(reason.expect("the reason"), format!("{because}\n"));
    assert!(!path.join("regrade").exists());
    assert!(regrade(&path, &[]).contains("0 of 2 people have other results"));
}

#[test]
fn a_rubric_is_tried_before_it_counts() {
    let one = "pub fn one() -> u32 {\n    1\n}\n";
    let dir = TempDir::new().expect("a place for files");
    common::put(
        dir.path(),
        &[
            ("handed/jane/src/one.rs", one),
            ("handed/bo/src/one.rs", one),
        ],
    );
    let results = graded(dir.path());
    let rubric = "[[adjust]]\nstudent = \"jane\"\npoints = 3\nby = \"A\"\nbecause = \"b\"\n";
    common::put(dir.path(), &[("new.toml", rubric)]);
    let file = dir.path().join("new.toml");
    let new = ["--rubric", file.to_str().expect("a name")];
    let told = regrade(results.dir(), &new);
    assert!(told.contains("jane (jane): "), "{told}");
    assert!(told.contains("1 of 2 people have other results"), "{told}");
    assert!(!results.dir().join("rubric.toml").exists());
    regrade(
        results.dir(),
        &[&new[..], &["--replace", "--because", "c"]].concat(),
    );
    let taken = std::fs::read_to_string(results.dir().join("rubric.toml"));
    assert_eq!(taken.expect("it is there"), rubric);
}
