//! Hidden checks of `sharded_map`.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::{Explorer, panic_on_purpose};
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::time::Duration;
use kit::{explore, thread};
use locks::sharded_map::ShardedMap;

use harness::Random;

#[path = "../../../../../labs/locks/tests/spec/sharded_map.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    it_is_a_map,
    keys_spread_over_all_shards,
    one_caller_makes_the_value,
    an_insert_is_not_overwritten,
    len_is_a_number_that_was_true,
    len_and_is_empty_do_not_deadlock,
    other_shards_are_used_while_a_value_is_made,
    values_of_two_shards_are_made_at_once,
];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 3).within(6_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
type Map = ShardedMap<u32, u8>;
const _: fn(&Map, u32) -> Option<u8> = |map, key| map.insert(key, 0);
const _: fn(&Map, &u32) -> Option<u8> = |map, key| map.get(key);
const _: fn(&Map, &u32) -> Option<u8> = |map, key| map.remove(key);
const _: fn(&Map, u32, fn() -> u8) -> u8 = |map, key, make| map.get_or_insert_with(key, make);
const _: fn(&Map, &u32) -> (usize, usize, bool) =
    |map, key| (map.shard_of(key), map.len(), map.is_empty());

/// A key of this shard.
fn a_key_of<V>(map: &ShardedMap<u32, V>, shard: usize) -> u32 {
    let key = (0..1_000).find(|key| map.shard_of(key) == shard);
    key.unwrap_or_else(|| panic!("none of 1000 keys belongs to shard {shard}"))
}

/// A key of the first shard of two, and one of the second.
fn a_key_of_each<V>(map: &ShardedMap<u32, V>) -> (u32, u32) {
    (a_key_of(map, 0), a_key_of(map, 1))
}

/// Keys that are all different, and have one hash.
#[derive(PartialEq, Eq)]
struct OfOneHash(u32);

impl Hash for OfOneHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0.hash(state);
    }
}

fn it_is_a_map() {
    for shards in 0..=3 {
        let map = ShardedMap::new(shards);
        assert!(map.is_empty(), "a new map has no keys");
        for key in 0..9 {
            assert_eq!(map.insert(key, 0), None, "key {key} is new");
            assert_eq!(map.insert(key, key), Some(0), "the value before");
        }
        assert_eq!(map.len(), 9, "keys in a map of {shards} shards");
        assert!(!map.is_empty(), "nine keys were put in");
        for key in 0..9 {
            let present = map.get_or_insert_with(key, || 99);
            assert_eq!(present, key, "key {key} is there: its value stays");
            assert_eq!(map.remove(&key), Some(key), "the value taken out");
            assert_eq!(map.get(&key), None, "key {key} was removed");
        }
        assert_eq!(map.get_or_insert_with(1, || 5), 5, "key 1 is missing");
        assert_eq!(map.get(&1), Some(5), "what was made stays in the map");
        assert_eq!(map.len(), 1, "one key was put in again");
    }
    let map = ShardedMap::new(2);
    for key in 0..3 {
        assert_eq!(
            map.insert(OfOneHash(key), key),
            None,
            "a new key of an old hash"
        );
    }
    for key in 0..3 {
        assert_eq!(map.get(&OfOneHash(key)), Some(key), "keys have one hash");
        assert_eq!(
            map.get_or_insert_with(OfOneHash(10 + key), || key),
            key,
            "the key is missing, if another of its hash is not: its value must be made"
        );
    }
    assert_eq!(
        (map.remove(&OfOneHash(1)), map.len()),
        (Some(1), 5),
        "one of three keys with one hash is removed from a map of six: five must be left"
    );
    for (shards, calls) in [
        (1, 2_000),
        (2, 2_000),
        (7, 2_000),
        (16, 2_000),
        (1_000, 200),
    ] {
        many_calls(shards, calls);
    }
}

