//! Threads, with the standard library's API.
use crate::model::{self, OnModelThread};
use crate::record::{self, CallSite};
use crate::time::Duration;
use crate::waiting;
use std::cell::RefCell;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, io, mem};

pub use std::thread::Result;

/// What a thread returns, once it has returned.
type Slot<T> = Arc<Mutex<Option<T>>>;

/// The body of a thread, whatever it returns. So all that starts and joins threads is compiled
/// once, in this crate, and not once more for each body: it was a fifth of what compiling a lab's
/// checks took.
type Body<'b> = Box<dyn FnOnce() + Send + 'b>;

/// A body that leaves in a slot what it returns.
fn into_slot<'b, T: Send + 'b>(slot: &Slot<T>, body: impl FnOnce() -> T + Send + 'b) -> Body<'b> {
    let slot = Arc::clone(slot);
    Box::new(move || {
        let value = body();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    })
}

fn take<T>(slot: &Slot<T>) -> T {
    let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A thread that was joined has left its value, unless the execution is over and the join had no
    // effect.
    value.unwrap_or_else(|| model::cannot_go_on())
}

static STARTED: AtomicUsize = AtomicUsize::new(0);

/// How many threads were started in this process so far, modelled ones included: for a check of how
/// many somebody starts.
pub fn started() -> usize {
    // ORDERING: the pair of the `fetch_add` below; it is a count, and guards nothing.
    STARTED.load(Relaxed)
}

fn count_one() {
    // ORDERING: the pair of the load in `started`; it is a count, and guards nothing.
    STARTED.fetch_add(1, Relaxed);
}

/// Starts a thread that runs `body`. Never blocks.
///
/// In a search four threads can be spawned at most, and a panic of any of them fails it, unless it
/// is [on purpose](crate::explore::panic_on_purpose).
#[track_caller]
pub fn spawn<F, T>(body: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new()
        .spawn(body)
        .expect("the operating system can start a thread")
}

/// A thread about to be started, with a name.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// A thread without a name.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Gives the thread a name, which pictures and panics show.
    pub fn name(mut self, name: String) -> Builder {
        self.name = Some(name);
        self
    }

    /// Gives the thread a stack of this many bytes. In a model all stacks have one size.
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.stack_size = Some(bytes);
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    #[track_caller]
    pub fn spawn<F, T>(self, body: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let slot = Slot::default();
        let thread = self.start(into_slot(&slot, body), Location::caller())?;
        Ok(JoinHandle { thread, slot })
    }

    /// Starts the thread in a [`scope`].
    ///
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        body: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let slot = Slot::default();
        let thread = self.start_scoped(scope, into_slot(&slot, body), Location::caller())?;
        Ok(ScopedJoinHandle { thread, slot })
    }

    fn start(self, body: Body<'static>, place: CallSite) -> io::Result<Started> {
        count_one();
        if !model::running() {
            return self.real().spawn(body).map(Started::Real);
        }
        let join = model::spawn(self.name, place, body);
        Ok(Started::Model(OnModelThread::new(join)))
    }

    fn start_scoped<'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        body: Body<'scope>,
        place: CallSite,
    ) -> io::Result<ScopedStarted<'scope>> {
        count_one();
        if !model::running() {
            let real = self.real().spawn_scoped(&scope.0, body);
            return real.map(ScopedStarted::Real);
        }
        // SAFETY: the scope joins this thread before it returns, or ends the execution, after which
        // no modelled thread runs again; so the body never runs after 'scope.
        let body: Body<'static> = unsafe { mem::transmute(body) };
        let join = model::spawn(self.name, place, body);
        let (scope, thread) = (scope.address(), join.thread);
        UNJOINED.with_borrow_mut(|unjoined| unjoined.push((scope, join)));
        Ok(ScopedStarted::Model { scope, thread })
    }

    fn real(self) -> std::thread::Builder {
        let mut builder = std::thread::Builder::new();
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        if let Some(bytes) = self.stack_size {
            builder = builder.stack_size(bytes);
        }
        builder
    }
}

/// Waits for a thread, and takes what it returns. Dropped, it lets the thread go on alone.
pub struct JoinHandle<T> {
    thread: Started,
    slot: Slot<T>,
}

enum Started {
    Real(std::thread::JoinHandle<()>),
    Model(OnModelThread<model::Join>),
}

impl Started {
    fn join(self, place: CallSite) -> Result<()> {
        match self {
            Started::Real(handle) => {
                let _waiting = waiting::enter("waits for the end of", "a thread", place, None);
                handle.join()
            }
            Started::Model(join) => join.into_inner().join(place),
        }
    }

    fn thread(&self) -> Thread {
        match self {
            Started::Real(handle) => Thread(Which::Real(handle.thread().clone())),
            Started::Model(join) => Thread::modelled(join.thread),
        }
    }

