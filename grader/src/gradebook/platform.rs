//! How the platforms' files look, and what each passes over without a word.

use std::fmt;

use crate::rubric::Points;

use super::Columns;
use super::table::Table;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Platform {
    /// The grade book's export.
    Canvas,
    /// An assignment's grading worksheet.
    Moodle,
    /// The grade centre's download.
    Blackboard,
    /// An assignment's grades.
    Gradescope,
}

/// Where in a file everything stands.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) platform: Platform,
    pub(super) grade: usize,
    pub(super) feedback: Option<usize>,
    /// Columns that say who a row is about, the surest first.
    pub(super) keys: Vec<(usize, Key)>,
    /// Full points, where one number holds for all rows.
    pub(super) most: Option<Points>,
    /// The mark before a fraction.
    pub(super) decimal_mark: char,
    /// Moodle's: the most that a row can have.
    most_in_row: Option<usize>,
    /// Moodle's: whether a row can be changed.
    unlocked: Option<usize>,
}

/// What a column says of who a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// One of `Person::ids`.
    Id(&'static str),
    /// The number at the end of `Participant 12345`.
    Participant,
    /// A login.
    Login,
    /// An address.
    Email,
}

/// Whether a grade can be put into a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Free,
    /// It stands there already.
    Same,
    /// It is not for us, or the platform would pass over it: why.
    Taken(&'static str),
}

impl Platform {
    /// What there is to know of each, whatever is in the file.
    pub(super) fn advice(self) -> Option<&'static str> {
        match self {
            Platform::Canvas | Platform::Blackboard => None,
            Platform::Moodle => Some(
                "Moodle passes over rows that somebody has graded there since this worksheet was \
                 downloaded: upload it soon, and look at how many grades it says it changes",
            ),
            Platform::Gradescope => Some(
                "Gradescope does not take this file back: grades get there by results.json, see \
                 `grader export gradescope`",
            ),
        }
    }

    /// Whose file has such a header.
    fn of(header: &[String]) -> Option<Platform> {
        let has = |name: &str| header.iter().any(|column| column == name);
        let first = |name: &str| header.first().is_some_and(|column| column == name);
        if first("Student") && has("ID") && has("Section") {
            Some(Platform::Canvas)
        } else if has("Identifier") && (has("Grade") || has("Maximum grade")) {
            Some(Platform::Moodle)
        } else if has("Last Name") && has("Username") {
            Some(Platform::Blackboard)
        } else if has("SID") && has("Total Score") {
            Some(Platform::Gradescope)
        } else {
            None
        }
    }

    fn keys(self) -> &'static [(&'static str, Key)] {
        match self {
            Platform::Canvas => &[
                ("ID", Key::Id("canvas")),
                ("SIS User ID", Key::Id("sid")),
                ("SIS Login ID", Key::Login),
            ],
            Platform::Moodle => &[("Email address", Key::Email)],
            Platform::Blackboard => &[("Username", Key::Login), ("Student ID", Key::Id("sid"))],
            Platform::Gradescope => &[
                ("Submission ID", Key::Id("gradescope")),
                ("SID", Key::Id("sid")),
                ("Email", Key::Email),
            ],
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Platform::Canvas => "Canvas",
            Platform::Moodle => "Moodle",
            Platform::Blackboard => "Blackboard",
            Platform::Gradescope => "Gradescope",
        })
    }
}

/// A problem and its remedy.
type Refusal = (String, String);

impl Shape {
    pub(super) fn of(table: &Table, columns: &Columns) -> Result<Shape, Refusal> {
        let header = table.header();
        let platform = columns
            .platform
            .or_else(|| Platform::of(&header))
            .ok_or_else(|| {
                let problem =
                    "is not an export of Canvas, Moodle, Blackboard or Gradescope".to_owned();
                let remedy = "give the file as the platform exports it; where its titles are in \
                          another language, name them: --platform moodle --column TITLE";
                (problem, remedy.to_owned())
            })?;
        let grade = grade_column(platform, &header, columns.grade.as_deref())?;
        let at = |name: &str| header.iter().position(|column| column == name);
        let mut keys: Vec<(usize, Key)> = Vec::new();
        if platform == Platform::Moodle {
            // In any language the first.
            keys.push((at("Identifier").unwrap_or(0), Key::Participant));
        }
        let named = platform.keys().iter();
        keys.extend(named.filter_map(|(name, key)| Some((at(name)?, *key))));
        let feedback = match (&columns.feedback, platform) {
            (Some(title), _) => Some(named_column(&header, title)?),
            (None, Platform::Moodle) => at("Feedback comments"),
            (None, _) => None,
        };
        let moodle = |name| at(name).filter(|_| platform == Platform::Moodle);
        let (most_in_row, unlocked) = (moodle("Maximum grade"), moodle("Grade can be changed"));
        let shape = Shape {
            platform,
            grade,
            feedback,
            keys,
            most: most(platform, table, grade, most_in_row),
            decimal_mark: '.',
            most_in_row,
            unlocked,
        };
        let decimal_mark = shape.mark(table);
        Ok(Shape {
            decimal_mark,
            ..shape
        })
    }

    /// Moodle writes and reads decimals as the site's language does.
    fn mark(&self, table: &Table) -> char {
        let columns = [Some(self.grade), self.most_in_row];
        let columns = columns.into_iter().flatten();
        let mut cells = columns.flat_map(|column| (1..table.len()).map(move |row| (row, column)));
        let comma = cells.any(|(row, column)| {
            let value = table.value(row, column).unwrap_or_default();
            let mut parts = value.split(',');
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
            parts.clone().count() == 2 && parts.all(digits)
        });
        match comma && self.platform == Platform::Moodle {
            true => ',',
            false => '.',
        }
    }

