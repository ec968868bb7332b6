//! No lock is held while a value is made: the key is marked as being made, and who else misses it
//! sleeps on the shard's condition variable. Other keys of the same shard go on.

use kit::collections::{HashMap, HashSet};
use kit::sync::{Condvar, Mutex, MutexGuard};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

/// A map cut into shards.
pub struct ShardedMap<K, V> {
    shards: Vec<Shard<K, V>>,
}

struct Shard<K, V> {
    keys: Mutex<Keys<K, V>>,
    /// Notified when a hash leaves `making`.
    made: Condvar,
}

struct Keys<K, V> {
    values: HashMap<K, V>,
    /// Hashes of the keys whose value is being made. Two keys of one hash wait for one another:
    /// rare, and harmless.
    making: HashSet<u64>,
}

/// Takes the mark away, also if `make` panics.
struct Making<'a, K, V> {
    shard: &'a Shard<K, V>,
    hash: u64,
}

impl<K, V> Drop for Making<'_, K, V> {
    fn drop(&mut self) {
        self.shard.keys.lock().making.remove(&self.hash);
        self.shard.made.notify_all();
    }
}

impl<K: Hash + Eq, V> ShardedMap<K, V> {
    /// Makes an empty map with `shards` shards, at least one.
    pub fn new(shards: usize) -> Self {
        let shard = |_| Shard {
            keys: Mutex::new(Keys {
                values: HashMap::default(),
                making: HashSet::default(),
            }),
            made: Condvar::new(),
        };
        ShardedMap {
            shards: (0..shards.max(1)).map(shard).collect(),
        }
    }

    /// Says to which shard `key` belongs.
    pub fn shard_of(&self, key: &K) -> usize {
        hash_of(key) as usize % self.shards.len()
    }

    /// Puts a value under `key`, and gives back the one that was there.
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.lock(&key).values.insert(key, value)
    }

    /// Gives a copy of the value under `key`.
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        self.lock(key).values.get(key).cloned()
    }

    /// Takes the value under `key` out of the map.
    pub fn remove(&self, key: &K) -> Option<V> {
        self.lock(key).values.remove(key)
    }

    /// Gives a copy of the value under `key`, made by `make` if there is none.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        let hash = hash_of(&key);
        let shard = &self.shards[self.shard_of(&key)];
        let mut keys = shard.keys.lock();
        loop {
            if let Some(value) = keys.values.get(&key) {
                return value.clone();
            }
            if keys.making.insert(hash) {
                break;
            }
            shard.made.wait(&mut keys);
        }
        drop(keys);
        let _making = Making { shard, hash };
        let value = make();
        // An `insert` may have come meanwhile: then that is the value.
        let mut keys = shard.keys.lock();
        keys.values.entry(key).or_insert(value).clone()
    }

    /// Counts the keys at one moment.
    pub fn len(&self) -> usize {
        // LOCKS: all shards, by ascending index.
        let shards: Vec<_> = self.shards.iter().map(|shard| shard.keys.lock()).collect();
        shards.iter().map(|keys| keys.values.len()).sum()
    }

    /// Says whether the map has no key, at one moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self, key: &K) -> MutexGuard<'_, Keys<K, V>> {
        self.shards[self.shard_of(key)].keys.lock()
    }
}

fn hash_of<K: Hash>(key: &K) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key)
}
