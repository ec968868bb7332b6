//! Right answers of another design: files that stand in the place of the solution's.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::error::BadInput;
use crate::lab::{Exercise, Lab};
use crate::mutant::same_code;
use crate::tree::{Tree, entries, name};

/// One design.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The exercise that is answered.
    pub exercise: String,
    /// What sets the design apart, as a name.
    pub design: String,
    /// Which file of the lab's folder comes from where. All others are the solution's.
    pub files: Vec<(String, PathBuf)>,
}

impl Accepted {
    /// Finds all designs of a lab: a file stands for the first that its exercise edits, a folder
    /// for those of the same names.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where a folder belongs to no exercise, a file to none of its files, or a design
    /// is the solution's code.
    pub fn all(tree: &Tree, lab: &Lab) -> Result<Vec<Accepted>> {
        let mut all = Vec::new();
        let folders = entries(&tree.accepted(&lab.name))?;
        for folder in folders.iter().filter(|path| path.is_dir()) {
            let Some(exercise) = lab.exercise(&name(folder)) else {
                let problem = format!("the lab has no exercise `{}`", name(folder));
                let remedy = "name the folder after an exercise";
                return Err(BadInput::new(folder, problem, remedy).into());
            };
            for path in entries(folder)? {
                if path.is_dir() || is_rust(&path) {
                    let design = Accepted {
                        exercise: exercise.name.clone(),
                        design: name(&path.with_extension("")),
                        files: files(exercise, &path)?,
                    };
                    design.differs(tree, lab, &path)?;
                    all.push(design);
                }
            }
        }
        Ok(all)
    }

    fn differs(&self, tree: &Tree, lab: &Lab, path: &Path) -> Result<()> {
        for (file, own) in &self.files {
            let solution = std::fs::read_to_string(tree.solution(&lab.name).join(file))?;
            if !same_code(&std::fs::read_to_string(own)?, &solution) {
                return Ok(());
            }
        }
        let remedy = "write another design, or take it out";
        Err(BadInput::new(path, "is the solution's code", remedy).into())
    }
}

/// Which of the exercise's files a design's file or folder stands for.
fn files(exercise: &Exercise, path: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !path.is_dir() {
        return Ok(vec![(exercise.edit[0].clone(), path.to_owned())]);
    }
    let mut files = Vec::new();
    for own in entries(path)? {
        let same_name = |edit: &&String| Path::new(edit).file_name() == own.file_name();
        let Some(edit) = exercise.edit.iter().find(same_name) else {
            let problem = format!("is not a file of exercise `{}`", exercise.name);
            let remedy = format!("name it as one of {}", exercise.edit.join(", "));
            return Err(BadInput::new(&own, problem, remedy).into());
        };
        files.push((edit.clone(), own));
    }
    Ok(files)
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}
