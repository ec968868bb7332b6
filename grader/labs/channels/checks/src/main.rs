//! Hidden checks of the lab `channels`. `checks.toml` promises them; their bodies are here.

mod bounded;
mod disconnect;
#[path = "../../../../../labs/channels/tests/public/open.rs"]
mod open;
mod pipeline;
#[path = "../../../../../labs/channels/tests/public/plain.rs"]
mod plain;
mod rendezvous;
mod select;
#[path = "../../../../../labs/channels/tests/spec/mod.rs"]
mod spec;
mod told;

fn main() {
    harness::main(&[
        ("bounded", bounded::CHECKS),
        ("disconnect", disconnect::CHECKS),
        ("pipeline", pipeline::CHECKS),
        ("rendezvous", rendezvous::CHECKS),
        ("select", select::CHECKS),
    ]);
}
