//! An exercise's files as they were handed out: the course's own copy, or the last commit's.

use std::fs;

use crate::course::{Course, Exercise};
use crate::process;

/// Copies of the files as they were handed out, by path from the workspace's folder.
pub(crate) const PRISTINE: &str = ".pristine";

/// Whether nobody has written into the exercise yet.
pub(crate) fn is_untouched(course: &Course, exercise: &Exercise) -> bool {
    exercise.files().all(|file| {
        let now = fs::read(course.root.join(&file)).ok();
        now.is_some() && now == text(course, &file).map(|(text, _)| text)
    })
}

/// The file as it was handed out, and where that comes from.
pub(crate) fn text(course: &Course, file: &str) -> Option<(Vec<u8>, &'static str)> {
    if let Ok(text) = fs::read(course.root.join(PRISTINE).join(file)) {
        return Some((text, "the course"));
    }
    let show = format!("HEAD:./{file}");
    let text = process::ask(process::git(&course.root).args(["show", &show]))?;
    Some((text, "the last commit"))
}
