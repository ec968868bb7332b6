//! What runs across a drawing: switches, what orders the steps of two threads, messages, who waits
//! for whom.
//!
//! The one idea: arrows run down beside a lane and cross in the gap above the step that they end
//! at, so that no arrow crosses a word; only messages are drawn aslant, as in any sequence diagram.
use super::escape::Text;
use super::layout::{ARROW, Form, Layout, Placed, SWITCH};
use crate::{Edge, EdgeKind, Effect, Failure};
use std::fmt::Write;

/// From the gap's middle to the mark below it.
const ABOVE: f32 = 13.0;
/// An arrow's first part runs so far beside the lane.
const BESIDE: f32 = 7.0;
/// The height of a row that says who waits for whom.
const WAIT: f32 = 30.0;

impl EdgeKind {
    /// The class in the drawing.
    pub(super) fn class(self) -> &'static str {
        match self {
            EdgeKind::Spawn => "spawn",
            EdgeKind::Join => "join",
            EdgeKind::Unlock => "unlock",
            EdgeKind::Notify => "notify",
            EdgeKind::Publish => "publish",
            EdgeKind::Read => "read",
            EdgeKind::Message | EdgeKind::Queue => "message",
        }
    }

    /// What the earlier step does to the later one.
    pub(super) fn verb(self) -> &'static str {
        match self {
            EdgeKind::Spawn => "starts",
            EdgeKind::Join => "has ended",
            EdgeKind::Unlock => "unlocks",
            EdgeKind::Notify => "wakes",
            EdgeKind::Publish => "publishes",
            EdgeKind::Read => "is read, orders nothing",
            EdgeKind::Message | EdgeKind::Queue => "sends",
        }
    }
}

impl Failure {
    /// Whether an edge is drawn as a message on its way from node to node: it says what it carries.
    pub(super) fn travels(&self, edge: &Edge) -> bool {
        edge.kind == EdgeKind::Message && self.steps[edge.from].value.is_some()
    }
}

impl Layout {
    /// Where the processor went to another thread.
    pub(super) fn draw_switches(&self, failure: &Failure, svg: &mut String) {
        for row in self.rows.iter().filter(|row| row.switched) {
            let step = row.row.steps().start;
            let (from, to) = (failure.steps[step - 1].thread, failure.steps[step].thread);
            let (from, to) = (self.lanes[from], self.lanes[to]);
            let y = row.top + SWITCH - 4.0;
            let _ = write!(
                svg,
                "<path class=\"switch\" d=\"M{from:.1} {y:.1}H{to:.1}\"><title>switch</title></path>"
            );
        }
    }

    /// What orders the steps of two threads, and what was read without ordering them.
    pub(super) fn draw_edges(&self, failure: &Failure, svg: &mut String) {
        for edge in &failure.edges {
            let (Some(from), Some(to)) = (self.row_of(edge.from), self.row_of(edge.to)) else {
                continue;
            };
            // Both are in one folded row.
            if from.row == to.row {
                continue;
            }
            let class = edge.kind.class();
            let (a, b) = (edge.from + 1, edge.to + 1);
            let _ = write!(
                svg,
                "<g class=\"edge {class}\" data-edge=\"{} {}\"><title>step {a} {} step {b}</title>",
                edge.from,
                edge.to,
                edge.kind.verb()
            );
            if failure.travels(edge) {
                self.message(failure, edge, from, to, svg);
            } else {
                self.elbow(failure, edge, (from.dot, to.dot), edge.kind, svg);
            }
            svg.push_str("</g>");
        }
    }

    fn ends(&self, failure: &Failure, edge: &Edge) -> (f32, f32) {
        let lane = |step: usize| self.lanes[failure.steps[step].thread];
        (lane(edge.from), lane(edge.to))
    }

