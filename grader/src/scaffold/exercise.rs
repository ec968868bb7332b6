//! `grader new exercise`: solution, public tests, check, mutant, page, and where each is listed.

use anyhow::Result;

use super::frames::{self, fill};
use super::plan::Plan;
use super::{Written, generate, is_name, list, sentence};
use crate::lab::Lab;
use crate::tree::{Tree, checks_dir, lab_dir, mutants_file, solution_dir};

/// Adds an exercise to a lab, and generates its skeleton.
///
/// # Errors
///
/// [`crate::error::BadInput`] where the name is not one, or is taken.
pub fn exercise(tree: &Tree, lab: &Lab, name: &str, title: Option<&str>) -> Result<Written> {
    let mut plan = Plan::new(tree);
    add(&mut plan, &lab.name, name, title)?;
    let mut written = plan.write()?;
    generate(tree, &lab.name, &mut written)?;
    Ok(written)
}

/// Adds an exercise to a plan that has a lab, or in whose repository one is.
pub(super) fn add(plan: &mut Plan, lab: &str, name: &str, title: Option<&str>) -> Result<()> {
    let (public, solution, checks) = (lab_dir(lab), solution_dir(lab), checks_dir(lab));
    let lab_toml = format!("{public}/lab.toml");
    is_name(&plan.tree.root().join(&lab_toml), name)?;
    let title = title.map_or_else(|| sentence(name), str::to_owned);
    let anchor = anchor(&title);
    // An exercise may bear its lab's name, and then hides it.
    let krate = if name == lab {
        format!("::{lab}")
    } else {
        lab.to_owned()
    };
    let words: [(&str, &str); 5] = [
        ("lab", lab),
        ("name", name),
        ("title", &title),
        ("anchor", &anchor),
        ("crate", &krate),
    ];

    plan.create(
        &format!("{solution}/src/{name}.rs"),
        fill(frames::SOLUTION, &words),
    )?;
    plan.edit(&format!("{solution}/src/lib.rs"), |text| {
        Ok(list::public_module(text, name))
    })?;
    plan.create(
        &format!("{public}/tests/public/{name}.rs"),
        fill(frames::PUBLIC, &words),
    )?;
    let tests = format!("{public}/tests/public/main.rs");
    match plan.has(&tests) {
        true => plan.edit(&tests, |text| Ok(list::module(text, name)))?,
        false => plan.create(&tests, fill(frames::PUBLIC_MAIN, &words))?,
    }
    plan.append(&lab_toml, &fill(frames::EXERCISE, &words))?;
    plan.create(
        &format!("{checks}/src/{name}.rs"),
        fill(frames::CHECKS, &words),
    )?;
    plan.edit(&format!("{checks}/src/main.rs"), |text| {
        list::in_macro(text, "harness::exercises!", name)
    })?;
    let promise = fill(frames::PROMISE, &words);
    plan.edit(&format!("{checks}/checks.toml"), |text| {
        Ok(format!("{}\n\n{promise}", text.trim_end())
            .trim_start()
            .to_owned())
    })?;
    plan.create(&mutants_file(lab, name), fill(frames::FIRST_MUTANT, &words))?;
    section(plan, lab, &words)
}

/// A section in the book, before "Further reading" where the page has it.
fn section(plan: &mut Plan, lab: &str, words: &[(&str, &str)]) -> Result<()> {
    let page = format!("notes/{lab}.md");
    if !plan.has(&page) {
        let title = sentence(lab);
        plan.create(&page, format!("# {title}\n"))?;
    }
    let section = fill(frames::SECTION, words);
    plan.edit(&page, |text| {
        Ok(match text.find("\n## Further reading") {
            Some(at) => format!("{}\n{section}{}", &text[..at], &text[at..]),
            None => format!("{}\n\n{section}", text.trim_end()),
        })
    })
}

/// The anchor that a heading has in Markdown.
fn anchor(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    let kept: String = kept.collect();
    kept.to_lowercase().replace(' ', "-")
}
