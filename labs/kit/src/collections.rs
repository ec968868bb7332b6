//! `HashMap` and `HashSet` that iterate in the same order in every run: the standard library's are
//! seeded at random, and a search has to see the same program each time.
use std::borrow::Borrow;
use std::collections::hash_set;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};
use std::ops::{Deref, DerefMut};

/// A hasher without a random seed.
pub type FixedState = BuildHasherDefault<DefaultHasher>;

/// As `std::collections::HashMap`; make it with `HashMap::default()`.
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;

type Inner<T> = std::collections::HashSet<T, FixedState>;

/// As `std::collections::HashSet`. What [`contains`](HashSet::contains) and
/// [`insert`](HashSet::insert) answer under a lock stands in the picture of a failing search.
#[derive(Clone, Debug)]
pub struct HashSet<T>(Inner<T>);

impl<T> HashSet<T> {
    /// An empty set.
    pub fn new() -> HashSet<T> {
        HashSet(Inner::default())
    }

    /// An empty set with room for so many.
    pub fn with_capacity(capacity: usize) -> HashSet<T> {
        HashSet(Inner::with_capacity_and_hasher(
            capacity,
            FixedState::default(),
        ))
    }
}

impl<T: Eq + Hash> HashSet<T> {
    /// Whether the value is in the set.
    pub fn contains<Q: Eq + Hash + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        crate::decided("contains", self.0.contains(value))
    }

    /// Adds a value; says whether it was not there.
    pub fn insert(&mut self, value: T) -> bool {
        crate::decided("insert", self.0.insert(value))
    }

    /// Takes a value out; says whether it was there.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        crate::decided("remove", self.0.remove(value))
    }
}

impl<T> Deref for HashSet<T> {
    type Target = Inner<T>;

    fn deref(&self) -> &Inner<T> {
        &self.0
    }
}

impl<T> DerefMut for HashSet<T> {
    fn deref_mut(&mut self) -> &mut Inner<T> {
        &mut self.0
    }
}

impl<T> Default for HashSet<T> {
    fn default() -> HashSet<T> {
        HashSet::new()
    }
}

impl<T: Eq + Hash> PartialEq for HashSet<T> {
    fn eq(&self, other: &HashSet<T>) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq + Hash> Eq for HashSet<T> {}

impl<T: Eq + Hash> FromIterator<T> for HashSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> HashSet<T> {
        HashSet(values.into_iter().collect())
    }
}

impl<T: Eq + Hash, const N: usize> From<[T; N]> for HashSet<T> {
    fn from(values: [T; N]) -> HashSet<T> {
        values.into_iter().collect()
    }
}

impl<T: Eq + Hash> Extend<T> for HashSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl<'a, T: Eq + Hash + Copy + 'a> Extend<&'a T> for HashSet<T> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl<T> IntoIterator for HashSet<T> {
    type Item = T;
    type IntoIter = hash_set::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a HashSet<T> {
    type Item = &'a T;
    type IntoIter = hash_set::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
