//! The student's commands: from an edit to what the tests and the models say about it.
//!
//! The one idea: a test is a process and its exit code is the verdict; what a search found comes as
//! data (the crate `picture`), and every text here is drawn from data.
//!
//! Not here: marks, which are the grader's; and what both agree on, which is in the crates
//! `manifest` and `protocol`.

pub mod cli;
pub mod error;

mod build;
mod check;
mod commands;
mod course;
mod desk;
mod found;
mod handed_out;
mod place;
mod process;
mod select;
mod state;
mod suite;
mod text;
mod watch;
