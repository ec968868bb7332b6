//! Where everything stands in a drawing: lanes from left to right, rows from top to bottom.
//!
//! The one idea: a drawing is wide, with each thread's words in its own lane, or narrow, with the
//! lanes close together and the words beside them; all that differs between the two is decided
//! here.
use crate::Failure;
use crate::rows::Row;

/// A drawing with more threads than this is never wide.
const WIDE_LANES: usize = 3;
/// The room of a wide drawing and of a narrow one on a large screen, and of a narrow one on a
/// telephone.
pub(super) const DESK: f32 = 760.0;
pub(super) const PHONE: f32 = 312.0;
/// Room for the numbers of the steps.
const NUMBERS: f32 = 34.0;
/// From a lane to its words.
pub(super) const TO_WORDS: f32 = 15.0;
/// The width of a bar, with the gap to the next.
pub(super) const BAR: f32 = 16.0;
pub(super) const NARROW_BAR: f32 = 6.0;
/// A letter of a label and of code: an estimate from above, as the fonts are the reader's.
pub(super) const LABEL: f32 = 7.7;
const CODE: f32 = 6.7;
/// Heights.
const LINE: f32 = 17.0;
const ABOVE: f32 = 9.0;
pub(super) const SWITCH: f32 = 13.0;
pub(super) const ARROW: f32 = 12.0;
const MESSAGE: f32 = 44.0;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Wide,
    Narrow,
}

/// A drawing's coordinates.
pub(super) struct Layout {
    pub(super) form: Form,
    /// The middle of each lane.
    pub(super) lanes: Vec<f32>,
    /// Where the words of a narrow drawing begin.
    pub(super) words: f32,
    pub(super) width: f32,
    pub(super) rows: Vec<Placed>,
    /// Where the rows end.
    pub(super) bottom: f32,
}

/// A row in its place.
pub(super) struct Placed {
    pub(super) row: Row,
    pub(super) top: f32,
    /// The middle of the first line, where the thread's mark stands.
    pub(super) dot: f32,
    pub(super) bottom: f32,
    /// Whether another thread took the row before.
    pub(super) switched: bool,
    /// Where the words begin, and the words.
    pub(super) x: f32,
    pub(super) label: Vec<String>,
    /// The line of code, which may need several.
    pub(super) code: Vec<String>,
}

impl Layout {
    /// Places the rows in the room there is.
    pub(super) fn new(failure: &Failure, rows: Vec<Row>, room: f32) -> Layout {
        let threads = failure.threads.len();
        let form = if room >= DESK && threads <= WIDE_LANES {
            Form::Wide
        } else {
            Form::Narrow
        };
        let mut layout = Layout {
            form,
            lanes: Vec::new(),
            words: 0.0,
            width: room,
            rows: Vec::new(),
            bottom: 0.0,
        };
        let rooms = match form {
            Form::Wide => layout.wide_lanes(failure, &rows),
            Form::Narrow => layout.narrow_lanes(threads),
        };
        let mut y = 4.0;
        for row in rows {
            let placed = layout.place(failure, row, y, &rooms);
            y = placed.bottom;
            layout.rows.push(placed);
        }
        layout.bottom = y;
        layout
    }

    /// Gives each lane what its words need; where that is too much, an equal share of what is left.
    fn wide_lanes(&mut self, failure: &Failure, rows: &[Row]) -> Vec<f32> {
        let threads = failure.threads.len();
        let left: Vec<f32> = (0..threads)
            .map(|thread| 14.0 + BAR * failure.bars(thread) as f32)
            .collect();
        let mut labels = vec![110.0_f32; threads];
        let mut whole = labels.clone();
        for row in rows {
            let Row::Step(step, unlock) = row else {
                continue;
            };
            let thread = failure.steps[*step].thread;
            let label = failure.caption(*step, *unlock).chars().count() as f32 * LABEL;
            let code = code(failure, *step).chars().count() as f32 * CODE;
            labels[thread] = labels[thread].max(label);
            whole[thread] = whole[thread].max(label).max(code);
        }
        let mut rooms = vec![0.0; threads];
        let mut rest = self.width - NUMBERS - left.iter().sum::<f32>() - TO_WORDS * threads as f32;
        let mut need: Vec<(usize, f32)> = whole.iter().copied().enumerate().collect();
        if whole.iter().sum::<f32>() > rest {
            // Code may cross the lanes to its right; right of the last one it cannot.
            let last = threads - 1;
            need = labels.into_iter().enumerate().collect();
            need[last].1 = whole[last];
        }
        need.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (at, (thread, need)) in need.into_iter().enumerate() {
            rooms[thread] = need.min(rest / (threads - at) as f32);
            rest -= rooms[thread];
        }
        // What is left over goes to the code.
        for (room, whole) in rooms.iter_mut().zip(whole) {
            let more = (whole - *room).clamp(0.0, rest.max(0.0));
            *room += more;
            rest -= more;
        }
        let mut x = NUMBERS;
        for thread in 0..threads {
            self.lanes.push(x + left[thread]);
            x += left[thread] + TO_WORDS + rooms[thread];
        }
        self.width = x;
        rooms
    }

