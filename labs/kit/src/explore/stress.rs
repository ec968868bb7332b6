//! The scenario of a search on real threads, many times: to show how little that proves.
use super::run::Scenario;
use super::silence::Silence;
use protocol::Stress;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long all runs together may take before one of them counts as hung.
const DEADLINE: Duration = Duration::from_secs(30);

/// Runs `scenario` `runs` times on real threads, and counts.
pub(super) fn stress(scenario: &Scenario, runs: u64) -> Stress {
    let _silence = Silence::new();
    let counts = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let (done, finished) = channel::<()>();
    let (scenario, count) = (Arc::clone(scenario), Arc::clone(&counts));
    let runner = std::thread::spawn(move || {
        let _done = done;
        for _ in 0..runs {
            let failed = catch_unwind(AssertUnwindSafe(|| scenario())).is_err();
            count.0.fetch_add(1, SeqCst);
            count.1.fetch_add(u64::from(failed), SeqCst);
        }
    });
    // The channel closes when the runner has ended; one that hangs is left behind.
    let hung = finished.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout);
    if !hung {
        let _ = runner.join();
    }
    Stress {
        runs: counts.0.load(SeqCst),
        failed: counts.1.load(SeqCst),
        hung,
    }
}
