//! What is on the page of the class. Pure.

use std::collections::BTreeMap;

use askama::Template;

use super::{Entry, Words, likeness};
use crate::mutant::Mutant;
use crate::report::text::name;
use crate::report::{CheckReport, Report, escape};
use crate::results::{Class, Outcome, Row};
use crate::table;
use crate::verdict::Verdict;

/// The page.
#[derive(Template)]
#[template(path = "class.html")]
pub(super) struct Page {
    style: String,
    script: &'static str,
    title: String,
    lab: String,
    points: u32,
    graded: usize,
    refused: usize,
    missing: usize,
    held: usize,
    gaps: usize,
    median: String,
    bars: Vec<Bar>,
    look: Vec<Look>,
    exercises: Vec<Exercise>,
    mistakes: Vec<Mistake>,
    searches: Vec<Search>,
    remarks: Vec<Look>,
    columns: Vec<Column>,
    /// Whether it is known of anybody when they handed in.
    dated: bool,
    people: Vec<Person>,
}

/// How many earned so much.
struct Bar {
    from: String,
    count: usize,
    percent: usize,
}

/// Something that somebody has to look at, or to know.
struct Look {
    id: String,
    name: String,
    what: String,
    found: String,
}

struct Exercise {
    name: String,
    title: String,
    points: u32,
    bonus: bool,
    checks: Vec<Check>,
}

struct Check {
    id: String,
    claim: Vec<Words>,
    points: u32,
    passed: usize,
    percent: usize,
    /// How the others came out, the most frequent first.
    others: String,
}

struct Mistake {
    exercise: String,
    name: String,
    mistake: Vec<Words>,
    exact: usize,
    near: usize,
    who: Vec<(String, String)>,
}

struct Search {
    id: String,
    name: String,
    check: String,
    interleavings: u64,
}

struct Column {
    name: String,
    title: String,
}

struct Person {
    id: String,
    name: String,
    email: String,
    cells: Vec<Cell>,
    total: String,
    /// By which it is sorted: below nothing where nothing was graded.
    key: i64,
    submitted: String,
    late: bool,
    note: String,
    like: String,
    state: &'static str,
}

struct Cell {
    text: String,
    key: i64,
    state: &'static str,
}

/// How many of the largest searches are named.
const MOST_SEARCHES: usize = 10;

/// How many people are named after a mistake.
const MOST_NAMED: usize = 12;

pub(super) fn page(class: &Class, entries: &[Entry], gaps: usize, mutants: &[Mutant]) -> Page {
    let reports = entries.iter();
    let reports = reports.filter_map(|entry| Some((&entry.row, entry.row.report()?)));
    let reports: Vec<(&Row, &Report)> = reports.collect();
    let count = |wanted: fn(&Entry) -> bool| entries.iter().filter(|one| wanted(one)).count();
    let columns = class.exercises.iter().map(|exercise| Column {
        name: escape::line(&exercise.name),
        title: escape::line(&exercise.title),
    });
    Page {
        style: super::STYLE.concat(),
        script: include_str!("class.js"),
        title: escape::line(&class.title),
        lab: escape::line(&class.lab),
        points: class.points(),
        graded: reports.len(),
        refused: count(|one| matches!(one.row.outcome, Outcome::NotGraded { .. })),
        missing: count(|one| one.row.outcome == Outcome::Missing),
        held: count(|one| one.held.is_some()),
        gaps,
        median: median(&reports),
        bars: bars(class.points(), &reports),
        look: entries.iter().flat_map(look).collect(),
        exercises: exercises(class, &reports),
        mistakes: mistakes(class, &reports, mutants),
        searches: searches(&reports),
        remarks: remarks(&reports),
        columns: columns.collect(),
        dated: entries.iter().any(|entry| entry.row.submitted.is_some()),
        people: entries
            .iter()
            .map(|entry| person(class, entry, mutants))
            .collect(),
    }
}

fn median(reports: &[(&Row, &Report)]) -> String {
    let mut earned: Vec<u32> = reports
        .iter()
        .map(|(_, report)| report.score.earned)
        .collect();
    earned.sort_unstable();
    match earned.get(earned.len() / 2) {
        None => "none".to_owned(),
        Some(upper) if earned.len() % 2 == 1 => upper.to_string(),
        Some(upper) => {
            let sum = upper + earned[earned.len() / 2 - 1];
            let half = if sum % 2 == 1 { ".5" } else { "" };
            format!("{}{half}", sum / 2)
        }
    }
}

