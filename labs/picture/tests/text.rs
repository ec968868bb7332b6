//! What every picture for a terminal keeps.
mod support;

use picture::Style;
use support::{failure, failures};

#[test]
fn no_row_is_wider_than_the_terminal() {
    for (name, failure) in failures() {
        for width in [80, 100, 120, 160] {
            let style = Style {
                width,
                ..Style::default()
            };
            let text = failure.to_text(style);
            let (_, rows) = text.split_once("\n\n").expect("a head, and rows");
            for row in rows.lines() {
                assert!(row.chars().count() <= width, "{name} at {width}: {row}");
            }
        }
    }
}

#[test]
fn a_stale_value_is_told_with_the_newest() {
    let text = failure("publication_without_release").to_text(Style::default());
    assert!(text.contains("load shared#1 Relaxed: 0, STALE: newest is 5"));
}

#[test]
fn nothing_that_a_student_wrote_gives_orders_to_the_terminal() {
    let mut failure = failure("lost_wakeup");
    let hostile = "\u{1b}[2J\u{7}gone";
    (failure.claim, failure.message) = (hostile.to_owned(), hostile.to_owned());
    failure.threads[0].name = hostile.to_owned();
    for step in &mut failure.steps {
        (step.action, step.code) = (hostile.to_owned(), Some(hostile.to_owned()));
    }
    for width in [80, 160] {
        let style = Style {
            width,
            ..Style::default()
        };
        let text = failure.to_text(style);
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
    }
}

#[test]
fn a_long_failure_is_shown_by_its_beginning_and_its_end() {
    let text = support::crowd(220, 9).to_text(Style::default());
    assert!(text.lines().count() < 200);
    assert!(text.contains("rows …") && text.contains("FAILS here"));
}

#[test]
fn many_who_wait_for_the_same_are_said_once() {
    let mut failure = failure("lock_order");
    let waits = failure.waits[1].clone();
    for thread in 2..8 {
        let mut more = waits.clone();
        more.thread = thread;
        more.sentence = more.sentence.replacen("T1", &format!("T{thread}"), 1);
        let name = format!("T{thread}");
        failure.threads.push(picture::Thread { name });
        failure.waits.push(more);
    }
    let said = failure.waits_in_words();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].ends_with("; so do 6 others"), "{said:?}");
}

#[test]
fn very_many_threads_are_neither_drawn_nor_wider_than_the_terminal() {
    let mut failure = failure("lock_order");
    for number in 2..1000 {
        let name = format!("T{number}");
        failure.threads.push(picture::Thread { name });
    }
    let text = failure.to_text(Style::default());
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(Style::default().width), "{text}");

    let step = failure.steps[0].clone();
    failure.steps.resize(1000, step);
    failure.edges.clear();
    assert!(failure.to_html().contains("too much for a drawing"));
}
