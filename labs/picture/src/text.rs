//! The picture for a terminal: one column for each thread, one line for each step; where the columns do not
//! fit, one under the other.
use crate::{Effect, Failure, Step};
use std::fmt::Write;

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to use colour (ANSI escapes).
    pub colour: bool,
    /// Whether to draw the steps that have no part in the failure too.
    pub all: bool,
}

impl Default for Style {
    /// Wide, without colour, folded.
    fn default() -> Style {
        Style {
            width: 160,
            colour: false,
            all: false,
        }
    }
}

/// Wider cells are cut: a step is read at a glance.
const CELL: usize = 40;
/// Less room than this for the source, and the columns are put one under the other.
const CODE: usize = 24;
/// Of a long execution this many first and last steps are drawn.
const HEAD: usize = 30;
const TAIL: usize = 50;

impl Failure {
    /// Draws the failure for a terminal.
    pub fn to_text(&self, style: Style) -> String {
        let mut text = String::new();
        let paint = Paint(style.colour);
        let _ = writeln!(
            text,
            "{}",
            paint.bold(&format!("{} does not hold", self.claim))
        );
        for line in self.message.lines() {
            let _ = writeln!(text, "  {}", paint.red(line));
        }
        for wait in &self.waits {
            let _ = writeln!(text, "  - {}", wait.sentence);
        }
        if let Some(at) = &self.at {
            let who = self.by.and_then(|by| self.threads.get(by));
            let who = who.map_or(String::new(), |thread| format!(", in {}", thread.name));
            let _ = writeln!(text, "  at {at}{who}");
        }
        let found = [self.found(), self.cause().to_owned()];
        let found = found
            .iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ");
        if !found.is_empty() {
            let _ = writeln!(text, "{found}");
        }
        if !self.steps.is_empty() {
            text.push('\n');
            self.table(&mut text, style, &paint);
        }
        text
    }

    fn table(&self, text: &mut String, style: Style, paint: &Paint) {
        let widths: Vec<usize> = (0..self.threads.len())
            .map(|thread| self.column(thread, style))
            .collect();
        let columns: usize = 7 + widths.iter().map(|width| width + 3).sum::<usize>();
        let side_by_side = columns + CODE <= style.width;
        let room = style
            .width
            .saturating_sub(if side_by_side { columns } else { 10 })
            .max(CODE);
        if side_by_side {
            header(
                text,
                &self
                    .threads
                    .iter()
                    .map(|t| t.name.as_str())
                    .collect::<Vec<_>>(),
                &widths,
            );
        }
        let lines = self.lines(style);
        for (at, line) in lines.iter().enumerate() {
            if lines.len() > HEAD + TAIL && (HEAD..lines.len() - TAIL).contains(&at) {
                if at == HEAD {
                    let _ = writeln!(text, "       … {} lines …", lines.len() - HEAD - TAIL);
                }
                continue;
            }
            match line {
                Line::Folded(count) => {
                    let steps = if *count == 1 { "step" } else { "steps" };
                    let note = format!("… {count} {steps} without part in this …");
                    let _ = writeln!(text, "       {}", paint.dim(&note));
                }
                Line::Step(number) if side_by_side => {
                    self.beside(text, *number, &widths, room, paint)
                }
                Line::Step(number) => self.stacked(text, *number, room, paint),
            }
        }
    }

    /// The steps to draw, and how many are folded between them.
    fn lines(&self, style: Style) -> Vec<Line> {
        let mut lines = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            if step.part || style.all {
                lines.push(Line::Step(number));
            } else if let Some(Line::Folded(count)) = lines.last_mut() {
                *count += 1;
            } else {
                lines.push(Line::Folded(1));
            }
        }
        // One folded step would take as much room as the note about it.
        let mut number = 0;
        for line in &mut lines {
            match line {
                Line::Folded(1) => *line = Line::Step(number),
                Line::Folded(count) => number += *count - 1,
                Line::Step(_) => {}
            }
            number += 1;
        }
        lines
    }

    fn column(&self, thread: usize, style: Style) -> usize {
        let drawn = self
            .steps
            .iter()
            .filter(|step| step.thread == thread && (step.part || style.all));
        let widest = drawn
            .map(|step| cell(step).chars().count())
            .max()
            .unwrap_or(0);
        widest
            .max(self.threads[thread].name.chars().count())
            .min(CELL)
    }

    fn beside(
        &self,
        text: &mut String,
        number: usize,
        widths: &[usize],
        room: usize,
        paint: &Paint,
    ) {
        let step = &self.steps[number];
        let _ = write!(text, " {}{:>4} ", switch(step), number + 1);
        for (thread, width) in widths.iter().enumerate() {
            let here = if step.thread == thread {
                cell(step)
            } else {
                String::new()
            };
            let _ = write!(text, "| {} ", paint.step(step, &format!("{here:<width$}")));
        }
        let _ = writeln!(text, "| {}", paint.dim(&cut(&code(step), room)));
    }

    fn stacked(&self, text: &mut String, number: usize, room: usize, paint: &Paint) {
        let step = &self.steps[number];
        let name = &self.threads[step.thread].name;
        let whole = cut(&format!("{name}: {}", cell(step)), room);
        let _ = writeln!(
            text,
            " {}{:>4} {}",
            switch(step),
            number + 1,
            paint.step(step, &whole)
        );
        let code = code(step);
        if !code.is_empty() {
            let _ = writeln!(text, "          {}", paint.dim(&cut(&code, room)));
        }
    }
}

enum Line {
    Step(usize),
    Folded(usize),
}

fn header(text: &mut String, names: &[&str], widths: &[usize]) {
    let _ = write!(text, "  step ");
    for (name, width) in names.iter().zip(widths) {
        let _ = write!(text, "| {:<width$} ", cut(name, *width));
    }
    let _ = writeln!(text, "| your code");
    let _ = write!(text, "  -----");
    for width in widths {
        let _ = write!(text, "+{}", "-".repeat(width + 2));
    }
    let _ = writeln!(text, "+----------");
}

/// Marks the point at which another thread took over.
fn switch(step: &Step) -> char {
    if step.switched { '>' } else { ' ' }
}

fn cell(step: &Step) -> String {
    let stuck = if step.stuck { " (for ever)" } else { "" };
    cut(&format!("{}{stuck}", step.action), CELL)
}

/// `visited.rs:23  let mut urls = self.urls.lock();`
fn code(step: &Step) -> String {
    let Some(at) = &step.at else {
        return String::new();
    };
    let file = at.file.rsplit('/').next().unwrap_or(&at.file);
    let place = format!("{file}:{}", at.line);
    format!("{place:<18} {}", step.code.as_deref().unwrap_or_default())
        .trim_end()
        .to_owned()
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Colours, or none.
struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn red(&self, text: &str) -> String {
        self.with("31", text)
    }

    fn dim(&self, text: &str) -> String {
        self.with("2", text)
    }

    fn step(&self, step: &Step, text: &str) -> String {
        match step.effect {
            _ if step.stuck => self.with("1;31", text),
            Effect::Fail | Effect::Load { stale: true } | Effect::Lost => self.with("1;31", text),
            Effect::Acquire | Effect::AcquireShared => self.with("32", text),
            Effect::Blocked | Effect::Wait { .. } => self.with("33", text),
            Effect::Notify { woke: 0 } => self.with("33", text),
            Effect::Notify { .. } | Effect::Send | Effect::Receive | Effect::Duplicated => {
                self.with("36", text)
            }
            _ => text.to_owned(),
        }
    }
}
