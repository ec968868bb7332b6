//! The course on disk: its labs and exercises, as `lab.toml` tells them.
//!
//! The one idea: what is wrong in a `lab.toml` is told here, with path and line, and nowhere else.
//!
//! Not here: where the student stands (`state`). The grader reads the same files with a reader of its own,
//! because it needs the hidden half too and must not ship with this crate.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;

/// The workspace and its labs.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// In the order of the workspace's members.
    pub(crate) labs: Vec<Lab>,
}

/// One lab.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lab {
    /// The folder's and the package's name.
    pub(crate) name: String,
    /// What people call it.
    pub(crate) title: String,
    /// The chapter of the book.
    #[allow(dead_code)]
    page: String,
    /// In the order of the file.
    #[serde(rename = "exercise", default)]
    pub(crate) exercises: Vec<Exercise>,
}

/// One exercise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exercise {
    /// The lab it belongs to; not in the file.
    #[serde(skip)]
    pub(crate) lab: String,
    /// The module's name.
    pub(crate) name: String,
    /// What it is about.
    pub(crate) title: String,
    /// The files that the student edits, from the lab's folder.
    pub(crate) edit: Vec<String>,
    /// What it is worth.
    pub(crate) points: u32,
    /// The heading it is listed under.
    pub(crate) group: String,
    /// Whether its points come on top of the lab's.
    #[serde(default)]
    pub(crate) bonus: bool,
    #[allow(dead_code)]
    #[serde(default)]
    unsafe_code: bool,
    /// About how long it takes.
    pub(crate) minutes: u32,
    #[allow(dead_code)]
    lines: u32,
    /// What to read: a path from the workspace's folder, with an anchor.
    pub(crate) read: String,
    /// One after the other.
    pub(crate) hints: Vec<String>,
}

impl Exercise {
    /// `locks/wait_group`.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.lab, self.name)
    }

    /// The files that the student edits, from the workspace's folder.
    pub(crate) fn files(&self) -> impl Iterator<Item = String> {
        self.edit
            .iter()
            .map(|file| format!("labs/{}/{file}", self.lab))
    }

    /// Whether a test of that name (`wait_group::wakes_all`) is about this exercise.
    pub(crate) fn owns_test(&self, test: &str) -> bool {
        let mut parts = test.split("::").collect::<Vec<_>>();
        parts.pop();
        parts.contains(&self.name.as_str())
    }
}

impl Course {
    /// Finds the workspace from `start` upwards and reads its labs.
    pub(crate) fn find(start: &Path) -> Result<Course> {
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.toml").is_file() && folder.join("labs").is_dir())
            .ok_or_else(|| {
                anyhow!(
                    "{} is not inside the course: no folder above it has a `Cargo.toml` and `labs`; \
                     go to the course's folder and try again",
                    start.display()
                )
            })?;
        let mut names = Vec::new();
        for entry in fs::read_dir(root.join("labs")).context("reading `labs`")? {
            let entry = entry.context("reading `labs`")?;
            if entry.path().join("lab.toml").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        let members = members(root);
        names.sort_by_key(|name| {
            let member = format!("labs/{name}");
            let at = members.iter().position(|known| *known == member);
            (at.unwrap_or(usize::MAX), name.clone())
        });
        if names.is_empty() {
            bail!(
                "{} has no `lab.toml` in any folder",
                root.join("labs").display()
            );
        }
        let labs = names.iter().map(|name| read(root, name));
        Ok(Course {
            root: root.to_owned(),
            labs: labs.collect::<Result<_>>()?,
        })
    }

    /// All exercises, lab by lab.
    pub(crate) fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.labs.iter().flat_map(|lab| &lab.exercises)
    }

    /// The exercise with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Exercise> {
        self.exercises().find(|exercise| exercise.id() == id)
    }

    /// The folder of a lab.
    pub(crate) fn folder(&self, lab: &str) -> PathBuf {
        self.root.join("labs").join(lab)
    }

    /// The exercise that a file is about: one that the student edits, or its public tests.
    pub(crate) fn owner(&self, file: &Path) -> Option<&Exercise> {
        let file = file.strip_prefix(&self.root).ok()?;
        let edited = self
            .exercises()
            .find(|exercise| exercise.files().any(|edit| Path::new(&edit) == file));
        edited.or_else(|| {
            let lab = file.strip_prefix("labs").ok()?.components().next()?;
            let lab = lab.as_os_str().to_str()?;
            let stem = file.file_stem()?.to_str()?;
            self.get(&format!("{lab}/{stem}"))
        })
    }
}

