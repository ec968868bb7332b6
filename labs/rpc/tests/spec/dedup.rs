//! What "at most once" promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Canary, Scenario, Spec, Steps, Subject};
use kit::sync::{Condvar, Mutex};
use rpc::dedup::Dedup;
use rpc::message::{CallId, ClientId, Forgotten, Reply};

pub(crate) struct Contract;

/// A client's call of that number, which says that the replies up to `seen` were seen.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Id {
    client: char,
    seq: u64,
    seen: u64,
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.client, self.seq)?;
        match self.seen {
            0 => Ok(()),
            seen => write!(f, " (seen: {seen})"),
        }
    }
}

const fn id(client: char, seq: u64, seen: u64) -> Id {
    Id { client, seq, seen }
}

/// What the handler of a call does, if it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Handler {
    Returns,
    Panics,
    /// Sleeps until the gate is open.
    Waits,
    /// Makes `NEXT`, by which its own call is let go.
    CallsNext,
}
use Handler::*;

const NEXT: Id = id('a', 2, 1);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Try(Id, Handler),
    OpenGate,
    Len,
}
use Call::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// The reply of the handler that this try brought along: the second call of the first thread.
    ReplyOf {
        thread: usize,
        index: usize,
    },
    /// The reply of the handler of `NEXT` that ran inside another one.
    ReplyOfNext,
    Error,
    Forgotten,
    Panic,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    /// Whether the handler of this try ran, and what it was told by a call of its own.
    Answered {
        ran: bool,
        inside: Option<(bool, Answer)>,
        answer: Answer,
    },
    Calls(usize),
    Done,
}

type Key = (char, u64);

/// What a thread that is in a try does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Doing {
    /// Its handler runs.
    Runs,
    /// Somebody else's runs.
    Waits,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    seen: BTreeMap<char, u64>,
    /// What ran, also what was let go: `None` as long as it runs.
    ran: BTreeMap<Key, Option<Answer>>,
    gate_is_open: bool,
    doing: BTreeMap<usize, Doing>,
    /// The same of a call that a handler makes, and its answer in the end.
    inside: BTreeMap<usize, Doing>,
    told: BTreeMap<usize, (bool, Answer)>,
}

/// What a try comes to.
enum Comes {
    To(Doing),
    /// One of these answers, or none yet.
    Answer(Vec<Answer>),
}

impl State {
    fn is_forgotten(&self, id: Id) -> bool {
        id.seq <= *self.seen.get(&id.client).unwrap_or(&0)
    }

    /// A try comes, or has waited and looks again.
    fn look(&mut self, id: Id, waits: bool) -> Comes {
        if !waits {
            let seen = self.seen.entry(id.client).or_default();
            *seen = id.seen.max(*seen);
            if self.is_forgotten(id) {
                return Comes::Answer(vec![Answer::Forgotten]);
            }
        }
        match self.ran.get(&(id.client, id.seq)) {
            None => {
                self.ran.insert((id.client, id.seq), None);
                Comes::To(Doing::Runs)
            }
            Some(None) if !waits => Comes::To(Doing::Waits),
            // Let go of while it waits, it may be told so, or get the reply.
            answer => {
                let mut answers: Vec<_> = answer.copied().flatten().into_iter().collect();
                answers.extend((waits && self.is_forgotten(id)).then_some(Answer::Forgotten));
                Comes::Answer(answers)
            }
        }
    }

    fn ends(&mut self, id: Id, answer: Answer) {
        self.ran.insert((id.client, id.seq), Some(answer));
    }

    /// The handler of thread `me` makes `NEXT`.
    fn step_inside(&self, me: usize) -> Vec<State> {
        let mut next = self.clone();
        let doing = next.inside.remove(&me);
        if doing == Some(Doing::Runs) {
            next.ends(NEXT, Answer::ReplyOfNext);
            next.told.insert(me, (true, Answer::ReplyOfNext));
            return vec![next];
        }
        let told = |mut next: State, answer| {
            next.told.insert(me, (false, answer));
            next
        };
        match next.look(NEXT, doing.is_some()) {
            Comes::Answer(answers) => answers
                .into_iter()
                .map(|answer| told(next.clone(), answer))
                .collect(),
            Comes::To(doing) => {
                next.inside.insert(me, doing);
                vec![next]
            }
        }
    }

    /// What [`Dedup::len`] may say: what was let go and still runs may be counted or not.
    fn len(&self) -> RangeInclusive<usize> {
        let let_go = |&(client, seq): &Key| self.is_forgotten(id(client, seq, 0));
        let kept = self.ran.keys().filter(|&call| !let_go(call)).count();
        let running = self.ran.iter();
        let running = running.filter(|(call, answer)| let_go(call) && answer.is_none());
        kept..=kept + running.count()
    }
}

impl Spec for Contract {
    /// The calls that were answered before.
    type Start = &'static [Id];
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[&[Id]] = &[&[], &[id('a', 1, 0)], &[id('a', 3, 2)]];
    const CALLS: &[Call] = &[
        Try(id('a', 1, 0), Returns),
        Try(id('a', 1, 0), Waits),
        Try(id('a', 2, 1), Returns),
        OpenGate,
        Len,
        Try(id('a', 1, 0), Panics),
        Try(id('b', 1, 0), Returns),
        Try(id('a', 1, 0), CallsNext),
        Try(id('a', 1, 2), Returns),
    ];

