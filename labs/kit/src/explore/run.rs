//! Runs one pass under a checker, and catches how it ended.
use super::bounded::{Limited, PreemptionBounded};
use super::budget::{self, Budget, Deadline};
use super::orders::Directed;
use super::panics::{self, Panic};
use super::pass::{Pass, Strategy};
use super::request;
use super::silence::Silence;
use crate::model::{self, Backend, Learned, Met, Stop};
use crate::record::{self, Trace};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler, UrwRandomScheduler};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;

pub(super) type Scenario = Arc<dyn Fn() + Send + Sync>;

/// loom calls an execution endless after this many scheduling points.
const MAX_BRANCHES: usize = 5_000;
/// How many schedules each sampler of the portfolio runs.
const SCHEDULES: usize = 2_500;
/// Bytes of stack for a thread under shuttle.
const SHUTTLE_STACK: usize = 256 * 1024;

/// How a pass ended.
pub(super) enum Ended {
    Complete,
    Stopped(Stop),
    Failed(Box<Panic>),
}

/// Which execution is special, if one is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Focus {
    None,
    /// Record where guards are dropped in this one.
    Detail(u64),
    /// Run the ones before this silently, this one aloud and with detail, and none after it.
    Replay(u64),
}

thread_local! {
    static EXECUTIONS: Cell<u64> = const { Cell::new(0) };
    static SILENCE: RefCell<Option<Silence>> = const { RefCell::new(None) };
}

/// What a pass came to.
pub(super) struct Ran {
    pub(super) ended: Ended,
    /// How many executions it has run.
    pub(super) executions: u64,
    /// What the last of them did.
    pub(super) last: Trace,
    /// What its executions have met.
    pub(super) met: Met,
    /// The processor time that it has used.
    pub(super) used: Duration,
}

/// Runs a pass to its end, to the end of `budget`, or to the first failure.
pub(super) fn run(
    pass: Pass,
    scenario: &Scenario,
    budget: Budget,
    focus: Focus,
    learned: &mut Learned,
) -> Ran {
    let mut used = Duration::ZERO;
    loop {
        let mut ran = run_apart(pass, scenario, budget.without(used), focus, learned);
        ran.used += used;
        match ran.ended {
            Ended::Stopped(Stop::Again) => used = ran.used,
            _ => return ran,
        }
    }
}

/// Runs a pass until it has to begin again, on a thread of its own: an execution that is given up
/// may leave modelled threads behind that were unwinding, and the standard library would take this
/// thread for one that panics ever after.
///
/// Such a thread may be in a destructor that waits, in a loop, for what will not come any more.
/// There is no way out of a destructor, so its pass is reported from within, and the thread sleeps
/// for ever.
fn run_apart(
    pass: Pass,
    scenario: &Scenario,
    budget: Budget,
    focus: Focus,
    learned: &mut Learned,
) -> Ran {
    let (report, reported) = mpsc::channel();
    let (scenario, known) = (Arc::clone(scenario), std::mem::take(learned));
    let searcher = std::thread::Builder::new().name(super::claim());
    let searcher = searcher.spawn(move || {
        model::set_learned(known);
        let from_within = report.clone();
        model::when_given_up(Box::new(move || {
            SILENCE.take();
            let ended = how_it_ended(|| Panic::of(&"it was given up", None));
            let _ = from_within.send((ran(ended), model::set_learned(Learned::default()), true));
        }));
        let ended = run_here(pass, &scenario, budget.start(), focus);
        let _ = report.send((ran(ended), model::set_learned(Learned::default()), false));
    });
    let searcher = searcher.expect("the operating system can start a thread");
    let Ok((ran, known, given_up)) = reported.recv() else {
        let payload = searcher.join().expect_err("it ended without a word");
        resume_unwind(payload);
    };
    *learned = known;
    if !given_up {
        searcher
            .join()
            .unwrap_or_else(|payload| resume_unwind(payload));
    }
    ran
}

fn ran(ended: Ended) -> Ran {
    Ran {
        ended,
        executions: EXECUTIONS.get(),
        last: record::snapshot(),
        met: model::met(),
        used: budget::used(),
    }
}

