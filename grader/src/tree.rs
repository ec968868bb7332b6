//! Where things stand in the course's repository, and the only place that knows it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::error::BadInput;

/// What every stage has beside its lab, from the repository's root.
pub const SHARED: [&str; 4] = [
    "labs/kit",
    "labs/picture",
    "labs/protocol",
    "grader/harness",
];

/// Whether a file, from the repository's root, is one that students never see.
pub fn is_hidden(file: &str) -> bool {
    file.starts_with("grader/")
}

/// A lab's folder, from the repository's root.
pub fn lab_dir(lab: &str) -> String {
    format!("labs/{lab}")
}

/// The package of a lab's solution, from the repository's root.
pub fn solution_dir(lab: &str) -> String {
    format!("solutions/{lab}")
}

/// The package of a lab's hidden checks, from the repository's root.
pub fn checks_dir(lab: &str) -> String {
    format!("grader/labs/{lab}/checks")
}

/// The file of an exercise's wrong answers, from the repository's root.
pub fn mutants_file(lab: &str, exercise: &str) -> String {
    format!("grader/labs/{lab}/mutants/{exercise}.toml")
}

/// The course's repository, as it is on disk.
#[derive(Debug, Clone)]
pub struct Tree {
    root: PathBuf,
    target: PathBuf,
}

impl Tree {
    /// Finds the repository from `start` upwards: the first folder with `labs` and `grader/labs`.
    pub fn find(start: &Path) -> Result<Self> {
        let start = start
            .canonicalize()
            .map_err(|_| BadInput::new(start, "is not there", "name a folder that exists"))?;
        let root = start
            .ancestors()
            .find(|dir| dir.join("labs").is_dir() && dir.join("grader/labs").is_dir())
            .ok_or_else(|| {
                BadInput::new(
                    &start,
                    "is not inside a course (no `labs` beside `grader/labs`)",
                    "run the grader in the course's repository, or name it with `--root`",
                )
            })?
            .to_owned();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => std::path::absolute(dir).context("CARGO_TARGET_DIR")?,
            None => root.join("target"),
        };
        Ok(Tree { root, target })
    }

    /// The same tree, with its stages elsewhere.
    pub fn with_target(self, target: PathBuf) -> Self {
        Tree { target, ..self }
    }

    /// The repository itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the grader keeps its stages.
    pub fn stages(&self) -> PathBuf {
        self.target.join("grader")
    }

    /// What students get of a lab.
    pub fn lab(&self, lab: &str) -> PathBuf {
        self.root.join(lab_dir(lab))
    }

    /// A lab's reference solution.
    pub fn solution(&self, lab: &str) -> PathBuf {
        self.root.join(solution_dir(lab))
    }

    /// A lab's hidden checks.
    pub fn checks(&self, lab: &str) -> PathBuf {
        self.root.join(checks_dir(lab))
    }

    /// A lab's wrong answers, a file for each exercise.
    pub fn mutants(&self, lab: &str) -> PathBuf {
        self.author(lab).join("mutants")
    }

    /// Why some machine-made changes of a lab's solution are equivalent to it.
    pub fn equivalent(&self, lab: &str) -> PathBuf {
        self.author(lab).join("equivalent.toml")
    }

    /// What of a lab's contract no check looks at, and why.
    pub fn contract(&self, lab: &str) -> PathBuf {
        self.author(lab).join("contract.toml")
    }

    /// A lab's right answers of another design, a folder for each exercise.
    pub fn accepted(&self, lab: &str) -> PathBuf {
        self.author(lab).join("accepted")
    }

    /// Which submissions show how a lab is graded.
    pub fn samples(&self, lab: &str) -> PathBuf {
        self.author(lab).join("samples.toml")
    }

    /// The author's half of a lab: checks, and what is known about right and wrong answers.
    fn author(&self, lab: &str) -> PathBuf {
        self.root.join("grader/labs").join(lab)
    }

    /// The names of all labs, in the order in which they are taught.
    pub fn labs(&self) -> Result<Vec<String>> {
        manifest::labs(&self.root).map_err(|fault| BadInput::of(&self.root, fault).into())
    }

    /// A path as it is shown to people: from the repository where it is inside.
    pub fn display_path(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// What a folder holds, sorted; nothing if the folder is not there.
pub fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in dir
        .read_dir()
        .with_context(|| format!("reading {}", dir.display()))?
    {
        found.push(entry?.path());
    }
    found.sort();
    Ok(found)
}

/// All files below a folder, as paths from it, sorted; `target` folders are left out.
pub fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = entries(dir)?;
    open.reverse();
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.is_symlink() {
            if path.file_name().is_some_and(|n| n != "target") {
                open.extend(entries(&path)?.into_iter().rev());
            }
        } else {
            found.push(path.strip_prefix(dir).expect("found below it").to_owned());
        }
    }
    Ok(found)
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
