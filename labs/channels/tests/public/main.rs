//! Public tests: `cargo test -p channels`, or of one exercise: `cargo test -p channels bounded`.

mod bounded;
mod disconnect;
mod open;
mod pipeline;
mod plain;
mod rendezvous;
mod select;
#[path = "../spec/mod.rs"]
mod spec;
