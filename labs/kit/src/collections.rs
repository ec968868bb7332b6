//! `HashMap` and `HashSet` that iterate in the same order in every run: the standard library's are
//! seeded at random, and a search has to see the same program each time.
//!
//! The one idea: they are the standard library's with another hasher, and lead to all its methods.
//! Those that build one are here, because there they are for the random hasher only (`new`); so are
//! those that change one, because `map.insert(key, map.len())` compiles only with a method of the
//! type itself.

use std::borrow::Borrow;
use std::collections::hash_map;
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};
use std::ops::{BitAnd, BitOr, BitXor, Deref, DerefMut, Index, Sub};

/// A hasher without a random seed.
pub type FixedState = BuildHasherDefault<DefaultHasher>;

type Map<K, V> = std::collections::HashMap<K, V, FixedState>;
type Set<T> = std::collections::HashSet<T, FixedState>;

/// As `std::collections::HashMap`.
#[derive(Clone)]
pub struct HashMap<K, V>(Map<K, V>);

/// As `std::collections::HashSet`.
#[derive(Clone)]
pub struct HashSet<T>(Set<T>);

/// What both have: how one is made, compared, shown and gone through.
macro_rules! both {
    ($name:ident<$($of:ident),+>, $inner:ty, $item:ty, $by:ident) => {
        impl<$($of),+> $name<$($of),+> {
            /// Makes an empty one.
            pub fn new() -> Self {
                Self::default()
            }

            /// Makes an empty one with room for `capacity` of them.
            pub fn with_capacity(capacity: usize) -> Self {
                Self(<$inner>::with_capacity_and_hasher(capacity, FixedState::default()))
            }

            /// Makes an empty one. There is one hasher only.
            pub fn with_hasher(hasher: FixedState) -> Self {
                Self(<$inner>::with_hasher(hasher))
            }

            /// Makes an empty one with room for `capacity` of them. There is one hasher only.
            pub fn with_capacity_and_hasher(capacity: usize, hasher: FixedState) -> Self {
                Self(<$inner>::with_capacity_and_hasher(capacity, hasher))
            }

            /// How many are in it.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether none is in it.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// Takes everything out.
            pub fn clear(&mut self) {
                self.0.clear();
            }
        }

        impl<$($of),+> Default for $name<$($of),+> {
            fn default() -> Self {
                Self(<$inner>::default())
            }
        }

        impl<$($of),+> Deref for $name<$($of),+> {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl<$($of),+> DerefMut for $name<$($of),+> {
            fn deref_mut(&mut self) -> &mut $inner {
                &mut self.0
            }
        }

        impl<$($of: fmt::Debug),+> fmt::Debug for $name<$($of),+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<$($of),+> PartialEq for $name<$($of),+>
        where
            $inner: PartialEq,
        {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<$($of),+> Eq for $name<$($of),+> where $inner: Eq {}

        impl<$($of),+> FromIterator<$item> for $name<$($of),+>
        where
            $by: Eq + Hash,
        {
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> Self {
                Self(items.into_iter().collect())
            }
        }

        impl<$($of),+, const N: usize> From<[$item; N]> for $name<$($of),+>
        where
            $by: Eq + Hash,
        {
            fn from(items: [$item; N]) -> Self {
                items.into_iter().collect()
            }
        }

        impl<$($of),+> Extend<$item> for $name<$($of),+>
        where
            $by: Eq + Hash,
        {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, items: I) {
                self.0.extend(items);
            }
        }

        impl<$($of),+> IntoIterator for $name<$($of),+> {
            type Item = $item;
            type IntoIter = <$inner as IntoIterator>::IntoIter;

            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl<'a, $($of),+> IntoIterator for &'a $name<$($of),+> {
            type Item = <&'a $inner as IntoIterator>::Item;
            type IntoIter = <&'a $inner as IntoIterator>::IntoIter;

            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }
    };
}

both!(HashMap<K, V>, Map<K, V>, (K, V), K);
both!(HashSet<T>, Set<T>, T, T);

impl<K, V> HashMap<K, V> {
    /// As `std::collections::HashMap::into_keys`.
    pub fn into_keys(self) -> hash_map::IntoKeys<K, V> {
        self.0.into_keys()
    }

    /// As `std::collections::HashMap::into_values`.
    pub fn into_values(self) -> hash_map::IntoValues<K, V> {
        self.0.into_values()
    }
}

impl<K: Eq + Hash, V> HashMap<K, V> {
    /// As `std::collections::HashMap::insert`.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// As `std::collections::HashMap::entry`.
    pub fn entry(&mut self, key: K) -> hash_map::Entry<'_, K, V> {
        self.0.entry(key)
    }

    /// As `std::collections::HashMap::remove`.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key)
    }

    /// As `std::collections::HashMap::get_mut`.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }
}

// What these answer under a lock is in the picture of a failing search.
impl<T: Eq + Hash> HashSet<T> {
    /// As `std::collections::HashSet::contains`.
    pub fn contains<Q: Eq + Hash + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        crate::decided("contains", self.0.contains(value))
    }

    /// As `std::collections::HashSet::insert`.
    pub fn insert(&mut self, value: T) -> bool {
        crate::decided("insert", self.0.insert(value))
    }

    /// As `std::collections::HashSet::remove`.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        crate::decided("remove", self.0.remove(value))
    }
}

impl<'a, K: Eq + Hash + Copy, V: Copy> Extend<(&'a K, &'a V)> for HashMap<K, V> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, items: I) {
        self.0.extend(items);
    }
}

impl<'a, T: Eq + Hash + Copy> Extend<&'a T> for HashSet<T> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, items: I) {
        self.0.extend(items);
    }
}

impl<'a, K, V> IntoIterator for &'a mut HashMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = hash_map::IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

impl<K: Eq + Hash + Borrow<Q>, Q: Eq + Hash + ?Sized, V> Index<&Q> for HashMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        &self.0[key]
    }
}

/// The operators between two sets.
macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<T: Eq + Hash + Clone> $trait<&HashSet<T>> for &HashSet<T> {
            type Output = HashSet<T>;

            fn $method(self, other: &HashSet<T>) -> HashSet<T> {
                HashSet($trait::$method(&self.0, &other.0))
            }
        }
    };
}

operator!(BitAnd, bitand);
operator!(BitOr, bitor);
operator!(BitXor, bitxor);
operator!(Sub, sub);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_with_the_standard_librarys_works_with_these() {
        let mut ids: HashMap<String, usize> = HashMap::new();
        for name in ["a", "b", "a"] {
            let next = ids.len();
            ids.entry(name.to_owned()).or_insert(next);
        }
        ids.insert("c".to_owned(), ids.len());
        for (_, id) in &mut ids {
            *id += 1;
        }
        assert_eq!((ids["a"], ids["b"], ids.remove("c")), (1, 2, Some(3)));
        let mut names: Vec<&String> = ids.keys().collect();
        names.sort();
        assert_eq!(names, ["a", "b"]);
        let mut seen = HashSet::from([1, 2]);
        seen.extend([2, 3]);
        assert!(seen.contains(&3) && !seen.insert(1));
        assert_eq!(&seen & &HashSet::from([3, 4]), HashSet::from([3]));
        assert_eq!(seen.union(&HashSet::from([9])).count(), 4);
        let all: Vec<i32> = seen.into_iter().collect();
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn they_iterate_in_the_same_order_each_time() {
        let order = || {
            (0..100)
                .collect::<HashSet<u32>>()
                .into_iter()
                .collect::<Vec<u32>>()
        };
        assert_eq!(order(), order());
    }
}