    fn is_finished(&self, place: CallSite) -> bool {
        match self {
            Started::Real(handle) => handle.is_finished(),
            Started::Model(join) => model::is_finished(join.thread, place),
        }
    }
}

impl<T> JoinHandle<T> {
    /// Blocks until the thread has ended.
    ///
    /// # Errors
    ///
    /// The payload of the panic that ended it. In a model that is a panic
    /// [on purpose](crate::explore::panic_on_purpose): any other has failed the search.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.thread.join(Location::caller())?;
        Ok(take(&self.slot))
    }

    /// The thread, to unpark it.
    pub fn thread(&self) -> Thread {
        self.thread.thread()
    }

    /// Whether the thread has ended, so that [`join`](JoinHandle::join) would hardly block. Never
    /// blocks.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished(Location::caller())
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// A thread.
#[derive(Clone)]
pub struct Thread(Which);

#[derive(Clone)]
enum Which {
    Real(std::thread::Thread),
    Model(record::ThreadId, Option<Arc<str>>),
}

/// Tells threads apart. A thread of a model has another one than every thread outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(Id);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Real(std::thread::ThreadId),
    Model(record::ThreadId),
}

/// The same in a search and outside: no answer learns from it where it runs.
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = BuildHasherDefault::<DefaultHasher>::default().hash_one(self);
        write!(f, "{number:016x}")
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Thread").field(&self.id()).finish()
    }
}

impl Thread {
    /// Gives the thread its token: its next, or current, [`park`] returns. Never blocks.
    #[track_caller]
    pub fn unpark(&self) {
        match &self.0 {
            Which::Real(thread) => thread.unpark(),
            Which::Model(thread, _) => model::unpark(*thread, Location::caller()),
        }
    }

    fn modelled(thread: record::ThreadId) -> Thread {
        let name = record::with_trace(|trace| trace.threads[thread as usize].name.clone());
        Thread(Which::Model(thread, name))
    }

    /// The name that it was given, if it was; `main` for the thread that runs a scenario.
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Which::Real(thread) => thread.name(),
            Which::Model(_, name) => name.as_deref(),
        }
    }

    /// What tells this thread from all others.
    pub fn id(&self) -> ThreadId {
        ThreadId(match &self.0 {
            Which::Real(thread) => Id::Real(thread.id()),
            Which::Model(thread, _) => Id::Model(*thread),
        })
    }
}

/// The thread that calls this.
pub fn current() -> Thread {
    if model::running() {
        Thread::modelled(record::current())
    } else {
        Thread(Which::Real(std::thread::current()))
    }
}

/// Whether this thread unwinds from a panic.
///
/// In a model: from one on purpose. Where a thread catches it while others unwind, this may be true
/// a little longer.
pub fn panicking() -> bool {
    if model::running() {
        model::unwinding()
    } else {
        std::thread::panicking()
    }
}

/// Blocks until this thread's token is there, and takes it. May also return for no reason (a
/// search tries that), or because somebody else gave the token: look again, in a loop.
#[track_caller]
pub fn park() {
    if model::running() {
        model::park(Location::caller());
    } else {
        let _waiting = waiting::enter("is parked", "", Location::caller(), None);
        std::thread::park();
    }
}

/// As [`park`], but blocks for `timeout` at most. What it returned for it does not say.
///
/// In a model no time passes: the time may be up at any moment, and both outcomes are explored.
#[track_caller]
pub fn park_timeout(timeout: Duration) {
    if model::running() {
        model::park_timeout(timeout, Location::caller());
    } else {
        std::thread::park_timeout(timeout);
    }
}

/// How many threads can run at once on this machine: two in a model, which has to do the same in
/// each run.
///
/// # Errors
///
/// If the operating system does not say.
pub fn available_parallelism() -> io::Result<NonZeroUsize> {
    if model::running() {
        Ok(const { NonZeroUsize::new(2).unwrap() })
    } else {
        std::thread::available_parallelism()
    }
}

/// Lets other threads run first. Not a way to wait for them.
#[track_caller]
pub fn yield_now() {
    if model::running() {
        model::yield_now(Location::caller());
    } else {
        crate::explore::turn(std::thread::yield_now);
    }
}

/// Blocks for `duration` at least. In a model it is a [`yield_now`], after which the modelled clock
/// is `duration` later.
///
/// Sleeping is never a way to make one thing happen after another.
#[track_caller]
pub fn sleep(duration: Duration) {
    if model::running() {
        model::sleep(duration, Location::caller());
    } else {
        std::thread::sleep(duration);
    }
}

