//! crossbeam-channel's own tests of bounded channels, against the lab's. `build.rs` says how.
#![allow(
    unused,
    clippy::all,
    reason = "what they look like is crossbeam's to say"
)]

mod array {
    include!(concat!(env!("OUT_DIR"), "/array.rs"));
}

mod zero {
    include!(concat!(env!("OUT_DIR"), "/zero.rs"));
}
