//! The rows of a picture: what is drawn, what is folded, what is said once for many times.
//!
//! The one idea: every view draws the same rows. A lock that is taken and given back in one line of
//! code is one row; steps without part in the failure are one row; a cycle that repeats is drawn
//! once.
use crate::{Effect, Failure};
use std::ops::Range;

/// One row of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// A step; the second is the unlock that follows it at once.
    Step(usize, Option<usize>),
    /// This number of steps that have no part in the failure.
    Folded(Range<usize>),
    /// The rows before it come again.
    Again {
        /// The steps in question.
        steps: Range<usize>,
        /// How many rows come again.
        rows: usize,
        /// How often.
        times: usize,
    },
}

impl Row {
    /// The steps that the row stands for.
    pub(crate) fn steps(&self) -> Range<usize> {
        match self {
            Row::Step(step, None) => *step..step + 1,
            Row::Step(step, Some(unlock)) => *step..unlock + 1,
            Row::Folded(steps) | Row::Again { steps, .. } => steps.clone(),
        }
    }

    /// What a row that is not a step says.
    pub(crate) fn note(&self) -> String {
        match self {
            Row::Step(..) => String::new(),
            Row::Folded(steps) => format!("{} steps without part in this", steps.len()),
            Row::Again { rows: 1, times, .. } => format!("the last step, {times} times more"),
            Row::Again { rows, times, .. } => format!("the last {rows} steps, {times} times more"),
        }
    }
}

/// A cycle of more rows than this is not looked for.
const CYCLE: usize = 12;
/// Fewer repeated rows than this are drawn: the note would hardly be shorter.
const WORTH: usize = 4;

impl Failure {
    /// The rows; with `all`, a row for each step.
    pub(crate) fn rows(&self, all: bool) -> Vec<Row> {
        if all {
            return (0..self.steps.len())
                .map(|step| Row::Step(step, None))
                .collect();
        }
        let nothing_to_tell = self.steps.iter().all(|step| !step.part);
        let mut rows: Vec<Row> = Vec::new();
        let mut step = 0;
        while step < self.steps.len() {
            let end = if nothing_to_tell {
                step
            } else {
                self.fold_from(step)
            };
            // One folded step would take as much room as the note about it.
            if end > step + 1 {
                rows.push(Row::Folded(step..end));
                step = end;
            } else if self.unlocks_at_once(step) {
                rows.push(Row::Step(step, Some(step + 1)));
                step += 2;
            } else {
                rows.push(Row::Step(step, None));
                step += 1;
            }
        }
        self.without_repeats(rows)
    }

    /// The end of the steps without part that begin here.
    fn fold_from(&self, start: usize) -> usize {
        let part = |step: &crate::Step| step.part;
        let length = self.steps[start..].iter().position(part);
        length.map_or(self.steps.len(), |length| start + length)
    }

    /// Whether a lock is taken here, and given back by the next step, in the same line.
    fn unlocks_at_once(&self, step: usize) -> bool {
        let taken = &self.steps[step];
        let Some(given) = self.steps.get(step + 1) else {
            return false;
        };
        let line = |step: &crate::Step| step.at.as_ref().map(|at| (at.file.clone(), at.line));
        matches!(taken.effect, Effect::Acquire | Effect::AcquireShared)
            && given.effect == Effect::Release
            && (taken.thread, taken.object, taken.part) == (given.thread, given.object, given.part)
            && line(taken) == line(given)
    }

    /// Cycles, drawn once.
    fn without_repeats(&self, rows: Vec<Row>) -> Vec<Row> {
        let same = |a: &Row, b: &Row| match (a, b) {
            (Row::Step(a, unlock_a), Row::Step(b, unlock_b)) => {
                let (a, b) = (&self.steps[*a], &self.steps[*b]);
                let alike = (a.thread, &a.action, &a.at) == (b.thread, &b.action, &b.at);
                alike && unlock_a.is_some() == unlock_b.is_some() && !a.stuck && !b.stuck
            }
            (Row::Folded(a), Row::Folded(b)) => a.len() == b.len(),
            _ => false,
        };
        let rounds = |at: usize, cycle: usize| {
            let alike = (at + cycle..rows.len())
                .take_while(|row| same(&rows[*row], &rows[row - cycle]))
                .count();
            alike / cycle
        };
        let mut drawn = Vec::new();
        let mut at = 0;
        while at < rows.len() {
            let best = (1..=CYCLE).max_by_key(|cycle| (cycle * rounds(at, *cycle), CYCLE - cycle));
            let cycle = best.unwrap_or(1);
            let times = rounds(at, cycle);
            if cycle * times < WORTH || times < 2 {
                drawn.push(rows[at].clone());
                at += 1;
                continue;
            }
            let again = at + cycle..at + cycle * (times + 1);
            drawn.extend_from_slice(&rows[at..again.start]);
            let steps = rows[again.start].steps().start..rows[again.end - 1].steps().end;
            drawn.push(Row::Again {
                steps,
                rows: cycle,
                times,
            });
            at = again.end;
        }
        drawn
    }

    /// What a step's row says; with the unlock, if that is part of the row.
    pub(crate) fn caption(&self, step: usize, unlock: Option<usize>) -> String {
        let caption = self.steps[step].caption();
        let Some(unlock) = unlock else {
            return caption;
        };
        match &self.steps[unlock].saw {
            Some(saw) => format!("{caption}, unlocked; {saw}"),
            None => format!("{caption}, unlocked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{failure_with, step};

    #[test]
    fn a_lock_given_back_at_once_is_one_row() {
        let steps = vec![
            step(0, Effect::Acquire),
            step(0, Effect::Release),
            step(1, Effect::Acquire),
            step(0, Effect::Blocked),
            step(1, Effect::Release),
        ];
        let rows = failure_with(2, steps).rows(false);
        let expected = [
            Row::Step(0, Some(1)),
            Row::Step(2, None),
            Row::Step(3, None),
            Row::Step(4, None),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn two_steps_without_part_are_folded_and_one_is_drawn() {
        let mut steps = vec![step(0, Effect::Other); 5];
        for other in [1, 3, 4] {
            steps[other].part = false;
        }
        let rows = failure_with(1, steps).rows(false);
        let expected = [
            Row::Step(0, None),
            Row::Step(1, None),
            Row::Step(2, None),
            Row::Folded(3..5),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_cycle_is_drawn_once() {
        let round = [
            step(0, Effect::Load { stale: false }),
            step(1, Effect::Load { stale: false }),
            step(1, Effect::Other),
        ];
        let mut steps: Vec<_> = round.iter().cycle().take(3 * 41).cloned().collect();
        steps.insert(0, step(0, Effect::Spawn));
        steps.push(step(0, Effect::Fail));
        let failure = failure_with(2, steps);
        let rows = failure.rows(false);
        assert_eq!(rows.len(), 1 + 3 + 1 + 1);
        assert_eq!(rows[4].steps(), 4..124);
        assert_eq!(rows[4].note(), "the last 3 steps, 40 times more");
        assert_eq!(
            failure.rows(true).len(),
            125,
            "all are drawn where all are asked for"
        );
    }

    #[test]
    fn rows_stand_for_every_step_once() {
        let round = [step(0, Effect::Acquire), step(0, Effect::Release)];
        let mut steps: Vec<_> = round.iter().cycle().take(18).cloned().collect();
        steps[4].part = false;
        steps[5].part = false;
        let failure = failure_with(1, steps);
        let covered: Vec<usize> = failure.rows(false).iter().flat_map(Row::steps).collect();
        assert_eq!(covered, (0..18).collect::<Vec<_>>());
    }
}
