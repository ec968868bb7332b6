//! Whether any thread of this process can still go on.
//!
//! The one idea: who waits on a futex without a time-out goes on only if another thread of the
//! process wakes it. If all wait so, and none has run from one look to the next, none ever will:
//! no clock decides that, so a busy machine changes nothing. Linux says what a thread waits in. Who
//! sleeps, or waits for a time, a file or a process, can go on.
//!
//! Not here: where they wait (`waiting`), and other systems, on which nobody is ever found stuck.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often somebody looks.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// The threads of all onlookers, by the system's numbers, in the order in which they came.
static ONLOOKERS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The calling thread while it only waits for others to end, and wakes nobody.
#[derive(Debug)]
pub struct Onlooker {
    thread: Option<u32>,
    before: Option<Waits>,
}

/// How often each thread has given up the processor to wait; it waits for another thread now.
type Waits = BTreeMap<u32, u64>;

impl Onlooker {
    /// Called by the thread that will look.
    pub fn new() -> Onlooker {
        let thread = own_number();
        onlookers().extend(thread);
        let before = None;
        Onlooker { thread, before }
    }

    /// Says whether all other threads have waited for each other since the look before, so that
    /// they always will. Of several onlookers the last says so, who knows most about them.
    pub fn sees_a_deadlock(&mut self) -> bool {
        let onlookers = onlookers();
        if onlookers.last().copied() != self.thread {
            return false;
        }
        let now = waits(&onlookers);
        let stuck = now.is_some() && now == self.before;
        self.before = now;
        stuck
    }
}

impl Default for Onlooker {
    fn default() -> Self {
        Onlooker::new()
    }
}

impl Drop for Onlooker {
    fn drop(&mut self) {
        onlookers().retain(|thread| Some(*thread) != self.thread);
    }
}

fn onlookers() -> MutexGuard<'static, Vec<u32>> {
    ONLOOKERS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own_number() -> Option<u32> {
    number(&std::fs::read_link("/proc/thread-self").ok()?)
}

fn number(thread: &Path) -> Option<u32> {
    thread.file_name()?.to_str()?.parse().ok()
}

/// The waits of all threads but `onlookers`; nothing if one of them may go on, or there is none.
fn waits(onlookers: &[u32]) -> Option<Waits> {
    let mut waits = Waits::new();
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let thread = thread.ok()?.path();
        let number = number(&thread)?;
        if !onlookers.contains(&number) {
            waits.insert(number, wait_for_another(&thread)?);
        }
    }
    (!waits.is_empty()).then_some(waits)
}

/// Which wait a thread is in, counted from its start, if it can only be woken by another. The count
/// is read last: if the next look finds the same, the thread has not run in between.
fn wait_for_another(thread: &Path) -> Option<u64> {
    let read = |file: &str| std::fs::read_to_string(PathBuf::from_iter([thread, file.as_ref()]));
    if !is_endless(&read("syscall").ok()?) {
        return None;
    }
    let status = read("status").ok()?;
    let count = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    count.trim().parse().ok()
}

/// Whether a system call, as Linux prints it, is a wait on a futex without a time-out.
fn is_endless(call: &str) -> bool {
    // Where it has neither number, that call does not block.
    const FUTEX: &str = if cfg!(target_arch = "x86_64") {
        "202"
    } else {
        "98"
    };
    // Whether it is private, and whose clock a time-out goes by.
    const FLAGS: u32 = 128 | 256;
    let words: Vec<&str> = call.split_whitespace().collect();
    let [FUTEX, _, operation, _, "0x0", ..] = words[..] else {
        return false;
    };
    let operation = operation.strip_prefix("0x");
    let operation = operation.and_then(|number| u32::from_str_radix(number, 16).ok());
    // `FUTEX_WAIT` and `FUTEX_WAIT_BITSET`.
    matches!(operation.map(|operation| operation & !FLAGS), Some(0 | 9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wait_on_a_futex_without_a_time_out_is_endless() {
        let futex = if cfg!(target_arch = "x86_64") {
            202
        } else {
            98
        };
        let call = |number: u32, operation: &str, time_out: &str| {
            format!("{number} 0x7f5a {operation} 0x2 {time_out} 0x0 0xffffffff 0x7fff 0x7f5b\n")
        };
        for operation in ["0x0", "0x80", "0x9", "0x89", "0x109", "0x189"] {
            assert!(is_endless(&call(futex, operation, "0x0")), "{operation}");
            assert!(
                !is_endless(&call(futex, operation, "0x7f5c")),
                "{operation}"
            );
            assert!(
                !is_endless(&call(futex + 1, operation, "0x0")),
                "{operation}"
            );
        }
        // One wakes, one locks with a deadlock that the kernel sees.
        for operation in ["0x1", "0x81", "0x6"] {
            assert!(!is_endless(&call(futex, operation, "0x0")), "{operation}");
        }
        for call in ["running\n", "-1 0x7fff 0x7f5b\n", "", "202\n"] {
            assert!(!is_endless(call), "{call}");
        }
    }

    #[test]
    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    fn who_is_parked_waits_for_another_thread_until_it_runs_again() {
        let (tell, told) = std::sync::mpsc::channel();
        let waiter = std::thread::spawn(move || {
            loop {
                tell.send(own_number()).expect("somebody listens");
                std::thread::park();
            }
        });
        let wait = || {
            let number = told.recv().expect("it tells").expect("Linux numbers it");
            let thread = PathBuf::from(format!("/proc/self/task/{number}"));
            loop {
                // Not there yet.
                if let Some(wait) = wait_for_another(&thread) {
                    return wait;
                }
                std::thread::yield_now();
            }
        };
        let first = wait();
        waiter.thread().unpark();
        assert_ne!(wait(), first);
    }
}
