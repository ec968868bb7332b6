//! The drawing by itself, for pages that show an image: what went wrong, the lanes, the bug's name.
use super::drawing::{self, HEAD};
use super::escape::Text;
use super::layout::{DESK, Layout, wrap};
use crate::Failure;
use std::fmt::Write;

/// The width of a letter of the head, from above, and the height of its lines.
const LETTER: f32 = 8.3;
const LINE: f32 = 19.0;
const MARGIN: f32 = 14.0;

const STYLE: [&str; 2] = [super::COLOURS, include_str!("drawing.css")];
/// What the page's style sheet says of text around the drawing.
const AROUND: &str = "text { font: 13px system-ui, sans-serif; fill: var(--ink) } \
.headline { font-weight: 650; font-size: 15px } .message { fill: var(--bad) } .bug { font-weight: 650 } \
.ground { fill: var(--paper); stroke: var(--line) } .mark { fill: var(--thread) }";

/// The whole image.
pub(super) fn svg(failure: &Failure) -> String {
    let layout = Layout::new(failure, failure.rows(false), DESK);
    let room = (layout.width / LETTER) as usize;
    let mut body = String::new();
    let mut y = MARGIN + 6.0;
    let mut say = |class: &str, text: &str, y: &mut f32| {
        for line in wrap(text, room) {
            *y += LINE;
            let _ = write!(
                body,
                "<text class=\"{class}\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
                *y - 5.0,
                Text(&line)
            );
        }
    };
    say("headline", &failure.headline(), &mut y);
    for line in failure.message.lines() {
        say("message", line, &mut y);
    }
    for wait in failure.waits_in_words() {
        say("wait", &format!("– {wait}"), &mut y);
    }
    if !failure.steps.is_empty() {
        y += 8.0;
        let mut drawing = String::new();
        drawing::heads(failure, &layout, &mut drawing);
        let _ = write!(
            drawing,
            "</g><g class=\"drawing\" transform=\"translate({MARGIN} {:.1})\">",
            y + HEAD
        );
        let height = drawing::svg(failure, &layout, &mut drawing);
        let _ = write!(
            body,
            "<g class=\"drawing\" transform=\"translate({MARGIN} {y:.1})\">{drawing}</g>"
        );
        y += HEAD + height + 4.0;
    }
    let mut say = |text: &str, y: &mut f32| {
        for line in wrap(text, room) {
            *y += LINE;
            let _ = write!(
                body,
                "<text class=\"bug\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
                *y - 5.0,
                Text(&line)
            );
        }
    };
    if let Some(bug) = failure.bug() {
        say(&bug.to_string().replace('*', ""), &mut y);
    }
    let (width, height) = (layout.width + 2.0 * MARGIN, y + MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\"><title>{}</title><style>{}{AROUND}</style>\
         <rect class=\"ground\" x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\"/>{body}</svg>\n",
        Text(&failure.headline()),
        Text(&STYLE.concat()),
        width - 1.0,
        height - 1.0,
    )
}
