//! An exercise's files as they were handed out: the course's own copy, or the last commit's.

use std::fs;

use parcel::PRISTINE;

use crate::course::{Course, Exercise};
use crate::process;

/// Whether nobody has written into the exercise yet.
pub(crate) fn is_untouched(course: &Course, exercise: &Exercise) -> bool {
    exercise.files().all(|file| {
        let now = fs::read(course.root.join(&file)).ok();
        now.is_some() && now == text(course, &file).map(|(text, _)| text)
    })
}

/// Whether somebody has: a file is another one than was handed out, as far as that is known.
pub(crate) fn is_edited(course: &Course, exercise: &Exercise) -> bool {
    exercise.files().any(|file| {
        let now = fs::read(course.root.join(&file)).ok();
        let given = text(course, &file).map(|(text, _)| text);
        now.zip(given).is_some_and(|(now, given)| now != given)
    })
}

/// The file as it was handed out, and where that comes from.
pub(crate) fn text(course: &Course, file: &str) -> Option<(Vec<u8>, &'static str)> {
    let own = course.root.join(PRISTINE);
    if own.is_dir() {
        return Some((fs::read(own.join(file)).ok()?, "the course"));
    }
    let show = format!("HEAD:./{file}");
    let text = process::ask(process::git(&course.root).args(["show", &show]))?;
    Some((text, "the last commit"))
}