/// Calls by one thread, each beside the same one of a plain map.
fn many_calls(shards: usize, calls: usize) {
    let (map, mut plain) = (ShardedMap::new(shards), BTreeMap::new());
    let mut random = Random::new(shards as u64);
    for value in 0..calls {
        let key = random.below(50);
        match random.below(6) {
            0 | 1 => assert_eq!(
                map.insert(key, value),
                plain.insert(key, value),
                "insert of key {key}: it must return the value that was there before, if any"
            ),
            2 => assert_eq!(
                map.remove(&key),
                plain.remove(&key),
                "remove of key {key}: it must return the value that was there, if any"
            ),
            3 => assert_eq!(
                map.get(&key),
                plain.get(&key).copied(),
                "get of key {key}: it must return the value that is there, if any"
            ),
            4 => {
                let made = map.get_or_insert_with(key, || value);
                assert_eq!(
                    made,
                    *plain.entry(key).or_insert(value),
                    "key {key}: the value that is there must be returned, or else what is made"
                );
            }
            _ => {
                let make = || panic_on_purpose("there is no value");
                let made = catch_unwind(AssertUnwindSafe(|| map.get_or_insert_with(key, make)));
                assert_eq!(made.ok(), plain.get(&key).copied(), "after a panic");
            }
        }
        let (keys, none) = (plain.len(), plain.is_empty());
        assert_eq!((map.len(), map.is_empty()), (keys, none), "keys in the map");
    }
}

fn keys_spread_over_all_shards() {
    for shards in (0..=8).chain([16, 31, 100, 129, 256, 1_000]) {
        spread(shards, |n| format!("key {n}"));
        for step in [1, 64, 1_000, 1 << 32] {
            spread(shards, |n| n as u64 * step);
        }
    }
    // Of very many shards, each sixteenth.
    let map = ShardedMap::<usize, ()>::new(80_000);
    let mut keys = [0; 16];
    for key in 0..16 * 40 {
        keys[map.shard_of(&key) / 5_000] += 1;
    }
    assert!(keys.iter().all(|n| *n >= 10), "in each sixteenth: {keys:?}");
}

/// Forty keys for each shard.
fn spread<K: Hash + Eq>(shards: usize, key: impl Fn(usize) -> K) {
    let map = ShardedMap::<K, ()>::new(shards);
    // No shards are one.
    let mut keys = vec![0; shards.max(1)];
    for n in 0..40 * keys.len() {
        let shard = map.shard_of(&key(n));
        let count = keys.len();
        assert!(shard < count, "there is no shard {shard} of {count}");
        let again = map.shard_of(&key(n));
        assert_eq!(shard, again, "the same key, asked for twice");
        keys[shard] += 1;
    }
    let few = keys.iter().filter(|n| **n < 10).count();
    assert_eq!(few, 0, "of {shards} shards that many have few keys");
}

fn one_caller_makes_the_value() {
    explore(|| {
        let map = ShardedMap::new(2);
        let made = AtomicUsize::new(0);
        let make = || made.fetch_add(1, SeqCst);
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| map.get_or_insert_with(1, make));
            (map.get_or_insert_with(1, make), yours.join().unwrap())
        });
        assert_eq!(made.load(SeqCst), 1, "both have made a value");
        assert_eq!((mine, yours), (0, 0), "both get the one that was made");
    });
    // Two of each of two keys in one shard.
    Explorer::new().preemptions(1).explore(|| {
        let map = ShardedMap::new(1);
        let get = |key| {
            let make = || {
                thread::yield_now(); // The others may come.
                key
            };
            let value = map.get_or_insert_with(key, make);
            assert_eq!(value, key, "one of two callers has made this for the key");
        };
        thread::scope(|s| {
            for key in [1, 1, 2] {
                s.spawn(move || get(key));
            }
            get(2);
        });
    });
    // However many they are; also if the first of them panics.
    let map = &ShardedMap::new(3);
    for key in 0..20 {
        let calls = AtomicUsize::new(0);
        let make = || {
            thread::sleep(Duration::from_millis(1)); // Time for the others to come.
            match calls.fetch_add(1, SeqCst) {
                0 if key % 2 == 1 => panic_on_purpose("there is no value"),
                call => call,
            }
        };
        let get = || catch_unwind(AssertUnwindSafe(|| map.get_or_insert_with(key, make)));
        let gets = thread::scope(|s| {
            let gets = [(); 10].map(|()| s.spawn(get));
            gets.map(|get| get.join().unwrap().ok())
        });
        let panics = key % 2;
        let missing = gets.iter().filter(|value| value.is_none()).count();
        assert_eq!(missing, panics, "calls that panicked, as `make` did");
        assert!(
            gets.into_iter().flatten().all(|value| value == panics),
            "one caller has made the value: all who return must have just that one"
        );
        assert_eq!(calls.load(SeqCst), panics + 1, "calls of `make`");
    }
    (0..20).for_each(insert_beside_a_make_that_panics);
}

