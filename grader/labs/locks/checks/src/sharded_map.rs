//! Hidden checks of `sharded_map`.

use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, possible, thread};
use locks::sharded_map::ShardedMap;

harness::checks![
    it_is_a_map,
    keys_spread_over_all_shards,
    one_caller_makes_the_value,
    an_insert_is_not_overwritten,
    len_is_a_number_that_was_true,
    len_and_is_empty_do_not_deadlock,
    other_shards_are_used_while_a_value_is_made,
    values_of_two_shards_are_made_at_once,
];

// What the file has to offer, to the letter: a result of another type could agree with anything.
type Map = ShardedMap<u32, u8>;
const _: fn(&Map, u32) -> Option<u8> = |map, key| map.insert(key, 0);
const _: fn(&Map, &u32) -> Option<u8> = |map, key| map.get(key);
const _: fn(&Map, &u32) -> Option<u8> = |map, key| map.remove(key);
const _: fn(&Map, u32, fn() -> u8) -> u8 = |map, key, make| map.get_or_insert_with(key, make);
const _: fn(&Map, &u32) -> (usize, usize, bool) =
    |map, key| (map.shard_of(key), map.len(), map.is_empty());

/// What the maker of a value tells the other thread.
const INSIDE: usize = 1;
const RETURNED: usize = 2;

/// A key of the first shard of two, and one of the second.
fn a_key_of_each<V>(map: &ShardedMap<u32, V>) -> (u32, u32) {
    let key_of = |shard| {
        (0..64)
            .find(|key| map.shard_of(key) == shard)
            .unwrap_or_else(|| panic!("none of 64 keys belongs to shard {shard} of two"))
    };
    (key_of(0), key_of(1))
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
}

fn keys_spread_over_all_shards() {
    let map = ShardedMap::<String, ()>::new(4);
    let mut keys = [0; 4];
    for n in 0..200 {
        let shard = map.shard_of(&format!("key {n}"));
        assert!(shard < 4, "there is no shard {shard} of four");
        let again = map.shard_of(&format!("key {n}"));
        assert_eq!(shard, again, "the same key, asked for twice");
        keys[shard] += 1;
    }
    assert!(
        keys.iter().all(|n| *n >= 10),
        "keys for each shard: {keys:?}"
    );
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
}

fn len_and_is_empty_do_not_deadlock() {
    explore(|| {
        let map = ShardedMap::<u32, ()>::new(2);
        thread::scope(|s| {
            s.spawn(|| assert!(map.is_empty()));
            assert_eq!(map.len(), 0);
        });
    });
}

fn other_shards_are_used_while_a_value_is_made() {
    possible(|goal| {
        let map = ShardedMap::new(2);
        let (a, b) = a_key_of_each(&map);
        let making = AtomicUsize::new(0);
        thread::scope(|s| {
            s.spawn(|| {
                if making.load(SeqCst) == INSIDE {
                    map.insert(b, 2);
                    if making.load(SeqCst) == INSIDE {
                        goal.reached();
                    }
                }
            });
            map.get_or_insert_with(a, || {
                making.store(INSIDE, SeqCst);
                making.store(RETURNED, SeqCst);
                1
            });
        });
    });
}

fn values_of_two_shards_are_made_at_once() {
    possible(|goal| {
        let map = ShardedMap::new(2);
        let (a, b) = a_key_of_each(&map);
        let inside = AtomicUsize::new(0);
        let make = || {
            if inside.fetch_add(1, SeqCst) == 1 {
                goal.reached();
            }
            inside.fetch_sub(1, SeqCst);
        };
        thread::scope(|s| {
            s.spawn(|| map.get_or_insert_with(a, make));
            map.get_or_insert_with(b, make);
        });
    });
}
