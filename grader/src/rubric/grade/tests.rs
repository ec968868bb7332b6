//! What rubrics make of reports.

use std::path::Path;

use super::*;
use crate::rubric::file::parse;
use crate::rubric::samples::{class, report};
use crate::verdict::Verdict::{Broken, Fail, Pass};

fn rubric(text: &str) -> Rubric {
    parse(Path::new("rubric.toml"), text, &class()).expect("a rubric")
}

const NOBODY: Circumstances = Circumstances {
    student: "jdoe",
    submitted: None,
    late: false,
};

/// Earned, of, and the steps in words.
fn told(grade: &Grade) -> (String, String, Vec<String>) {
    let steps = grade.steps.iter();
    let steps = steps.map(|step| format!("{} ({})", step.what, step.change));
    (
        grade.earned.to_string(),
        grade.of.to_string(),
        steps.collect(),
    )
}

#[test]
fn without_a_rubric_a_grade_is_what_the_lab_says() {
    let grade = Rubric::plain(&class()).grade(&report([Pass, Pass, Fail, Pass]), &NOBODY);
    let steps = [
        "bank: 7 of 10 points (7)",
        "gate: 2 of 2 points, on top (2)",
    ];
    assert_eq!(
        told(&grade),
        ("9".into(), "10".into(), steps.map(String::from).to_vec())
    );
    let hollow = Rubric::plain(&class()).grade(&report([Fail, Pass, Pass, Fail]), &NOBODY);
    assert_eq!(hollow.earned, Points::whole(3));
}

#[test]
fn weights_scale_and_steps_say_so() {
    let rubric = rubric("out_of = 100\n[group.core]\nweight = 2\n[exercise.bank]\nweight = 0.5\n");
    let grade = rubric.grade(&report([Pass, Pass, Fail, Pass]), &NOBODY);
    let steps = [
        "bank: 7 of 10 points (7)",
        "gate: 2 of 2 points, on top (2)",
        "9 of 10 as points out of 100 (81)",
    ];
    assert_eq!(
        told(&grade),
        ("90".into(), "100".into(), steps.map(String::from).to_vec())
    );
}

#[test]
fn a_stage_pays_only_after_those_before_it() {
    let stages = "[exercise.bank]\nstages = [[\"bank::total\"], [\"bank::both_pay\"]]\n";
    let earned = |verdicts| rubric(stages).grade(&report(verdicts), &NOBODY).earned;
    assert_eq!(earned([Pass, Pass, Fail, Fail]), Points::whole(4));
    assert_eq!(earned([Pass, Pass, Pass, Fail]), Points::whole(10));
    assert_eq!(earned([Pass, Pass, Broken, Fail]), Points::whole(7));
}

#[test]
fn a_check_that_does_not_count_neither_pays_nor_costs() {
    let rubric = rubric("[check.\"bank::no_deadlock\"]\ncounts = false\n");
    let grade = rubric.grade(&report([Fail, Pass, Pass, Fail]), &NOBODY);
    assert_eq!(
        (grade.earned, grade.of),
        (Points::whole(6), Points::whole(6))
    );
}

#[test]
fn lateness_is_taken_from_the_submissions_own_time_stamp() {
    let text = "due = 2026-11-30T12:00:00Z\n[late]\npercent = 10\ndays = 2\ngrace_minutes = 15\n";
    let earned = |submitted: &str| {
        let about = Circumstances {
            submitted: Moment::parse(submitted, 0),
            ..NOBODY
        };
        rubric(text).grade(&report([Pass, Pass, Pass, Fail]), &about)
    };
    assert_eq!(
        earned("2026-11-30T13:14:00+01:00").earned,
        Points::whole(10)
    );
    let late = earned("2026-11-30T13:16:00+01:00");
    assert_eq!(late.earned, Points::whole(9));
    assert_eq!(late.steps[2].what, "late, within a day: 90 percent count");
    assert_eq!(earned("2026-12-02T12:00:01Z").earned, Points::ZERO);
    let unknown = Circumstances {
        late: true,
        ..NOBODY
    };
    let grade = rubric(text).grade(&report([Pass, Pass, Pass, Fail]), &unknown);
    assert_eq!(grade.earned, Points::whole(10));
    assert!(
        grade.steps[2]
            .what
            .starts_with("late, as the platform says"),
        "{grade:?}"
    );
}

#[test]
fn hands_that_adjust_say_whose_they_are_and_a_grade_can_be_held() {
    let text = "places = 0\n[[adjust]]\nstudent = \"jdoe\"\npoints = -0.5\nby = \"A. Turing\"\n\
                because = \"no names\"\n[[hold]]\nstudent = \"jdoe\"\nbecause = \"a talk first\"\n";
    let grade = rubric(text).grade(&report([Pass, Pass, Pass, Fail]), &NOBODY);
    assert_eq!(grade.earned, Points::whole(10));
    let steps: Vec<&str> = grade.steps[2..].iter().map(|step| &*step.what).collect();
    assert_eq!(steps, ["by A. Turing: no names", "rounded"]);
    assert_eq!(grade.held.as_deref(), Some("a talk first"));
    let other = Circumstances {
        student: "alee",
        ..NOBODY
    };
    let other = rubric(text).grade(&report([Pass, Pass, Pass, Fail]), &other);
    assert!(other.is_final() && other.earned == Points::whole(10));
}

#[test]
fn what_nobody_could_judge_is_open_and_the_grade_is_not_final() {
    let grade = Rubric::plain(&class()).grade(&report([Broken, Pass, Pass, Fail]), &NOBODY);
    assert_eq!(
        (grade.earned, grade.open),
        (Points::whole(6), Points::whole(4))
    );
    assert!(!grade.is_final());
}

#[test]
fn who_handed_in_nothing_has_a_grade_only_where_the_rubric_says_so() {
    let full = Points::whole(10);
    assert_eq!(Rubric::plain(&class()).nothing("jdoe", full), None);
    let grade = rubric("missing = \"zero\"")
        .nothing("jdoe", full)
        .expect("a grade");
    assert_eq!((grade.earned, grade.of), (Points::ZERO, full));
}

/// The steps are the grade: what they add up to is what was earned.
#[test]
fn steps_add_up() {
    let text = "due = 2026-11-30T12:00:00Z\nout_of = 37\n[late]\npercent = 7\n[exercise.bank]\n\
                weight = 1.3\n[[adjust]]\nstudent = \"jdoe\"\npoints = -1.117\nby = \"A\"\n\
                because = \"b\"\n";
    for first in [Pass, Fail, Broken] {
        let submitted = Moment::parse("2026-12-04T12:00:01Z", 0);
        let about = Circumstances {
            submitted,
            ..NOBODY
        };
        let grade = rubric(text).grade(&report([first, Pass, Fail, Pass]), &about);
        let sum: Points = grade.steps.iter().map(|step| step.change).sum();
        assert_eq!(sum, grade.earned, "{grade:?}");
    }
}