/// One puts a value in while another makes one, and fails: those who wait all get one.
fn insert_beside_a_make_that_panics(key: usize) {
    const INSERTED: usize = 100;
    let (map, calls) = (ShardedMap::new(1), AtomicUsize::new(0));
    let make = || match calls.fetch_add(1, SeqCst) {
        0 => {
            thread::sleep(Duration::from_millis(2)); // Time for the others to come.
            panic_on_purpose("there is no value")
        }
        call => call,
    };
    let get = || catch_unwind(AssertUnwindSafe(|| map.get_or_insert_with(key, make)));
    thread::scope(|s| {
        let gets = [(); 5].map(|()| s.spawn(get));
        s.spawn(|| {
            thread::sleep(Duration::from_millis(1));
            map.insert(key, INSERTED);
        });
        for get in gets {
            if let Ok(value) = get.join().unwrap() {
                let known = value == INSERTED || value == 1;
                assert!(known, "{value} was neither inserted nor made");
            }
        }
    });
    assert_eq!(map.get(&key), Some(INSERTED), "what was put in last");
}

fn an_insert_is_not_overwritten() {
    explore(|| {
        let map = ShardedMap::new(2);
        thread::scope(|s| {
            s.spawn(|| map.insert(1, "inserted"));
            map.get_or_insert_with(1, || "made");
        });
        assert_eq!(
            map.get(&1),
            Some("inserted"),
            "a value is made for a missing key only, and never put over another"
        );
    });
}

fn len_is_a_number_that_was_true() {
    explore(|| {
        let map = ShardedMap::new(2);
        let (a, b) = a_key_of_each(&map);
        map.insert(b, ());
        thread::scope(|s| {
            s.spawn(|| {
                map.insert(a, ());
                map.remove(&b);
                map.insert(b, ());
                map.remove(&a);
            });
            let len = map.len();
            assert!(len == 1 || len == 2, "{len} keys, but it was 1 or 2 always");
        });
    });
    // In whatever order it looks at the shards.
    for from in [0, 1] {
        explore(move || {
            let map = ShardedMap::new(2);
            let (a, b) = a_key_of_each(&map);
            let (first, second) = if from == 0 { (a, b) } else { (b, a) };
            map.insert(first, ());
            thread::scope(|s| {
                s.spawn(|| {
                    map.insert(second, ());
                    map.remove(&first);
                });
                assert!(!map.is_empty(), "there is a key at every moment");
            });
        });
    }
}

fn len_and_is_empty_do_not_deadlock() {
    explore(|| {
        let map = ShardedMap::<u32, ()>::new(2);
        thread::scope(|s| {
            s.spawn(|| {
                assert!(
                    map.is_empty(),
                    "nothing was put into the map: it must be empty"
                )
            });
            assert_eq!(
                map.len(),
                0,
                "nothing was put into the map: its length must be 0"
            );
        });
    });
}

/// Makes a value for a key of each shard, which takes until another thread has done `meanwhile`
/// with a key of each other shard.
fn while_made(shards: usize, meanwhile: fn(&ShardedMap<u32, u32>, u32)) {
    let map = ShardedMap::new(shards);
    let keys: Vec<u32> = (0..shards).map(|shard| a_key_of(&map, shard)).collect();
    for &made in &keys {
        let others = || {
            let others = keys.iter().filter(|key| **key != made);
            others.for_each(|key| meanwhile(&map, *key));
        };
        let make = || {
            thread::scope(|s| s.spawn(others).join().unwrap());
            made
        };
        assert_eq!(
            map.get_or_insert_with(made, make),
            made,
            "the key is missing: the value that is made for it must be returned"
        );
        map.remove(&made);
    }
}

fn other_shards_are_used_while_a_value_is_made() {
    let use_it = |map: &ShardedMap<u32, u32>, key| {
        map.insert(key, 1);
        assert_eq!(map.get(&key), Some(1), "what was put in");
        assert_eq!(map.remove(&key), Some(1), "what was put in");
    };
    explore(move || while_made(2, use_it));
    for shards in [3, 4, 7, 16] {
        while_made(shards, use_it);
    }
}

fn values_of_two_shards_are_made_at_once() {
    let make_one = |map: &ShardedMap<u32, u32>, key| {
        assert_eq!(
            map.get_or_insert_with(key, || key),
            key,
            "the key is missing: the value that is made for it must be returned"
        );
        map.remove(&key);
    };
    explore(move || while_made(2, make_one));
    for shards in [3, 4, 7, 16] {
        while_made(shards, make_one);
    }
}