    /// The rows that are about somebody.
    pub(super) fn rows<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = usize> + 'a {
        let said = |row: usize, column: usize| {
            let value = table.value(row, column).unwrap_or_default();
            !value.trim().is_empty()
        };
        // Canvas has rows of its own above the students, and only those have no id.
        (1..table.len()).filter(move |row| self.keys.iter().any(|(column, _)| said(*row, *column)))
    }

    /// Whether points can be put into a row.
    pub(super) fn slot(&self, table: &Table, row: usize, points: Points) -> Slot {
        let Some(before) = table.value(row, self.grade) else {
            return Slot::Taken("the row is too short to have a grade");
        };
        let in_row = self
            .most_in_row
            .and_then(|column| number(&table.value(row, column)?));
        let locked = self.unlocked.and_then(|column| table.value(row, column));
        if self.platform == Platform::Canvas && before.trim().eq_ignore_ascii_case("ex") {
            Slot::Taken("the student is excused there")
        } else if locked.is_some_and(|value| value.trim().eq_ignore_ascii_case("no")) {
            Slot::Taken("the grade is locked there, Moodle would pass over it")
        } else if self.platform == Platform::Moodle && in_row.is_some_and(|most| points > most) {
            Slot::Taken("above the maximum there, Moodle would pass over it")
        } else if number(&before) == Some(points) {
            Slot::Same
        } else {
            Slot::Free
        }
    }
}

/// The one column of grades.
fn grade_column(
    platform: Platform,
    header: &[String],
    title: Option<&str>,
) -> Result<usize, Refusal> {
    let fits = |column: &str| match platform {
        Platform::Canvas => has_canvas_id(column),
        Platform::Moodle => column == "Grade",
        Platform::Blackboard => has_blackboard_id(column),
        Platform::Gradescope => column == "Total Score",
    };
    if let Some(title) = title {
        let at = named_column(header, title)?;
        let made_anew = match platform {
            Platform::Canvas if !fits(&header[at]) => "a new assignment (no `(id)` at its end)",
            Platform::Blackboard if !fits(&header[at]) => "a new column (no `|id` at its end)",
            _ => return Ok(at),
        };
        let problem = format!(
            "{platform} would take column `{}` for {made_anew}",
            header[at]
        );
        return Err((problem, again(platform)));
    }
    let fitting: Vec<usize> = (0..header.len()).filter(|at| fits(&header[*at])).collect();
    match fitting[..] {
        [at] => Ok(at),
        [] => {
            let what = match platform {
                Platform::Canvas => "no assignment with its `(id)`: Canvas would make a new one",
                Platform::Blackboard => "no column with its `|id`: Blackboard would make a new one",
                Platform::Moodle => "no column `Grade`",
                Platform::Gradescope => "no column `Total Score`",
            };
            Err((format!("has {what}"), again(platform)))
        }
        _ => {
            let titles = fitting.iter().map(|at| format!("`{}`", header[*at]));
            let titles: Vec<String> = titles.collect();
            let problem = format!("has several columns of grades: {}", titles.join(", "));
            Err((problem, "name one with --column".to_owned()))
        }
    }
}

fn again(platform: Platform) -> String {
    match platform {
        Platform::Moodle => "name it with --column, as the worksheet has it".to_owned(),
        _ => format!("export the file from {platform} again, and give it as it came"),
    }
}

/// A column by its title, or by its title without the id.
fn named_column(header: &[String], title: &str) -> Result<usize, Refusal> {
    let exact = header.iter().position(|column| column == title);
    let begins = |column: &String| {
        let rest = column.strip_prefix(title);
        rest.is_some_and(|rest| rest.starts_with(" (") || rest.starts_with(" ["))
    };
    let begun: Vec<usize> = (0..header.len())
        .filter(|at| begins(&header[*at]))
        .collect();
    match (exact, &begun[..]) {
        (Some(at), _) => Ok(at),
        (None, [at]) => Ok(*at),
        _ => {
            let meant = manifest::nearest(title, header.iter().cloned());
            let remedy = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("name one of {}", header.join(", ")),
            };
            Err((format!("has no column `{title}`"), remedy))
        }
    }
}

/// `Lab locks (77123)`.
fn has_canvas_id(column: &str) -> bool {
    let id = column
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("));
    id.is_some_and(|(_, id)| is_number(id))
}

/// `Lab locks [Total Pts: 60 Score] |1281892`.
fn has_blackboard_id(column: &str) -> bool {
    column.rsplit_once('|').is_some_and(|(_, id)| is_number(id))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number, whichever mark stands before its fraction.
fn number(text: &str) -> Option<Points> {
    Points::from_number(text.trim().replace(',', ".").parse().ok()?)
}

/// Full points, where the file says them.
fn most(
    platform: Platform,
    table: &Table,
    grade: usize,
    most_in_row: Option<usize>,
) -> Option<Points> {
    match platform {
        Platform::Canvas => {
            let possible = |row: &usize| {
                table
                    .value(*row, 0)
                    .is_some_and(|cell| cell.trim() == "Points Possible")
            };
            let row = (1..table.len()).find(possible)?;
            number(&table.value(row, grade)?)
        }
        Platform::Blackboard => {
            let header = table.value(0, grade)?;
            let (_, said) = header.split_once("Total Pts: ")?;
            number(said.split([' ', ']']).next()?)
        }
        Platform::Moodle => number(&table.value(1, most_in_row?)?),
        Platform::Gradescope => {
            let header = table.header();
            let column = header.iter().position(|column| column == "Max Points")?;
            number(&table.value(1, column)?)
        }
    }
}
