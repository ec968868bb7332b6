//! Runs one check in a process of its own, and reports over a private channel.
//!
//! The one idea: a verdict can be trusted because of the order of things. Before any of the
//! student's code runs, the harness moves the pipe with the secret token away from standard input,
//! and the channel away from standard output; only after the check's body has returned or unwound
//! does it read the token, and write one line with it. Whatever else happens to the process, no
//! such line appears.
//!
//! What is not here: the judgement, which is the grader's, and the search, which is the kit's.
//!
//! For the authors of checks: `cargo run -p <lab>-checks visited` runs all checks with `visited` in
//! their name, one after the other, and prints how each ended.

mod by_hand;
mod channel;
mod hang;
mod limits;
mod random;
mod run;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
mod stacks;
#[allow(unsafe_code)]
mod threads;

pub use random::Random;

/// The checks of a lab: each exercise with its own.
pub type Checks<'a> = &'a [(&'static str, &'static [(&'static str, fn())])];

/// The names and bodies of an exercise's checks, in one list.
#[macro_export]
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        /// Every check of this exercise: its name, and its body.
        pub(crate) const CHECKS: &[(&str, fn())] = &[$((stringify!($name), $name)),*];
    };
}

/// Makes a checks binary of its exercises: a module for each, the table of their checks, and
/// `main`.
///
/// With `--cfg only`, an exercise is left out unless `--cfg <exercise>` is there, too: most of a
/// subject's time is the compilation of checks, and a mutant needs those of one exercise. So the
/// checks of an exercise use no other exercise's; what they share has a module of its own. The
/// compiler knows nothing of these names, so the crate allows `unexpected_cfgs`.
#[macro_export]
macro_rules! exercises {
    ($($name:ident),* $(,)?) => {
        $(#[cfg(any(not(only), $name))] mod $name;)*

        fn main() {
            $crate::main(&[
                $(#[cfg(any(not(only), $name))] (stringify!($name), $name::CHECKS)),*
            ]);
        }
    };
}

/// What a checks binary does: `list` prints the ids of its checks, `run <id> <limits>` runs one for
/// the grader, and anything else runs for its author whatever contains that text.
pub fn main(checks: Checks) {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["list"] => ids(checks).for_each(|(id, _)| println!("{id}")),
        ["run", id, ref bounds @ ..] => run::run(checks, id, bounds),
        _ => by_hand::run(checks, args.first().copied().unwrap_or_default()),
    }
}

fn ids(checks: Checks) -> impl Iterator<Item = (String, fn())> {
    checks.iter().flat_map(|(exercise, checks)| {
        checks
            .iter()
            .map(move |(name, body)| (format!("{exercise}::{name}"), *body))
    })
}
