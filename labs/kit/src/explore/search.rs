//! Runs a scenario under a checker, pass after pass, and says how the search ended.
use super::bounded::{Limited, PreemptionBounded};
use super::{Certainty, Explorer, Failure, FailureKind, Outcome};
use crate::model::{self, Backend};
use crate::record::{self, Op, ThreadId, Trace};
use crate::tell::{self, Case};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};
use std::sync::{Arc, Once};
use std::time::Instant;

pub(super) type Scenario = Arc<dyn Fn() + Send + Sync>;

/// loom calls an execution endless after this many scheduling points.
const MAX_BRANCHES: usize = 5_000;
/// How many schedules each sampler of the portfolio runs.
const SCHEDULES: usize = 2_500;
/// Bytes of stack for a thread under shuttle.
const SHUTTLE_STACK: usize = 256 * 1024;
const SEED: u64 = 6824;

/// Payload: the goal of a `possible` was reached.
pub(super) struct Reached;
/// Payload: the budget is used up.
struct OutOfTime;
/// Payload: the execution before this one left an object alive.
struct Leaked;

/// One pass of a search.
#[derive(Clone, Copy, Debug)]
struct Pass {
    strategy: Strategy,
    /// Whether atomics are taken as sequentially consistent.
    sequential: bool,
}

#[derive(Clone, Copy, Debug)]
enum Strategy {
    /// loom, up to a number of preemptions.
    Exhaust(Option<usize>),
    /// shuttle, up to a number of preemptions.
    Bounded(usize),
    Random,
    /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010) at this depth.
    Pct(usize),
    /// Uniform random walk.
    Urw,
}

/// How a pass ended, after so many executions.
enum Ended {
    Complete,
    OutOfTime,
    Reached,
    Failed(Box<Panic>),
}

/// A panic inside a model, and what the execution had done until then.
struct Panic {
    message: String,
    at: Option<picture::Place>,
    thread: ThreadId,
    trace: Trace,
}

thread_local! {
    static EXECUTIONS: Cell<u64> = const { Cell::new(0) };
    static PANIC: RefCell<Option<Box<Panic>>> = const { RefCell::new(None) };
}

/// Searches. The failure is boxed: it is the payload of a panic next.
pub(super) fn search(
    explorer: &Explorer,
    scenario: &Scenario,
    wants_goal: bool,
) -> Result<Outcome, Box<Failure>> {
    assert!(
        !model::running(),
        "a scenario cannot explore another scenario"
    );
    install_hook();
    let deadline = Instant::now() + explorer.budget;
    let mut total = 0;
    let mut best = None;
    let mut weak = true;
    for pass in passes(explorer) {
        if !weak
            && !pass.sequential
            && matches!(best, Some(Outcome { certainty, .. }) if certainty == pass.certainty(0))
        {
            continue; // Without atomics and cells this pass would be the last one again.
        }
        let ended = run(pass, scenario, deadline, None);
        let count = EXECUTIONS.get();
        total += count;
        match ended {
            Ended::Reached => {
                return Ok(Outcome {
                    certainty: Certainty::Witnessed,
                    interleavings: total,
                });
            }
            Ended::Failed(panic) => {
                let panic = again(pass, scenario, count).unwrap_or(panic);
                return Err(Box::new(panic.tell(pass.in_data(count, total))));
            }
            Ended::Complete if count == 0 => break,
            Ended::Complete => {
                weak =
                    weak && record::with_trace(|trace| trace.events.iter().any(depends_on_memory));
                if !pass.sequential || !weak {
                    let interleavings = if explorer.sampled { total } else { count };
                    best = Some(Outcome {
                        certainty: pass.certainty(total),
                        interleavings,
                    });
                }
            }
            Ended::OutOfTime => break,
        }
    }
    match best {
        Some(outcome) if !wants_goal => Ok(outcome),
        Some(_) => Err(Box::new(nothing_found(
            FailureKind::Unreached,
            format!(
                "it cannot happen: in none of the {total} interleavings that were searched did the \
                 scenario reach its goal"
            ),
        ))),
        None => Err(Box::new(nothing_found(
            FailureKind::NotExplored,
            format!(
                "not explored: the search was cut off after {total} interleavings and {} s, before even \
                 those with two preemptions were through; the scenario takes more steps than it should",
                explorer.budget.as_secs()
            ),
        ))),
    }
}

fn nothing_found(kind: FailureKind, message: String) -> Failure {
    Failure::bare(&claim(), kind, message)
}

/// What should hold: the name of the test, which is that of its thread.
fn claim() -> String {
    std::thread::current()
        .name()
        .unwrap_or("the scenario")
        .to_owned()
}

