//! Limits that the process sets for itself before the student's code runs.
//!
//! What is not here: the number of processes (it counts all of a user's threads, and does not bind
//! root) and the file system; both are the jail's.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::time::Duration;

use crate::hang::HangLimits;

/// Sets `--cpu`, `--memory` and `--file`, each followed by a number: seconds, bytes, bytes. Gives
/// what follows `--idle` and `--wall`, in seconds; a minute each if they are not there.
pub(crate) fn set(bounds: &[&str]) -> Result<HangLimits, String> {
    let (mut idle, mut wall) = (Duration::from_secs(60), Duration::from_secs(60));
    for pair in bounds.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("`{}` has no value", pair[0]));
        };
        let value: u64 = value
            .parse()
            .map_err(|_| format!("`{name} {value}` is no number"))?;
        match *name {
            // One second more for the hard limit: the soft one's signal says why the process ended.
            "--cpu" => limit(Resource::Cpu, value, value + 1)?,
            // Data, not address space: threads reserve far more addresses than they touch.
            "--memory" => limit(Resource::Data, value, value)?,
            "--idle" => idle = Duration::from_secs(value),
            "--wall" => wall = Duration::from_secs(value),
            "--file" => limit(Resource::Fsize, value, value)?,
            _ => return Err(format!("`{name}` is no limit")),
        }
    }
    limit(Resource::Core, 0, 0)?;
    // Nobody else may look into this process's memory, and it ends with the grader.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Signal};
        rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .and_then(|()| rustix::process::set_parent_process_death_signal(Some(Signal::KILL)))
            .map_err(|error| format!("prctl: {error}"))?;
    }
    Ok(HangLimits { idle, wall })
}

fn limit(resource: Resource, current: u64, maximum: u64) -> Result<(), String> {
    setrlimit(
        resource,
        Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        },
    )
    .map_err(|error| format!("setting a limit: {error}"))
}
