//! Hidden checks of the lab `crawler`. `checks.toml` promises them; their bodies are here.

mod polite;
mod serial;
mod with_channels;
mod with_mutex;

fn main() {
    harness::main(&[
        ("serial", serial::CHECKS),
        ("with_mutex", with_mutex::CHECKS),
        ("with_channels", with_channels::CHECKS),
        ("polite", polite::CHECKS),
    ]);
}
