//! Hidden checks of the lab `threads`. `checks.toml` promises them; their bodies are here.

mod fetch_all;
mod map_reduce;
mod parallel_map;
mod seen;
mod thread_pool;

fn main() {
    harness::main(&[
        ("parallel_map", parallel_map::CHECKS),
        ("fetch_all", fetch_all::CHECKS),
        ("thread_pool", thread_pool::CHECKS),
        ("map_reduce", map_reduce::CHECKS),
    ]);
}
