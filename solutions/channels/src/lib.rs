//! Given: the grader uses its own copy, edits here are ignored.
//!
//! The lab `channels`.
