//! Generates what students get from what its authors write.
//!
//! The one idea: in `solutions/<lab>/src`, the lines from `// LAB: <stub line>` to `// LAB: end`
//! become the stub line; an empty stub deletes the region. So the two can never drift apart. Nor
//! can the tables of exercises, which are made from `lab.toml`.
//!
//! What is not here: the rest of a lab's folder (`lab.toml`, the README's text, public tests),
//! which is written by hand in `labs/<lab>`.

mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::slice;

use anyhow::{Context, Result};
use similar::TextDiff;

use crate::error::BadInput;
use crate::lab::Lab;
use crate::process;
use crate::tree::{Tree, files_below};

const MARK: &str = "// LAB:";

/// A generated file that is not what it would be if it were generated now.
#[derive(Debug)]
pub struct Stale {
    /// The file, from the repository's root.
    pub path: String,
    /// What it should become; nothing if it should not be there.
    pub fresh: Option<String>,
    /// What it is; nothing if it is not there.
    pub found: Option<String>,
}

impl Stale {
    /// The difference, as a unified diff.
    pub fn diff(&self) -> String {
        let (found, fresh) = (self.found.as_deref(), self.fresh.as_deref());
        TextDiff::from_lines(found.unwrap_or_default(), fresh.unwrap_or_default())
            .unified_diff()
            .context_radius(2)
            .header(
                &format!("{} (found)", self.path),
                &format!("{} (generated)", self.path),
            )
            .to_string()
    }
}

/// A lab's skeleton as its solution generates it, by the path from `src`: whatever is in the lab's
/// folder, where somebody may have begun to solve it.
///
/// # Errors
///
/// [`BadInput`] where a region is not well formed, and where rustfmt cannot read the result.
pub fn skeleton(tree: &Tree, lab: &str) -> Result<BTreeMap<PathBuf, String>> {
    let from = tree.solution(lab).join("src");
    let mut stubs = Vec::new();
    for file in files_below(&from)? {
        let path = from.join(&file);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}", path.display()))?;
        stubs.push((file, stubbed(&path, &text)?, text));
    }
    let mut fresh = BTreeMap::new();
    for (file, stub, text) in stubs {
        // A file without regions is given, and formatted as it is.
        let stub = if stub == text {
            text
        } else {
            let path = tree.display_path(&from.join(&file));
            formatted(tree, &stub).with_context(|| format!("formatting what {path} generates"))?
        };
        fresh.insert(file, stub);
    }
    Ok(fresh)
}

/// Compares a lab's skeleton with what its solution generates.
///
/// # Errors
///
/// As [`skeleton`].
pub fn stale(tree: &Tree, lab: &str) -> Result<Vec<Stale>> {
    let to = tree.lab(lab).join("src");
    let mut fresh = skeleton(tree, lab)?;
    let mut stale = Vec::new();
    for file in files_below(&to)? {
        let found = std::fs::read_to_string(to.join(&file)).ok();
        let fresh = fresh.remove(&file);
        if found != fresh {
            stale.push(Stale {
                path: tree.display_path(&to.join(&file)),
                fresh,
                found,
            });
        }
    }
    for (file, text) in fresh {
        stale.push(Stale {
            path: tree.display_path(&to.join(file)),
            fresh: Some(text),
            found: None,
        });
    }
    Ok(stale)
}

/// Compares the tables of exercises, in the repository's README and in those of some labs, with
/// what `lab.toml` says.
///
/// # Errors
///
/// [`BadInput`] where a lab's files are wrong, or a page asks for a table of no lab.
pub fn stale_tables(tree: &Tree, labs: &[String]) -> Result<Vec<Stale>> {
    let mut stale = Vec::new();
    for name in labs {
        stale.extend(stale_page(
            tree,
            &tree.lab(name).join("README.md"),
            slice::from_ref(name),
        )?);
    }
    stale.extend(stale_page(
        tree,
        &tree.root().join("README.md"),
        &tree.labs()?,
    )?);
    Ok(stale)
}

/// A page with its tables of exercises, of all labs.
///
/// # Errors
///
/// As [`stale_tables`].
pub fn tables(tree: &Tree, path: &str, page: &str) -> Result<String> {
    made(tree, &tree.root().join(path), page, &tree.labs()?)
}

fn made(tree: &Tree, path: &Path, page: &str, labs: &[String]) -> Result<String> {
    let labs: Vec<Lab> = labs
        .iter()
        .map(|name| Lab::read(tree, name))
        .collect::<Result<_>>()?;
    tables::remade(page, &labs).map_err(|(line, problem)| {
        let remedy = "name the lab of the page, or `every lab`";
        BadInput::new(path, problem, remedy).at_line(line).into()
    })
}

fn stale_page(tree: &Tree, path: &Path, labs: &[String]) -> Result<Option<Stale>> {
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if !tables::asks(&found) {
        return Ok(None);
    }
    let fresh = made(tree, path, &found, labs)?;
    let path = tree.display_path(path);
    Ok((found != fresh).then_some(Stale {
        path,
        fresh: Some(fresh),
        found: Some(found),
    }))
}

/// Brings generated files up to date.
///
/// # Errors
///
/// Where a file cannot be written.
pub fn write(tree: &Tree, stale: &[Stale]) -> Result<()> {
    for file in stale {
        let path = tree.root().join(&file.path);
        match &file.fresh {
            Some(text) => {
                std::fs::create_dir_all(path.parent().expect("a file of a lab"))?;
                std::fs::write(&path, text)
            }
            None => std::fs::remove_file(&path),
        }
        .with_context(|| format!("writing {}", file.path))?;
    }
    Ok(())
}

/// Replaces each region by its stub line.
///
/// # Errors
///
/// [`BadInput`] where a region is opened twice, not closed, or closed without being open.
pub fn stubbed(path: &Path, solution: &str) -> Result<String> {
    let bad = |line: usize, problem: &str, remedy: &str| {
        BadInput::new(path, problem, remedy).at_line(line + 1)
    };
    let mut stubbed = String::new();
    let mut open = None;
    for (number, line) in solution.lines().enumerate() {
        let mark = line.trim_start().strip_prefix(MARK).map(str::trim);
        match (mark, open) {
            (Some("end"), None) => {
                let remedy = "write `// LAB: <stub line>` where it begins";
                return Err(bad(number, "a region ends that did not begin", remedy).into());
            }
            (Some("end"), Some(_)) => open = None,
            (Some(_), Some(_)) => {
                let remedy = "write `// LAB: end` before it";
                return Err(bad(number, "a region begins inside another", remedy).into());
            }
            (Some(stub), None) => {
                open = Some(number);
                if !stub.is_empty() {
                    let indent = &line[..line.len() - line.trim_start().len()];
                    stubbed.push_str(&format!("{indent}{stub}\n"));
                }
            }
            (None, None) => stubbed.push_str(&format!("{line}\n")),
            (None, Some(_)) => {}
        }
    }
    match open {
        Some(number) => Err(bad(
            number,
            "a region does not end",
            "write `// LAB: end` after it",
        )
        .into()),
        None => Ok(stubbed),
    }
}

/// A text of the solution as a student would hand it in: without the lines that mark its regions.
pub fn unmarked(solution: &str) -> String {
    let lines = solution.split_inclusive('\n');
    lines
        .filter(|line| !line.trim_start().starts_with(MARK))
        .collect()
}

fn formatted(tree: &Tree, text: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt
        .current_dir(tree.root())
        .args(["--edition", "2024", "--config-path"])
        .arg(tree.root());
    process::output(&mut rustfmt, text.as_bytes())
}
