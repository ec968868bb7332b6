//! The course as its files describe it: `labs/course.toml`, and a `lab.toml` for each lab.
//!
//! The one idea: there is one reader, for the student's commands, the grader and the book; so what
//! is wrong in one of these files is reported here, with path, line and remedy, and nowhere else.
//!
//! Not here: the hidden checks of a lab, which are the grader's.
mod course;
mod fault;
mod lab;
mod nearest;

pub use course::labs;
pub use fault::{Fault, parse};
pub use lab::{Exercise, Lab};
pub use nearest::nearest;
