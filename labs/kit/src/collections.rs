//! `HashMap` and `HashSet` whose iteration order is the same in every run.
use std::hash::{BuildHasherDefault, DefaultHasher};
/// A hasher without a random seed.
pub type FixedState = BuildHasherDefault<DefaultHasher>;
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;
pub type HashSet<T> = std::collections::HashSet<T, FixedState>;
