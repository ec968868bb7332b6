//! A hint, with where it stands among the others.

use super::{BOLD, DIM, paint, wrap};
use crate::course::Exercise;

/// The hint of this level, counted from 1.
pub(crate) fn text(exercise: &Exercise, level: usize, width: usize) -> String {
    let of = exercise.hints.len();
    let head = format!("{}: hint {level} of {of}", exercise.id());
    let mut text = format!("{}\n\n", paint(BOLD, head));
    text += &wrap(&exercise.hints[level - 1], 2, width);
    let after = match of - level {
        0 => "That was the last one.".to_owned(),
        1 => "One more is there if you need it.".to_owned(),
        more => format!("{more} more are there if you need them, each more explicit."),
    };
    text += &format!("\n{}\n", paint(DIM, after));
    text
}
