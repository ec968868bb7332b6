//! Rules for what a thread believed, and what was so.
use super::deadlock::changes;
use super::{Bug, BugKind, n};
use crate::{Effect, Failure, Place, Touched};

/// A thread looked under a lock, gave it back, and changed under the same lock, in the same
/// function and without another look; another thread had changed it in between.
pub(super) fn check_then_act(failure: &Failure) -> Option<Bug> {
    (0..failure.objects.len()).find_map(|lock| {
        let sections = failure.sections(lock);
        sections.iter().rev().find_map(|act| {
            let acted = act.to?;
            if failure.steps[acted].touched != Some(Touched::Written) {
                return None;
            }
            let before = |section: &&crate::Hold| section.to.is_some_and(|to| to < act.from);
            let mine = |section: &&crate::Hold| section.thread == act.thread;
            let check = sections.iter().filter(mine).rfind(before)?;
            let checked = check.to?;
            let is_look = failure.steps[checked].touched == Some(Touched::Read);
            if !is_look || !failure.is_one_thought(check.from, act.from) {
                return None;
            }
            let other = sections.iter().find(|section| {
                section.thread != act.thread
                    && section.from > checked
                    && section
                        .to
                        .is_some_and(|to| to < act.from && changes(failure.steps[to].touched))
            })?;
            Some(failure.acted_on_the_past(check.from, other.from, act.from, lock))
        })
    })
}

/// A thread loaded an atomic and stored to it in the same function, and another had stored in
/// between.
pub(super) fn check_then_act_on_an_atomic(failure: &Failure) -> Option<Bug> {
    let steps = &failure.steps;
    (0..steps.len()).rev().find_map(|act| {
        let (thread, atomic) = (steps[act].thread, steps[act].object?);
        if steps[act].effect != Effect::Store {
            return None;
        }
        let on_it = |at: &usize| steps[*at].object == Some(atomic);
        let mine = |at: &usize| steps[*at].thread == thread;
        let check = (0..act).rev().filter(on_it).find(mine)?;
        if !matches!(steps[check].effect, Effect::Load { .. }) {
            return None;
        }
        let stores = |at: &usize| matches!(steps[*at].effect, Effect::Store | Effect::Update);
        let other = (check + 1..act)
            .filter(on_it)
            .filter(|at| !mine(at))
            .find(|at| stores(at) && steps[*at].value != steps[check].value)?;
        failure
            .is_one_thought(check, act)
            .then(|| failure.acted_on_the_past(check, other, act, atomic))
    })
}

/// A thread stores `false` twice, and between the two another thread has taken what that gives
/// back.
pub(super) fn double_release(failure: &Failure) -> Option<Bug> {
    let steps = &failure.steps;
    let gives_back = |at: usize| {
        steps[at].effect == Effect::Store && steps[at].value.as_deref() == Some("false")
    };
    (0..steps.len()).find_map(|again| {
        let (thread, atomic) = (steps[again].thread, steps[again].object?);
        if !gives_back(again) {
            return None;
        }
        let on_it = |at: &usize| steps[*at].object == Some(atomic);
        let first = (0..again)
            .rev()
            .filter(on_it)
            .find(|at| steps[*at].thread == thread)?;
        let taken = (0..again).rev().find(on_it)?;
        let by_another = steps[taken].thread != thread
            && steps[taken].effect == Effect::Update
            && steps[taken].value.as_deref() == Some("true");
        if !gives_back(first) || !by_another {
            return None;
        }
        Some(Bug {
            kind: BugKind::DoubleRelease,
            shown_by: format!(
                "{} gave {} back at step {} and again at step {}, and {} had held it since step {}",
                failure.name(thread),
                failure.quoted(atomic),
                n(first),
                n(again),
                failure.name(steps[taken].thread),
                n(taken)
            ),
            at: steps[again].at.clone(),
        })
    })
}

/// A thread that was woken never looked again: its wait stands below an `if`, in no loop.
pub(super) fn early_return(failure: &Failure) -> Option<Bug> {
    let steps = &failure.steps;
    (0..steps.len()).find_map(|woken| {
        let (Effect::Woken | Effect::WokenForNothing) = steps[woken].effect else {
            return None;
        };
        let at = steps[woken].at.as_ref()?;
        let sleeps = (0..woken).rev().find(|sleeps| {
            let (a, b) = (&steps[*sleeps], &steps[woken]);
            let waits = matches!(a.effect, Effect::Wait { releases: Some(_) });
            waits && (a.thread, a.object, &a.at) == (b.thread, b.object, &b.at)
        })?;
        if failure.block_around(at)? != Block::If {
            return None;
        }
        let for_nothing = match steps[woken].effect {
            Effect::WokenForNothing => " for no reason",
            _ => "",
        };
        Some(Bug {
            kind: BugKind::EarlyReturn,
            shown_by: format!(
                "{} went to sleep at step {}, was woken{for_nothing} at step {} and went on without another \
                 look (`if`, not `while`)",
                failure.name(steps[woken].thread),
                n(sleeps),
                n(woken)
            ),
            at: Some(at.clone()),
        })
    })
}

