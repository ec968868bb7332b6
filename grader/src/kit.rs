//! The kit: what students get, and nothing else.
//!
//! The one idea: it is gathered from a list of what is given, and skeletons are generated, so that
//! nothing has to be taken out of a copy of the repository. A workspace of its own comes with it,
//! and the frame in `grader/kit`: README, tasks, a workflow.
//!
//! What is not here: how a kit is laid over a student's work, and its archive: both are the crate
//! `parcel`'s, because students bring a newer kit in, too.

mod pages;
mod workspace;

use std::path::Path;

use anyhow::{Context, Result};
use manifest::Lab;
use parcel::{Files, LISTING, Listing, PRISTINE, SOLUTIONS};

use crate::error::BadInput;
use crate::handout;
use crate::tree::{Tree, files_below, lab_dir, solution_dir};

/// Packages that every lab rests on, or that students run.
const GIVEN: [&str; 7] = [
    "labs/kit",
    "labs/lab",
    "labs/manifest",
    "labs/parcel",
    "labs/picture",
    "labs/protocol",
    "labs/rules",
];

/// Programs that run on the student's own labs, and the book's: where they are here, and there.
const PROGRAMS: [(&str, &str); 3] = [
    ("solutions/apps/crawl", "apps/crawl"),
    ("solutions/apps/kvd", "apps/kvd"),
    ("notes/programs", "notes/programs"),
];

/// What is not given of those packages: their own tests, which a student never runs.
const TESTS: [&str; 3] = ["tests", "examples", "benches"];

/// How a module says that its tests are in a file of their own.
const TESTS_ELSEWHERE: &str = "#[cfg(test)]\nmod tests;\n";

/// Files that go as they are.
const AS_THEY_ARE: [&str; 7] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "labs/course.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
    ".vscode/extensions.json",
    ".vscode/settings.json",
];

/// Where the frame is.
const FRAME: &str = "grader/kit";

/// The kit's files; with `solutions`, the course's answers too, for `cargo lab compare`.
///
/// # Errors
///
/// Where the course's files cannot be read, or cargo cannot make the lock file.
pub fn files(tree: &Tree, solutions: bool) -> Result<Files> {
    let mut files = Files::new();
    let mut members: Vec<String> = GIVEN.map(str::to_owned).to_vec();
    for dir in GIVEN {
        package(tree, dir, dir, &mut files)?;
    }
    for name in tree.labs()? {
        let lab = Lab::read(tree.root(), &name);
        lab_files(
            tree,
            &lab.map_err(|fault| BadInput::of(tree.root(), fault))?,
            &mut files,
        )?;
        if solutions {
            answers(tree, &name, &mut files)?;
        }
        members.push(lab_dir(&name));
    }
    for (from, to) in PROGRAMS {
        package(tree, from, to, &mut files)?;
        members.push(to.to_owned());
    }
    for path in AS_THEY_ARE {
        files.insert(path.to_owned(), read(tree.root(), path)?);
    }
    pages::add(tree, &mut files)?;
    for (path, bytes) in below(&tree.root().join(FRAME))? {
        files.insert(path, bytes);
    }
    let readme = handout::tables(tree, "README.md", &read_text(&files, "README.md")?)?;
    files.insert("README.md".to_owned(), readme.into_bytes());
    workspace::add(tree, &members, &mut files)?;
    files.insert(LISTING.to_owned(), Listing::of(&files).text().into_bytes());
    Ok(files)
}

/// A package without its tests: among them are small answers. A program has them, for they run on
/// the student's labs.
fn package(tree: &Tree, from: &str, to: &str, files: &mut Files) -> Result<()> {
    let tested = to.starts_with("apps/");
    let of_tests = |part: &str| TESTS.contains(&part) || part == "tests.rs";
    for (path, mut bytes) in below(&tree.root().join(from))? {
        if !tested && path.split('/').any(of_tests) {
            continue;
        }
        if !tested && path.ends_with(".rs") {
            let text = String::from_utf8(bytes).with_context(|| path.clone())?;
            bytes = text.replace(TESTS_ELSEWHERE, "").into_bytes();
        }
        files.insert(format!("{to}/{path}"), bytes);
    }
    Ok(())
}

/// A lab: its skeleton is generated, whatever is in its folder.
fn lab_files(tree: &Tree, lab: &Lab, files: &mut Files) -> Result<()> {
    let dir = lab_dir(&lab.name);
    for (path, bytes) in below(&tree.lab(&lab.name))? {
        if !path.starts_with("src/") {
            files.insert(format!("{dir}/{path}"), bytes);
        }
    }
    for (path, text) in handout::skeleton(tree, &lab.name)? {
        files.insert(format!("{dir}/src/{}", path.display()), text.into_bytes());
    }
    for file in lab.exercises.iter().flat_map(|exercise| exercise.files()) {
        let text = files.get(&file).cloned();
        let text = text.with_context(|| format!("{file} is to edit, and nothing generates it"))?;
        files.insert(format!("{PRISTINE}/{file}"), text);
    }
    Ok(())
}

/// The course's own answers, as a student would hand them in.
fn answers(tree: &Tree, name: &str, files: &mut Files) -> Result<()> {
    let lab = Lab::read(tree.root(), name).map_err(|fault| BadInput::of(tree.root(), fault))?;
    for file in lab.exercises.iter().flat_map(|exercise| &exercise.edit) {
        let path = format!("{}/{file}", solution_dir(name));
        let text = String::from_utf8(read(tree.root(), &path)?).with_context(|| path.clone())?;
        let answer = handout::unmarked(&text).into_bytes();
        files.insert(format!("{SOLUTIONS}/{}/{file}", lab_dir(name)), answer);
    }
    Ok(())
}

fn below(dir: &Path) -> Result<Files> {
    let read = |file: std::path::PathBuf| {
        let path = dir.join(&file);
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok((file.to_string_lossy().replace('\\', "/"), bytes))
    };
    files_below(dir)?.into_iter().map(read).collect()
}

fn read(root: &Path, path: &str) -> Result<Vec<u8>> {
    std::fs::read(root.join(path)).with_context(|| format!("reading {path}"))
}

fn read_text(files: &Files, path: &str) -> Result<String> {
    let bytes = files
        .get(path)
        .with_context(|| format!("the kit has no {path}"))?;
    String::from_utf8(bytes.clone()).with_context(|| path.to_owned())
}
