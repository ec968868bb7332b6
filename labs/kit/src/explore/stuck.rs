//! Whether any thread of this process can still go on.
//!
//! The one idea: who waits on a futex without a time-out goes on only if another thread of the
//! process wakes it. If all wait so, and none has run from one look to the next, none ever will:
//! no clock decides that, so a busy machine changes nothing. Linux says what a thread waits in. Who
//! sleeps, or waits for a time, a file or a process, can go on.
//!
//! Not here: where they wait (`waiting`), and other systems, on which nobody is ever found stuck.
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
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

/// The folder in which Linux tells of this process's threads, if somebody has handed it over.
static THREADS: OnceLock<File> = OnceLock::new();

/// Looks for threads in this folder: where a process sees no `/proc`, it may be handed this one.
pub fn look_for_threads_in(folder: File) {
    // Of two the first is kept: both tell of the same threads.
    let _ = THREADS.set(folder);
}

/// The waits of all threads but `onlookers`; nothing if one of them may go on, or there is none.
fn waits(onlookers: &[u32]) -> Option<Waits> {
    let mut waits = Waits::new();
    for number in linux::threads()? {
        if !onlookers.contains(&number) {
            waits.insert(number, wait_for_another(number)?);
        }
    }
    (!waits.is_empty()).then_some(waits)
}

/// Which wait a thread is in, counted from its start, if it can only be woken by another. The count
/// is read last: if the next look finds the same, the thread has not run in between.
fn wait_for_another(thread: u32) -> Option<u64> {
    if !is_endless(&linux::read(thread, "syscall")?) {
        return None;
    }
    let status = linux::read(thread, "status")?;
    let count = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    count.trim().parse().ok()
}

#[cfg(target_os = "linux")]
use linux::own_number;

#[cfg(target_os = "linux")]
mod linux {
    use super::THREADS;
    use rustix::fs::{Dir, Mode, OFlags, openat};
    use std::fs::File;
    use std::io::Read;

    pub(super) fn own_number() -> Option<u32> {
        let number = rustix::thread::gettid().as_raw_nonzero();
        number.get().try_into().ok()
    }

    /// The numbers of this process's threads.
    pub(super) fn threads() -> Option<Vec<u32>> {
        let entries = Dir::read_from(folder()?).ok()?;
        let number = |name: &std::ffi::CStr| name.to_str().ok()?.parse().ok();
        let entries = entries.map(|entry| Some(number(entry.ok()?.file_name())));
        let numbers: Option<Vec<Option<u32>>> = entries.collect();
        Some(numbers?.into_iter().flatten().collect())
    }

    /// What Linux says of a thread.
    pub(super) fn read(thread: u32, file: &str) -> Option<String> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = openat(folder()?, format!("{thread}/{file}"), flags, Mode::empty()).ok()?;
        let mut text = String::new();
        File::from(file).read_to_string(&mut text).ok()?;
        Some(text)
    }

    fn folder() -> Option<&'static File> {
        match THREADS.get() {
            Some(folder) => Some(folder),
            None => {
                let usual = File::open("/proc/self/task").ok()?;
                Some(THREADS.get_or_init(|| usual))
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn own_number() -> Option<u32> {
    None
}

#[cfg(not(target_os = "linux"))]
mod linux {
    pub(super) fn threads() -> Option<Vec<u32>> {
        None
    }

    pub(super) fn read(_: u32, _: &str) -> Option<String> {
        None
    }
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
            loop {
                // Not there yet.
                if let Some(wait) = wait_for_another(number) {
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
