//! What a key-value store promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use kit::spec::{At, Scenario, Spec, Steps, Subject};
use rpc::kv::{Refused, Store};
use rpc::message::Reply;
use serde_json::{Value, json};

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Key {
    First,
    Second,
}
use Key::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Get(Key),
    Put(Key, &'static str),
    Append(Key, &'static str),
    Deduct(Key, u64),
    All,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Value(Option<String>),
    Done,
    Length(usize),
    Left(u64),
    NoBalance,
    Insufficient(u64),
    All(State),
    /// A request was refused, and why is a text for people.
    Error,
    /// A reply that is not as promised.
    Unexpected(String),
}

/// Which keys are meant, and what is under the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    keys: [&'static str; 2],
    value: Option<&'static str>,
}

const fn start(keys: [&'static str; 2], value: Option<&'static str>) -> Start {
    Start { keys, value }
}

impl Start {
    fn name(self, key: Key) -> &'static str {
        self.keys[key as usize]
    }
}

/// The whole map, by whether the key is the first or the second.
pub(crate) type State = [Option<String>; 2];

/// Whoever asks by requests where there are some, and does not call the methods.
fn asks(thread: usize) -> bool {
    thread == 0
}

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[
        start(["a", "b"], None),
        start(["a", "b"], Some("10")),
        start(["x", "yy"], Some("")),
        start(["alice", "bob"], Some("ten")),
    ];
    const CALLS: &[Call] = &[
        Put(First, "2"),
        Append(First, "0"),
        Deduct(First, 1),
        All,
        Get(First),
        Put(Second, "3"),
        Deduct(First, 10),
        Append(Second, ""),
    ];

    fn distinct(_: Start) -> usize {
        1
    }

    fn begin(scenario: &Scenario<Contract>) -> State {
        [scenario.start.value.map(str::to_owned), None]
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        let mut next = state.clone();
        let returned = match call {
            Get(key) => Return::Value(state[key as usize].clone()),
            Put(key, value) => {
                next[key as usize] = Some(value.to_owned());
                Return::Done
            }
            Append(key, value) => {
                let text = next[key as usize].get_or_insert_default();
                text.push_str(value);
                Return::Length(text.len())
            }
            Deduct(key, amount) => match state[key as usize].as_deref().and_then(balance) {
                Some(balance) if amount <= balance => {
                    next[key as usize] = Some((balance - amount).to_string());
                    Return::Left(balance - amount)
                }
                _ if asks(at.thread) => Return::Error,
                Some(balance) => Return::Insufficient(balance),
                None => Return::NoBalance,
            },
            All => Return::All(state.clone()),
        };
        Steps::gives(next, returned)
    }
}

/// A whole number in decimal digits and nothing else.
fn balance(text: &str) -> Option<u64> {
    let digits = text.chars().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Your store.
pub(crate) struct Yours {
    store: Store,
    start: Start,
}

impl Yours {
    fn all(&self) -> Return {
        let mut all = self.store.all();
        let state = [First, Second].map(|key| all.remove(self.start.name(key)));
        match all.is_empty() {
            true => Return::All(state),
            false => Return::Unexpected(format!("{all:?} as well")),
        }
    }

    fn ask(&self, call: Call) -> Return {
        let name = |key| self.start.name(key);
        let (method, param) = match call {
            Get(key) => ("KV.Get", json!({ "key": name(key) })),
            Put(key, value) => ("KV.Put", json!({ "key": name(key), "value": value })),
            Append(key, value) => ("KV.Append", json!({ "key": name(key), "value": value })),
            Deduct(key, amount) => ("KV.Deduct", json!({ "key": name(key), "amount": amount })),
            All => return self.all(),
        };
        let reply = self.store.handle(method, &param);
        as_promised(call, &reply).unwrap_or_else(|| Return::Unexpected(format!("{reply:?}")))
    }
}

fn as_promised(call: Call, reply: &Reply) -> Option<Return> {
    let reply = match reply {
        Ok(reply) => reply.as_object()?,
        Err(why) => return (!why.is_empty()).then_some(Return::Error),
    };
    let only = |member| reply.get(member).filter(|_| reply.len() == 1);
    match call {
        Get(_) => match only("value")? {
            Value::Null => Some(Return::Value(None)),
            value => Some(Return::Value(Some(value.as_str()?.to_owned()))),
        },
        Put(..) => reply.is_empty().then_some(Return::Done),
        Append(..) => Some(Return::Length(only("length")?.as_u64()?.try_into().ok()?)),
        Deduct(..) => Some(Return::Left(only("left")?.as_u64()?)),
        All => None,
    }
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let start = scenario.start;
        let store = Store::new();
        if let Some(value) = start.value {
            store.put(start.name(First), value);
        }
        Yours { store, start }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), at: At, call: Call) -> Return {
        let Yours { store, start } = self;
        match call {
            _ if asks(at.thread) => self.ask(call),
            Get(key) => Return::Value(store.get(start.name(key))),
            Put(key, value) => {
                store.put(start.name(key), value);
                Return::Done
            }
            Append(key, value) => Return::Length(store.append(start.name(key), value)),
            Deduct(key, amount) => match store.deduct(start.name(key), amount) {
                Ok(left) => Return::Left(left),
                Err(Refused::NoBalance) => Return::NoBalance,
                Err(Refused::Insufficient(balance)) => Return::Insufficient(balance),
            },
            All => self.all(),
        }
    }
}
