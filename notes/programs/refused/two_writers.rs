// The lecture's crawler without its lock: two threads change one set.
use std::collections::HashSet;
use std::thread;

fn main() {
    let mut fetched = HashSet::new();
    let one = || fetched.insert("/a");
    let other = || fetched.insert("/a");
    thread::scope(|s| {
        s.spawn(one);
        s.spawn(other);
    });
}
