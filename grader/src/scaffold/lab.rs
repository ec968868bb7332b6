//! `grader new lab`: three packages with a first exercise, in the workspace, the course and the
//! book.

use anyhow::Result;
use toml_edit::{DocumentMut, Value};

use super::frames::{self, fill};
use super::plan::Plan;
use super::{Written, exercise, generate, is_name, sentence};
use crate::error::BadInput;
use crate::tree::{Tree, checks_dir, lab_dir, solution_dir};

/// Where the labs stand in their order.
const COURSE: &str = "labs/course.toml";

/// Makes a lab with its first exercise, and generates its skeleton.
///
/// # Errors
///
/// [`BadInput`] where a name is not one, or is taken.
pub fn lab(tree: &Tree, name: &str, first: &str, title: Option<&str>) -> Result<Written> {
    is_free(tree, name)?;
    let mut plan = Plan::new(tree);
    let title = title.map_or_else(|| sentence(name), str::to_owned);
    let words = [("lab", name), ("title", &title)];
    for (path, frame) in [
        (
            format!("{}/Cargo.toml", lab_dir(name)),
            frames::LAB_MANIFEST,
        ),
        (format!("{}/lab.toml", lab_dir(name)), frames::LAB),
        (format!("{}/README.md", lab_dir(name)), frames::README),
        (
            format!("{}/Cargo.toml", solution_dir(name)),
            frames::SOLUTION_MANIFEST,
        ),
        (
            format!("{}/src/lib.rs", solution_dir(name)),
            frames::LIBRARY,
        ),
        (
            format!("{}/tests/public.rs", solution_dir(name)),
            frames::PUBLIC_OF_SOLUTION,
        ),
        (
            format!("{}/Cargo.toml", checks_dir(name)),
            frames::CHECKS_MANIFEST,
        ),
        (
            format!("{}/src/main.rs", checks_dir(name)),
            frames::CHECKS_MAIN,
        ),
        (format!("{}/checks.toml", checks_dir(name)), ""),
        (format!("grader/labs/{name}/samples.toml"), frames::SAMPLES),
        (format!("notes/{name}.md"), frames::PAGE),
    ] {
        plan.create(&path, fill(frame, &words))?;
    }
    exercise::add(&mut plan, name, first, None)?;
    plan.edit("Cargo.toml", |text| workspace(text, name))?;
    if plan.has(COURSE) {
        plan.edit(COURSE, |text| course(text, name))?;
    }
    if plan.has("notes/SUMMARY.md") {
        plan.edit("notes/SUMMARY.md", |text| Ok(summary(text, name, &title)))?;
    }
    let mut written = plan.write()?;
    generate(tree, name, &mut written)?;
    Ok(written)
}

/// The workspace's manifest with a lab's three packages; the rest stays as it is.
fn workspace(text: &str, lab: &str) -> Result<String, String> {
    // A line of its own kind, where those of the other labs are.
    let path = lab_dir(lab);
    let dependency = format!("{lab} = {{ path = \"{path}\" }}");
    let mut lines: Vec<&str> = text.lines().collect();
    let others =
        |line: &&str| line.contains(" = { path = \"labs/") || line.starts_with("[workspace.dep");
    let last = lines.iter().rposition(others);
    let last = last.ok_or("has no [workspace.dependencies]")?;
    lines.insert(last + 1, &dependency);
    let text = lines.join("\n") + "\n";

    let mut file: DocumentMut = text
        .parse()
        .map_err(|error| format!("is not TOML: {error}"))?;
    let (solution, checks) = (solution_dir(lab), checks_dir(lab));
    for (key, packages) in [
        ("members", vec![lab_dir(lab), solution.clone(), checks]),
        ("default-members", vec![solution]),
    ] {
        let list = file["workspace"][key].as_array_mut();
        let list = list.ok_or(format!("has no `{key}` in [workspace]"))?;
        for package in packages {
            let kin = |value: &Value| value.as_str().is_some_and(|other| are_kin(other, &package));
            let last = list
                .iter()
                .enumerate()
                .filter(|(_, value)| kin(value))
                .last();
            let at = last.map_or(list.len(), |(last, _)| last + 1);
            list.insert_formatted(at, Value::from(package).decorated("\n    ", ""));
        }
    }
    Ok(file.to_string())
}

/// Whether two packages are of one kind: they lie in one folder, or are two labs' checks.
fn are_kin(one: &str, other: &str) -> bool {
    let folder = |path: &str| path.split('/').next().map(str::to_owned);
    let depth = |path: &str| path.split('/').count();
    let last = |path: &str| (depth(path) > 2).then(|| path.rsplit('/').next().map(str::to_owned));
    folder(one) == folder(other) && depth(one) == depth(other) && last(one) == last(other)
}

/// The course with the lab at its end.
fn course(text: &str, lab: &str) -> Result<String, String> {
    let mut file: DocumentMut = text
        .parse()
        .map_err(|error| format!("is not TOML: {error}"))?;
    let labs = file.get_mut("labs").and_then(|labs| labs.as_array_mut());
    labs.ok_or("has no list `labs`")?.push(lab);
    Ok(file.to_string())
}

/// The book's contents with the lab's page behind those of the other labs.
fn summary(text: &str, lab: &str, title: &str) -> String {
    let line = format!("- [{title}]({lab}.md)\n");
    let at = text.find("- [Models]").unwrap_or(text.len());
    format!("{}{line}{}", &text[..at], &text[at..])
}

/// Whether nothing in the repository has a lab's name already.
fn is_free(tree: &Tree, lab: &str) -> Result<(), BadInput> {
    let dir = tree.lab(lab);
    is_name(&dir, lab)?;
    match dir.exists() {
        true => Err(BadInput::new(
            &dir,
            "is there already",
            "choose another name",
        )),
        false => Ok(()),
    }
}
