//! The shape and the colour of each thread: told apart without colour too.
use crate::Failure;
use std::fmt;

/// Eight shapes, in eight colours. The next eight threads have them hollow.
const SHAPES: [&str; 8] = [
    "M-5.5 0A5.5 5.5 0 1 1 5.5 0A5.5 5.5 0 1 1 -5.5 0Z",
    "M-5 -5H5V5H-5Z",
    "M0 -6.8L6.8 0L0 6.8L-6.8 0Z",
    "M0 -6.4L6.2 4.8H-6.2Z",
    "M0 6.4L6.2 -4.8H-6.2Z",
    "M-2.2 -6H2.2V-2.2H6V2.2H2.2V6H-2.2V2.2H-6V-2.2H-2.2Z",
    "M-3.2 -5.8H3.2L6.4 0L3.2 5.8H-3.2L-6.4 0Z",
    "M0 -6.8L1.9 -2.4L6.6 -2L3 1.1L4.2 5.8L0 3.2L-4.2 5.8L-3 1.1L-6.6 -2L-1.9 -2.4Z",
];

/// The class that gives a thread its colour.
pub(super) fn colour(thread: usize) -> String {
    let hollow = if thread / SHAPES.len() % 2 == 1 {
        " hollow"
    } else {
        ""
    };
    format!("t{}{hollow}", thread % SHAPES.len())
}

/// The outline of a thread's mark, around the origin.
pub(super) fn outline(thread: usize) -> &'static str {
    SHAPES[thread % SHAPES.len()]
}

/// A thread's mark in running text.
pub(super) struct Mark(pub(super) usize);

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (colour, outline) = (colour(self.0), outline(self.0));
        write!(
            f,
            "<svg class=\"mark {colour}\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\"><path d=\"{outline}\"/></svg>"
        )
    }
}

impl Failure {
    /// The threads that the drawing has a lane for.
    pub(super) fn lanes(&self) -> std::ops::Range<usize> {
        0..self.threads.len()
    }
}
