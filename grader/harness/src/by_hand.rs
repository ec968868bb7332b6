//! For the authors of checks: runs several in this process and prints how each ended.

use crate::{Checks, ids};

pub(crate) fn run(checks: Checks, filter: &str) {
    for (id, body) in ids(checks).filter(|(id, _)| id.contains(filter)) {
        let passed = std::panic::catch_unwind(body).is_ok();
        println!("{} {id}", if passed { "pass" } else { "FAIL" });
    }
}
