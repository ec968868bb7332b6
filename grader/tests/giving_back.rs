//! From results to what goes back: grade books, feedback, other tools' files. Nothing is graded
//! here: the results are written as `grader batch` would.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use grader::lab::Lab;
use grader::report::{CheckReport, ExerciseReport, Report};
use grader::results::{Class, Files, Outcome, Person, Results, Row};
use grader::tree::Tree;
use grader::verdict::{Judged, Verdict};
use tempfile::TempDir;

const WORKSHEET: &str = include_str!("fixtures/gradebooks/moodle.csv");
const CANVAS: &str = include_str!("fixtures/gradebooks/canvas.csv");

fn repository() -> Tree {
    Tree::find(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course")
}

fn person(id: &str, name: &str, ids: &[(&str, &str)]) -> Person {
    let ids = ids
        .iter()
        .map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned()));
    Person {
        id: id.to_owned(),
        name: name.to_owned(),
        email: None,
        ids: ids.collect(),
        members: Vec::new(),
    }
}

fn row(person: Person, source: &str, submitted: &str, outcome: Outcome) -> Row {
    Row {
        person,
        source: vec![source.to_owned()],
        submitted: Some(submitted.to_owned()),
        late: false,
        attempt: None,
        answer: None,
        basis: String::new(),
        outcome,
    }
}

/// Everything passes but what is named.
fn report(lab: &Lab, fails: &[&str], why: &str) -> Outcome {
    let exercises = lab.exercises.iter().map(|exercise| {
        let checks = exercise.checks.iter().map(|check| {
            let judged = match fails.contains(&exercise.name.as_str()) {
                true => Judged::new(Verdict::Fail, why),
                false => Judged::new(Verdict::Pass, ""),
            };
            CheckReport::new(check, judged)
        });
        ExerciseReport::new(exercise, None, checks.collect())
    });
    let exercises = exercises.collect();
    Outcome::Graded(Box::new(Report::new(
        "x".to_owned(),
        lab,
        Vec::new(),
        exercises,
    )))
}

/// Three people: one with everything, one late with a failing exercise and hostile words, one of
/// whom nothing could be read.
fn results(dir: &Path) -> Results {
    let lab = Lab::read(&repository(), "locks").expect("a lab");
    let mut class = Class::of(&lab, String::new(), 1, |_| String::new());
    class.people = ["ann", "jdoe", "zoe"].map(str::to_owned).into();
    let results = Results::begin(dir, class).expect("room");
    let jane = person(
        "jdoe",
        "Jane Doe",
        &[("moodle", "12345"), ("canvas", "123456")],
    );
    let ann = person(
        "ann",
        "=Ann<b>",
        &[("moodle", "12346"), ("canvas", "123458")],
    );
    let zoe = person("zoe", "Zoe", &[]);
    let not = Outcome::NotGraded {
        problem: "it is empty".to_owned(),
        found: Vec::new(),
    };
    let whole = report(&lab, &[], "");
    let part = report(
        &lab,
        &["bank", "rw_lock"],
        "</pre><script>x</script>\n::error::y\n=1+1",
    );
    let jane = row(
        jane,
        "Jane Doe_12345_assignsubmission_file",
        "2026-11-30T09:00:00Z",
        whole,
    );
    let late = "2026-12-01T09:00:00Z";
    let mut ann = row(ann, "annlee_LATE_123458_987654_bank.rs", late, part);
    let files = Files::from([
        ("src/bank.rs".to_owned(), "// Ann's\n".to_owned()),
        ("../evil.rs".to_owned(), "no\n".to_owned()),
    ]);
    ann.answer = Some(results.keep(&files).expect("room"));
    let zoe = row(zoe, "zoe", late, not);
    for row in [jane, ann, zoe] {
        results.put(&row).expect("room");
    }
    results
}

fn grader(dir: &Path, args: &[&str]) -> Output {
    let mut grader = Command::new(env!("CARGO_BIN_EXE_grader"));
    let root = repository();
    let grader = grader
        .args(args)
        .arg("--root")
        .arg(root.root())
        .current_dir(dir);
    grader.output().expect("it starts")
}

fn told(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{out}{err}")
}