    fn narrow_lanes(&mut self, threads: usize) -> Vec<f32> {
        let phone = self.width <= PHONE;
        let (most, least, widest) = if phone {
            (90.0, 13.0, 36.0)
        } else {
            (320.0, 24.0, 64.0)
        };
        let pitch = (most / threads.max(1) as f32).clamp(least, widest);
        self.lanes = (0..threads)
            .map(|thread| NUMBERS + 16.0 + thread as f32 * pitch)
            .collect();
        self.words = self.lanes.last().unwrap_or(&NUMBERS) + TO_WORDS + 4.0;
        vec![self.width - self.words; threads]
    }

    fn place(&self, failure: &Failure, row: Row, top: f32, rooms: &[f32]) -> Placed {
        let first = row.steps().start;
        let before = first
            .checked_sub(1)
            .map(|before| failure.steps[before].thread);
        let is_step = matches!(row, Row::Step(..));
        let thread = failure.steps[first].thread;
        let switched = is_step && before.is_some_and(|before| before != thread);
        let mut dot = top + ABOVE + 6.0;
        if is_step {
            dot += self.room_above(failure, first, switched);
        }
        let room = rooms[thread];
        let (x, label, code) = match &row {
            Row::Step(step, unlock) => {
                let mut label = failure.caption(*step, *unlock);
                if self.form == Form::Narrow {
                    label = format!("{}: {label}", failure.name(thread));
                }
                let x = match self.form {
                    Form::Wide => self.lanes[thread] + TO_WORDS,
                    Form::Narrow => self.words,
                };
                // No other step is in this row: its code may cross the lanes to its right.
                let letters = ((self.width - x) / CODE) as usize;
                let code = wrap_code(&code(failure, *step), letters);
                (x, wrap(&label, (room / LABEL) as usize), code)
            }
            row => {
                let x = match self.form {
                    Form::Wide => self.lanes[0] + TO_WORDS,
                    Form::Narrow => self.words,
                };
                (x, vec![format!("… {} …", row.note())], Vec::new())
            }
        };
        let lines = label.len() + code.len();
        Placed {
            row,
            top,
            dot,
            bottom: dot + LINE * lines as f32 - 9.0,
            switched,
            x,
            label,
            code,
        }
    }

    /// Room above a step for the switch and the arrows that end there.
    fn room_above(&self, failure: &Failure, step: usize, switched: bool) -> f32 {
        let ends = |travels: bool| {
            let here = failure.edges.iter().filter(|edge| edge.to == step);
            here.filter(|edge| failure.travels(edge) == travels).count()
        };
        let switch = if switched { SWITCH } else { 0.0 };
        let arrow = ARROW * ends(false) as f32;
        let message = if ends(true) > 0 { MESSAGE } else { 0.0 };
        (switch + arrow).max(message)
    }

    /// The row that stands for a step.
    pub(super) fn row_of(&self, step: usize) -> Option<&Placed> {
        self.rows
            .iter()
            .find(|placed| placed.row.steps().contains(&step))
    }
}

/// `23  let mut urls = self.urls.lock();`; of a file whose text is not there, its name.
fn code(failure: &Failure, step: usize) -> String {
    let step = &failure.steps[step];
    let code = step.code.as_deref().unwrap_or_default();
    match &step.at {
        None => code.to_owned(),
        Some(at) if code.is_empty() => at.short(),
        Some(at) => format!("{}  {code}", at.line),
    }
}

/// Breaks a text into lines, at spaces; a word that is too long is broken, too.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(4);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut()
            && line.chars().count() + 1 + word.chars().count() <= room
        {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        let mut letters = word.chars().peekable();
        while letters.peek().is_some() {
            lines.push(letters.by_ref().take(room).collect());
        }
    }
    lines
}

/// Breaks a line of code, at a space or before a dot; what goes on below stands further right.
fn wrap_code(code: &str, room: usize) -> Vec<String> {
    const INDENT: &str = "    ";
    let room = room.max(2 * INDENT.len());
    let mut lines = Vec::new();
    let mut rest: Vec<char> = code.chars().collect();
    while rest.len() > room {
        let breaks = |at: &usize| matches!(rest[*at], ' ' | '.');
        let at = (room / 2..=room).rev().find(breaks).unwrap_or(room);
        let below = rest.split_off(at);
        lines.push(rest.iter().collect());
        let below: String = below.into_iter().collect();
        rest = format!("{INDENT}{}", below.trim_start()).chars().collect();
    }
    if !rest.is_empty() {
        lines.push(rest.into_iter().collect());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_broken_at_its_spaces() {
        assert_eq!(
            wrap("lock visited: acquired", 13),
            ["lock visited:", "acquired"]
        );
        assert_eq!(wrap("abcdefgh", 4), ["abcd", "efgh"]);
    }

    #[test]
    fn a_line_of_code_is_broken_and_nothing_of_it_is_lost() {
        assert_eq!(
            wrap_code("16  self.seen.lock().insert(url);", 20),
            ["16  self.seen.lock()", "    .insert(url);"]
        );
        assert_eq!(wrap_code("", 20), [""; 0]);
    }
}