/// The workspace's members, in their order; none if its `Cargo.toml` is not as expected.
fn members(root: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Manifest {
        workspace: Members,
    }
    #[derive(Deserialize)]
    struct Members {
        members: Vec<String>,
    }
    fs::read_to_string(root.join("Cargo.toml"))
        .ok()
        .and_then(|text| toml::from_str::<Manifest>(&text).ok())
        .map(|manifest| manifest.workspace.members)
        .unwrap_or_default()
}

fn read(root: &Path, name: &str) -> Result<Lab> {
    let short = format!("labs/{name}/lab.toml");
    let text = fs::read_to_string(root.join(&short)).with_context(|| format!("reading {short}"))?;
    let mut lab: Lab = toml::from_str(&text).map_err(|error| {
        let problem = error.message().replace('\n', ", ");
        match error.span() {
            Some(span) => {
                let before = &text[..span.start.min(text.len())];
                let line = 1 + before.matches('\n').count();
                let column = 1 + before.chars().rev().take_while(|c| *c != '\n').count();
                anyhow!("{short}:{line}:{column}: {problem}")
            }
            None => anyhow!("{short}: {problem}"),
        }
    })?;
    if lab.name != name {
        bail!(
            "{short}: the lab calls itself `{}`, its folder `{name}`",
            lab.name
        );
    }
    for exercise in &mut lab.exercises {
        name.clone_into(&mut exercise.lab);
    }
    Ok(lab)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = r#"
name = "locks"
title = "Locks"
page = "notes/locks.md"

[[exercise]]
name = "visited"
title = "Check and mark"
edit = ["src/visited.rs"]
points = 10
group = "core"
minutes = 20
lines = 15
read = "notes/locks.md#check-then-act"
hints = ["one"]
"#;

    fn course(text: &str) -> (tempfile::TempDir, Result<Course>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(folder.path().join("labs/locks/src")).expect("folders");
        fs::write(folder.path().join("Cargo.toml"), "").expect("written");
        fs::write(folder.path().join("labs/locks/lab.toml"), text).expect("written");
        let course = Course::find(&folder.path().join("labs/locks/src"));
        (folder, course)
    }

    #[test]
    fn a_course_is_found_from_a_folder_inside_it() {
        let (folder, course) = course(LAB);
        let course = course.expect("it is a course");
        assert_eq!(course.root, folder.path());
        let ids: Vec<String> = course.exercises().map(Exercise::id).collect();
        assert_eq!(ids, ["locks/visited"]);
    }

    #[test]
    fn a_broken_lab_is_told_with_path_and_line() {
        let (_folder, course) = course(&LAB.replace("points = 10", "points = \"ten\""));
        let error = course.expect_err("ten is no number").to_string();
        assert!(error.starts_with("labs/locks/lab.toml:10:10: "), "{error}");
        assert!(error.contains("expected u32"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let (_folder, course) = course(&LAB.replace("minutes", "mintues"));
        let error = course.expect_err("a misspelt key").to_string();
        assert!(error.contains("unknown field `mintues`"), "{error}");
    }

    #[test]
    fn a_file_belongs_to_the_exercise_that_edits_or_tests_it() {
        let (folder, course) = course(LAB);
        let course = course.expect("it is a course");
        let owner = |file: &str| course.owner(&folder.path().join(file)).map(Exercise::id);
        assert_eq!(
            owner("labs/locks/src/visited.rs").as_deref(),
            Some("locks/visited")
        );
        assert_eq!(
            owner("labs/locks/tests/public/visited.rs").as_deref(),
            Some("locks/visited")
        );
        assert_eq!(owner("labs/locks/src/lib.rs"), None);
    }

    #[test]
    fn a_test_belongs_to_the_exercise_in_its_module_path() {
        let (_folder, course) = course(LAB);
        let course = course.expect("it is a course");
        let visited = course.get("locks/visited").expect("it is there");
        assert!(visited.owns_test("visited::marks"));
        assert!(visited.owns_test("public::visited::marks"));
        assert!(!visited.owns_test("visited_twice::marks"));
        assert!(!visited.owns_test("bank::visited"));
    }
}
