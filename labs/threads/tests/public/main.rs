//! Public tests: `cargo test -p threads`, or of one exercise: `cargo test -p threads parallel_map`.

mod fetch_all;
mod map_reduce;
mod parallel_map;
mod thread_pool;
