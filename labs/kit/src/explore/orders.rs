//! Every order of a small scenario's steps, as a tree to walk through: atomics sequentially
//! consistent, nothing left out.
//!
//! The one idea: what a thread does next depends on what it has seen, and that on the order of the
//! steps on each object. So two ways to the same history of each thread and of each object lead to
//! the same moment, and the tree is a graph with far fewer moments than orders. Each run of the
//! scenario follows a way that is known, takes a turn that is not, and notes what it meets.
//!
//! Not here: how a search for failures goes (`search`); what the page does with the tree (the crate
//! `picture`).
use super::budget::Budget;
use super::pass::{Pass, Strategy};
use super::run::{Ended, Focus, Ran, Scenario, run};
use super::silence::Silence;
use crate::cause::Cause;
use crate::describe::{self, Case};
use crate::model::{Learned, Settings};
use crate::record::{self, Op, Trace};
use picture::{Ending, Moment, Orders, Turn};
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A scenario with more moments than this is not one to play with.
const MOMENTS: usize = 6_000;
const BUDGET: Duration = Duration::from_secs(20);

thread_local! {
    static WAY: RefCell<Option<Arc<Mutex<Way>>>> = const { RefCell::new(None) };
    /// Whether somebody wants the orders of what is explored on this thread; and then these.
    static WANTED: RefCell<Option<Option<Result<Orders, String>>>> = const { RefCell::new(None) };
}

/// Every order of the steps of the first scenario that `job` explores: as [`explore()`], but for
/// people to walk through. `None` if it explores none.
///
/// # Errors
///
/// In words, if there are too many.
///
/// [`explore()`]: crate::explore()
pub fn orders(job: impl FnOnce()) -> Option<Result<Orders, String>> {
    WANTED.set(Some(None));
    // It ends where they are handed over.
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    WANTED.take().flatten()
}

/// Whether the orders of this search are wanted by whoever has called it.
pub(super) fn are_wanted() -> bool {
    WANTED.with_borrow(|wanted| matches!(wanted, Some(None)))
}

/// Hands them over, and ends the job.
pub(super) fn hand_over(orders: Result<Orders, String>) -> ! {
    WANTED.set(Some(Some(orders)));
    std::panic::resume_unwind(Box::new("the orders are all that was wanted"));
}

/// Runs a scenario in every order.
pub(super) fn all(claim: &str, scenario: &Scenario) -> Result<Orders, String> {
    // shuttle prints a line for each deadlock, and the scenario what it likes.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let _silence = Silence::new();
    let mut known = Known::default();
    let mut left = vec![Vec::new()];
    let mut budget = Budget::new(BUDGET);
    while let Some(way) = left.pop() {
        let walked = walk(scenario, &way, &mut budget);
        known.meet(&walked, &mut left)?;
        if known.moments.len() > MOMENTS || budget.is_used_up() {
            return Err(format!(
                "{claim} has too many orders to play with: more than {} moments were met",
                known.moments.len()
            ));
        }
    }
    Ok(known.orders(claim))
}

/// One run: the choices that it met, and what it did.
struct Walked {
    choices: Vec<Choice>,
    trace: Trace,
    ending: Ending,
    failure: Option<picture::Failure>,
}

/// A point of a run at which some threads could go, and the one that went.
#[derive(Clone)]
struct Choice {
    moment: u64,
    can_go: Vec<u8>,
    goes: u8,
    /// How many events there were.
    events: usize,
}

/// Where a run is to go, and where it has gone.
#[derive(Default)]
struct Way {
    to_take: Vec<u8>,
    choices: Vec<Choice>,
}

/// Goes the way that this thread has been told; from its end on, on with whoever runs.
pub(super) struct Directed {
    begun: bool,
}

impl Directed {
    pub(super) fn new() -> Directed {
        Directed { begun: false }
    }
}

impl Scheduler for Directed {
    fn new_execution(&mut self) -> Option<Schedule> {
        (!std::mem::replace(&mut self.begun, true)).then(|| Schedule::new(0))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        _is_yielding: bool,
    ) -> Option<TaskId> {
        let ids: Vec<TaskId> = runnable.iter().map(|task| task.id()).collect();
        let id = |task: &TaskId| usize::from(*task) as u8;
        let goes_on = current.filter(|me| ids.contains(me)).unwrap_or(ids[0]);
        WAY.with_borrow(|way| {
            // Before the scenario begins there is nothing to choose.
            let Some(way) = way else {
                return Some(goes_on);
            };
            let mut way = way.lock().unwrap_or_else(PoisonError::into_inner);
            let asked = way.to_take.get(way.choices.len()).copied();
            let goes = ids.iter().find(|task| Some(id(task)) == asked);
            let goes = goes.copied().unwrap_or(goes_on);
            let mut can_go: Vec<u8> = ids.iter().map(id).collect();
            can_go.sort_unstable();
            let (moment, events) = record::with_trace(|trace| {
                let moment = moment(trace, &way.choices, &can_go);
                (moment, trace.events.len())
            });
            way.choices.push(Choice {
                moment,
                can_go,
                goes: id(&goes),
                events,
            });
            Some(goes)
        })
    }

