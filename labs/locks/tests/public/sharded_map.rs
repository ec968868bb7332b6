//! Public tests of `sharded_map`: `cargo test -p locks sharded_map`.
//!
//! Where your methods may call one another, tests of one thread run in `explore` as well: a lock
//! that is taken twice is reported, and the test does not hang.

use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, thread};
use locks::sharded_map::ShardedMap;

rules::test!("src/sharded_map.rs");

#[test]
fn it_is_a_map() {
    explore(|| {
        let map = ShardedMap::new(2);
        assert!(map.is_empty(), "nothing has been put in yet");
        assert_eq!(map.insert("a", 1), None, "there was no value before");
        assert_eq!(map.insert("a", 2), Some(1), "insert gives the old value");
        assert_eq!(map.get(&"a"), Some(2), "insert puts the new value in");
        assert_eq!(map.get(&"b"), None, "b was never put in: it has no value");
        assert_eq!(map.len(), 1, "a is in it, and b is not");
        assert_eq!(
            map.remove(&"a"),
            Some(2),
            "a has the value 2: remove must give it back"
        );
        assert!(map.is_empty(), "a was removed");
    });
}

#[test]
fn a_value_is_made_only_if_the_key_is_missing() {
    explore(|| {
        let map = ShardedMap::new(2);
        assert_eq!(map.get_or_insert_with("a", || 1), 1, "a was missing");
        assert_eq!(map.get_or_insert_with("a", || 2), 1, "a was there");
        assert_eq!(map.get(&"a"), Some(1), "the value stays in the map");
    });
}

#[test]
fn every_shard_gets_some_of_the_keys() {
    let map = ShardedMap::<u32, ()>::new(3);
    let mut keys = [0; 3];
    for key in 0..100 {
        keys[map.shard_of(&key)] += 1;
    }
    assert!(!keys.contains(&0), "one shard has no key at all: {keys:?}");
}

#[test]
fn two_threads_that_miss_one_key_make_its_value_once() {
    explore(|| {
        let map = ShardedMap::new(2);
        let made = AtomicUsize::new(0);
        let make = || made.fetch_add(1, SeqCst);
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| map.get_or_insert_with("a", make));
            (map.get_or_insert_with("a", make), yours.join().unwrap())
        });
        assert_eq!(made.load(SeqCst), 1, "both found it missing and made it");
        assert_eq!(mine, yours, "both must get the value that is in the map");
    });
}

#[path = "../spec/sharded_map.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 3).within(3_000));
}
