//! A class that never was, by a seed: to rehearse a course with before there is one, and to measure
//! how fast a class is graded.
//!
//! The one idea: people answer each exercise in one of the ways that the lab knows already, as its
//! solution, an accepted design or a mutant does it, or not at all. What they do beside (copy, stop
//! early, hand in half a file or the wrong one, try to get at the machine) is done to that.
//!
//! What is not here: what must come out of it. That, a lab's samples say ([`crate::samples`]).

mod platform;

use anyhow::Result;

use crate::accepted::Accepted;
use crate::handout::unmarked;
use crate::intake;
use crate::lab::{Exercise, Lab};
use crate::mutant::Mutant;
use crate::results::Files;
use crate::subject::Subject;
use crate::tree::Tree;
pub use platform::lay;

/// One of the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// The first name.
    pub first: String,
    /// The last name. Platforms find them by it: it has letters and digits only.
    pub last: String,
    /// What the platform counts them by.
    pub number: u32,
    /// Whether it was handed in a day late.
    pub late: bool,
    /// What is handed in, by the path from the lab's folder.
    pub files: Files,
    /// Whether that is an archive, as `cargo lab pack` makes it.
    pub packed: bool,
}

/// Numbers that look random, the same for each seed (splitmix64).
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn of<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        let at = self.below(some.len().max(1) as u64);
        some.get(at as usize)
    }
}

/// Names that a page, a spreadsheet or a terminal must show as they are.
const FIRST: [&str; 8] = [
    "Ann", "Bo", "Zoë", "O'Hara", "=1+1", "<b>Eve", "字", "Jean Luc",
];

/// What is put at the beginning of a function, to get at more than was asked for.
const HOSTILE: [&str; 5] = [
    "std::process::exit(0);",
    "let _ = std::fs::read_to_string(\"/etc/passwd\");",
    "const _: &str = include_str!(\"/etc/passwd\");",
    "println!(\"::error::\\u{1b}[2J<script>\");",
    "let mut kept = Vec::new(); loop { kept.push([1u8; 4096]); }",
];

/// How many habits there are: each comes once before one comes again.
const HABITS: u32 = 20;

/// A lab, and the ways in which its exercises are known to be answered.
#[derive(Debug)]
pub struct Rehearsal<'l> {
    lab: &'l Lab,
    solution: Files,
    skeleton: Files,
    mutants: Vec<Mutant>,
    accepted: Vec<(String, Files)>,
}

impl<'l> Rehearsal<'l> {
    /// Reads what is known of a lab.
    ///
    /// # Errors
    ///
    /// Where one of its files is not as it has to be.
    pub fn of(tree: &Tree, lab: &'l Lab) -> Result<Self> {
        let take = |subject: &Subject| -> Result<Files> {
            let files = intake::take(tree, lab, subject)?.files.into_iter();
            Ok(files.map(|(file, text)| (file, unmarked(&text))).collect())
        };
        let mut accepted = Vec::new();
        for design in Accepted::all(tree, lab)? {
            let exercise = design.exercise.clone();
            accepted.push((exercise, take(&Subject::Accepted(design))?));
        }
        Ok(Rehearsal {
            lab,
            solution: take(&Subject::Solution)?,
            skeleton: take(&Subject::Skeleton)?,
            mutants: Mutant::all(tree, lab)?,
            accepted,
        })
    }

    /// A class of `count` students. In one that is `distinct`, nobody's file is another's, so that
    /// nothing of it has been graded before.
    pub fn class(&self, seed: u64, count: u32, distinct: bool) -> Vec<Student> {
        let mut dice = Dice(seed);
        let mut class: Vec<Student> = Vec::new();
        for at in 0..count {
            let mut student = Student {
                first: (*dice.of(&FIRST).expect("there are names")).to_owned(),
                last: format!("Doe{at}"),
                number: 1000 + at,
                late: dice.below(10) == 0,
                files: self.answer(at % HABITS, &class, &mut dice),
                packed: dice.below(2) == 0,
            };
            if distinct {
                sign(&mut student.files, &student.last);
            }
            class.push(student);
        }
        class
    }

    /// What somebody hands in, by their habit.
    fn answer(&self, habit: u32, others: &[Student], dice: &mut Dice) -> Files {
        let mut files = self.own(dice);
        match habit {
            // Copies, with and without a word of their own.
            12..15 => {
                if let Some(other) = dice.of(others) {
                    files.clone_from(&other.files);
                }
                if habit > 12 {
                    sign(&mut files, "me");
                }
            }
            // Stopped after the first exercise.
            15 | 16 => {
                let first = &self.lab.exercises[0];
                let rest = self.skeleton.iter();
                let rest = rest.filter(|(file, _)| !first.edit.contains(file));
                files.extend(rest.map(|(file, text)| (file.clone(), text.clone())));
            }
            17 => self.spoil(&mut files, dice, |text, _| {
                text.truncate(text.floor_char_boundary(text.len() / 2));
            }),
            18 => self.spoil(&mut files, dice, attack),
            // Something else altogether.
            19 => files = [("src/main.rs".to_owned(), "fn main() {}\n".to_owned())].into(),
            _ => {}
        }
        files
    }

    /// Each exercise in some way.
    fn own(&self, dice: &mut Dice) -> Files {
        let mut files = Files::new();
        for exercise in &self.lab.exercises {
            let from = self.way(exercise, dice);
            for file in &exercise.edit {
                if let Some(text) = from.get(file) {
                    files.insert(file.clone(), text.clone());
                }
            }
        }
        files
    }

    fn way(&self, exercise: &Exercise, dice: &mut Dice) -> Files {
        let designs = self.accepted.iter();
        let designs: Vec<&(String, Files)> =
            designs.filter(|(name, _)| *name == exercise.name).collect();
        let mutants = self.mutants.iter();
        let mutants: Vec<&Mutant> = mutants
            .filter(|mutant| mutant.exercise == exercise.name)
            .collect();
        match dice.below(10) {
            0 => self.skeleton.clone(),
            1..=3 => match dice.of(&mutants) {
                Some(mutant) => {
                    let mut files = self.solution.clone();
                    files.insert(mutant.file.clone(), unmarked(&mutant.text));
                    files
                }
                None => self.solution.clone(),
            },
            4 | 5 => match dice.of(&designs) {
                Some((_, files)) => files.clone(),
                None => self.solution.clone(),
            },
            _ => self.solution.clone(),
        }
    }

    /// Does something to one file.
    fn spoil(&self, files: &mut Files, dice: &mut Dice, how: impl Fn(&mut String, &mut Dice)) {
        let names: Vec<String> = files.keys().cloned().collect();
        if let Some(text) = dice.of(&names).and_then(|name| files.get_mut(name)) {
            how(text, dice);
        }
    }
}

/// Puts what is hostile at the beginning of the first public function.
fn attack(text: &mut String, dice: &mut Dice) {
    let function = text.find("pub fn ").unwrap_or(0);
    if let Some(body) = text[function..].find("{\n") {
        let what = dice.of(&HOSTILE).expect("there are some");
        text.insert_str(function + body + 2, &format!("    {what}\n"));
    }
}

/// Writes somebody's name below each file.
fn sign(files: &mut Files, name: &str) {
    for text in files.values_mut() {
        text.push_str(&format!("// by {name}\n"));
    }
}
