//! `rubric.toml` as it is written, and what can be wrong in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::{Adjust, Attempts, Hold, Late, Missing, Moment, Points, Rubric, Rule};
use crate::error::BadInput;
use crate::report::view::Visible;
use crate::results::{Class, ExerciseFacts};

const FORMAT: &str = "see the format in notes/grading.md, Rubric";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    lab: Option<Spanned<String>>,
    due: Option<Spanned<Datetime>>,
    published: Option<Spanned<Datetime>>,
    #[serde(default)]
    attempts: Attempts,
    #[serde(default)]
    missing: Missing,
    out_of: Option<Spanned<f64>>,
    places: Option<Spanned<u32>>,
    visible: Option<Visible>,
    late: Option<Spanned<LateTable>>,
    #[serde(default)]
    group: BTreeMap<Spanned<String>, Part>,
    #[serde(default)]
    exercise: BTreeMap<Spanned<String>, ExerciseTable>,
    #[serde(default)]
    check: BTreeMap<Spanned<String>, CheckTable>,
    #[serde(default)]
    adjust: Vec<AdjustTable>,
    #[serde(default)]
    hold: Vec<HoldTable>,
}

/// The keys of each table of the file, for a word on the one that was meant.
const KEYS: [(&str, &[&str]); 7] = [
    (
        "",
        &[
            "lab",
            "due",
            "published",
            "attempts",
            "missing",
            "out_of",
            "places",
            "visible",
            "late",
            "group",
            "exercise",
            "check",
            "adjust",
            "hold",
        ],
    ),
    ("late", &["grace_minutes", "percent", "days"]),
    ("group", &["weight", "bonus", "visible"]),
    ("exercise", &["weight", "bonus", "visible", "stages"]),
    ("check", &["counts", "visible"]),
    ("adjust", &["student", "points", "by", "because"]),
    ("hold", &["student", "because"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LateTable {
    #[serde(default)]
    grace_minutes: u32,
    percent: Spanned<f64>,
    days: Option<u32>,
}

/// What a group and an exercise have in common.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    weight: Option<Spanned<f64>>,
    bonus: Option<bool>,
    visible: Option<Visible>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExerciseTable {
    weight: Option<Spanned<f64>>,
    bonus: Option<bool>,
    visible: Option<Visible>,
    #[serde(default)]
    stages: Vec<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckTable {
    counts: Option<bool>,
    visible: Option<Visible>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdjustTable {
    student: String,
    points: Spanned<f64>,
    by: Spanned<String>,
    because: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldTable {
    student: String,
    because: Spanned<String>,
}

pub(super) fn read(path: &Path, class: &Class) -> Result<Rubric> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| BadInput::new(path, format!("cannot be read ({error})"), FORMAT))?;
    Ok(parse(path, &text, class)?)
}

/// Reads a rubric from its text.
pub(super) fn parse(path: &Path, text: &str, class: &Class) -> Result<Rubric, BadInput> {
    let reader = Reader { path, text, class };
    reader.keys()?;
    let file: File = toml::from_str(text).map_err(|error| reader.toml(&error))?;
    reader.rubric(file)
}

/// The checks of an exercise.
fn ids(exercise: &ExerciseFacts) -> impl Iterator<Item = String> {
    exercise.checks.iter().map(|check| check.id.clone())
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    class: &'a Class,
}

impl Reader<'_> {
    fn bad(&self, at: usize, problem: String, remedy: String) -> BadInput {
        BadInput::new(self.path, problem, remedy).at_place(self.text, at)
    }

    fn toml(&self, error: &toml::de::Error) -> BadInput {
        let problem = error.message().replace('\n', ", ");
        match error.span() {
            Some(span) => self.bad(span.start, problem, FORMAT.to_owned()),
            None => BadInput::new(self.path, problem, FORMAT),
        }
    }

    /// Looks for keys that mean nothing.
    fn keys(&self) -> Result<(), BadInput> {
        let table = DeTable::parse(self.text).map_err(|error| self.toml(&error))?;
        self.table("", table.get_ref())?;
        for (key, value) in table.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("late", DeValue::Table(late)) => self.table("late", late)?,
                (name @ ("group" | "exercise" | "check"), DeValue::Table(named)) => {
                    for value in named.values() {
                        if let DeValue::Table(table) = value.get_ref() {
                            self.table(name, table)?;
                        }
                    }
                }
                (name @ ("adjust" | "hold"), DeValue::Array(list)) => {
                    for value in list {
                        if let DeValue::Table(table) = value.get_ref() {
                            self.table(name, table)?;
                        }
                    }
                }
                _ => (),
            }
        }
        Ok(())
    }

    fn table(&self, name: &str, table: &DeTable) -> Result<(), BadInput> {
        let known = KEYS.iter().find(|(table, _)| *table == name);
        let known = known.map_or(&[][..], |(_, keys)| keys);
        for key in table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let named = format!("key `{}`", key.get_ref());
                let known = known.iter().map(|key| (*key).to_owned());
                return Err(self.unknown(key.span().start, &named, key.get_ref(), known));
            }
        }
        Ok(())
    }

    /// A name that is not one of those that are known.
    fn unknown(
        &self,
        at: usize,
        what: &str,
        name: &str,
        known: impl Iterator<Item = String>,
    ) -> BadInput {
        let known: Vec<String> = known.collect();
        let meant = manifest::nearest(name, known.iter().cloned());
        let remedy = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("expected one of {}", known.join(", ")),
        };
        self.bad(at, format!("there is no {what} here"), remedy)
    }

    fn rubric(&self, file: File) -> Result<Rubric, BadInput> {
        if let Some(lab) = &file.lab
            && *lab.get_ref() != self.class.lab
        {
            let problem = format!("is about lab `{}`", lab.get_ref());
            let remedy = format!("expected `{}`, which was graded", self.class.lab);
            return Err(self.bad(lab.span().start, problem, remedy));
        }
        let due = file.due.as_ref().map(|due| self.moment(due)).transpose()?;
        let published = file
            .published
            .as_ref()
            .map(|at| self.moment(at))
            .transpose()?;
        let late = match (&file.late, due) {
            (Some(late), None) => {
                let problem = "lateness is reduced, but nothing is due".to_owned();
                let remedy = "expected `due = 2026-11-30T23:59:00+01:00`".to_owned();
                return Err(self.bad(late.span().start, problem, remedy));
            }
            (Some(late), Some(_)) => Some(self.late(late.get_ref())?),
            (None, _) => None,
        };
        let out_of = file.out_of.as_ref();
        let out_of = out_of
            .map(|points| self.between(points, 0.001, 1e6))
            .transpose()?;
        let places = match &file.places {
            None => 2,
            Some(places) if *places.get_ref() <= 3 => *places.get_ref(),
            Some(places) => {
                let problem = format!("`places` is {}", places.get_ref());
                return Err(self.bad(places.span().start, problem, "expected 0 to 3".to_owned()));
            }
        };
        Ok(Rubric {
            due,
            published,
            attempts: file.attempts,
            missing: file.missing,
            out_of,
            places,
            late,
            exercises: self.rules(&file)?,
            adjust: self.adjust(file.adjust)?,
            hold: self.hold(file.hold)?,
        })
    }

    fn moment(&self, written: &Spanned<Datetime>) -> Result<Moment, BadInput> {
        Moment::of(written.get_ref(), None).ok_or_else(|| {
            let problem = format!("`{}` is not a moment", written.get_ref());
            let remedy = "expected date, time and offset, as in 2026-11-30T23:59:00+01:00";
            self.bad(written.span().start, problem, remedy.to_owned())
        })
    }

    fn between(&self, number: &Spanned<f64>, least: f64, most: f64) -> Result<Points, BadInput> {
        let given = *number.get_ref();
        let points = Points::from_number(given).filter(|_| (least..=most).contains(&given));
        points.ok_or_else(|| {
            let remedy = format!("expected a number from {least} to {most}");
            self.bad(
                number.span().start,
                format!("{given} is out of range"),
                remedy,
            )
        })
    }

    fn late(&self, late: &LateTable) -> Result<Late, BadInput> {
        Ok(Late {
            grace: i64::from(late.grace_minutes) * 60,
            percent: self.between(&late.percent, 0.0, 100.0)?,
            days: late.days.map(i64::from),
        })
    }

    fn weight(&self, weight: Option<&Spanned<f64>>) -> Result<Points, BadInput> {
        weight.map_or(Ok(Points::whole(1)), |weight| {
            self.between(weight, 0.0, 1000.0)
        })
    }

    /// Whether the lab has the groups, exercises and checks that are named.
    fn names_are_known(&self, file: &File) -> Result<(), BadInput> {
        let exercises = || self.class.exercises.iter();
        let groups: BTreeSet<String> = exercises().map(|it| it.group.clone()).collect();
        let names: BTreeSet<String> = exercises().map(|it| it.name.clone()).collect();
        for group in file.group.keys() {
            self.is_one_of("group", group, &groups)?;
        }
        for exercise in file.exercise.keys() {
            self.is_one_of("exercise", exercise, &names)?;
        }
        let checks: BTreeSet<String> = exercises().flat_map(ids).collect();
        for check in file.check.keys() {
            self.is_one_of("check", check, &checks)?;
        }
        Ok(())
    }

    fn is_one_of(
        &self,
        kind: &str,
        name: &Spanned<String>,
        known: &BTreeSet<String>,
    ) -> Result<(), BadInput> {
        if known.contains(name.get_ref()) {
            return Ok(());
        }
        let what = format!("{kind} `{}`", name.get_ref());
        Err(self.unknown(
            name.span().start,
            &what,
            name.get_ref(),
            known.iter().cloned(),
        ))
    }

    /// How each exercise counts: by what is said of the whole, of its group, and of itself.
    fn rules(&self, file: &File) -> Result<BTreeMap<String, Rule>, BadInput> {
        self.names_are_known(file)?;
        let mut rules = BTreeMap::new();
        for exercise in &self.class.exercises {
            let mut rule = Rule::plain(exercise);
            rule.visible = file.visible.unwrap_or_default();
            let group = file
                .group
                .iter()
                .find(|(name, _)| *name.get_ref() == exercise.group);
            let own = file
                .exercise
                .iter()
                .find(|(name, _)| *name.get_ref() == exercise.name);
            if let Some((_, group)) = group {
                rule.weight = self.weight(group.weight.as_ref())?;
                rule.bonus = group.bonus.unwrap_or(rule.bonus);
                rule.visible = group.visible.unwrap_or(rule.visible);
            }
            if let Some((_, own)) = own {
                rule.weight = rule.weight.times(self.weight(own.weight.as_ref())?);
                rule.bonus = own.bonus.unwrap_or(rule.bonus);
                rule.visible = own.visible.unwrap_or(rule.visible);
                rule.stages = self.stages(exercise, own)?;
            }
            for (id, check) in &file.check {
                if !exercise
                    .checks
                    .iter()
                    .any(|known| known.id == *id.get_ref())
                {
                    continue;
                }
                if check.counts == Some(false) {
                    rule.dropped.push(id.get_ref().clone());
                }
                if let Some(visible) = check.visible {
                    rule.visible_checks.insert(id.get_ref().clone(), visible);
                }
            }
            rules.insert(exercise.name.clone(), rule);
        }
        Ok(rules)
    }

    fn stages(
        &self,
        exercise: &ExerciseFacts,
        own: &ExerciseTable,
    ) -> Result<Vec<Vec<String>>, BadInput> {
        let mut seen: Vec<&String> = Vec::new();
        let known = ids(exercise).collect();
        for id in own.stages.iter().flatten() {
            self.is_one_of("check", id, &known)?;
            if seen.contains(&id.get_ref()) {
                let problem = format!("check `{}` is in two stages", id.get_ref());
                return Err(self.bad(id.span().start, problem, "expected it in one".to_owned()));
            }
            seen.push(id.get_ref());
        }
        let stages = own.stages.iter();
        let plain = stages.map(|stage| stage.iter().map(|id| id.get_ref().clone()).collect());
        Ok(plain.collect())
    }

    /// Words that somebody has to have written.
    fn said(&self, words: Spanned<String>, what: &str) -> Result<String, BadInput> {
        if words.get_ref().trim().is_empty() {
            let problem = format!("`{what}` says nothing");
            let remedy = "expected words: the student may ask".to_owned();
            return Err(self.bad(words.span().start, problem, remedy));
        }
        Ok(words.into_inner())
    }

    fn adjust(&self, tables: Vec<AdjustTable>) -> Result<Vec<Adjust>, BadInput> {
        let adjust = tables.into_iter().map(|table| {
            Ok(Adjust {
                points: self.between(&table.points, -1e6, 1e6)?,
                by: self.said(table.by, "by")?,
                because: self.said(table.because, "because")?,
                student: table.student,
            })
        });
        adjust.collect()
    }

    fn hold(&self, tables: Vec<HoldTable>) -> Result<Vec<Hold>, BadInput> {
        let hold = tables.into_iter().map(|table| {
            Ok(Hold {
                because: self.said(table.because, "because")?,
                student: table.student,
            })
        });
        hold.collect()
    }
}

#[cfg(test)]
mod tests;
