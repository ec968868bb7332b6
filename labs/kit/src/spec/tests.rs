//! Small objects with small mistakes: each is found, and its repaired form is not.
mod counter;
mod gate;
mod stack;

use super::{Scope, Subject, conforms};
use crate::explore::{Failure, Outcome};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the search of a scope finds.
fn failure_of<T: Subject>(scope: Scope) -> Failure {
    match catch_unwind(AssertUnwindSafe(|| conforms::<T>(scope))) {
        Ok(outcome) => panic!("it found nothing: {outcome}"),
        Err(payload) => *payload.downcast::<Failure>().expect("a failure"),
    }
}

/// What the search of a scope says that finds nothing.
fn outcome_of<T: Subject>(scope: Scope) -> Outcome {
    conforms::<T>(scope)
}
