//! The data of a failing interleaving.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The version of the JSON form. A reader refuses a later one.
pub const VERSION: u32 = 3;

/// A search that failed. It is also the payload of the panic that fails the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// [`VERSION`], when it was written.
    pub version: u32,
    /// What should hold: the name of the test.
    pub claim: String,
    /// What went wrong.
    pub kind: FailureKind,
    /// What went wrong, in words: the assertion's message, or who waits for whom.
    pub message: String,
    /// The failing line, if a line failed, and the thread that ran it.
    pub at: Option<Place>,
    /// Which of [`Failure::threads`] failed.
    pub by: Option<usize>,
    /// What the search knows.
    pub search: Option<Search>,
    /// The threads; the first runs the scenario.
    pub threads: Vec<Thread>,
    /// The locks, atomics, channels, … that took part.
    pub objects: Vec<Object>,
    /// The interleaving.
    pub steps: Vec<Step>,
    /// What orders the steps of different threads.
    pub edges: Vec<Edge>,
    /// After a deadlock: who waits for whom.
    pub waits: Vec<Wait>,
    /// The source files that the steps are in, whole.
    pub sources: BTreeMap<String, String>,
    /// Repeats exactly this interleaving.
    pub replay: Option<String>,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The scenario panicked.
    Assertion,
    /// The scenario reached a `todo!`: the exercise is not written.
    Todo,
    /// Every thread that is left waits.
    Deadlock,
    /// Two accesses to one `UnsafeCell`, one of them a write, are not ordered by happens-before.
    Race,
    /// Something was never dropped: a cycle of `Arc`s.
    Leak,
    /// The search could not be finished, so it says nothing.
    NotExplored,
    /// No interleaving reached the goal of a `possible`.
    Unreached,
    /// On real threads: the scenario did not end.
    Hung,
}

/// A place in source code, as editors read it: `file:line:column`, both counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Relative to the workspace.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}

impl Place {
    /// `bank.rs:88`, as pictures and sentences have it. What is not right under `src` says so,
    /// because a test has the name of what it tests: `public/bank.rs:88`; and so does a hidden
    /// check: `checks/bank.rs:88`.
    pub fn short(&self) -> String {
        let mut parts = self.file.rsplit('/');
        let name = parts.next().unwrap_or_default();
        let folder = match parts.next() {
            _ if self.file.starts_with("grader/") => "checks",
            Some(folder) => folder,
            None => "",
        };
        match folder {
            "" | "src" => format!("{name}:{}", self.line),
            folder => format!("{folder}/{name}:{}", self.line),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What the search knows about a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// At most this many preemptions were allowed when it was found; `None` for any number.
    pub preemptions: Option<usize>,
    /// Whether schedules were drawn at random.
    pub sampled: bool,
    /// Whether atomics were taken as sequentially consistent: then the interleaving itself is
    /// wrong.
    pub sequential: bool,
    /// Whether one wait on a condvar or one `park` could end for no reason, and one
    /// `compare_exchange_weak` fail for none.
    pub spurious: bool,
    /// Whether `notify_one` woke who came last to sleep, and not who came first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last_first: bool,
    /// Whether it was found with the orderings as written, and the search with every atomic
    /// `SeqCst` and as many preemptions was cut off: then nobody knows which of the two is wrong.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undecided: bool,
    /// How many interleavings the pass that found it had run, this one included.
    pub interleaving: u64,
    /// How many interleavings were run in all.
    pub interleavings: u64,
}

/// A thread of the scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// `main`, `T1`, or what the student called it.
    pub name: String,
}

/// A lock, atomic, channel, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What the student calls it.
    pub name: String,
    /// `Mutex`, `AtomicBool`, …
    pub kind: String,
    /// Where it was made.
    pub made: Option<Place>,
}

/// One step of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which of [`Failure::threads`] took it.
    pub thread: usize,
    /// Which of [`Failure::objects`] it is about.
    pub object: Option<usize>,
    /// Where in the recording it stands: a replay can stop there.
    pub event: usize,
    /// What it did, and with what result: `lock visited: acquired`.
    pub action: String,
    /// What it did, for views that draw.
    pub effect: Effect,
    /// The value of the object after the step, or the one that was seen.
    pub value: Option<String>,
    /// The student's line.
    pub at: Option<Place>,
    /// The text of that line.
    pub code: Option<String>,
    /// Whether another thread took the step before.
    pub switched: bool,
    /// Whether the thread is still blocked here when the execution ends.
    pub stuck: bool,
    /// Whether it has a part in the failure; the others can be folded away.
    pub part: bool,
    /// The ordering that an atomic operation or a fence was written with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordering: Option<MemoryOrdering>,
    /// What the critical section that ends here did to what the lock protects, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched: Option<Touched>,
    /// What the thread was answered in that section: `contains gave false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saw: Option<String>,
}

/// A memory ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are the language's")]
pub enum MemoryOrdering {
    Relaxed,
    Acquire,
    Release,
    AcqRel,
    SeqCst,
}

