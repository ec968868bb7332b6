//! Runs one check in a process of its own. (First cut: runs it and prints.)

/// The names and bodies of an exercise's checks, in one list.
#[macro_export]
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        /// Every check of this exercise: its name, and its body.
        pub(crate) const CHECKS: &[(&str, fn())] = &[$((stringify!($name), $name)),*];
    };
}

/// Runs the check named on the command line (`exercise::check`), or all of them.
pub fn main(exercises: &[(&str, &[(&str, fn())])]) {
    let only = std::env::args().nth(1);
    for (exercise, checks) in exercises {
        for (name, body) in *checks {
            let id = format!("{exercise}::{name}");
            if only.as_ref().is_none_or(|only| id.contains(only.as_str())) {
                let ok = std::panic::catch_unwind(body).is_ok();
                println!("{} {id}", if ok { "pass" } else { "FAIL" });
            }
        }
    }
}
