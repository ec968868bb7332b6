//! Places in files, as terminals and editors open them: `path/file.rs:line:column`.

use std::fs;
use std::path::Path;

use crate::course::Exercise;

/// Where to start writing: the first `todo!` of the exercise, or its file.
pub(crate) fn to_open(root: &Path, exercise: &Exercise) -> String {
    let mut first = None;
    for file in exercise.files() {
        let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
        if let Some((line, column)) = position(&text, "todo!(") {
            return format!("{file}:{line}:{column}");
        }
        first.get_or_insert(format!("{file}:1:1"));
    }
    first.unwrap_or_default()
}

/// Where to read on: the place of a heading, the file if it has no such heading, the lab's page, or
/// nothing.
pub(crate) fn to_read(root: &Path, exercise: &Exercise) -> Option<String> {
    let (file, anchor) = exercise
        .read
        .split_once('#')
        .unwrap_or((&exercise.read, ""));
    let Ok(text) = fs::read_to_string(root.join(file)) else {
        let readme = format!("labs/{}/README.md", exercise.lab);
        return root.join(&readme).is_file().then_some(readme);
    };
    let line = text.lines().position(|line| is_heading(line, anchor));
    Some(line.map_or(file.to_owned(), |line| format!("{file}:{}:1", line + 1)))
}

/// Whether `line` is the heading `anchor` leads to: `## Check, then act {#check-then-act}`, or the
/// same without the braces.
fn is_heading(line: &str, anchor: &str) -> bool {
    let title = line.trim_start_matches('#');
    if title.len() == line.len() || !title.starts_with(' ') {
        return false;
    }
    if let Some((_, id)) = title.split_once("{#") {
        return id.trim_end().trim_end_matches('}') == anchor;
    }
    let kept = title.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect::<String>() == anchor
}

/// Line and column of the first `pattern` outside comments, counted from 1.
fn position(text: &str, pattern: &str) -> Option<(usize, usize)> {
    text.lines().enumerate().find_map(|(number, line)| {
        let at = line.find(pattern)?;
        (!line[..at].contains("//")).then(|| (number + 1, line[..at].chars().count() + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hole_is_found_outside_comments() {
        let text = "//! A `todo!(` in a comment\nfn f() {\n    todo!(\"do\")\n}\n";
        assert_eq!(position(text, "todo!("), Some((3, 5)));
        assert_eq!(position("fn f() {}", "todo!("), None);
    }

    #[test]
    fn a_heading_is_found_by_its_words_or_its_name() {
        assert!(is_heading("## Check, then act", "check-then-act"));
        assert!(is_heading(
            "## Counting {#counting-permits}",
            "counting-permits"
        ));
        assert!(!is_heading("Check, then act", "check-then-act"));
        assert!(!is_heading("## Deadlock", "check-then-act"));
    }
}