/// Threads that may borrow from the function that starts them: blocks until all of them have ended.
///
/// # Panics
///
/// If one of them panicked and was not joined by hand.
///
/// # Examples
///
/// ```
/// let words = ["lock", "wait", "notify"];
/// let lengths = kit::thread::scope(|scope| {
///     words.map(|word| scope.spawn(|| word.len())).map(|thread| thread.join().unwrap())
/// });
/// assert_eq!(lengths, [4, 4, 6]);
/// ```
#[track_caller]
pub fn scope<'env, F, T>(body: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let (mut body, mut value) = (Some(body), None);
    let place = Location::caller();
    in_scope(
        &mut |scope| value = body.take().map(|body| body(scope)),
        place,
    );
    value.expect("a body that returned has left its value")
}

/// A scope, whatever its body returns.
fn in_scope<'env>(body: &mut dyn for<'scope> FnMut(&'scope Scope<'scope, 'env>), place: CallSite) {
    std::thread::scope(|real| {
        // SAFETY: `Scope` is a transparent wrapper.
        let scope = unsafe { &*std::ptr::from_ref(real).cast::<Scope<'_, 'env>>() };
        if !model::running() {
            return body(scope);
        }
        let result = catch_unwind(AssertUnwindSafe(|| body(scope)));
        if let Err(payload) = &result
            && !model::is_on_purpose(&**payload)
        {
            // The other threads borrow from frames that are about to go: they never run again.
            model::end_execution();
        } else {
            let mut panicked = false;
            while let Some(join) = scope.next_unjoined(|_| true) {
                panicked |= join.join(place).is_err();
            }
            if panicked && result.is_ok() {
                model::panic_on_purpose("a scoped thread panicked", place);
            }
        }
        result.unwrap_or_else(|payload| resume_unwind(payload));
    });
}

/// Where scoped threads are started; see [`scope`].
#[repr(transparent)]
pub struct Scope<'scope, 'env: 'scope>(std::thread::Scope<'scope, 'env>);

thread_local! {
    /// Modelled threads that nobody has joined yet, each with the address of its scope.
    static UNJOINED: RefCell<Vec<(usize, model::Join)>> = const { RefCell::new(Vec::new()) };
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread that may borrow whatever outlives the scope. Never blocks.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, body: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Builder::new()
            .spawn_scoped(self, body)
            .expect("the operating system can start a thread")
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn next_unjoined(&self, wanted: impl Fn(record::ThreadId) -> bool) -> Option<model::Join> {
        take_unjoined(self.address(), wanted)
    }
}

fn take_unjoined(scope: usize, wanted: impl Fn(record::ThreadId) -> bool) -> Option<model::Join> {
    UNJOINED.with_borrow_mut(|unjoined| {
        let found = |(of, join): &(usize, model::Join)| *of == scope && wanted(join.thread);
        let at = unjoined.iter().position(found)?;
        Some(unjoined.remove(at).1)
    })
}

/// A new execution begins: what a failed one left unjoined is forgotten.
pub(crate) fn begin_execution() {
    UNJOINED.take().into_iter().for_each(mem::forget);
}

/// Waits for a scoped thread, and takes what it returns.
pub struct ScopedJoinHandle<'scope, T> {
    thread: ScopedStarted<'scope>,
    slot: Slot<T>,
}

enum ScopedStarted<'scope> {
    Real(std::thread::ScopedJoinHandle<'scope, ()>),
    Model {
        scope: usize,
        thread: record::ThreadId,
    },
}

impl ScopedStarted<'_> {
    fn join(self, place: CallSite) -> Result<()> {
        match self {
            ScopedStarted::Real(handle) => {
                let _waiting = waiting::enter("waits for the end of", "a thread", place, None);
                handle.join()
            }
            ScopedStarted::Model { scope, thread } => {
                let join = take_unjoined(scope, |unjoined| unjoined == thread);
                join.map_or(Ok(()), |join| join.join(place))
            }
        }
    }

    fn thread(&self) -> Thread {
        match self {
            ScopedStarted::Real(handle) => Thread(Which::Real(handle.thread().clone())),
            ScopedStarted::Model { thread, .. } => Thread::modelled(*thread),
        }
    }

    fn is_finished(&self, place: CallSite) -> bool {
        match self {
            ScopedStarted::Real(handle) => handle.is_finished(),
            ScopedStarted::Model { thread, .. } => model::is_finished(*thread, place),
        }
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Blocks until the thread has ended.
    ///
    /// # Errors
    ///
    /// The payload of the panic that ended it. In a model that is a panic
    /// [on purpose](crate::explore::panic_on_purpose): any other has failed the search.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.thread.join(Location::caller())?;
        Ok(take(&self.slot))
    }

    /// The thread, to unpark it.
    pub fn thread(&self) -> Thread {
        self.thread.thread()
    }

    /// Whether the thread has ended, so that [`join`](ScopedJoinHandle::join) would hardly block.
    /// Never blocks.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished(Location::caller())
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}