fn passes(explorer: &Explorer) -> Vec<Pass> {
    if explorer.sampled {
        let strategies = [
            Strategy::Random,
            Strategy::Pct(2),
            Strategy::Pct(3),
            Strategy::Urw,
            Strategy::Bounded(1),
        ];
        return strategies
            .map(|strategy| Pass {
                strategy,
                sequential: false,
            })
            .to_vec();
    }
    let limit = explorer.preemptions.unwrap_or(usize::MAX);
    let exhaust = |bound, sequential| Pass {
        strategy: Strategy::Exhaust(bound),
        sequential,
    };
    let mut passes = vec![exhaust(Some(1), true)];
    if limit >= 2 {
        passes.push(exhaust(Some(2), true));
    }
    let mut bounds: Vec<usize> = [2, 3].iter().map(|bound| limit.min(*bound)).collect();
    bounds.extend(explorer.preemptions);
    bounds.dedup();
    passes.extend(bounds.into_iter().map(|bound| exhaust(Some(bound), false)));
    if explorer.preemptions.is_none() {
        passes.push(exhaust(None, false));
    }
    passes
}

impl Pass {
    fn certainty(self, schedules: u64) -> Certainty {
        match self.strategy {
            Strategy::Exhaust(None) => Certainty::Exhaustive,
            Strategy::Exhaust(Some(preemptions)) => Certainty::Bounded { preemptions },
            _ => Certainty::Sampled { schedules },
        }
    }

    fn in_data(self, interleaving: u64, interleavings: u64) -> picture::Search {
        let preemptions = match self.strategy {
            Strategy::Exhaust(bound) => bound,
            Strategy::Bounded(bound) => Some(bound),
            _ => None,
        };
        let sampled = !matches!(self.strategy, Strategy::Exhaust(_));
        let sequential = self.sequential;
        picture::Search {
            preemptions,
            sampled,
            sequential,
            interleaving,
            interleavings,
        }
    }
}

/// Whether what an operation sees depends on the memory model, and not on the schedule alone.
fn depends_on_memory(event: &record::Event) -> bool {
    matches!(
        event.op,
        Op::Load { .. }
            | Op::Store { .. }
            | Op::Update { .. }
            | Op::CasFailed { .. }
            | Op::Fence { .. }
            | Op::CellRead
            | Op::CellWrite
    )
}

/// Runs the failing pass once more, up to the failing execution, and there asks each dropped guard where it
/// was dropped. The search is deterministic, so it fails again; if it does not, the first trace has to do.
fn again(pass: Pass, scenario: &Scenario, execution: u64) -> Option<Box<Panic>> {
    let far = Instant::now() + std::time::Duration::from_secs(3600);
    match run(pass, scenario, far, Some(execution)) {
        Ended::Failed(panic) if EXECUTIONS.get() == execution => Some(panic),
        _ => None,
    }
}

fn run(pass: Pass, scenario: &Scenario, deadline: Instant, detailed: Option<u64>) -> Ended {
    EXECUTIONS.set(0);
    PANIC.take();
    model::set_sequential(pass.sequential);
    let scenario = Arc::clone(scenario);
    // loom looks at its own limits every 20,000 executions only; shuttle's scheduler ends by itself.
    let is_loom = matches!(pass.strategy, Strategy::Exhaust(_));
    let body = move || {
        check_leaks();
        if is_loom && Instant::now() > deadline {
            resume_unwind(Box::new(OutOfTime));
        }
        let execution = EXECUTIONS.get() + 1;
        EXECUTIONS.set(execution);
        PANIC.take();
        record::begin_execution(detailed == Some(execution));
        model::begin_execution();
        model::begin_threads();
        crate::thread::begin_execution();
        model::run_thread(|| scenario());
    };
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _model = Entered::new(pass.strategy);
        use shuttle::scheduler::{PctScheduler, RandomScheduler, UrwRandomScheduler};
        let n = SCHEDULES;
        match pass.strategy {
            Strategy::Exhaust(bound) => run_loom(bound, body),
            Strategy::Random => {
                run_shuttle(RandomScheduler::new_from_seed(SEED, n), deadline, body)
            }
            Strategy::Pct(depth) => {
                run_shuttle(PctScheduler::new_from_seed(SEED, depth, n), deadline, body);
            }
            Strategy::Urw => {
                run_shuttle(UrwRandomScheduler::new_from_seed(SEED, n), deadline, body)
            }
            Strategy::Bounded(bound) => run_shuttle(PreemptionBounded::new(bound), deadline, body),
        }
        check_leaks();
    }));
    match ended {
        Ok(()) => Ended::Complete,
        Err(payload) if payload.is::<OutOfTime>() => Ended::OutOfTime,
        Err(payload) if payload.is::<Reached>() => Ended::Reached,
        Err(payload) => {
            let panic = PANIC
                .take()
                .unwrap_or_else(|| Box::new(Panic::of(&*payload, None)));
            Ended::Failed(panic)
        }
    }
}

