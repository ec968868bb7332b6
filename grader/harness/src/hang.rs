//! Notices that a check hangs: that it stands still, or takes far too long.
//!
//! The one idea: a machine that is busy with something else must not make a verdict. What counts is
//! whether the check's threads use the processor, not how late they are. The watcher's own use is
//! taken off: to read the clock of a process with many threads, many times, is not a small matter.
//!
//! A check whose threads wait for each other is told at once.
//!
//! Not here: a check that runs on. Its limit of processor time ends it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use kit::explore::{Hang, Onlooker};
use rustix::time::{ClockId, clock_gettime};

/// How often the watcher looks.
const TICK: Duration = Duration::from_millis(100);
/// Whoever uses no more than this stands still: an answer that wakes now and then and sleeps again.
const STIR: Duration = Duration::from_millis(50);

/// How long a check may take before it says where it hangs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangLimits {
    /// While it stands still.
    pub(crate) idle: Duration,
    /// In any case.
    pub(crate) wall: Duration,
}

/// Waits until the body has ended, or hangs. The body runs on other threads than this one.
pub(crate) fn in_time(ended: &Receiver<()>, limits: HangLimits) -> Result<(), Hang> {
    let began = Instant::now();
    let mut watch = Watch::new(limits, Used::now());
    let mut onlooker = Onlooker::new();
    while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if onlooker.sees_a_deadlock() {
            return Err(Hang::Deadlock);
        }
        let late = watch.look(began.elapsed(), Used::now());
        late.map_err(Hang::After)?;
    }
    Ok(())
}

/// What the process has used of the processor.
pub(crate) fn processor_time() -> Duration {
    time(ClockId::ProcessCPUTime)
}

fn time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// Processor time, at one moment.
#[derive(Debug, Clone, Copy)]
struct Used {
    process: Duration,
    watcher: Duration,
}

impl Used {
    /// Called by the watcher.
    fn now() -> Used {
        Used {
            process: processor_time(),
            watcher: time(ClockId::ThreadCPUTime),
        }
    }

    fn by_check(self) -> Duration {
        self.process.saturating_sub(self.watcher)
    }
}

/// When the check was last seen to do something.
struct Watch {
    limits: HangLimits,
    /// On the clock that starts with the check.
    moved: Duration,
    /// What the check had used by then.
    used: Duration,
}

impl Watch {
    fn new(limits: HangLimits, used: Used) -> Watch {
        Watch {
            limits,
            moved: Duration::ZERO,
            used: used.by_check(),
        }
    }

    /// Takes note of what was used `now`. An error if the limits is at its end.
    fn look(&mut self, now: Duration, used: Used) -> Result<(), Duration> {
        let HangLimits { idle, wall } = self.limits;
        if used.by_check() > self.used + STIR {
            (self.moved, self.used) = (now, used.by_check());
        }
        match now {
            _ if now - self.moved >= idle => Err(idle),
            _ if now >= wall => Err(wall),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(60);
    const WALL: Duration = Duration::from_secs(360);
    const MICROSECOND: Duration = Duration::from_micros(1);

    /// When the watcher gives up, and which limits is at its end, if check and watcher use so
    /// much from look to look. Takes no time: the clocks are counted.
    fn given_up(used: impl Fn(Duration) -> (Duration, Duration)) -> (Duration, Duration) {
        let mut at = Duration::ZERO;
        let mut total = Used {
            process: IDLE,
            watcher: Duration::ZERO,
        };
        let limits = HangLimits {
            idle: IDLE,
            wall: WALL,
        };
        let mut watch = Watch::new(limits, total);
        loop {
            at += TICK;
            let (check, watcher) = used(at);
            total.process += check + watcher;
            total.watcher += watcher;
            if let Err(after) = watch.look(at, total) {
                return (at, after);
            }
        }
    }

    #[test]
    fn a_check_that_stands_still_is_given_up_whatever_its_watcher_uses() {
        for watcher in [1, 100, 10_000] {
            let watcher = watcher * MICROSECOND;
            assert_eq!(given_up(|_| (Duration::ZERO, watcher)), (IDLE, IDLE));
        }
    }

    #[test]
    fn a_check_that_stops_late_is_given_up_that_much_later() {
        let stops = 2 * IDLE;
        let used = |at| (if at <= stops { TICK } else { Duration::ZERO }, MICROSECOND);
        assert_eq!(given_up(used), (stops + IDLE, IDLE));
    }

    #[test]
    fn a_check_that_hardly_stirs_stands_still() {
        let used = |_| (80 * MICROSECOND, MICROSECOND);
        assert_eq!(given_up(used), (IDLE, IDLE));
    }

    #[test]
    fn a_check_that_goes_on_slowly_has_until_the_clock_on_the_wall() {
        let used = |_| (100 * MICROSECOND, MICROSECOND);
        assert_eq!(given_up(used), (WALL, WALL));
    }

    #[test]
    fn what_another_thread_uses_is_the_checks() {
        let before = Used::now();
        let check = std::thread::spawn(|| while time(ClockId::ThreadCPUTime) < STIR / 5 {});
        check.join().expect("it does not panic");
        let used = Used::now().by_check() - before.by_check();
        assert!(used > STIR / 10, "{used:?}");
    }
}
