//! The page on which the reader is the scheduler: every order of a small scenario, to walk through.
use super::escape::{Text, fill, json};
use super::source;
use crate::outcome::Grouped;
use crate::{Effect, Failure, FailureKind, Orders, Place, Step};
use serde_json::{Value, json};

const PAGE: &str = include_str!("play.html");
const STYLE: [&str; 4] = [
    super::COLOURS,
    include_str!("picture.css"),
    include_str!("drawing.css"),
    include_str!("play.css"),
];
const SCRIPT: &str = include_str!("play.js");

impl Orders {
    /// One HTML page, that needs nothing but itself, on which the reader picks who goes next.
    pub fn to_html(&self) -> String {
        // What is beside the story is that of the picture.
        let mut beside = Failure::bare(&self.claim, FailureKind::Assertion, String::new());
        beside.threads.clone_from(&self.threads);
        beside.objects.clone_from(&self.objects);
        beside.sources.clone_from(&self.sources);
        let turns = self.moments.iter().flat_map(|moment| &moment.turns);
        beside.steps = turns.flat_map(|turn| turn.steps.clone()).collect();
        let (all, bad) = self.count();
        let no_shortest = if bad == 0 { " hidden" } else { "" };
        fill(PAGE, |name| match name {
            "claim" => Text(&self.claim).to_string().into(),
            "heading" => Text(&self.claim).to_string().replace('_', "_<wbr>").into(),
            "task" => task(all, bad).into(),
            "no_shortest" => no_shortest.into(),
            "threads" => source::threads(&beside).into(),
            "sources" => source::sources(&beside).into(),
            "data" => self.data().into(),
            "script" => SCRIPT.into(),
            "style" => STYLE.concat().into(),
            other => unreachable!("the page has no {other}"),
        })
    }

    fn data(&self) -> String {
        let files = source::files(&self.sources);
        let moments = self.moments.iter().map(|moment| {
            let turns = moment.turns.iter().map(|turn| {
                let steps = turn.steps.iter().map(|step| seen(step, &files));
                json!({ "thread": turn.thread, "to": turn.to, "steps": steps.collect::<Vec<_>>() })
            });
            json!({
                "turns": turns.collect::<Vec<_>>(),
                "ends": moment.ending,
                "message": moment.message,
            })
        });
        let threads = self.threads.iter().map(|thread| &thread.name);
        json(&json!({
            "threads": threads.collect::<Vec<_>>(),
            "objects": self.objects.iter().map(|it| json!({ "name": it.name, "kind": it.kind })).collect::<Vec<_>>(),
            "moments": moments.collect::<Vec<_>>(),
        }))
    }
}

/// What there is to do. Numbers that nobody can count to are said in powers of ten.
fn task(all: u128, bad: u128) -> String {
    let said = |n: u128| match u64::try_from(n) {
        Ok(n) => Grouped(n).to_string(),
        Err(_) => format!("more than 10^{}", n.ilog10()),
    };
    let orders = match all {
        1 => "The threads can take their steps in one order only".to_owned(),
        _ => format!("The threads can take their steps in {} orders", said(all)),
    };
    match bad {
        0 => format!("{orders}, and none of them breaks the claim."),
        1 => format!("{orders}, and one of them breaks the claim. Find it: pick who goes next."),
        _ => format!(
            "{orders}, and {} of them break the claim. Find one: pick who goes next.",
            said(bad)
        ),
    }
}

fn seen(step: &Step, files: &[&String]) -> Value {
    let at = step.at.as_ref();
    let releases = match step.effect {
        Effect::Wait { releases } => releases,
        _ => None,
    };
    json!({
        "thread": step.thread,
        "says": step.caption(),
        "does": does(step.effect),
        "stuck": step.stuck,
        "object": step.object,
        "releases": releases,
        "value": step.value,
        "place": at.map(Place::short),
        "code": step.code,
        "file": at.and_then(|at| files.iter().position(|file| **file == at.file)),
        "line": at.map(|at| at.line),
    })
}

/// What the script has to know of an effect.
fn does(effect: Effect) -> &'static str {
    match effect {
        Effect::Acquire | Effect::AcquireShared => "takes",
        Effect::Release => "gives",
        Effect::Blocked | Effect::Wait { .. } | Effect::Within => "waits",
        Effect::Fail => "fails",
        _ => "goes",
    }
}
