//! The table of a proof: which check caught which mutant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::lab::{Check, Kind, Lab};
use crate::mutant::Mutant;
use crate::report::Report;
use crate::report::text;
use crate::verdict::Verdict;

/// Who caught what.
pub(super) struct Table<'l> {
    lab: &'l Lab,
    rows: BTreeMap<String, BTreeMap<usize, Row>>,
    busy: BTreeSet<String>,
}

struct Row {
    mutant: String,
    caught: Vec<(String, Kind, Verdict)>,
}

impl Row {
    fn only_models(&self) -> bool {
        let mut caught = self.caught.iter();
        !self.caught.is_empty() && caught.all(|(_, kind, _)| *kind == Kind::Model)
    }
}

impl<'l> Table<'l> {
    pub(super) fn new(lab: &'l Lab) -> Self {
        Table {
            lab,
            rows: BTreeMap::new(),
            busy: BTreeSet::new(),
        }
    }

    /// Adds what came of a mutant, whose place among the others is `at`.
    pub(super) fn add(&mut self, at: usize, mutant: &Mutant, report: &Report) {
        let mut caught = Vec::new();
        // Where nothing works, a rule has judged nothing: its failure catches nobody.
        let works = report
            .checks()
            .any(|check| check.kind != Kind::Lint && check.judged.verdict == Verdict::Pass);
        for check in report
            .checks()
            .filter(|check| works || check.kind != Kind::Lint)
        {
            match check.judged.verdict {
                Verdict::Pass | Verdict::Broken | Verdict::Missing | Verdict::DoesNotBuild => {}
                // Given up after a moment, because nobody asked: that catches nothing.
                Verdict::Hung | Verdict::NotExplored if !mutant.killed_by.contains(&check.id) => {}
                verdict => {
                    let short = check.id.rsplit("::").next().unwrap_or_default();
                    caught.push((short.to_owned(), check.kind, verdict));
                    self.busy.insert(check.id.clone());
                }
            }
        }
        let row = Row {
            mutant: mutant.name.clone(),
            caught,
        };
        self.rows
            .entry(mutant.exercise.clone())
            .or_default()
            .insert(at, row);
    }

    /// How many mutants were graded, caught, and caught by nothing but searches.
    pub(super) fn counts(&self) -> [usize; 3] {
        let rows = || self.rows.values().flat_map(BTreeMap::values);
        let caught = rows().filter(|row| !row.caught.is_empty()).count();
        [
            rows().count(),
            caught,
            rows().filter(|row| row.only_models()).count(),
        ]
    }

    /// Checks that caught nothing.
    pub(super) fn idle(&self) -> impl Iterator<Item = &Check> {
        self.lab
            .checks()
            .filter(|check| !self.busy.contains(check.id()))
    }

    /// The table, an exercise after the other. `*` marks mutants that only a search catches.
    pub(super) fn render(&self) -> String {
        let mut table = String::new();
        let mut write = |line: String| writeln!(table, "{}", line.trim_end()).expect("a string");
        for exercise in &self.lab.exercises {
            let Some(rows) = self.rows.get(&exercise.name) else {
                continue;
            };
            write(format!("{} (mutants: {})", exercise.name, rows.len()));
            let wide = rows.values().map(|row| row.mutant.len()).max().unwrap_or(0);
            for row in rows.values() {
                let mark = if row.only_models() { '*' } else { ' ' };
                let mut name = row.mutant.as_str();
                if row.caught.is_empty() {
                    write(format!("  {mark} {name:wide$}  NOBODY"));
                }
                for (check, _, verdict) in &row.caught {
                    let verdict = text::name(*verdict);
                    write(format!("  {mark} {name:wide$}  {check} ({verdict})"));
                    name = "";
                }
            }
        }
        write("* caught only by models".to_owned());
        table
    }
}
