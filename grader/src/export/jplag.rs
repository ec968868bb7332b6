//! A tree for JPlag, which looks for copies: `root/<student>/…`, and `base` as it was handed out.

use std::path::Path;

use anyhow::Result;

use crate::error::BadInput;
use crate::files;
use crate::results::Results;
use crate::tree::Tree;

/// Writes the tree, and gives how many students are in it.
///
/// # Errors
///
/// [`BadInput`] where it is there already or results are damaged; anything else where it cannot be
/// written.
pub fn jplag(tree: &Tree, results: &Results, out: &Path) -> Result<usize> {
    if out.exists() {
        let remedy = "take it away, or name another folder: what is left there would be compared";
        return Err(BadInput::new(out, "is there already", remedy).into());
    }
    let class = results.class();
    let given = tree.lab(&class.lab);
    for file in class.exercises.iter().flat_map(|exercise| &exercise.edit) {
        let text = std::fs::read(given.join(file)).map_err(|error| {
            let problem = format!("cannot be read ({error})");
            BadInput::new(&given.join(file), problem, "write it with `grader handout`")
        });
        files::put(&out.join("base").join(file), &text?)?;
    }
    let mut students = 0;
    for row in results.rows()? {
        let Some(answer) = &row.answer else {
            continue;
        };
        for (file, text) in results.answer(answer)? {
            let known = class
                .exercises
                .iter()
                .any(|exercise| exercise.edit.contains(&file));
            if known {
                let path = out.join("root").join(&row.person.id).join(&file);
                files::put(&path, text.as_bytes())?;
            }
        }
        students += 1;
    }
    Ok(students)
}
