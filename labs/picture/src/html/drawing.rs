//! The drawing: an SVG with a lane for each thread and a row for each step.
//!
//! Each failure is drawn for a large screen and for a telephone, folded and whole; style sheets
//! choose.
use super::escape::Text;
use super::layout::{DESK, Form, LABEL, Layout, PHONE, Placed};
use super::shapes::{colour, outline};
use crate::rows::Row;
use crate::{Effect, Failure};
use std::fmt::Write;

/// The most that is drawn, as threads times steps: a page has to open.
const LARGEST: usize = 500_000;

/// Whether a failure is small enough to be drawn.
pub(super) fn can_be_drawn(failure: &Failure) -> bool {
    failure.threads.len() * failure.steps.len() <= LARGEST
}

/// The lanes' names stand in a drawing of their own, that stays in sight.
pub(super) const HEAD: f32 = 30.0;

/// All drawings of a failure, and the width that the ones for a large screen need.
pub(super) fn drawings(failure: &Failure) -> (String, f32) {
    let mut html = String::new();
    let mut width = 0.0;
    let folded = failure.rows(false);
    let views = if is_whole(&folded) {
        &["whole folded"][..]
    } else {
        &["folded", "whole"]
    };
    for view in views {
        for (screen, room) in [("desk", DESK), ("phone", PHONE)] {
            let layout = Layout::new(failure, failure.rows(*view == "whole"), room);
            if screen == "desk" {
                width = layout.width.max(width);
            }
            let _ = write!(html, "<div class=\"drawing {view} {screen}\">");
            heads(failure, &layout, &mut html);
            svg(failure, &layout, &mut html);
            html.push_str("</div>");
        }
    }
    (html, width)
}

/// Whether nothing is folded away.
pub(super) fn is_whole(rows: &[Row]) -> bool {
    rows.iter().all(|row| matches!(row, Row::Step(_, None)))
}

pub(super) fn heads(failure: &Failure, layout: &Layout, html: &mut String) {
    let width = layout.width;
    let _ = write!(
        html,
        "<svg class=\"heads\" width=\"{width:.0}\" height=\"{HEAD}\" viewBox=\"0 0 {width:.0} {HEAD}\" aria-hidden=\"true\">"
    );
    let named = layout.form == Form::Wide || names_fit(failure, layout);
    for thread in failure.lanes() {
        let (x, colour, outline) = (layout.lanes[thread], colour(thread), outline(thread));
        let _ = write!(
            html,
            "<path class=\"mark {colour}\" d=\"{outline}\" transform=\"translate({x:.1} 15)\"/>"
        );
        if named {
            let name = Text(failure.name(thread));
            let _ = write!(html, "<text x=\"{:.1}\" y=\"20\">{name}</text>", x + 12.0);
        }
    }
    html.push_str("</svg>");
}

/// Whether the names fit between the lanes of a narrow drawing.
fn names_fit(failure: &Failure, layout: &Layout) -> bool {
    let mut pairs = layout.lanes.windows(2).zip(&failure.threads);
    pairs
        .all(|(pair, thread)| thread.name.chars().count() as f32 * LABEL + 24.0 < pair[1] - pair[0])
}

/// The drawing itself. Gives its height.
pub(super) fn svg(failure: &Failure, layout: &Layout, html: &mut String) -> f32 {
    let mut waits = String::new();
    let height = layout.bottom + 6.0 + layout.draw_waits(failure, &mut waits);
    let width = layout.width;
    let _ = write!(
        html,
        "<svg class=\"steps\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         role=\"group\" aria-label=\"The interleaving, step by step, as a drawing\">"
    );
    for row in &layout.rows {
        band(failure, layout, row, html);
    }
    layout.draw_switches(failure, html);
    layout.draw_lanes(failure, html);
    layout.draw_bars(failure, html);
    layout.draw_edges(failure, html);
    html.push_str(&waits);
    for row in &layout.rows {
        step(failure, layout, row, html);
    }
    html.push_str("</svg>");
    height
}

/// What a row's step is marked as: the class, for those that the failure hangs on.
fn mark(failure: &Failure, row: &Row) -> &'static str {
    let Row::Step(step, _) = row else {
        return "note";
    };
    let step = &failure.steps[*step];
    match step.effect {
        _ if step.stuck => "stuck",
        Effect::Fail => "fails",
        Effect::Load { stale: true } => "stale",
        Effect::Lost => "lost",
        Effect::Blocked | Effect::Wait { .. } => "waits",
        Effect::Notify { woke: 0 } => "waits",
        _ => "goes",
    }
}

/// The ground of a row: where the pointer finds it, and what is lit when it is the current one.
fn band(failure: &Failure, layout: &Layout, row: &Placed, html: &mut String) {
    let (y, height) = (row.dot - 12.0, row.bottom - row.dot + 12.0);
    let _ = write!(
        html,
        "<rect class=\"band {}\" data-step=\"{}\" x=\"0\" y=\"{y:.1}\" width=\"{:.0}\" height=\"{height:.1}\" rx=\"4\"/>",
        mark(failure, &row.row),
        row.row.steps().start,
        layout.width,
    );
}

fn step(failure: &Failure, layout: &Layout, row: &Placed, html: &mut String) {
    let first = row.row.steps().start;
    let kind = mark(failure, &row.row);
    let _ = write!(html, "<a class=\"step {kind}\" data-step=\"{first}\"");
    if let Row::Step(step, unlock) = &row.row {
        let (number, caption) = (step + 1, failure.caption(*step, *unlock));
        let who = failure.name(failure.steps[*step].thread);
        let at = failure.steps[*step].at.as_ref();
        let at = at.map_or(String::new(), |at| format!(", at {at}"));
        let words = format!("step {number}, {who}: {caption}{at}");
        let words = Text(&words);
        let _ = write!(
            html,
            " href=\"#step-{number}\" aria-label=\"{words}\"><title>{words}</title>"
        );
        let _ = write!(
            html,
            "<text class=\"number\" x=\"24\" y=\"{:.1}\">{number}</text>",
            row.dot + 4.0
        );
        let thread = failure.steps[*step].thread;
        let (x, y) = (layout.lanes[thread], row.dot);
        if matches!(kind, "stuck" | "fails" | "stale") {
            let _ = write!(
                html,
                "<circle class=\"ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9.5\"/>"
            );
        }
        let _ = write!(
            html,
            "<path class=\"mark {}\" d=\"{}\" transform=\"translate({x:.1} {y:.1})\"/>",
            colour(thread),
            outline(thread)
        );
    } else {
        html.push('>');
    }
    let mut y = row.dot + 4.5;
    for line in &row.label {
        let _ = write!(
            html,
            "<text class=\"label\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            row.x,
            Text(line)
        );
        y += 16.0;
    }
    for line in &row.code {
        let _ = write!(
            html,
            "<text class=\"code\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            row.x,
            Text(line)
        );
        y += 15.0;
    }
    html.push_str("</a>");
}
