//! You write this file: a map that many threads use at once.
//!
//! One lock for the whole map would be right, and slow. So it is cut into shards with a lock each,
//! and a key always belongs to the same shard.
//!
//! Watch for:
//! - two threads that find the same key missing must not both make its value;
//! - while a value is made, keys of other shards can be used;
//! - `len` is a number that was true at one moment, not a sum over several.
//!
//! Not here: iteration. It would hold locks for as long as the caller likes.
//!
//! Read: notes/locks.md, "Granularity".

use kit::collections::HashMap;
use kit::sync::{Mutex, MutexGuard};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

/// A map cut into shards: operations on keys of different shards do not wait for one another.
///
/// # Examples
///
/// ```no_run
/// use locks::sharded_map::ShardedMap;
///
/// let lengths = ShardedMap::new(16);
/// assert_eq!(lengths.get_or_insert_with("weft", || "weft".len()), 4);
/// assert_eq!(lengths.get(&"weft"), Some(4));
/// ```
pub struct ShardedMap<K, V> {
    /// Each key lives in the shard that `shard_of` says, and in no other. There is at least one,
    /// and their number never changes. LOCKS: who needs several takes them by ascending index.
    shards: Box<[Mutex<HashMap<K, V>>]>,
}

impl<K: Hash + Eq, V> ShardedMap<K, V> {
    /// Makes an empty map of so many shards, or of one if `shards` is zero.
    pub fn new(shards: usize) -> Self {
        ShardedMap {
            shards: (0..shards.max(1))
                .map(|_| Mutex::new(HashMap::default()))
                .collect(),
        }
    }

    /// Says to which shard `key` belongs: from zero to one less than the number of shards, spread
    /// evenly, and always the same for equal keys.
    pub fn shard_of(&self, key: &K) -> usize {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key) >> 32;
        (hash % self.shards.len() as u64) as usize
    }

    /// Puts a value under `key`, and gives back the one that was there. Blocks while another thread
    /// uses the same shard.
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let mut shard = self.lock_shard_of(&key);
        shard.insert(key, value)
    }

    /// Gives a copy of the value under `key`. Blocks while another thread uses the same shard.
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        let shard = self.lock_shard_of(key);
        shard.get(key).cloned()
    }

    /// Takes the value under `key` out of the map. Blocks while another thread uses the same shard.
    pub fn remove(&self, key: &K) -> Option<V> {
        let mut shard = self.lock_shard_of(key);
        shard.remove(key)
    }

    /// Gives a copy of the value under `key`; if there is none, of the one that `make` returns,
    /// which stays in the map.
    ///
    /// Of many threads that find the key missing, one calls `make` and the others wait for its
    /// value. Keys of other shards can be used meanwhile, by other threads: `make` itself must not
    /// use the map.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        let mut shard = self.lock_shard_of(&key);
        shard.entry(key).or_insert_with(make).clone()
    }

    /// Counts the keys as they are at one moment. Blocks until no other thread uses a shard.
    pub fn len(&self) -> usize {
        // LOCKS: all shards, by ascending index. Held together: a key that comes to a shard already
        // counted while another leaves one not yet counted would make a sum that never was.
        let shards: Vec<_> = self.shards.iter().map(|shard| shard.lock()).collect();
        shards.iter().map(|shard| shard.len()).sum()
    }

    /// Says whether the map has no key, at one moment. Blocks until no other thread uses a shard.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Locks the one shard that has to do with `key`. Blocks while another thread uses it.
    fn lock_shard_of(&self, key: &K) -> MutexGuard<'_, HashMap<K, V>> {
        self.shards[self.shard_of(key)].lock()
    }
}
