//! Readers-writer locks for the shards, and one count for all of them, changed under each.

use kit::collections::HashMap;
use kit::sync::RwLock;
use kit::sync::atomic::{AtomicUsize, Ordering};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

/// A map cut into shards.
pub struct ShardedMap<K, V> {
    shards: Vec<RwLock<HashMap<K, V>>>,
    /// Keys in all shards; changed while the lock of the key's shard is held.
    count: AtomicUsize,
}

impl<K: Hash + Eq, V> ShardedMap<K, V> {
    /// Makes an empty map with `shards` shards, at least one.
    pub fn new(shards: usize) -> Self {
        let shards = 0..shards.max(1);
        ShardedMap {
            shards: shards.map(|_| RwLock::new(HashMap::default())).collect(),
            count: AtomicUsize::new(0),
        }
    }

    /// Says to which shard `key` belongs.
    pub fn shard_of(&self, key: &K) -> usize {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        hash as usize % self.shards.len()
    }

    /// Puts a value under `key`, and gives back the one that was there.
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let mut shard = self.shards[self.shard_of(&key)].write();
        let old = shard.insert(key, value);
        if old.is_none() {
            // ORDERING: relaxed; the count alone is the answer, and the shard's lock orders it
            // with everything that can be learnt about the key.
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        old
    }

    /// Gives a copy of the value under `key`.
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        self.shards[self.shard_of(key)].read().get(key).cloned()
    }

    /// Takes the value under `key` out of the map.
    pub fn remove(&self, key: &K) -> Option<V> {
        let mut shard = self.shards[self.shard_of(key)].write();
        let old = shard.remove(key);
        if old.is_some() {
            // ORDERING: relaxed, as in `insert`.
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        old
    }

    /// Gives a copy of the value under `key`, made by `make` if there is none.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get(&key) {
            return value;
        }
        // Missing a moment ago: look again, now that nobody else can put it in.
        let mut shard = self.shards[self.shard_of(&key)].write();
        let make = || {
            let value = make();
            // ORDERING: relaxed, as in `insert`.
            self.count.fetch_add(1, Ordering::Relaxed);
            value
        };
        shard.entry(key).or_insert_with(make).clone()
    }

    /// Counts the keys.
    pub fn len(&self) -> usize {
        // ORDERING: relaxed; every value of the count was the number of keys at one moment.
        self.count.load(Ordering::Relaxed)
    }

    /// Says whether the map has no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
