//! The course on disk, found from any folder inside it.
//!
//! Not here: how its files are read (the crate `manifest`), and where the student stands (`state`).

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
pub(crate) use manifest::{Exercise, Lab};

/// The workspace and its labs.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// In the order in which they are taught.
    pub(crate) labs: Vec<Lab>,
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
        let labs = manifest::labs(root)?;
        let labs = labs.iter().map(|name| Lab::read(root, name));
        Ok(Course {
            root: root.to_owned(),
            labs: labs.collect::<Result<_, _>>()?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LAB: &str = r#"
name = "locks"
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

    fn course() -> (tempfile::TempDir, Result<Course>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(folder.path().join("labs/locks/src")).expect("folders");
        fs::write(folder.path().join("Cargo.toml"), "").expect("written");
        fs::write(folder.path().join("labs/course.toml"), "labs = [\"locks\"]").expect("written");
        fs::write(folder.path().join("labs/locks/lab.toml"), LAB).expect("written");
        let course = Course::find(&folder.path().join("labs/locks/src"));
        (folder, course)
    }

    #[test]
    fn a_course_is_found_from_a_folder_inside_it() {
        let (folder, course) = course();
        let course = course.expect("it is a course");
        assert_eq!(course.root, folder.path());
        let ids: Vec<String> = course.exercises().map(Exercise::id).collect();
        assert_eq!(ids, ["locks/visited"]);
    }

    #[test]
    fn a_file_belongs_to_the_exercise_that_edits_or_tests_it() {
        let (folder, course) = course();
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
}