    fn next_u64(&mut self) -> u64 {
        // Randomness of the scenario's own is not an order.
        4
    }
}

/// The name of a moment: what each thread has done and seen, how often it has gone since without
/// doing anything, in which order each object was used, and who can go.
fn moment(trace: &Trace, choices: &[Choice], can_go: &[u8]) -> u64 {
    let mut threads: BTreeMap<u8, (usize, DefaultHasher)> = BTreeMap::new();
    let mut objects: BTreeMap<u32, DefaultHasher> = BTreeMap::new();
    let mut use_object = |object: u32, thread: u8, what: &str| {
        (thread, what).hash(objects.entry(object).or_default());
    };
    for (at, event) in trace.events.iter().enumerate() {
        let what = format!("{} {:?}", event.object, event.op);
        let (last, history) = threads.entry(event.thread).or_default();
        (*last, ()) = (at, what.hash(history));
        if event.op.is_on_an_object() && !matches!(event.op, Op::LockWants | Op::ReadWants) {
            use_object(event.object, event.thread, &what);
        }
        if let Op::CondvarWaits { mutex, .. } = event.op {
            use_object(mutex, event.thread, &what);
        }
    }
    let mut hasher = DefaultHasher::new();
    can_go.hash(&mut hasher);
    for (thread, (last, history)) in &threads {
        let since = choices
            .iter()
            .filter(|choice| choice.goes == *thread && choice.events > *last);
        (thread, history.finish(), since.count()).hash(&mut hasher);
    }
    for (object, history) in &objects {
        (object, history.finish()).hash(&mut hasher);
    }
    hasher.finish()
}

/// Runs the scenario once, on a way.
fn walk(scenario: &Scenario, to_take: &[u8], budget: &mut Budget) -> Walked {
    let way = Arc::new(Mutex::new(Way {
        to_take: to_take.to_vec(),
        ..Way::default()
    }));
    let (mine, scenario) = (Arc::clone(&way), Arc::clone(scenario));
    let directed: Scenario = Arc::new(move || {
        WAY.set(Some(Arc::clone(&mine)));
        scenario();
    });
    let pass = Pass {
        strategy: Strategy::Directed,
        seed: 0,
        settings: Settings::default(),
    };
    let Ran {
        ended, last, used, ..
    } = run(
        pass,
        &directed,
        *budget,
        Focus::None,
        &mut Learned::default(),
    );
    *budget = budget.without(used);
    let mut way = way.lock().unwrap_or_else(PoisonError::into_inner);
    // Up to its first choice the scenario's own thread goes.
    let mut choices = vec![Choice {
        moment: 0,
        can_go: vec![0],
        goes: 0,
        events: 0,
    }];
    choices.append(&mut way.choices);
    drop(way);
    walked(choices, ended, last, pass)
}

/// What a run came to.
fn walked(choices: Vec<Choice>, ended: Ended, last: Trace, pass: Pass) -> Walked {
    let Ended::Failed(panic) = ended else {
        return Walked {
            choices,
            trace: last,
            ending: Ending::Holds,
            failure: None,
        };
    };
    let ending = match panic.cause {
        Cause::Deadlock => Ending::Deadlock,
        _ => Ending::Fails,
    };
    let trace = panic.trace.clone();
    let case = Case {
        claim: super::claim(),
        cause: panic.cause,
        message: panic.message,
        at: panic.at,
        by: panic.thread,
        search: pass.in_data(1, 1),
    };
    let failure = Some(describe::failure(case, &trace));
    Walked {
        choices,
        trace,
        ending,
        failure,
    }
}

impl Walked {
    /// The moment that it ends in.
    fn end(&self) -> Moment {
        let message = self.failure.as_ref().map(|failure| {
            let waits = failure.waits_in_words().into_iter();
            failure.message.clone() + &waits.map(|wait| format!("\n{wait}")).collect::<String>()
        });
        Moment {
            turns: Vec::new(),
            ending: Some(self.ending),
            message,
        }
    }

    /// The step at which it fails, if it fails at one.
    fn failing_step(&self) -> Option<picture::Step> {
        let last = self.failure.as_ref()?.steps.last()?;
        (last.effect == picture::Effect::Fail).then(|| last.clone())
    }
}

/// What is known of the tree.
#[derive(Default)]
struct Known {
    moments: Vec<Moment>,
    /// The index of each.
    index: HashMap<u64, usize>,
    threads: Vec<picture::Thread>,
    objects: Vec<picture::Object>,
    sources: BTreeMap<String, String>,
}

