//! Given: the grader uses its own copy, edits here are ignored.
//!
//! The lab `locks`: seven things that threads share, each in a module of its own. Start with the
//! first; `README.md` next to `Cargo.toml` says how.

#[forbid(unsafe_code)]
pub mod visited;

#[forbid(unsafe_code)]
pub mod wait_group;

#[forbid(unsafe_code)]
pub mod bank;

#[forbid(unsafe_code)]
pub mod sharded_map;

#[forbid(unsafe_code)]
pub mod semaphore;

#[allow(unsafe_code)]
pub mod spin_lock;

#[forbid(unsafe_code)]
pub mod rw_lock;
