//! Public tests: `cargo test -p locks`, or of one exercise: `cargo test -p locks visited`.

mod bank;
mod rw_lock;
mod semaphore;
mod sharded_map;
mod spin_lock;
mod visited;
mod wait_group;
