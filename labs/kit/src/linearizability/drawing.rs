//! What is wrong with a history, and the picture of it: a time line for each operation.
use super::{NotLinearizable, Operation};
use std::fmt::{Debug, Write};

/// Columns for the time line.
const WIDTH: u64 = 40;
/// Operations before and with the misfit.
const SHOWN: usize = 12;

/// Names the operation that fits nowhere, and draws it among those around it. `order` is the
/// longest order of `part` that was found.
pub(super) fn explain<C: Debug, R: Debug>(
    history: &[Operation<C, R>],
    part: &[usize],
    order: Vec<usize>,
) -> NotLinearizable {
    // Of those that have no place in the order, the one that ended first: something else may come
    // before it, but not for ever.
    let left = part.iter().copied().filter(|at| !order.contains(at));
    let misfit = left
        .min_by_key(|&at| history[at].ended())
        .expect("a history with a place for everything is linearizable");
    let drawing = draw(history, part, misfit);
    NotLinearizable {
        misfit,
        order,
        drawing,
    }
}

/// The misfit, and the operations before it that ended last.
fn draw<C: Debug, R: Debug>(history: &[Operation<C, R>], part: &[usize], misfit: usize) -> String {
    let end = history[misfit].ended();
    let before = part.iter().copied().filter(|&at| history[at].began <= end);
    let mut shown: Vec<usize> = before.collect();
    let left_out = shown.len().saturating_sub(SHOWN);
    shown.sort_by_key(|&at| (history[at].ended(), at));
    shown.drain(..left_out);
    shown.sort_by_key(|&at| history[at].began);

    let from = shown.iter().map(|&at| history[at].began).min();
    let scale = Scale {
        from: from.unwrap_or(0),
        to: end + 1,
    };
    let rows: Vec<Row> = shown.iter().map(|&at| row(&history[at], &scale)).collect();
    let who = rows.iter().map(|row| row.who.chars().count()).max();
    let what = rows.iter().map(|row| row.what.chars().count()).max();
    let (who, what) = (who.unwrap_or(0), what.unwrap_or(0));

    let Operation { call, client, .. } = &history[misfit];
    let mut drawing = format!("not linearizable: {call:?} of client {client} fits nowhere\n");
    if left_out > 0 {
        drawing.push_str(&format!("  ({left_out} earlier operations left out)\n"));
    }
    for (row, &at) in rows.iter().zip(&shown) {
        let mark = match at == misfit {
            true => "  <- fits nowhere",
            false => "",
        };
        let Row {
            who: name,
            what: text,
            bar,
        } = row;
        writeln!(drawing, "  {name:who$}  {text:what$}  {bar}{mark}").expect("a string takes all");
    }
    drawing
}

/// One operation of the drawing.
struct Row {
    who: String,
    what: String,
    bar: String,
}

fn row<C: Debug, R: Debug>(operation: &Operation<C, R>, scale: &Scale) -> Row {
    let reply = match &operation.reply {
        Some((reply, _)) => format!("{reply:?}"),
        None => "no reply".to_owned(),
    };
    let begin = scale.column(operation.began);
    let end = scale.column(operation.ended()).max(1);
    let line = "-".repeat(end.saturating_sub(begin + 1));
    // Without a reply it may take effect at any later time.
    let tip = if operation.reply.is_some() { "|" } else { ">" };
    Row {
        who: format!("client {}", operation.client),
        what: format!("{:?} -> {reply}", operation.call),
        bar: format!("{:begin$}|{line}{tip}", ""),
    }
}

/// From times to columns.
struct Scale {
    from: u64,
    to: u64,
}

impl Scale {
    fn column(&self, time: u64) -> usize {
        let time = time.clamp(self.from, self.to) - self.from;
        (time * WIDTH / (self.to - self.from).max(1)) as usize
    }
}
