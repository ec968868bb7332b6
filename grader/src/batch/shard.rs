//! A part of a class. Who belongs to it does not depend on who else is there.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The `i`-th of `n` parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    i: u64,
    n: u64,
}

impl Shard {
    /// All.
    pub const WHOLE: Shard = Shard { i: 1, n: 1 };

    /// Whether a person belongs to it.
    pub fn has(self, id: &str) -> bool {
        let hash = Sha256::digest(id);
        let first = hash[..8].try_into().expect("eight bytes");
        u64::from_be_bytes(first) % self.n == self.i - 1
    }

    /// Whether it is one of several.
    pub fn is_part(self) -> bool {
        self.n > 1
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((i, n)) if 1 <= i && i <= n => Ok(Shard { i, n }),
            _ => Err("write it as 1/20, 2/20, … 20/20"),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.i, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_belongs_to_exactly_one_part() {
        for n in [1, 3, 50] {
            let parts = (1..=n).map(|i| format!("{i}/{n}").parse::<Shard>().expect("a part"));
            let parts: Vec<Shard> = parts.collect();
            for person in 0..200 {
                let id = format!("canvas-{person}");
                assert_eq!(parts.iter().filter(|part| part.has(&id)).count(), 1);
            }
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
