//! What is hidden stays hidden: no form of a student's report has a word of the grader's own,
//! wherever it stood.

use picture::{Effect, Failure, FailureKind, Object, Place, Step};
use proptest::prelude::*;
use proptest::sample::select;

use super::view::{Reader, for_reader};
use super::{Report, csv, json, junit, markdown, text};
use crate::rubric::samples::judged;
use crate::verdict::{Judged, Verdict};

/// Stands in the names of hidden checks and of their files, and in what they ask and say.
const SECRET: &str = "s3cr3t";
const FILE: &str = "grader/labs/locks/checks/src/s3cr3t.rs";

/// What the kit, the compiler and a panic put around a place.
const AROUND: [[&str; 2]; 10] = [
    ["waits at ", " for a"],
    ["held since ", ", and so on"],
    ["made at ", ""],
    ["panicked at ", ":"],
    ["(", ")"],
    ["[", "]"],
    ["`", "`"],
    ["\"", "\","],
    ["  --> ", "\n"],
    ["\n", "."],
];

/// A sentence that names a place of a hidden file, in full or in short.
fn sentence() -> impl Strategy<Value = String> {
    let place = select(vec![
        format!("{FILE}:7:3"),
        format!("{FILE}:7"),
        FILE.to_owned(),
        format!("checks/{SECRET}.rs:7"),
    ]);
    (select(&AROUND[..]), place).prop_map(|([before, after], place)| {
        format!("T1 {before}{place}{after} visited.rs:8 holds a")
    })
}

fn place(hidden: bool) -> Place {
    let file = if hidden {
        FILE
    } else {
        "labs/locks/src/visited.rs"
    };
    Place {
        file: file.to_owned(),
        line: 7,
        column: 3,
    }
}

fn step(hidden: bool) -> Step {
    let code = if hidden { SECRET } else { "lock" };
    Step {
        thread: 0,
        object: Some(0),
        event: 0,
        action: "lock a: acquired".to_owned(),
        effect: Effect::Acquire,
        value: None,
        at: Some(place(hidden)),
        code: Some(format!("let x = {code};")),
        switched: false,
        stuck: false,
        part: true,
        ordering: None,
        touched: None,
        saw: None,
    }
}

/// A failure that was found in a hidden check, some of whose steps are the student's own.
fn failure(message: &str, hidden: &[bool]) -> Failure {
    let mut failure = Failure::bare(SECRET, FailureKind::Assertion, message.to_owned());
    failure.at = Some(place(true));
    failure.threads.push(picture::Thread {
        name: "T1".to_owned(),
    });
    failure.objects.push(Object {
        name: "a".to_owned(),
        kind: "Mutex".to_owned(),
        made: Some(place(true)),
    });
    failure.steps = hidden.iter().map(|hidden| step(*hidden)).collect();
    let text = format!("fn {SECRET}() {{}}\n").repeat(9);
    failure.sources.insert(FILE.to_owned(), text);
    failure
}

/// A report for instructors: of what a search found, of a panic in the check, of what the compiler
/// says of the check's file, and of what the process printed.
fn report(said: &str, hidden: &[bool]) -> Report {
    let detail = format!("{FILE}:7:3: assertion failed: left: {SECRET}, right: 1");
    let found = Judged {
        failure: Some(Box::new(failure(said, hidden))),
        ..Judged::new(Verdict::Fail, said)
    };
    let mut report = judged([
        found.detail(&detail),
        Judged::new(Verdict::Fail, "the claim does not hold").detail(&detail),
        Judged::new(Verdict::DoesNotBuild, said),
        Judged::new(Verdict::Crashed, "it aborted").detail(&detail),
    ]);
    for exercise in &mut report.exercises {
        for check in &mut exercise.checks {
            check.id = format!("bank::{SECRET}");
        }
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_form_of_a_student_s_report_names_what_is_hidden(
        said in sentence(),
        hidden in prop::collection::vec(any::<bool>(), 0..5),
    ) {
        let whole = report(&said, &hidden);
        prop_assert!(text::render(&whole).contains(SECRET), "the instructor is told");
        let shown = for_reader(whole, Reader::Student);
        let one = std::slice::from_ref(&shown);
        let drawn = shown.checks().filter_map(|check| check.judged.failure.as_ref());
        let drawn: String = drawn.map(|failure| failure.to_html()).collect();
        for form in [
            text::render(&shown),
            json::render(one),
            markdown::render(one),
            markdown::annotations(one),
            junit::render(one),
            csv::render(one),
            drawn,
        ] {
            prop_assert!(!form.contains(SECRET), "{said:?}\n{form}");
        }
        let found = shown.checks().find_map(|check| check.judged.failure.as_ref());
        let message = &found.expect("it is there").message;
        prop_assert!(message.contains("visited.rs:8"), "no more is cut: {message}");
    }
}
