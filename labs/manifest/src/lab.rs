//! One lab, as its `lab.toml` describes it.
use crate::fault::{Fault, parse};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

const FORMAT: &str = "compare it with the `lab.toml` of another lab";

/// One lab.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The folder's and the package's name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The chapter of the book, by its path from the course's folder.
    pub page: String,
    /// Given files that reach the system, from the lab's folder: empty where answers are graded.
    pub outside: Vec<String>,
    /// In the order of the file.
    pub exercises: Vec<Exercise>,
}

/// One exercise.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// The lab that it belongs to; not in the file.
    #[serde(skip)]
    pub lab: String,
    /// The line of the file at which it begins; not in the file.
    #[serde(skip)]
    pub line: usize,
    /// The module's name.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// The files that the student edits, from the lab's folder.
    pub edit: Vec<String>,
    /// What it is worth.
    pub points: u32,
    /// What an answer keeps of that, at most, if it makes the mistake that the exercise is about.
    pub keeps: u32,
    /// The heading under which it is listed.
    pub group: String,
    /// Whether its points come on top of the lab's total.
    #[serde(default)]
    pub bonus: bool,
    /// Whether it teaches `unsafe`, and so may use it.
    #[serde(default)]
    pub unsafe_code: bool,
    /// About how long it takes.
    pub minutes: u32,
    /// About how many lines it takes.
    pub lines: u32,
    /// What to read: a path from the course's folder, with an anchor.
    pub read: String,
    /// One after the other.
    pub hints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    title: String,
    page: String,
    #[serde(default)]
    outside: Vec<String>,
    #[serde(default)]
    exercise: Vec<Spanned<Exercise>>,
}

impl Lab {
    /// Where a lab is described, from the course's folder.
    pub fn file(name: &str) -> String {
        format!("labs/{name}/lab.toml")
    }

    /// Reads the lab `name` of the course in `root`.
    ///
    /// # Errors
    ///
    /// If its `lab.toml` is not of that form, names the lab or an exercise wrongly, or has an
    /// exercise without a file to edit.
    pub fn read(root: &Path, name: &str) -> Result<Lab, Fault> {
        let path = Lab::file(name);
        let (text, file): (_, File) = parse(root, &path, FORMAT)?;
        if file.name.get_ref() != name {
            let problem = format!("the lab calls itself `{}`", file.name.get_ref());
            let remedy = format!("write `name = \"{name}\"`, as the folder is called");
            return Err(Fault::new(&path, problem, remedy).at_byte(&text, file.name.span().start));
        }
        let mut exercises: Vec<Exercise> = Vec::new();
        for entry in file.exercise {
            let at = entry.span().start;
            let mut exercise = entry.into_inner();
            let fault = |problem: String, remedy: &str| {
                Err(Fault::new(&path, problem, remedy).at_byte(&text, at))
            };
            if exercises.iter().any(|known| known.name == exercise.name) {
                let problem = format!("exercise `{}` is named twice", exercise.name);
                return fault(problem, "remove one of the two");
            }
            if exercise.edit.is_empty() {
                let problem = format!("exercise `{}` has nothing to edit", exercise.name);
                return fault(problem, "list a file under `edit`");
            }
            name.clone_into(&mut exercise.lab);
            exercise.line = 1 + text[..at].matches('\n').count();
            exercises.push(exercise);
        }
        Ok(Lab {
            name: name.to_owned(),
            title: file.title,
            page: file.page,
            outside: file.outside,
            exercises,
        })
    }
}

impl Exercise {
    /// `locks/wait_group`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.lab, self.name)
    }

    /// The files that the student edits, from the course's folder.
    pub fn files(&self) -> impl Iterator<Item = String> {
        let file = |file| format!("labs/{}/{file}", self.lab);
        self.edit.iter().map(file)
    }

    /// Whether a test of that name (`wait_group::wakes_all`) is about this exercise.
    pub fn owns_test(&self, test: &str) -> bool {
        let modules = test.rsplit_once("::").map_or("", |(modules, _)| modules);
        modules.split("::").any(|module| module == self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = r#"name = "locks"
title = "Locks"
page = "notes/locks.md"

[[exercise]]
name = "visited"
title = "Check and mark"
edit = ["src/visited.rs"]
points = 10
keeps = 4
group = "core"
minutes = 20
lines = 15
read = "notes/locks.md#check-then-act"
hints = ["one"]
"#;

    fn read(text: &str) -> Result<Lab, Fault> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("labs/locks")).expect("a folder");
        std::fs::write(folder.path().join(Lab::file("locks")), text).expect("written");
        Lab::read(folder.path(), "locks")
    }

    #[test]
    fn an_exercise_knows_its_lab_its_line_and_its_files() {
        let lab = read(LAB).expect("it is a lab");
        let [visited] = &lab.exercises[..] else {
            panic!("{lab:?}");
        };
        assert_eq!((visited.id().as_str(), visited.line), ("locks/visited", 5));
        let files: Vec<String> = visited.files().collect();
        assert_eq!(files, ["labs/locks/src/visited.rs"]);
    }

    #[test]
    fn what_is_wrong_is_reported_with_its_place() {
        let twice = format!("{LAB}{}", LAB.split_once("\n\n").expect("an exercise").1);
        let cases = [
            (
                LAB.replace("points = 10", "points = \"ten\""),
                "9:10: ",
                "expected u32",
            ),
            (
                LAB.replace("minutes", "mintues"),
                "12:1: ",
                "unknown field `mintues`",
            ),
            (
                LAB.replace("\"locks\"", "\"lock\""),
                "1:8: ",
                "calls itself `lock`",
            ),
            (
                LAB.replace("[\"src/visited.rs\"]", "[]"),
                "5:1: ",
                "nothing to edit",
            ),
            (twice, "16:1: ", "`visited` is named twice"),
        ];
        for (text, place, problem) in cases {
            let fault = read(&text).expect_err(problem).to_string();
            let place = format!("labs/locks/lab.toml:{place}");
            assert!(fault.starts_with(&place), "{fault}");
            assert!(fault.contains(problem), "{fault}");
        }
    }

    #[test]
    fn a_test_belongs_to_the_exercise_in_its_module_path() {
        let lab = read(LAB).expect("it is a lab");
        let visited = &lab.exercises[0];
        assert!(visited.owns_test("visited::marks"));
        assert!(visited.owns_test("public::visited::marks"));
        assert!(!visited.owns_test("visited_twice::marks"));
        assert!(!visited.owns_test("bank::visited"));
        assert!(!visited.owns_test("visited"));
    }
}
