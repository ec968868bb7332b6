//! You write this file.

pub fn total() -> u64 {
    todo!("add up all accounts")
}
