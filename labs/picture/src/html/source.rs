//! What stands beside the drawing: where each thread is, what is known of each object, the sources.
use super::escape::Text;
use super::shapes::Mark;
use crate::{Failure, Step};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Each thread with its mark and its last step. The script puts the step in that it is at.
pub(super) fn threads(failure: &Failure) -> String {
    let mut html = String::new();
    for thread in failure.lanes() {
        let last = failure
            .steps
            .iter()
            .rev()
            .find(|step| step.thread == thread);
        let last = last.map_or("has not begun".to_owned(), Step::caption);
        let _ = write!(
            html,
            "<li data-thread=\"{thread}\">{} <b>{}</b> <span>{}</span></li>",
            Mark(thread),
            Text(failure.name(thread)),
            Text(&last)
        );
    }
    html
}

/// What is known of each object at the end. The script puts in what is known at the step that it is
/// at.
pub(super) fn values(failure: &Failure) -> String {
    let mut known = BTreeMap::new();
    for (object, now) in failure.changes().into_iter().flatten() {
        known.insert(object, now);
    }
    let mut html = String::new();
    for (object, now) in known {
        let it = &failure.objects[object];
        let made = it
            .made
            .as_ref()
            .map_or(String::new(), |made| format!("made at {made}"));
        let _ = write!(
            html,
            "<tr data-object=\"{object}\"><th scope=\"row\" title=\"{}\">{} <small>{}</small></th><td>{}</td></tr>",
            Text(&made),
            Text(&it.name),
            Text(&it.kind),
            Text(&now)
        );
    }
    html
}

/// The names of the files, the student's first: then tests, then checks.
pub(super) fn files(sources: &BTreeMap<String, String>) -> Vec<&String> {
    let mut files: Vec<&String> = sources.keys().collect();
    files.sort_by_key(|file| (file.starts_with("grader/"), file.contains("/tests/")));
    files
}

/// The files, line by line. A line that a step is in is marked; the script marks where each thread
/// is.
pub(super) fn sources(failure: &Failure) -> String {
    let mut html = String::new();
    for (number, file) in files(&failure.sources).into_iter().enumerate() {
        let text = &failure.sources[file];
        let _ = write!(
            html,
            "<section data-file=\"{number}\"><h3>{}</h3><ol>",
            Text(file)
        );
        for (line, text) in (1..).zip(text.lines()) {
            let here = |step: &Step| {
                let at = step.at.as_ref();
                at.is_some_and(|at| at.file == *file && at.line == line)
            };
            let failing = failure
                .at
                .as_ref()
                .is_some_and(|at| at.file == *file && at.line == line);
            let class = match (failing, failure.steps.iter().any(here)) {
                (true, _) => " class=\"ran failing\"",
                (false, true) => " class=\"ran\"",
                (false, false) => "",
            };
            // A line that is too long is broken to the right of its own indent.
            let code = text.trim_start();
            let indent = text.chars().count() - code.chars().count();
            let _ = writeln!(
                html,
                "<li id=\"line-{number}-{line}\"{class}><i></i><b>{line}</b>\
                 <code style=\"--indent: {indent}ch\">{}</code></li>",
                Text(code)
            );
        }
        html.push_str("</ol></section>");
    }
    html
}
