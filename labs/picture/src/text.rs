//! The picture for a terminal: one column for each thread, one line for each step; where the
//! columns do not fit, a rail for each thread, with the steps beside them.
mod paint;

use crate::escape::steers;
use crate::rows::Row;
use crate::{Failure, Place, Step};
use paint::Paint;
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
    /// For a page or a log: 100 columns, without colour, folded.
    fn default() -> Style {
        Style {
            width: 100,
            colour: false,
            all: false,
        }
    }
}

/// Wider cells are cut: a step is read at a glance. The second is for terminals where the first
/// leaves no room.
const CELLS: [usize; 2] = [48, 40];
/// In fewer columns than this there is no table: whoever asked may have fewer than were said.
const TABLE: usize = 100;
/// Less room than this for the source, and there are no columns; beside rails, it stands below.
const CODE: usize = 40;
/// More threads than this have no rails: their steps are named.
const RAILS: usize = 16;
/// The least room for the words of a step on rails.
const WORDS: usize = 24;
/// What a second line of the headline begins with.
const HANGING: &str = "  ";
/// Prose is not wider than this.
const PROSE: usize = 100;
/// Of a long execution this many first and last rows are drawn.
const HEAD: usize = 30;
const TAIL: usize = 50;
/// The width of a step's number and of the mark before it.
const NUMBER: usize = 7;

impl Failure {
    /// Draws the failure for a terminal.
    pub fn to_text(&self, style: Style) -> String {
        let mut text = String::new();
        let paint = Paint(style.colour);
        let width = style.width.min(PROSE) - HANGING.len();
        for (at, line) in wrap(&clean(&self.headline()), width).iter().enumerate() {
            let indent = if at == 0 { "" } else { HANGING };
            let _ = writeln!(text, "{indent}{}", paint.bold(line));
        }
        text + &self.to_text_without_headline(style)
    }

    /// The same, for where the claim stands above.
    pub fn to_text_without_headline(&self, style: Style) -> String {
        let mut text = String::new();
        let paint = Paint(style.colour);
        let width = style.width.min(PROSE);
        let mut say = |line: &str, first: &str, rest: &str, paint: &dyn Fn(&str) -> String| {
            for (at, line) in wrap(&clean(line), width - rest.len()).iter().enumerate() {
                let indent = if at == 0 { first } else { rest };
                let _ = writeln!(text, "{indent}{}", paint(line));
            }
        };
        let plain = |line: &str| line.to_owned();
        for line in self.message.lines() {
            say(line, "  ", "    ", &|line| paint.red(line));
        }
        for wait in self.waits_in_words() {
            say(&wait, "  - ", "    ", &plain);
        }
        say(&self.failing_line(), "  ", "  ", &plain);
        say(&self.found_and_cause(), "", "", &plain);
        if !self.steps.is_empty() {
            text.push('\n');
            self.table(&mut text, style, &paint);
        }
        if let Some(bug) = self.bug() {
            text.push('\n');
            for line in wrap(&clean(&bug.to_string()), width) {
                let _ = writeln!(text, "{}", paint.bold(&line));
            }
        }
        text
    }

    fn table(&self, text: &mut String, style: Style, paint: &Paint) {
        let rows = self.rows(style.all);
        let places = rows
            .iter()
            .map(|row| place(&self.steps[row.steps().start]).chars().count());
        let place = places.max().unwrap_or(0);
        let form = self.form(&rows, style.width, place);
        if let Form::Columns { widths, .. } = &form {
            header(text, self, widths);
        }
        let left_out = HEAD..rows.len().saturating_sub(TAIL).max(HEAD);
        for (at, row) in rows.iter().enumerate() {
            if left_out.contains(&at) {
                if at == HEAD {
                    let _ = writeln!(text, "{:NUMBER$}… {} rows …", "", left_out.len());
                }
                continue;
            }
            let Row::Step(step, unlock) = row else {
                let rails = match form {
                    Form::Columns { .. } => String::new(),
                    Form::Rails { .. } => self.rails(row.steps().end - 1, false),
                };
                let note = paint.dim(&format!("… {} …", row.note()));
                let _ = writeln!(text, "{:NUMBER$}{rails}{note}", "");
                continue;
            };
            let (caption, code) = (
                self.caption(*step, *unlock),
                code(&self.steps[*step], place),
            );
            self.step(text, *step, &clean(&caption), &code, &form, paint);
        }
    }

    /// Columns where they leave room for the source; rails where they do not.
    fn form(&self, rows: &[Row], width: usize, place: usize) -> Form {
        for cell in CELLS.into_iter().filter(|_| width >= TABLE) {
            let widths = self.columns(rows, cell);
            let taken = NUMBER + widths.iter().map(|width| width + 3).sum::<usize>() + 2;
            if taken + CODE <= width {
                let room = width - taken;
                return Form::Columns { widths, room };
            }
        }
        let taken = NUMBER + 2 * self.railed() + 1;
        let captions = rows.iter().filter_map(|row| match row {
            Row::Step(step, unlock) => Some(self.with_name(*step, &self.caption(*step, *unlock))),
            _ => None,
        });
        let caption = captions
            .map(|caption| caption.chars().count())
            .max()
            .unwrap_or(0);
        let codes = rows.iter().filter_map(|row| match row {
            Row::Step(step, _) => self.steps[*step].code.as_deref(),
            _ => None,
        });
        let longest = codes.map(|code| code.chars().count()).max().unwrap_or(0);
        let room = width.saturating_sub(taken).max(WORDS);
        let beside = room.saturating_sub(caption + 2);
        if beside >= CODE && beside >= place + 2 + longest.min(CODE) {
            Form::Rails {
                caption,
                code: beside,
                one_line: true,
            }
        } else {
            Form::Rails {
                caption: room,
                code: room,
                one_line: false,
            }
        }
    }

