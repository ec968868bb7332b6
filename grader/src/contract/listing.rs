//! The contract as `grader list --contract` prints it.

use std::fmt;
use std::ops::AddAssign;

use super::coverage::{Coverage, Covered};
use super::quotes::By;
use crate::lab::Exercise;

/// How many sentences there are, and what becomes of them. One that is checked in part counts by
/// its weakest part.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    sentences: usize,
    checked: usize,
    no_promise: usize,
    holes: usize,
    bare: usize,
}

impl Count {
    pub(super) fn of(coverage: &Coverage) -> Count {
        let mut count = Count::default();
        for covered in &coverage.covered {
            let by = |wanted: fn(&By) -> bool| covered.by.iter().any(|(_, by)| wanted(by));
            count.sentences += 1;
            let class = if !covered.left().is_empty() {
                &mut count.bare
            } else if by(|by| matches!(by, By::Hole(_))) {
                &mut count.holes
            } else if by(|by| matches!(by, By::Check(_))) {
                &mut count.checked
            } else {
                &mut count.no_promise
            };
            *class += 1;
        }
        count
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.sentences += other.sentences;
        self.checked += other.checked;
        self.no_promise += other.no_promise;
        self.holes += other.holes;
        self.bare += other.bare;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} sentences: {} checked, {} no promise, {} with a hole, {} not looked at",
            self.sentences, self.checked, self.no_promise, self.holes, self.bare
        )
    }
}

/// Writes the contract of one exercise.
pub(super) fn exercise(text: &mut String, exercise: &Exercise, coverage: &Coverage) {
    text.push_str(&format!("  {}: {}\n", exercise.name, Count::of(coverage)));
    let mut item = "";
    for covered in &coverage.covered {
        if covered.sentence.item != item {
            item = &covered.sentence.item;
            text.push_str(&format!("    {item}\n"));
        }
        sentence(text, covered);
    }
}

fn sentence(text: &mut String, covered: &Covered) {
    let whole = &covered.sentence.text;
    text.push_str(&format!("      {whole}\n"));
    for (range, by) in &covered.by {
        let part = &whole[range.clone()];
        text.push_str(&match by {
            By::Check(check) => format!("        {check}: {part}\n"),
            By::NoPromise(reason) => format!("        no promise ({reason}): {part}\n"),
            By::Hole(needs) => format!("        HOLE ({needs}): {part}\n"),
        });
    }
    for piece in covered.left() {
        text.push_str(&format!("        NOTHING: {piece}\n"));
    }
}