/// Ten equal parts of the points; who earned more than all is in the last.
fn bars(points: u32, reports: &[(&Row, &Report)]) -> Vec<Bar> {
    let mut counts = [0usize; 10];
    for (_, report) in reports {
        let part = (10 * report.score.earned).checked_div(points).unwrap_or(0);
        counts[part.min(9) as usize] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(at, count): (usize, &usize)| {
        let at = at as u32;
        let last = if at == 9 { "+" } else { "" };
        Bar {
            from: format!("{}{last}", (points * at).div_ceil(10)),
            count: *count,
            percent: 100 * count / most,
        }
    };
    counts.iter().enumerate().map(bar).collect()
}

/// Why somebody needs the instructor.
fn look(entry: &Entry) -> Vec<Look> {
    let row = &entry.row;
    let mut all = Vec::new();
    let mut push = |what: String, found: String| {
        all.push(Look {
            id: row.person.id.clone(),
            name: escape::line(&row.person.name),
            what: escape::text(&what),
            found: escape::line(&found),
        });
    };
    if let Some(because) = &entry.held {
        push(format!("held: {because}"), String::new());
    }
    match &row.outcome {
        Outcome::Missing => {}
        Outcome::NotGraded { problem, found } => {
            push(format!("not graded: {problem}"), found.join(", "));
        }
        Outcome::Graded(report) => {
            for exercise in &report.exercises {
                let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
                for check in &exercise.checks {
                    if let Some(why) = needs_look(check) {
                        reasons.entry(why).or_default().push(&check.id);
                    }
                }
                // What takes out an exercise is a reason of all its checks.
                for (why, checks) in reasons {
                    let found = match checks[..] {
                        [check] => check.to_owned(),
                        _ => format!("{}: {} checks", exercise.name, checks.len()),
                    };
                    push(why, found);
                }
            }
        }
    }
    all
}

fn needs_look(check: &CheckReport) -> Option<String> {
    let verdict = check.judged.verdict;
    if let Some(flaky) = &check.flaky {
        let came = flaky.verdicts.iter();
        let came = came.map(|(verdict, count)| format!("{count} x {}", name(*verdict)));
        let came: Vec<String> = came.collect();
        return Some(format!("flaky: {}; {}", came.join(", "), flaky.why));
    }
    let looked = [Verdict::Broken, Verdict::Missing, Verdict::Forged].contains(&verdict);
    looked.then(|| format!("{}: {}", name(verdict), check.judged.why))
}

fn exercises(class: &Class, reports: &[(&Row, &Report)]) -> Vec<Exercise> {
    let mut verdicts: BTreeMap<&str, BTreeMap<Verdict, usize>> = BTreeMap::new();
    for check in reports.iter().flat_map(|(_, report)| report.checks()) {
        let counts = verdicts.entry(&check.id).or_default();
        *counts.entry(check.judged.verdict).or_default() += 1;
    }
    let check = |facts: &crate::results::CheckFacts| {
        let counts = verdicts.get(facts.id.as_str()).cloned().unwrap_or_default();
        let all: usize = counts.values().sum();
        let passed = counts.get(&Verdict::Pass).copied().unwrap_or(0);
        let mut others: Vec<_> = counts
            .iter()
            .filter(|(one, _)| **one != Verdict::Pass)
            .collect();
        others.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let others = others
            .iter()
            .map(|(one, count)| format!("{count} {}", name(**one)));
        Check {
            id: escape::line(&facts.id),
            claim: super::words(&facts.claim),
            points: facts.points,
            passed,
            percent: (100 * passed).checked_div(all).unwrap_or(0),
            others: others.collect::<Vec<_>>().join(", "),
        }
    };
    let exercises = class.exercises.iter().map(|exercise| Exercise {
        name: escape::line(&exercise.name),
        title: escape::line(&exercise.title),
        points: exercise.points,
        bonus: exercise.bonus,
        checks: exercise.checks.iter().map(check).collect(),
    });
    exercises.collect()
}

/// The known mistakes that failures look like, the most frequent first.
fn mistakes(class: &Class, reports: &[(&Row, &Report)], mutants: &[Mutant]) -> Vec<Mistake> {
    let mut all: BTreeMap<(&str, &str), Mistake> = BTreeMap::new();
    for (row, report) in reports {
        for exercise in &report.exercises {
            let Some((mutant, exact)) = likeness::of(exercise, mutants) else {
                continue;
            };
            let key = (mutant.exercise.as_str(), mutant.name.as_str());
            let entry = all.entry(key).or_insert_with(|| Mistake {
                exercise: escape::line(&mutant.exercise),
                name: escape::line(&mutant.name),
                mistake: super::words(&mutant.mistake),
                exact: 0,
                near: 0,
                who: Vec::new(),
            });
            *(if exact {
                &mut entry.exact
            } else {
                &mut entry.near
            }) += 1;
            if entry.who.len() < MOST_NAMED {
                entry
                    .who
                    .push((row.person.id.clone(), escape::line(&row.person.name)));
            }
        }
    }
    let order = |name: &str| {
        class
            .exercises
            .iter()
            .position(|exercise| exercise.name == name)
    };
    let mut all: Vec<Mistake> = all.into_values().collect();
    all.sort_by_key(|one| {
        (
            std::cmp::Reverse(one.exact + one.near),
            order(&one.exercise),
        )
    });
    all
}

/// What took most: there is no clock in results, and a search's work is its interleavings.
fn searches(reports: &[(&Row, &Report)]) -> Vec<Search> {
    let mut all = Vec::new();
    for (row, report) in reports {
        for check in report.checks() {
            if let Some(search) = &check.judged.search {
                all.push(Search {
                    id: row.person.id.clone(),
                    name: escape::line(&row.person.name),
                    check: escape::line(&check.id),
                    interleavings: search.interleavings,
                });
            }
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.interleavings));
    all.truncate(MOST_SEARCHES);
    all
}

/// What was said when submissions were taken in: files that were ignored, or not handed in.
fn remarks(reports: &[(&Row, &Report)]) -> Vec<Look> {
    let with = reports
        .iter()
        .filter(|(_, report)| !report.remarks.is_empty());
    let remark = |(row, report): &(&Row, &Report)| Look {
        id: row.person.id.clone(),
        name: escape::line(&row.person.name),
        what: escape::text(&report.remarks.join("; ")),
        found: String::new(),
    };
    with.map(remark).collect()
}

fn person(class: &Class, entry: &Entry, mutants: &[Mutant]) -> Person {
    let row = &entry.row;
    let report = row.report();
    let cells = class.exercises.iter().map(|exercise| {
        let scored = report.and_then(|report| {
            report
                .exercises
                .iter()
                .find(|one| one.name == exercise.name)
        });
        match scored {
            None => cell(String::new(), -1, "none"),
            Some(one) if one.unwritten() => cell("\u{2013}".to_owned(), 0, "unwritten"),
            Some(one) if one.score.open > 0 => cell(
                format!("{}+{}?", one.score.earned, one.score.open),
                one.score.earned.into(),
                "open",
            ),
            Some(one) => {
                let state = if one.score.full() { "full" } else { "part" };
                cell(one.score.earned.to_string(), one.score.earned.into(), state)
            }
        }
    });
    let like = report.into_iter().flat_map(|report| &report.exercises);
    let like = like.filter_map(|exercise| likeness::of(exercise, mutants));
    let like: Vec<&str> = like.map(|(mutant, _)| mutant.name.as_str()).collect();
    let (total, key, note, state) = whole(&row.outcome);
    let held = entry.held.iter().map(|because| format!("held: {because}"));
    let notes: Vec<String> = held.chain([note]).filter(|note| !note.is_empty()).collect();
    Person {
        id: row.person.id.clone(),
        name: escape::line(&row.person.name),
        email: escape::line(row.person.email.as_deref().unwrap_or_default()),
        cells: cells.collect(),
        total,
        key,
        submitted: escape::line(
            &row.submitted
                .as_deref()
                .unwrap_or_default()
                .replace('T', " "),
        ),
        late: row.late,
        note: escape::line(&notes.join("; ")),
        like: escape::line(&like.join(", ")),
        state,
    }
}

/// The total, by what it is sorted, a note, and the row's state.
fn whole(outcome: &Outcome) -> (String, i64, String, &'static str) {
    match outcome {
        Outcome::Graded(report) => {
            let earned = report.score.earned;
            let state = match report.needs_instructor() {
                true => "open",
                false => "graded",
            };
            let total = earned.to_string();
            (total, earned.into(), table::note(report), state)
        }
        Outcome::NotGraded { problem, .. } => (String::new(), -1, problem.clone(), "refused"),
        Outcome::Missing => (String::new(), -2, "nothing handed in".to_owned(), "missing"),
    }
}

fn cell(text: String, key: i64, state: &'static str) -> Cell {
    Cell { text, key, state }
}
