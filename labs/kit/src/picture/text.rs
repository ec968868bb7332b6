//! The picture for a terminal: one column for each thread, one line for each step.
use crate::explore::{Failure, Step};
use std::fmt::Write;

/// Wider columns are cut: a step is read at a glance.
const COLUMN: usize = 44;

/// Of a long execution, this many first and last steps are drawn.
const HEAD: usize = 40;
const TAIL: usize = 40;

/// Draws a failure. `who` is the thread that failed.
pub(super) fn draw(claim: &str, failure: &Failure, who: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "\n{claim} does not hold:");
    for line in failure.message.lines() {
        let _ = writeln!(text, "  {line}");
    }
    if let Some(at) = &failure.at {
        let _ = writeln!(text, "  at {at}, in {who}");
    }
    let _ = writeln!(text, "{}\n", failure.found);
    table(&mut text, failure);
    text
}

fn table(text: &mut String, failure: &Failure) {
    let width = |thread: usize| {
        let mine = failure.steps.iter().filter(|step| step.thread == thread);
        let steps = mine
            .map(|step| cell(step).chars().count())
            .max()
            .unwrap_or(0);
        steps
            .max(failure.threads[thread].chars().count())
            .min(COLUMN)
    };
    let widths: Vec<usize> = (0..failure.threads.len()).map(width).collect();
    let _ = write!(text, "  step ");
    for (name, width) in failure.threads.iter().zip(&widths) {
        let _ = write!(text, "| {name:<width$} ");
    }
    let _ = writeln!(text, "| your code");
    let _ = write!(text, "  -----");
    for width in &widths {
        let _ = write!(text, "+{}", "-".repeat(width + 2));
    }
    let _ = writeln!(text, "+----------");
    let steps = failure.steps.len();
    for (number, step) in failure.steps.iter().enumerate() {
        if steps > HEAD + TAIL && (HEAD..steps - TAIL).contains(&number) {
            if number == HEAD {
                let _ = writeln!(text, "       … {} steps …", steps - HEAD - TAIL);
            }
            continue;
        }
        let switch = if step.switched { '>' } else { ' ' };
        let _ = write!(text, " {switch}{:>4} ", number + 1);
        for (thread, width) in widths.iter().enumerate() {
            let here = if step.thread == thread {
                cell(step)
            } else {
                String::new()
            };
            let _ = write!(text, "| {here:<width$} ");
        }
        let _ = writeln!(text, "| {}", code(step));
    }
}

fn cell(step: &Step) -> String {
    let stuck = if step.stuck { " (for ever)" } else { "" };
    let whole = format!("{}{stuck}", step.action);
    if whole.chars().count() <= COLUMN {
        return whole;
    }
    let kept: String = whole.chars().take(COLUMN - 1).collect();
    format!("{kept}…")
}

/// `visited.rs:23  let mut urls = self.urls.lock();`
fn code(step: &Step) -> String {
    let Some(at) = &step.at else {
        return String::new();
    };
    let file = at.rsplit('/').next().unwrap_or(at);
    let place = file.rsplit_once(':').map_or(file, |(place, _column)| place);
    format!("{place:<18} {}", step.code.as_deref().unwrap_or_default())
}