    /// Down beside the lane, across in the gap, into the mark.
    fn elbow(
        &self,
        failure: &Failure,
        edge: &Edge,
        (top, bottom): (f32, f32),
        kind: EdgeKind,
        svg: &mut String,
    ) {
        let (from, to) = self.ends(failure, edge);
        let side = if to > from { 1.0 } else { -1.0 };
        let start = from + BESIDE * side;
        // Arrows that end at the same step run above each other.
        let others = failure.edges.iter().take_while(|other| *other != edge);
        let nth = others.filter(|other| other.to == edge.to).count() as f32;
        let y = bottom - ABOVE - ARROW * nth;
        let turn = 5.0 * side;
        let end = to - BESIDE * side;
        let _ = write!(
            svg,
            "<path d=\"M{from:.1} {top:.1}Q{start:.1} {top:.1} {start:.1} {:.1}V{:.1}Q{start:.1} {y:.1} {:.1} {y:.1}\
             H{:.1}Q{end:.1} {y:.1} {end:.1} {:.1}\"/>",
            top + 6.0,
            y - 5.0,
            start + turn,
            end - turn,
            bottom - 5.0,
        );
        head(end, bottom - 3.0, (3.5 * side, 5.0), svg);
        if self.form == Form::Wide {
            let (x, y) = ((from + to) / 2.0, y + 3.3);
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
                kind.verb()
            );
        }
    }

    /// Aslant from the end of the one row to the mark of the other. A lost one ends on the way.
    fn message(&self, failure: &Failure, edge: &Edge, a: &Placed, b: &Placed, svg: &mut String) {
        let (from, to) = self.ends(failure, edge);
        let side = if to > from { 1.0 } else { -1.0 };
        // Below the switch, if the one step follows the other.
        let (x, y) = (from + 3.0 * side, (a.bottom - 2.0).max(a.dot + 10.0));
        let y = if a.bottom == b.top { y + SWITCH } else { y };
        let (mut end, mut bottom) = (to - 8.0 * side, b.dot - 8.0);
        let lost = failure.steps[edge.to].effect == Effect::Lost;
        if lost {
            (end, bottom) = (x + (end - x) * 0.62, y + (bottom - y) * 0.62);
        }
        let again = failure.steps[edge.to].effect == Effect::Duplicated;
        let class = if lost {
            "lost"
        } else if again {
            "again"
        } else {
            "once"
        };
        let _ = write!(
            svg,
            "<path class=\"{class}\" d=\"M{x:.1} {y:.1}L{end:.1} {bottom:.1}\"/>"
        );
        let slope = (end - x, bottom - y);
        if lost {
            let _ = write!(
                svg,
                "<path class=\"cross\" d=\"M{:.1} {:.1}l10 10m0 -10l-10 10\"/>",
                end - 5.0,
                bottom - 5.0
            );
        } else {
            head(end, bottom, slope, svg);
        }
        if again {
            let length = slope.0.hypot(slope.1).max(1.0);
            head(
                end - slope.0 / length * 9.0,
                bottom - slope.1 / length * 9.0,
                slope,
                svg,
            );
        }
        let carried = failure.steps[edge.from].value.as_deref();
        if self.form == Form::Wide {
            let text = Text(carried.unwrap_or("a message"));
            let tilt = slope.1.atan2(slope.0.abs()).to_degrees() * side;
            let _ = write!(
                svg,
                "<text transform=\"translate({:.1} {:.1}) rotate({tilt:.1})\">{text}</text>",
                (x + end) / 2.0,
                (y + bottom) / 2.0 - 5.0,
            );
        }
    }

    /// After a deadlock, below the last row: who waits for whom. Gives the height that it took.
    pub(super) fn draw_waits(&self, failure: &Failure, svg: &mut String) -> f32 {
        let mut y = self.bottom;
        for wait in &failure.waits {
            y += WAIT;
            let from = self.lanes[wait.thread];
            let name = |thread| Text(failure.name(thread)).to_string();
            let (to, label) = match wait.on {
                Some(on) if on == wait.thread => (from + 20.0, "waits for itself".to_owned()),
                Some(on) => (self.lanes[on], format!("waits for {}", name(on))),
                None => (
                    from + 14.0,
                    format!("nobody can wake {}", name(wait.thread)),
                ),
            };
            let side = if to > from { 1.0 } else { -1.0 };
            let _ = write!(
                svg,
                "<g class=\"wait\"><title>{}</title><path class=\"drop\" d=\"M{from:.1} {:.1}V{y:.1}\"/>\
                 <path d=\"M{from:.1} {y:.1}H{:.1}\"/>",
                Text(&wait.sentence),
                self.bottom,
                to - 6.0 * side
            );
            if wait.on.is_some() {
                head(to - 4.0 * side, y, (side, 0.0), svg);
            } else {
                let _ = write!(svg, "<path d=\"M{:.1} {:.1}v10\"/>", to - 6.0, y - 5.0);
            }
            let x = match self.form {
                Form::Wide => from.min(to) + 10.0,
                Form::Narrow => self.words,
            };
            let y = if self.form == Form::Wide {
                y - 5.0
            } else {
                y + 4.0
            };
            let who = match (self.form, wait.on) {
                (Form::Narrow, Some(_)) => name(wait.thread) + " ",
                _ => String::new(),
            };
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\">{who}{label}</text></g>"
            );
        }
        y + 10.0 - self.bottom
    }
}

/// The head of an arrow that comes from there.
fn head(x: f32, y: f32, (dx, dy): (f32, f32), svg: &mut String) {
    let angle = dy.atan2(dx).to_degrees();
    let _ = write!(
        svg,
        "<path class=\"head\" d=\"M0 0L-7.5 -4V4Z\" transform=\"translate({x:.1} {y:.1}) rotate({angle:.1})\"/>"
    );
}
