//! Public tests: `cargo test -p crawler`, or of one exercise: `cargo test -p crawler serial`.

mod polite;
mod serial;
mod with_channels;
mod with_mutex;