    fn begin(scenario: &Scenario<Contract>) -> State {
        let mut state = State::default();
        for (index, &id) in scenario.start.iter().enumerate() {
            state.look(id, false);
            state.ends(id, Answer::ReplyOf { thread: 9, index });
        }
        state
    }

    fn step(state: &State, At { thread: me, index }: At, call: Call) -> Steps<Contract> {
        let mut next = state.clone();
        let (id, handler) = match call {
            OpenGate => {
                next.gate_is_open = true;
                return Steps::gives(next, Return::Done);
            }
            Len => {
                let steps = |len| Steps::gives(state.clone(), Return::Calls(len));
                return state.len().map(steps).fold(Steps::waits(), Steps::or);
            }
            Try(id, handler) => (id, handler),
        };
        let answers = |mut next: State, ran, answer| {
            next.doing.remove(&me);
            let inside = next.told.remove(&me);
            Steps::gives(
                next,
                Return::Answered {
                    ran,
                    inside,
                    answer,
                },
            )
        };
        let doing = state.doing.get(&me);
        if doing != Some(&Doing::Runs) {
            return match next.look(id, doing.is_some()) {
                Comes::Answer(given) => {
                    let steps = given.into_iter();
                    let steps = steps.map(|answer| answers(next.clone(), false, answer));
                    steps.fold(Steps::waits(), Steps::or)
                }
                Comes::To(doing) => {
                    next.doing.insert(me, doing);
                    Steps::goes_on(next)
                }
            };
        }
        match handler {
            Waits if !state.gate_is_open => Steps::waits(),
            CallsNext if !state.told.contains_key(&me) => {
                let steps = state.step_inside(me).into_iter().map(Steps::goes_on);
                steps.fold(Steps::waits(), Steps::or)
            }
            Panics => {
                next.ends(id, Answer::Error);
                answers(next, true, Answer::Panic)
            }
            Returns | Waits | CallsNext => {
                let reply = Answer::ReplyOf { thread: me, index };
                next.ends(id, reply);
                answers(next, true, reply)
            }
        }
    }

    /// A try whose call was let go of while it waits may be answered at once, or with the others.
    fn must(state: &State, at: At, call: Call) -> bool {
        let runs = |id: Id| state.ran.get(&(id.client, id.seq)) == Some(&None);
        match call {
            Try(id, _) if state.doing.get(&at.thread) == Some(&Doing::Waits) => !runs(id),
            Try(..) if state.inside.get(&at.thread) == Some(&Doing::Waits) => !runs(NEXT),
            _ => Contract::step(state, at, call).any(),
        }
    }
}

/// Your table, and what the handlers do.
pub(crate) struct Yours {
    dedup: Dedup,
    gate: Mutex<bool>,
    opened: Condvar,
    /// Written by the handlers of each call, and read by all who have its reply.
    done: BTreeMap<Key, Canary>,
}

impl Yours {
    fn attempt(&self, id: Id, handler: impl FnOnce() -> Reply) -> (bool, Answer) {
        let mut ran = false;
        let call = CallId {
            client: ClientId(id.client.into()),
            seq: id.seq,
            seen: id.seen,
        };
        let done = self.done.get(&(id.client, id.seq));
        let attempt = || {
            self.dedup.call(call, || {
                ran = true;
                let reply = handler();
                if let Some(canary) = done {
                    canary.write();
                }
                reply
            })
        };
        let answer = match catch_unwind(AssertUnwindSafe(attempt)) {
            Err(_) => Answer::Panic,
            Ok(Err(Forgotten)) => Answer::Forgotten,
            Ok(Ok(Err(_))) => Answer::Error,
            Ok(Ok(Ok(reply))) => {
                if let Some(canary) = done {
                    canary.read();
                }
                let number = |at: usize| usize::try_from(reply[at].as_u64()?).ok();
                match (number(0), number(1)) {
                    (Some(thread), Some(index)) => Answer::ReplyOf { thread, index },
                    _ => Answer::ReplyOfNext,
                }
            }
        };
        (ran, answer)
    }

    fn open_gate(&self) {
        *self.gate.lock() = true;
        self.opened.notify_all();
    }
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let keys = [('a', 1), ('a', 2), ('a', 3), ('b', 1)];
        let yours = Yours {
            dedup: Dedup::new(),
            gate: Mutex::new(false),
            opened: Condvar::new(),
            done: keys.map(|key| (key, Canary::new())).into(),
        };
        for (index, &id) in scenario.start.iter().enumerate() {
            yours.attempt(id, || Ok([9, index].as_slice().into()));
        }
        yours
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), At { thread, index }: At, call: Call) -> Return {
        let (id, handler) = match call {
            OpenGate => {
                self.open_gate();
                return Return::Done;
            }
            Len => return Return::Calls(self.dedup.len()),
            Try(id, handler) => (id, handler),
        };
        let mut inside = None;
        let (ran, answer) = self.attempt(id, || {
            if handler == Waits {
                let mut gate = self.gate.lock();
                self.opened.wait_while(&mut gate, |is_open| !*is_open);
            }
            match handler {
                Panics => panic_on_purpose("the handler panics"),
                CallsNext => inside = Some(self.attempt(NEXT, || Ok("next".into()))),
                Returns | Waits => {}
            }
            Ok([thread, index].as_slice().into())
        });
        Return::Answered {
            ran,
            inside,
            answer,
        }
    }

    fn release(&self) {
        self.open_gate();
    }
}
