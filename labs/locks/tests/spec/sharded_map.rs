//! What a sharded map promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Scenario, Spec, Steps, Subject};
use locks::sharded_map::ShardedMap;

pub(crate) struct Contract;

type Key = char;
/// Each call that brings a value brings one of its own.
type Value = (usize, usize);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Insert(Key),
    Get(Key),
    Remove(Key),
    GetOrInsert(Key),
    /// What ought to make the value panics.
    GetOrPanic(Key),
    Len,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Had(Option<Value>),
    /// The value, and whether this call made it.
    Got(Value, bool),
    Panicked,
    Keys(usize),
}

impl Spec for Contract {
    /// How many shards there are.
    type Start = usize;
    type State = BTreeMap<Key, Value>;
    type Call = Call;
    type Return = Return;
    const STARTS: &[usize] = &[1, 3];
    const CALLS: &[Call] = &[
        Insert('a'),
        GetOrInsert('a'),
        Remove('a'),
        Get('a'),
        Insert('b'),
        Remove('b'),
        Len,
        GetOrInsert('b'),
        GetOrPanic('a'),
    ];

    fn begin(_: &Scenario<Contract>) -> BTreeMap<Key, Value> {
        BTreeMap::new()
    }

    fn step(map: &BTreeMap<Key, Value>, at: At, call: Call) -> Steps<Contract> {
        let mut next = map.clone();
        let mine = (at.thread, at.index);
        let returns = match call {
            Insert(key) => Return::Had(next.insert(key, mine)),
            Get(key) => Return::Had(map.get(&key).copied()),
            Remove(key) => Return::Had(next.remove(&key)),
            GetOrInsert(key) | GetOrPanic(key) if map.contains_key(&key) => {
                Return::Got(map[&key], false)
            }
            GetOrInsert(key) => {
                next.insert(key, mine);
                Return::Got(mine, true)
            }
            GetOrPanic(_) => Return::Panicked,
            Len => Return::Keys(map.len()),
        };
        Steps::gives(next, returns)
    }
}

/// Your map.
pub(crate) struct Yours(ShardedMap<Key, Value>);

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        Yours(ShardedMap::new(scenario.start))
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), at: At, call: Call) -> Return {
        let Yours(map) = self;
        let mine = (at.thread, at.index);
        let mut made = false;
        match call {
            Insert(key) => Return::Had(map.insert(key, mine)),
            Get(key) => Return::Had(map.get(&key)),
            Remove(key) => Return::Had(map.remove(&key)),
            GetOrInsert(key) => {
                let value = map.get_or_insert_with(key, || {
                    made = true;
                    mine
                });
                Return::Got(value, made)
            }
            GetOrPanic(key) => {
                let get = || map.get_or_insert_with(key, || panic_on_purpose("no value"));
                match catch_unwind(AssertUnwindSafe(get)) {
                    Ok(value) => Return::Got(value, false),
                    Err(_) => Return::Panicked,
                }
            }
            Len => Return::Keys(map.len()),
        }
    }
}
