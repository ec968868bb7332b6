//! What must not stand in an answer's source, found before anything of it runs.
//!
//! The one idea: two readers. [`tokens`], which students run too, reads the bare tokens before
//! anything is compiled, and finds what acts at compile time or at load time. [`lints`] reads what
//! clippy said of the compiled crate: it resolves names as the compiler does, and so finds a
//! primitive behind any alias, glob or macro.
//!
//! What is not here: what a finding costs ([`crate::grade`]).

pub mod lints;

pub use rules::{Finding, tokens};
