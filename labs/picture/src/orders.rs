//! Every order of a small scenario's steps: a graph of moments, to walk through.
use crate::{Object, Step, Thread};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Every order of a scenario's steps, atomics sequentially consistent. The first moment is the
/// scenario's begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// [`VERSION`](crate::VERSION), when it was written.
    pub version: u32,
    /// What should hold: the name of the test.
    pub claim: String,
    /// The threads; the first runs the scenario.
    pub threads: Vec<Thread>,
    /// What they share.
    pub objects: Vec<Object>,
    /// The moments.
    pub moments: Vec<Moment>,
    /// The source files that the steps are in, whole.
    pub sources: BTreeMap<String, String>,
}

/// A moment: each thread that can go is a turn; or the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Who can go.
    pub turns: Vec<Turn>,
    /// How it ends here, if it does.
    pub ending: Option<Ending>,
    /// What is wrong, if something is.
    pub message: Option<String>,
}

/// One thread goes, up to its next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Which of [`Orders::threads`].
    pub thread: usize,
    /// The moment that it leads to.
    pub to: Option<usize>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// How an order ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The claim holds.
    Holds,
    /// An assertion fails, or something else that may not be.
    Fails,
    /// No thread can go on.
    Deadlock,
}

impl Orders {
    /// The same, with a step to see in each turn: a thread that goes goes on until there is one.
    #[must_use]
    pub fn by_visible_steps(&self) -> Orders {
        let mut new: Vec<Moment> = Vec::new();
        let mut index: HashMap<usize, usize> = HashMap::new();
        let mut left = vec![0];
        index.insert(0, 0);
        new.push(Moment::default());
        while let Some(old) = left.pop() {
            let here = index[&old];
            let Some(moment) = self.moments.get(old) else {
                continue;
            };
            let turns = moment
                .turns
                .iter()
                .filter_map(|turn| self.until_seen(moment, turn));
            let turns: Vec<Turn> = turns
                .map(|turn| {
                    let to = turn.to.map(|to| {
                        *index.entry(to).or_insert_with(|| {
                            left.push(to);
                            new.push(Moment::default());
                            new.len() - 1
                        })
                    });
                    Turn { to, ..turn }
                })
                .collect();
            new[here] = Moment {
                turns,
                ..moment.clone()
            };
        }
        Orders {
            moments: new,
            ..self.clone()
        }
    }

    /// A turn with those of the same thread that follow: until a step is seen, or another thread
    /// can go that could not; and with what takes effect after the step unseen, such as a release.
    fn until_seen(&self, moment: &Moment, turn: &Turn) -> Option<Turn> {
        let could_go = |thread| moment.turns.iter().any(|other| other.thread == thread);
        let mut all = turn.clone();
        // What is not seen has an end.
        for _ in 0..self.moments.len() {
            let next = self.moments.get(all.to?)?;
            let mut others = next.turns.iter();
            let opened = others.any(|other| !could_go(other.thread));
            let on = next.turns.iter().find(|next| next.thread == turn.thread);
            let Some(on) = on else { break };
            let goes_on = match all.steps.is_empty() {
                true => !opened,
                false => on.steps.is_empty(),
            };
            if !goes_on {
                break;
            }
            all.steps.extend(on.steps.iter().cloned());
            all.to = on.to;
        }
        all.to.map(|_| all)
    }

    /// How many orders there are, and how many of them break the claim.
    pub fn count(&self) -> (u128, u128) {
        let mut known = vec![None; self.moments.len()];
        self.count_from(0, &mut known)
    }

    fn count_from(&self, moment: usize, known: &mut [Option<(u128, u128)>]) -> (u128, u128) {
        if let Some(count) = known[moment] {
            return count;
        }
        let it = &self.moments[moment];
        let count = match it.ending {
            Some(Ending::Holds) => (1, 0),
            Some(_) => (1, 1),
            None => {
                let to = it.turns.iter().filter_map(|turn| turn.to);
                to.fold((0, 0), |(all, bad): (u128, u128), to| {
                    let (more, worse) = self.count_from(to, known);
                    (all.saturating_add(more), bad.saturating_add(worse))
                })
            }
        };
        known[moment] = Some(count);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Effect;
    use crate::tests::step;

    fn turn(thread: usize, to: usize, seen: bool) -> Turn {
        let steps = seen.then(|| step(thread, Effect::Store)).into_iter();
        Turn {
            thread,
            to: Some(to),
            steps: steps.collect(),
        }
    }

    fn end(ending: Ending) -> Moment {
        Moment {
            ending: Some(ending),
            ..Moment::default()
        }
    }

    fn orders(moments: Vec<Moment>) -> Orders {
        Orders {
            version: crate::VERSION,
            claim: "a_claim".to_owned(),
            threads: Vec::new(),
            objects: Vec::new(),
            moments,
            sources: BTreeMap::new(),
        }
    }

    fn choice(turns: Vec<Turn>) -> Moment {
        Moment {
            turns,
            ..Moment::default()
        }
    }

    #[test]
    fn two_ways_to_one_moment_are_two_orders() {
        let all = orders(vec![
            choice(vec![turn(0, 1, true), turn(1, 1, true)]),
            choice(vec![turn(0, 2, true), turn(1, 3, true)]),
            end(Ending::Holds),
            end(Ending::Fails),
        ]);
        assert_eq!(all.count(), (4, 2));
    }

    #[test]
    fn a_thread_that_goes_goes_on_until_something_is_seen() {
        let all = orders(vec![
            choice(vec![turn(0, 1, false), turn(1, 2, true)]),
            choice(vec![turn(0, 3, true), turn(1, 2, true)]),
            choice(vec![turn(0, 3, true)]),
            end(Ending::Holds),
        ]);
        let seen = all.by_visible_steps();
        assert_eq!(seen.count(), (2, 0));
        assert_eq!(seen.moments.len(), 3);
    }
}