/// What a line stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// An `if`, and within its function no loop around that.
    If,
    Other,
}

impl Failure {
    fn acted_on_the_past(&self, check: usize, other: usize, act: usize, object: usize) -> Bug {
        let (mine, theirs) = (self.steps[act].thread, self.steps[other].thread);
        Bug {
            kind: BugKind::CheckThenAct,
            shown_by: format!(
                "{} looked at {} at step {} and acted on that at step {}, but {} had changed it at step {}",
                self.name(mine),
                self.quoted(object),
                n(check),
                n(act),
                self.name(theirs),
                n(other)
            ),
            at: self.steps[check].at.clone(),
        }
    }

    /// Whether two steps of a thread are in one function, the first above or on the line of the
    /// second, and all that it did between them, too: one run through it.
    fn is_one_thought(&self, first: usize, second: usize) -> bool {
        let (Some(a), Some(b)) = (&self.steps[first].at, &self.steps[second].at) else {
            return false;
        };
        if a.file != b.file || a.line > b.line {
            return false;
        }
        let Some(function) = self.function_around(a) else {
            return false;
        };
        let thread = self.steps[first].thread;
        let mut between = self.steps[first..=second]
            .iter()
            .filter(|step| step.thread == thread);
        between.all(|step| {
            let at = step.at.as_ref();
            at.is_none_or(|at| at.file == a.file && function.contains(&at.line))
        })
    }

    /// Whether the function of a step never notifies a condvar, as its source has it: it notifies
    /// nobody, or only others that are known by name. No, if the source is not there.
    pub(super) fn never_notifies(&self, step: usize, condvar: usize) -> bool {
        let function = self.steps[step].at.as_ref().and_then(|at| {
            let lines = self.sources.get(&at.file)?.lines();
            let around = self.function_around(at)?;
            Some(
                lines
                    .skip(*around.start() as usize - 1)
                    .take(around.count()),
            )
        });
        let objects = self.objects.iter().enumerate();
        let others: Vec<&str> = objects
            .filter(|(id, object)| *id != condvar && object.kind == "Condvar")
            .map(|(_, object)| object.name.as_str())
            .filter(|name| Some(*name) != self.objects.get(condvar).map(|it| it.name.as_str()))
            .collect();
        let is_anothers = |before: &str| {
            let word = before
                .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
                .next();
            word.is_some_and(|word| others.contains(&word))
        };
        function.is_some_and(|mut lines| {
            lines.all(|line| match line.split_once(".notify_") {
                Some((before, _)) => is_anothers(before),
                None => true,
            })
        })
    }

    /// The lines of the function that a place is in.
    fn function_around(&self, at: &Place) -> Option<std::ops::RangeInclusive<u32>> {
        let lines: Vec<&str> = self.sources.get(&at.file)?.lines().collect();
        let (first, indent) = above(&lines, at)?
            .find(|(_, indent, code)| *indent < usize::MAX && is_function(code))
            .map(|(line, indent, _)| (line, indent))?;
        let end = lines[first..]
            .iter()
            .position(|line| indent_of(line) == Some(indent) && line.trim_start().starts_with('}'));
        let last = end.map_or(lines.len(), |end| first + end + 1);
        Some(first as u32 + 1..=last as u32)
    }

    /// What a place stands in, up to its function.
    fn block_around(&self, at: &Place) -> Option<Block> {
        let lines: Vec<&str> = self.sources.get(&at.file)?.lines().collect();
        let own = lines.get(at.line as usize - 1)?.trim_start();
        let mut block = if own.starts_with("if ") {
            Block::If
        } else {
            Block::Other
        };
        for (_, _, code) in above(&lines, at)? {
            let word = code.trim_start_matches(|c: char| !c.is_alphabetic() && c != '\'');
            let word = word.split_once(": ").map_or(word, |(_, word)| word);
            if is_function(code) {
                return Some(block);
            }
            if ["while ", "loop", "for "]
                .iter()
                .any(|it| word.starts_with(it))
            {
                return Some(Block::Other);
            }
            if word.starts_with("if ") || code.contains("= if ") {
                block = Block::If;
            }
        }
        None
    }
}

/// The lines around a place, from the inside out: each further left than the one before. Each as
/// its index, its indent and its code.
fn above<'a>(
    lines: &'a [&'a str],
    at: &Place,
) -> Option<impl Iterator<Item = (usize, usize, &'a str)>> {
    let here = at.line as usize - 1;
    let mut indent = indent_of(lines.get(here)?)? + 1;
    let up = (0..=here).rev().filter_map(move |line| {
        let mine = indent_of(lines[line]).filter(|mine| *mine < indent)?;
        indent = mine;
        Some((line, mine, lines[line].trim()))
    });
    Some(up)
}

/// The indent of a line that is not empty.
fn indent_of(line: &str) -> Option<usize> {
    let code = line.trim_start();
    (!code.is_empty()).then(|| line.len() - code.len())
}

fn is_function(code: &str) -> bool {
    code.split(' ')
        .take_while(|word| !word.contains('('))
        .any(|word| word == "fn")
        || code.starts_with("fn ")
}
