//! Hidden checks of the lab `channels`. `checks.toml` promises them; their bodies are here.

mod bounded;
mod disconnect;
#[path = "../../../../labs/channels/tests/public/plain.rs"]
mod plain;
mod rendezvous;
mod told;

fn main() {
    harness::main(&[
        ("bounded", bounded::CHECKS),
        ("disconnect", disconnect::CHECKS),
        ("rendezvous", rendezvous::CHECKS),
    ]);
}
