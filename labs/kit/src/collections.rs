//! `HashMap` and `HashSet` that iterate in the same order in every run: the standard library's are
//! seeded at random, and a search has to see the same program each time.
use std::hash::{BuildHasherDefault, DefaultHasher};

/// A hasher without a random seed.
pub type FixedState = BuildHasherDefault<DefaultHasher>;

/// As `std::collections::HashMap`; make it with `HashMap::default()`.
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;

/// As `std::collections::HashSet`; make it with `HashSet::default()`.
pub type HashSet<T> = std::collections::HashSet<T, FixedState>;
