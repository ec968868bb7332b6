//! `grader new check`: its promise, its name in the list, a body that fails, and the sum of points.

use anyhow::Result;
use toml_edit::{DocumentMut, value};

use super::frames::{CHECK, body, fill};
use super::plan::Plan;
use super::{Written, generate, in_exercise, list, sentence};
use crate::error::BadInput;
use crate::lab::{Exercise, Kind, Lab};
use crate::tree::{Tree, checks_dir, lab_dir};

/// A check that is wanted.
#[derive(Debug)]
pub struct NewCheck<'n> {
    /// `exercise::check`.
    pub id: &'n str,
    /// How it checks.
    pub kind: Kind,
    /// What it is worth.
    pub points: u32,
    /// What it claims; the words of its name if nothing.
    pub claim: Option<&'n str>,
    /// For a lint: what must not be used.
    pub forbid: &'n [String],
}

/// Adds a check.
///
/// # Errors
///
/// [`BadInput`] where the name is not one, or is taken; and where a lint forbids nothing, or
/// another kind something.
pub fn check(tree: &Tree, lab: &Lab, new: &NewCheck) -> Result<Written> {
    let (exercise, name) = in_exercise(tree, lab, new.id)?;
    let promises = format!("{}/checks.toml", checks_dir(&lab.name));
    let bad = |problem: &str, remedy: &str| {
        BadInput::new(
            &tree.root().join(&promises),
            format!("`{}` {problem}", new.id),
            remedy,
        )
    };
    if exercise.checks.iter().any(|known| known.short() == name) {
        return Err(bad("is there already", "name yours after its own claim").into());
    }
    if (new.kind == Kind::Lint) == new.forbid.is_empty() {
        let remedy = "give `--forbid PATH` to a lint, and to nothing else";
        return Err(bad("forbids what its kind does not look at, or nothing", remedy).into());
    }
    let claim = match new.claim {
        Some(claim) => claim.to_owned(),
        None => format!("{}.", sentence(name)),
    };
    let mut plan = Plan::new(tree);
    plan.edit(&promises, |text| {
        Ok(promised(text, lab, exercise, &entry(new, &claim)))
    })?;
    plan.edit(&format!("{}/lab.toml", lab_dir(&lab.name)), |text| {
        with_points(text, exercise, exercise.points + new.points)
    })?;
    if new.kind != Kind::Lint {
        let bodies = format!("{}/src/{}.rs", checks_dir(&lab.name), exercise.name);
        plan.edit(&bodies, |text| {
            list::in_macro(text, "harness::checks!", name)
        })?;
        plan.append(&bodies, &body(new.kind, name, &claim))?;
    }
    let mut written = plan.write()?;
    generate(tree, &lab.name, &mut written)?;
    Ok(written)
}

fn entry(new: &NewCheck, claim: &str) -> String {
    let kind = format!("{:?}", new.kind).to_lowercase();
    let points = new.points.to_string();
    let claim = value(claim).to_string();
    let forbid: toml_edit::Array = new.forbid.iter().collect();
    let forbid = match new.kind {
        Kind::Lint => format!("forbid = {forbid}\n"),
        _ => String::new(),
    };
    fill(
        CHECK,
        &[
            ("id", new.id),
            ("kind", &kind),
            ("forbid", &forbid),
            ("points", &points),
            ("claim", &claim),
        ],
    )
}

/// The text with an entry behind the last of its exercise.
fn promised(text: &str, lab: &Lab, exercise: &Exercise, entry: &str) -> String {
    let Some(last) = exercise.checks.last() else {
        return format!("{}\n\n{entry}", text.trim_end())
            .trim_start()
            .to_owned();
    };
    let all: Vec<&str> = lab.checks().map(|check| check.id()).collect();
    let begins = |id: &str| text.find(&format!("\"{id}\"")).unwrap_or(text.len());
    let at = begins(last.id());
    let next = all
        .iter()
        .map(|id| begins(id))
        .filter(|other| *other > at)
        .min();
    let Some(next) = next else {
        return format!("{}\n\n{entry}", text.trim_end());
    };
    // What is written above the next entry, up to an empty line, is about that one.
    let head = text[..next].rfind("[[check]]").unwrap_or(next);
    let end = text[..head].rfind("\n\n").map_or(head, |line| line + 2);
    format!("{}{entry}\n{}", &text[..end], &text[end..])
}

/// `lab.toml` with another sum of points for an exercise.
fn with_points(text: &str, exercise: &Exercise, points: u32) -> Result<String, String> {
    let mut file: DocumentMut = text
        .parse()
        .map_err(|error| format!("is not TOML: {error}"))?;
    let missing = || format!("says no points of exercise `{}`", exercise.name);
    let tables = file
        .get("exercise")
        .and_then(|item| item.as_array_of_tables());
    let at = tables.and_then(|tables| {
        let named = |table: &toml_edit::Table| {
            table.get("name").and_then(|name| name.as_str()) == Some(&exercise.name)
        };
        tables.iter().position(named)
    });
    let own = &mut file["exercise"][at.ok_or_else(missing)?]["points"];
    let own = own.as_value_mut().ok_or_else(missing)?;
    let decor = own.decor().clone();
    *own = i64::from(points).into();
    *own.decor_mut() = decor;
    Ok(file.to_string())
}
