//! The students' own public tests, run against the solution.

// The tests say `use rpc::…`, whatever is under test.
extern crate rpc_solution as rpc;

#[path = "../../../labs/rpc/tests/public/main.rs"]
mod public;
