//! Public tests: `cargo test -p crawler`, or of one exercise: `cargo test -p crawler serial`.