fn run_here(pass: Pass, scenario: &Scenario, deadline: Deadline, focus: Focus) -> Ended {
    panics::install_hook();
    EXECUTIONS.set(0);
    panics::take();
    model::set_settings(pass.settings);
    let scenario = Arc::clone(scenario);
    let body = move || {
        begin_execution(pass, deadline, focus);
        if let Err(payload) = model::run_thread(|| scenario()) {
            panics::nobody_caught(payload);
        }
        if model::over() {
            model::stop(Stop::Abandoned);
        }
    };
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _model = Entered::new(pass);
        let seed = pass.seed;
        match pass.strategy {
            Strategy::Exhaust(bound) => run_loom(bound, body),
            Strategy::Random => {
                let random = RandomScheduler::new_from_seed(seed, SCHEDULES);
                run_shuttle(Limited::new(random, deadline, SCHEDULES), body);
            }
            Strategy::Pct(depth) => {
                let pct = PctScheduler::new_from_seed(seed, depth, SCHEDULES);
                let pct = Limited::new(pct, deadline, SCHEDULES).needing_choices();
                run_shuttle(pct, body);
            }
            Strategy::Urw => {
                let urw = UrwRandomScheduler::new_from_seed(seed, SCHEDULES);
                run_shuttle(Limited::new(urw, deadline, SCHEDULES), body);
            }
            Strategy::Directed => run_shuttle(Limited::new(Directed::new(), deadline, 2), body),
            Strategy::Bounded(bound) => {
                let bounded = PreemptionBounded::new(bound);
                run_shuttle(Limited::new(bounded, deadline, SCHEDULES), body);
            }
        }
        check_leaks();
    }));
    SILENCE.take();
    match ended {
        // shuttle has had nothing left to run, and so no occasion to hear of it.
        Ok(()) if model::over() => how_it_ended(|| Panic::of(&*model::ended_by(), None)),
        Ok(()) => Ended::Complete,
        Err(payload) => how_it_ended(|| Panic::of(&*payload, None)),
    }
}

/// How a pass ended that did not run to its end; `otherwise` is the panic if the hook has seen
/// none.
fn how_it_ended(otherwise: impl FnOnce() -> Panic) -> Ended {
    match model::stopped() {
        None | Some(Stop::Abandoned | Stop::Leaked) => {
            Ended::Failed(panics::take().unwrap_or_else(|| Box::new(otherwise())))
        }
        Some(stop) => Ended::Stopped(stop),
    }
}

fn begin_execution(pass: Pass, deadline: Deadline, focus: Focus) {
    check_leaks();
    let execution = EXECUTIONS.get() + 1;
    // loom looks at its own limits every 20,000 executions only; shuttle's scheduler ends by
    // itself.
    if pass.is_loom() && deadline.has_passed() {
        model::stop(Stop::OutOfTime);
    }
    let detailed = match focus {
        Focus::None => false,
        Focus::Detail(wanted) => execution == wanted,
        Focus::Replay(wanted) => {
            if execution > wanted {
                model::stop(Stop::Replayed);
            }
            let silent = execution < wanted;
            SILENCE.with_borrow_mut(|silence| match silent {
                true => drop(silence.get_or_insert_with(Silence::new)),
                false => *silence = None,
            });
            !silent
        }
    };
    EXECUTIONS.set(execution);
    panics::take();
    let stop_at = matches!(focus, Focus::Replay(_))
        .then(request::stop_at)
        .flatten();
    record::begin_execution(detailed, stop_at.filter(|_| detailed));
    model::begin_execution();
    model::begin_threads();
    crate::thread::begin_execution();
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

fn run_shuttle(scheduler: impl Scheduler + 'static, body: impl Fn() + Send + Sync + 'static) {
    let mut config = shuttle::Config::new();
    config.stack_size = SHUTTLE_STACK;
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.silence_warnings = true;
    shuttle::Runner::new(scheduler, config).run(move || model::ends_quietly(&body));
}

/// shuttle sets a hook of its own when it runs for the first time in a process.
pub(super) fn let_shuttle_set_its_hook() {
    run_shuttle(RandomScheduler::new_from_seed(0, 1), || ());
}

/// A model runs on this operating-system thread for as long as this lives.
struct Entered;

impl Entered {
    fn new(pass: Pass) -> Entered {
        model::set_backend(if pass.is_loom() {
            Backend::Loom
        } else {
            Backend::Shuttle
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
    if EXECUTIONS.get() == 0 || model::over() || model::leaks() {
        return;
    }
    if record::with_trace(|trace| trace.objects.iter().any(|object| object.alive)) {
        panics::keep(Panic::leak());
        model::stop(Stop::Leaked);
    }
}
