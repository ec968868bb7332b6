//! A scenario that failed, in words: the calls as they overlapped, and why they cannot be explained.
use std::fmt::Write;

use super::automaton::{Numbers, ReturnId};
use super::order::{Event, Explained, Unexplained};
use super::perform::{Log, UNEXPLAINED};
use super::{At, Scenario, Spec};
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
        (FailureKind::Deadlock, Ok(explained)) => (words.sleeps(&explained), None),
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
        let keeps = match self.scenario.keeps {
            true => "; what a thread has it keeps until all have ended",
            false => "",
        };
        format!("start: {:?}{keeps}", self.scenario.start)
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
    fn sleeps(&self, explained: &Explained) -> String {
        let state = self.numbers.state_of(explained.state);
        let who = |calls: &[At]| {
            let calls: Vec<String> = calls.iter().map(|&at| self.call(at)).collect();
            calls.join(" and ")
        };
        match explained.may_go[..] {
            [] => format!(
                "{} sleeps for ever, though it has what it waited for",
                who(&explained.taken)
            ),
            _ => format!(
                "{} sleeps for ever, though it may go: {state:?}",
                who(&explained.may_go)
            ),
        }
    }

    /// The longest order, and what does not fit after it.
    fn why_not(&self, why: &Unexplained) -> String {
        let step = |&(at, returned): &(At, Option<ReturnId>)| match returned {
            Some(returned) => format!("{} = {}", self.call(at), self.returned(returned)),
            None => format!("{} joins those who wait", self.call(at)),
        };
        let order: Vec<String> = why.order.iter().map(step).collect();
        let misfit = |(at, returned, can): &(At, ReturnId, Vec<ReturnId>)| {
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
        let mut rows: Vec<(String, String, usize, Option<usize>)> = Vec::new();
        for thread in 0..self.scenario.threads.len() {
            let mine = events
                .iter()
                .enumerate()
                .filter(|(_, event)| event.0 == thread);
            let mut begun = (0, 0);
            for (now, &(_, returned)) in mine {
                let at = At {
                    thread,
                    index: begun.0,
                };
                match returned {
                    None => {
                        begun.1 = now;
                        rows.push((self.scenario.name(thread), self.call_only(at), now, None));
                    }
                    Some(returned) => {
                        let row = rows.last_mut().expect("a call begins before it returns");
                        write!(row.1, " = {}", self.returned(returned)).expect("a string");
                        row.3 = Some(now);
                        begun.0 += 1;
                    }
                }
            }
        }
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let who = widest(&mut rows.iter().map(|row| row.0.len()));
        let what = widest(&mut rows.iter().map(|row| row.1.chars().count()));
        let mut text = String::new();
        for (name, call, began, ended) in &rows {
            let blank = " ".repeat(2 * began);
            let bar = match ended {
                Some(ended) => format!("|{}|", "-".repeat(2 * (ended - began) - 1)),
                None => format!("|{}> sleeps", "-".repeat(2 * (events.len() - began) - 1)),
            };
            writeln!(text, "    {name:who$}  {call:what$}  {blank}{bar}").expect("a string");
        }
        text
    }
}