fn done(dir: &Path, args: &[&str]) -> String {
    let output = grader(dir, args);
    let told = told(&output);
    assert!(output.status.success(), "{args:?}\n{told}");
    told
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const RUBRIC: &str = "due = 2026-11-30T12:00:00Z\nout_of = 60\n[late]\npercent = 50\n";

#[test]
fn a_worksheet_is_filled_by_the_rubric_and_everybody_else_is_named() {
    let dir = TempDir::new().expect("room");
    let results = results(&dir.path().join("results"));
    let full = results.class().points();
    let bank = results
        .class()
        .exercise("bank")
        .expect("it is there")
        .points;
    common::put(
        dir.path(),
        &[("export.csv", WORKSHEET), ("results/rubric.toml", RUBRIC)],
    );
    let told = done(
        dir.path(),
        &["gradebook", "results", "--into", "export.csv"],
    );
    let filled = read(&dir.path().join("export-graded.csv"));
    let lines: Vec<&str> = filled.lines().collect();
    assert_eq!(lines[0], WORKSHEET.lines().next().expect("a header"));
    assert_eq!(
        lines[3..],
        WORKSHEET.lines().collect::<Vec<_>>()[3..],
        "{filled}"
    );
    // Jane has the bonus, too, which is above the maximum: Moodle would pass over it.
    assert!(
        told.contains("Jane Doe: left as it is (above the maximum there"),
        "{told}"
    );
    assert!(told.contains("Zoe: not in the file"), "{told}");
    assert!(told.contains("Participant 12347"), "{told}");
    let earned = f64::from(full - bank) * 60.0 / f64::from(full) / 2.0;
    let earned = (earned * 100.0).round() / 100.0;
    assert!(
        lines[2].contains(&format!(",{earned},60.00,Yes,")),
        "{earned} {filled}"
    );
    assert!(
        lines[2].contains("late, within a day: 50 percent count"),
        "{filled}"
    );
    assert!(
        !filled.contains("<script>") && !filled.contains("::error"),
        "{filled}"
    );
    assert_eq!(read(&dir.path().join("export.csv")), WORKSHEET);
}

#[test]
fn canvas_is_asked_for_its_column_and_a_rubric_for_people_that_are_there() {
    let dir = TempDir::new().expect("room");
    results(&dir.path().join("results"));
    common::put(dir.path(), &[("canvas.csv", CANVAS)]);
    let asked = grader(
        dir.path(),
        &["gradebook", "results", "--into", "canvas.csv"],
    );
    assert_eq!(asked.status.code(), Some(3));
    assert!(
        told(&asked).contains("name one with --column"),
        "{}",
        told(&asked)
    );
    let column = [
        "gradebook",
        "results",
        "--into",
        "canvas.csv",
        "--column",
        "Lab locks",
    ];
    let told_of = done(dir.path(), &column);
    assert!(
        told_of.contains("Lee, Ann 123457: no result here"),
        "{told_of}"
    );
    let hold = "[[hold]]\nstudent = \"jdo\"\nbecause = \"b\"\n";
    common::put(dir.path(), &[("results/rubric.toml", hold)]);
    let stranger = grader(dir.path(), &column);
    assert_eq!(stranger.status.code(), Some(3));
    assert!(
        told(&stranger).contains("did you mean `jdoe`?"),
        "{}",
        told(&stranger)
    );
}

#[test]
fn feedback_goes_back_under_the_names_that_came_and_holds_no_markup_of_others() {
    let dir = TempDir::new().expect("room");
    results(&dir.path().join("results"));
    done(dir.path(), &["feedback", "results", "--out", "one.zip"]);
    done(dir.path(), &["feedback", "results", "--out", "two.zip"]);
    let bytes = |name| std::fs::read(dir.path().join(name)).expect("an archive");
    assert_eq!(bytes("one.zip"), bytes("two.zip"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes("one.zip"))).expect("a zip");
    let mut pages = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file");
        let name = file.name().expect("a name").into_owned();
        let mut page = String::new();
        std::io::Read::read_to_string(&mut file, &mut page).expect("text");
        pages.insert(name, page);
    }
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    let expected = [
        "Jane Doe_12345_assignsubmission_file/weft-feedback.html",
        "annlee_LATE_123458_987654_weft-feedback.html",
    ];
    assert_eq!(names, expected);
    assert!(
        pages.values().all(|page| !page.contains("<script>x")),
        "{pages:?}"
    );
    assert!(
        pages.values().all(|page| page.contains("grade: ")),
        "{pages:?}"
    );
}

#[test]
fn a_tree_for_jplag_has_edit_files_only() {
    let dir = TempDir::new().expect("room");
    results(&dir.path().join("results"));
    done(
        dir.path(),
        &["export", "jplag", "results", "--out", "jplag"],
    );
    assert_eq!(
        read(&dir.path().join("jplag/root/ann/src/bank.rs")),
        "// Ann's\n"
    );
    assert!(read(&dir.path().join("jplag/base/src/bank.rs")).contains("todo!"));
    assert!(!dir.path().join("jplag/root/evil.rs").exists());
    let again = grader(
        dir.path(),
        &["export", "jplag", "results", "--out", "jplag"],
    );
    assert_eq!(again.status.code(), Some(3));
}

#[test]
fn engines_get_their_files_and_bash_reads_them() {
    let dir = TempDir::new().expect("room");
    for engine in ["slurm", "k8s", "actions"] {
        done(
            dir.path(),
            &["export", engine, "--lab", "locks", "--out", engine],
        );
    }
    for script in ["weft.sh", "merge.sh", "submit.sh"] {
        let script = dir.path().join("slurm").join(script);
        let read = Command::new("bash")
            .arg("-n")
            .arg(&script)
            .status()
            .expect("bash");
        assert!(read.success(), "{}", script.display());
    }
    assert!(dir.path().join("k8s/weft-job.json").is_file());
    assert!(
        dir.path()
            .join("actions/.github/workflows/grade.yml")
            .is_file()
    );
}

#[test]
fn forms_and_files_that_do_not_fit_are_usage() {
    let dir = TempDir::new().expect("room");
    let cases: [&[&str]; 3] = [
        &[
            "grade", "x", "--format", "json", "--format", "csv", "--out", "a",
        ],
        &["grade", "x", "--format", "gradescope"],
        &["grade", "x", "--rubric", "y"],
    ];
    for args in cases {
        let output = grader(dir.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}\n{}", told(&output));
    }
}
