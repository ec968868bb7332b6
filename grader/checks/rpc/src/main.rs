//! Hidden checks of the lab `rpc`. `checks.toml` promises them; their bodies are here.

mod dedup;
mod kv;
mod retry;
mod server;
mod wire;

fn main() {
    harness::main(&[
        ("wire", wire::CHECKS),
        ("server", server::CHECKS),
        ("retry", retry::CHECKS),
        ("dedup", dedup::CHECKS),
        ("kv", kv::CHECKS),
    ]);
}
