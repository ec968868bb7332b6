//! What is wrong in a rubric is told with its place and what was expected.

use std::path::Path;

use super::parse;
use crate::report::view::Visible;
use crate::rubric::samples::class;

fn problem(text: &str) -> String {
    let read = parse(Path::new("rubric.toml"), text, &class());
    read.map_or_else(|bad| bad.to_string(), |_| "it is a rubric".to_owned())
}

#[test]
fn what_is_wrong_is_told_with_line_and_column_and_what_was_expected() {
    let cases = [
        (
            "attempt = \"best\"",
            "1:1: there is no key `attempt` here; did you mean `attempts`?",
        ),
        (
            "\n[late]\npercnt = 1",
            "3:1: there is no key `percnt` here; did you mean `percent`?",
        ),
        (
            "[[hold]]\nstudent = \"a\"\nwhy = \"b\"",
            "3:1: there is no key `why` here; expected one",
        ),
        ("lab = \"rpc\"", "1:7: is about lab `rpc`; expected `locks`"),
        (
            "attempts = \"first\"",
            "1:12: unknown variant `first`, expected `latest` or `best`",
        ),
        ("places = 4", "1:10: `places` is 4; expected 0 to 3"),
        (
            "out_of = -1",
            "1:10: -1 is out of range; expected a number from",
        ),
        ("out_of = nan", "1:10: NaN is out of range"),
        (
            "out_of = \"ten\"",
            "1:10: invalid type: string \"ten\", expected f64",
        ),
        (
            "due = 2026-11-30",
            "1:7: `2026-11-30` is not a moment; expected date, time and offset",
        ),
        (
            "[late]\npercent = 5",
            "1:1: lateness is reduced, but nothing is due; expected `due",
        ),
        (
            "due = 2026-11-30T12:00:00Z\n[late]\npercent = 101",
            "3:11: 101 is out of range",
        ),
        (
            "[group.croe]\nweight = 2",
            "1:8: there is no group `croe` here; did you mean `core`?",
        ),
        (
            "[exercise.bnak]",
            "1:11: there is no exercise `bnak` here; did you mean `bank`?",
        ),
        (
            "[check.\"bank::totla\"]",
            "1:8: there is no check `bank::totla` here; did you mean `ba",
        ),
        (
            "[exercise.gate]\nstages = [[\"bank::total\"]]",
            "2:12: there is no check `bank::total` here; expected one of gate::opens",
        ),
        (
            "[exercise.gate]\nstages = [[\"gate::opens\"], [\"gate::opens\"]]",
            "2:29: check `gate::opens` is in two stages",
        ),
        (
            "[[adjust]]\nstudent = \"a\"\npoints = 1\nby = \"b\"\nbecause = \" \"",
            "5:11: `because` says nothing; expected words",
        ),
        (
            "[[adjust]]\nstudent = \"a\"\npoints = 1\nby = \"b\"",
            "1:1: missing field `because`",
        ),
        ("due = ", "1:"),
    ];
    for (text, says) in cases {
        let problem = problem(text);
        assert!(
            problem.starts_with(&format!("rubric.toml:{says}")),
            "{text}\n{problem}"
        );
    }
}

#[test]
fn what_students_see_is_said_of_all_of_a_group_an_exercise_or_a_check() {
    let text = "visible = \"after_published\"\n[group.core]\nvisible = \"after_due_date\"\n\
                [check.\"bank::total\"]\nvisible = \"never\"\n";
    let rubric = parse(Path::new("rubric.toml"), text, &class()).expect("a rubric");
    let visible = |exercise, check| rubric.visible(exercise, check);
    assert_eq!(visible("gate", "gate::opens"), Visible::AfterPublished);
    assert_eq!(visible("bank", "bank::both_pay"), Visible::AfterDueDate);
    assert_eq!(visible("bank", "bank::total"), Visible::Never);
}
