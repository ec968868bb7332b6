//! The scenario of a search on real threads, many times: to show how little that proves.
use super::run::Scenario;
use super::silence::Silence;
use protocol::Stress;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long all runs together may take before one of them counts as hung.
const DEADLINE: Duration = Duration::from_secs(30);

/// Runs `scenario` `runs` times on real threads, and counts.
pub(super) fn stress(scenario: &Scenario, runs: u64) -> Stress {
    let _silence = Silence::new();
    let stress = Arc::new(Mutex::new(Stress::default()));
    let (done, finished) = channel::<()>();
    let (scenario, counts) = (Arc::clone(scenario), Arc::clone(&stress));
    let runner = std::thread::spawn(move || {
        let _done = done;
        for _ in 0..runs {
            let failed = catch_unwind(AssertUnwindSafe(|| scenario())).is_err();
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts.runs += 1;
            counts.failed += u64::from(failed);
        }
    });
    // The channel closes when the runner has ended; one that hangs is left behind.
    let hung = finished.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout);
    if !hung {
        let _ = runner.join();
    }
    let counts = *stress.lock().unwrap_or_else(PoisonError::into_inner);
    Stress { hung, ..counts }
}
