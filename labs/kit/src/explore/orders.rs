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
    let _silence = Silence::new();
    let mut known = Known::default();
    let mut left = vec![Vec::new()];
    let mut budget = Budget::new(BUDGET);
    while let Some(way) = left.pop() {
        let walked = walk(scenario, &way, &mut budget);
        known.meet(&walked, way.len(), &mut left)?;
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
        // Randomness of the scenario's own is no order.
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
    let choices = std::mem::take(&mut way.lock().unwrap_or_else(PoisonError::into_inner).choices);
    match ended {
        Ended::Failed(panic) => {
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
            let failure = describe::failure(case, &trace);
            Walked {
                choices,
                trace,
                ending,
                failure: Some(failure),
            }
        }
        _ => Walked {
            choices,
            trace: last,
            ending: Ending::Holds,
            failure: None,
        },
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
    /// Adds what a run has met. Its first `followed` choices are known; where it has gone on from
    /// there, the other turns are left.
    fn meet(
        &mut self,
        walked: &Walked,
        followed: usize,
        left: &mut Vec<Vec<u8>>,
    ) -> Result<(), String> {
        let told = describe::steps_of(&walked.trace, walked.ending == Ending::Deadlock);
        let mut steps = told.steps;
        if let Some(failure) = &walked.failure {
            steps.extend(
                failure
                    .steps
                    .last()
                    .filter(|step| step.effect == picture::Effect::Fail)
                    .cloned(),
            );
        }
        if told.threads.len() >= self.threads.len() && told.objects.len() >= self.objects.len() {
            (self.threads, self.objects) = (told.threads, told.objects);
        }
        self.sources.extend(told.sources);
        let mut taken: Vec<u8> = Vec::new();
        for (at, choice) in walked.choices.iter().enumerate() {
            let here = match self.index.get(&choice.moment) {
                Some(here) => *here,
                None => self.add(choice.moment),
            };
            // Seen for the first time: every other turn is still to be taken.
            if self.moments[here].turns.is_empty() {
                for thread in &choice.can_go {
                    self.moments[here].turns.push(Turn {
                        thread: usize::from(*thread),
                        to: None,
                        steps: Vec::new(),
                    });
                    if *thread != choice.goes || at + 1 < followed {
                        left.push([&taken[..], &[*thread]].concat());
                    }
                }
            }
            taken.push(choice.goes);
            let (to, until) = match walked.choices.get(at + 1) {
                Some(next) => match self.index.get(&next.moment) {
                    Some(to) => (*to, next.events),
                    None => (self.add(next.moment), next.events),
                },
                None => {
                    let end = Moment {
                        turns: Vec::new(),
                        ending: Some(walked.ending),
                        message: walked.failure.as_ref().map(|failure| {
                            let mut message = failure.message.clone();
                            for wait in &failure.waits {
                                message += &format!("\n{}", wait.sentence);
                            }
                            message
                        }),
                    };
                    self.moments.push(end);
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

    fn add(&mut self, moment: u64) -> usize {
        self.index.insert(moment, self.moments.len());
        self.moments.push(Moment::default());
        self.moments.len() - 1
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
