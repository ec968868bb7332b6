//! How long a search may take.
//!
//! The one idea: what counts is the processor time of the thread that searches, which runs all
//! modelled threads. On a machine that is busy with other things a search takes longer, and finds
//! and proves the same.
use std::time::{Duration, Instant};

/// A search may take this many times its budget by the clock on the wall: a scenario that sleeps,
/// or waits for something outside, uses no processor. It is more than any load of the machine
/// explains: a search that ends by this clock is not explored, and that must never be the machine's
/// doing.
const PATIENCE: u32 = 60;

/// What a search may still use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    left: Duration,
    until: Instant,
}

impl Budget {
    pub(super) fn new(whole: Duration) -> Budget {
        Budget {
            left: whole,
            until: Instant::now() + whole.saturating_mul(PATIENCE),
        }
    }

    /// More than a pass that has come to its end once can need again.
    pub(super) fn ample() -> Budget {
        Budget::new(Duration::from_secs(3600))
    }

    /// What is left when `used` of it was used.
    pub(super) fn without(self, used: Duration) -> Budget {
        Budget {
            left: self.left.saturating_sub(used),
            ..self
        }
    }

    pub(super) fn is_used_up(self) -> bool {
        self.left.is_zero() || Instant::now() > self.until
    }

    /// Starts to count on this thread.
    pub(super) fn start(self) -> Deadline {
        Deadline {
            at: used().saturating_add(self.left),
            until: self.until,
        }
    }
}

/// The end of a budget, on the thread that it was made on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    at: Duration,
    until: Instant,
}

impl Deadline {
    pub(super) fn has_passed(self) -> bool {
        used() > self.at || Instant::now() > self.until
    }
}

/// The processor time that this thread has used.
#[cfg(unix)]
pub(super) fn used() -> Duration {
    on(rustix::time::ClockId::ThreadCPUTime)
}

/// The processor time that all threads of this process have used.
#[cfg(unix)]
pub(super) fn used_by_all() -> Duration {
    on(rustix::time::ClockId::ProcessCPUTime)
}

#[cfg(unix)]
fn on(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    let (seconds, nanos) = (time.tv_sec.cast_unsigned(), time.tv_nsec.cast_unsigned());
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

/// Elsewhere the clock on the wall has to do.
#[cfg(not(unix))]
pub(super) fn used() -> Duration {
    thread_local! {
        static STARTED: Instant = Instant::now();
    }
    STARTED.with(Instant::elapsed)
}

#[cfg(not(unix))]
pub(super) fn used_by_all() -> Duration {
    static STARTED: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    STARTED.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn time_in_which_others_run_is_not_counted() {
        let deadline = Budget::new(Duration::from_millis(50)).start();
        std::thread::sleep(Duration::from_millis(100));
        assert!(
            !deadline.has_passed(),
            "a thread that sleeps uses no budget"
        );
    }

    #[test]
    fn a_thread_that_runs_uses_its_budget_up() {
        let budget = Budget::new(Duration::from_millis(20));
        let deadline = budget.start();
        while !deadline.has_passed() {
            std::hint::spin_loop();
        }
        assert!(budget.without(Duration::from_millis(20)).is_used_up());
    }
}