impl Known {
    /// Adds what a run has met. At each moment that is new, the turns that it has not taken are
    /// left.
    fn meet(&mut self, walked: &Walked, left: &mut Vec<Vec<u8>>) -> Result<(), String> {
        let told = describe::steps_of(&walked.trace, walked.ending == Ending::Deadlock);
        let mut steps = told.steps;
        steps.extend(walked.failing_step());
        if told.threads.len() >= self.threads.len() && told.objects.len() >= self.objects.len() {
            (self.threads, self.objects) = (told.threads, told.objects);
        }
        self.sources.extend(told.sources);
        let mut taken: Vec<u8> = Vec::new();
        for (at, choice) in walked.choices.iter().enumerate() {
            let here = self.arrive(choice, &taken, left);
            if at > 0 {
                taken.push(choice.goes);
            }
            let (to, until) = match walked.choices.get(at + 1) {
                Some(next) => (self.moment(next.moment), next.events),
                None => {
                    self.moments.push(walked.end());
                    (self.moments.len() - 1, usize::MAX)
                }
            };
            let turn = self.moments[here]
                .turns
                .iter_mut()
                .find(|turn| turn.thread == usize::from(choice.goes));
            let Some(turn) = turn else {
                return Err("the scenario is another one in each run".to_owned());
            };
            if turn.to.is_none() {
                turn.to = Some(to);
                let mine = |step: &&picture::Step| (choice.events..until).contains(&step.event);
                turn.steps = steps.iter().filter(mine).cloned().collect();
            } else if walked.choices.get(at + 1).is_none() {
                // The end was met before.
                self.moments.pop();
            }
        }
        Ok(())
    }

    /// The moment of a choice. Seen for the first time, every turn but the one that was taken is
    /// still to be taken.
    fn arrive(&mut self, choice: &Choice, taken: &[u8], left: &mut Vec<Vec<u8>>) -> usize {
        let here = self.moment(choice.moment);
        if self.moments[here].turns.is_empty() {
            for thread in &choice.can_go {
                self.moments[here].turns.push(Turn {
                    thread: usize::from(*thread),
                    to: None,
                    steps: Vec::new(),
                });
                if *thread != choice.goes {
                    left.push([taken, &[*thread]].concat());
                }
            }
        }
        here
    }

    /// The index of a moment, which may be a new one.
    fn moment(&mut self, name: u64) -> usize {
        *self.index.entry(name).or_insert_with(|| {
            self.moments.push(Moment::default());
            self.moments.len() - 1
        })
    }

    fn orders(self, claim: &str) -> Orders {
        let orders = Orders {
            version: picture::VERSION,
            claim: claim.to_owned(),
            threads: self.threads,
            objects: self.objects,
            moments: self.moments,
            sources: self.sources,
        };
        orders.by_visible_steps()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::Mutex;
    use crate::{explore, thread};

    fn pay(bank: &[Mutex<u32>; 2], from: usize, to: usize) {
        let mut payer = bank[from].lock();
        let mut payee = bank[to].lock();
        *payer -= 1;
        *payee += 1;
    }

    fn brief(all: &Orders) -> String {
        let moments = all.moments.iter().enumerate().map(|(at, moment)| {
            let turns = moment.turns.iter().map(|turn| {
                let steps: Vec<&str> = turn.steps.iter().map(|step| &*step.action).collect();
                format!("  {} to {:?}: {steps:?}\n", turn.thread, turn.to)
            });
            format!("{at} {:?}\n{}", moment.ending, turns.collect::<String>())
        });
        moments.collect()
    }

    #[test]
    fn the_order_in_which_both_look_before_either_acts_is_there() {
        let all = orders(|| {
            explore(|| {
                let seen = Mutex::new(false);
                let mark = || {
                    let new = !*seen.lock();
                    if new {
                        *seen.lock() = true;
                    }
                    new
                };
                thread::scope(|s| {
                    let other = s.spawn(mark);
                    let mine = mark();
                    assert!(mine != other.join().unwrap(), "both are new");
                });
            });
        });
        let all = all.expect("it explores").expect("it is small");
        let (orders, bad) = all.count();
        assert!(
            bad > 0 && bad < orders,
            "{bad} of {orders}\n{}",
            brief(&all)
        );
    }

    #[test]
    fn every_order_of_two_payments_is_there_and_some_deadlock() {
        let all = orders(|| {
            explore(|| {
                let bank = [Mutex::new(1), Mutex::new(1)];
                thread::scope(|s| {
                    s.spawn(|| pay(&bank, 0, 1));
                    pay(&bank, 1, 0);
                });
            });
        });
        let all = all.expect("it explores").expect("it is small");
        let (orders, bad) = all.count();
        assert!(bad > 0 && bad < orders, "{bad} of {orders}");
        let deadlocks = all
            .moments
            .iter()
            .filter(|moment| moment.ending == Some(Ending::Deadlock));
        assert!(deadlocks.count() > 0);
        let turns = all.moments.iter().flat_map(|moment| &moment.turns);
        assert!(
            turns.clone().all(|turn| turn.to.is_some()),
            "each leads somewhere"
        );
    }
}