/// What a critical section did to what its lock protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touched {
    /// Nothing.
    Nothing,
    /// It looked at it.
    Read,
    /// It may have changed it, without a look before.
    Written,
    /// It looked at it, and may have changed it.
    Both,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Took a lock, alone.
    Acquire,
    /// Took a lock, shared.
    AcquireShared,
    /// Gave a lock back.
    Release,
    /// Found a lock taken.
    Blocked,
    /// Went to sleep; gives back the lock [`Effect::Wait::releases`] names.
    Wait {
        /// Which of [`Failure::objects`] a condvar gives back.
        releases: Option<usize>,
    },
    /// Was woken.
    Woken,
    /// Was woken for no reason.
    WokenForNothing,
    /// A `compare_exchange_weak` failed although the value was the expected one.
    FailedForNothing,
    /// Woke others, or nobody.
    Notify {
        /// How many.
        woke: usize,
    },
    /// Read an atomic.
    Load {
        /// Whether a newer value had been stored.
        stale: bool,
    },
    /// Wrote an atomic.
    Store,
    /// Read and wrote an atomic in one step.
    Update,
    /// Read a cell.
    Read,
    /// Wrote a cell.
    Write,
    /// Sent a value or a message.
    Send,
    /// Received a value or a message.
    Receive,
    /// A message was lost on the way.
    Lost,
    /// A message was delivered once more.
    Duplicated,
    /// Started a thread.
    Spawn,
    /// Waited for a thread to end.
    Join,
    /// Waits in a call of the kit's own, such as a fetch.
    Within,
    /// Failed.
    Fail,
    /// Anything else.
    Other,
}

/// One step orders another, of another thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the earlier step.
    pub from: usize,
    /// Index of the later step.
    pub to: usize,
    /// By what.
    pub kind: EdgeKind,
}

/// What one step does to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// Starts its thread.
    Spawn,
    /// Ends what it waited for.
    Join,
    /// Gives back the lock that it takes.
    Unlock,
    /// Wakes it.
    Notify,
    /// Stores, with `Release`, what it loads with `Acquire`.
    Publish,
    /// Stores what it loads, and orders nothing.
    Read,
    /// Sends what it receives, over a network.
    Message,
    /// Puts into a queue what it takes out.
    Queue,
}

impl EdgeKind {
    /// Whether all that came before the one happens-before all that comes after the other.
    pub fn orders(self) -> bool {
        self != EdgeKind::Read
    }
}

/// A thread that waits when nothing moves any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Which of [`Failure::threads`].
    pub thread: usize,
    /// The thread that it waits for, if there is one.
    pub on: Option<usize>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// A lock held by a thread, from one step to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which of [`Failure::objects`].
    pub object: usize,
    /// Which of [`Failure::threads`].
    pub thread: usize,
    /// The step that took it.
    pub from: usize,
    /// The step that gave it back; `None` if it is held to the end.
    pub to: Option<usize>,
    /// Whether others may hold it too.
    pub shared: bool,
}

impl Failure {
    /// Reads the JSON form, and checks that it can be drawn.
    ///
    /// # Errors
    ///
    /// In words, if it is not that form, is of a later version, or a number in it points nowhere.
    pub fn from_json(json: &str) -> Result<Failure, String> {
        let failure: Failure = serde_json::from_str(json).map_err(|error| {
            format!("is not a failure in JSON form, version {VERSION}: {error}")
        })?;
        if failure.version > VERSION {
            let version = failure.version;
            return Err(format!(
                "has version {version}; this program reads up to {VERSION}"
            ));
        }
        match failure.dangling() {
            None => Ok(failure),
            Some(what) => Err(format!("is not whole: {what} that does not exist")),
        }
    }

