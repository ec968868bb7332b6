//! Which of the known answers are graded: all, or those that an author works on.
//!
//! The one idea: a name that no lab has is an error with the nearest that there is, never an empty
//! run that looks like a proof.

use anyhow::Result;
use clap::Args;

use crate::accepted::Accepted;
use crate::error::BadInput;
use crate::lab::Lab;
use crate::mutant::Mutant;
use crate::samples;
use crate::subject::Subject;
use crate::tree::Tree;

/// What was asked for; everything where nothing was.
#[derive(Debug, Clone, Default, Args)]
pub struct Wanted {
    /// Only this exercise: its mutants, its other designs, and its checks on the solution and the
    /// skeleton.
    #[arg(long, value_name = "NAME")]
    pub exercise: Option<String>,
    /// Only this mutant, as `name` or `exercise::name`; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub mutant: Vec<String>,
    /// Only this other design, as `name` or `exercise::name`; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub accepted: Vec<String>,
    /// Only this sample; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub sample: Vec<String>,
}

/// An answer whose outcome is known, and the lab that it answers.
#[derive(Debug)]
pub struct Known<'l> {
    /// The lab.
    pub lab: &'l Lab,
    /// The answer.
    pub subject: Subject,
}

impl Wanted {
    /// The answers that are wanted, a lab after the other.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where a lab's files are wrong, or a name is nowhere in the labs.
    pub fn known<'l>(&self, tree: &Tree, labs: &'l [Lab]) -> Result<Vec<Known<'l>>> {
        self.check_exercise(tree, labs)?;
        let mut all = Vec::new();
        for lab in labs {
            all.extend(known(tree, lab)?.into_iter().filter(|known| self.of(known)));
        }
        for (kind, names, is) in [
            ("mutant", &self.mutant, is_mutant as fn(&Subject) -> bool),
            ("other design", &self.accepted, is_accepted),
            ("sample", &self.sample, is_sample),
        ] {
            let there = all.iter().filter(|known| is(&known.subject));
            let there: Vec<Name> = there.filter_map(|known| named(&known.subject)).collect();
            for name in names {
                if !there.iter().any(|own| own.is_meant_by(name)) {
                    let names = there.iter().map(Name::full);
                    return Err(self.unknown(tree, labs, kind, name, names).into());
                }
            }
        }
        if !self.whole() {
            all.retain(|known| {
                let names = match known.subject {
                    Subject::Mutant(_) => &self.mutant,
                    Subject::Sample(_) => &self.sample,
                    _ => &self.accepted,
                };
                named(&known.subject)
                    .is_some_and(|own| names.iter().any(|name| own.is_meant_by(name)))
            });
        }
        Ok(all)
    }

    /// Whether every mutant of an exercise is graded, so that a check that catches none of them is
    /// idle.
    pub fn every_mutant_of(&self, exercise: &str) -> bool {
        self.whole() && self.exercise.as_deref().is_none_or(|only| only == exercise)
    }

    /// Whether nothing is left out.
    pub fn everything(&self) -> bool {
        self.whole() && self.exercise.is_none()
    }

    /// Whether single mutants are named.
    pub fn names_mutants(&self) -> bool {
        !self.mutant.is_empty()
    }

    /// Whether no single answers are named.
    fn whole(&self) -> bool {
        self.mutant.is_empty() && self.accepted.is_empty() && self.sample.is_empty()
    }

    /// Whether an answer has to do with the exercise that is asked for.
    fn of(&self, known: &Known) -> bool {
        let Some(only) = &self.exercise else {
            return true;
        };
        match &known.subject {
            Subject::Mutant(mutant) => mutant.exercise == *only,
            Subject::Accepted(other) => other.exercise == *only,
            Subject::Sample(sample) => sample.is_about(only),
            _ => known.lab.exercise(only).is_some(),
        }
    }

    fn check_exercise(&self, tree: &Tree, labs: &[Lab]) -> Result<()> {
        match &self.exercise {
            Some(name) if labs.iter().all(|lab| lab.exercise(name).is_none()) => {
                let names = labs.iter().flat_map(|lab| &lab.exercises);
                let names = names.map(|exercise| exercise.name.clone());
                Err(self.unknown(tree, labs, "exercise", name, names).into())
            }
            _ => Ok(()),
        }
    }

    fn unknown(
        &self,
        tree: &Tree,
        labs: &[Lab],
        kind: &str,
        name: &str,
        names: impl Iterator<Item = String>,
    ) -> BadInput {
        let path = match labs {
            [lab] => tree.lab(&lab.name),
            _ => tree.root().join("labs"),
        };
        let within = match &self.exercise {
            Some(exercise) if kind != "exercise" => format!(" in exercise `{exercise}`"),
            _ => String::new(),
        };
        let nearest = manifest::nearest(name, names);
        let remedy = match nearest {
            Some(near) => format!("did you mean `{near}`?"),
            None => "leave the filter out to see all that there are".to_owned(),
        };
        BadInput::new(
            &path,
            format!("there is no {kind} `{name}`{within}"),
            remedy,
        )
    }
}

/// All known answers of a lab: what every exercise has, then samples, other designs and mutants.
fn known<'l>(tree: &Tree, lab: &'l Lab) -> Result<Vec<Known<'l>>> {
    let samples = samples::all(tree, lab)?.into_iter().map(Subject::Sample);
    let accepted = Accepted::all(tree, lab)?.into_iter().map(Subject::Accepted);
    let mutants = Mutant::all(tree, lab)?.into_iter().map(Subject::Mutant);
    Ok([Subject::Solution, Subject::Skeleton]
        .into_iter()
        .chain(samples)
        .chain(accepted)
        .chain(mutants)
        .map(|subject| Known { lab, subject })
        .collect())
}

/// What a single answer is asked for by.
struct Name<'s> {
    /// Nothing where it answers several.
    exercise: Option<&'s str>,
    own: &'s str,
}

impl Name<'_> {
    fn full(&self) -> String {
        match self.exercise {
            Some(exercise) => format!("{exercise}::{}", self.own),
            None => self.own.to_owned(),
        }
    }

    /// Whether `name` is the answer's own, alone or after its exercise's.
    fn is_meant_by(&self, name: &str) -> bool {
        name == self.own || name == self.full()
    }
}

/// The name of a subject that is not the lab's own.
fn named(subject: &Subject) -> Option<Name<'_>> {
    let (exercise, own) = match subject {
        Subject::Mutant(mutant) => (Some(mutant.exercise.as_str()), &mutant.name),
        Subject::Accepted(other) => (Some(other.exercise.as_str()), &other.design),
        Subject::Sample(sample) => (None, &sample.name),
        Subject::Solution | Subject::Skeleton | Subject::Submission(_) => return None,
    };
    Some(Name { exercise, own })
}

fn is_mutant(subject: &Subject) -> bool {
    matches!(subject, Subject::Mutant(_))
}

fn is_accepted(subject: &Subject) -> bool {
    matches!(subject, Subject::Accepted(_))
}

fn is_sample(subject: &Subject) -> bool {
    matches!(subject, Subject::Sample(_))
}
