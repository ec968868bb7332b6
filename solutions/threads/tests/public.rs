//! The students' own public tests, run against the solution.

// The tests say `use threads::…`, whatever is under test.
extern crate threads_solution as threads;

#[path = "../../../labs/threads/tests/public/main.rs"]
mod public;
