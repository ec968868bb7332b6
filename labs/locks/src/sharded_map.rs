//! You write this file: a map that many threads use at once.
//!
//! One lock for the whole map would be right, and slow. So it is cut into shards with a lock each,
//! and a key always belongs to the same shard.
//!
//! Watch for:
//! - two threads that find the same key missing must not both make its value;
//! - while a value is made, keys of other shards can be used;
//! - a thread that has to wait sleeps until it is woken: it does not spin, and does not look again
//!   from time to time;
//! - `len` is a number that was true at one moment, not a sum over several.
//!
//! Not here: iteration. It would hold locks for as long as the caller likes.
//!
//! Read: notes/locks.md, "Granularity".

use std::hash::Hash;
// You will want: use kit::collections::HashMap; and use kit::sync::Mutex;

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
    _yours: std::marker::PhantomData<(K, V)>, // Your fields: the shards, a lock for each.
}

impl<K: Hash + Eq, V> ShardedMap<K, V> {
    /// Makes an empty map with `shards` shards, or one if `shards` is zero.
    pub fn new(shards: usize) -> Self {
        todo!("make {shards} empty shards, at least one")
    }

    /// Says to which shard `key` belongs: from zero to one less than the number of shards, spread
    /// evenly, and always the same for equal keys.
    pub fn shard_of(&self, key: &K) -> usize {
        let _ = key;
        todo!("take the hash of the key, modulo the number of shards")
    }

    /// Puts a value under `key`, and gives back the one that was there. Blocks while another thread
    /// uses the same shard.
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let _ = (key, value);
        todo!("put the value into the shard of the key")
    }

    /// Gives a copy of the value under `key`. Blocks while another thread uses the same shard.
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        let _ = key;
        todo!("copy the value out of the shard of the key")
    }

    /// Takes the value under `key` out of the map. Blocks while another thread uses the same shard.
    pub fn remove(&self, key: &K) -> Option<V> {
        let _ = key;
        todo!("take the value out of the shard of the key")
    }

    /// Gives a copy of the value under `key`; if there is none, of the one that `make` returns,
    /// which stays in the map.
    ///
    /// Of many threads that find the key missing, one calls `make` and the others wait for its
    /// value. Keys of other shards can be used meanwhile, by other threads: `make` itself must not
    /// use the map. Other operations on its shard, and `len`, may wait for `make` or go ahead of
    /// its value: one that was inserted meanwhile, and not removed again, stays and is given
    /// instead.
    ///
    /// # Panics
    ///
    /// If `make` does. Then the key is missing as before, and of those who wait for its value one
    /// calls its own `make`.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        let _ = (key, make);
        todo!("find the value, or make it while the shard of the key is locked")
    }

    /// Counts the keys as they are at one moment. One whose value is still being made is not there
    /// yet. Blocks until no other thread uses a shard.
    pub fn len(&self) -> usize {
        todo!("count the keys of all shards at one moment")
    }

    /// Says whether the map has no key, at one moment. Blocks until no other thread uses a shard.
    pub fn is_empty(&self) -> bool {
        todo!("say whether there was a moment without a key")
    }
}