    /// The width of each thread's column.
    fn columns(&self, rows: &[Row], most: usize) -> Vec<usize> {
        let names = self
            .threads
            .iter()
            .map(|thread| thread.name.chars().count());
        let mut columns: Vec<usize> = names.collect();
        for row in rows {
            if let Row::Step(step, unlock) = row {
                let cell = self.caption(*step, *unlock).chars().count();
                let column = &mut columns[self.steps[*step].thread];
                *column = (*column).max(cell);
            }
        }
        columns.into_iter().map(|column| column.min(most)).collect()
    }

    fn step(
        &self,
        text: &mut String,
        number: usize,
        caption: &str,
        code: &str,
        form: &Form,
        paint: &Paint,
    ) {
        let step = &self.steps[number];
        let mark = if step.switched { '>' } else { ' ' };
        let _ = write!(text, " {mark}{:>4} ", number + 1);
        match form {
            Form::Columns { widths, room } => {
                for (thread, width) in widths.iter().enumerate() {
                    let here = if step.thread == thread {
                        cut(caption, *width)
                    } else {
                        String::new()
                    };
                    let _ = write!(text, "| {} ", paint.step(step, &format!("{here:<width$}")));
                }
                let _ = writeln!(text, "| {}", paint.dim(&cut(code, *room)));
            }
            Form::Rails {
                caption: width,
                code: room,
                one_line,
            } => {
                let caption = clean(&self.with_name(number, caption));
                let (rails, code) = (self.rails(number, true), cut(code, *room));
                if *one_line {
                    let caption = paint.step(step, &format!("{caption:<width$}"));
                    let _ = writeln!(text, "{rails}{caption}  {}", paint.dim(&code));
                    return;
                }
                let below = format!("{:NUMBER$}{}", "", self.rails(number, false));
                for (at, line) in wrap(&caption, *width).iter().enumerate() {
                    let before = if at == 0 { &rails } else { &below };
                    let _ = writeln!(text, "{before}{}", paint.step(step, &cut(line, *width)));
                }
                if !code.is_empty() {
                    let _ = writeln!(text, "{below}{}", paint.dim(&code));
                }
            }
        }
    }

    fn with_name(&self, step: usize, caption: &str) -> String {
        format!("{}: {caption}", self.name(self.steps[step].thread))
    }

    /// How many threads have a rail: all of them, or none of very many.
    fn railed(&self) -> usize {
        Some(self.threads.len())
            .filter(|threads| *threads <= RAILS)
            .unwrap_or(0)
    }

    /// The rails at a step: `o` where it is, `|` where a thread has begun and is not done.
    fn rails(&self, at: usize, with_step: bool) -> String {
        let mut rails = String::new();
        for thread in 0..self.railed() {
            let mine = |step: &Step| step.thread == thread;
            let begun = self.steps[..=at].iter().any(mine);
            let goes_on = self.steps[at + 1..].iter().any(mine);
            let last = self.steps.iter().rfind(|step| mine(step));
            let sign = match () {
                () if with_step && self.steps[at].thread == thread => 'o',
                () if begun && (goes_on || last.is_some_and(|step| step.stuck)) => '|',
                () => ' ',
            };
            rails.push(sign);
            rails.push(' ');
        }
        rails.push(' ');
        rails
    }
}

/// How the threads stand beside each other.
enum Form {
    /// Each with a column for its steps.
    Columns {
        widths: Vec<usize>,
        /// For the source.
        room: usize,
    },
    /// Each with a rail; the steps beside them, and the source beside or below each step.
    Rails {
        caption: usize,
        code: usize,
        one_line: bool,
    },
}

fn header(text: &mut String, failure: &Failure, widths: &[usize]) {
    let _ = write!(text, "  step ");
    for (thread, width) in failure.threads.iter().zip(widths) {
        let _ = write!(text, "| {:<width$} ", cut(&clean(&thread.name), *width));
    }
    let _ = writeln!(text, "| your code");
    let _ = write!(text, "  -----");
    for width in widths {
        let _ = write!(text, "+{}", "-".repeat(width + 2));
    }
    let _ = writeln!(text, "+----------");
}

/// `visited.rs:23`
fn place(step: &Step) -> String {
    step.at.as_ref().map(Place::short).unwrap_or_default()
}

/// `visited.rs:23  let mut urls = self.urls.lock();`
fn code(step: &Step, width: usize) -> String {
    let code = step.code.as_deref().unwrap_or_default();
    let code = format!("{:<width$}  {code}", place(step));
    clean(code.trim_end())
}

/// Lines of at most `width` columns, broken at words; what the first begins with stays.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if text.is_empty() {
        return lines;
    }
    if text.chars().count() <= width {
        return vec![text.to_owned()];
    }
    let begin = text.len() - text.trim_start().len();
    let mut line = text[..begin].to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Text that cannot give orders to the terminal.
fn clean(text: &str) -> String {
    let safe = |char: char| if steers(char) { '\u{fffd}' } else { char };
    text.replace('\t', " ").chars().map(safe).collect()
}
