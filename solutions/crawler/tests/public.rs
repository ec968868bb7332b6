//! The students' own public tests, run against the solution.

// The tests say `use crawler::…`, whatever is under test.
extern crate crawler_solution as crawler;

#[path = "../../../labs/crawler/tests/public/main.rs"]
mod public;
