//! What is on a person's page. Pure.

use askama::Template;

use super::Words;
use crate::report::text::name;
use crate::report::view::{self, Reader};
use crate::report::{CheckReport, ExerciseReport, escape};
use crate::results::{Class, Outcome, Row};
use crate::verdict::Verdict;

/// The page.
#[derive(Template)]
#[template(path = "student.html")]
pub(super) struct Page {
    style: String,
    name: String,
    members: String,
    title: String,
    lab: String,
    total: String,
    submitted: String,
    late: bool,
    /// Why nothing was graded.
    problem: String,
    found: Vec<String>,
    missing: bool,
    /// Whether the grade is not given out yet: then nothing else of it is told.
    held: bool,
    remarks: Vec<String>,
    exercises: Vec<Exercise>,
    unwritten: Vec<String>,
}

struct Exercise {
    name: String,
    title: String,
    score: String,
    state: &'static str,
    bonus: bool,
    withheld: u32,
    remark: String,
    checks: Vec<Check>,
    /// Shown where points were lost.
    read: String,
    hints: Vec<String>,
}

struct Check {
    state: &'static str,
    verdict: &'static str,
    claim: Vec<Words>,
    score: String,
    search: String,
    why: String,
    detail: String,
    /// The failing interleaving as text, and as a page of its own.
    text: String,
    drawing: String,
}

pub(super) fn page(class: &Class, row: &Row, reader: Reader) -> Page {
    let mut page = head(class, row);
    match &row.outcome {
        Outcome::Missing => page.missing = true,
        Outcome::NotGraded { problem, found } => {
            page.problem = escape::text(problem);
            page.found = found.iter().map(|name| escape::line(name)).collect();
        }
        Outcome::Graded(report) => {
            let report = view::for_reader((**report).clone(), reader);
            page.total = points(report.score);
            page.remarks = report.remarks.iter().map(|one| escape::text(one)).collect();
            let (unwritten, written): (Vec<_>, Vec<_>) =
                report.exercises.iter().partition(|one| one.unwritten());
            let exercises = written.iter().map(|one| exercise(class, one));
            page.exercises = exercises.collect();
            page.unwritten = unwritten
                .iter()
                .map(|one| escape::line(&one.title))
                .collect();
        }
    }
    page
}

/// The page of somebody whose grade is held.
pub(super) fn held(class: &Class, row: &Row) -> Page {
    Page {
        held: true,
        ..head(class, row)
    }
}

/// Who handed in what, and nothing of how it came out.
fn head(class: &Class, row: &Row) -> Page {
    let members = row
        .person
        .members
        .iter()
        .map(|member| escape::line(&member.name));
    Page {
        style: super::STYLE.concat(),
        name: escape::line(&row.person.name),
        members: members.collect::<Vec<_>>().join(", "),
        title: escape::line(&class.title),
        lab: escape::line(&class.lab),
        total: format!("0 of {} points", class.points()),
        submitted: escape::line(row.submitted.as_deref().unwrap_or_default()),
        late: row.late,
        problem: String::new(),
        found: Vec::new(),
        missing: false,
        held: false,
        remarks: Vec::new(),
        exercises: Vec::new(),
        unwritten: Vec::new(),
    }
}

fn points(score: crate::score::Score) -> String {
    let open = match score.open {
        0 => String::new(),
        open => format!(", {open} to be judged by the instructor"),
    };
    format!("{} of {} points{open}", score.earned, score.of)
}

fn exercise(class: &Class, report: &ExerciseReport) -> Exercise {
    let facts = class.exercise(&report.name);
    let lost = !report.score.full();
    let hints = facts.filter(|_| lost).map_or(&[][..], |facts| &facts.hints);
    let read = facts.filter(|_| lost).map_or("", |facts| &facts.read);
    Exercise {
        name: escape::line(&report.name),
        title: escape::line(&report.title),
        score: points(report.score),
        state: match report.score.full() {
            true => "full",
            false if report.score.open > 0 => "open",
            false => "part",
        },
        bonus: report.bonus,
        withheld: report.withheld,
        remark: escape::text(report.remark.as_deref().unwrap_or_default()),
        checks: report.checks.iter().map(check).collect(),
        read: escape::line(read),
        hints: hints.iter().map(|hint| escape::text(hint)).collect(),
    }
}

fn check(report: &CheckReport) -> Check {
    let judged = &report.judged;
    let passed = judged.verdict == Verdict::Pass;
    let failure = judged.failure.as_deref();
    let text = failure.map(|failure| failure.to_text_without_headline(picture::Style::default()));
    let search = judged.search.as_ref().map(ToString::to_string);
    Check {
        state: match judged.verdict {
            Verdict::Pass => "full",
            Verdict::Broken => "open",
            _ => "part",
        },
        verdict: name(judged.verdict),
        claim: super::words(&report.claim),
        score: format!("{}/{}", report.score.earned, report.score.of),
        search: escape::line(&search.unwrap_or_default()),
        why: match passed || failure.is_some() {
            true => String::new(),
            false => escape::text(&judged.why),
        },
        detail: escape::text(judged.detail.as_deref().unwrap_or_default()),
        text: escape::text(&text.unwrap_or_default()),
        drawing: failure.map(picture::Failure::to_html).unwrap_or_default(),
    }
}
