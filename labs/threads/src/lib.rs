//! Given: the grader uses its own copy, edits here are ignored.
//!
//! The lab `threads`: start them, give them work, wait for them. Four exercises, each in a module
//! of its own; `README.md` next to `Cargo.toml` says where to start.

#[forbid(unsafe_code)]
pub mod parallel_map;

#[forbid(unsafe_code)]
pub mod fetch_all;

#[forbid(unsafe_code)]
pub mod thread_pool;

#[forbid(unsafe_code)]
pub mod map_reduce;
