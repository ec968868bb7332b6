//! What runs down a drawing: each thread's lane, and beside it a bar for each lock it holds.
use super::escape::Text;
use super::layout::{BAR, Form, Layout, NARROW_BAR};
use super::shapes::colour;
use crate::{EdgeKind, Effect, Failure, Hold};
use std::fmt::Write;

/// A bar longer than this has room for its lock's name, letter by letter.
const LETTER: f32 = 6.4;

impl Failure {
    /// How many bars stand beside each other in a lane.
    pub(super) fn bars(&self, thread: usize) -> usize {
        let slots = self.slots();
        let mine = slots.iter().filter(|(hold, _)| hold.thread == thread);
        mine.map(|(_, slot)| slot + 1).max().unwrap_or(0)
    }

    /// The bars, each with its place beside the lane: the first that is free when it begins.
    fn slots(&self) -> Vec<(Hold, usize)> {
        let mut slots: Vec<(Hold, usize)> = Vec::new();
        for hold in self.holds() {
            let taken = |slot| {
                slots.iter().any(|(other, at)| {
                    let open = other.to.is_none_or(|to| to > hold.from);
                    *at == slot && other.thread == hold.thread && open
                })
            };
            let slot = (0..).find(|slot| !taken(*slot)).unwrap_or(0);
            slots.push((hold, slot));
        }
        slots
    }

    /// Whether a thread cannot go on after a step, until something happens.
    fn waits_after(&self, step: usize) -> bool {
        let joined = || {
            let mut edges = self.edges.iter();
            edges.any(|edge| edge.to == step && edge.kind == EdgeKind::Join)
        };
        match self.steps[step].effect {
            Effect::Blocked | Effect::Wait { .. } => true,
            Effect::Join => self.steps[step].stuck || !joined(),
            _ => self.steps[step].stuck,
        }
    }
}

impl Layout {
    /// The bars of the locks that are held.
    pub(super) fn draw_bars(&self, failure: &Failure, svg: &mut String) {
        let wide = self.form == Form::Wide;
        let (width, inset) = if wide { (12.0, BAR) } else { (4.0, NARROW_BAR) };
        let beside = if self.is_tight() { 3.0 } else { 8.0 };
        for (hold, slot) in failure.slots() {
            let Some(first) = self.row_of(hold.from) else {
                continue;
            };
            let last = hold.to.and_then(|to| self.row_of(to));
            let x = self.lanes[hold.thread] - beside - width - inset * slot as f32;
            let top = first.dot - 6.0;
            let bottom = last.map_or(self.bottom, |row| (row.dot + 6.0).max(top + 12.0));
            let object = &failure.objects[hold.object];
            let kind = if hold.shared { "bar shared" } else { "bar" };
            let tint = hold.object % 4;
            let (height, name) = (bottom - top, Text(&object.name));
            let until = hold
                .to
                .map_or("to the end".to_owned(), |to| format!("to step {}", to + 1));
            let _ = write!(
                svg,
                "<g class=\"{kind} k{tint}\"><title>{} holds {name} from step {} {until}</title>\
                 <rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width}\" height=\"{height:.1}\" rx=\"3\"/>",
                Text(failure.name(hold.thread)),
                hold.from + 1,
            );
            if wide && object.name.chars().count() as f32 * LETTER + 4.0 <= height {
                let (x, y) = (x + 9.4, top + height / 2.0);
                let _ = write!(
                    svg,
                    "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\">{name}</text>"
                );
            }
            svg.push_str("</g>");
        }
    }

    /// Whether the lanes have no room between them.
    fn is_tight(&self) -> bool {
        self.lanes.windows(2).any(|pair| pair[1] - pair[0] < 20.0)
    }

    /// The lanes: drawn through where a thread can go on, dotted where it waits.
    pub(super) fn draw_lanes(&self, failure: &Failure, svg: &mut String) {
        for thread in failure.lanes() {
            let steps =
                (0..failure.steps.len()).filter(|step| failure.steps[*step].thread == thread);
            let steps: Vec<usize> = steps.collect();
            let Some(last) = steps.last() else { continue };
            if thread == 0 {
                self.line(thread, "", 0.0, self.dot(steps[0]), svg);
            }
            for pair in steps.windows(2) {
                let waits = failure.waits_after(pair[0]);
                let class = if waits { "waits" } else { "" };
                self.line(thread, class, self.dot(pair[0]), self.dot(pair[1]), svg);
            }
            if failure.steps[*last].stuck {
                self.line(thread, "stuck", self.dot(*last), self.bottom, svg);
            }
        }
    }

    /// The height of a step's row.
    pub(super) fn dot(&self, step: usize) -> f32 {
        self.row_of(step).map_or(self.bottom, |row| row.dot)
    }

    fn line(&self, thread: usize, class: &str, from: f32, to: f32, svg: &mut String) {
        if to <= from {
            return;
        }
        let (x, colour) = (self.lanes[thread], colour(thread));
        let _ = write!(
            svg,
            "<path class=\"lane {colour} {class}\" d=\"M{x:.1} {from:.1}V{to:.1}\"/>"
        );
    }
}
