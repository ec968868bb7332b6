//! Which labs the course has, and in which order: `labs/course.toml`.
use crate::fault::{Fault, parse};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

const FILE: &str = "labs/course.toml";
const FORMAT: &str = "write `labs = [\"…\", …]`, in the order in which the labs are taught";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    labs: Spanned<Vec<Spanned<String>>>,
}

/// The names of the labs of the course in `root`, in the order in which they are taught.
///
/// # Errors
///
/// If `labs/course.toml` names a lab that is not there or names one twice, or if it does not name
/// a folder that has a `lab.toml`.
pub fn labs(root: &Path) -> Result<Vec<String>, Fault> {
    let (text, file): (_, File) = parse(root, FILE, FORMAT)?;
    let fault = |at: usize, problem: String, remedy: String| {
        Fault::new(FILE, problem, remedy).at_byte(&text, at)
    };
    let mut labs: Vec<String> = Vec::new();
    for name in file.labs.get_ref() {
        let (at, name) = (name.span().start, name.get_ref());
        if labs.contains(name) {
            let problem = format!("lab `{name}` is named twice");
            return Err(fault(at, problem, "remove one of the two".to_owned()));
        }
        if !is_lab(root, name) {
            let problem = format!("there is no `labs/{name}/lab.toml`");
            return Err(fault(at, problem, format!("write it, or remove `{name}`")));
        }
        labs.push(name.clone());
    }
    match folders(root).into_iter().find(|name| !labs.contains(name)) {
        Some(name) => {
            let problem =
                format!("`labs/{name}` has a `lab.toml`, but the course does not name it");
            let remedy = format!("add `{name}`, in the order in which the labs are taught");
            Err(fault(file.labs.span().start, problem, remedy))
        }
        None => Ok(labs),
    }
}

fn is_lab(root: &Path, name: &str) -> bool {
    root.join("labs").join(name).join("lab.toml").is_file()
}

/// The folders of labs, sorted.
fn folders(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root.join("labs")).into_iter().flatten();
    let names = entries.flatten().map(|entry| entry.file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    let mut labs: Vec<String> = names.filter(|name| is_lab(root, name)).collect();
    labs.sort();
    labs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labs of a course whose folders `locks` and `threads` have a `lab.toml`.
    fn read(course: &str) -> Result<Vec<String>, Fault> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for lab in ["locks", "threads"] {
            let lab = folder.path().join("labs").join(lab);
            std::fs::create_dir_all(&lab).expect("a folder");
            std::fs::write(lab.join("lab.toml"), "").expect("written");
        }
        std::fs::create_dir_all(folder.path().join("labs/kit")).expect("a folder");
        std::fs::write(folder.path().join(FILE), course).expect("written");
        labs(folder.path())
    }

    #[test]
    fn labs_come_in_the_order_of_the_course() {
        let labs = read("# The course.\nlabs = [\"threads\", \"locks\"]\n");
        assert_eq!(labs, Ok(vec!["threads".to_owned(), "locks".to_owned()]));
    }

    #[test]
    fn what_is_wrong_is_reported_with_its_place_and_a_remedy() {
        let cases = [
            (
                "labs = [\n  \"threads\",\n  \"looks\",\n  \"locks\",\n]\n",
                "labs/course.toml:3:3: there is no `labs/looks/lab.toml`; write it, or",
            ),
            (
                "\nlabs = [\"threads\"]\n",
                "labs/course.toml:2:8: `labs/locks` has a `lab.toml`, but the course",
            ),
            (
                "labs = [\"threads\", \"locks\", \"threads\"]\n",
                "labs/course.toml:1:29: lab `threads` is named twice; remove one",
            ),
            (
                "lab = [\"threads\"]\n",
                "labs/course.toml:1:1: unknown field `lab`",
            ),
            ("labs = \"threads\"\n", "labs/course.toml:1:8: invalid type"),
        ];
        for (course, says) in cases {
            let fault = read(course).expect_err(says).to_string();
            assert!(fault.starts_with(says), "{fault}");
        }
    }

    #[test]
    fn a_course_without_the_file_says_what_to_write() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let fault = labs(folder.path())
            .expect_err("there is no file")
            .to_string();
        assert!(
            fault.starts_with("labs/course.toml: cannot be read"),
            "{fault}"
        );
        assert!(fault.ends_with(FORMAT), "{fault}");
    }
}
