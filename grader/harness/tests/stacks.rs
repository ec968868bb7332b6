//! What keeping stacks gives a search, and what it must not take: the guard page below each.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

// The harness is what this binary has to contain.
use harness as _;
use kit::sync::Mutex;
use kit::{explore, thread};

/// Names, in the environment of this binary's own child, what its test is to do.
const CHILD: &str = "WEFT_OVERFLOWS";

/// Two threads that take a lock five times each; gives the number of interleavings.
fn search(also: impl Fn(u64) + Send + Sync + 'static) -> u64 {
    let ran = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&ran);
    explore(move || {
        also(count.fetch_add(1, Relaxed));
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let adder = thread::spawn(move || (0..5).for_each(|_| *other.lock() += 1));
        (0..5).for_each(|_| *lock.lock() += 1);
        adder.join().expect("it does not panic");
    });
    ran.load(Relaxed)
}

/// How often the kernel has given this process a page.
fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let (_, after_the_name) = stat.rsplit_once(')').expect("the name is in parentheses");
    let minor = after_the_name.split_whitespace().nth(7).expect("minflt");
    minor.parse().expect("a number")
}

#[test]
fn an_interleaving_takes_no_new_pages() {
    search(|_| ());
    let before = page_faults();
    let ran = search(|_| ());
    let faults = page_faults() - before;
    assert!(faults < ran, "{faults} pages for {ran} interleavings");
}

#[test]
fn a_stack_that_was_kept_still_has_its_guard_page() {
    if std::env::var_os(CHILD).is_some() {
        search(|ran| assert!(ran < 20 || deep(0) > 0));
        return;
    }
    let this = std::env::current_exe().expect("the path of this binary");
    let name = "a_stack_that_was_kept_still_has_its_guard_page";
    let mut child = Command::new(this);
    child.args(["--exact", name, "--nocapture"]).env(CHILD, "1");
    let child = child.output().expect("this binary runs");
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(!child.status.success(), "{said}");
    assert!(
        said.contains("coroutine has overflowed its stack"),
        "{said}"
    );
}

/// Goes on until the stack ends.
#[expect(unconditional_recursion)]
fn deep(level: u64) -> u64 {
    std::hint::black_box(level) + deep(level + 1)
}
