//! The students' own public tests, run against the solution.

// The tests say `use channels::…`, whatever is under test.
extern crate channels_solution as channels;

#[path = "../../../labs/channels/tests/public/main.rs"]
mod public;
