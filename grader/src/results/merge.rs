//! Several folders of results as one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Class, Outcome, Results, Row};
use crate::error::BadInput;

/// What came of it.
#[derive(Debug)]
pub struct Merged {
    /// All that is known, in one place.
    pub results: Results,
    /// Who has to have a row, and has none in any of them.
    pub gaps: BTreeSet<String>,
}

/// Brings the rows of all of them into `out`, which may be one of them. Who handed nothing in here
/// and something there has handed in.
///
/// # Errors
///
/// [`BadInput`] where they are not of one class, or two of them say different things of somebody.
pub fn merge(parts: &[PathBuf], out: &Path) -> Result<Merged> {
    let parts: Vec<Results> = parts
        .iter()
        .map(|dir| Results::open(dir))
        .collect::<Result<_>>()?;
    let mut class: Option<Class> = None;
    for part in &parts {
        let mut own = part.class().clone();
        if let Some(class) = &class {
            own.same_as(class)
                .map_err(|(problem, remedy)| BadInput::new(part.dir(), problem, remedy))?;
            own.people.extend(class.people.iter().cloned());
        }
        class = Some(own);
    }
    let class = class.ok_or_else(|| BadInput::new(out, "is made of nothing", "name results"))?;
    let mut rows: Vec<(Row, &Results)> = Vec::new();
    for id in &class.people {
        if let Some(found) = row(&parts, id)? {
            rows.push(found);
        }
    }
    let results = Results::begin(out, class)?;
    for (row, from) in rows {
        if let Some(name) = &row.answer {
            results.keep(&from.answer(name)?)?;
        }
        if results.row(&row.person.id).ok().flatten().as_ref() != Some(&row) {
            results.put(&row)?;
        }
    }
    let gaps = results.gaps();
    results.tidy(|_| true)?;
    Ok(Merged { results, gaps })
}

/// What the parts say of somebody.
fn row<'p>(parts: &'p [Results], id: &str) -> Result<Option<(Row, &'p Results)>> {
    let mut found: Option<(Row, &Results)> = None;
    for part in parts {
        let Some(row) = part.row(id)? else {
            continue;
        };
        match &found {
            Some((known, _)) if *known == row || row.outcome == Outcome::Missing => {}
            Some((known, other)) if known.outcome != Outcome::Missing => {
                let other = other.dir().display();
                let problem = format!("says something else of `{id}` than {other}");
                let remedy = "take away the row that does not count";
                return Err(BadInput::new(part.dir(), problem, remedy).into());
            }
            _ => found = Some((row, part)),
        }
    }
    Ok(found)
}
