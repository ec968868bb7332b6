//! Hidden checks of the lab `rpc`. `checks.toml` promises them; their bodies are here.

mod client;
mod dedup;
mod durable;
mod kv;
mod memory;
mod replica;
mod retry;
mod server;
mod wire;

fn main() {
    harness::main(&[
        ("wire", wire::CHECKS),
        ("server", server::CHECKS),
        ("client", client::CHECKS),
        ("retry", retry::CHECKS),
        ("dedup", dedup::CHECKS),
        ("kv", kv::CHECKS),
        ("durable", durable::CHECKS),
        ("replica", replica::CHECKS),
    ]);
}
