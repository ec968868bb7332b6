//! The tables of exercises in a page, from what `lab.toml` says.
//!
//! The one idea: rows, their order and their figures are made; the words of a row are the page's,
//! and stay. A comment on a line of its own says what the table below it holds:
//!
//! | comment | table |
//! |---|---|
//! | `<!-- exercises: locks -->` | the exercises of that lab, with points, minutes and lines |
//! | `<!-- exercises: every lab -->` | those of all labs, with the files to edit |
//!
//! A line that begins with "The points add up to" has its number from there, too.

use std::collections::HashMap;

use crate::lab::{Exercise, Lab};

/// What the comment asks for that wants all labs.
const ALL: &str = "every lab";
const SUM: &str = "The points add up to ";

/// Whether a page asks for a table.
pub(super) fn asks(page: &str) -> bool {
    page.lines().any(|line| wanted(line).is_some())
}

/// The page with its tables made anew.
///
/// # Errors
///
/// The line (counted from 1) of a comment that names no lab of `labs`, and what is wrong with it.
pub(super) fn remade(page: &str, labs: &[Lab]) -> Result<String, (usize, String)> {
    let mut new = String::new();
    let mut last: Option<&Lab> = None;
    let mut lines = page.split_inclusive('\n').enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        match (wanted(line), last) {
            (Some(wanted), _) => {
                new.push_str(line);
                let mut old = Vec::new();
                while let Some((_, row)) = lines.next_if(|(_, line)| line.starts_with('|')) {
                    old.push(row);
                }
                let words = Words::of(&old);
                let lab = labs.iter().find(|lab| lab.name == wanted);
                new.push_str(&match lab {
                    _ if wanted == ALL => front(labs, &words),
                    Some(lab) => of_lab(lab, &words),
                    None => return Err((number + 1, format!("there is no lab `{wanted}`"))),
                });
                last = lab.or(last);
            }
            (None, Some(lab)) if line.starts_with(SUM) => new.push_str(&sum(lab, line)),
            _ => new.push_str(line),
        }
    }
    Ok(new)
}

fn wanted(line: &str) -> Option<&str> {
    let inner = line.trim_end().strip_prefix("<!-- exercises: ")?;
    inner.strip_suffix(" -->")
}

fn of_lab(lab: &Lab, words: &Words) -> String {
    let mut table = "| exercise | you build | points | minutes | our solution |\n".to_owned();
    table.push_str("|---|---|---|---|---|\n");
    for exercise in &lab.exercises {
        let bonus = if exercise.bonus { " bonus" } else { "" };
        table.push_str(&format!(
            "| {} | {} | {}{bonus} | {} | {} line{} |\n",
            head(exercise),
            words.about("", exercise),
            exercise.points,
            exercise.minutes,
            exercise.lines,
            if exercise.lines == 1 { "" } else { "s" },
        ));
    }
    table
}

fn front(labs: &[Lab], words: &Words) -> String {
    let mut table = "| lab | exercise | idea | you edit |\n|---|---|---|---|\n".to_owned();
    for lab in labs {
        let mut link = format!("[{0}](labs/{0}/README.md) ", lab.name);
        for exercise in &lab.exercises {
            table.push_str(&format!(
                "| {link}| {} | {} | {} |\n",
                head(exercise),
                words.about(&lab.name, exercise),
                files(lab, exercise),
            ));
            link.clear();
        }
    }
    table
}

fn head(exercise: &Exercise) -> String {
    let challenge = if exercise.bonus { " (challenge)" } else { "" };
    format!("`{}`{challenge}", exercise.name)
}

/// The first file by its path, and what stands beside it by its name.
fn files(lab: &Lab, exercise: &Exercise) -> String {
    let first = format!("`labs/{}/{}`", lab.name, exercise.edit[0]);
    let others = exercise.edit[1..].iter().map(|file| {
        let name = file.rsplit('/').next().unwrap_or(file);
        format!("`{name}`")
    });
    let all: Vec<String> = [first].into_iter().chain(others).collect();
    all.join(", ")
}

fn sum(lab: &Lab, line: &str) -> String {
    let points = lab.exercises.iter().filter(|exercise| !exercise.bonus);
    let points: u32 = points.map(|exercise| exercise.points).sum();
    let rest = line[SUM.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{SUM}{points}{rest}")
}

/// What a table says of each exercise, by its lab (where the table has several) and its name.
struct Words<'p>(HashMap<(&'p str, &'p str), &'p str>);

impl<'p> Words<'p> {
    fn of(rows: &[&'p str]) -> Self {
        let mut words = HashMap::new();
        let mut lab = "";
        for row in rows {
            let cells: Vec<&str> = row.trim().trim_matches('|').split('|').collect();
            if let Some((name, _)) = cells[0].trim().trim_start_matches('[').split_once(']') {
                lab = name;
            }
            let mut cells = cells
                .iter()
                .skip_while(|cell| !cell.trim().starts_with('`'));
            let name = cells.next().and_then(|cell| cell.split('`').nth(1));
            if let (Some(name), Some(about)) = (name, cells.next()) {
                words.insert((lab, name), about.trim());
            }
        }
        Words(words)
    }

    /// The words of a row; of a new one, those of the exercise's title.
    fn about(&self, lab: &str, exercise: &Exercise) -> String {
        match self.0.get(&(lab, exercise.name.as_str())) {
            Some(words) => (*words).to_owned(),
            None => {
                let mut title = exercise.title.chars();
                let first = title.next().into_iter().flat_map(char::to_lowercase);
                first.chain(title).collect()
            }
        }
    }
}
