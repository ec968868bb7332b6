//! What a map cut into shards promises, as a program: the grader runs every small scenario against
//! it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Canary, Scenario, Spec, Steps, Subject};
use locks::sharded_map::ShardedMap;

pub(crate) struct Contract;

/// A key of the first shard of two, and one of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    A,
    B,
}
use Key::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Insert(Key),
    Remove(Key),
    /// `get_or_insert_with`.
    Make(Key),
    /// `get_or_insert_with`, and what makes the value panics.
    MakePanics(Key),
    Len,
    Get(Key),
    IsEmpty,
}
use Call::*;

/// A value: who has made it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// It was there before.
    Old,
    Of(At),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    WasThere(Option<Value>),
    Found(Value),
    /// `make` was called, and this came back.
    Made(Value),
    /// `make` was called, and its panic came back.
    Panicked,
    Keys(usize),
    Empty(bool),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    values: BTreeMap<Key, Value>,
    /// Whose `make` is under way.
    making: BTreeMap<Key, At>,
}

impl Spec for Contract {
    /// Which key is there.
    type Start = Option<Key>;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Option<Key>] = &[None, Some(A)];
    const CALLS: &[Call] = &[
        Insert(A),
        Make(A),
        Remove(A),
        Insert(B),
        Len,
        MakePanics(A),
        Get(A),
        IsEmpty,
        Make(B),
    ];
    const PLAIN: usize = 5;

    fn begin(scenario: &Scenario<Contract>) -> State {
        State {
            values: scenario
                .start
                .map(|key| (key, Value::Old))
                .into_iter()
                .collect(),
            making: BTreeMap::new(),
        }
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        let mut next = state.clone();
        let returns = match call {
            Insert(key) => Return::WasThere(next.values.insert(key, Value::Of(at))),
            Remove(key) => Return::WasThere(next.values.remove(&key)),
            Get(key) => Return::WasThere(state.values.get(&key).cloned()),
            Len => Return::Keys(state.values.len()),
            IsEmpty => Return::Empty(state.values.is_empty()),
            // Whose `make` is under way puts its value in, unless another one has come meanwhile.
            MakePanics(key) if state.making.get(&key) == Some(&at) => {
                next.making.remove(&key);
                Return::Panicked
            }
            Make(key) if state.making.get(&key) == Some(&at) => {
                next.making.remove(&key);
                let value = next.values.entry(key).or_insert(Value::Of(at));
                Return::Made(value.clone())
            }
            Make(key) | MakePanics(key) => match state.values.get(&key) {
                Some(value) => Return::Found(value.clone()),
                None if state.making.contains_key(&key) => return Steps::waits(),
                None => {
                    next.making.insert(key, at);
                    return Steps::goes_on(next);
                }
            },
        };
        Steps::gives(next, returns)
    }
}

/// Your map.
pub(crate) struct Yours {
    map: ShardedMap<u32, Value>,
    keys: [u32; 2],
    /// What belongs to the value of each call.
    canaries: Vec<Vec<Canary>>,
}

impl Yours {
    fn value(&self, at: At) -> Value {
        self.canaries[at.thread][at.index].write();
        Value::Of(at)
    }

    /// A value that was in the map.
    fn seen(&self, value: Value) -> Value {
        if let Value::Of(at) = value {
            self.canaries[at.thread][at.index].read();
        }
        value
    }
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let map = ShardedMap::new(2);
        let key_of = |shard| {
            let key = (0..64).find(|key| map.shard_of(key) == shard);
            key.unwrap_or_else(|| panic!("none of 64 keys belongs to shard {shard} of two"))
        };
        let keys = [key_of(0), key_of(1)];
        if let Some(key) = scenario.start {
            map.insert(keys[key as usize], Value::Old);
        }
        let canaries = scenario.threads.iter();
        let canaries = canaries.map(|calls| calls.iter().map(|_| Canary::new()).collect());
        let canaries = canaries.collect();
        Yours {
            map,
            keys,
            canaries,
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), at: At, call: Call) -> Return {
        let number = |key| self.keys[key as usize];
        let was_there =
            |value: Option<Value>| Return::WasThere(value.map(|value| self.seen(value)));
        match call {
            Insert(key) => was_there(self.map.insert(number(key), self.value(at))),
            Remove(key) => was_there(self.map.remove(&number(key))),
            Get(key) => was_there(self.map.get(&number(key))),
            Len => Return::Keys(self.map.len()),
            IsEmpty => Return::Empty(self.map.is_empty()),
            Make(key) => {
                let mut made = false;
                let value = self.map.get_or_insert_with(number(key), || {
                    made = true;
                    self.value(at)
                });
                let value = self.seen(value);
                if made {
                    Return::Made(value)
                } else {
                    Return::Found(value)
                }
            }
            MakePanics(key) => {
                let make = || panic_on_purpose("there is no value");
                let make = || self.map.get_or_insert_with(number(key), make);
                let made = catch_unwind(AssertUnwindSafe(make));
                made.map_or(Return::Panicked, |value| Return::Found(self.seen(value)))
            }
        }
    }
}
