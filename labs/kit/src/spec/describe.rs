//! A scenario that failed, in words: the calls as they overlapped, and why they cannot be
//! explained.
use std::fmt::Write;

use super::automaton::{Numbers, ReturnId};
use super::log::{Log, UNEXPLAINED};
use super::order::{Event, Explained, Misfit, Unexplained};
use super::{At, Manner, Scenario, Spec};
use crate::explore::{Failure, FailureKind};

/// Adds to a failure of `scenario` what its calls returned.
pub(super) fn describe<S: Spec>(
    failure: &mut Failure,
    scenario: &Scenario<S>,
    log: &Log,
    numbers: &Numbers<S>,
) {
    // A stub that was reached: there is nothing to look at yet.
    if failure.search.is_none() && failure.kind != FailureKind::NotExplored {
        return;
    }
    let words = Words { scenario, numbers };
    let said = failure.message.trim_end();
    let (what, why) = match (failure.kind, log.explain()) {
        (FailureKind::Deadlock, Ok(explained)) => (words.sleeps(&explained, &log.events()), None),
        (FailureKind::Deadlock, Err(why)) => {
            let also = format!("{UNEXPLAINED}, and then nobody can go on");
            (also, Some(words.why_not(&why)))
        }
        (_, Err(why)) if said == UNEXPLAINED => (said.to_owned(), Some(words.why_not(&why))),
        _ => (said.to_owned(), None),
    };
    let drawing = match failure.kind {
        FailureKind::NotExplored => String::new(),
        _ => words.drawing(&log.events()),
    };
    failure.message = format!("{what}\n\n  {}\n{drawing}", words.scenario_line());
    if let Some(why) = why {
        write!(failure.message, "\n  {why}").expect("a string takes all");
    }
    failure.message.truncate(failure.message.trim_end().len());
}

struct Words<'a, S: Spec> {
    scenario: &'a Scenario<S>,
    numbers: &'a Numbers<S>,
}

impl<S: Spec> Words<'_, S> {
    fn scenario_line(&self) -> String {
        let manner = match self.scenario.manner {
            Manner::AtOnce => "",
            Manner::Keeping => "; what a thread has it keeps until all have ended",
            Manner::InTurn(_) => "; first one call after the other, each once all threads rest",
        };
        format!("start: {:?}{manner}", self.scenario.start)
    }

    /// A call, with the thread that makes it: `Acquire of T1`.
    fn call(&self, at: At) -> String {
        format!(
            "{} of {}",
            self.call_only(at),
            self.scenario.name(at.thread)
        )
    }

    fn call_only(&self, at: At) -> String {
        let call = self.scenario.calls(at.thread).nth(at.index);
        call.map_or(String::new(), |call| format!("{call:?}"))
    }

    fn returned(&self, number: ReturnId) -> String {
        format!("{:?}", self.numbers.return_of(number))
    }

    /// Who sleeps for ever.
    fn sleeps(&self, explained: &Explained, events: &[Event]) -> String {
        let state = self.numbers.state_of(explained.state);
        let who = |calls: &[At]| {
            let calls: Vec<String> = calls.iter().map(|&at| self.call(at)).collect();
            let (sleep, they) = match calls.len() {
                1 => ("sleeps", "it"),
                _ => ("sleep", "they"),
            };
            (format!("{} {sleep}", calls.join(" and ")), they)
        };
        match explained.may_go[..] {
            [] if explained.taken.is_empty() => {
                let (sleep, _) = who(&self.asleep(events));
                format!("{sleep} on when all others have given back what they held")
            }
            [] => {
                let (sleep, they) = who(&explained.taken);
                format!("{sleep} for ever, although what {they} asked for was done")
            }
            _ => {
                let (sleep, they) = who(&explained.may_go);
                format!("{sleep} for ever, although {they} could go on; the state is {state:?}")
            }
        }
    }

    /// The calls that have not returned.
    fn asleep(&self, events: &[Event]) -> Vec<At> {
        let threads = 0..self.scenario.threads.len();
        let last = threads.filter_map(|thread| {
            let mut mine = events.iter().filter(|event| event.thread() == Some(thread));
            let begun = mine
                .clone()
                .filter(|event| matches!(event, Event::Begins(_)));
            let index = begun.count().checked_sub(1)?;
            let asleep = mine.next_back() == Some(&Event::Begins(thread));
            asleep.then_some(At { thread, index })
        });
        last.collect()
    }

    /// The longest order, and what does not fit after it.
    fn why_not(&self, why: &Unexplained) -> String {
        let step = |&(at, returned): &(At, Option<ReturnId>)| match returned {
            Some(returned) => format!("{} = {}", self.call(at), self.returned(returned)),
            None => format!("{} joins those who wait", self.call(at)),
        };
        let order: Vec<String> = why.order.iter().map(step).collect();
        let misfit = |(at, returned, can): &Misfit| {
            let can: Vec<String> = can.iter().map(|&number| self.returned(number)).collect();
            let can = match can[..] {
                [] => "has to wait".to_owned(),
                _ => format!("returns {}", can.join(" or ")),
            };
            let returned = self.returned(*returned);
            format!("{} {can} there, and not {returned}", self.call(*at))
        };
        let misfits: Vec<String> = why.misfits.iter().map(misfit).collect();
        let misfits = misfits.join("; ");
        match order[..] {
            [] => format!("whichever is the first: {misfits}"),
            _ => format!("the best order: {}; but {misfits}", order.join(", then ")),
        }
    }

    /// The calls of each thread as bars over one another: what overlaps may come in either order.
    fn drawing(&self, events: &[Event]) -> String {
        let mut rows: Vec<Row> = Vec::new();
        let events = events.iter().filter(|event| **event != Event::Quiet);
        let now = events.clone().count();
        for (now, &event) in events.enumerate() {
            let thread = event.thread().expect("it is not a quiet moment");
            match event {
                Event::Returns(_, returned) => {
                    let mut mine = rows.iter_mut().rev();
                    let row = mine.find(|row| row.thread == thread);
                    let row = row.expect("a call begins before it returns");
                    row.call += &format!(" = {}", self.returned(returned));
                    row.ended = Some(now);
                }
                _ => {
                    let index = rows.iter().filter(|row| row.thread == thread).count();
                    let at = At { thread, index };
                    rows.push(Row {
                        thread,
                        call: self.call_only(at),
                        began: now,
                        ended: None,
                    });
                }
            }
        }
        rows.sort_by_key(|row| row.thread);
        let names: Vec<String> = rows
            .iter()
            .map(|row| self.scenario.name(row.thread))
            .collect();
        let widest = |texts: &mut dyn Iterator<Item = &String>| {
            texts.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let who = widest(&mut names.iter());
        let what = widest(&mut rows.iter().map(|row| &row.call));
        let line = |(name, row): (&String, &Row)| {
            format!("    {name:who$}  {:what$}  {}\n", row.call, row.bar(now))
        };
        names.iter().zip(&rows).map(line).collect()
    }
}

/// One call of a drawing.
struct Row {
    thread: usize,
    call: String,
    began: usize,
    ended: Option<usize>,
}

impl Row {
    /// Two columns for each event.
    fn bar(&self, now: usize) -> String {
        let blank = " ".repeat(2 * self.began);
        let length = 2 * (self.ended.unwrap_or(now) - self.began) - 1;
        let end = if self.ended.is_some() {
            "|"
        } else {
            "> sleeps"
        };
        format!("{blank}|{}{end}", "-".repeat(length))
    }
}
