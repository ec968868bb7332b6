//! The students' own public tests, run against the solution.

// The tests say `use locks::…`, whatever is under test.
extern crate locks_solution as locks;

#[path = "../../../labs/locks/tests/public/main.rs"]
mod public;
