//! Given: the grader uses its own copy, edits here are ignored.
//!
//! The lab `rpc`: remote procedure calls, from frames to exactly once, each step in a module of its
//! own.

pub mod dial;
pub mod disk;
pub mod folder;
pub mod link;
pub mod machine;
pub mod message;
pub mod tcp;
pub mod view;

#[forbid(unsafe_code)]
pub mod wire;

#[forbid(unsafe_code)]
pub mod server;

#[forbid(unsafe_code)]
pub mod client;

#[forbid(unsafe_code)]
pub mod retry;

#[forbid(unsafe_code)]
pub mod dedup;

#[forbid(unsafe_code)]
pub mod kv;

#[forbid(unsafe_code)]
pub mod log;

#[forbid(unsafe_code)]
pub mod durable;

#[forbid(unsafe_code)]
pub mod replica;
