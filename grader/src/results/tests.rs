use super::*;
use crate::lab::Kind;
use crate::report::{CheckReport, ExerciseReport, Report};
use crate::score::{Role, Score};
use crate::verdict::{Judged, Verdict};

fn class(people: &[&str]) -> Class {
    Class {
        format: FORMAT,
        lab: "tiny".to_owned(),
        title: "Tiny".to_owned(),
        basis: "abc".to_owned(),
        repeat: 1,
        exercises: Vec::new(),
        people: people.iter().map(|id| (*id).to_owned()).collect(),
    }
}

fn report() -> Report {
    let score = Score {
        earned: 3,
        of: 4,
        open: 0,
    };
    let judged = Judged::new(Verdict::Deadlock, "all wait").detail("at one.rs:3");
    Report {
        subject: "ann".to_owned(),
        lab: "tiny".to_owned(),
        title: "Tiny".to_owned(),
        score,
        sandbox: "none".to_owned(),
        remarks: vec!["not handed in: src/two.rs".to_owned()],
        exercises: vec![ExerciseReport {
            name: "one".to_owned(),
            title: "One".to_owned(),
            group: "core".to_owned(),
            bonus: false,
            unsafe_code: false,
            score,
            withheld: 1,
            remark: None,
            checks: vec![CheckReport {
                id: "one::is_one".to_owned(),
                kind: Kind::Model,
                role: Role::Core,
                claim: "It is one.".to_owned(),
                score,
                judged,
                flaky: None,
            }],
        }],
    }
}

fn row(id: &str, outcome: Outcome) -> Row {
    Row {
        person: Person {
            id: id.to_owned(),
            name: "Ann \u{1b}[2J".to_owned(),
            email: Some("ann@example.edu".to_owned()),
            ids: [("canvas".to_owned(), "123".to_owned())].into(),
            members: vec![Member::default()],
        },
        source: vec!["ann.zip".to_owned()],
        submitted: Some("2026-11-30T09:15:02".to_owned()),
        late: true,
        attempt: Some(2),
        answer: None,
        basis: "abc".to_owned(),
        outcome,
    }
}

fn place() -> tempfile::TempDir {
    tempfile::TempDir::new().expect("a place for files")
}

#[test]
fn what_is_written_is_read_back() {
    let dir = place();
    let results = Results::begin(dir.path(), class(&["a", "b", "c", "d"])).expect("room");
    let refused = Outcome::NotGraded {
        problem: "is empty".to_owned(),
        found: vec!["<b>\n".to_owned()],
    };
    let graded = Outcome::Graded(Box::new(report()));
    let rows = [
        row("a", graded),
        row("b", refused),
        row("c", Outcome::Missing),
    ];
    for row in &rows {
        results.put(row).expect("room");
    }
    let results = Results::open(dir.path()).expect("it is there");
    assert_eq!(results.rows().expect("they are whole"), rows);
    assert_eq!(results.gaps(), ["d".to_owned()].into());
    assert_eq!(results.class(), &class(&["a", "b", "c", "d"]));
}

#[test]
fn an_answer_is_kept_once_and_under_a_name_that_fits_no_other() {
    let dir = place();
    let results = Results::begin(dir.path(), class(&[])).expect("room");
    let files: Files = [("src/one.rs".to_owned(), "fn one() {}".to_owned())].into();
    let name = results.keep(&files).expect("room");
    assert_eq!(results.keep(&files).expect("room"), name);
    assert_eq!(results.answer(&name).expect("it is there"), files);
    let path = dir.path().join("answers").join(format!("{name}.json"));
    std::fs::write(path, "{\"src/one.rs\":\"fn two() {}\"}").expect("it is ours");
    let error = results.answer(&name).expect_err("it was changed");
    assert!(error.to_string().contains("was changed"), "{error}");
}

#[test]
fn who_comes_later_is_added_and_another_lab_is_refused() {
    let dir = place();
    Results::begin(dir.path(), class(&["a"])).expect("room");
    let both = Results::begin(dir.path(), class(&["b"])).expect("room");
    assert_eq!(both.class().people, class(&["a", "b"]).people);
    let other = Class {
        lab: "huge".to_owned(),
        ..class(&[])
    };
    let newer = Class {
        basis: "def".to_owned(),
        ..class(&[])
    };
    for (class, word) in [(other, "results of lab `tiny`"), (newer, "other checks")] {
        let error = Results::begin(dir.path(), class).expect_err("it is another's");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn a_damaged_row_is_named_and_what_was_left_unfinished_is_taken_away() {
    let dir = place();
    let results = Results::begin(dir.path(), class(&["a"])).expect("room");
    results.put(&row("a", Outcome::Missing)).expect("room");
    let rows = dir.path().join("rows");
    std::fs::write(rows.join("a.json"), "{\"person\":").expect("it is ours");
    let error = results.rows().expect_err("it is damaged").to_string();
    assert!(error.contains("rows/a.json: is damaged"), "{error}");
    for left in [".unfinished-a.json-Xy12", ".unfinished-b-c.json-Xy13"] {
        std::fs::write(rows.join(left), "{").expect("room");
    }
    results.tidy(|id| id == "b-c").expect("it is there");
    let names = crate::tree::entries(&rows).expect("it is there");
    let names: Vec<String> = names.iter().map(|path| crate::tree::name(path)).collect();
    assert_eq!(names, [".unfinished-a.json-Xy12", "a.json"]);
}
