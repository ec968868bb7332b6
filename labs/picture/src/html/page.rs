//! The page: the template, and what is filled in.
use super::escape::{Text, fill};
use super::{data, drawing, source, table};
use crate::{EdgeKind, Failure};
use std::collections::BTreeMap;
use std::fmt::Write;

const PAGE: &str = include_str!("picture.html");
const STAGE: &str = include_str!("stage.html");
const STYLE: [&str; 3] = [
    super::COLOURS,
    include_str!("picture.css"),
    include_str!("drawing.css"),
];
const SCRIPT: &str = include_str!("picture.js");

/// The whole page.
pub(super) fn page(failure: &Failure) -> String {
    let stage = match failure.steps.is_empty() {
        true => String::new(),
        false if !drawing::can_be_drawn(failure) => too_large(failure),
        false => stage(failure),
    };
    fill(PAGE, |name| match name {
        "claim" => Text(&failure.claim).to_string().into(),
        "kind" => failure.kind.word().into(),
        "headline" => headline(failure).into(),
        "message" => Text(failure.message.trim()).to_string().into(),
        "waits" => waits(failure).into(),
        "at" => optional("at", &failure.failing_line()).into(),
        "found" => optional("found", &failure.found_and_cause()).into(),
        "bug" => bug(failure).into(),
        "replay" => replay(failure).into(),
        "stage" => stage.as_str().into(),
        "style" => STYLE.concat().into(),
        other => unreachable!("the page has no {other}"),
    })
}

/// What cannot be drawn, as a terminal has it.
fn too_large(failure: &Failure) -> String {
    let text = failure.to_text_without_headline(crate::Style::default());
    format!(
        "<p class=\"found\">{} threads and {} steps are too much for a drawing:</p>\n<pre class=\"large\">{}</pre>",
        failure.threads.len(),
        failure.steps.len(),
        Text(&text)
    )
}

fn stage(failure: &Failure) -> String {
    let (drawings, width) = drawing::drawings(failure);
    let rows = failure.rows(false);
    let fold = if drawing::is_whole(&rows) {
        " hidden"
    } else {
        ""
    };
    fill(STAGE, |name| match name {
        "drawings" => drawings.as_str().into(),
        "width" => format!("{width:.0}").into(),
        "fold" => fold.into(),
        "count" => failure.steps.len().to_string().into(),
        "legend" => legend(failure).into(),
        "threads" => source::threads(failure).into(),
        "values" => source::values(failure).into(),
        "sources" => source::sources(failure).into(),
        "table" => table::table(failure).into(),
        "data" => data::data(failure).into(),
        "script" => SCRIPT.into(),
        other => unreachable!("the stage has no {other}"),
    })
}

/// The claim may be broken after each `_`.
fn headline(failure: &Failure) -> String {
    let headline = failure.headline();
    let fate = headline.strip_prefix(&failure.claim).unwrap_or_default();
    let claim = Text(&failure.claim).to_string().replace('_', "_<wbr>");
    format!("<code>{claim}</code>{}", Text(fate))
}

fn optional(class: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("<p class=\"{class}\">{}</p>", Text(text))
}

/// The name of the bug, where there is no doubt.
fn bug(failure: &Failure) -> String {
    let Some(bug) = failure.bug() else {
        return String::new();
    };
    // What stands between backticks is code.
    let pieces = bug.shown_by.split('`').enumerate();
    let shown: String = pieces
        .map(|(at, piece)| match at % 2 {
            0 => Text(piece).to_string(),
            _ => format!("<code>{}</code>", Text(piece)),
        })
        .collect();
    format!(
        "<p class=\"bug\">{shown}: <b>{}</b> <span class=\"at\">{}</span></p>",
        bug.kind.name(),
        bug.kind.page()
    )
}

fn waits(failure: &Failure) -> String {
    if failure.waits.is_empty() {
        return String::new();
    }
    let mut html = String::from("<ul class=\"waits\">");
    for wait in failure.waits_in_words() {
        let _ = write!(html, "<li>{}</li>", Text(&wait));
    }
    html + "</ul>"
}

fn replay(failure: &Failure) -> String {
    failure.replay.as_ref().map_or(String::new(), |token| {
        format!(
            "<p class=\"replay\">Exactly this again: <code>cargo lab replay {}</code></p>",
            Text(token)
        )
    })
}

/// The kinds of arrows that occur, and what they mean.
fn legend(failure: &Failure) -> String {
    let mut kinds = BTreeMap::new();
    for edge in &failure.edges {
        let meaning = match edge.kind {
            EdgeKind::Spawn => "starts a thread",
            EdgeKind::Join => "the thread has ended",
            EdgeKind::Unlock => "unlocks for the next lock",
            EdgeKind::Notify => "wakes",
            EdgeKind::Publish => "a Release store, seen by an Acquire load: ordered",
            EdgeKind::Read => "seen by a load, but orders nothing",
            EdgeKind::Message | EdgeKind::Queue => "sends",
        };
        kinds.insert(edge.kind.class(), meaning);
    }
    let mut html = String::new();
    let mut entry = |class: &str, meaning: &str| {
        let _ = write!(
            html,
            "<li><svg class=\"key {class}\" viewBox=\"0 0 30 12\" aria-hidden=\"true\"><path d=\"M1 6H28\"/></svg> {meaning}</li>"
        );
    };
    for (class, meaning) in kinds {
        entry(class, meaning);
    }
    if failure.switches() > 0 {
        entry("switch", "another thread runs on");
    }
    if !failure.holds().is_empty() {
        entry("hold", "a lock is held");
    }
    html
}
