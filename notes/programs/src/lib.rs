//! The book's programs: the traps that its pages draw, and what keeps the pages true.
//!
//! The one idea: whatever a page shows of a program (its lines, the picture of its failing
//! interleaving, the compiler's message) is made from the program, and a test compares. See
//! [`remade`].
//!
//! Not here: the pages, which are the Markdown files beside this folder.
mod built;
mod channels;
mod crawler;
#[allow(unsafe_code, reason = "an `UnsafeCell` is read and written by hand")]
mod locks;
#[allow(unsafe_code, reason = "an `UnsafeCell` is read and written by hand")]
mod mended;
mod page;
mod rpc;
mod search;
mod threads;
#[allow(unsafe_code, reason = "an `UnsafeCell` is read and written by hand")]
mod why;

pub use built::finish;
pub use page::{Stale, drawings, remade};
pub use search::{drawn, orders, run, shown};

/// A short program with a mistake (or, for comparison, without), and the search that finds it.
#[derive(Clone, Copy, Debug)]
pub struct Trap {
    /// The claim that does not hold: what the picture is headed with.
    pub name: &'static str,
    search: fn(),
}

/// The traps of a module, each a function without arguments that calls `explore`, `possible` or
/// `repeat`.
macro_rules! traps {
    ($($name:ident),* $(,)?) => {
        &[$(Trap { name: stringify!($name), search: $name }),*]
    };
}
use traps; // So that modules can name it.

/// The traps of each page that has some, by the module that they are in.
pub const PAGES: &[(&str, &[Trap])] = &[
    ("why", why::TRAPS),
    ("threads", threads::TRAPS),
    ("locks", locks::TRAPS),
    ("mended", mended::TRAPS),
    ("channels", channels::TRAPS),
    ("crawler", crawler::TRAPS),
    ("rpc", rpc::TRAPS),
];

/// The trap that is called `page::name`.
pub fn find(full_name: &str) -> Option<Trap> {
    let (page, name) = full_name.split_once("::")?;
    let (_, traps) = PAGES.iter().find(|(of, _)| *of == page)?;
    traps.iter().find(|trap| trap.name == name).copied()
}
