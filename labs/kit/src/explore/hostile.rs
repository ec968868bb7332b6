//! Answers that say what a checker says. Each has to count as what it is: a panic.
use super::{Explorer, Failure, FailureKind, panic_on_purpose};
use crate::{model, thread};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Whatever was ever read out of a panic's text.
fn phrases() -> Vec<String> {
    let others = [
        "test closure did not exercise any concurrency",
        "did not exercise any concurrency",
        "a search runs at most 4 spawned threads",
        "called `Result::unwrap()` on an `Err` value: Any { .. }",
        "panic in a destructor during cleanup",
        "",
    ];
    let said = model::phrases().chain(others);
    said.map(str::to_owned).collect()
}

/// How a search ends in which one of two threads does `hostile`.
fn search(explorer: Explorer, hostile: impl Fn() + Send + Sync + Clone + 'static) -> Failure {
    let searched = catch_unwind(AssertUnwindSafe(|| {
        explorer.explore(move || {
            let hostile = hostile.clone();
            thread::spawn(hostile).join().unwrap();
        })
    }));
    *searched.unwrap_err().downcast().unwrap()
}

#[test]
fn a_student_who_panics_with_a_checkers_words_has_panicked() {
    for phrase in phrases() {
        for explorer in [Explorer::new(), Explorer::new().sampled()] {
            let text = phrase.clone();
            let failure = search(explorer.clone(), move || panic!("{text}"));
            assert_eq!(failure.kind, FailureKind::Assertion, "{phrase}");

            let text = phrase.clone();
            let failure = search(explorer, move || resume_unwind(Box::new(text.clone())));
            assert_eq!(failure.kind, FailureKind::Assertion, "resumed: {phrase}");
        }
    }
}

#[test]
fn who_panics_before_there_is_anything_to_choose_has_panicked() {
    for explorer in [Explorer::new(), Explorer::new().sampled()] {
        let scenario = || panic!("test closure did not exercise any concurrency");
        let searched = catch_unwind(AssertUnwindSafe(|| explorer.explore(scenario)));
        let failure = searched.unwrap_err().downcast::<Failure>().unwrap();
        assert_eq!(failure.kind, FailureKind::Assertion);
    }
}

#[test]
fn a_panic_raised_at_its_callers_place_is_the_callers() {
    #[track_caller]
    fn says() {
        panic!("Model exceeded maximum number of branches");
    }
    let failure = search(Explorer::new(), says);
    assert_eq!(failure.kind, FailureKind::Assertion);
}

#[test]
fn an_unwrap_that_was_none_fails_although_a_panic_on_purpose_was_caught() {
    let failure = search(Explorer::new(), || {
        let caught = catch_unwind(|| panic_on_purpose("the job fails"));
        assert!(caught.is_err());
        panic!("called `Result::unwrap()` on an `Err` value: Any {{ .. }}");
    });
    assert_eq!(failure.kind, FailureKind::Assertion);
}