fn run_loom(bound: Option<usize>, body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_threads = loom::MAX_THREADS;
    builder.max_branches = MAX_BRANCHES;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = bound;
    builder.checkpoint_file = None;
    builder.location = false;
    builder.log = false;
    builder.check(body);
}

fn run_shuttle(
    scheduler: impl shuttle::scheduler::Scheduler + 'static,
    deadline: Instant,
    body: impl Fn() + Send + Sync + 'static,
) {
    let mut config = shuttle::Config::new();
    config.stack_size = SHUTTLE_STACK;
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.silence_warnings = true;
    config
        .ungraceful_shutdown_config
        .immediately_return_on_panic = true;
    let scheduler = Limited {
        inner: scheduler,
        deadline,
        left: SCHEDULES,
    };
    shuttle::Runner::new(scheduler, config).run(body);
}

/// A model runs on this operating-system thread for as long as this lives.
struct Entered;

impl Entered {
    fn new(strategy: Strategy) -> Entered {
        model::set_backend(match strategy {
            Strategy::Exhaust(_) => Backend::Loom,
            _ => Backend::Shuttle,
        });
        Entered
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        model::set_backend(Backend::Real);
    }
}

/// Fails if the execution that has ended left an object alive.
fn check_leaks() {
    if EXECUTIONS.get() == 0 {
        return;
    }
    let leaked = record::with_trace(|trace| trace.objects.iter().any(|object| object.alive));
    if leaked {
        let trace = record::snapshot();
        let message = String::new();
        PANIC.set(Some(Box::new(Panic {
            message,
            at: None,
            thread: 0,
            trace,
        })));
        model::end_execution();
        resume_unwind(Box::new(Leaked));
    }
}

impl Panic {
    fn of(payload: &dyn Any, at: Option<picture::Place>) -> Panic {
        let message = if let Some(text) = payload.downcast_ref::<&str>() {
            (*text).to_owned()
        } else if let Some(text) = payload.downcast_ref::<String>() {
            text.clone()
        } else {
            "a panic whose payload is no text".to_owned()
        };
        Panic {
            message,
            at,
            thread: record::current(),
            trace: record::snapshot(),
        }
    }

    /// Tells it on a thread of its own: the current one may have a small stack.
    fn tell(self, search: picture::Search) -> Failure {
        let kind = self.kind();
        let Panic {
            message,
            at,
            thread,
            trace,
        } = self;
        let case = Case {
            claim: claim(),
            kind,
            message,
            at,
            by: thread,
            search,
            replay: None,
        };
        std::thread::scope(|scope| {
            let telling = scope.spawn(|| tell::tell(case, &trace));
            telling
                .join()
                .unwrap_or_else(|payload| resume_unwind(payload))
        })
    }

    fn kind(&self) -> FailureKind {
        let by_checker = self.at.as_ref().is_none_or(|at| {
            ["/loom-", "/shuttle-", "/kit/"]
                .iter()
                .any(|part| at.file.contains(part))
        });
        match self.message.as_str() {
            "" => FailureKind::Leak,
            _ if !by_checker => FailureKind::Assertion,
            message if message.starts_with("deadlock") => FailureKind::Deadlock,
            message if message.contains("Causality violation") => FailureKind::Race,
            message
                if message.contains("exceeded maximum number of branches")
                    || message.contains("exceeded max_steps")
                    || message.starts_with("a search runs at most") =>
            {
                FailureKind::NotExplored
            }
            _ => FailureKind::Assertion,
        }
    }
}

/// Keeps the first panic of an execution, with its trace; panics outside models go the usual way.
fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if model::running() {
                inside_model(info)
            } else {
                usual(info)
            }
        }));
    });
}

fn inside_model(info: &PanicHookInfo<'_>) {
    let at = info.location().map(|at| picture::Place {
        file: at.file().to_owned(),
        line: at.line(),
        column: at.column(),
    });
    let panic = Panic::of(info.payload(), at);
    if panic.message.starts_with("panic in a destructor") {
        // The process is about to abort: say at least what went wrong first.
        if let Some(first) = PANIC.take() {
            eprintln!(
                "{}\n(and then a destructor panicked: {:?})",
                first.message, panic.at
            );
        }
    }
    // A panic that the scenario catches is none; the last one before the end is the failure.
    if !model::over() {
        PANIC.set(Some(Box::new(panic)));
    }
}
