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

// LAB: use std::hash::Hash;
use kit::collections::HashMap;
use kit::sync::{Mutex, MutexGuard};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
// LAB: end
// LAB: // You will want: use kit::collections::HashMap; and use kit::sync::Mutex;
// LAB: end

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
    // LAB: _yours: std::marker::PhantomData<(K, V)>, // Your fields: the shards, a lock for each.
    /// Each key lives in the shard that `shard_of` says, and in no other. There is at least one,
    /// and their number never changes. LOCKS: whoever needs several takes them by ascending index.
    shards: Box<[Mutex<HashMap<K, V>>]>,
    // LAB: end
}

impl<K: Hash + Eq, V> ShardedMap<K, V> {
    /// Makes an empty map with `shards` shards, or one if `shards` is zero.
    pub fn new(shards: usize) -> Self {
        // LAB: todo!("make {shards} empty shards, at least one")
        ShardedMap {
            shards: (0..shards.max(1))
                .map(|_| Mutex::new(HashMap::default()))
                .collect(),
        }
        // LAB: end
    }

    /// Says to which shard `key` belongs: from zero to one less than the number of shards, spread
    /// evenly, and always the same for equal keys.
    pub fn shard_of(&self, key: &K) -> usize {
        // LAB: let _ = key;
        // A hasher without random seeds, so that a run can be repeated. The map inside has the same
        // one and picks its slots by the lower bits: shards go by the upper half, or else the keys
        // of one shard would crowd into a few slots.
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key) >> 32;
        // LAB: end
        // LAB: todo!("take the hash of the key, modulo the number of shards")
        (hash % self.shards.len() as u64) as usize
        // LAB: end
    }

    /// Puts a value under `key`, and gives back the one that was there. Blocks while another thread
    /// uses the same shard.
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        // LAB: let _ = (key, value);
        let mut shard = self.lock_shard_of(&key);
        // LAB: end
        // LAB: todo!("put the value into the shard of the key")
        shard.insert(key, value)
        // LAB: end
    }

    /// Gives a copy of the value under `key`. Blocks while another thread uses the same shard.
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        // LAB: let _ = key;
        // A copy, because a reference would have to keep the shard locked for as long as it lives.
        let shard = self.lock_shard_of(key);
        // LAB: end
        // LAB: todo!("copy the value out of the shard of the key")
        shard.get(key).cloned()
        // LAB: end
    }

    /// Takes the value under `key` out of the map. Blocks while another thread uses the same shard.
    pub fn remove(&self, key: &K) -> Option<V> {
        // LAB: let _ = key;
        let mut shard = self.lock_shard_of(key);
        // LAB: end
        // LAB: todo!("take the value out of the shard of the key")
        shard.remove(key)
        // LAB: end
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
        // LAB: let _ = (key, make);
        // "Missing" must still be true when the value is put in, so the lock is held while `make`
        // runs. It is the lock of this shard alone: that is what the shards are for.
        let mut shard = self.lock_shard_of(&key);
        // LAB: end
        // LAB: todo!("find the value, or make it while the shard of the key is locked")
        shard.entry(key).or_insert_with(make).clone()
        // LAB: end
    }

    /// Counts the keys as they are at one moment. One whose value is still being made is not there
    /// yet. Blocks until no other thread uses a shard.
    pub fn len(&self) -> usize {
        // LAB: todo!("count the keys of all shards at one moment")
        // LOCKS: all shards, by ascending index. Held together: a key that comes to a shard already
        // counted while another leaves one not yet counted would make a sum that never was.
        let shards: Vec<_> = self.shards.iter().map(|shard| shard.lock()).collect();
        shards.iter().map(|shard| shard.len()).sum()
        // LAB: end
    }

    /// Says whether the map has no key, at one moment. Blocks until no other thread uses a shard.
    pub fn is_empty(&self) -> bool {
        // LAB: todo!("say whether there was a moment without a key")
        self.len() == 0
        // LAB: end
    }
    // LAB:

    /// Locks the one shard that has to do with `key`. Blocks while another thread uses it.
    fn lock_shard_of(&self, key: &K) -> MutexGuard<'_, HashMap<K, V>> {
        self.shards[self.shard_of(key)].lock()
    }
    // LAB: end
}
