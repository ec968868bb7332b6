//! Results as a table for a terminal: one line a person, 80 columns wide. Pure.
//!
//! What is not here: the whole of a report ([`crate::report::text`]).

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::lab::Kind;
use crate::report::text::name;
use crate::report::{Report, escape};
use crate::results::{Outcome, Row};
use crate::score::Score;
use crate::verdict::Verdict;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// How wide it is, at most.
const WIDTH: usize = 80;

/// The longest name that is shown whole.
const LONGEST_NAME: usize = 24;

/// A table, line by line.
#[derive(Debug, Default)]
pub struct Table {
    /// The exercises: name, points.
    columns: Vec<(String, u32)>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    name: String,
    /// Points of each exercise; nothing where nothing was graded.
    scores: Vec<(u32, Colour)>,
    total: Option<Score>,
    note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Full,
    Part,
    Open,
    Unwritten,
}

/// The table of a class.
pub fn of(rows: &[Row]) -> Table {
    let mut table = Table::default();
    for row in rows {
        match &row.outcome {
            Outcome::Graded(report) => table.add(&row.person.name, report),
            Outcome::NotGraded { problem, .. } => table.refuse(&row.person.name, problem),
            Outcome::Missing => table.refuse(&row.person.name, "nothing handed in"),
        }
    }
    table
}

impl Table {
    /// A line for what was graded.
    pub fn add(&mut self, name: &str, report: &Report) {
        if self.columns.is_empty() {
            let columns = report.exercises.iter();
            let columns = columns.map(|exercise| (exercise.name.clone(), exercise.score.of));
            self.columns = columns.collect();
        }
        let scores = report.exercises.iter().map(|exercise| {
            let colour = match exercise.score {
                Score { open: 1.., .. } => Colour::Open,
                score if score.full() => Colour::Full,
                _ if exercise.unwritten() => Colour::Unwritten,
                _ => Colour::Part,
            };
            (exercise.score.earned, colour)
        });
        self.lines.push(Line {
            name: name.to_owned(),
            scores: scores.collect(),
            total: Some(report.score),
            note: note(report),
        });
    }

    /// A line for what was not graded.
    pub fn refuse(&mut self, name: &str, why: &str) {
        self.lines.push(Line {
            name: name.to_owned(),
            scores: Vec::new(),
            total: None,
            note: why.to_owned(),
        });
    }

    /// Prints it to standard output.
    pub fn print(&self) {
        anstream::print!("{}", self.render());
    }

    /// The table as text, with colours.
    pub fn render(&self) -> String {
        let mut text = String::new();
        let names = self.lines.iter().map(|line| line.name.chars().count());
        let wide = names.max().unwrap_or(0).clamp(4, LONGEST_NAME);
        let total = |score: Score| match score.open {
            0 => format!("{}/{}", score.earned, score.of),
            open => format!("{}+{open}?/{}", score.earned, score.of),
        };
        let totals = self.lines.iter().filter_map(|line| line.total.map(total));
        let most = totals
            .map(|total| total.len())
            .max()
            .unwrap_or(0)
            .max("total".len());
        self.legend(&mut text);
        let mut head = format!("{:wide$}", "");
        for at in 1..=self.columns.len() {
            write!(head, " {at:>2}").expect("writing to a string");
        }
        writeln!(text, "{FAINT}{head}  {:>most$}{FAINT:#}", "total").expect("a string");
        for line in &self.lines {
            let name = cut(&escape::line(&line.name), wide);
            let mut cells = format!("{name:wide$}");
            for at in 0..self.columns.len() {
                cells += &match line.scores.get(at) {
                    None => "  .".to_owned(),
                    Some((points, colour)) => {
                        let (style, cell) = colour.cell(*points);
                        format!(" {style}{cell:>2}{style:#}")
                    }
                };
            }
            let total = line.total.map(total).unwrap_or_default();
            let used = wide + 3 * self.columns.len() + 2 + most + 2;
            let note = cut(
                &escape::line(&line.note),
                WIDTH.saturating_sub(used).max(12),
            );
            let row = format!("{cells}  {STRONG}{total:>most$}{STRONG:#}  {note}");
            writeln!(text, "{}", row.trim_end()).expect("writing to a string");
        }
        text
    }

    /// Which number is which exercise.
    fn legend(&self, text: &mut String) {
        let mut line = String::new();
        for (at, (name, points)) in self.columns.iter().enumerate() {
            let part = format!("{} {name} ({points})", at + 1);
            if line.len() + part.len() + 2 > WIDTH {
                writeln!(text, "{FAINT}{}{FAINT:#}", line.trim_end()).expect("a string");
                line.clear();
            }
            line += &part;
            line += "  ";
        }
        writeln!(text, "{FAINT}{}{FAINT:#}", line.trim_end()).expect("writing to a string");
    }
}

impl Colour {
    fn cell(self, points: u32) -> (Style, String) {
        match self {
            Colour::Full => (GOOD, points.to_string()),
            Colour::Part => (BAD, points.to_string()),
            Colour::Open => (OPEN, "?".to_owned()),
            Colour::Unwritten => (FAINT, "-".to_owned()),
        }
    }
}

/// What is worth saying of a report in a few words.
pub fn note(report: &Report) -> String {
    let mut notes = Vec::new();
    let checks = || {
        report
            .checks()
            .map(|check| (check.kind, check.judged.verdict))
    };
    let any = |wanted: Verdict| checks().any(|(_, verdict)| verdict == wanted);
    for verdict in [
        Verdict::Broken,
        Verdict::Missing,
        Verdict::Forged,
        Verdict::DoesNotBuild,
    ] {
        if any(verdict) {
            notes.push(name(verdict).to_owned());
        }
    }
    if report.checks().any(|check| check.flaky.is_some()) {
        notes.push("flaky".to_owned());
    }
    if checks().all(|(_, verdict)| verdict == Verdict::NotWritten) {
        return "nothing written yet".to_owned();
    }
    let of = |verdict: Verdict| checks().filter(|(_, one)| *one == verdict).count();
    for verdict in [
        Verdict::Race,
        Verdict::Deadlock,
        Verdict::Hung,
        Verdict::NotExplored,
    ] {
        match of(verdict) {
            0 => {}
            1 => notes.push(name(verdict).to_owned()),
            n => notes.push(format!("{n} x {}", name(verdict))),
        }
    }
    let lints = checks().filter(|(kind, verdict)| *kind == Kind::Lint && *verdict == Verdict::Fail);
    if notes.is_empty() && lints.count() > 0 {
        notes.push("breaks a rule".to_owned());
    }
    notes.join(", ")
}

/// A text in at most `most` columns.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", start.trim_end())
}