    /// What points to a thread, an object or a step that is not there.
    fn dangling(&self) -> Option<&'static str> {
        let (threads, objects) = (self.threads.len(), self.objects.len());
        let releases = |step: &Step| match step.effect {
            Effect::Wait { releases } => releases,
            _ => None,
        };
        let outside = |index: Option<usize>, end: usize| index.is_some_and(|index| index >= end);
        if outside(self.by, threads)
            || self.steps.iter().any(|step| step.thread >= threads)
            || self.waits.iter().any(|wait| outside(wait.on, threads))
        {
            return Some("it names a thread");
        }
        let of_object =
            |step: &Step| outside(step.object, objects) || outside(releases(step), objects);
        if self.steps.iter().any(of_object) {
            return Some("it names an object");
        }
        let steps = self.steps.len();
        if self
            .edges
            .iter()
            .any(|edge| edge.from >= steps || edge.to >= steps)
        {
            return Some("it names a step");
        }
        None
    }

    /// A failure without an interleaving to show.
    pub fn bare(claim: &str, kind: FailureKind, message: String) -> Failure {
        Failure {
            version: VERSION,
            claim: claim.to_owned(),
            kind,
            message,
            at: None,
            by: None,
            search: None,
            threads: Vec::new(),
            objects: Vec::new(),
            steps: Vec::new(),
            edges: Vec::new(),
            waits: Vec::new(),
            sources: BTreeMap::new(),
            replay: None,
        }
    }

    /// Which locks were held when, and by whom.
    pub fn holds(&self) -> Vec<Hold> {
        let mut holds: Vec<Hold> = Vec::new();
        let end = |holds: &mut Vec<Hold>, object, thread, at| {
            let open = |hold: &&mut Hold| {
                hold.object == object && hold.thread == thread && hold.to.is_none()
            };
            if let Some(hold) = holds.iter_mut().rev().find(open) {
                hold.to = Some(at);
            }
        };
        for (at, step) in self.steps.iter().enumerate() {
            let thread = step.thread;
            match (step.effect, step.object) {
                (Effect::Acquire | Effect::AcquireShared, Some(object)) => {
                    let shared = step.effect == Effect::AcquireShared;
                    holds.push(Hold {
                        object,
                        thread,
                        from: at,
                        to: None,
                        shared,
                    });
                }
                (Effect::Release, Some(object)) => end(&mut holds, object, thread, at),
                (
                    Effect::Wait {
                        releases: Some(object),
                    },
                    _,
                ) => end(&mut holds, object, thread, at),
                _ => {}
            }
        }
        holds
    }

    /// How often another thread took over.
    pub fn switches(&self) -> usize {
        self.steps.iter().filter(|step| step.switched).count()
    }

    /// What the search says about where the mistake is; empty if it says nothing.
    pub fn cause(&self) -> &'static str {
        let Some(search) = &self.search else {
            return "";
        };
        let atomics = self
            .objects
            .iter()
            .any(|object| object.kind.starts_with("Atomic"));
        match self.kind {
            FailureKind::Todo
            | FailureKind::Leak
            | FailureKind::NotExplored
            | FailureKind::Unreached
            | FailureKind::Hung => "",
            _ if self.has(Effect::FailedForNothing) => {
                "It needs a compare_exchange_weak that fails for no reason, which each may: use it in a loop, or \
                 use compare_exchange."
            }
            _ if search.last_first => {
                "It needs a notify_one that wakes who came last to sleep, which every condition variable may do: \
                 it promises to wake one, and not which."
            }
            _ if self.parks_for_nothing() => {
                "It needs a `park` that returns for no reason, which each may: look again after it, in a loop."
            }
            _ if self.has(Effect::WokenForNothing) => {
                "It needs a wake-up for no reason, which every condition variable may give: look again after \
                 each wait, in a loop."
            }
            _ if !atomics => "",
            _ if search.sequential || search.sampled => {
                "The bug is in the interleaving, not in the memory orderings: it also occurs with every \
                 atomic SeqCst."
            }
            _ if search.undecided => {
                "Found with the orderings as written; the search with every atomic SeqCst was cut off, so \
                 the interleaving itself may be wrong, too."
            }
            _ => {
                "The memory orderings are too weak: with every atomic SeqCst and as many preemptions, \
                 nothing fails."
            }
        }
    }

    /// What found it, in a sentence.
    pub fn found(&self) -> String {
        use crate::outcome::Grouped;
        let Some(search) = &self.search else {
            return String::new();
        };
        let n = Grouped(search.interleaving);
        let bound = match (search.sampled, search.preemptions) {
            (true, _) => {
                return self.with_switches(format!(
                    "Found in schedule {} of a random sample",
                    Grouped(search.interleavings)
                ));
            }
            (false, Some(1)) => "with at most one preemption".to_owned(),
            (false, Some(bound)) => format!("with at most {bound} preemptions"),
            (false, None) => "of the full search".to_owned(),
        };
        self.with_switches(format!("Found in interleaving {n} {bound}"))
    }

    fn has(&self, effect: Effect) -> bool {
        self.steps.iter().any(|step| step.effect == effect)
    }

    /// Whether a `park`, which is not on an object, has returned for no reason.
    fn parks_for_nothing(&self) -> bool {
        let steps = &mut self.steps.iter();
        steps.any(|step| step.effect == Effect::WokenForNothing && step.object.is_none())
    }

    fn with_switches(&self, found: String) -> String {
        match self.switches() {
            0 => format!("{found}."),
            1 => format!("{found}; one switch between threads."),
            n => format!("{found}; {n} switches between threads."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_short_place_tells_a_file_from_its_test_and_its_check() {
        let cases = [
            ("labs/rpc/src/server.rs", "server.rs:7"),
            ("labs/rpc/tests/public/server.rs", "public/server.rs:7"),
            ("labs/kit/src/net/way.rs", "net/way.rs:7"),
            ("grader/labs/rpc/checks/src/server.rs", "checks/server.rs:7"),
            (
                "grader/labs/rpc/checks/src/durable/crash.rs",
                "checks/crash.rs:7",
            ),
            ("server.rs", "server.rs:7"),
        ];
        for (file, short) in cases {
            let place = Place {
                file: file.to_owned(),
                line: 7,
                column: 1,
            };
            assert_eq!(place.short(), short);
        }
    }
}
